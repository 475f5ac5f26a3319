/*
 * t_invite.c: the tables of what may be done with an invite, as tables.
 */
#include "base/base.h"
#include "unit.h"

#include "core/invite.h"

#define NOW 1000000

static struct arena arena;

static void start(void)
{
	arena_init(&arena, 1 << 20);
}

static void end(void)
{
	arena_release(&arena);
}

static struct invite invite_in(enum invite_state state, int64_t expires_at)
{
	return (struct invite){
		.state = state,
		.expires_at = expires_at,
		.secret_hash = { 1, 2, 3 },
	};
}

static const struct {
	const struct vocabulary *vocabulary;
	int number;
	const char *word;
} words[] = {
	{ &roles, ROLE_READER, "reader" },
	{ &roles, ROLE_OWNER, "owner" },
	{ &project_roles, PROJECT_MEMBER, "member" },
	{ &project_roles, PROJECT_OWNER, "owner" },
	{ &invite_statuses, STATUS_PENDING, "pending" },
	{ &invite_statuses, STATUS_ACCEPTED, "accepted" },
	{ &invite_statuses, STATUS_EXPIRED, "expired" },
	{ &delivery_statuses, DELIVERY_NONE, "none" },
	{ &delivery_statuses, DELIVERY_QUEUED, "queued" },
	{ &delivery_statuses, DELIVERY_SENT, "sent" },
	{ &delivery_statuses, DELIVERY_DEFERRED, "deferred" },
	{ &delivery_statuses, DELIVERY_FAILED, "failed" },
};

START_TEST(test_words)
{
	const struct vocabulary *vocabulary = words[_i].vocabulary;

	ck_assert_str_eq(vocabulary_word(vocabulary, words[_i].number),
			 words[_i].word);
	ck_assert_int_eq(vocabulary_find(vocabulary, str_of(words[_i].word)),
			 words[_i].number);
}
END_TEST

/* They lie in databases: a change of one of these loses people's rights. */
START_TEST(test_numbers_stay)
{
	ck_assert_int_eq(ROLE_READER, 0);
	ck_assert_int_eq(ROLE_OWNER, 1);
	ck_assert_int_eq(PROJECT_MEMBER, 0);
	ck_assert_int_eq(PROJECT_OWNER, 1);
	ck_assert_int_eq(INVITE_OPEN, 0);
	ck_assert_int_eq(INVITE_ACCEPTED, 1);
	ck_assert_int_eq(INVITE_WITHDRAWN, 2);
	ck_assert_int_eq(INVITE_DECLINED, 3);
}
END_TEST

static const char *const no_words[] = { "",	 "Reader", "readers",
					"read",	 "OWNER",  " owner",
					"admin", "0",	   "deleted" };

START_TEST(test_no_words)
{
	struct str word = str_of(no_words[_i]);

	ck_assert_int_lt(vocabulary_find(&roles, word), 0);
	ck_assert_int_lt(vocabulary_find(&project_roles, word), 0);
	ck_assert_int_lt(vocabulary_find(&invite_statuses, word), 0);
}
END_TEST

START_TEST(test_words_of_others)
{
	ck_assert_int_lt(vocabulary_find(&roles, STR("member")), 0);
	ck_assert_int_lt(vocabulary_find(&roles, STR("owner\0")), 0);
	ck_assert_int_lt(vocabulary_find(&project_roles, STR("reader")), 0);
}
END_TEST

static const struct {
	enum invite_state state;
	int64_t expires_at;
	enum invite_status status;
} statuses[] = {
	{ INVITE_OPEN, NOW + 1, STATUS_PENDING },
	{ INVITE_OPEN, NOW, STATUS_EXPIRED },
	{ INVITE_OPEN, NOW - 1, STATUS_EXPIRED },
	{ INVITE_ACCEPTED, NOW + 1, STATUS_ACCEPTED },
	{ INVITE_ACCEPTED, NOW - 1, STATUS_ACCEPTED },
	{ INVITE_DECLINED, NOW, STATUS_EXPIRED },
	{ INVITE_DECLINED, NOW + 1, STATUS_EXPIRED }, /* the clock went back */
};

START_TEST(test_status)
{
	struct invite invite =
	    invite_in(statuses[_i].state, statuses[_i].expires_at);

	ck_assert_int_eq(invite_status(&invite, NOW), statuses[_i].status);
}
END_TEST

static struct grant grant_lists[][3] = {
	{ { 1, PROJECT_MEMBER }, { 2, PROJECT_OWNER }, { 3, PROJECT_MEMBER } },
	{ { 1, PROJECT_MEMBER }, { 2, PROJECT_MEMBER }, { 3, PROJECT_MEMBER } },
	{ { 1, PROJECT_MEMBER }, { 2, PROJECT_OWNER }, { 4, PROJECT_MEMBER } },
	{ { 3, PROJECT_MEMBER }, { 1, PROJECT_MEMBER }, { 2, PROJECT_OWNER } },
};

static struct grants grants_of(int list, size_t count)
{
	return (struct grants){ count ? grant_lists[list] : NULL, count };
}

static void assert_same_order(struct grants a, struct grants b)
{
	ck_assert_uint_eq(a.count, b.count);
	for (size_t i = 0; i < a.count; i++) {
		ck_assert_int_eq(a.at[i].project, b.at[i].project);
		ck_assert_int_eq(a.at[i].role, b.at[i].role);
	}
}

START_TEST(test_grants_equal)
{
	ck_assert(grants_equal(grants_of(0, 0), grants_of(1, 0)));
	ck_assert(grants_equal(grants_of(0, 3), grants_of(0, 3)));
	ck_assert(grants_equal(grants_of(0, 2), grants_of(2, 2)));
	ck_assert(grants_equal(grants_of(0, 1), grants_of(1, 1)));
	ck_assert(grants_equal(grants_of(0, 3), grants_of(3, 3)));
	ck_assert(!grants_equal(grants_of(1, 3), grants_of(3, 3)));
	ck_assert(!grants_equal(grants_of(0, 3), grants_of(0, 2)));
	ck_assert(!grants_equal(grants_of(0, 0), grants_of(0, 1)));
	ck_assert(!grants_equal(grants_of(0, 3), grants_of(1, 3)));
	ck_assert(!grants_equal(grants_of(0, 3), grants_of(2, 3)));
}
END_TEST

static const struct {
	enum invite_state state;
	int64_t expires_at;
	enum role role;
	size_t grants;
	const char *external_id;
	enum create_verdict verdict;
} creates[] = {
	{ INVITE_OPEN, NOW + 1, ROLE_READER, 2, "e-7", CREATE_REPLAY },
	{ INVITE_OPEN, NOW + 1, ROLE_OWNER, 2, "e-7", CREATE_CONFLICT },
	{ INVITE_OPEN, NOW + 1, ROLE_READER, 1, "e-7", CREATE_CONFLICT },
	{ INVITE_OPEN, NOW + 1, ROLE_READER, 0, "e-7", CREATE_CONFLICT },
	{ INVITE_OPEN, NOW + 1, ROLE_READER, 2, "e-8", CREATE_CONFLICT },
	{ INVITE_OPEN, NOW + 1, ROLE_READER, 2, NULL, CREATE_CONFLICT },
	{ INVITE_OPEN, NOW, ROLE_READER, 2, "e-7", CREATE_SUPERSEDE },
	{ INVITE_OPEN, NOW, ROLE_OWNER, 2, "e-7", CREATE_SUPERSEDE },
	{ INVITE_OPEN, NOW - 1, ROLE_READER, 0, "e-7", CREATE_SUPERSEDE },
	{ INVITE_ACCEPTED, NOW + 1, ROLE_READER, 2, "e-7", CREATE_NEW },
	{ INVITE_WITHDRAWN, NOW + 1, ROLE_READER, 2, "e-7", CREATE_NEW },
	{ INVITE_DECLINED, NOW + 1, ROLE_READER, 2, "e-7", CREATE_NEW },
};

/* The invite that is there is a reader's, with two projects and an
 * external_id. */
START_TEST(test_create)
{
	struct invite invite =
	    invite_in(creates[_i].state, creates[_i].expires_at);

	invite.role = ROLE_READER;
	invite.grants = grants_of(0, 2);
	invite.external_id = "e-7";
	ck_assert_int_eq(
	    invite_on_create(&invite,
			     (struct asked){ creates[_i].role,
					     grants_of(0, creates[_i].grants),
					     creates[_i].external_id },
			     NOW),
	    creates[_i].verdict);
}
END_TEST

START_TEST(test_create_where_nothing_is)
{
	const struct asked asked = { ROLE_OWNER, grants_of(0, 0), NULL };

	ck_assert_int_eq(invite_on_create(NULL, asked, NOW), CREATE_NEW);
}
END_TEST

static const struct {
	enum invite_state state;
	int64_t expires_at;
	enum result result;
} answers[] = {
	{ INVITE_OPEN, NOW + 1, RESULT_OK },
	{ INVITE_OPEN, NOW, RESULT_INVITATION_EXPIRED },
	{ INVITE_OPEN, NOW - 1, RESULT_INVITATION_EXPIRED },
	{ INVITE_ACCEPTED, NOW + 1, RESULT_INVITE_ACCEPTED },
	{ INVITE_ACCEPTED, NOW - 1, RESULT_INVITE_ACCEPTED },
	{ INVITE_WITHDRAWN, NOW + 1, RESULT_INVITATION_WITHDRAWN },
	{ INVITE_WITHDRAWN, NOW - 1, RESULT_INVITATION_WITHDRAWN },
	{ INVITE_DECLINED, NOW + 1, RESULT_INVITATION_DECLINED },
	{ INVITE_DECLINED, NOW - 1, RESULT_INVITATION_DECLINED },
};

START_TEST(test_answer)
{
	struct invite invite =
	    invite_in(answers[_i].state, answers[_i].expires_at);
	uint8_t hash[SHA256_SIZE] = { 1, 2, 3 };

	ck_assert_int_eq(invite_on_answer(&invite, hash, NOW),
			 answers[_i].result);
	/* A guesser learns nothing of the state. */
	for (int bit = 0; bit < 8 * SHA256_SIZE; bit++) {
		hash[bit / 8] ^= 1 << bit % 8;
		ck_assert_int_eq(invite_on_answer(&invite, hash, NOW),
				 RESULT_INVITATION_NOT_FOUND);
		hash[bit / 8] ^= 1 << bit % 8;
	}
}
END_TEST

START_TEST(test_answer_to_nothing)
{
	uint8_t hash[SHA256_SIZE] = { 0 };

	ck_assert_int_eq(invite_on_answer(NULL, hash, NOW),
			 RESULT_INVITATION_NOT_FOUND);
}
END_TEST

static const struct {
	enum invite_state state;
	enum result result;
} deletes[] = {
	{ INVITE_OPEN, RESULT_OK },
	{ INVITE_ACCEPTED, RESULT_INVITE_ACCEPTED },
	{ INVITE_WITHDRAWN, RESULT_INVITE_NOT_FOUND },
	{ INVITE_DECLINED, RESULT_OK },
};

START_TEST(test_delete)
{
	struct invite pending = invite_in(deletes[_i].state, NOW + 1);
	struct invite expired = invite_in(deletes[_i].state, NOW - 1);

	ck_assert_int_eq(invite_on_delete(&pending), deletes[_i].result);
	ck_assert_int_eq(invite_on_delete(&expired), deletes[_i].result);
	ck_assert_int_eq(invite_on_delete(NULL), RESULT_INVITE_NOT_FOUND);
}
END_TEST

START_TEST(test_declined_expires_no_later)
{
	struct invite invite = invite_in(INVITE_OPEN, NOW + 1);

	invite_decline(&invite, NOW);
	ck_assert_int_eq(invite.state, INVITE_DECLINED);
	ck_assert_int_eq(invite.declined_at, NOW);
	ck_assert_int_eq(invite.expires_at, NOW);
	invite = invite_in(INVITE_OPEN, NOW - 1);
	invite_decline(&invite, NOW);
	ck_assert_int_eq(invite.expires_at, NOW - 1);
}
END_TEST

static struct grant extremes[] = { { 1, PROJECT_OWNER },
				   { INT64_MAX, PROJECT_MEMBER } };

static const struct {
	struct grants grants;
	const char *text;
} grant_texts[] = {
	{ { NULL, 0 }, "[]" },
	{ { grant_lists[0], 1 }, "[[1,0]]" },
	{ { grant_lists[0], 3 }, "[[1,0],[2,1],[3,0]]" },
	{ { grant_lists[3], 3 }, "[[3,0],[1,0],[2,1]]" },
	{ { extremes, 2 }, "[[1,1],[9223372036854775807,0]]" },
};

START_TEST(test_grants_as_text)
{
	struct grants back = { NULL, 99 };

	ck_assert_str_eq(grants_format(&arena, grant_texts[_i].grants),
			 grant_texts[_i].text);
	ck_assert_int_eq(
	    grants_parse(&arena, str_of(grant_texts[_i].text), &back), 0);
	assert_same_order(back, grant_texts[_i].grants);
}
END_TEST

START_TEST(test_grants_are_sorted_by_project)
{
	struct grants sorted;

	ck_assert(grants_are_sorted(grants_of(0, 0)));
	ck_assert(grants_are_sorted(grants_of(0, 3)));
	ck_assert(!grants_are_sorted(grants_of(3, 2)));
	ck_assert_int_eq(grants_sort(&arena, grants_of(3, 3), &sorted), 0);
	assert_same_order(sorted, grants_of(0, 3));
	assert_same_order(grants_of(3, 3), grants_of(3, 3));
}
END_TEST

START_TEST(test_most_grants)
{
	struct grant list[GRANTS_MAX];
	struct grants grants = { list, GRANTS_MAX }, back;
	const char *text;

	for (int i = 0; i < GRANTS_MAX; i++)
		list[i] = (struct grant){ INT64_MAX - GRANTS_MAX + i, i & 1 };
	text = grants_format(&arena, grants);
	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(grants_parse(&arena, str_of(text), &back), 0);
	ck_assert(grants_equal(back, grants));
}
END_TEST

static const char *const not_grants[] = {
	"",
	"[",
	"]",
	"[[]]",
	"[[1]]",
	"[[1,]]",
	"[[,0]]",
	"[[1,0]",
	"[1,0]",
	"[[1,0],]",
	"[,[1,0]]",
	"[[1,0][2,0]]",
	"[[1,0]],",
	"[[1,0],,[2,0]]",
	"[[1,0,0]]",
	"[[1,2]]",
	"[[1,-1]]",
	"[[a,0]]",
	"[[1,a]]",
	"[[1.5,0]]",
	"[ ]",
	"[[1, 0]]",
	"[[1,0]] ",
	"{}",
	"null",
	"[[[1,0]]]",
	"[[1,0]x[2,0]]",
	"[[1,0]x,[2,0]]",
	"[[1,0],x[2,0]]",
	"[[1,0],[1,1]]",
	"[[2,0],[1,0],[2,0]]",
	"[[1,0],[3,0],[2,0],[3,1]]",
	"[[9223372036854775808,0]]",
	"[[-5,0]]",
	"[[0,0]]",
	"[[1,0],[",
	"[]]",
	"[[[[[[",
	"]]]]",
};

START_TEST(test_not_grants)
{
	struct grants grants = { NULL, 99 };

	ck_assert_int_eq(grants_parse(&arena, str_of(not_grants[_i]), &grants),
			 -1);
	ck_assert_uint_eq(grants.count, 99);
}
END_TEST

START_TEST(test_grants_out_of_memory)
{
	struct grants grants = { NULL, 99 };

	arena_init(&arena, 4);
	ck_assert_ptr_null(grants_format(&arena, grants_of(0, 1)));
	ck_assert_int_eq(grants_parse(&arena, STR("[[1,0]]"), &grants), -1);
	ck_assert_uint_eq(grants.count, 99);
	/* The empty list needs nothing. */
	ck_assert_str_eq(grants_format(&arena, grants_of(0, 0)), "[]");
	ck_assert_int_eq(grants_parse(&arena, STR("[]"), &grants), 0);
	ck_assert_uint_eq(grants.count, 0);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_loop_test(tests, test_words, 0, COUNT_OF(words));
	tcase_add_test(tests, test_numbers_stay);
	tcase_add_loop_test(tests, test_no_words, 0, COUNT_OF(no_words));
	tcase_add_test(tests, test_words_of_others);
	tcase_add_loop_test(tests, test_status, 0, COUNT_OF(statuses));
	tcase_add_test(tests, test_declined_expires_no_later);
	tcase_add_test(tests, test_grants_equal);
	tcase_add_test(tests, test_grants_are_sorted_by_project);
	tcase_add_loop_test(tests, test_create, 0, COUNT_OF(creates));
	tcase_add_test(tests, test_create_where_nothing_is);
	tcase_add_loop_test(tests, test_answer, 0, COUNT_OF(answers));
	tcase_add_test(tests, test_answer_to_nothing);
	tcase_add_loop_test(tests, test_delete, 0, COUNT_OF(deletes));
	tcase_add_loop_test(tests, test_grants_as_text, 0,
			    COUNT_OF(grant_texts));
	tcase_add_test(tests, test_most_grants);
	tcase_add_loop_test(tests, test_not_grants, 0, COUNT_OF(not_grants));
	tcase_add_test(tests, test_grants_out_of_memory);
}

int main(void)
{
	return unit_run("invite", add);
}
