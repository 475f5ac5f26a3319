/*
 * t_admin.c: what is around invites: the first start, organizations, keys,
 * projects, people.
 */
#include "base/base.h"
#include "fixture.h"

START_TEST(test_bootstrap_happens_once)
{
	struct store_op op = op_of(STORE_BOOTSTRAP);
	struct store_op find = op_of(STORE_KEY_FIND);

	op.bootstrap.organization_name = "Second";
	op.bootstrap.key_name = "second";
	op.bootstrap.secret = STR("sk-admin-a-second-key-of-another");
	assert_granted(&op);
	ck_assert(!op.bootstrap.ret_created);
	ck_assert_int_eq(rows("organization"), 1);
	ck_assert_int_eq(rows("admin_key"), 1);
	find.key_find.secret = op.bootstrap.secret;
	assert_ends(&find, RESULT_KEY_UNKNOWN);
}
END_TEST

/* ---- organizations ---- */

START_TEST(test_organization)
{
	struct store_op op = op_of(STORE_ORGANIZATION_CREATE), get;
	struct organization made;

	op.organization_create.name = "Société Générale";
	assert_granted(&op);
	made = op.organization_create.ret_organization;
	ck_assert_str_eq(made.name, "Société Générale");
	ck_assert_int_eq(made.created_at, START_MS / 1000);
	get = by_id(STORE_PROJECT_GET, made.default_project);
	get.organization = made.id;
	assert_granted(&get);
	ck_assert_str_eq(get.project_get.ret_project.name, "Default project");
	assert_ends(&op, RESULT_ORGANIZATION_EXISTS);
	ck_assert_int_eq(rows("organization"), 2);
	ck_assert_int_eq(rows("project"), 2);
}
END_TEST

START_TEST(test_list_of_organizations)
{
	struct store_op op = list_op(STORE_ORGANIZATION_LIST, 0, 10);
	int64_t second = add_organization("Second");
	const struct organization *list;

	assert_granted(&op);
	list = op.organization_list.ret_organizations;
	ck_assert_uint_eq(op.organization_list.page.count, 2);
	ck_assert_int_eq(list[0].id, second);
	ck_assert_str_eq(list[0].name, "Second");
	ck_assert_int_eq(list[1].id, f.organization);
	ck_assert_str_eq(list[1].name, "First");
	ck_assert_int_eq(list[1].default_project, f.project);
}
END_TEST

/* ---- keys ---- */

static struct store_op key_op(const char *secret)
{
	struct store_op op = op_of(STORE_KEY_CREATE);

	op.key_create.name = "robot";
	op.key_create.secret = str_of(secret);
	return op;
}

static struct store_op find_op(const char *secret)
{
	struct store_op op = op_of(STORE_KEY_FIND);

	op.organization = 0; /* the key says where */
	op.key_find.secret = str_of(secret);
	return op;
}

START_TEST(test_key)
{
	struct store_op op = key_op("sk-admin-0123456789abcdefghijklmnop");
	struct store_op find = find_op("sk-admin-0123456789abcdefghijklmnop");
	struct admin_key key;

	assert_granted(&op);
	assert_granted(&find);
	key = find.key_find.ret_key;
	ck_assert_int_eq(key.id, op.key_create.ret_key.id);
	ck_assert_int_eq(key.organization, f.organization);
	ck_assert_str_eq(key.name, "robot");
	ck_assert_str_eq(key.redacted, op.key_create.ret_key.redacted);
	ck_assert_ptr_null(strstr(key.redacted, "0123456789"));
	ck_assert_int_eq(key.created_at, START_MS / 1000);
	ck_assert_int_eq(key.last_used_at, 0);
	ck_assert_int_eq(key.revoked_at, 0);
	ck_assert_int_eq(rows("audit WHERE type = 7"), 2);
}
END_TEST

START_TEST(test_keys_that_are_none)
{
	static const char *const texts[] = { "", "sk-admin-", "x",
					     FIRST_KEY "x" };
	struct store_op find;

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		find = find_op(texts[i]);
		assert_ends(&find, RESULT_KEY_UNKNOWN);
	}
	find = find_op(FIRST_KEY);
	find.key_find.secret.len--;
	assert_ends(&find, RESULT_KEY_UNKNOWN);
}
END_TEST

START_TEST(test_key_twice)
{
	struct store_op op = key_op(FIRST_KEY);

	assert_ends(&op, RESULT_KEY_EXISTS);
	op.organization = add_organization("Second");
	assert_ends(&op, RESULT_KEY_EXISTS);
	op = key_op("sk-admin-of-nobody-in-particular");
	op.organization = 12345;
	assert_ends(&op, RESULT_ORGANIZATION_NOT_FOUND);
	ck_assert_int_eq(rows("admin_key"), 1);
}
END_TEST

START_TEST(test_revoke)
{
	struct store_op find = find_op(FIRST_KEY);
	struct store_op revoke = by_id(STORE_KEY_REVOKE, f.key);
	struct store_op list = list_op(STORE_KEY_LIST, 0, 10), create;

	assert_granted(&revoke);
	assert_ends(&find, RESULT_KEY_UNKNOWN);
	revoke.actor = 0;
	assert_ends(&revoke, RESULT_KEY_NOT_FOUND);
	assert_granted(&list);
	ck_assert_int_eq(list.key_list.ret_keys[0].revoked_at, START_MS / 1000);
	create = key_op(FIRST_KEY);
	create.actor = 0;
	assert_ends(&create, RESULT_KEY_EXISTS);
	revoke = by_id(STORE_KEY_REVOKE, 12345);
	revoke.actor = 0;
	assert_ends(&revoke, RESULT_KEY_NOT_FOUND);
	ck_assert_int_eq(rows("audit WHERE type = 8"), 1);
}
END_TEST

/* ... from that moment on, also for what was handed in before. */
START_TEST(test_revoked_key_writes_nothing)
{
	struct store_op ops[] = { invite_op("ada@example.com"),
				  by_id(STORE_KEY_REVOKE, f.key),
				  invite_op("bob@example.com"),
				  op_of(STORE_PROJECT_CREATE) };
	size_t back = 0;

	ops[3].project_create.name = "Mine";
	for (size_t i = 0; i < COUNT_OF(ops); i++)
		ck_assert(!store_submit(f.port, &ops[i]));
	store_rest(f.port);
	while (back < COUNT_OF(ops)) {
		struct store_op *op = store_collect(f.port);

		for (; op; op = op->next)
			back++;
	}
	ck_assert_int_eq(ops[0].result, RESULT_OK);
	ck_assert_int_eq(ops[1].result, RESULT_OK);
	ck_assert_int_eq(ops[2].result, RESULT_KEY_UNKNOWN);
	ck_assert_int_eq(ops[3].result, RESULT_KEY_UNKNOWN);
	ck_assert_int_eq(rows("invite"), 1);
	ck_assert_int_eq(rows("project"), 1);
}
END_TEST

START_TEST(test_touch)
{
	struct store_op find = find_op(FIRST_KEY), touch;

	f.now_ms += HOUR_MS;
	touch = by_id(STORE_KEY_TOUCH, f.key);
	assert_granted(&touch);
	assert_granted(&find);
	ck_assert_int_eq(find.key_find.ret_key.last_used_at, f.now_ms / 1000);
	f.now_ms -= MINUTE_MS; /* an older use, written later */
	touch = by_id(STORE_KEY_TOUCH, f.key);
	assert_granted(&touch);
	assert_granted(&find);
	ck_assert_int_eq(find.key_find.ret_key.last_used_at,
			 f.now_ms / 1000 + 60);
	touch = by_id(STORE_KEY_TOUCH, 12345);
	assert_granted(&touch);
}
END_TEST

/* ---- projects and people ---- */

START_TEST(test_project)
{
	int64_t id = add_project("Ünïcode \"quoted\" 'name'; --");
	struct store_op get = by_id(STORE_PROJECT_GET, id);

	assert_granted(&get);
	ck_assert_str_eq(get.project_get.ret_project.name,
			 "Ünïcode \"quoted\" 'name'; --");
	ck_assert_int_eq(get.project_get.ret_project.created_at,
			 START_MS / 1000);
	ck_assert_int_eq(get.project_get.ret_project.archived_at, 0);
	archive(id);
	store_rest(f.port);
	assert_granted(&get);
	ck_assert_int_eq(get.project_get.ret_project.archived_at,
			 START_MS / 1000);
	get = by_id(STORE_PROJECT_GET, 12345);
	assert_ends(&get, RESULT_PROJECT_NOT_FOUND);
}
END_TEST

START_TEST(test_archived_projects_are_listed_on_demand)
{
	int64_t old = add_project("Old");
	struct store_op list = list_op(STORE_PROJECT_LIST, 0, 10);

	archive(old);
	assert_granted(&list);
	ck_assert_uint_eq(list.project_list.page.count, 1);
	ck_assert_int_eq(list.project_list.ret_projects[0].id, f.project);
	list.project_list.include_archived = true;
	assert_granted(&list);
	ck_assert_uint_eq(list.project_list.page.count, 2);
	ck_assert_int_eq(list.project_list.ret_projects[0].id, old);
}
END_TEST

START_TEST(test_people_of_a_project)
{
	struct store_op list = list_op(STORE_PROJECT_USER_LIST, 0, 10);
	int64_t ada = member("ada@example.com");

	list.project_user_list.project = f.project;
	assert_granted(&list);
	ck_assert_uint_eq(list.project_user_list.page.count, 1);
	ck_assert_int_eq(list.project_user_list.ret_users[0].id, ada);
	ck_assert_str_eq(list.project_user_list.ret_users[0].email,
			 "ada@example.com");
	ck_assert_str_eq(list.project_user_list.ret_users[0].name, "Ada");
	ck_assert_int_eq(list.project_user_list.ret_users[0].added_at,
			 START_MS / 1000);
	list.project_user_list.project = add_project("Empty");
	assert_granted(&list);
	ck_assert_uint_eq(list.project_user_list.page.count, 0);
	archive(list.project_user_list.project);
	store_rest(f.port);
	assert_ends(&list, RESULT_PROJECT_ARCHIVED);
	list.project_user_list.project = 12345;
	assert_ends(&list, RESULT_PROJECT_NOT_FOUND);
}
END_TEST

START_TEST(test_people_by_address)
{
	const char *keys[] = { "bob@example.com", "nobody@example.com",
			       "ada@example.com", "bob@example.com" };
	struct store_op list = list_op(STORE_USER_LIST, 0, 10);
	int64_t ada = member("Ada@example.com"), bob;

	f.now_ms += 1;
	bob = member("bob@example.com");
	(void)member("eve@example.com");
	list.user_list.email_keys = keys;
	list.user_list.email_count = COUNT_OF(keys);
	assert_granted(&list);
	ck_assert_uint_eq(list.user_list.page.count, 2);
	ck_assert(!list.user_list.page.has_more);
	ck_assert_int_eq(list.user_list.ret_users[0].id, bob);
	ck_assert_int_eq(list.user_list.ret_users[1].id, ada);
	list.user_list.page.limit = 1;
	assert_granted(&list);
	ck_assert_uint_eq(list.user_list.page.count, 1);
	ck_assert(list.user_list.page.has_more);
	list.user_list.page.after = bob;
	assert_granted(&list);
	ck_assert_uint_eq(list.user_list.page.count, 1);
	ck_assert(!list.user_list.page.has_more);
	ck_assert_int_eq(list.user_list.ret_users[0].id, ada);
}
END_TEST

START_TEST(test_unknown_user)
{
	struct store_op op = by_id(STORE_USER_GET, 12345);

	assert_ends(&op, RESULT_USER_NOT_FOUND);
}
END_TEST

START_TEST(test_probe)
{
	struct store_op op = op_of(STORE_PROBE);
	struct fail fail;

	assert_granted(&op);
	ck_assert(store_healthy(f.store, &fail));
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_bootstrap_happens_once);
	tcase_add_test(tests, test_organization);
	tcase_add_test(tests, test_list_of_organizations);
	tcase_add_test(tests, test_key);
	tcase_add_test(tests, test_keys_that_are_none);
	tcase_add_test(tests, test_key_twice);
	tcase_add_test(tests, test_revoke);
	tcase_add_test(tests, test_revoked_key_writes_nothing);
	tcase_add_test(tests, test_touch);
	tcase_add_test(tests, test_project);
	tcase_add_test(tests, test_archived_projects_are_listed_on_demand);
	tcase_add_test(tests, test_people_of_a_project);
	tcase_add_test(tests, test_people_by_address);
	tcase_add_test(tests, test_unknown_user);
	tcase_add_test(tests, test_probe);
}

int main(int argc, char **argv)
{
	return store_tests("admin", argc, argv, add);
}
