/*
 * t_crash.c: a writer that is killed with SIGKILL at any moment. What it had
 * acknowledged is there afterwards, once, with its mail or its member.
 */
#include "base/base.h"
#include "fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"

#define ROUNDS	8
#define BATCH	12
#define MOST	(ROUNDS * 4096)
#define RECORDS 200 /* at most, before the kill */

/* What the writer tells once the store has said that it is done. */
struct record {
	int64_t invite, user; /* user: accepted */
};

static struct record records[MOST];
static size_t record_count;

/* ---- the writer, in a process of its own ---- */

static void collect_all(size_t n)
{
	size_t back = 0;

	store_idle(f.port);
	while (back < n) {
		struct store_op *op = store_collect(f.port);

		for (; op; op = op->next)
			back++;
	}
}

static void tell(int pipe, struct record record)
{
	if (write(pipe, &record, sizeof(record)) != sizeof(record))
		_exit(3);
}

/* Creates a batch, and accepts every third of the batch before, at once. */
static void write_for_ever(int round, int pipe)
{
	struct store_op creates[BATCH], accepts[BATCH];
	size_t accept_count = 0;

	open_store();
	for (int number = 0;; number += BATCH) {
		for (int i = 0; i < BATCH; i++) {
			creates[i] = invite_op(arena_printf(
			    &f.arena, "u%d-%d@example.com", round, number + i));
			if (store_submit(f.port, &creates[i]))
				_exit(4);
		}
		for (size_t i = 0; i < accept_count; i++) {
			if (store_submit(f.port, &accepts[i]))
				_exit(4);
		}
		collect_all(BATCH + accept_count);
		for (size_t i = 0; i < accept_count; i++)
			tell(
			    pipe,
			    (struct record){
				in_of(&accepts[i], invitation_in)->token.invite,
				out_of(&accepts[i], invitation_out)->user });
		accept_count = 0;
		for (int i = 0; i < BATCH; i++) {
			struct token token = token_of(&creates[i]);

			if (creates[i].result != RESULT_OK)
				_exit(5);
			tell(pipe, (struct record){ token.invite, 0 });
			if (i % 3 == 0)
				accepts[accept_count++] =
				    answer_op(&verb_invitation_accept, token);
		}
	}
}

/* ---- the judge ---- */

/* Reads what is told until `enough`, then kills, then reads the rest. */
static void kill_after(pid_t writer, int pipe, size_t enough)
{
	size_t before = record_count;
	ssize_t got;
	int status;

	while ((got = read(pipe, &records[record_count], sizeof(*records))) ==
	       sizeof(*records)) {
		ck_assert_uint_lt(++record_count, MOST);
		if (record_count - before == enough)
			ck_assert_int_eq(kill(writer, SIGKILL), 0);
	}
	ck_assert_int_eq(got, 0);
	ck_assert_int_eq(waitpid(writer, &status, 0), writer);
	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
		      "the writer ended by itself: %d", WEXITSTATUS(status));
}

static void assert_nothing_is_lost(void)
{
	for (size_t i = 0; i < record_count; i++) {
		const struct record *record = &records[i];
		struct invite invite = invite_now(record->invite);

		if (record->user) {
			struct store_op op =
			    by_id(&verb_user_get, record->user);

			ck_assert_int_eq(invite.state, INVITE_ACCEPTED);
			ck_assert_int_eq(invite.user, record->user);
			assert_granted(&op);
		}
	}
	/* Each open invite has its mail, each accepted one its member: see
	 * also assert_sound(). */
	ck_assert_int_eq(rows("invite WHERE state = 0"), rows("outbox"));
	ck_assert_int_eq(rows("invite WHERE state = 1"), rows("\"user\""));
	ck_assert_int_eq(rows("\"user\""), rows("project_user"));
	ck_assert_int_eq(rows("invite"), rows("audit WHERE type = 1"));
	ck_assert_int_eq(rows("\"user\""), rows("audit WHERE type = 2"));
	ck_assert_int_eq(sql("SELECT count(*) - count(DISTINCT email)"
			     " FROM invite"),
			 0);
}

START_TEST(test_killed_at_any_moment)
{
	close_store();
	for (int round = 0; round < ROUNDS; round++) {
		int pipes[2];
		pid_t writer;

		ck_assert_int_eq(pipe(pipes), 0);
		writer = fork();
		ck_assert_int_ge(writer, 0);
		if (writer == 0) {
			close(pipes[0]);
			write_for_ever(round, pipes[1]);
		}
		close(pipes[1]);
		kill_after(writer, pipes[0], 1 + random_u64() % RECORDS);
		close(pipes[0]);
		open_store();
		assert_sound();
		assert_nothing_is_lost();
		close_store();
	}
	open_store();
	ck_assert_uint_ge(record_count, ROUNDS);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_killed_at_any_moment);
}

int main(int argc, char **argv)
{
	return store_tests("crash", argc, argv, add);
}
