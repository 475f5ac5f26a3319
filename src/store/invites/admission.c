/*
 * admission.c: what an acceptance writes: the user, the memberships, and that
 * the invite is used.
 */
#include "base/base.h"

#include "store/invites/invitations.h"

#include "store/members/standing.h"
#include "store/rows.h"

STATEMENT(user_promote_many,
	  .pgsql = "UPDATE \"user\" u SET role = greatest(u.role, r.role),"
		   " name = CASE u.name WHEN '' THEN r.name ELSE u.name END,"
		   " metadata = coalesce(u.metadata, r.metadata),"
		   " external_id = coalesce(u.external_id, r.external_id)"
		   " FROM unnest(?1::bigint[], ?2::bigint[], ?3::bigint[],"
		   " ?4::text[], ?5::text[], ?6::text[])"
		   " r(id, organization, role, name, metadata, external_id)"
		   " WHERE u.id = r.id AND u.organization = r.organization");
STATEMENT(user_promote,
	  .text = "UPDATE \"user\" SET role ="
		  " CASE WHEN role < ?3 THEN ?3 ELSE role END,"
		  " name = CASE name WHEN '' THEN ?4 ELSE name END,"
		  " metadata = coalesce(metadata, ?5),"
		  " external_id = coalesce(external_id, ?6)"
		  " WHERE id = ?1 AND organization = ?2",
	  .many = &sql_user_promote_many);

static void promote_user(const struct work *work, int64_t user,
			 const struct invite *invite, const char *name)
{
	struct statement *st = db_statement(work->db, &sql_user_promote);

	db_bind_i64(st, 1, user);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, invite->role);
	db_bind_text(st, 4, name);
	db_bind_text(st, 5, invite->metadata);
	db_bind_text(st, 6, invite->external_id);
	db_run(work->db, st);
}

STATEMENT(user_insert_many, .pgsql = INSERT_MANY_OF("user", USER_TABLE));
STATEMENT(user_insert, .text = INSERT_OF("user", USER_TABLE),
	  .many = &sql_user_insert_many);

#define USER_DETAIL(FIRST, MORE) \
	FIRST(WORD, "role", struct user_row, user.role, &roles)
DETAIL(user, USER_DETAIL);

/* The actor is the user: nobody else takes part. */
static int64_t insert_user(struct work *work, const struct invite *invite,
			   const char *name)
{
	struct statement *st = db_statement(work->db, &sql_user_insert);
	const struct user_row row = {
		.user = { .id = work_id(work),
			  .organization = work->organization,
			  .email = invite->email,
			  .name = name,
			  .role = invite->role,
			  .added_at = work->now,
			  .metadata = invite->metadata,
			  .external_id = invite->external_id },
		.email_key = invite->email_key,
	};

	table_bind(&user_table, st, &row);
	db_run(work->db, st);
	work->actor.user = row.user.id;
	work_audit_event(
	    work, &(struct audit_event){
		      .type = AUDIT_USER_ADDED,
		      .target = row.user.id,
		      .detail = audit_detail(work, &user_detail, &row) });
	return row.user.id;
}

/* Creates or promotes the user; `member` is the one who has the address
 * already, or NULL. Returns the user's id. */
static int64_t admit_user(struct work *work, const struct invite *invite,
			  const struct user *member, const char *name)
{
	work->actor.email = invite->email;
	if (!member)
		return insert_user(work, invite, name);
	work->actor.user = member->id;
	promote_user(work, member->id, invite, name);
	return member->id;
}

/* The stronger role stays. */
#define STRONGER_ROLE                                                          \
	" DO UPDATE SET role = CASE WHEN " STANDING_OF(                        \
	    "excluded.role") " > " STANDING_OF("project_user.role") " THEN "   \
								    "excluded" \
								    ".role "   \
								    "ELSE "    \
								    "project_" \
								    "user."    \
								    "role END"
#define ADD_TO_PROJECT                                              \
	"INSERT INTO project_user(organization, project, \"user\"," \
	" role, added_at)"
#define ADD_ONE " VALUES(?1, ?2, ?3, ?4, ?5)"

STATEMENT(project_user_add_many,
	  .pgsql = ADD_TO_PROJECT
	  " SELECT DISTINCT ON (organization, project, \"user\") *"
	  " FROM unnest(?1::bigint[], ?2::bigint[], ?3::bigint[],"
	  " ?4::bigint[], ?5::bigint[])"
	  " r(organization, project, \"user\", role, added_at)"
	  " ORDER BY organization, project, \"user\""
	  " ON CONFLICT(organization, project, \"user\")" STRONGER_ROLE);
STATEMENT(project_user_add,
	  .text = ADD_TO_PROJECT ADD_ONE
	  " ON CONFLICT(project, \"user\")" STRONGER_ROLE,
	  .pgsql = ADD_TO_PROJECT ADD_ONE
	  " ON CONFLICT(organization, project, \"user\")" STRONGER_ROLE,
	  .many = &sql_project_user_add_many);

static void add_to_project(const struct work *work, int64_t user,
			   const struct grant *grant)
{
	struct statement *st = db_statement(work->db, &sql_project_user_add);

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, grant->project);
	db_bind_i64(st, 3, user);
	db_bind_i64(st, 4, grant->role);
	db_bind_i64(st, 5, work->now);
	db_run(work->db, st);
}

/* Every granted project but those archived since, which are returned as text
 * for the invite's row; NULL when there are none. */
static const char *admit_to_projects(const struct work *work,
				     const struct invitation *invitation)
{
	struct grants grants = invitation->invite.grants;
	struct grants skipped = { NULL, 0 };
	const char *text;

	skipped.at =
	    arena_array(work->arena, grants.count + 1, sizeof(*skipped.at));
	if (!skipped.at) {
		db_no_memory(work->db);
		return NULL;
	}
	for (size_t i = 0; i < grants.count; i++) {
		if (invitation->grants[i].archived)
			skipped.at[skipped.count++] = grants.at[i];
		else
			add_to_project(work, invitation->invite.user,
				       &grants.at[i]);
	}
	if (skipped.count == 0)
		return NULL;
	text = grants_format(work->arena, skipped);
	if (!text)
		db_no_memory(work->db);
	return text;
}

STATEMENT(invite_accept_many,
	  .pgsql = "UPDATE invite i SET slot = i.id, state = 1,"
		   " accepted_at = r.at, \"user\" = r.\"user\","
		   " skipped = r.skipped, delivery = CASE"
		   " WHEN i.delivery IN (1, 3) THEN 2 ELSE i.delivery END"
		   " FROM unnest(?1::bigint[], ?2::bigint[], ?3::bigint[],"
		   " ?4::bigint[], ?5::text[])"
		   " r(id, organization, at, \"user\", skipped)"
		   " WHERE i.id = r.id AND i.organization = r.organization");
STATEMENT(invite_accept,
	  .text = "UPDATE invite SET slot = id, state = 1,"
		  " accepted_at = ?3, \"user\" = ?4, skipped = ?5,"
		  " delivery = CASE WHEN delivery IN (1, 3) THEN 2"
		  " ELSE delivery END"
		  " WHERE id = ?1 AND organization = ?2",
	  .many = &sql_invite_accept_many);

static void accept_invite(const struct work *work, struct invite *invite,
			  const char *skipped)
{
	struct statement *st = db_statement(work->db, &sql_invite_accept);

	invite->state = INVITE_ACCEPTED;
	invite->accepted_at = work->now;
	db_bind_i64(st, 1, invite->id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, work->now);
	db_bind_i64(st, 4, invite->user);
	db_bind_text(st, 5, skipped);
	db_run(work->db, st);
	drop_mail(work, invite);
	work_audit(work, AUDIT_INVITE_ACCEPTED, invite->id);
}

void admit_invited(struct work *work, struct invitation *invitation,
		   const struct user *member, const char *name)
{
	struct invite *invite = &invitation->invite;

	invite->user = admit_user(work, invite, member, name);
	accept_invite(work, invite, admit_to_projects(work, invitation));
}
