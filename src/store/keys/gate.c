/*
 * gate.c: the frequent queries of the gate.
 */
#include "base/base.h"

#include "store/keys/gate.h"

#include "store/rows.h"

/* The list has to stay until the statement has run. */
static void bind_ids(struct statement *st, const int64_t *ids, size_t count,
		     struct buf *list)
{
	id_list_begin(list, count);
	for (size_t i = 0; i < count; i++)
		id_list_add(list, ids[i]);
	id_list_bind(list, st, 1);
}

/* ---- generations ---- */

STATEMENT(rights_get,
	  .text = "SELECT organization, generation FROM rights WHERE"
		  " organization IN (SELECT value FROM json_each(?1))",
	  .pgsql = "SELECT organization, generation FROM rights WHERE"
		   " organization" IN_ID_LIST("?1"));

static void put_generation(const struct rights_get_in *in,
			   const struct rights_get_out *out,
			   int64_t organization, int64_t generation)
{
	for (size_t i = 0; i < in->count; i++) {
		if (in->organizations[i] == organization)
			out->generations[i] = generation;
	}
}

/* One whose rights have never changed has no row. */
static enum result rights_get(struct work *work, const void *input,
			      void *output)
{
	const struct rights_get_in *in = input;
	struct rights_get_out *out = output;
	struct statement *st;
	struct buf list;

	out->generations =
	    arena_array(work->arena, in->count, sizeof(*out->generations));
	if (!out->generations) {
		db_no_memory(work->db);
		return RESULT_OUT_OF_MEMORY;
	}
	st = db_statement(work->db, &sql_rights_get);
	bind_ids(st, in->organizations, in->count, &list);
	while (db_row(work->db, st))
		put_generation(in, out, column_i64(st, 0), column_i64(st, 1));
	buf_release(&list);
	return RESULT_OK;
}

const struct verb verb_rights_get = {
	VERB(rights_get),
	.flags = VERB_READ | VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct rights_get_in),
	.size_out = sizeof(struct rights_get_out),
	.run = rights_get,
};

/* ---- last use ---- */

#define IS_NEWS "(last_used_at <= ?2 OR last_used_at > ?3)"
#define TOUCHED IN_ID_LIST("?1") " AND " IS_NEWS

/* Rows that another transaction has locked are skipped: the key is being used
 * elsewhere or changed. */
STATEMENT(keys_touch,
	  .text = "UPDATE project_key SET last_used_at = ?4 WHERE id IN"
		  " (SELECT value FROM json_each(?1)) AND " IS_NEWS,
	  .pgsql = "UPDATE project_key SET last_used_at = ?4 WHERE id ="
		   " ANY(ARRAY(SELECT id FROM project_key WHERE id" TOUCHED
		   " FOR UPDATE SKIP LOCKED))");

static enum result keys_touch(struct work *work, const void *input,
			      void *output)
{
	const struct keys_touch_in *in = input;
	struct statement *st = db_statement(work->db, &sql_keys_touch);
	struct buf list;

	(void)output;
	bind_ids(st, in->keys, in->count, &list);
	db_bind_i64(st, 2, work->now - KEY_USE_SECONDS);
	db_bind_i64(st, 3, work->now + KEY_USE_AHEAD_SECONDS);
	db_bind_i64(st, 4, work->now);
	db_run(work->db, st);
	buf_release(&list);
	return RESULT_OK;
}

const struct verb verb_keys_touch = {
	VERB(keys_touch),   .flags = VERB_REPEATABLE | VERB_ANY_ORGANIZATION,
	.rank = RANK_TOUCH, .size_in = sizeof(struct keys_touch_in),
	.run = keys_touch,
};
