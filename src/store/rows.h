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

/* A list of ids for a statement, [id,id,...]: begun, added to, bound. */
void id_list_begin(struct buf *list, size_t count);
void id_list_add(struct buf *list, int64_t id);
void id_list_bind(struct buf *list, struct statement *st, int index);

/* It as PostgreSQL takes it: by the index, however the planner sees the list
 * and the table, which may have been empty when it made its plan. */
#define IN_ID_LIST(parameter)           \
	" = ANY(ARRAY(SELECT g::bigint" \
	" FROM json_array_elements_text(" parameter "::json) g))"

/* Its mail is given up, for the invite has expired. */
void record_too_late(const struct work *work, int64_t invite, int attempts);

#endif
