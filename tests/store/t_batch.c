/*
 * t_batch.c: many at once: batches, ports, threads; each operation gets its
 * own outcome.
 */
#include "base/base.h"
#include "fixture.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "base/random.h"
#include "store/rows.h"

#define MANY 100

/* Submits all, rests, and collects until all are back; in which order. */
static void run_all(struct store_port *port, struct store_op *ops, size_t n,
		    struct store_op **ret_order)
{
	size_t back = 0;

	for (size_t i = 0; i < n; i++) {
		if (store_submit(port, &ops[i]))
			ret_order[back++] = &ops[i];
	}
	store_idle(port);
	while (back < n) {
		struct store_op *op = store_collect(port);

		if (!op)
			sched_yield();
		for (; op; op = op->next)
			ret_order[back++] = op;
	}
}

/* Each in an arena of its own, as requests are; to user0@, user1@ ..., or all
 * to one address. */
static struct store_op *ops_of(size_t n, const char *one)
{
	struct store_op *ops = arena_array(&f.arena, n, sizeof(*ops));
	struct arena *arenas = arena_array(&f.arena, n, sizeof(*arenas));

	ck_assert(ops && arenas);
	for (size_t i = 0; i < n; i++) {
		arena_init(&arenas[i], 1 << 20);
		ops[i] = invite_op(
		    one ? one
			: arena_printf(&f.arena, "user%zu@example.com", i));
		ops[i].arena = &arenas[i];
	}
	return ops;
}

static void release(struct store_op *ops, size_t n)
{
	for (size_t i = 0; i < n; i++)
		arena_release(ops[i].arena);
}

START_TEST(test_each_gets_its_own)
{
	struct store_op *order[MANY];
	struct store_op *ops = ops_of(MANY, NULL);

	run_all(f.port, ops, MANY, order);
	for (size_t i = 0; i < MANY; i++) {
		ck_assert_ptr_eq(order[i], &ops[i]); /* in order of arrival */
		ck_assert_int_eq(ops[i].result, RESULT_OK);
		ck_assert(out_of(&ops[i], invite_create_out)->created);
		ck_assert_str_eq(
		    out_of(&ops[i], invite_create_out)->invite.email,
		    in_of(&ops[i], invite_create_in)->email.typed);
		ck_assert_int_eq(
		    invite_now(out_of(&ops[i], invite_create_out)->invite.id)
			.id,
		    out_of(&ops[i], invite_create_out)->invite.id);
	}
	ck_assert_int_eq(rows("invite"), MANY);
	ck_assert_int_eq(rows("outbox"), MANY);
	release(ops, MANY);
}
END_TEST

START_TEST(test_same_address_at_once_is_one_invite)
{
	struct store_op *order[MANY];
	struct store_op *ops = ops_of(MANY, "ada@example.com");
	size_t created = 0;

	run_all(f.port, ops, MANY, order);
	for (size_t i = 0; i < MANY; i++) {
		ck_assert_int_eq(ops[i].result, RESULT_OK);
		ck_assert_int_eq(out_of(&ops[i], invite_create_out)->invite.id,
				 out_of(&ops[0], invite_create_out)->invite.id);
		created += out_of(&ops[i], invite_create_out)->created;
	}
	ck_assert_uint_eq(created, 1);
	ck_assert_int_eq(rows("invite"), 1);
	ck_assert_int_eq(rows("outbox"), 1);
	release(ops, MANY);
}
END_TEST

/* Refused for every reason there is, between some that are fine. */
START_TEST(test_refused_harm_nobody)
{
	struct store_op *order[MANY];
	struct store_op *ops = ops_of(MANY, NULL);
	const struct grant nowhere = { 12345, PROJECT_MEMBER };
	enum result expected[MANY];

	(void)member("member@example.com");
	(void)invited("pending@example.com");
	for (size_t i = 0; i < MANY; i++) {
		expected[i] = RESULT_OK;
		if (i % 4 == 1) {
			in_of(&ops[i], invite_create_in)->default_project =
			    false;
			in_of(&ops[i], invite_create_in)->grants =
			    grants_of(1, &nowhere);
			expected[i] = RESULT_PROJECT_NOT_FOUND;
		} else if (i % 4 == 2) {
			in_of(&ops[i], invite_create_in)->email =
			    email_of("member@example.com");
			expected[i] = RESULT_USER_EXISTS;
		} else if (i % 8 == 3) {
			in_of(&ops[i], invite_create_in)->email =
			    email_of("pending@example.com");
			in_of(&ops[i], invite_create_in)->role = ROLE_OWNER;
			expected[i] = RESULT_INVITE_EXISTS;
		}
	}
	run_all(f.port, ops, MANY, order);
	for (size_t i = 0; i < MANY; i++)
		ck_assert_int_eq(ops[i].result, expected[i]);
	ck_assert_int_eq(rows("invite WHERE state = 0"), 1 + 25 + 12);
	release(ops, MANY);
}
END_TEST

/* ---- answers and deletes ---- */

enum kind { ACCEPT, DECLINE, DELETE, KINDS };

static struct store_op op_about(enum kind kind, const struct store_op *create)
{
	if (kind == ACCEPT)
		return answer_op(&verb_invitation_accept, token_of(create));
	if (kind == DECLINE)
		return answer_op(&verb_invitation_decline, token_of(create));
	return by_id(&verb_invite_delete,
		     out_of(create, invite_create_out)->invite.id);
}

/* What has been done with an invite before, and what comes of it now. */
static const struct {
	bool twisted; /* the link's secret, the invite's id */
	int before;   /* a kind, or KINDS: nothing */
	enum result results[KINDS];
} answered[] = {
	{ false, KINDS, { RESULT_OK, RESULT_OK, RESULT_OK } },
	{ true,
	  KINDS,
	  { RESULT_INVITATION_NOT_FOUND, RESULT_INVITATION_NOT_FOUND,
	    RESULT_INVITE_NOT_FOUND } },
	{ false,
	  ACCEPT,
	  { RESULT_OK, RESULT_INVITE_ACCEPTED, RESULT_INVITE_ACCEPTED } },
	{ false,
	  DECLINE,
	  { RESULT_INVITATION_DECLINED, RESULT_OK, RESULT_OK } },
	{ false,
	  DELETE,
	  { RESULT_INVITATION_WITHDRAWN, RESULT_INVITATION_WITHDRAWN,
	    RESULT_INVITE_NOT_FOUND } },
};

static struct store_op answered_op(enum kind kind, size_t which)
{
	static int number;
	struct store_op create =
	    invited(arena_printf(&f.arena, "answer%d@example.com", number++));
	struct store_op op = op_about(kind, &create);

	if (answered[which].before != KINDS) {
		struct store_op before =
		    op_about((enum kind)answered[which].before, &create);
		assert_granted(&before);
	}
	if (answered[which].twisted && kind == DELETE)
		in_of(&op, id_in)->id++;
	else if (answered[which].twisted)
		in_of(&op, invitation_in)->token.secret[0] ^= 1;
	return op;
}

START_TEST(test_each_answer_is_refused_alone)
{
	struct store_op ops[MANY], *order[MANY];

	for (size_t i = 0; i < MANY; i++)
		ops[i] = answered_op((enum kind)(i % KINDS),
				     i / KINDS % COUNT_OF(answered));
	run_all(f.port, ops, MANY, order);
	for (size_t i = 0; i < MANY; i++)
		ck_assert_str_eq(
		    result_word(ops[i].result),
		    result_word(answered[i / KINDS % COUNT_OF(answered)]
				    .results[i % KINDS]));
}
END_TEST

/* The same person's invite, in every way at once: one of them wins, and the
 * others find out. */
START_TEST(test_answered_in_every_way_at_once)
{
	struct store_op create = invited("ada@example.com");
	struct store_op ops[2 * KINDS + 1], *order[2 * KINDS + 1];
	size_t n = 0;

	for (; n < 2 * KINDS; n++)
		ops[n] = op_about((enum kind)(n % KINDS), &create);
	ops[n++] = settle_op(out_of(&create, invite_create_out)->invite.id,
			     OUTBOX_DEFERRED);
	run_all(f.port, ops, n, order);
	ck_assert_int_eq(ops[ACCEPT].result, RESULT_OK);
	ck_assert_int_eq(ops[DECLINE].result, RESULT_INVITE_ACCEPTED);
	ck_assert_int_eq(ops[DELETE].result, RESULT_INVITE_ACCEPTED);
	ck_assert_int_eq(ops[KINDS].result, RESULT_OK);
	ck_assert(out_of(&ops[KINDS], invitation_out)->again);
	ck_assert_int_eq(rows("\"user\""), 1);
	ck_assert_int_eq(rows("outbox"), 0);
	ck_assert_int_eq(rows("invite WHERE delivery = 2"), 1);
}
END_TEST

START_TEST(test_answers_of_other_organizations)
{
	struct store_op ops[2], *order[2], create;
	int64_t other = add_organization("Other");

	create = invited("ada@example.com");
	ops[0] = op_about(DELETE, &create);
	ops[0].organization = other;
	create = invite_op("ada@example.com");
	create.organization = other;
	create.actor.key = 0;
	assert_granted(&create);
	ops[1] = op_about(ACCEPT, &create);
	run_all(f.port, ops, 2, order);
	ck_assert_int_eq(ops[0].result, RESULT_INVITE_NOT_FOUND);
	ck_assert_int_eq(ops[1].result, RESULT_OK);
	ck_assert_int_eq(
	    out_of(&ops[1], invitation_out)->invitation.invite.organization,
	    other);
	ck_assert_str_eq(
	    out_of(&ops[1], invitation_out)->invitation.organization_name,
	    "Other");
	ck_assert_int_eq(rows("invite WHERE state = 0"), 1);
}
END_TEST

/* One that fails in the middle of its writes takes nobody with it. */
START_TEST(test_failed_harm_nobody)
{
	struct store_op *order[MANY];
	struct store_op *ops = ops_of(MANY, NULL);
	struct fail fail;

	for (size_t i = 7; i < MANY; i += 10)
		arena_init(ops[i].arena, 8); /* too little for anything */
	run_all(f.port, ops, MANY, order);
	for (size_t i = 0; i < MANY; i++)
		ck_assert_int_eq(ops[i].result, i % 10 == 7
						    ? RESULT_OUT_OF_MEMORY
						    : RESULT_OK);
	ck_assert_int_eq(rows("invite"), MANY - 10);
	ck_assert(store_healthy(f.store, &fail));
	release(ops, MANY);
}
END_TEST

/* Whole lives in one batch: each step sees the one before. */
START_TEST(test_steps_in_one_batch_see_each_other)
{
	struct store_op create = invited("ada@example.com");
	struct store_op ops[] = {
		answer_op(&verb_invitation_accept, token_of(&create)),
		answer_op(&verb_invitation_decline, token_of(&create)),
		answer_op(&verb_invitation_accept, token_of(&create)),
		by_id(&verb_invite_delete,
		      out_of(&create, invite_create_out)->invite.id),
		invite_op("ada@example.com"),
	};
	struct store_op *order[COUNT_OF(ops)];

	run_all(f.port, ops, COUNT_OF(ops), order);
	ck_assert_int_eq(ops[0].result, RESULT_OK);
	ck_assert(!out_of(&ops[0], invitation_out)->again);
	ck_assert_int_eq(ops[1].result, RESULT_INVITE_ACCEPTED);
	ck_assert_int_eq(ops[2].result, RESULT_OK);
	ck_assert(out_of(&ops[2], invitation_out)->again);
	ck_assert_int_eq(ops[3].result, RESULT_INVITE_ACCEPTED);
	ck_assert_int_eq(ops[4].result, RESULT_USER_EXISTS);
}
END_TEST

/* ---- reads ---- */

START_TEST(test_reads_see_own_writes)
{
	for (int i = 0; i < 50; i++) {
		struct store_op create =
		    invited(arena_printf(&f.arena, "user%d@example.com", i));
		struct store_op get =
		    by_id(&verb_invite_get,
			  out_of(&create, invite_create_out)->invite.id);

		store_call(f.port, &get);
		ck_assert_int_eq(get.result, RESULT_OK);
	}
}
END_TEST

/* Where the database is here; one that is elsewhere answers when it can. */
START_TEST(test_reads_between_rests_see_one_state)
{
	struct store_port *other;
	struct fail fail;
	struct store_op create = invite_op("ada@example.com");
	struct store_op before = list_op(&verb_invite_list, 0, 10);
	struct store_op after = list_op(&verb_invite_list, 0, 10);

	if (store_is_shared(f.store))
		return;
	ck_assert_int_eq(store_port_open(f.store, NULL, NULL, &other, &fail),
			 0);
	ck_assert(store_submit(f.port, &before));
	store_call(other, &create);
	ck_assert_int_eq(create.result, RESULT_OK);
	ck_assert(store_submit(f.port, &after));
	ck_assert_uint_eq(out_of(&after, list_out)->count, 0);
	store_idle(f.port);
	ck_assert(store_submit(f.port, &after));
	ck_assert_uint_eq(out_of(&after, list_out)->count, 1);
	store_port_close(other);
}
END_TEST

/* Slow reads come back beside writes, through the same port. */
START_TEST(test_slow_reads_and_writes_together)
{
	struct store_op *order[2 * MANY];
	struct store_op *ops = ops_of(2 * MANY, NULL);

	for (size_t i = 0; i < 2 * MANY; i += 2) {
		struct arena *arena = ops[i].arena;

		ops[i] = list_op(&verb_invite_list, 0, 100);
		ops[i].arena = arena;
		in_of(&ops[i], invite_list_in)->by_status = true;
		in_of(&ops[i], invite_list_in)->status = STATUS_PENDING;
	}
	run_all(f.port, ops, 2 * MANY, order);
	for (size_t i = 0; i < 2 * MANY; i++)
		ck_assert_int_eq(ops[i].result, RESULT_OK);
	ck_assert_int_eq(rows("invite"), MANY);
	release(ops, 2 * MANY);
}
END_TEST

/* ---- threads ---- */

#define THREADS 4
#define ROUNDS	20

struct crowd {
	int created, replayed, failed;
};

/* What one thread hands in at once: each in an arena of its own, for writes
 * and slow reads are worked on at the same time. */
struct handful {
	struct store_op ops[24];
	struct arena arenas[24];
};

/* Every eighth a slow read, the others creates, the same in every thread. */
static void fill(struct handful *handful, int round)
{
	for (int i = 0; i < 24; i++) {
		struct store_op *op = &handful->ops[i];
		char *key;

		arena_init(&handful->arenas[i], 1 << 20);
		*op = (struct store_op){
			.organization = f.organization,
			.now_ms = f.now_ms,
			.arena = &handful->arenas[i],
		};
		if (i % 8 == 0) {
			ck_assert_ptr_nonnull(op_begin(op, &verb_invite_list));
			in_of(op, list_in)->limit = 10;
			in_of(op, invite_list_in)->by_status = true;
			continue;
		}
		key =
		    arena_printf(op->arena, "u%d@example.com", round * 100 + i);
		ck_assert_ptr_nonnull(op_begin(op, &verb_invite_create));
		in_of(op, invite_create_in)->email = (struct email){ key, key };
		in_of(op, invite_create_in)->default_project = true;
		in_of(op, invite_create_in)->ttl_seconds = TTL;
		in_of(op, invite_create_in)->queue_mail = true;
	}
}

static void add_up(struct crowd *crowd, struct handful *handful)
{
	for (int i = 0; i < 24; i++) {
		const struct store_op *op = &handful->ops[i];

		if (op->result != RESULT_OK)
			crowd->failed++;
		else if (op->verb != &verb_invite_create)
			continue;
		else if (out_of(op, invite_create_out)->created)
			crowd->created++;
		else
			crowd->replayed++;
	}
	for (int i = 0; i < 24; i++)
		arena_release(&handful->arenas[i]);
}

/*
 * Opens a port, has a handful done, closes it, again and again. A port is
 * closed as soon as its last operation is back, while the store may still be
 * waking others.
 */
static void *run_crowd(void *context)
{
	struct crowd *crowd = context;
	struct store_op *order[24];
	struct handful handful;
	struct store_port *port;
	struct fail fail;

	for (int round = 0; round < ROUNDS; round++) {
		if (store_port_open(f.store, NULL, NULL, &port, &fail) < 0) {
			crowd->failed++;
			break;
		}
		fill(&handful, round);
		run_all(port, handful.ops, 24, order);
		store_idle(port);
		store_port_close(port);
		add_up(crowd, &handful);
	}
	return NULL;
}

START_TEST(test_threads_that_come_and_go)
{
	pthread_t threads[THREADS];
	struct crowd crowds[THREADS];
	int created = 0, replayed = 0;

	for (int i = 0; i < THREADS; i++) {
		crowds[i] = (struct crowd){ .failed = 0 };
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, run_crowd, &crowds[i]),
		    0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		ck_assert_int_eq(crowds[i].failed, 0);
		created += crowds[i].created;
		replayed += crowds[i].replayed;
	}
	ck_assert_int_eq(created, ROUNDS * 21);
	ck_assert_int_eq(replayed, ROUNDS * 21 * (THREADS - 1));
	ck_assert_int_eq(rows("invite"), ROUNDS * 21);
	ck_assert_int_eq(rows("outbox"), ROUNDS * 21);
}
END_TEST

/* ---- wake-ups ---- */

static void count_wakes(void *context)
{
	atomic_fetch_add((atomic_int *)context, 1);
}

START_TEST(test_owner_is_woken)
{
	static atomic_int wakes;
	struct store_port *port;
	struct store_op op = op_of(&verb_probe);
	struct fail fail;

	ck_assert_int_eq(
	    store_port_open(f.store, count_wakes, &wakes, &port, &fail), 0);
	ck_assert(!store_submit(port, &op));
	store_idle(port);
	while (!store_collect(port))
		sched_yield();
	store_port_close(port); /* waits for the wake-up */
	ck_assert_int_eq(wakes, 1);
}
END_TEST

struct eager_owner {
	struct store_port *port;
	atomic_bool has_it;
};

static void collect_at_once(void *context)
{
	struct eager_owner *owner = context;

	owner->has_it = store_collect(owner->port) != NULL;
}

/* An owner may come for what is finished while it is still being told. */
START_TEST(test_owner_collects_while_woken)
{
	static struct eager_owner owner;
	struct store_op op = op_of(&verb_probe);
	struct fail fail;

	ck_assert_int_eq(store_port_open(f.store, collect_at_once, &owner,
					 &owner.port, &fail),
			 0);
	ck_assert(!store_submit(owner.port, &op));
	store_idle(owner.port);
	while (!owner.has_it)
		sched_yield();
	store_port_close(owner.port);
	ck_assert_int_eq(op.result, RESULT_OK);
}
END_TEST

#define SLOWLY 1000 /* turns of the scheduler */

struct slow_wake {
	atomic_bool began, closing, ended;
};

static void wake_slowly(void *context)
{
	struct slow_wake *wake = context;

	wake->began = true;
	while (!wake->closing)
		sched_yield();
	for (int i = 0; i < SLOWLY; i++)
		sched_yield();
	wake->ended = true;
}

/* Else the waker would use what the owner has freed. */
START_TEST(test_close_waits_for_a_wake_under_way)
{
	static struct slow_wake wake;
	struct store_port *port;
	struct store_op op = op_of(&verb_probe);
	struct fail fail;

	ck_assert_int_eq(
	    store_port_open(f.store, wake_slowly, &wake, &port, &fail), 0);
	ck_assert(!store_submit(port, &op));
	store_idle(port);
	while (!store_collect(port))
		sched_yield();
	while (!wake.began)
		sched_yield();
	wake.closing = true;
	store_port_close(port);
	ck_assert(wake.ended);
}
END_TEST

/* A verb that is not in the list, and queues a mail as another might. */
static enum result send_again(struct work *work, const void *input,
			      void *output)
{
	const struct id_in *in = input;
	const uint8_t secret[SECRET_SIZE] = { 1 };

	(void)output;
	queue_mail(work, in->id, secret, LETTER_INVITATION);
	return RESULT_OK;
}

static const struct verb verb_send_again = {
	.name = "send_again",
	.index = VERB_probe,
	.size_in = sizeof(struct id_in),
	.run = send_again,
};

/* Nothing but the verb itself knows that it queues mail. */
START_TEST(test_mailer_is_woken_whatever_verb_queued_the_mail)
{
	static atomic_int wakes;
	struct store_op link = invite_op("link@example.com"), op;

	in_of(&link, invite_create_in)->queue_mail = false;
	assert_granted(&link);
	sql("UPDATE invite SET delivery = 1, delivery_at = created_at");
	store_on_mail(f.store, count_wakes, &wakes);
	op = by_id(&verb_send_again,
		   out_of(&link, invite_create_out)->invite.id);
	assert_granted(&op);
	op = op_of(&verb_probe); /* one batch further */
	assert_granted(&op);
	ck_assert_int_eq(wakes, 1);
	store_on_mail(f.store, NULL, NULL);
}
END_TEST

/* Called after the batch is handed back, so the answer never waits for it. */
START_TEST(test_mailer_is_woken_for_mail_only)
{
	static atomic_int wakes;
	struct store_op link = invite_op("link@example.com"), op;

	store_on_mail(f.store, count_wakes, &wakes);
	in_of(&link, invite_create_in)->queue_mail = false;
	assert_granted(&link);
	(void)add_project("No mail");
	(void)invited("ada@example.com");
	(void)invited("ada@example.com");
	op = op_of(&verb_probe); /* one batch further */
	assert_granted(&op);
	assert_granted(&op);
	ck_assert_int_ge(wakes, 1);
	store_on_mail(f.store, NULL, NULL);
}
END_TEST

/* ---- counting ---- */

static bool has_line(const struct buf *text, const char *line)
{
	return memmem(text->data, text->len, line, strlen(line)) != NULL;
}

START_TEST(test_metrics)
{
	struct store_op *order[MANY];
	struct store_op *ops = ops_of(MANY, NULL);
	struct buf out;

	run_all(f.port, ops, MANY, order);
	buf_init(&out, 1 << 20);
	store_metrics(f.store, &out);
	ck_assert(buf_ok(&out));
	ck_assert(has_line(&out, "invited_store_operations_total"
				 "{verb=\"invite_create\"} 100\n"));
	ck_assert(has_line(&out, "invited_store_healthy 1\n"));
	ck_assert(has_line(&out, "invited_store_failures_total 0\n"));
	ck_assert(has_line(&out, "invited_store_batch_size_sum 100\n"));
	buf_release(&out);
	release(ops, MANY);
}
END_TEST

/* Whoever submitted had looked before; the store looks once more. */
START_TEST(test_a_key_revoked_in_the_batch_writes_no_more)
{
	struct store_op *ops = ops_of(3, NULL), *order[3];
	struct arena *arena = ops[1].arena;

	ops[1] = by_id(&verb_key_revoke, f.key);
	ops[1].arena = arena;
	run_all(f.port, ops, 3, order);
	ck_assert_int_eq(ops[0].result, RESULT_OK);
	ck_assert_int_eq(ops[1].result, RESULT_OK);
	ck_assert_int_eq(ops[2].result, RESULT_KEY_UNKNOWN);
	ck_assert_int_eq(rows("invite"), 1);
	ck_assert_int_eq(rows("outbox"), 1);
	release(ops, 3);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_a_key_revoked_in_the_batch_writes_no_more);
	tcase_add_test(tests, test_each_gets_its_own);
	tcase_add_test(tests, test_same_address_at_once_is_one_invite);
	tcase_add_test(tests, test_refused_harm_nobody);
	tcase_add_test(tests, test_each_answer_is_refused_alone);
	tcase_add_test(tests, test_answered_in_every_way_at_once);
	tcase_add_test(tests, test_answers_of_other_organizations);
	tcase_add_test(tests, test_failed_harm_nobody);
	tcase_add_test(tests, test_steps_in_one_batch_see_each_other);
	tcase_add_test(tests, test_reads_see_own_writes);
	tcase_add_test(tests, test_reads_between_rests_see_one_state);
	tcase_add_test(tests, test_slow_reads_and_writes_together);
	tcase_add_test(tests, test_threads_that_come_and_go);
	tcase_add_test(tests, test_owner_is_woken);
	tcase_add_test(tests, test_owner_collects_while_woken);
	tcase_add_test(tests, test_close_waits_for_a_wake_under_way);
	tcase_add_test(tests, test_mailer_is_woken_for_mail_only);
	tcase_add_test(tests,
		       test_mailer_is_woken_whatever_verb_queued_the_mail);
	tcase_add_test(tests, test_metrics);
}

int main(int argc, char **argv)
{
	return store_tests("batch", argc, argv, add);
}
