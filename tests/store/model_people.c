/*
 * model_people.c: the rules of who is in an organization and in its projects,
 * once more, without a database.
 */
#include "base/base.h"
#include "model.h"

/* A member; NULL for whoever is none, any more or at all. */
static struct user *member_with(struct model *model, int64_t organization,
				int64_t id)
{
	for (size_t i = 0; i < model->user_count; i++) {
		struct user *user = &model->users[i];

		if (user->id == id && user->organization == organization &&
		    !user->removed_at)
			return user;
	}
	return NULL;
}

static bool is_last_owner(const struct model *model, const struct user *user)
{
	size_t owners = 0;

	for (size_t i = 0; i < model->user_count; i++) {
		const struct user *other = &model->users[i];

		owners += other->organization == user->organization &&
			  other->role == ROLE_OWNER && !other->removed_at;
	}
	return user->role == ROLE_OWNER && owners == 1;
}

enum result model_user_update(struct model *model, const struct store_op *op)
{
	const struct user_update_in *in = op->in;
	struct user *user = member_with(model, op->organization, in->id);

	if (!user)
		return RESULT_USER_NOT_FOUND;
	if (in->role == ROLE_READER && is_last_owner(model, user))
		return RESULT_LAST_OWNER;
	user->role = in->role;
	ck_assert_int_eq(out_of(op, user_out)->user.role, user->role);
	return RESULT_OK;
}

/* Takes the place of the one that goes. */
static void drop_member(struct model *model, size_t at)
{
	model->members[at] = model->members[--model->member_count];
}

enum result model_user_delete(struct model *model, const struct store_op *op)
{
	struct user *user =
	    member_with(model, op->organization, in_of(op, id_in)->id);

	if (!user)
		return RESULT_USER_NOT_FOUND;
	if (is_last_owner(model, user))
		return RESULT_LAST_OWNER;
	user->removed_at = op->now_ms / 1000;
	for (size_t i = model->member_count; i-- > 0;) {
		if (model->members[i].user == user->id)
			drop_member(model, i);
	}
	return RESULT_OK;
}

/* ---- projects ---- */

/* What every operation on somebody in a project asks first. */
static enum result find_place(struct model *model, int64_t organization,
			      int64_t project_id)
{
	const struct project *project = model_project(model, project_id);

	if (!project || project->organization != organization)
		return RESULT_PROJECT_NOT_FOUND;
	return project->archived_at ? RESULT_PROJECT_ARCHIVED : RESULT_OK;
}

/* Where somebody is among the members; their number where they are not. */
static size_t place_of(const struct model *model, int64_t project, int64_t user)
{
	size_t i = 0;

	while (i < model->member_count &&
	       (model->members[i].project != project ||
		model->members[i].user != user))
		i++;
	return i;
}

enum result model_project_user_add(struct model *model,
				   const struct store_op *op)
{
	const struct project_user_role_in *in = op->in;
	enum result result = find_place(model, op->organization, in->project);
	size_t at = place_of(model, in->project, in->user);

	if (result != RESULT_OK)
		return result;
	if (!member_with(model, op->organization, in->user))
		return RESULT_NO_MEMBER_WITH_ID;
	if (at < model->member_count)
		return model->members[at].role == in->role
			   ? RESULT_OK
			   : RESULT_USER_IN_PROJECT;
	ck_assert_uint_lt(at, COUNT_OF(model->members));
	model->members[model->member_count++] =
	    (struct model_member){ in->project, in->user, in->role };
	ck_assert_int_eq(out_of(op, project_user_out)->user.id, in->user);
	return RESULT_OK;
}

enum result model_project_user_update(struct model *model,
				      const struct store_op *op)
{
	const struct project_user_role_in *in = op->in;
	enum result result = find_place(model, op->organization, in->project);
	size_t at = place_of(model, in->project, in->user);

	if (result == RESULT_OK && at == model->member_count)
		return RESULT_PROJECT_USER_NOT_FOUND;
	if (result == RESULT_OK)
		model->members[at].role = in->role;
	return result;
}

enum result model_project_user_remove(struct model *model,
				      const struct store_op *op)
{
	const struct project_user_in *in = op->in;
	enum result result = find_place(model, op->organization, in->project);
	size_t at = place_of(model, in->project, in->user);

	if (result == RESULT_OK && at == model->member_count)
		return RESULT_PROJECT_USER_NOT_FOUND;
	if (result == RESULT_OK)
		drop_member(model, at);
	return result;
}
