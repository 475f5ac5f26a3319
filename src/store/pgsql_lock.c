/*
 * pgsql_lock.c: in which order a batch takes its rows.
 *
 * Whoever answers, deletes or settles invites locks their rows, in the order in
 * which the requests arrived. Two daemons that are given the same ones at once
 * (a proxy that repeats what took too long is enough) would have them in
 * different orders, and each wait for the other: PostgreSQL takes a second to
 * see that. So a batch that has several locks them at its beginning, lowest
 * first. That costs no round trip: nobody waits for the answer.
 *
 * The rest is kept in order by its statements: an invite is locked before its
 * mail, and creates go by address.
 */
#include "base/base.h"

#include "store/pgsql_lock.h"

#include "store/pgsql_array.h"

/* The invite that the verb will lock by its id; 0: none. */
static int64_t named_invite(const struct store_op *op)
{
	switch (op->verb) {
	case STORE_INVITE_DELETE:
		return op->invite_delete.id;
	case STORE_INVITATION_ACCEPT:
	case STORE_INVITATION_DECLINE:
		return op->invitation.token.invite;
	case STORE_OUTBOX_SETTLE:
		return op->outbox_settle.invite;
	default:
		return 0;
	}
}

static size_t count_named(struct store_op *const *ops, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += named_invite(ops[i]) != 0;
	return count;
}

static void send_lock(struct pgsql_db *db, const struct buf *ids)
{
	struct statement *st = pgsql_statement(db, PGSQL_LOCK_MANY);

	if (!buf_ok(ids))
		db_no_memory(&db->base);
	db_bind_blob(st, 1, ids->data, ids->len);
	db_run(&db->base, st);
}

void pgsql_lock(struct pgsql_db *db, struct store_op *const *ops, size_t n)
{
	size_t count = count_named(ops, n);
	struct buf ids;

	if (count < 2)
		return;
	array_begin(&ids, OID_BIGINT, count);
	for (size_t i = 0; i < n; i++) {
		if (named_invite(ops[i]) != 0)
			array_add_i64(&ids, named_invite(ops[i]));
	}
	send_lock(db, &ids);
	buf_release(&ids);
}
