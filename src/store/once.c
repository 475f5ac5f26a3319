/*
 * once.c: idempotent writes, by Idempotency-Key.
 *
 * A row records the outcome, in the transaction of the write: a hash of caller,
 * request and key, a hash of the body, and the id of the result; nothing that
 * could be a secret. A refused write leaves no row, so it may be tried again.
 * If two daemons are given the same one at once, the later batch fails on the
 * primary key, and finds the row when it is run again.
 *
 * Each new row deletes a few old ones, more than one; if no new rows come, old
 * ones are deleted once an hour (organization_tidy).
 */
#include "base/base.h"

#include "store/once.h"

#include "base/clock.h"
#include "store/invites/create.h"
#include "store/organizations/organizations.h"
#include "store/table.h"

#define KEPT_SECONDS (DAY_MS / 1000)

struct once_row {
	int64_t organization;
	uint8_t key[SHA256_SIZE], body[SHA256_SIZE];
	int64_t target, at;
};

#define ONCE_TABLE(FIRST, MORE)                                      \
	FIRST(NUMBER, "organization", struct once_row, organization) \
	MORE(BYTES, "key_hash", struct once_row, key)                \
	MORE(BYTES, "body_hash", struct once_row, body)              \
	MORE(NUMBER, "target", struct once_row, target)              \
	MORE(NUMBER, "at", struct once_row, at)

TABLE(once, "once", ONCE_TABLE);

#define ONCE_COLUMNS COLUMNS_OF(ONCE_TABLE)
STATEMENT(once_find, .text = "SELECT " ONCE_COLUMNS " FROM once"
			     " WHERE organization = ?1 AND key_hash = ?2");
STATEMENT(once_insert, .text = INSERT_OF("once", ONCE_TABLE));
STATEMENT(once_delete, .text = "DELETE FROM once WHERE organization = ?1"
			       " AND key_hash = ?2");

#define A_FEW 8	  /* more than one a new row, or they would never be less */
#define MANY  500 /* at once, where they are tidied away */

#define OLDEST                                                          \
	"SELECT key_hash FROM once WHERE organization = ?1 AND at < ?2" \
	" ORDER BY organization, at LIMIT ?3"
STATEMENT(once_forget,
	  .text = "DELETE FROM once WHERE organization = ?1"
		  " AND key_hash IN (" OLDEST ")",
	  .pgsql = "DELETE FROM once WHERE organization = ?1"
		   " AND key_hash = ANY(ARRAY(" OLDEST
		   " FOR UPDATE SKIP LOCKED))");

/* A row from the future was written by a wrong clock, and counts as old. */
static bool is_kept(const struct work *work, const struct once_row *row)
{
	return work->now - row->at < KEPT_SECONDS &&
	       row->at - work->now < KEPT_SECONDS;
}

static bool find(const struct work *work, const struct once *once,
		 struct once_row *row)
{
	struct statement *st = db_statement(work->db, &sql_once_find);
	bool found;

	db_bind_i64(st, 1, work->organization);
	db_bind_blob(st, 2, once->key, SHA256_SIZE);
	if (!db_row(work->db, st))
		return false;
	found = table_read(&once_table, work->arena, st, row);
	db_done(st);
	if (found && is_kept(work, row))
		return true;
	st = db_statement(work->db, &sql_once_delete);
	db_bind_i64(st, 1, work->organization);
	db_bind_blob(st, 2, once->key, SHA256_SIZE);
	db_run(work->db, st);
	return false;
}

static size_t forget(const struct work *work, int64_t most)
{
	struct statement *st = db_statement(work->db, &sql_once_forget);

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, work->now - KEPT_SECONDS);
	db_bind_i64(st, 3, most);
	return (size_t)db_run_counting(work->db, st);
}

static void keep(const struct work *work, const struct once *once,
		 const void *out)
{
	struct once_row row = { .organization = work->organization,
				.at = work->now };
	struct statement *st = db_statement(work->db, &sql_once_insert);

	memcpy(row.key, once->key, SHA256_SIZE);
	memcpy(row.body, once->body, SHA256_SIZE);
	if (once->id)
		memcpy(&row.target, (const char *)out + once->id - 1,
		       sizeof(row.target));
	table_bind(&once_table, st, &row);
	db_run(work->db, st);
	(void)forget(work, A_FEW);
}

#define ANY_OLD(table, at)                                              \
	"(SELECT " at " FROM " table " WHERE organization = ?1 AND " at \
	" < ?2"                                                         \
	" ORDER BY organization, " at " LIMIT 1) IS NOT NULL"
#define OLD_ONCE ANY_OLD("once", "at")
#define OLD_RATE ANY_OLD("rate", "since")
STATEMENT(kept_too_long, .text = "SELECT 1 WHERE " OLD_ONCE " OR " OLD_RATE);

static enum result organization_look(struct work *work, const void *input,
				     void *output)
{
	struct organization_look_out *out = output;
	struct statement *st = db_statement(work->db, &sql_kept_too_long);

	(void)input;
	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, work->now - KEPT_SECONDS);
	out->untidy = db_row(work->db, st);
	if (out->untidy)
		db_done(st);
	return RESULT_OK;
}

const struct verb verb_organization_look = {
	VERB(organization_look),
	.flags = VERB_READ,
	.size_out = sizeof(struct organization_look_out),
	.run = organization_look,
};

static enum result organization_tidy(struct work *work, const void *input,
				     void *output)
{
	struct organization_tidy_out *out = output;

	(void)input;
	out->count = forget(work, MANY) + limits_forget(work, MANY);
	return RESULT_OK;
}

const struct verb verb_organization_tidy = {
	VERB(organization_tidy),
	.flags = VERB_REPEATABLE,
	.size_out = sizeof(struct organization_tidy_out),
	.run = organization_tidy,
};

enum result once_run(struct work *work, struct store_op *op)
{
	struct once *once = op->once;
	struct once_row row;
	enum result result;

	once->known = find(work, once, &row);
	if (once->known && memcmp(row.body, once->body, sizeof(row.body)) != 0)
		return RESULT_IDEMPOTENCY_KEY_REUSED;
	if (once->known)
		once->target = row.target;
	if (once->known && !once->again)
		return RESULT_OK;
	result = op->verb->run(work, op->in, op->out);
	if (result == RESULT_OK && !once->known)
		keep(work, once, op->out);
	return result;
}
