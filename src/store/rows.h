/*
 * rows.h: rows as the core's structs, and the lookups that verbs of several
 * subjects share; each is in the file of its subject. Private to store/.
 */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "core/organization.h"
#include "core/token.h"
#include "store/invitations.h"
#include "store/keys.h"
#include "store/work.h"

/* Statements that several subjects run. */
extern const struct sql sql_invite_take, sql_outbox_delete, sql_probe;

/* From SELECT <..._COLUMNS>. */
void row_invite(struct arena *arena, struct statement *st,
		struct invite *ret_invite);
void row_project(struct arena *arena, struct statement *st,
		 struct project *ret_project);
void row_user(struct arena *arena, struct statement *st, struct user *ret_user);

/* ---- keys.c ---- */

void insert_key(const struct work *work, const struct key_create_in *in,
		struct key_create_out *out);

/* ---- organizations.c ---- */

/* With its name and default project; false where there is none. */
bool find_organization(const struct work *work, int64_t id,
		       struct organization *ret_organization) MUST_CHECK;

/* ---- projects.c ---- */

/* A new id is given to it, and its organization and time. */
void insert_project(const struct work *work, struct project *project);

/* One of the organization's. */
bool find_project(const struct work *work, int64_t id,
		  struct project *ret_project) MUST_CHECK;

/*
 * The projects of a list, in no order, by one question however many they are:
 * each question to a database elsewhere is a round trip, which others wait
 * for. How many there are; `ret_projects` has room for all.
 */
size_t find_projects(const struct work *work, struct grants grants,
		     struct project *ret_projects) MUST_CHECK;

/* The one with this id among them, or NULL. */
const struct project *project_among(const struct project *projects,
				    size_t count, int64_t id) MUST_CHECK;

/* ---- users.c ---- */

/* Whoever in the organization has this address. */
bool find_member(const struct work *work, const char *email_key,
		 struct user *ret_user) MUST_CHECK;

/* ---- invites.c ---- */

/* One of the organization's, by &sql_invite_get or _TAKE. */
bool find_invite(const struct work *work, const struct sql *sql, int64_t id,
		 struct invite *ret_invite) MUST_CHECK;

/* It gives up its address and its mail, and ends in `state`. */
void invite_release_address(const struct work *work,
			    const struct invite *invite,
			    enum invite_state state);

/* ---- invitations.c ---- */

/* Fills the names of an invitation whose invite is there; `skipped` as it
 * lies in the invite's row. From then on the work is about its organization. */
void name_invitation(struct work *work, struct invitation *invitation,
		     struct str skipped);

/* ---- outbox.c ---- */

void queue_mail(struct work *work, int64_t invite,
		const uint8_t secret[SECRET_SIZE]);

/* The time by the clock that due times and leases are by. */
int64_t lease_now(const struct work *work);

/* A list of mails for a statement, [[organization,invite,...],...]: its
 * elements are added with buf_addf(), with commas between. */
void mail_list_begin(struct buf *list, size_t count);

/* Binds it, and notes where it did not fit. */
void mail_list_end(const struct work *work, struct buf *list,
		   struct statement *st, int index);

/* Such a list as a table l(of, at, attempts, now), joined to o. */
#define LISTED_MAILS(parameter, id)                                   \
	" FROM (SELECT (g->>0)::bigint AS of, (g->>1)::bigint AS at," \
	" (g->>2)::bigint AS attempts, (g->>3)::bigint AS now"        \
	" FROM json_array_elements(" parameter "::json) g) l"         \
	" WHERE o.organization = l.of AND o." id " = l.at"

/* Its mail is given up, for the invite has expired. */
void record_too_late(const struct work *work, int64_t invite, int attempts);

#endif
