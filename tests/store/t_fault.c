/*
 * t_fault.c: everything that can fail does, once or from some moment on: the
 * first time that it is asked for, the second, and so on, until a whole
 * history goes by without it.
 *
 * The history is followed by the model of model.c. What was refused because
 * of a failure did not happen; all else did, wholly. When the failing ends the
 * store is as good as before.
 */
#include "base/base.h"
#include "fixture.h"
#include "model.h"

#include <sqlite3.h>
#include <unistd.h>

#include "disk.h"
#include "fault.h"

static struct model model;

/* ---- a history that has everything ---- */

static const char *address_of(int i)
{
	return arena_printf(&f.arena, "user%d@example.com", i);
}

/* The n-th from last of what the model holds; 0 where it has not that many. */
static struct token token_from_last(size_t n)
{
	struct token token = { .invite = 1 };
	struct model_invite *invite;

	if (n >= model.invite_count)
		return token;
	invite = &model.invites[model.invite_count - 1 - n];
	token.invite = invite->row.id;
	memcpy(token.secret, invite->secret, SECRET_SIZE);
	return token;
}

static struct store_op create(int who, bool mail)
{
	struct store_op op = invite_op(address_of(who));

	in_of(&op, invite_create_in)->queue_mail = mail;
	return op;
}

static struct store_op project(const char *name)
{
	struct store_op op = op_of(&verb_project_create);

	in_of(&op, project)->name = name;
	return op;
}

static struct store_op list(int status)
{
	struct store_op op = list_op(&verb_invite_list, 0, 100);

	in_of(&op, invite_list_in)->by_status = status >= 0;
	in_of(&op, invite_list_in)->status = (enum invite_status)status;
	return op;
}

#define HISTORY 24

static struct store_op step(int i)
{
	switch (i) {
	case 0:
	case 1:
	case 2:
		return create(i, true);
	case 3:
		return project("Analytical Engine");
	case 4:
		return create(3, false);
	case 5:
		return answer_op(&verb_invitation_accept, token_from_last(3));
	case 6:
		return claim_op(5, MINUTE_MS);
	case 7:
		return settle_op(token_from_last(2).invite, OUTBOX_DEFERRED);
	case 8:
		return settle_op(token_from_last(1).invite, OUTBOX_FAILED);
	case 9: /* again, after it failed */
		return create(2, true);
	case 10:
		return answer_op(&verb_invitation_lookup, token_from_last(2));
	case 11:
		return by_id(&verb_invite_delete, token_from_last(2).invite);
	case 12:
		return create(1, true);
	case 13:
		return answer_op(&verb_invitation_decline, token_from_last(0));
	case 14:
		return answer_op(&verb_invitation_accept, token_from_last(4));
	case 15:
		return list(-1);
	case 16:
		return list(STATUS_PENDING); /* by the slow reader */
	case 17:
		return by_id(&verb_invite_get, token_from_last(1).invite);
	case 18: /* the first of this one will have expired */
		return create(3, true);
	case 19:
		return list_op(&verb_user_list, 0, MODEL_PEOPLE);
	case 20:
		return op_of(&verb_outbox_count);
	case 21:
		return create(0, true);
	case 22:
		return claim_op(5, MINUTE_MS);
	default:
		return create(i, true);
	}
}

static void begin_model(void)
{
	struct store_op op = list_op(&verb_organization_list, 0, 4);

	memset(&model, 0, sizeof(model));
	assert_granted(&op);
	model.organization_count = out_of(&op, list_out)->count;
	memcpy(model.organizations, rows_of(&op, organization),
	       model.organization_count * sizeof(struct organization));
	op = by_id(&verb_project_get, f.project);
	assert_granted(&op);
	model.projects[model.project_count++] = *out_of(&op, project);
}

/* Whether the store says that it could not do it. */
static bool failed(const struct store_op *op)
{
	return op->result >= RESULT_OUT_OF_MEMORY;
}

static void run_history(void)
{
	for (int i = 0; i < HISTORY; i++) {
		struct store_op op;

		if (i == 18)
			f.now_ms += TTL * SECOND_MS;
		op = step(i);
		fault_on();
		store_call(f.port, &op);
		store_idle(f.port);
		fault_off();
		ck_assert_msg(!failed(&op) || fault_struck(),
			      "step %d: %s, but nothing had failed", i,
			      result_word(op.result));
		if (!failed(&op))
			model_follow(&model, &op);
	}
}

static bool on_sqlite(void)
{
	return strcmp(f.engine->name, "sqlite") == 0;
}

/* A connection that was given up is made again; until then all is refused. */
static void create_at_last(struct store_op *op)
{
	int64_t end = clock_mono_ms() + 30 * SECOND_MS;

	while (run(op) != RESULT_OK)
		ck_assert_msg(!on_sqlite() && clock_mono_ms() < end, "%s",
			      result_word(op->result));
}

static void recover(void)
{
	struct store_op op = create(1000, true);
	struct fail fail = { .message = "" };

	create_at_last(&op);
	model_follow(&model, &op);
	ck_assert_msg(store_healthy(f.store, &fail), "%s", fail.message);
	model_compare_all(&model);
	assert_sound();
	close_store();
	open_store();
	if (on_sqlite()) /* nobody else has them */
		model_leases_end(&model);
	model_compare_all(&model);
	assert_sound();
}

/* ---- kinds of failure ---- */

struct failure {
	enum fault_kind kind;
	int code;
	enum fault_mode mode;
};

/* Those that only SQLite knows come first. */
static const struct failure failures[] = {
	{ FAULT_WRITE, SQLITE_FULL, FAULT_ONCE },
	{ FAULT_WRITE, SQLITE_FULL, FAULT_FROM_THEN_ON },
	{ FAULT_WRITE, SQLITE_IOERR_WRITE, FAULT_ONCE },
	{ FAULT_WRITE, SQLITE_IOERR_WRITE, FAULT_FROM_THEN_ON },
	{ FAULT_SYNC, SQLITE_IOERR_FSYNC, FAULT_ONCE },
	{ FAULT_SYNC, SQLITE_IOERR_FSYNC, FAULT_FROM_THEN_ON },
	{ FAULT_READ, SQLITE_IOERR_READ, FAULT_ONCE },
	{ FAULT_READ, SQLITE_IOERR_READ, FAULT_FROM_THEN_ON },
	{ FAULT_OTHER, SQLITE_IOERR, FAULT_ONCE },
	{ FAULT_OTHER, SQLITE_IOERR, FAULT_FROM_THEN_ON },
	{ FAULT_STATEMENT, SQLITE_FULL, FAULT_ONCE },
	{ FAULT_STATEMENT, SQLITE_IOERR, FAULT_FROM_THEN_ON },
	{ FAULT_STATEMENT, SQLITE_BUSY, FAULT_ONCE },
	{ FAULT_STATEMENT, SQLITE_CORRUPT, FAULT_FROM_THEN_ON },
	{ FAULT_STATEMENT, SQLITE_NOMEM, FAULT_ONCE },
	{ FAULT_MEMORY, 1, FAULT_ONCE },
	{ FAULT_MEMORY, 1, FAULT_FROM_THEN_ON },
};

#define FIRST_OF_ALL_ENGINES ((int)COUNT_OF(failures) - 2)

/* A fresh database; SQLite's of the fixture is left alone. */
static void begin_round(int round)
{
	if (on_sqlite())
		snprintf(f.url, sizeof(f.url), "sqlite:%s/%d.db", f.dir, round);
	else
		sql("SET client_min_messages = warning; DROP SCHEMA public "
		    "CASCADE; CREATE SCHEMA public");
	f.now_ms = START_MS;
}

static void end_round(void)
{
	static const char *const tails[] = { "", "-wal", "-shm", "-lock" };

	for (size_t i = 0; on_sqlite() && i < COUNT_OF(tails); i++)
		unlink(arena_printf(&f.arena, "%s%s", f.url + 7, tails[i]));
}

/* All the first, then fewer: there are thousands of allocations. Every single
 * one where INVITED_TEST_ALL is set. */
static long stride(long n)
{
	long each = on_sqlite() ? 60 : 12; /* a round takes longer elsewhere */

	return n <= each || getenv("INVITED_TEST_ALL") ? 1 : 1 + 5 * n / each;
}

START_TEST(test_history)
{
	const struct failure *failure = &failures[_i];
	bool struck = true;
	int rounds = 0;

	close_store();
	for (long n = 1; struck; n += stride(n)) {
		begin_round(rounds++);
		open_store();
		bootstrap_store();
		begin_model();
		fault_plan(failure->kind, failure->code, n, failure->mode);
		run_history();
		struck = fault_struck();
		fault_plan(FAULT_NONE, 0, 0, FAULT_ONCE);
		recover();
		close_store();
		end_round();
	}
	ck_assert_int_gt(rounds, 10);
}
END_TEST

/* Opening: refused with a reason, or done; and well once nothing fails. */
START_TEST(test_opening)
{
	const struct failure *failure = &failures[_i];
	bool struck = true;
	int rounds = 0;

	close_store();
	for (long n = 1; struck; n += stride(n)) {
		struct fail fail = { .message = "" };
		int status;

		begin_round(rounds++);
		fault_plan(failure->kind, failure->code, n, failure->mode);
		fault_on();
		status = store_open(f.url, true, &f.store, &fail);
		if (status == 0) {
			status = store_port_open(f.store, NULL, NULL, &f.port,
						 &fail);
			if (status == 0)
				store_port_close(f.port);
			store_close(f.store);
		}
		fault_off();
		struck = fault_struck();
		fault_plan(FAULT_NONE, 0, 0, FAULT_ONCE);
		ck_assert_msg(status == 0 || (struck && fail.message[0]),
			      "%ld: '%s'", n, fail.message);
		open_store();
		bootstrap_store();
		assert_sound();
		close_store();
		end_round();
	}
}
END_TEST

/* Also where nothing can be opened: the store is closed all the same. */
START_TEST(test_nothing_opens)
{
	struct fail fail = { .message = "" };
	struct store *store;

	close_store();
	for (long n = 1; n < 10; n++) {
		fault_plan(FAULT_OPEN, SQLITE_CANTOPEN, n, FAULT_FROM_THEN_ON);
		fault_on();
		if (store_open(f.url, true, &store, &fail) == 0)
			store_close(store);
		else
			ck_assert_str_ne(fail.message, "");
		fault_off();
	}
	open_store();
}
END_TEST

/* ---- what is said of it ---- */

/* A copy of the files as they are, as if the machine had stopped. */
static void copy_files(const char *from, const char *to)
{
	static const char *const tails[] = { "", "-wal" };

	for (size_t i = 0; i < COUNT_OF(tails); i++) {
		FILE *in =
		    fopen(arena_printf(&f.arena, "%s%s", from, tails[i]), "rb");
		FILE *out =
		    fopen(arena_printf(&f.arena, "%s%s", to, tails[i]), "wb");
		int c;

		ck_assert(in && out);
		while ((c = getc(in)) != EOF)
			putc(c, out);
		fclose(in);
		fclose(out);
	}
}

/* Whether the invite would be there after a crash at this moment. */
static bool is_there_after_crash(const char *address)
{
	struct fixture ours = f;
	char path[128];
	int64_t found;

	snprintf(path, sizeof(path), "%s/crashed.db", f.dir);
	copy_files(f.url + strlen("sqlite:"), path);
	snprintf(f.url, sizeof(f.url), "sqlite:%s", path);
	open_store();
	found = sql("SELECT count(*) FROM invite WHERE email = '%s'", address);
	close_store();
	end_round();
	ours.arena = f.arena;
	f = ours;
	return found > 0;
}

/* "Nothing was changed" is said only where that is sure. */
START_TEST(test_uncertain)
{
	const struct failure *failure = &failures[_i];
	int uncertain = 0;

	for (long n = 1; n < 6; n++) {
		struct store_op op = create((int)n, true);
		bool there;

		fault_plan(failure->kind, failure->code, n, failure->mode);
		fault_on();
		store_call(f.port, &op);
		fault_off();
		store_idle(f.port);
		there = is_there_after_crash(
		    in_of(&op, invite_create_in)->email.typed);
		ck_assert_msg(op.result == RESULT_OK ||
				  op.result == RESULT_STORE_UNCERTAIN || !there,
			      "%s, but it is there after a crash",
			      result_word(op.result));
		ck_assert(op.result != RESULT_OK || there);
		uncertain += op.result == RESULT_STORE_UNCERTAIN && there;
		op = create((int)n, true);
		assert_granted(&op);
	}
	if (failure->kind == FAULT_SYNC && failure->mode == FAULT_FROM_THEN_ON)
		ck_assert_int_gt(uncertain, 0);
}
END_TEST

/* Where another program holds the lock the batch has waited once, not each of
 * its operations again. */
START_TEST(test_locked_by_others)
{
	struct store_op ops[8];
	size_t back = 0;
	sqlite3 *other;

	ck_assert_int_eq(sqlite3_open(f.url + strlen("sqlite:"), &other), 0);
	ck_assert_int_eq(
	    sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), 0);
	fault_plan(FAULT_STATEMENT, SQLITE_ERROR, 1000000, FAULT_ONCE);
	fault_on();
	for (size_t i = 0; i < COUNT_OF(ops); i++) {
		ops[i] = create((int)i, true);
		ck_assert(!store_submit(f.port, &ops[i]));
	}
	store_idle(f.port);
	while (back < COUNT_OF(ops)) {
		struct store_op *op = store_collect(f.port);

		for (; op; op = op->next)
			back++;
	}
	fault_off();
	ck_assert_int_eq(fault_count(), 1);
	for (size_t i = 0; i < COUNT_OF(ops); i++)
		ck_assert_int_eq(ops[i].result, RESULT_STORE_UNAVAILABLE);
	sqlite3_close(other);
	for (size_t i = 0; i < COUNT_OF(ops); i++)
		assert_granted(&ops[i]);
}
END_TEST

static void add(TCase *tests)
{
	int first = on_sqlite() ? 0 : FIRST_OF_ALL_ENGINES;

	tcase_set_timeout(tests, 600);
	tcase_add_loop_test(tests, test_history, first, COUNT_OF(failures));
	tcase_add_loop_test(tests, test_opening, first, COUNT_OF(failures));
	if (!on_sqlite())
		return;
	tcase_add_test(tests, test_nothing_opens);
	tcase_add_loop_test(tests, test_uncertain, 0, COUNT_OF(failures));
	tcase_add_test(tests, test_locked_by_others);
}

int main(int argc, char **argv)
{
	fault_take_sqlite_memory();
	disk_install();
	return store_tests("fault", argc, argv, add);
}
