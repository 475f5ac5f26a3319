/*
 * t_files.c: SQLite's files: opened again, shared, read-only, too new, not
 * ours, damaged, copied.
 */
#include "base/base.h"
#include "fixture.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/sqlite/db.h"

static const char *path_of(const char *name)
{
	return arena_printf(&f.arena, "%s/%s", f.dir, name);
}

static void assert_does_not_open(const char *url, bool serve, const char *why)
{
	struct fail fail = { .message = "" };
	struct store *store;

	ck_assert_int_eq(store_open(url, serve, &store, &fail), -1);
	ck_assert_msg(strstr(fail.message, why), "'%s' says nothing of '%s'",
		      fail.message, why);
}

/* ---- opened again ---- */

START_TEST(test_closed_and_opened)
{
	struct store_op create = invited("ada@example.com"), op;
	int64_t user = member("bob@example.com");

	close_store();
	open_store();
	ck_assert_str_eq(
	    invite_now(out_of(&create, invite_create_out)->invite.id).email,
	    "ada@example.com");
	op = by_id(&verb_user_get, user);
	assert_granted(&op);
	op = claim_op(10, MINUTE_MS);
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, outbox_claim_out)->count, 1);
	ck_assert_mem_eq(out_of(&op, outbox_claim_out)->mails[0].token.secret,
			 in_of(&create, invite_create_in)->secret, SECRET_SIZE);
	/* Addresses are found again: the key of their hash was kept. */
	op = invited("ada@example.com");
	ck_assert(!out_of(&op, invite_create_out)->created);
}
END_TEST

/* ---- failures ---- */

START_TEST(test_what_sqlite_says_is_in_the_reason)
{
	struct fail fail = { .message = "" };
	sqlite3 *db;
	int code = sqlite3_open_v2(path_of("nowhere/at.db"), &db,
				   SQLITE_OPEN_READWRITE, NULL);

	ck_assert_int_eq(code, SQLITE_CANTOPEN);
	sqlite3_close(db);
	sqlite_db_words(code, &fail);
	ck_assert_msg(strstr(fail.message, "nowhere/at.db"), "%s",
		      fail.message);
}
END_TEST

/* ---- the log ---- */

static int64_t log_size(void)
{
	struct stat file;

	return stat(path_of("store.db-wal"), &file) == 0 ? file.st_size : 0;
}

static void wait_for_empty_log(void)
{
	while (log_size() > 0)
		sched_yield();
}

START_TEST(test_log_is_emptied_where_nobody_writes)
{
	(void)invited("ada@example.com");
	ck_assert_int_gt(log_size(), 0);
	wait_for_empty_log();
	(void)invited("bob@example.com");
	ck_assert_int_gt(log_size(), 0);
	wait_for_empty_log();
	ck_assert_int_eq(rows("invite"), 2);
}
END_TEST

/* A backup, or whoever else reads one state for long, keeps the log from
 * beginning anew. */
START_TEST(test_log_is_short_again_after_a_long_read)
{
	const int64_t limit = 32 * 1024 * 1024;
	struct store_port *reader;
	struct store_op read = list_op(&verb_invite_list, 0, 1);
	struct fail fail;

	ck_assert_int_eq(store_port_open(f.store, NULL, NULL, &reader, &fail),
			 0);
	ck_assert(store_submit(reader, &read));
	for (int i = 0; log_size() <= limit; i++) {
		char address[64];

		snprintf(address, sizeof(address), "u%d@example.com", i);
		(void)invited(address);
	}
	store_idle(reader);
	for (int i = 0; i < 3; i++)
		(void)invited("ada@example.com");
	(void)invited("bob@example.com");
	(void)invited("eve@example.com");
	ck_assert_int_le(log_size(), limit);
	wait_for_empty_log();
	store_port_close(reader);
}
END_TEST

START_TEST(test_log_of_a_killed_daemon_is_emptied)
{
	pid_t child;

	close_store();
	child = fork();
	if (child == 0) {
		open_store();
		(void)invited("ada@example.com");
		kill(getpid(), SIGKILL);
	}
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert_int_gt(log_size(), 0);
	open_store();
	wait_for_empty_log();
	ck_assert_int_eq(rows("invite"), 1);
}
END_TEST

START_TEST(test_ids_grow_across_restarts)
{
	struct store_op create = invited("ada@example.com");
	int64_t last = out_of(&create, invite_create_out)->invite.id;

	for (int i = 0; i < 5; i++) {
		close_store();
		open_store();
		f.now_ms += 1;
		create = invited(arena_printf(&f.arena, "u%d@example.com", i));
		ck_assert_int_gt(out_of(&create, invite_create_out)->invite.id,
				 last);
		last = out_of(&create, invite_create_out)->invite.id;
	}
}
END_TEST

#define BATCHES	   20
#define BATCH	   250
#define LOG_OCTETS (30 * 1000 * 1000) /* one by one: over 100 MB */

/* As many as go together, to addresses that were never used. */
static void create_batch(int number)
{
	struct store_op *ops = arena_array(&f.arena, BATCH, sizeof(*ops));
	size_t back = 0;

	for (int i = 0; i < BATCH; i++)
		ops[i] = invite_op(
		    arena_printf(&f.arena, "u%d.%d@example.com", number, i));
	for (size_t i = 0; i < BATCH; i++)
		ck_assert(!store_submit(f.port, &ops[i]));
	store_idle(f.port);
	while (back < BATCH) {
		struct store_op *op = store_collect(f.port);

		if (!op)
			sched_yield();
		for (; op; op = op->next, back++)
			ck_assert_int_eq(op->result, RESULT_OK);
	}
}

/*
 * The log tells how often pages were written: a batch that is done one by one
 * would write them again for each of its operations. The later ones here are
 * larger than what SQLite writes at once.
 */
START_TEST(test_large_batches_are_committed_whole)
{
	struct stat log;

	for (int i = 0; i < BATCHES; i++)
		create_batch(i);
	ck_assert_int_eq(stat(path_of("store.db-wal"), &log), 0);
	ck_assert_int_lt(log.st_size, LOG_OCTETS);
	ck_assert_int_eq(rows("invite"), BATCHES * BATCH);
}
END_TEST

/* Whether `size` bytes at `bytes` stand anywhere in a file. */
static bool file_holds(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(path, "rb");
	char *text = NULL;
	size_t len = 0;
	bool found;
	int c;
	FILE *copy = open_memstream(&text, &len);

	while (file && (c = getc(file)) != EOF)
		putc(c, copy);
	fclose(copy);
	found = memmem(text, len, bytes, size) != NULL;
	free(text);
	if (file)
		fclose(file);
	return found;
}

/* The secret of a link is in the files while its mail waits, not after. */
START_TEST(test_secrets_leave_the_files)
{
	struct store_op create = invited("ada@example.com");
	struct store_op settle = settle_op(
	    out_of(&create, invite_create_out)->invite.id, OUTBOX_SENT);
	const uint8_t *secret = in_of(&create, invite_create_in)->secret;

	ck_assert(file_holds(path_of("store.db-wal"), secret, SECRET_SIZE));
	assert_granted(&settle);
	close_store();
	ck_assert(!file_holds(path_of("store.db"), secret, SECRET_SIZE));
	ck_assert(!file_holds(path_of("store.db-wal"), secret, SECRET_SIZE));
	open_store();
}
END_TEST

START_TEST(test_only_we_may_read_it)
{
	static const char *const names[] = { "store.db", "store.db-wal",
					     "store.db-shm", "store.db-lock" };
	struct stat status;

	close_store();
	for (size_t i = 0; i < COUNT_OF(names); i++)
		(void)!unlink(path_of(names[i]));
	open_store(); /* makes them */
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		ck_assert_int_eq(stat(path_of(names[i]), &status), 0);
		ck_assert_msg((status.st_mode & 0777) == 0600, "%s: %o",
			      names[i], status.st_mode);
	}
}
END_TEST

/* ---- two on one file ---- */

struct guest {
	struct store *store;
	struct store_port *port;
};

static struct guest guest_open(void)
{
	struct fail fail = { .message = "" };
	struct guest guest;

	ck_assert_msg(store_open(f.url, false, &guest.store, &fail) == 0, "%s",
		      fail.message);
	ck_assert_msg(
	    store_port_open(guest.store, NULL, NULL, &guest.port, &fail) == 0,
	    "%s", fail.message);
	return guest;
}

static void guest_close(struct guest guest)
{
	store_port_close(guest.port);
	store_close(guest.store);
}

static struct store_op key_op(int i)
{
	struct store_op op = op_of(&verb_key_create);

	in_of(&op, key_create_in)->name = "guest";
	in_of(&op, key_create_in)->chosen =
	    str_of(arena_printf(&f.arena, "sk-admin-beside-the-daemon-%d", i));
	return op;
}

START_TEST(test_second_daemon_is_refused)
{
	assert_does_not_open(f.url, true, "another invited is serving");
	(void)invited("ada@example.com");
	close_store();
	open_store();
}
END_TEST

START_TEST(test_guest_writes_beside_the_daemon)
{
	struct guest guest = guest_open();

	for (int i = 0; i < 20; i++) {
		struct store_op key = key_op(i);
		struct store_op find =
		    find_key_op(in_of(&key, key_create_in)->chosen);
		struct store_op seen = op_of(&verb_invite_get);
		struct store_op create =
		    invited(arena_printf(&f.arena, "u%d@example.com", i));

		store_call(guest.port, &key);
		ck_assert_int_eq(key.result, RESULT_OK);
		assert_granted(&find);
		in_of(&seen, id_in)->id =
		    out_of(&create, invite_create_out)->invite.id;
		store_call(guest.port, &seen);
		ck_assert_int_eq(seen.result, RESULT_OK);
	}
	guest_close(guest);
	assert_does_not_open(f.url, true, "another invited is serving");
}
END_TEST

START_TEST(test_guest_outlives_the_daemon)
{
	struct guest guest = guest_open();
	struct store_op key = key_op(1);
	struct store_op find = find_key_op(in_of(&key, key_create_in)->chosen);

	(void)invited("ada@example.com");
	close_store();
	store_call(guest.port, &key);
	ck_assert_int_eq(key.result, RESULT_OK);
	guest_close(guest);
	open_store();
	assert_granted(&find);
	ck_assert_int_eq(rows("invite"), 1);
}
END_TEST

/* What a command wrote while nobody served is there for the daemon. */
START_TEST(test_command_without_a_daemon)
{
	struct store_op key = key_op(1);
	struct store_op find = find_key_op(in_of(&key, key_create_in)->chosen);
	struct guest guest;

	close_store();
	guest = guest_open();
	store_call(guest.port, &key);
	ck_assert_int_eq(key.result, RESULT_OK);
	guest_close(guest);
	open_store();
	assert_granted(&find);
}
END_TEST

/* ---- what cannot be opened ---- */

START_TEST(test_urls_that_are_none)
{
	assert_does_not_open("", true, "sqlite:PATH");
	assert_does_not_open("sqlite", true, "sqlite:PATH");
	assert_does_not_open("store.db", true, "sqlite:PATH");
	assert_does_not_open("mysql://here", true, "sqlite:PATH");
}
END_TEST

START_TEST(test_no_such_directory)
{
	assert_does_not_open("sqlite:/nowhere/at/all/store.db", true,
			     "No such file or directory");
}
END_TEST

START_TEST(test_newer_than_the_program)
{
	int64_t version = sql("PRAGMA user_version");

	sql("PRAGMA user_version = 1000000");
	assert_does_not_open(f.url, false, "newer than this program");
	close_store();
	assert_does_not_open(f.url, true, "newer than this program");
	sql("PRAGMA user_version = %lld", (long long)version);
	open_store();
}
END_TEST

START_TEST(test_older_beside_a_running_daemon)
{
	int64_t version = sql("PRAGMA user_version");

	sql("PRAGMA user_version = 0");
	assert_does_not_open(f.url, false, "older than this program");
	sql("PRAGMA user_version = %lld", (long long)version);
}
END_TEST

/* Another program's database is left as it was, to the byte. */
START_TEST(test_not_ours)
{
	static const char *const theirs[] = {
		"CREATE TABLE notes(text)",
		"CREATE TABLE notes(text); PRAGMA user_version = 1",
		"PRAGMA user_version = 1; PRAGMA application_id = 1",
	};
	char url[160];
	struct stat before, after;
	const char *path = path_of("theirs.db");

	snprintf(url, sizeof(url), "sqlite:%s", path);
	f.engine->sql(url, theirs[_i]);
	ck_assert_int_eq(stat(path, &before), 0);
	assert_does_not_open(url, true, "another program's database");
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_int_eq(before.st_size, after.st_size);
	ck_assert_int_eq(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
	ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	ck_assert_int_eq(f.engine->sql(url, "PRAGMA journal_mode") == 0, 1);
}
END_TEST

static void overwrite(const char *path, off_t at, const char *text)
{
	int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(pwrite(file, text, strlen(text), at),
			 (ssize_t)strlen(text));
	close(file);
}

START_TEST(test_no_database)
{
	char url[160];

	snprintf(url, sizeof(url), "sqlite:%s", path_of("letter.txt"));
	overwrite(path_of("letter.txt"), 0,
		  "Dear Ada,\nthis is a letter and no database, and it is "
		  "longer than the header of one would be. Farewell.\n");
	assert_does_not_open(url, true, "not a database");
}
END_TEST

#define NOBODY 65534

/* Root may write anything, so the test becomes somebody else, who owns these
 * files, and root again at the end. */
static void give_up_root(void)
{
	static const char *const names[] = { "", "store.db", "store.db-lock",
					     "store.db-wal", "store.db-shm" };

	if (geteuid() != 0)
		return;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (access(path_of(names[i]), F_OK) == 0)
			ck_assert_int_eq(
			    chown(path_of(names[i]), NOBODY, NOBODY), 0);
	ck_assert_int_eq(seteuid(NOBODY), 0);
}

static void take_root_back(void)
{
	ck_assert_int_eq(seteuid(getuid()), 0);
}

static void assert_absent(const char *name)
{
	ck_assert_int_eq(access(path_of(name), F_OK), -1);
}

START_TEST(test_read_only)
{
	close_store();
	unlink(path_of("store.db-wal"));
	unlink(path_of("store.db-shm"));
	ck_assert_int_eq(chmod(path_of("store.db"), 0444), 0);
	give_up_root();
	assert_does_not_open(f.url, true, "for writing");
	assert_absent("store.db-wal");
	assert_absent("store.db-shm");
	ck_assert_int_eq(chmod(path_of("store.db"), 0600), 0);
	open_store();
	take_root_back();
}
END_TEST

/* Whoever looked at it meanwhile has left such files. */
START_TEST(test_files_made_while_it_was_read_only)
{
	close_store();
	unlink(path_of("store.db-wal"));
	ck_assert_int_eq(chmod(path_of("store.db"), 0444), 0);
	give_up_root();
	ck_assert_int_eq(
	    f.engine->sql(f.url, "SELECT count(*) FROM organization"), 1);
	ck_assert_int_eq(eaccess(path_of("store.db-wal"), R_OK), 0);
	ck_assert_int_eq(eaccess(path_of("store.db-wal"), W_OK), -1);
	ck_assert_int_eq(chmod(path_of("store.db"), 0600), 0);
	open_store();
	(void)invited("ada@example.com");
	take_root_back();
}
END_TEST

/* ---- damage, and copies ---- */

static int check(struct store *store)
{
	FILE *nowhere = fopen("/dev/null", "w");
	struct fail fail;
	int faults = store_check(store, nowhere, &fail);

	fclose(nowhere);
	return faults;
}

static const char *const damages[] = {
	"INSERT INTO outbox(invite, organization, secret, queued_at_ms,"
	" due_at_ms, attempts) VALUES(12345, 1, x'00', 0, 0, 0)",
	"UPDATE invite SET state = 1",
	"UPDATE invite SET state = 2, slot = 0",
	"INSERT INTO project_user(organization, project, \"user\", role,"
	" added_at) VALUES(1, 2, 3, 0, 0)",
	"DELETE FROM project",
};

START_TEST(test_check_finds)
{
	(void)invited("ada@example.com");
	ck_assert_int_eq(check(f.store), 0);
	sql("%s", damages[_i]);
	ck_assert_int_gt(check(f.store), 0);
	close_store();
}
END_TEST

/* A row that was torn is refused; the program goes on, so do the others. */
START_TEST(test_torn_row)
{
	struct store_op torn = invited("torn@example.com");
	struct store_op fine = invited("fine@example.com");
	struct store_op get = by_id(
	    &verb_invite_get, out_of(&torn, invite_create_out)->invite.id);

	sql("UPDATE invite SET projects = '[[1,' WHERE id = %lld",
	    (long long)out_of(&torn, invite_create_out)->invite.id);
	assert_ends(&get, RESULT_DAMAGED);
	(void)invite_now(out_of(&fine, invite_create_out)->invite.id);
	get = invite_op("torn@example.com");
	assert_ends(&get, RESULT_DAMAGED);
	(void)invited("more@example.com");
	sql("UPDATE invite SET projects = '[]' WHERE id = %lld",
	    (long long)out_of(&torn, invite_create_out)->invite.id);
}
END_TEST

START_TEST(test_damaged_pages)
{
	char noise[4097];
	struct fail fail = { .message = "" };

	for (int i = 0; i < 50; i++)
		(void)invited(arena_printf(&f.arena, "u%d@example.com", i));
	close_store();
	memset(noise, 'x', sizeof(noise) - 1);
	noise[sizeof(noise) - 1] = '\0';
	for (off_t at = 4096; at < 20 * 4096; at += 4096)
		overwrite(path_of("store.db"), at, noise);
	if (store_open(f.url, true, &f.store, &fail) == 0) {
		ck_assert_int_ne(check(f.store), 0);
		store_close(f.store);
		f.store = NULL;
	} else {
		ck_assert_str_ne(fail.message, "");
	}
}
END_TEST

START_TEST(test_backup)
{
	struct store_op create = invited("ada@example.com");
	const char *copy = path_of("copy.db");
	struct fail fail = { .message = "" };

	ck_assert_msg(store_backup(f.store, copy, &fail) == 0, "%s",
		      fail.message);
	(void)invited("later@example.com");
	ck_assert_int_eq(store_backup(f.store, copy, &fail), -1);
	ck_assert_ptr_nonnull(strstr(fail.message, "could not make"));
	close_store();
	snprintf(f.url, sizeof(f.url), "sqlite:%s", copy);
	open_store();
	ck_assert_int_eq(rows("invite"), 1);
	ck_assert_int_eq(rows("outbox"), 1);
	create = invited("ada@example.com");
	ck_assert(!out_of(&create, invite_create_out)->created);
}
END_TEST

START_TEST(test_backup_of_a_store_that_is_served)
{
	struct guest guest = guest_open();
	const char *copy = path_of("copy.db");
	struct fail fail = { .message = "" };

	(void)invited("ada@example.com");
	ck_assert_int_eq(store_backup(guest.store, copy, &fail), 0);
	guest_close(guest);
	(void)invited("bob@example.com");
	close_store();
	snprintf(f.url, sizeof(f.url), "sqlite:%s", copy);
	open_store();
	ck_assert_int_eq(rows("invite"), 1);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_closed_and_opened);
	tcase_add_test(tests, test_what_sqlite_says_is_in_the_reason);
	tcase_add_test(tests, test_log_is_emptied_where_nobody_writes);
	tcase_add_test(tests, test_log_is_short_again_after_a_long_read);
	tcase_add_test(tests, test_log_of_a_killed_daemon_is_emptied);
	tcase_add_test(tests, test_ids_grow_across_restarts);
	tcase_add_test(tests, test_large_batches_are_committed_whole);
	tcase_add_test(tests, test_secrets_leave_the_files);
	tcase_add_test(tests, test_only_we_may_read_it);
	tcase_add_test(tests, test_second_daemon_is_refused);
	tcase_add_test(tests, test_guest_writes_beside_the_daemon);
	tcase_add_test(tests, test_guest_outlives_the_daemon);
	tcase_add_test(tests, test_command_without_a_daemon);
	tcase_add_test(tests, test_urls_that_are_none);
	tcase_add_test(tests, test_no_such_directory);
	tcase_add_test(tests, test_newer_than_the_program);
	tcase_add_test(tests, test_older_beside_a_running_daemon);
	tcase_add_loop_test(tests, test_not_ours, 0, 3);
	tcase_add_test(tests, test_no_database);
	tcase_add_test(tests, test_read_only);
	tcase_add_test(tests, test_files_made_while_it_was_read_only);
	tcase_add_loop_test(tests, test_check_finds, 0, COUNT_OF(damages));
	tcase_add_test(tests, test_torn_row);
	tcase_add_test(tests, test_damaged_pages);
	tcase_add_test(tests, test_backup);
	tcase_add_test(tests, test_backup_of_a_store_that_is_served);
}

int main(int argc, char **argv)
{
	return store_tests("files", argc, argv, add);
}
