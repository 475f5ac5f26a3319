/*
 * store.h: what is remembered.
 *
 * The seam is one operation in, its outcome out. Whoever needs the store opens
 * a port, fills a `struct store_op`, and submits it:
 *
 *	writes   wait in one queue; a single writer takes all that wait, applies
 *	         them as one transaction with one fsync, and hands the whole
 *	         batch back. Each is all-or-nothing and fails alone. Nobody
 *	         waits for a timer: a batch starts when the last is on disk.
 *	reads    are answered at once from the port's own connection; those that
 *	         may have to look at many rows go to a reader of their own. On a
 *	         database elsewhere none is answered at once: all that wait
 *	         travel together.
 *
 * When an operation comes back, `result` says how it ended: RESULT_OK
 * means done and, for writes, durable. Everything it returns lies in the
 * operation's arena. The operation and its arena belong to the store from
 * store_submit() until it is collected.
 *
 * Everything but the verbs that carry a secret or serve the operator is bound
 * to `organization`: what belongs to another is as if it were not there. A
 * write by a key that was revoked, however shortly before, is refused with
 * KEY_UNKNOWN.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/fail.h"
#include "base/hash.h"
#include "core/email.h"
#include "core/invite.h"
#include "core/organization.h"
#include "core/result.h"
#include "core/token.h"

struct store;
struct store_port;

#define STORE_VERBS(X)                                                    \
	/* writes */                                                      \
	X(BOOTSTRAP)	       /* first organization, if there is none */ \
	X(ORGANIZATION_CREATE) /* with its default project */             \
	X(KEY_CREATE)                                                     \
	X(KEY_REVOKE)                                                     \
	X(KEY_TOUCH) /* remember when a key was used */                   \
	X(PROJECT_CREATE)                                                 \
	X(INVITE_CREATE) /* + outbox row + audit event */                 \
	X(INVITE_DELETE)                                                  \
	X(INVITATION_ACCEPT) /* + user + memberships + audit events */    \
	X(INVITATION_DECLINE)                                             \
	X(OUTBOX_CLAIM)	 /* lease mails that are due */                   \
	X(OUTBOX_RENEW)	 /* prolong the lease of one */                   \
	X(OUTBOX_SETTLE) /* record how one went */                        \
	X(PROBE)	 /* can anything be written at all? */            \
	/* reads */                                                       \
	X(KEY_FIND) /* whose key is this? */                              \
	X(KEY_LIST)                                                       \
	X(ORGANIZATION_LIST)                                              \
	X(INVITE_GET)                                                     \
	X(INVITE_LIST)                                                    \
	X(INVITATION_LOOKUP)                                              \
	X(PROJECT_GET)                                                    \
	X(PROJECT_LIST)                                                   \
	X(USER_GET)                                                       \
	X(USER_LIST)                                                      \
	X(PROJECT_USER_LIST)                                              \
	X(OUTBOX_COUNT)

enum store_verb {
#define X(name) STORE_##name,
	STORE_VERBS(X)
#undef X
	    STORE_VERB_COUNT
};

#define STORE_FIRST_READ STORE_KEY_FIND

/* A page of a list, newest (greatest id) first. */
struct store_page {
	int64_t after; /* in: rows with smaller ids only; 0 = from the top */
	int limit;     /* in: at most this many, >= 1 */
	bool has_more; /* out */
	size_t count;  /* out: rows in the verb's array */
};

/* A grant with the project's name, for people. */
struct named_grant {
	const char *project_name;
	enum project_role role;
	bool archived;
};

/* What the holder of a link is shown. */
struct invitation {
	struct invite invite;
	const char *organization_name;
	struct named_grant *grants; /* invite.grants.count, in their order */
};

/* A mail to be sent. */
struct outbox_mail {
	struct invitation to; /* to whom, into what */
	struct token token;   /* secret: only for the mail's text */
	int attempts;	      /* made before this one */
	int64_t queued_at_ms; /* Unix, milliseconds */
	int64_t leased_until_ms;
};

enum outbox_outcome { OUTBOX_SENT, OUTBOX_DEFERRED, OUTBOX_FAILED };

struct store_op {
	/* Set by who submits. */
	enum store_verb verb;
	int64_t organization;
	int64_t actor; /* the admin key that asks; 0 = the person, or we */
	int64_t now_ms;
	struct arena *arena; /* for what comes back; borrowed */
	void *context;	     /* yours */

	/* Set by the store. */
	enum result result;
	struct store_op *next;	 /* in a collected batch */
	struct store_port *port; /* private */

	/* By verb: inputs first, what comes back under `ret_`. */
	union {
		struct {
			const char *organization_name;
			const char *key_name;
			struct str secret; /* the key's text */
			bool ret_created;  /* false: there was one already */
			struct organization ret_organization;
		} bootstrap;
		struct {
			const char *name; /* unique, as typed */
			struct organization ret_organization;
		} organization_create;
		struct {
			const char *name;
			struct str secret; /* the key's text */
			struct admin_key ret_key;
		} key_create;
		struct {
			int64_t id;
		} key_revoke, key_touch;
		struct {
			const char *name;
			struct project ret_project;
		} project_create;
		struct {
			struct email email;
			enum role role;
			bool default_project; /* instead of `grants` */
			struct grants grants;
			int64_t ttl_seconds;
			bool queue_mail;
			uint8_t secret[SECRET_SIZE];
			struct invite ret_invite;
			/* With GRANTED: false where `ret_invite` was there
			 * before (a retry). ret_link: `secret` opens it. */
			bool ret_created, ret_link;
			/* Which of `grants` was refused, with PROJECT_*. */
			size_t ret_index;
		} invite_create;
		struct {
			int64_t id;
			struct invite ret_invite;
		} invite_delete, invite_get;
		struct {
			struct token token;
			const char *name; /* accept: the person's; may be "" */
			struct invitation ret_invitation;
			int64_t ret_user;
			/* accept: granted before, by an earlier request */
			bool ret_again;
		} invitation; /* ACCEPT, DECLINE, LOOKUP */
		struct {
			int limit;
			int64_t lease_ms;
			struct outbox_mail *ret_mails;
			size_t ret_count;
			int64_t ret_next_due_ms; /* 0 = nothing waits */
		} outbox_claim;
		struct {
			int64_t invite;
			int64_t leased_until_ms; /* as it is now... */
			int64_t until_ms;	 /* ...and to be */
		} outbox_renew;
		struct {
			int64_t invite;
			/* Of the mail that is meant: where it went to
			 * somebody else, there may be another by now. 0: any
			 * one. */
			int64_t queued_at_ms;
			/* Until when it was ours, as far as we know, and as
			 * we asked without an answer yet (0: did not). Where
			 * it is somebody else's by now, only SENT counts: that
			 * it arrived is true whoever has it, how a failure
			 * ends is theirs to say. 0: whoever has it. */
			int64_t leased_until_ms, asked_until_ms;
			enum outbox_outcome outcome;
			const char *error;  /* NULL when sent */
			int64_t next_at_ms; /* when deferred */
		} outbox_settle;
		struct {
			struct str secret; /* the key's text */
			struct admin_key ret_key;
		} key_find;
		struct {
			struct store_page page;
			struct admin_key *ret_keys;
		} key_list;
		struct {
			struct store_page page;
			struct organization *ret_organizations;
		} organization_list;
		struct {
			struct store_page page;
			bool by_status;
			enum invite_status status;
			const char *email_key; /* NULL = any */
			struct invite *ret_invites;
		} invite_list;
		struct {
			int64_t id;
			struct project ret_project;
		} project_get;
		struct {
			struct store_page page;
			bool include_archived;
			struct project *ret_projects;
		} project_list;
		struct {
			int64_t id;
			struct user ret_user;
		} user_get;
		struct {
			struct store_page page;
			const char **email_keys; /* any of these... */
			size_t email_count;	 /* ...or everybody when 0 */
			struct user *ret_users;
		} user_list;
		struct {
			struct store_page page;
			int64_t project;
			struct project_user *ret_users;
		} project_user_list;
		struct {
			int64_t ret_waiting;
			int64_t ret_oldest_ms; /* queued at; 0 = none waits */
		} outbox_count;
	};
};

/*
 * Opens the store behind `url` ("sqlite:PATH" or "postgres://..."), making and
 * migrating it as needed, and starts its threads. With `serve` a file is
 * locked against a second daemon; without, it is opened beside a running one,
 * for the operator's commands. -1 with `fail` where that cannot be done: it is
 * read-only, newer than this program, damaged, out of reach, or a file that is
 * served by another.
 */
int store_open(const char *url, bool serve, struct store **ret_store,
	       struct fail *fail) MUST_CHECK;

/* Finishes what was submitted, stops the threads, closes. Ports first. */
void store_close(struct store *store);

/* Whether other daemons may write to it: what waits may be theirs, and what
 * they leave behind is ours. */
bool store_is_shared(const struct store *store);

/*
 * A door of its own for each thread that uses the store. `wake` (may be NULL)
 * is called, from the store's threads, after operations of this port were
 * finished: it should do no more than wake the owner, who then collects.
 */
int store_port_open(struct store *store, void (*wake)(void *context),
		    void *context, struct store_port **ret_port,
		    struct fail *fail) MUST_CHECK;
void store_port_close(struct store_port *port); /* nothing under way */

/*
 * Hands `op` in. True: it is finished already. False: it will be in a later
 * store_collect(). A port's writes run in order of arrival; reads do not wait
 * for writes.
 */
bool store_submit(struct store_port *port, struct store_op *op) MUST_CHECK;

/* All that was finished since, linked by `next`, oldest first; or NULL. */
struct store_op *store_collect(struct store_port *port);

/* Submits and waits. Not for ports with operations under way. */
void store_call(struct store_port *port, struct store_op *op);

/*
 * Reads of a port that are answered at once see one state of the store between
 * two calls of this. Call it before waiting for anything, and after collecting:
 * it also sends off what was submitted.
 */
void store_rest(struct store_port *port);

/* `wake` (or NULL) is called after each batch that queued mail, from the
 * store's thread; the one before it is not, once this has returned. */
void store_on_mail(struct store *store, void (*wake)(void *context),
		   void *context);

/* Whether the last write reached the disk, and no read has failed since; else
 * why not. */
bool store_healthy(struct store *store, struct fail *fail);

/* What the store has done, in Prometheus' text format. */
void store_metrics(const struct store *store, struct buf *out);

/*
 * Operator's commands. check: prints each fault found to `out`, returns how
 * many, or -1. backup: a consistent copy, in use or not, into a new file.
 */
int store_check(struct store *store, FILE *out, struct fail *fail) MUST_CHECK;
int store_backup(struct store *store, const char *path,
		 struct fail *fail) MUST_CHECK;

#endif
