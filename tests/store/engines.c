/*
 * engines.c: the databases that the suite is run against. A new engine is one
 * more line in the table, and one more name in meson.build.
 */
#include "base/base.h"
#include "fixture.h"

#include <sqlite3.h>

static void sqlite_url(const char *dir, char *out, size_t size)
{
	snprintf(out, size, "sqlite:%s/store.db", dir);
}

static int64_t sqlite_sql(const char *url, const char *text)
{
	const char *rest = text;
	int64_t first = 0;
	bool have_first = false;
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(strchr(url, ':') + 1, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 10000);
	sqlite3_wal_autocheckpoint(db, 0);
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	while (*rest) {
		sqlite3_stmt *st;
		int code;

		code = sqlite3_prepare_v2(db, rest, -1, &st, &rest);
		ck_assert_msg(code == SQLITE_OK, "%s: %s", text,
			      sqlite3_errmsg(db));
		while ((code = sqlite3_step(st)) == SQLITE_ROW) {
			if (!have_first)
				first = sqlite3_column_int64(st, 0);
			have_first = true;
		}
		ck_assert_msg(code == SQLITE_DONE, "%s: %s", text,
			      sqlite3_errmsg(db));
		sqlite3_finalize(st);
	}
	sqlite3_close(db);
	return first;
}

static const struct engine_under_test engines[] = {
	{ "sqlite", sqlite_url, sqlite_sql },
};

const struct engine_under_test *engine_named(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(engines); i++) {
		if (strcmp(engines[i].name, name) == 0)
			return &engines[i];
	}
	return NULL;
}
