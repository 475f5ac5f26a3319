/*
 * gather.c: statements without rows, each done once for many.
 *
 * Verbs write as if they were alone: an audit event, a user, an invite's new
 * state. If many invites are answered at once, each of these statements would
 * be sent, planned and executed as many times. So their parameters are gathered
 * here, in arrays with an element for each, and at the end each statement is
 * sent once, in its wording for many (sql.h).
 */
#include "base/base.h"

#include "store/pgsql/db.h"

#include "store/pgsql/array.h"

#define GATHERED_MAX 16 /* different statements; more are sent one by one */

/* The parameters of a statement so far. */
struct gathered {
	const struct sql *sql;
	size_t rows;
	int params;
	struct buf arrays[PGSQL_PARAMS];
};

struct gathering {
	size_t count;
	struct gathered at[GATHERED_MAX];
};

void pgsql_gather_begin(struct db *base)
{
	struct pgsql_db *db = (struct pgsql_db *)base;

	db->gathering = calloc(1, sizeof(*db->gathering));
	if (!db->gathering)
		db_no_memory(base);
}

/* Where the statement's parameters go; NULL: there is no room. */
static struct gathered *find_gathered(struct gathering *gathering,
				      const struct pgsql_statement *st)
{
	struct gathered *at = gathering->at;

	for (size_t i = 0; i < gathering->count; i++) {
		if (at[i].sql == st->base.sql)
			return &at[i];
	}
	if (gathering->count == GATHERED_MAX)
		return NULL;
	at += gathering->count++;
	*at = (struct gathered){ .sql = st->base.sql, .params = st->params };
	for (int i = 0; i < st->params; i++)
		array_begin(&at->arrays[i], st->types[i], 0);
	return at;
}

bool pgsql_gather(struct pgsql_statement *st)
{
	struct pgsql_db *db = (struct pgsql_db *)st->base.db;
	struct gathered *gathered;

	if (!db->gathering || !st->base.sql->many)
		return false;
	gathered = find_gathered(db->gathering, st);
	if (!gathered)
		return false;
	for (int i = 0; i < st->params; i++)
		array_add_bytes(&gathered->arrays[i], st->values[i],
				(size_t)st->lengths[i]);
	gathered->rows++;
	return true;
}

static void send(struct db *db, struct gathered *gathered)
{
	struct statement *st = db_statement(db, gathered->sql->many);

	for (int i = 0; i < gathered->params; i++) {
		struct buf *array = &gathered->arrays[i];

		array_set_count(array, gathered->rows);
		if (buf_ok(array))
			db_bind_blob(st, i + 1, array->data, array->len);
		else
			db_no_memory(db);
	}
	db_run(db, st);
}

void pgsql_gather_end(struct db *base)
{
	struct pgsql_db *db = (struct pgsql_db *)base;
	struct gathering *gathering = db->gathering;

	db->gathering = NULL;
	for (size_t i = 0; gathering && i < gathering->count; i++) {
		send(base, &gathering->at[i]);
		for (int k = 0; k < gathering->at[i].params; k++)
			buf_release(&gathering->at[i].arrays[k]);
	}
	free(gathering);
}
