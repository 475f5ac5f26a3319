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

START_TEST(test_words)
{
	ck_assert_str_eq(role_name(ROLE_READER), "reader");
	ck_assert_str_eq(role_name(ROLE_OWNER), "owner");
	ck_assert_str_eq(project_role_name(PROJECT_MEMBER), "member");
	ck_assert_str_eq(project_role_name(PROJECT_OWNER), "owner");
	ck_assert_str_eq(invite_status_name(STATUS_PENDING), "pending");
	ck_assert_str_eq(invite_status_name(STATUS_ACCEPTED), "accepted");
	ck_assert_str_eq(invite_status_name(STATUS_EXPIRED), "expired");
	ck_assert_str_eq(delivery_status_name(DELIVERY_NONE), "none");
	ck_assert_str_eq(delivery_status_name(DELIVERY_QUEUED), "queued");
	ck_assert_str_eq(delivery_status_name(DELIVERY_SENT), "sent");
	ck_assert_str_eq(delivery_status_name(DELIVERY_DEFERRED), "deferred");
	ck_assert_str_eq(delivery_status_name(DELIVERY_FAILED), "failed");
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

START_TEST(test_words_back)
{
	enum role role;
	enum project_role project_role;
	enum invite_status status;

	ck_assert(role_of(STR("reader"), &role) && role == ROLE_READER);
	ck_assert(role_of(STR("owner"), &role) && role == ROLE_OWNER);
	ck_assert(project_role_of(STR("member"), &project_role) &&
		  project_role == PROJECT_MEMBER);
	ck_assert(project_role_of(STR("owner"), &project_role) &&
		  project_role == PROJECT_OWNER);
	ck_assert(invite_status_of(STR("pending"), &status) &&
		  status == STATUS_PENDING);
	ck_assert(invite_status_of(STR("accepted"), &status) &&
		  status == STATUS_ACCEPTED);
	ck_assert(invite_status_of(STR("expired"), &status) &&
		  status == STATUS_EXPIRED);
}
END_TEST

static const char *const no_words[] = { "",	 "Reader", "readers",
					"read",	 "OWNER",  " owner",
					"admin", "0",	   "deleted" };

START_TEST(test_no_words)
{
	struct str word = str_of(no_words[_i]);
	enum role role;
	enum project_role project_role;
	enum invite_status status;

	ck_assert(!role_of(word, &role));
	ck_assert(!project_role_of(word, &project_role));
	ck_assert(!invite_status_of(word, &status));
	ck_assert(!role_of(STR("member"), &role));
	ck_assert(!role_of(STR("owner\0"), &role));
	ck_assert(!project_role_of(STR("reader"), &project_role));
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
	tcase_add_test(tests, test_words);
	tcase_add_test(tests, test_numbers_stay);
	tcase_add_test(tests, test_words_back);
	tcase_add_loop_test(tests, test_no_words, 0, COUNT_OF(no_words));
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
