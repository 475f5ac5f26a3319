/*
 * verb.h: the verbs of the store. Each line of VERBS is an operation: a `const
 * struct verb verb_<name>` in the file of its subject, with its inputs and
 * results in that subject's header. A line gives the declaration, the place in
 * the metrics and in the tests; a verb that is listed and not written does not
 * link. Nothing else lists them, and neither the front nor an engine knows a
 * verb by its name: all they need to know of it is in its struct.
 */
#ifndef STORE_VERB_H
#define STORE_VERB_H

#include "base/base.h"
#include "core/result.h"

#define VERBS(X)               \
	/* audit_logs.h */     \
	X(audit_log_list)      \
	/* blocked_address */  \
	X(block_get)           \
	X(block_list)          \
	X(block_delete)        \
	/* organizations.h */  \
	X(bootstrap)           \
	X(organization_create) \
	X(organization_rename) \
	X(organization_get)    \
	X(organization_look)   \
	X(organization_tidy)   \
	X(organization_list)   \
	/* settings.h */       \
	X(settings_get)        \
	X(settings_update)     \
	/* admin_keys.h */     \
	X(key_create)          \
	X(key_revoke)          \
	X(key_delete)          \
	X(key_touch)           \
	X(key_find)            \
	X(key_get)             \
	X(key_list)            \
	/* projects.h */       \
	X(project_create)      \
	X(project_get)         \
	X(project_update)      \
	X(project_archive)     \
	X(project_list)        \
	/* project_groups.h */ \
	X(project_group_add)   \
	X(project_group_get)   \
	X(project_group_list)  \
	X(project_group_drop)  \
	/* project_users.h */  \
	X(project_user_add)    \
	X(project_user_get)    \
	X(project_user_list)   \
	X(project_user_update) \
	X(project_user_remove) \
	/* project_keys.h */   \
	X(project_key_create)  \
	X(project_key_get)     \
	X(project_key_list)    \
	X(project_key_find)    \
	X(project_key_update)  \
	X(project_key_rotate)  \
	X(project_key_delete)  \
	/* gate.h */           \
	X(rights_get)          \
	X(keys_touch)          \
	/* leaks.h */          \
	X(project_keys_end)    \
	X(leak_find)           \
	X(leak_revoke)         \
	/* service_accounts */ \
	X(account_create)      \
	X(account_get)         \
	X(account_list)        \
	X(account_update)      \
	X(account_delete)      \
	X(account_key_create)  \
	/* groups.h */         \
	X(group_create)        \
	X(group_get)           \
	X(group_list)          \
	X(group_update)        \
	X(group_delete)        \
	X(group_user_add)      \
	X(group_user_get)      \
	X(group_user_list)     \
	X(group_user_remove)   \
	/* roles.h */          \
	X(role_create)         \
	X(role_get)            \
	X(role_list)           \
	X(role_update)         \
	X(role_delete)         \
	/* assignments.h */    \
	X(assignment_create)   \
	X(assignment_get)      \
	X(assignment_list)     \
	X(assignment_delete)   \
	/* standing.h */       \
	X(standing_get)        \
	/* users.h */          \
	X(user_get)            \
	X(user_list)           \
	X(user_update)         \
	X(user_delete)         \
	X(user_erase)          \
	/* invites.h */        \
	X(invite_create)       \
	X(invite_create_all)   \
	X(invite_delete)       \
	X(invite_resend)       \
	X(invite_change)       \
	X(invite_get)          \
	X(invite_list)         \
	X(invite_forget)       \
	X(invite_link)         \
	/* expiry.h */         \
	X(expiry_look)         \
	X(expiry_settle)       \
	/* invitations.h */    \
	X(invitation_accept)   \
	X(invitation_decline)  \
	X(invitation_opt_out)  \
	X(invitation_request)  \
	X(invitation_lookup)   \
	/* webhooks.h */       \
	X(webhook_create)      \
	X(webhook_get)         \
	X(webhook_list)        \
	X(webhook_update)      \
	X(webhook_delete)      \
	X(webhook_rotate)      \
	/* webhook_queue.h */  \
	X(webhook_test)        \
	X(webhook_redeliver)   \
	X(webhook_attempt_list) \
	X(webhook_claim)       \
	X(webhook_renew)       \
	X(webhook_settle)      \
	/* outbox.h */         \
	X(key_warn)            \
	X(outbox_claim)        \
	X(outbox_renew)        \
	X(outbox_settle)       \
	X(outbox_recall)       \
	X(outbox_count)        \
	/* census.h */         \
	X(census)              \
	/* bounces.h */        \
	X(mail_bounced)        \
	X(clock)               \
	X(probe)

/*
 * The tables of the database, but for meta: each is a `const struct table
 * <name>_table` (table.h), in the file of its subject or in table.c. Copied in
 * this order, looked through by `invited check`; a table that is not here stops
 * a copy. X takes the name.
 */
#define TABLES(X)          \
	X(organization)    \
	X(admin_key)       \
	X(project)         \
	X(user)            \
	X(project_user)    \
	X(group)           \
	X(group_user)      \
	X(project_group)   \
	X(role)            \
	X(role_assignment) \
	X(service_account) \
	X(project_key)     \
	X(invite)          \
	X(invite_mark)     \
	X(outbox)          \
	X(rights)          \
	X(audit)           \
	X(once)            \
	X(rate)            \
	X(audit_side)      \
	X(blocked_address) \
	X(organization_settings) \
	X(webhook)         \
	X(webhook_event)   \
	X(webhook_attempt)

/* A verb's index in tables. */
enum verb_index {
#define X(name) VERB_##name,
	VERBS(X)
#undef X
	    VERB_COUNT
};

enum verb_flags {
	/* Changes nothing. Its `run` may be called several times, each time
	 * from the beginning (see pgsql/read.c), and asks the same again. */
	VERB_READ = 1,
	/* Changes who may do what; see work_move_rights(). */
	VERB_RIGHTS = 2,
	/* A write that leaves no audit event, or only if something went wrong,
	 * but may be done twice without harm: so after a lost COMMIT it is
	 * simply repeated. */
	VERB_REPEATABLE = 4,
	/* Not about a particular organization, or about the one that its secret
	 * leads to. */
	VERB_ANY_ORGANIZATION = 8
};

/*
 * A write's place in its batch, which may be reordered to group similar writes.
 * All but the last two keep the order of one port's writes; those two do not
 * affect other operations.
 */
enum verb_rank {
	RANK_IN_PLACE, /* in order of arrival */
	RANK_LATER,    /* after them, unless a write of its port follows */
	RANK_PROBE,    /* after those; these two lock a row that all daemons */
	RANK_TOUCH,    /* share, so they have an order of their own */
	RANKS
};

struct db;
struct id_source;
struct lock_set;
struct resource;
struct store_op;
struct work;

struct verb {
	const char *name; /* in metrics */
	enum verb_index index;
	unsigned flags;
	enum verb_rank rank;
	size_t size_in, size_out; /* of its structs; 0: it has none */

	/* Whether this read may pass over many rows before it finds enough;
	 * NULL: never, or it asks work_leaves() when it gets there. */
	bool (*slow)(const void *in);

	/* Names the rows that it will lock (lock.h), if several daemons may
	 * want them at once; or NULL. */
	void (*locks)(const void *in, int64_t organization,
		      struct lock_set *set);

	/*
	 * Does it. `in` must not change, since it may be run again: a read for
	 * each answer that it waits for, a write with its whole batch after a
	 * conflict. `out` is zeroed each time. It belongs to the operation, as
	 * does everything it points to, in the operation's arena.
	 */
	enum result (*run)(struct work *work, const void *in, void *out);

	/* The resource, if `run` is one of resource.h's; or NULL. */
	const struct resource *resource;

	/* The same for several at once, for engines with a round trip for each
	 * query; or NULL. */
	const struct verb_together *together;
};

/*
 * A write, done for many at once in two halves: first the queries of all are
 * sent together, by db_ask(), in one round trip with those of other verbs of
 * the batch; then each is done, its writes gathered (db_gather()). Verbs with
 * the same ask() are given to it together.
 */
struct verb_together {
	/* Sends the queries. What it returns is passed to finish(), which frees
	 * it; NULL with an error noted. */
	void *(*ask)(struct db *db, struct id_source *ids,
		     struct store_op **ops, size_t n);

	/*
	 * Does them and sets each `result`, except for those that are left to
	 * `run`, such as one that has to be refused, for which `run` finds the
	 * reason. These go to `ret_left`, in the order in which to run them;
	 * returns how many. No two of `ops` are about the same row of
	 * LOCK_INVITE.
	 */
	size_t (*finish)(struct db *db, struct id_source *ids,
			 struct store_op *const *ops, size_t n, void *asked,
			 struct store_op **ret_left);
};

/* The beginning of each verb's definition. */
#define VERB(verb) .name = #verb, .index = VERB_##verb

#define X(name)	   extern const struct verb verb_##name;
VERBS(X)
#undef X

/* ---- inputs and results that many verbs share ---- */

/* One thing. */
struct id_in {
	int64_t id;
};

/* A page of a list, newest (greatest id) first. The input of each list begins
 * with one. The last two are for lists whose verb says that it heeds them. */
struct list_in {
	int64_t after;	/* rows behind this one only; 0 = from the beginning */
	int limit;	/* at most this many, >= 1 */
	bool ascending; /* oldest first */
	int64_t before; /* rows in front of this one only; 0 = to the end */
};

/* The time that a list's rows are of; all zero: any. */
struct time_range {
	int64_t since, until; /* Unix seconds, both included */
	bool bounded;	      /* `until` counts */
};

static inline int64_t time_range_end(const struct time_range *range)
{
	return range->bounded ? range->until : INT64_MAX;
}

struct list_out {
	void *rows; /* `count` of the struct that the list is of */
	size_t count;
	bool has_more;
};

#endif
