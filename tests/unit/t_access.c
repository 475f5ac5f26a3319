/*
 * t_access.c: whether a project's key opens the project.
 */
#include "base/base.h"
#include "unit.h"

#include "core/access.h"

#define NOW 1000

static const struct {
	struct project_key key;
	enum standing owner;
	bool archived;
	int64_t project;
	enum permission wanted;
	enum access access;
} questions[] = {
	{ { .project = 7 },
	  STANDING_MEMBER,
	  false,
	  7,
	  PERMISSION_REQUEST,
	  ACCESS_ALLOWED },
	{ { .project = 7 },
	  STANDING_OWNER,
	  false,
	  0,
	  PERMISSION_ANY,
	  ACCESS_ALLOWED },
	{ { .project = 7 },
	  STANDING_OWNER,
	  false,
	  8,
	  PERMISSION_ANY,
	  ACCESS_WRONG_PROJECT },
	{ { .project = 7 },
	  STANDING_NONE,
	  false,
	  7,
	  PERMISSION_ANY,
	  ACCESS_OWNER_INACTIVE },
	{ { .project = 7 },
	  STANDING_OWNER,
	  true,
	  7,
	  PERMISSION_ANY,
	  ACCESS_PROJECT_ARCHIVED },
	{ { .project = 7, .revoked_at = 1 },
	  STANDING_OWNER,
	  false,
	  7,
	  PERMISSION_ANY,
	  ACCESS_REVOKED },
	{ { .project = 7, .expires_at = NOW },
	  STANDING_OWNER,
	  false,
	  7,
	  PERMISSION_ANY,
	  ACCESS_EXPIRED },
	{ { .project = 7, .expires_at = NOW + 1 },
	  STANDING_OWNER,
	  false,
	  7,
	  PERMISSION_ANY,
	  ACCESS_ALLOWED },
	{ { .project = 7 },
	  STANDING_VIEWER,
	  false,
	  7,
	  PERMISSION_READ,
	  ACCESS_ALLOWED },
	{ { .project = 7 },
	  STANDING_VIEWER,
	  false,
	  7,
	  PERMISSION_REQUEST,
	  ACCESS_INSUFFICIENT_SCOPE },
	{ { .project = 7, .scopes = "model.read" },
	  STANDING_OWNER,
	  false,
	  7,
	  PERMISSION_READ,
	  ACCESS_ALLOWED },
	{ { .project = 7, .scopes = "model.read" },
	  STANDING_OWNER,
	  false,
	  7,
	  PERMISSION_REQUEST,
	  ACCESS_INSUFFICIENT_SCOPE },
	{ { .project = 7, .scopes = "x\nmodel.request" },
	  STANDING_MEMBER,
	  false,
	  7,
	  PERMISSION_REQUEST,
	  ACCESS_ALLOWED },
	{ { .project = 7, .scopes = "api.all.read" },
	  STANDING_MEMBER,
	  false,
	  7,
	  PERMISSION_READ,
	  ACCESS_ALLOWED },
	{ { .project = 7, .scopes = "model.requests" },
	  STANDING_OWNER,
	  false,
	  7,
	  PERMISSION_REQUEST,
	  ACCESS_INSUFFICIENT_SCOPE },
	{ { .project = 7, .scopes = "model.requests" },
	  STANDING_OWNER,
	  false,
	  7,
	  PERMISSION_ANY,
	  ACCESS_ALLOWED },
	{ { .project = 7, .scopes = "model.read" },
	  STANDING_OWNER,
	  false,
	  7,
	  PERMISSION_CHECK,
	  ACCESS_INSUFFICIENT_SCOPE },
};

START_TEST(test_decision)
{
	const struct access_question question = {
		.key = &questions[_i].key,
		.owner = questions[_i].owner,
		.archived = questions[_i].archived,
		.project = questions[_i].project,
		.wanted = questions[_i].wanted,
		.now = NOW,
	};

	ck_assert_int_eq(access_decide(&question), questions[_i].access);
}
END_TEST

/* A key that is good opens its project if and only if its owner has access. */
START_TEST(test_what_is_shown_is_what_is_decided)
{
	const struct project_key key = { .project = 7 };

	for (int owner = STANDING_NONE; owner <= STANDING_OWNER; owner++) {
		for (int archived = 0; archived < 2; archived++) {
			const struct access_question question = {
				.key = &key,
				.owner = (enum standing)owner,
				.archived = archived,
				.now = NOW,
			};

			ck_assert_int_eq(
			    access_decide(&question),
			    access_of_owner((enum standing)owner, archived));
		}
	}
}
END_TEST

static const struct {
	const char *models, *scopes, *model;
	enum access access;
} models[] = {
	{ "llama3:8b\nqwen", NULL, "qwen", ACCESS_ALLOWED },
	{ "llama3:8b\nqwen", NULL, "llama3", ACCESS_MODEL_NOT_ALLOWED },
	{ "qwen", NULL, "Qwen", ACCESS_MODEL_NOT_ALLOWED },
	/* who asks may not know which: the answer says which would do */
	{ "qwen", NULL, "", ACCESS_ALLOWED },
	{ NULL, NULL, "anything", ACCESS_ALLOWED },
	{ "qwen", "model.read", "qwen", ACCESS_INSUFFICIENT_SCOPE },
};

START_TEST(test_a_key_opens_the_models_on_its_list)
{
	const struct project_key key = { .project = 7,
					 .models = models[_i].models,
					 .scopes = models[_i].scopes };
	const struct access_question question = {
		.key = &key,
		.owner = STANDING_MEMBER,
		.wanted = PERMISSION_REQUEST,
		.model = str_of(models[_i].model),
		.now = NOW,
	};

	ck_assert_int_eq(access_decide(&question), models[_i].access);
}
END_TEST

START_TEST(test_names_of_models)
{
	char longest[MODEL_MAX_OCTETS + 2];

	memset(longest, 'm', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	ck_assert_ptr_null(model_check(STR("hf.co/unsloth/Qwen3:Q4_K_M")));
	ck_assert_ptr_null(
	    model_check((struct str){ longest, MODEL_MAX_OCTETS }));
	ck_assert_ptr_nonnull(model_check(str_of(longest)));
	ck_assert_ptr_nonnull(model_check(STR("")));
	ck_assert_ptr_nonnull(model_check(STR("a,b")));
	ck_assert_ptr_nonnull(model_check(STR("a b")));
	ck_assert_ptr_nonnull(model_check(STR("a\r\nX-Invited-Owner: b")));
	ck_assert_ptr_nonnull(model_check(STR("mod\xC3\xA9le")));
}
END_TEST

START_TEST(test_roles_of_service_accounts)
{
	ck_assert_int_eq(account_standing(ACCOUNT_NONE), STANDING_NONE);
	ck_assert_int_eq(account_standing(ACCOUNT_MEMBER), STANDING_MEMBER);
	ck_assert_int_eq(account_standing(ACCOUNT_OWNER), STANDING_OWNER);
	ck_assert_int_eq(account_standing((enum account_role)77),
			 STANDING_NONE);
}
END_TEST

#define DAYS * (24 * 60 * 60)

static const struct {
	int64_t lifetime, left, warned; /* seconds; seconds; how many */
	bool due;
	int64_t given, next_in; /* 0: no more */
} ends[] = {
	{ 90 DAYS, 15 DAYS, 0, false, 0, 1 DAYS },
	{ 90 DAYS, 14 DAYS, 0, true, 1, 11 DAYS },
	{ 90 DAYS, 14 DAYS - 1, 1, false, 1, 11 DAYS - 1 },
	{ 90 DAYS, 3 DAYS, 1, true, 2, 2 DAYS },
	{ 90 DAYS, 1 DAYS, 2, true, 3, 0 },
	{ 90 DAYS, 1, 3, false, 3, 0 },
	/* none of what was missed is given but the last */
	{ 90 DAYS, 2 DAYS, 0, true, 2, 1 DAYS },
	{ 90 DAYS, 1, 0, true, 3, 0 },
	/* too late, by whatever clock */
	{ 90 DAYS, 0, 0, false, 0, 0 },
	{ 90 DAYS, -5, 2, false, 2, 0 },
	/* about as long as it was made for */
	{ 14 DAYS, 14 DAYS, 0, false, 0, 11 DAYS },
	{ 3 DAYS, 3 DAYS, 0, false, 0, 2 DAYS },
	{ 60, 60, 0, false, 0, 0 },
	{ 0, 0, 0, false, 0, 0 },
};

START_TEST(test_when_the_end_of_a_key_is_told)
{
	const struct project_key key = {
		.lifetime = ends[_i].lifetime,
		.expires_at = ends[_i].lifetime ? NOW + ends[_i].left : 0,
		.warned = ends[_i].warned,
	};
	struct key_warning warning = key_warning_at(&key, NOW);

	ck_assert_int_eq(warning.due, ends[_i].due);
	ck_assert_int_eq(warning.given, ends[_i].given);
	ck_assert_int_eq(warning.next_at,
			 ends[_i].next_in ? NOW + ends[_i].next_in : 0);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_decision, 0, COUNT_OF(questions));
	tcase_add_test(tests, test_what_is_shown_is_what_is_decided);
	tcase_add_loop_test(tests, test_a_key_opens_the_models_on_its_list, 0,
			    COUNT_OF(models));
	tcase_add_loop_test(tests, test_when_the_end_of_a_key_is_told, 0,
			    COUNT_OF(ends));
	tcase_add_test(tests, test_names_of_models);
	tcase_add_test(tests, test_roles_of_service_accounts);
}

int main(void)
{
	return unit_run("access", add);
}
