/*
 * engines.c: the databases that the suite is run against. A new engine is one
 * more line in the table, and one more name in meson.build.
 */
#include "base/base.h"
#include "fixture.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <sqlite3.h>

/* ---- SQLite ---- */

static void copy_file(const char *from, const char *to)
{
	char buffer[65536];
	int fd = open(to, O_WRONLY | O_CREAT | O_EXCL, 0600);
	FILE *in = fopen(from, "rb"), *out = fdopen(fd, "wb");
	size_t n;

	ck_assert(in && out);
	while ((n = fread(buffer, 1, sizeof(buffer), in)) > 0)
		ck_assert_uint_eq(fwrite(buffer, 1, n, out), n);
	ck_assert_int_eq(fclose(in) | fclose(out), 0);
}

static void sqlite_url(const char *dir, const char *pattern, char *out,
		       size_t size)
{
	snprintf(out, size, "sqlite:%s/store.db", dir);
	if (pattern)
		copy_file(strchr(pattern, ':') + 1, strchr(out, ':') + 1);
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

/* It goes with its directory. */
static void sqlite_drop(const char *url)
{
	(void)url;
}

/* ---- PostgreSQL: the server that tests/with-postgres has started ---- */

static const char *server_url(void)
{
	const char *url = getenv("INVITED_TEST_POSTGRES");

	ck_assert_msg(url != NULL, "INVITED_TEST_POSTGRES is not set: run the "
				   "tests by tests/with-postgres");
	return url;
}

static int64_t first_number(const PGresult *result)
{
	int64_t number = 0;

	if (result && PQntuples(result) > 0)
		(void)!str_to_i64(str_of(PQgetvalue(result, 0, 0)), &number);
	return number;
}

static int64_t postgres_sql(const char *url, const char *text)
{
	PGconn *conn = PQconnectdb(url);
	PGresult *result = PQexec(conn, text);
	ExecStatusType status = PQresultStatus(result);
	int64_t first = first_number(result);

	ck_assert_msg(status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK,
		      "%s: %s", text, PQerrorMessage(conn));
	PQclear(result);
	PQfinish(conn);
	return first;
}

/* The name of the database in `url`, which is `*ret_len` octets long. */
static const char *name_in(const char *url, int *ret_len)
{
	int len = (int)strcspn(url, "?"), start = len;

	while (url[start - 1] != '/')
		start--;
	*ret_len = len - start;
	return url + start;
}

/* The database is named after the directory, which nobody else has. */
static void postgres_url(const char *dir, const char *pattern, char *out,
			 size_t size)
{
	const char *server = server_url();
	const char *options = strchr(server, '?');
	const char *name = strrchr(dir, '/') + 1;
	char text[256];
	int len = (int)strcspn(server, "?"), n;

	while (server[len] != '/')
		len--;
	n = snprintf(text, sizeof(text), "CREATE DATABASE \"%s\"", name);
	if (pattern) {
		int from_len;
		const char *from = name_in(pattern, &from_len);

		snprintf(text + n, sizeof(text) - (size_t)n,
			 " TEMPLATE \"%.*s\" STRATEGY file_copy", from_len,
			 from);
	}
	postgres_sql(server, text);
	snprintf(out, size, "%.*s/%s%s", len, server, name,
		 options ? options : "");
}

static void postgres_drop(const char *url)
{
	int len;
	const char *name = name_in(url, &len);
	char text[128];

	snprintf(text, sizeof(text), "DROP DATABASE \"%.*s\" WITH (FORCE)", len,
		 name);
	postgres_sql(server_url(), text);
}

static const struct engine_under_test engines[] = {
	{ "sqlite", sqlite_url, sqlite_drop, sqlite_sql },
	{ "postgres", postgres_url, postgres_drop, postgres_sql },
};

const struct engine_under_test *engine_named(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(engines); i++) {
		if (strcmp(engines[i].name, name) == 0)
			return &engines[i];
	}
	return NULL;
}
