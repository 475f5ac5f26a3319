/*
 * invitations.c: the invited person's answer: look, accept, decline.
 *
 * On acceptance the invite, the user, every membership and the audit events
 * change in one transaction or not at all.
 */
#include "base/base.h"

#include "store/invitations.h"

#include "store/lock.h"
#include "store/rows.h"
#include "store/standing.h"

/* ---- names ---- */

static bool is_skipped(struct grants skipped, int64_t project)
{
	for (size_t i = 0; i < skipped.count; i++) {
		if (skipped.at[i].project == project)
			return true;
	}
	return false;
}

/* An accepted invite shows what was archived when it was accepted; any other
 * what is archived now. */
static void name_grants(const struct work *work, struct invitation *invitation,
			struct grants skips)
{
	const struct invite *invite = &invitation->invite;
	struct grants grants = invite->grants;
	struct project *projects =
	    arena_array(work->arena, grants.count + 1, sizeof(*projects));
	size_t count;

	if (!projects) {
		db_no_memory(work->db);
		return;
	}
	count = find_projects(work, grants, projects);
	for (size_t i = 0; i < grants.count; i++) {
		struct grant *grant = &grants.at[i];
		const struct project *project =
		    project_among(projects, count, grant->project);
		struct named_grant *named = &invitation->grants[i];

		*named = (struct named_grant){ "", grant->role, false };
		if (!project)
			continue;
		named->project_name = project->name;
		named->archived = invite->state == INVITE_ACCEPTED
				      ? is_skipped(skips, grant->project)
				      : project->archived_at != 0;
	}
}

STATEMENT(invitation_get, .text = "SELECT " INVITE_COLUMNS " FROM invite"
				  " WHERE id = ?1 AND secret_hash = ?2");

/* From then on the work is about the invite's organization. */
static void name_invitation(struct work *work, struct invitation *invitation,
			    struct grants skips)
{
	struct invite *invite = &invitation->invite;
	struct organization organization;

	work->organization = invite->organization;
	invitation->organization_name =
	    find_organization(work, invite->organization, &organization)
		? organization.name
		: "";
	invitation->grants = arena_array(work->arena, invite->grants.count + 1,
					 sizeof(*invitation->grants));
	if (invitation->grants)
		name_grants(work, invitation, skips);
	else
		db_no_memory(work->db);
}

/* ---- what a link opens ---- */

/* The invitation that the token opens, with names; by &sql_invitation_get or
 * _TAKE. */
static bool find_invitation(struct work *work, const struct sql *sql,
			    const struct token *token,
			    const uint8_t hash[SHA256_SIZE],
			    struct invitation *ret_invitation)
{
	struct statement *st = db_statement(work->db, sql);
	struct invite_row row;
	bool sound;

	db_bind_i64(st, 1, token->invite);
	db_bind_blob(st, 2, hash, SHA256_SIZE);
	if (!db_row(work->db, st))
		return false;
	sound = read_invite(work, st, &row);
	db_done(st);
	if (!sound)
		return db_damaged(work->db);
	ret_invitation->invite = row.invite;
	name_invitation(work, ret_invitation, row.skips);
	return true;
}

/* What its holder may do with it now: as invite_on_answer(). */
static enum result find_answerable(struct work *work, const struct sql *sql,
				   const struct invitation_in *in,
				   struct invitation *invitation)
{
	uint8_t hash[SHA256_SIZE];
	bool found;

	invitation->organization_name = "";
	secret_hash(in->token.secret, hash);
	found = find_invitation(work, sql, &in->token, hash, invitation);
	return invite_on_answer(found ? &invitation->invite : NULL, hash,
				work->now);
}

static enum result invitation_lookup(struct work *work, const void *input,
				     void *output)
{
	struct invitation_out *out = output;
	enum result result =
	    find_answerable(work, &sql_invitation_get, input, &out->invitation);

	out->again = result == RESULT_INVITE_ACCEPTED;
	out->user = out->invitation.invite.user;
	return out->again ? RESULT_OK : result;
}

const struct verb verb_invitation_lookup = {
	VERB(invitation_lookup),
	.flags = VERB_READ | VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct invitation_in),
	.size_out = sizeof(struct invitation_out),
	.run = invitation_lookup,
};

/* ---- accept ---- */

static void lock_invitation(const void *input, int64_t organization,
			    struct lock_set *set)
{
	const struct invitation_in *in = input;

	(void)organization;
	lock_set_add(set, LOCK_INVITE, in->token.invite);
}

STATEMENT(user_promote,
	  .text = "UPDATE \"user\" SET role ="
		  " CASE WHEN role < ?3 THEN ?3 ELSE role END,"
		  " name = CASE name WHEN '' THEN ?4 ELSE name END"
		  " WHERE id = ?1 AND organization = ?2");

static void promote_user(const struct work *work, int64_t user,
			 const struct invite *invite, const char *name)
{
	struct statement *st = db_statement(work->db, &sql_user_promote);

	db_bind_i64(st, 1, user);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, invite->role);
	db_bind_text(st, 4, name);
	db_run(work->db, st);
}

STATEMENT(user_insert, .text = INSERT_OF("user", USER_TABLE));

#define USER_DETAIL(FIRST, MORE) \
	FIRST(WORD, "role", struct user_row, user.role, &roles)
DETAIL(user, USER_DETAIL);

/* The user acts: nobody else is there to say who came. */
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
			  .added_at = work->now },
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

/* The person in the organization, made or promoted; returns the user's id. */
static int64_t admit_user(struct work *work, const struct invite *invite,
			  const char *name)
{
	struct user user;

	work->actor.email = invite->email;
	if (!find_member(work, invite->email_key, &user))
		return insert_user(work, invite, name);
	work->actor.user = user.id;
	promote_user(work, user.id, invite, name);
	return user.id;
}

/* The stronger role stays. */
#define ADD_TO_PROJECT(key)                                                    \
	"INSERT INTO project_user(organization, project, \"user\", role,"      \
	" added_at) VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(" key               \
	") DO UPDATE SET role = CASE WHEN " STANDING_OF(                       \
	    "excluded.role") " > " STANDING_OF("project_user.role") " THEN "   \
								    "excluded" \
								    ".role"    \
								    " ELSE "   \
								    "project_" \
								    "user."    \
								    "role END"

STATEMENT(project_user_add, .text = ADD_TO_PROJECT("project, \"user\""),
	  .pgsql = ADD_TO_PROJECT("organization, project, \"user\""));

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

STATEMENT(invite_accept,
	  .text = "UPDATE invite SET slot = id, state = 1,"
		  " accepted_at = ?3, \"user\" = ?4, skipped = ?5,"
		  " delivery = CASE WHEN delivery IN (1, 3) THEN 2"
		  " ELSE delivery END"
		  " WHERE id = ?1 AND organization = ?2");

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
	work_run_for(work, &sql_outbox_delete, invite->id);
	work_audit(work, AUDIT_INVITE_ACCEPTED, invite->id);
}

STATEMENT(invitation_take,
	  .text = "SELECT " INVITE_COLUMNS " FROM invite"
		  " WHERE id = ?1 AND secret_hash = ?2",
	  .pgsql = "SELECT " INVITE_COLUMNS " FROM invite"
		   " WHERE id = ?1 AND secret_hash = ?2"
		   " FOR UPDATE");

static void lock_for_accept(const void *input, int64_t organization,
			    struct lock_set *set)
{
	const struct invitation_in *in = input;

	lock_set_add(set, LOCK_RIGHTS_OF_INVITE, in->token.invite);
	lock_invitation(in, organization, set);
}

static enum result invitation_accept(struct work *work, const void *input,
				     void *output)
{
	const struct invitation_in *in = input;
	struct invitation_out *out = output;
	struct invite *invite = &out->invitation.invite;
	enum result result =
	    find_answerable(work, &sql_invitation_take, in, &out->invitation);

	out->again = result == RESULT_INVITE_ACCEPTED;
	out->user = invite->user;
	if (out->again)
		return RESULT_OK;
	if (result != RESULT_OK)
		return result;
	work_move_rights(work);
	out->user = invite->user = admit_user(work, invite, in->name);
	accept_invite(work, invite, admit_to_projects(work, &out->invitation));
	return RESULT_OK;
}

const struct verb verb_invitation_accept = {
	VERB(invitation_accept),
	.flags = VERB_RIGHTS | VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct invitation_in),
	.size_out = sizeof(struct invitation_out),
	.locks = lock_for_accept,
	.run = invitation_accept,
};

/* ---- decline ---- */

STATEMENT(invite_decline,
	  .text = "UPDATE invite SET slot = id, state = 3,"
		  " declined_at = ?3, expires_at = ?4,"
		  " delivery = CASE WHEN delivery IN (1, 3) THEN 2"
		  " ELSE delivery END"
		  " WHERE id = ?1 AND organization = ?2");

static void decline_invite(const struct work *work, struct invite *invite)
{
	struct statement *st = db_statement(work->db, &sql_invite_decline);

	invite_decline(invite, work->now);
	db_bind_i64(st, 1, invite->id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, invite->declined_at);
	db_bind_i64(st, 4, invite->expires_at);
	db_run(work->db, st);
	work_run_for(work, &sql_outbox_delete, invite->id);
	work_audit(work, AUDIT_INVITE_DECLINED, invite->id);
}

static enum result invitation_decline(struct work *work, const void *input,
				      void *output)
{
	struct invitation_out *out = output;
	struct invite *invite = &out->invitation.invite;
	enum result result = find_answerable(work, &sql_invitation_take, input,
					     &out->invitation);

	out->again = result == RESULT_INVITATION_DECLINED;
	if (out->again)
		return RESULT_OK;
	if (result != RESULT_OK)
		return result;
	work->actor.email = invite->email;
	decline_invite(work, invite);
	return RESULT_OK;
}

const struct verb verb_invitation_decline = {
	VERB(invitation_decline),
	.flags = VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct invitation_in),
	.size_out = sizeof(struct invitation_out),
	.locks = lock_invitation,
	.run = invitation_decline,
};
