/*
 * t_id.c: ids grow, whatever the clock does, and have one text each.
 */
#include "base/base.h"
#include "unit.h"

#include "core/id.h"

#define EPOCH 1704067200000LL /* 2024-01-01T00:00:00Z in milliseconds */
#define NOW   (EPOCH + 12345678901LL)

static const struct {
	enum id_kind kind;
	int64_t id;
	const char *text;
} texts[] = {
	{ ID_ORGANIZATION, 1, "org-0000000000001" },
	{ ID_PROJECT, 32, "proj_0000000000010" },
	{ ID_USER, 31, "user-000000000000Z" },
	{ ID_INVITE, INT64_MAX, "invite-7ZZZZZZZZZZZZ" },
	{ ID_KEY, 0x0123456789ABCDEF, "key_028T5CY4TQKFF" },
	{ ID_AUDIT_LOG, 2, "audit_log-0000000000002" },
};

START_TEST(test_texts)
{
	char text[ID_TEXT_SIZE];
	int64_t id = -1;

	ck_assert_ptr_eq(id_format(texts[_i].kind, texts[_i].id, text), text);
	ck_assert_str_eq(text, texts[_i].text);
	ck_assert(id_parse(texts[_i].kind, str_of(text), &id));
	ck_assert_int_eq(id, texts[_i].id);
}
END_TEST

/* A text is of one kind only, but for keys, which are called alike. */
static bool are_called_alike(int a, int b)
{
	return a == b || (a == ID_KEY && b == ID_API_KEY) ||
	       (a == ID_API_KEY && b == ID_KEY);
}

START_TEST(test_kinds_do_not_mix)
{
	char text[ID_TEXT_SIZE];
	int64_t id;

	id_format((enum id_kind)_i, 99, text);
	for (int kind = 0; kind < ID_KINDS; kind++)
		ck_assert(id_parse((enum id_kind)kind, str_of(text), &id) ==
			  are_called_alike(kind, _i));
}
END_TEST

static const char *const not_ids[] = {
	"",
	"invite-",
	"invite",
	"0000000000001",
	"Invite-0000000000001",
	"INVITE-0000000000001",
	"invite_0000000000001",
	"invite-000000000001",
	"invite-00000000000001",
	"invite-0000000000001 ",
	" invite-0000000000001",
	"invite-000000000000I",
	"invite-000000000000L",
	"invite-000000000000O",
	"invite-000000000000U",
	"invite-8000000000000", /* would be negative */
	"invite-FZZZZZZZZZZZZ",
	"invite-G000000000000", /* 65 bits */
	"invite-ZZZZZZZZZZZZZ",
	"invite--000000000001",
	"invite-../../etc/pass",
	"invite-1' OR '1'='1",
	"invite-00000000000%31",
	"user-0000000000001",
};

START_TEST(test_not_ids)
{
	int64_t id = 1234;

	ck_assert(!id_parse(ID_INVITE, str_of(not_ids[_i]), &id));
	ck_assert_int_eq(id, 1234);
}
END_TEST

START_TEST(test_lower_case_and_nul)
{
	int64_t id;

	ck_assert(id_parse(ID_INVITE, STR("invite-028t5cy4tqkff"), &id));
	ck_assert_int_eq(id, 0x0123456789ABCDEF);
	ck_assert(!id_parse(ID_INVITE, STR("invite-0000000000001\0"), &id));
	ck_assert(!id_parse(ID_INVITE, STR("invite-000000000000\0"), &id));
	ck_assert(!id_parse(ID_INVITE, (struct str){ NULL, 0 }, &id));
}
END_TEST

START_TEST(test_new_millisecond_starts_at_random)
{
	struct id_source source = { 0 };
	int64_t id = id_next(&source, NOW, 0xABCDEF);

	ck_assert_int_eq(id >> 22, NOW - EPOCH);
	ck_assert_int_eq(id & 0x3FFFFF, 0xABCDEF & 0x3FFFFF);
	ck_assert_int_eq(id_next(&source, NOW, 5), id + 1);
	ck_assert_int_eq(id_next(&source, NOW, 99), id + 2);
	id = id_next(&source, NOW + 1, 7);
	ck_assert_int_eq(id, ((NOW + 1 - EPOCH) << 22) + 7);
}
END_TEST

START_TEST(test_full_millisecond_runs_over)
{
	struct id_source source = { 0 };
	int64_t last = id_next(&source, NOW, UINT64_MAX);

	ck_assert_int_eq(last, id_last_at(NOW));
	ck_assert_int_eq(id_next(&source, NOW, 5), id_first_at(NOW + 1));
	/* The next millisecond is begun already: it counts up there too. */
	ck_assert_int_eq(id_next(&source, NOW + 1, 5),
			 id_first_at(NOW + 1) + 1);
	ck_assert_int_eq(id_next(&source, NOW + 2, 5),
			 id_first_at(NOW + 2) + 5);
}
END_TEST

START_TEST(test_clock_that_runs_backwards)
{
	struct id_source source = { 0 };
	int64_t last = id_next(&source, NOW, 17);

	for (int64_t back = 0; back < 100; back++) {
		int64_t id = id_next(&source, NOW - back * 1000, 0);
		ck_assert_int_eq(id, last + 1);
		last = id;
	}
	ck_assert_int_eq(id_next(&source, 0, 0), last + 1);
	ck_assert_int_eq(id_next(&source, INT64_MIN, 0), last + 2);
}
END_TEST

/* Times that have no number of their own are clamped, never negative. */
static const int64_t odd_times[] = {
	INT64_MIN,	     -1,	0,
	EPOCH - 1,	     EPOCH,	EPOCH + (1LL << 41) - 1,
	EPOCH + (1LL << 41), INT64_MAX,
};

START_TEST(test_odd_times)
{
	struct id_source source = { 0 };
	int64_t now = odd_times[_i];
	int64_t first = id_next(&source, now, 0);
	int64_t second = id_next(&source, now, 0);

	ck_assert_int_gt(first, 0);
	ck_assert_int_gt(second, first);
	ck_assert_int_ge(first, id_first_at(now));
	ck_assert_int_le(second, id_last_at(now));
	ck_assert_int_ge(id_first_at(now), 0);
	ck_assert_int_eq(id_first_at(now) >> 22, now < EPOCH ? 0
						 : now - EPOCH >= 1LL << 41
						     ? (1LL << 41) - 1
						     : now - EPOCH);
}
END_TEST

/* Below the first moment ids still start at random: clocks may be broken. */
START_TEST(test_before_the_epoch_starts_at_random)
{
	struct id_source source = { 0 };

	ck_assert_int_eq(id_next(&source, 0, 4711), 4711);
	ck_assert_int_eq(id_next(&source, 0, 0), 4712);
}
END_TEST

START_TEST(test_the_last_id_of_all)
{
	struct id_source source = { INT64_MAX - 1 };

	ck_assert_int_eq(id_next(&source, NOW, 0), INT64_MAX);
	ck_assert_int_eq(id_next(&source, NOW, 0), INT64_MAX);
}
END_TEST

START_TEST(test_starts_after_what_is_in_use)
{
	struct id_source source = { 0 };
	int64_t used = id_last_at(NOW + 86400000);

	id_start_after(&source, used);
	ck_assert_int_eq(id_next(&source, NOW, 7), used + 1);
	id_start_after(&source, 5);
	ck_assert_int_eq(id_next(&source, NOW, 7), used + 2);
	/* The clock has gone on: as if nothing had been. */
	ck_assert_int_eq(id_next(&source, NOW + 2 * 86400000, 7),
			 id_first_at(NOW + 2 * 86400000) | 7);
}
END_TEST

START_TEST(test_damaged_ids_do_not_use_up_all)
{
	struct id_source source = { 0 };

	id_start_after(&source, INT64_MAX);
	id_start_after(&source, -1);
	ck_assert_int_eq(id_next(&source, NOW, 7), id_first_at(NOW) | 7);
}
END_TEST

START_TEST(test_range_of_a_millisecond)
{
	ck_assert_int_eq(id_last_at(NOW) - id_first_at(NOW), (1 << 22) - 1);
	ck_assert_int_eq(id_last_at(NOW) + 1, id_first_at(NOW + 1));
	ck_assert_int_eq(id_last_at(INT64_MAX), INT64_MAX);
}
END_TEST

START_TEST(test_growing_through_a_wild_clock)
{
	struct id_source source = { 0 };
	uint64_t state = 1;
	int64_t last = 0;

	for (int i = 0; i < 100000; i++) {
		int64_t id;
		state = state * 6364136223846793005u + 1442695040888963407u;
		id = id_next(&source, NOW + (int64_t)(state >> 50) - 8000,
			     state);
		if (id <= last)
			ck_abort_msg("%jd after %jd", (intmax_t)id,
				     (intmax_t)last);
		last = id;
	}
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_texts, 0, COUNT_OF(texts));
	tcase_add_loop_test(tests, test_kinds_do_not_mix, 0, ID_KINDS);
	tcase_add_loop_test(tests, test_not_ids, 0, COUNT_OF(not_ids));
	tcase_add_test(tests, test_lower_case_and_nul);
	tcase_add_test(tests, test_new_millisecond_starts_at_random);
	tcase_add_test(tests, test_full_millisecond_runs_over);
	tcase_add_test(tests, test_clock_that_runs_backwards);
	tcase_add_loop_test(tests, test_odd_times, 0, COUNT_OF(odd_times));
	tcase_add_test(tests, test_before_the_epoch_starts_at_random);
	tcase_add_test(tests, test_the_last_id_of_all);
	tcase_add_test(tests, test_starts_after_what_is_in_use);
	tcase_add_test(tests, test_damaged_ids_do_not_use_up_all);
	tcase_add_test(tests, test_range_of_a_millisecond);
	tcase_add_test(tests, test_growing_through_a_wild_clock);
}

int main(void)
{
	return unit_run("id", add);
}
