/*
 * rows.h: rows as the core's structs, and the lookups that verbs of several
 * subjects share; each is in the file of its subject. Private to store/.
 */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "core/organization.h"
#include "core/token.h"
#include "store/invites/invitations.h"
#include "store/keys/admin_keys.h"
#include "store/mail/outbox.h"
#include "store/table.h"
#include "store/work.h"

/* Statements that several subjects run. */
extern const struct sql sql_invite_take, sql_outbox_delete, sql_probe,
    sql_user_of_invites, sql_invite_projects, sql_invite_settings,
    sql_key_revoke, sql_project_key_revoke;

/* ---- tables ---- */

#define ORGANIZATION_TABLE(FIRST, MORE)                             \
	FIRST(NUMBER, "id", struct organization, id)                \
	MORE(TEXT, "name", struct organization, name)               \
	MORE(NUMBER, "created_at", struct organization, created_at) \
	MORE(NUMBER, "default_project", struct organization, default_project)

struct key_row {
	struct admin_key key;
	uint8_t secret_hash[SHA256_SIZE];
};

#define ADMIN_KEY_TABLE(FIRST, MORE)                                   \
	FIRST(NUMBER, "id", struct key_row, key.id)                    \
	MORE(NUMBER, "organization", struct key_row, key.organization) \
	MORE(BYTES, "secret_hash", struct key_row, secret_hash)        \
	MORE(TEXT, "name", struct key_row, key.name)                   \
	MORE(TEXT, "redacted", struct key_row, key.redacted)           \
	MORE(NUMBER, "created_at", struct key_row, key.created_at)     \
	MORE(NUMBER, "last_used_at", struct key_row, key.last_used_at) \
	MORE(NUMBER, "revoked_at", struct key_row, key.revoked_at)     \
	MORE(NUMBER, "expires_at", struct key_row, key.expires_at)     \
	MORE(NUMBER, "user", struct key_row, key.user)

#define PROJECT_TABLE(FIRST, MORE)                                       \
	FIRST(NUMBER, "id", struct project, id)                          \
	MORE(NUMBER, "organization", struct project, organization)       \
	MORE(TEXT, "name", struct project, name)                         \
	MORE(NUMBER, "created_at", struct project, created_at)           \
	MORE(NUMBER, "archived_at", struct project, archived_at)         \
	MORE(WORD, "residency", struct project, residency, &residencies) \
	MORE(WORD, "geography", struct project, geography, &geographies) \
	MORE(TEXT, "external_key_id", struct project, external_key_id)   \
	MORE(NUMBER, "max_key_lifetime_seconds", struct project,         \
	     max_key_lifetime)

struct user_row {
	struct user user;
	const char *email_key;
};

#define USER_TABLE(FIRST, MORE)                                              \
	FIRST(NUMBER, "id", struct user_row, user.id)                        \
	MORE(NUMBER, "organization", struct user_row, user.organization)     \
	MORE(TEXT, "email", struct user_row, user.email)                     \
	MORE(TEXT, "email_key", struct user_row, email_key)                  \
	MORE(TEXT, "name", struct user_row, user.name)                       \
	MORE(WORD, "role", struct user_row, user.role, &roles)               \
	MORE(NUMBER, "added_at", struct user_row, user.added_at)             \
	MORE(NUMBER, "removed_at", struct user_row, user.removed_at)         \
	MORE(TEXT, "technical_level", struct user_row, user.technical_level) \
	MORE(TEXT, "developer_persona", struct user_row,                     \
	     user.developer_persona)                                         \
	MORE(TEXT, "metadata", struct user_row, user.metadata)               \
	MORE(TEXT, "external_id", struct user_row, user.external_id)

/* The lists of projects as text, and what the schemas say of these columns. */
struct invite_row {
	struct invite invite;
	struct grants skips; /* what `skipped` says */
	int64_t address_hash, slot;
	const char *email_key; /* NULL where it equals email */
	const char *projects, *projects_sent, *skipped;
	const char *inviter_key; /* NULL where it equals inviter.email */
};

#define INVITE_TABLE(FIRST, MORE)                                            \
	FIRST(NUMBER, "id", struct invite_row, invite.id)                    \
	MORE(NUMBER, "organization", struct invite_row, invite.organization) \
	MORE(NUMBER, "address_hash", struct invite_row, address_hash)        \
	MORE(SIGNED, "slot", struct invite_row, slot)                        \
	MORE(WORD, "state", struct invite_row, invite.state, &invite_states) \
	MORE(WORD, "role", struct invite_row, invite.role, &roles)           \
	MORE(NUMBER, "created_at", struct invite_row, invite.created_at)     \
	MORE(NUMBER, "expires_at", struct invite_row, invite.expires_at)     \
	MORE(NUMBER, "accepted_at", struct invite_row, invite.accepted_at)   \
	MORE(NUMBER, "declined_at", struct invite_row, invite.declined_at)   \
	MORE(NUMBER, "user", struct invite_row, invite.user)                 \
	MORE(WORD, "delivery", struct invite_row, invite.delivery.status,    \
	     &delivery_statuses)                                             \
	MORE(NUMBER, "delivery_attempts", struct invite_row,                 \
	     invite.delivery.attempts)                                       \
	MORE(NUMBER, "delivery_at", struct invite_row,                       \
	     invite.delivery.updated_at)                                     \
	MORE(TEXT, "delivery_error", struct invite_row,                      \
	     invite.delivery.last_error)                                     \
	MORE(BYTES, "secret_hash", struct invite_row, invite.secret_hash)    \
	MORE(BYTES_OR_NULL, "other_hash", struct invite_row,                 \
	     invite.other_hash)                                              \
	MORE(WORD, "reminder", struct invite_row, invite.reminder,           \
	     &invite_reminders)                                              \
	MORE(NUMBER, "reminded_at", struct invite_row, invite.reminded_at)   \
	MORE(NUMBER, "expiry_told", struct invite_row, invite.expiry_told)   \
	MORE(TEXT, "email", struct invite_row, invite.email)                 \
	MORE(TEXT, "email_key", struct invite_row, email_key)                \
	MORE(TEXT, "projects", struct invite_row, projects)                  \
	MORE(TEXT, "projects_sent", struct invite_row, projects_sent)        \
	MORE(TEXT, "skipped", struct invite_row, skipped)                    \
	MORE(TEXT, "inviter_name", struct invite_row, invite.inviter.name)   \
	MORE(TEXT, "inviter_email", struct invite_row, invite.inviter.email) \
	MORE(TEXT, "inviter_key", struct invite_row, inviter_key)            \
	MORE(TEXT, "locale", struct invite_row, invite.locale)               \
	MORE(TEXT, "metadata", struct invite_row, invite.metadata)           \
	MORE(TEXT, "external_id", struct invite_row, invite.external_id)     \
	MORE(NUMBER, "opted_out_at", struct invite_row, invite.opted_out_at) \
	MORE(NUMBER, "resend_requested_at", struct invite_row,               \
	     invite.resend_requested_at)

#define SETTINGS_TABLE(FIRST, MORE)                                            \
	FIRST(NUMBER, "organization", struct organization_settings,            \
	      organization)                                                    \
	MORE(NUMBER, "updated_at", struct organization_settings, updated_at)   \
	MORE(TEXT, "display_name", struct organization_settings, display_name) \
	MORE(TEXT, "line", struct organization_settings, line)                 \
	MORE(TEXT, "color", struct organization_settings, color)               \
	MORE(TEXT, "reply_to", struct organization_settings, reply_to)         \
	MORE(TEXT, "locale", struct organization_settings, locale)             \
	MORE(TEXT, "sender_email", struct organization_settings, sender_email) \
	MORE(TEXT, "sender_name", struct organization_settings, sender_name)   \
	MORE(TEXT, "allowed_domains", struct organization_settings,            \
	     allowed_domains)                                                  \
	MORE(NUMBER, "max_seats", struct organization_settings, max_seats)     \
	MORE(NUMBER, "reminder_hours_before", struct organization_settings,    \
	     reminder_hours)                                                   \
	MORE(NUMBER, "max_key_lifetime_seconds", struct organization_settings, \
	     max_key_lifetime)                                                 \
	MORE(NUMBER, "mails_per_day", struct organization_settings,            \
	     mails_per_day)                                                    \
	MORE(NUMBER, "invites_per_minute", struct organization_settings,       \
	     invites_per_minute)

#define ORGANIZATION_COLUMNS COLUMNS_OF(ORGANIZATION_TABLE)
/* Behind the table's: whether its person is an owner. */
#define KEY_COLUMNS	 COLUMNS_OF(ADMIN_KEY_TABLE) ", " KEY_IS_OWNED("admin_key")
#define PROJECT_COLUMNS	 COLUMNS_OF(PROJECT_TABLE)
#define USER_COLUMNS	 COLUMNS_OF(USER_TABLE)
#define INVITE_COLUMNS	 COLUMNS_OF(INVITE_TABLE)
#define SETTINGS_COLUMNS COLUMNS_OF(SETTINGS_TABLE)

#define SETTINGS_BEHIND	 COLUMN_BEHIND(&organization_settings_table)

/* The current row; false where it is damaged, see table_read(). */
bool read_invite(const struct work *work, struct statement *st,
		 struct invite_row *ret_row) MUST_CHECK;

/* The only row of a statement that is bound. False where there is none, or
 * where it is damaged, which is noted: see db_damaged(). */
bool find_invite_row(const struct work *work, struct statement *st,
		     struct invite_row *ret_row);

/* The outcome of looking for one row. */
enum found { FOUND_NONE, FOUND_ONE, FOUND_DAMAGED };

/* ---- admin_keys.c ---- */

void insert_key(const struct work *work, const struct key_create_in *in,
		struct key_create_out *out);

/* ---- organizations.c ---- */

/* With its name and default project; false where there is none. */
bool find_organization(const struct work *work, int64_t id,
		       struct organization *ret_organization) MUST_CHECK;

/* ---- settings.c ---- */

/* Those of the work's organization. */
void find_settings(const struct work *work,
		   struct organization_settings *ret_settings);

/* The current row of SETTINGS_COLUMNS; the defaults if an outer join found
 * none. False if it is damaged. */
bool read_settings(const struct work *work, struct statement *st,
		   int64_t organization,
		   struct organization_settings *ret_settings) MUST_CHECK;

/* The organization's name as invited people see it. */
void name_inviting(struct invitation *invitation, const char *name);

/* ---- projects.c ---- */

/* A new id is given to it, and its organization and time. */
void insert_project(const struct work *work, struct project *project);

/* One of the organization's. */
bool find_project(const struct work *work, int64_t id,
		  struct project *ret_project) MUST_CHECK;

/*
 * A project that may be used and changed: RESULT_OK, PROJECT_NOT_FOUND, or
 * PROJECT_ARCHIVED. Every verb in a project checks this first, here or in a
 * query of its own. A VERB_RIGHTS write can rely on it until it ends, since
 * archiving is one, too.
 */
enum result find_active_project(const struct work *work, int64_t id,
				struct project *ret_project) MUST_CHECK;

/*
 * The projects of a list, in order, in one query however many they are: each
 * query to a remote database is a round trip, for which others wait. Returns
 * how many were found; `ret_projects` has room for all.
 */
size_t find_projects(const struct work *work, struct grants grants,
		     struct project *ret_projects) MUST_CHECK;

/* The one with this id among them, or NULL; they are in order of organization
 * and id. */
const struct project *project_among(const struct project *projects,
				    size_t count, int64_t organization,
				    int64_t id) MUST_CHECK;

/* ---- admin_keys.c ---- */

/* Whether the organization has admin keys that do not expire, and all of them
 * are this owner's. */
bool has_last_key(const struct work *work, int64_t user) MUST_CHECK;

/* ---- users.c ---- */

/* The current row of USER_COLUMNS; false where it is damaged. */
bool read_user(const struct work *work, struct statement *st,
	       struct user *ret_user) MUST_CHECK;

/* Whoever in the organization has this address. */
bool find_member(const struct work *work, const char *email_key,
		 struct user *ret_user) MUST_CHECK;

bool find_user(const struct work *work, int64_t id,
	       struct user *ret_user) MUST_CHECK;

/*
 * The rest is for verbs of VERB_RIGHTS: the rights row is what keeps an owner
 * in the organization (user_on_step_down()).
 */

/* A member, locked to be changed. */
struct taken_user {
	struct user user;
	bool another_owner; /* there is an owner besides */
};

/* RESULT_OK or RESULT_USER_NOT_FOUND. */
enum result take_user(const struct work *work, int64_t id,
		      struct taken_user *ret_taken) MUST_CHECK;

/* RESULT_OK, with the member's new role in `taken`; or what
 * user_on_step_down() says, and nothing was changed. */
enum result give_role(const struct work *work, struct taken_user *taken,
		      enum role role) MUST_CHECK;

/*
 * Removes the user from the organization: grants and groups are deleted, keys
 * revoked, and the address becomes free. The row stays, closed. RESULT_OK; or
 * what user_on_step_down() says, and nothing was changed.
 */
enum result remove_user(const struct work *work,
			const struct taken_user *taken) MUST_CHECK;

/* ---- invites.c ---- */

/* One of the organization's, by sql_invite_get or _take. */
bool find_invite(const struct work *work, const struct sql *sql, int64_t id,
		 struct invite *ret_invite) MUST_CHECK;

/* The invite gives up its address and its mail, and ends in `state`. */
void invite_release_address(const struct work *work,
			    const struct invite *invite,
			    enum invite_state state);

/* Stores what opens the invite, and what became of its mail. */
void write_link(const struct work *work, const struct invite *invite);

/* ---- outbox.c ---- */

void queue_mail(struct work *work, int64_t invite,
		const uint8_t secret[SECRET_SIZE], enum letter_kind letter);

/* Cancels the invite's mail, if that waits. */
void drop_mail(const struct work *work, const struct invite *invite);

/* The time by the clock that due times and leases are by. */
int64_t lease_now(const struct work *work);

/* A list of ids for a statement, [id,id,...]: begin, add, bind. */
void id_list_begin(struct buf *list, size_t count);
void id_list_add(struct buf *list, int64_t id);
void id_list_bind(struct buf *list, struct statement *st, int index);

/* Such a list in PostgreSQL, in a form that uses the index whatever the planner
 * thinks of the list and the table, which may have been empty when it made its
 * plan. */
#define IN_ID_LIST(parameter)           \
	" = ANY(ARRAY(SELECT g::bigint" \
	" FROM json_array_elements_text(" parameter "::json) g))"

/* Its mail did not arrive, and will not. */
void record_failure(const struct work *work, const struct invite *invite,
		    const char *error);

/* Its mail is given up, for the invite has expired. */
void record_too_late(const struct work *work, int64_t invite, int attempts);

#endif
