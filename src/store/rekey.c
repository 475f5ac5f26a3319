/*
 * rekey.c: the rows of people and invites, a page at a time.
 *
 * Not those of blocked addresses: a hash is all that there is of one. It was
 * made by today's rule, which is older than their table; a rule that comes
 * after it has to look for them by the old key, too.
 */
#include "base/base.h"

#include "store/rekey.h"

#include "base/hash.h"
#include "core/email.h"

#define PAGE	   200
#define PAGE_ARENA (1024 * 1024)

STATEMENT(rekey_done, .text = "SELECT 1 FROM meta WHERE key = 'addresses'");

STATEMENT(rekey_mark, .text = "INSERT INTO meta(key, value)"
			      " VALUES('addresses', '2')");

/* Beyond ASCII: of more octets than characters. ?3 at a time. */
#define BEYOND_ASCII(octets)                                           \
	" WHERE " octets " <> length(email)"                           \
	" AND (organization, id) > (?1, ?2) ORDER BY organization, id" \
	" LIMIT ?3"
#define SQLITE_OCTETS "length(CAST(email AS BLOB))"
#define PGSQL_OCTETS  "octet_length(email)"

STATEMENT(rekey_users,
	  .text = "SELECT organization, id, email, email_key"
		  " FROM \"user\"" BEYOND_ASCII(SQLITE_OCTETS),
	  .pgsql = "SELECT organization, id, email, email_key"
		   " FROM \"user\"" BEYOND_ASCII(PGSQL_OCTETS));

STATEMENT(rekey_invites,
	  .text = "SELECT organization, id, email, coalesce(email_key, email)"
		  " FROM invite" BEYOND_ASCII(SQLITE_OCTETS),
	  .pgsql = "SELECT organization, id, email, coalesce(email_key, email)"
		   " FROM invite" BEYOND_ASCII(PGSQL_OCTETS));

STATEMENT(rekey_user, .text = "UPDATE \"user\" SET email_key = ?3"
			      " WHERE organization = ?1 AND id = ?2");

STATEMENT(rekey_invite, .text = "UPDATE invite SET email_key = ?3,"
				" address_hash = CASE state WHEN 2 THEN id"
				" ELSE ?4 END"
				" WHERE organization = ?1 AND id = ?2");

/* A row whose key is not today's. */
struct stale {
	int64_t organization, id;
	struct email email;
};

/* Where a page has to go on, and what was found in it. */
struct page {
	int64_t organization, id;
	size_t rows, count;
	struct stale stale[PAGE];
};

static void read_row(struct db *db, struct statement *st, struct arena *arena,
		     struct page *page)
{
	struct stale *stale = &page->stale[page->count];
	const char *wrong;

	page->organization = column_i64(st, 0);
	page->id = column_i64(st, 1);
	page->rows++;
	wrong = email_parse(arena, column_bytes(st, 2), &stale->email);
	if (wrong == EMAIL_OUT_OF_MEMORY)
		db_no_memory(db);
	/* What was damaged stays so: `invited check` tells. */
	if (wrong || str_is(column_bytes(st, 3), stale->email.key))
		return;
	stale->organization = page->organization;
	stale->id = page->id;
	page->count++;
}

static void read_page(struct db *db, const struct sql *sql, struct arena *arena,
		      struct page *page)
{
	struct statement *st = db_statement(db, sql);

	page->rows = page->count = 0;
	db_bind_i64(st, 1, page->organization);
	db_bind_i64(st, 2, page->id);
	db_bind_i64(st, 3, PAGE);
	while (page->rows < PAGE && db_row(db, st))
		read_row(db, st, arena, page);
	db_done(st);
}

static void update_user(struct db *db, const struct stale *stale)
{
	struct statement *st = db_statement(db, &sql_rekey_user);

	db_bind_i64(st, 1, stale->organization);
	db_bind_i64(st, 2, stale->id);
	db_bind_text(st, 3, stale->email.key);
	db_run(db, st);
}

static void update_invite(struct db *db, const struct stale *stale)
{
	struct statement *st = db_statement(db, &sql_rekey_invite);
	const char *key = stale->email.key;

	db_bind_i64(st, 1, stale->organization);
	db_bind_i64(st, 2, stale->id);
	db_bind_text(st, 3, strcmp(key, stale->email.typed) ? key : NULL);
	db_bind_i64(st, 4, hash63(db->hash_key, str_of(key)));
	db_run(db, st);
}

static void rekey(struct db *db, const struct sql *sql,
		  void (*update)(struct db *db, const struct stale *stale))
{
	struct page *page = calloc(1, sizeof(*page));
	struct arena arena;

	if (!page) {
		db_no_memory(db);
		return;
	}
	do {
		arena_init(&arena, PAGE_ARENA);
		read_page(db, sql, &arena, page);
		for (size_t i = 0; i < page->count && !db->error; i++)
			update(db, &page->stale[i]);
		arena_release(&arena);
	} while (page->rows == PAGE && !db->error);
	free(page);
}

static bool is_done(struct db *db)
{
	struct statement *st = db_statement(db, &sql_rekey_done);
	bool done = db_row(db, st);

	if (done)
		db_done(st);
	return done || db->error;
}

void rekey_addresses(struct db *db)
{
	if (is_done(db))
		return;
	rekey(db, &sql_rekey_users, update_user);
	rekey(db, &sql_rekey_invites, update_invite);
	db_run(db, db_statement(db, &sql_rekey_mark));
}
