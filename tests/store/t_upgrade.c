/*
 * t_upgrade.c: a database as release 0.1.0 made it, which had the first step of
 * the schema only, is served by this program: who had a key, a membership or a
 * link has it still. (t_migrate.c goes the other way: back from today's.)
 */
#include "base/base.h"
#include "fixture.h"

#include <unistd.h>

#include "base/encode.h"
#include "base/hash.h"
#include "store/invites/invitations.h"
#include "store/steps/steps.h"

#define OLD_KEY "sk-admin-of-the-first-release-0123456789"

enum {
	ORGANIZATION = 1001,
	KEY = 1005,
	PROJECT = 1011,
	OTHER = 1012,
	USER = 1021,
	ACCEPTED = 1031,
	PENDING = 1032,
	DELETED = 1033
};

static const uint8_t hash_key[SHA256_SIZE] = { 1, 2, 3 };

static bool is_sqlite(void)
{
	return strcmp(f.engine->name, "sqlite") == 0;
}

static void do_sql(const char *text)
{
	f.engine->sql(f.url, text);
}

/* Octets as a literal of the engine's. */
static const char *blob(const void *data, size_t len)
{
	char *hex = arena_alloc(&f.arena, HEX_LEN(len) + 1);

	hex_encode(data, len, hex);
	return arena_printf(&f.arena, is_sqlite() ? "x'%s'" : "'\\x%s'::bytea",
			    hex);
}

/* ---- the tables of then ---- */

static void make_sqlite_tables(void)
{
	static const char *const ends[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < COUNT_OF(ends); i++)
		unlink(arena_printf(&f.arena, "%s%s", strchr(f.url, ':') + 1,
				    ends[i]));
	do_sql(step_number(1)->sqlite);
	do_sql("PRAGMA application_id = 0x696e7631; PRAGMA user_version = 1");
	sql("INSERT INTO meta VALUES('hash_key', %s)",
	    blob(hash_key, sizeof(hash_key)));
}

static void make_postgres_tables(void)
{
	const struct step *first = step_number(1);
	char hex[HEX_LEN(SHA256_SIZE) + 1];

	do_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
	       "CREATE TABLE meta("
	       "key TEXT PRIMARY KEY, value TEXT NOT NULL)");
	for (size_t i = 0; first->pgsql[i]; i++)
		do_sql(first->pgsql[i]);
	hex_encode(hash_key, sizeof(hash_key), hex);
	sql("INSERT INTO meta VALUES('schema', '1 1'), ('hash_key', '%s')",
	    hex);
}

/* ---- what lay in them ---- */

static void add_invite(int64_t id, const char *address, enum invite_state state,
		       const uint8_t secret[SECRET_SIZE])
{
	uint8_t hash[SHA256_SIZE];
	bool accepted = state == INVITE_ACCEPTED;
	int64_t now = f.now_ms / 1000;

	secret_hash(secret, hash);
	sql("INSERT INTO invite VALUES(%lld, %d, %lld, %lld, %d, %d, %lld,"
	    " %lld, %lld, %d, 0, 0, 0, NULL, %s, '%s', NULL,"
	    " '[[%d,1],[%d,0]]', NULL)",
	    (long long)id, ORGANIZATION,
	    (long long)hash63(hash_key, str_of(address)),
	    (long long)(state == INVITE_OPEN ? 0 : id), state, ROLE_READER,
	    (long long)now - 60, (long long)now + 3600,
	    accepted ? (long long)now - 30 : 0LL, accepted ? USER : 0,
	    blob(hash, sizeof(hash)), address, PROJECT, OTHER);
}

static void add_people(void)
{
	uint8_t hash[SHA256_SIZE];
	int64_t then = f.now_ms / 1000 - 100;

	sha256(STR(OLD_KEY), hash);
	sql("INSERT INTO organization VALUES(%d, 'First', %lld, %d)",
	    ORGANIZATION, (long long)then, PROJECT);
	sql("INSERT INTO admin_key VALUES(%d, %d, %s, 'first', 'sk-a...',"
	    " %lld, 0, 0)",
	    KEY, ORGANIZATION, blob(hash, sizeof(hash)), (long long)then);
	sql("INSERT INTO project VALUES(%d, %d, 'Default project', %lld, 0),"
	    " (%d, %d, 'Other', %lld, 0)",
	    PROJECT, ORGANIZATION, (long long)then, OTHER, ORGANIZATION,
	    (long long)then);
	sql("INSERT INTO \"user\" VALUES(%d, %d, 'ada@example.com',"
	    " 'ada@example.com', 'Ada', %d, %lld)",
	    USER, ORGANIZATION, ROLE_READER, (long long)then);
	sql("INSERT INTO project_user VALUES(%d, %d, %d, 0, %lld)",
	    ORGANIZATION, PROJECT, USER, (long long)then);
	sql("INSERT INTO audit VALUES(2001, %d, %lld, 0, 2, %d)", ORGANIZATION,
	    (long long)then, ACCEPTED);
}

static const uint8_t known[SECRET_SIZE] = { 9, 9, 9 },
		     other[SECRET_SIZE] = { 8, 8, 8 };

/* As the first release left it; then opened by this program. */
static void upgrade(void)
{
	close_store();
	if (is_sqlite())
		make_sqlite_tables();
	else
		make_postgres_tables();
	add_people();
	add_invite(ACCEPTED, "ada@example.com", INVITE_ACCEPTED, other);
	add_invite(PENDING, "bob@example.com", INVITE_OPEN, known);
	add_invite(DELETED, "eve@example.com", INVITE_WITHDRAWN, other);
	open_store();
	f.organization = ORGANIZATION;
	f.project = PROJECT;
	f.key = KEY;
}

START_TEST(test_what_the_first_release_kept_is_served)
{
	struct store_op op;
	struct invite pending;

	upgrade();
	op = find_key_op(STR(OLD_KEY));
	assert_granted(&op);
	ck_assert_int_eq(out_of(&op, key_find_out)->key.id, KEY);
	op = by_id(&verb_user_get, USER);
	assert_granted(&op);
	op = list_op(&verb_invite_list, 0, 10);
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 2);
	ck_assert_int_eq(invite_now(ACCEPTED).user, USER);
	pending = invite_now(PENDING);
	ck_assert_uint_eq(pending.grants.count, 2);
	ck_assert_int_eq(pending.grants.at[0].role, PROJECT_OWNER);
	ck_assert_int_eq((int64_t)step_count(),
			 is_sqlite() ? sql("PRAGMA user_version")
				     : sql("SELECT split_part(value, ' ', 1)"
					   " FROM meta WHERE key = 'schema'"));
}
END_TEST

START_TEST(test_links_and_addresses_of_the_first_release_still_count)
{
	const struct token token = { .invite = PENDING, .secret = { 9, 9, 9 } };
	struct store_op op;

	upgrade();
	op = invite_op("ada@example.com");
	assert_ends(&op, RESULT_USER_EXISTS);
	op = invite_op("eve@example.com");
	assert_granted(&op);
	ck_assert(out_of(&op, invite_create_out)->created);
	op = answer_op(&verb_invitation_accept, token);
	assert_granted(&op);
	ck_assert_int_eq(invite_now(PENDING).state, INVITE_ACCEPTED);
	ck_assert_int_eq(rows("project_user"), 3);
	op = invite_op("bob@example.com");
	assert_ends(&op, RESULT_USER_EXISTS);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_what_the_first_release_kept_is_served);
	tcase_add_test(
	    tests, test_links_and_addresses_of_the_first_release_still_count);
}

int main(int argc, char **argv)
{
	return store_tests("upgrade", argc, argv, add);
}
