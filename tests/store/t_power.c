/*
 * t_power.c: power cuts. All that the store writes is recorded; from what a
 * disk would have kept of it at some moment a new database is made, and what
 * had been acknowledged until then has to be in it, and nothing be half there.
 *
 *	INVITED_TEST_SEED=12345 t_store_power sqlite
 */
#include "base/base.h"
#include "fixture.h"

#include <unistd.h>

#include "base/random.h"
#include "disk.h"

#define NAME	 "power.db"
#define CREATES	 1300 /* one by one: enough for a checkpoint while it runs */
#define CUTS	 50   /* anywhere */
#define RESTARTS 3    /* around which every moment is tried */

static uint64_t state;

static uint64_t chance(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * 0x2545f4914f6cdd1dULL) >> 20;
}

/* ---- a history, with what was promised when ---- */

/* Acknowledged once so many events had been recorded. */
struct promise {
	size_t events;
	struct token token;
	enum invite_state state; /* from then on, until the next promise */
};

static struct promise promises[2 * CREATES];
static size_t promise_count;
static struct {
	size_t from, to;
} restarts[RESTARTS];

static void promise(struct token token, enum invite_state state_then)
{
	promises[promise_count++] =
	    (struct promise){ disk_events(), token, state_then };
}

/* Some are accepted, some deleted. */
static void go_on(int i, const struct store_op *create)
{
	struct store_op op;

	if (i % 10 == 3) {
		op = answer_op(&verb_invitation_accept, token_of(create));
		assert_granted(&op);
		promise(token_of(create), INVITE_ACCEPTED);
	} else if (i % 10 == 6) {
		op = by_id(&verb_invite_delete,
			   out_of(create, invite_create_out)->invite.id);
		assert_granted(&op);
		promise(token_of(create), INVITE_WITHDRAWN);
	}
}

static void write_history(void)
{
	int restart = 0;

	for (int i = 0; i < CREATES; i++) {
		struct store_op op =
		    invited(arena_printf(&f.arena, "u%d@example.com", i));

		promise(token_of(&op), INVITE_OPEN);
		go_on(i, &op);
		if (i % 40 != 39 || restart == RESTARTS)
			continue;
		restarts[restart].from = disk_events();
		close_store();
		open_store();
		restarts[restart++].to = disk_events();
	}
}

/* ---- what is left after a power cut ---- */

/* What has become of an invite; fails where it is not there. */
static enum invite_state state_of(struct token token)
{
	struct store_op op = answer_op(&verb_invitation_lookup, token);
	enum result result;

	ck_assert(store_submit(f.port, &op));
	result = op.result;
	if (result == RESULT_INVITATION_WITHDRAWN)
		return INVITE_WITHDRAWN;
	ck_assert_str_eq(result_word(result), "OK");
	return out_of(&op, invitation_out)->invitation.invite.state;
}

/* A later change may have reached the disk before it was promised. */
static void assert_promises(size_t events)
{
	for (size_t i = 0; i < promise_count && promises[i].events <= events;
	     i++) {
		const struct promise *now = &promises[i], *next = now + 1;
		bool more = i + 1 < promise_count &&
			    next->token.invite == now->token.invite;
		enum invite_state found = state_of(now->token);

		ck_assert(found == now->state ||
			  (more && found == next->state));
	}
	store_idle(f.port);
}

static void cut_power_after(size_t events, const char *dir)
{
	struct store_op op;

	disk_after_power_cut(dir, events, chance);
	open_store();
	assert_sound();
	if (promise_count > 0 && promises[0].events <= events) {
		assert_promises(events);
		op = op_of(&verb_probe);
		op.actor = (struct actor){ .kind = ACTOR_SELF };
		assert_granted(&op);
	}
	close_store();
}

START_TEST(test_power_cuts)
{
	const char *text = getenv("INVITED_TEST_SEED");
	int64_t seed;
	size_t all;
	char dir[64];

	if (!text || !str_to_i64(str_of(text), &seed))
		seed = (int64_t)(random_u64() >> 1);
	state = (uint64_t)seed | 1;
	printf("INVITED_TEST_SEED=%lld\n", (long long)seed);
	fflush(stdout);

	close_store();
	snprintf(f.url, sizeof(f.url), "sqlite:%s/" NAME, f.dir);
	disk_record();
	open_store();
	bootstrap_store();
	write_history();
	all = disk_events();
	close_store();
	disk_stop();

	make_dir(dir, sizeof(dir));
	snprintf(f.url, sizeof(f.url), "sqlite:%s/" NAME, dir);
	for (int i = 0; i < CUTS; i++)
		cut_power_after(chance() % (all + 1), dir);
	for (int i = 0; i < RESTARTS; i++) {
		for (size_t at = restarts[i].from; at <= restarts[i].to; at++)
			cut_power_after(at, dir);
	}
	disk_forget();
	remove_dir(dir);
	snprintf(f.url, sizeof(f.url), "sqlite:%s/" NAME, f.dir);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_power_cuts);
}

int main(int argc, char **argv)
{
	disk_install();
	return store_tests("power", argc, argv, add);
}
