/*
 * id.h: ids, as numbers and as text.
 *
 * An id is a 63-bit number that grows with time: 41 bits of milliseconds since
 * 2024-01-01T00:00:00Z, then 22 bits that start at random in each new
 * millisecond and count up inside it. It is the row's key in the database, so
 * that new rows go to the end of every index. Outside it is a prefix and 13
 * characters: "invite-0D4V3QSZ8M2K7".
 */
#ifndef CORE_ID_H
#define CORE_ID_H

#include "base/base.h"
#include "base/str.h"

/*
 * Things that are looked for by their id:
 *
 *	WITH(X, NAME, prefix, what a parameter that holds an id is called,
 *	     code, sentence)
 *
 * where the last two are of the result <NAME>_NOT_FOUND (result.h).
 */
#define THINGS(WITH, X)                                                  \
	WITH(X, ORGANIZATION, "org-", "organization_id",                 \
	     "organization_not_found", "There is no such organization.") \
	WITH(X, PROJECT, "proj_", "project_id", "project_not_found",     \
	     "There is no project with this id in your organization.")   \
	WITH(X, USER, "user-", "user_id", "user_not_found",              \
	     "There is no user with this id in your organization.")      \
	/* unknown, deleted or another's */                              \
	WITH(X, INVITE, "invite-", "invite_id", "invite_not_found",      \
	     "There is no invite with this id in your organization; it " \
	     "may have been deleted.")                                   \
	WITH(X, GROUP, "group_", "group_id", "group_not_found",          \
	     "There is no group with this id in your organization.")     \
	WITH(X, BLOCKED_ADDRESS, "blocked_", "blocked_address_id",       \
	     "blocked_address_not_found",                                \
	     "There is no blocked address with this id in your "         \
	     "organization; it may have been lifted.")                   \
	WITH(X, ROLE, "role_", "role_id", "role_not_found",              \
	     "There is no role with this id here.")                      \
	WITH(X, SERVICE_ACCOUNT, "svc_acct_", "service_account_id",      \
	     "service_account_not_found",                                \
	     "There is no service account with this id in the project.") \
	WITH(X, API_KEY, "key_", "api_key_id", "api_key_not_found",      \
	     "There is no key with this id in the project.")             \
	WITH(X, KEY, "key_", "key_id", "key_not_found",                  \
	     "There is no key in force with this id in your "            \
	     "organization.")                                            \
	WITH(X, WEBHOOK, "webhook_", "webhook_id", "webhook_not_found",  \
	     "There is no webhook with this id in your organization.")   \
	/* neither waiting nor attempted of late */                      \
	WITH(X, EVENT, "evt_", "event_id", "event_not_found",            \
	     "There is no event with this id among the last attempts "   \
	     "of the webhook.")

/* X(NAME, prefix, parameter) */
#define ID_LIST(X)                                 \
	THINGS(ID_OF, X)                           \
	X(AUDIT_LOG, "audit_log-", "audit_log_id") \
	X(ATTEMPT, "attempt_", "attempt_id")
#define ID_OF(X, name, prefix, parameter, ...) X(name, prefix, parameter)

enum id_kind {
#define X(name, prefix, param) ID_##name,
	ID_LIST(X)
#undef X
	    ID_KINDS
};

/* The kind of id that a parameter of this name holds, as "invite_id" does;
 * false for names that say nothing of the sort. */
bool id_kind_of_param(struct str name, enum id_kind *ret_kind) MUST_CHECK;

#define ID_TEXT_SIZE 32 /* enough for any id's text and its NUL */

/* Writes the text of `id`; returns `out`. */
const char *id_format(enum id_kind kind, int64_t id, char out[ID_TEXT_SIZE]);

/*
 * The number behind an id's text; exactly the prefix and 13 digits, digits in
 * either case. False for anything else.
 */
bool id_parse(enum id_kind kind, struct str text, int64_t *ret_id) MUST_CHECK;

/* What one generator remembers. All zero is a fresh one. Not thread-safe. */
struct id_source {
	int64_t last;
};

/*
 * The next id at `now_ms` (Unix, milliseconds), with `random` for the low bits
 * of a new millisecond. Always greater than the one before, also where the
 * clock ran backwards. Two generators can meet: the primary key notices, and
 * the caller draws again.
 */
int64_t id_next(struct id_source *source, int64_t now_ms, uint64_t random);

/*
 * Makes the next ids greater than `greatest`, which is in use: the clock may
 * have been set back since that was made. A number so great that hardly any ids
 * would be left behind it is not believed.
 */
void id_start_after(struct id_source *source, int64_t greatest);

/* The smallest and the greatest id that can be made at `now_ms`. */
int64_t id_first_at(int64_t now_ms);
int64_t id_last_at(int64_t now_ms);

#endif
