/*
 * write.c: which writing verb is which function, and what they share.
 */
#include "base/base.h"

#include "store/write.h"

#include "base/random.h"

int64_t writing_id(const struct writing *w)
{
	return id_next(w->ids, w->op->now_ms, random_u64());
}

void writing_audit(const struct writing *w, enum audit_type type,
		   int64_t target)
{
	struct statement *st = db_statement(w->db, SQL_AUDIT_INSERT);
	int64_t id = writing_id(w);

	w->db->witness = (struct witness){ w->op->organization, id };
	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, w->op->organization);
	db_bind_i64(st, 3, w->now);
	db_bind_i64(st, 4, w->op->actor);
	db_bind_i64(st, 5, type);
	db_bind_i64(st, 6, target);
	db_run(w->db, st);
}

void writing_run(const struct writing *w, enum sql which, int64_t id)
{
	struct statement *st = db_statement(w->db, which);

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, w->op->organization);
	db_run(w->db, st);
}

bool find_member(const struct writing *w, const char *email_key,
		 struct user *ret_user)
{
	struct statement *st = db_statement(w->db, SQL_USER_BY_ADDRESS);

	db_bind_i64(st, 1, w->op->organization);
	db_bind_text(st, 2, email_key);
	if (!db_row(w->db, st))
		return false;
	row_user(w->op->arena, st, ret_user);
	db_done(st);
	return true;
}

void let_go(const struct writing *w, const struct invite *invite,
	    enum invite_state state)
{
	struct statement *st = db_statement(w->db, SQL_INVITE_LET_GO);

	db_bind_i64(st, 1, invite->id);
	db_bind_i64(st, 2, w->op->organization);
	db_bind_i64(st, 3, state);
	db_run(w->db, st);
	writing_run(w, SQL_OUTBOX_DELETE, invite->id);
}

enum result write_probe(const struct writing *w)
{
	struct statement *st = db_statement(w->db, SQL_PROBE);

	db_bind_i64(st, 1, w->op->now_ms);
	db_run(w->db, st);
	return RESULT_OK;
}

/*
 * Whether the key that asks is in force at this very moment: whoever submits
 * may have looked a while ago. Looked up once for a whole batch.
 */
static bool may_write(const struct writing *w)
{
	struct statement *st;

	if (w->op->actor == w->db->actor || w->op->actor == 0)
		return true;
	st = db_statement(w->db, SQL_KEY_IN_FORCE);
	db_bind_i64(st, 1, w->op->actor);
	if (!db_row(w->db, st))
		return false;
	db_done(st);
	w->db->actor = w->op->actor;
	return true;
}

enum result db_write(struct db *db, struct id_source *ids, struct store_op *op)
{
	static enum result (*const verbs[])(const struct writing *) = {
		[STORE_BOOTSTRAP] = write_bootstrap,
		[STORE_ORGANIZATION_CREATE] = write_organization_create,
		[STORE_KEY_CREATE] = write_key_create,
		[STORE_KEY_REVOKE] = write_key_revoke,
		[STORE_KEY_TOUCH] = write_key_touch,
		[STORE_PROJECT_CREATE] = write_project_create,
		[STORE_INVITE_CREATE] = write_invite_create,
		[STORE_INVITE_DELETE] = write_invite_delete,
		[STORE_INVITATION_ACCEPT] = write_invitation_accept,
		[STORE_INVITATION_DECLINE] = write_invitation_decline,
		[STORE_OUTBOX_CLAIM] = write_outbox_claim,
		[STORE_OUTBOX_RENEW] = write_outbox_renew,
		[STORE_OUTBOX_SETTLE] = write_outbox_settle,
		[STORE_PROBE] = write_probe,
	};
	_Static_assert(COUNT_OF(verbs) == STORE_FIRST_READ,
		       "a verb is missing");
	struct writing writing = { db, ids, op, op->now_ms / 1000 };

	if (!may_write(&writing))
		return RESULT_KEY_UNKNOWN;
	return verbs[op->verb](&writing);
}
