/*
 * t_admin.c: what is around invites: the first start, organizations, keys,
 * projects, people.
 */
#include "base/base.h"
#include "fixture.h"

#include "core/id.h"

START_TEST(test_bootstrap_happens_once)
{
	struct store_op op = op_of(&verb_bootstrap);
	struct store_op find;

	in_of(&op, bootstrap_in)->organization_name = "Second";
	in_of(&op, bootstrap_in)->key.name = "second";
	in_of(&op, bootstrap_in)->key.chosen =
	    STR("sk-admin-a-second-key-of-another");
	assert_granted(&op);
	ck_assert(!out_of(&op, bootstrap_out)->created);
	ck_assert_int_eq(rows("organization"), 1);
	ck_assert_int_eq(rows("admin_key"), 1);
	find = find_key_op(in_of(&op, bootstrap_in)->key.chosen);
	assert_ends(&find, RESULT_KEY_UNKNOWN);
}
END_TEST

/* The clock may stand before where it was when a row was made. */
START_TEST(test_ids_start_after_the_greatest_of_any_table)
{
	static const char *const names[] = { "\"group\"", "project", "audit" };
	struct store_op op = op_of(&verb_group_create);

	(void)add_project("Not the default one");
	in_of(&op, group)->name = "Crew";
	assert_granted(&op);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		int64_t greatest = out_of(&op, group)->id + (1LL << 32);

		sql("UPDATE %s SET id = %lld WHERE id = (SELECT max(id) FROM"
		    " %s)",
		    names[i], (long long)greatest, names[i]);
		close_store();
		open_store();
		op = op_of(&verb_group_create);
		in_of(&op, group)->name = "Crew";
		assert_granted(&op);
		ck_assert_int_gt(out_of(&op, group)->id, greatest);
	}
}
END_TEST

START_TEST(test_update_sets_what_it_names)
{
	struct store_op op = op_of(&verb_group_create), update, get;
	struct group made, now;

	in_of(&op, group)->name = "Crew";
	assert_granted(&op);
	made = *out_of(&op, group);
	f.now_ms += 5000;
	update = op_of(&verb_group_update);
	*in_of(&update, group) = (struct group){ .id = made.id,
						 .organization = 1,
						 .name = "Staff",
						 .created_at = 1 };
	assert_granted(&update);
	get = by_id(&verb_group_get, made.id);
	assert_granted(&get);
	now = *out_of(&get, group);
	ck_assert_str_eq(now.name, "Staff");
	ck_assert_str_eq(out_of(&update, group)->name, "Staff");
	ck_assert_int_eq(now.organization, made.organization);
	ck_assert_int_eq(now.created_at, made.created_at);
	ck_assert_int_eq(out_of(&update, group)->created_at, made.created_at);
}
END_TEST

/* ---- organizations ---- */

START_TEST(test_organization)
{
	struct store_op op = op_of(&verb_organization_create), get;
	struct organization made;

	in_of(&op, organization_name_in)->name = "Société Générale";
	assert_granted(&op);
	made = out_of(&op, organization_out)->organization;
	ck_assert_str_eq(made.name, "Société Générale");
	ck_assert_int_eq(made.created_at, START_MS / 1000);
	get = by_id(&verb_project_get, made.default_project);
	get.organization = made.id;
	assert_granted(&get);
	ck_assert_str_eq(out_of(&get, project)->name, "Default project");
	assert_ends(&op, RESULT_ORGANIZATION_EXISTS);
	ck_assert_int_eq(rows("organization"), 2);
	ck_assert_int_eq(rows("project"), 2);
}
END_TEST

START_TEST(test_list_of_organizations)
{
	struct store_op op = list_op(&verb_organization_list, 0, 10);
	int64_t second = add_organization("Second");
	const struct organization *list;

	assert_granted(&op);
	list = rows_of(&op, organization);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 2);
	ck_assert_int_eq(list[0].id, second);
	ck_assert_str_eq(list[0].name, "Second");
	ck_assert_int_eq(list[1].id, f.organization);
	ck_assert_str_eq(list[1].name, "First");
	ck_assert_int_eq(list[1].default_project, f.project);
}
END_TEST

START_TEST(test_rename)
{
	struct store_op op = op_of(&verb_organization_rename);

	(void)add_organization("Second");
	in_of(&op, organization_name_in)->name = "Second";
	assert_ends(&op, RESULT_ORGANIZATION_EXISTS);
	in_of(&op, organization_name_in)->name = "First"; /* as it is */
	assert_granted(&op);
	in_of(&op, organization_name_in)->name = "Third";
	assert_granted(&op);
	ck_assert_str_eq(out_of(&op, organization_out)->organization.name,
			 "Third");
	ck_assert_int_eq(rows("audit WHERE type = 10"), 1);
	op.organization = 12345;
	in_of(&op, organization_name_in)->name = "Fourth";
	assert_ends(&op, RESULT_ORGANIZATION_NOT_FOUND);
}
END_TEST

/* Where there is an organization already, whether it is the one that is meant.
 */
START_TEST(test_bootstrap_tells_another_name)
{
	struct store_op op = op_of(&verb_bootstrap);

	in_of(&op, bootstrap_in)->organization_name = "First";
	assert_granted(&op);
	ck_assert(out_of(&op, bootstrap_out)->named);
	in_of(&op, bootstrap_in)->organization_name = "Second";
	assert_granted(&op);
	ck_assert(!out_of(&op, bootstrap_out)->named);
}
END_TEST

/* ---- keys ---- */

static struct store_op key_op(const char *secret)
{
	struct store_op op = op_of(&verb_key_create);

	in_of(&op, key_create_in)->name = "robot";
	in_of(&op, key_create_in)->chosen = str_of(secret);
	return op;
}

static struct store_op find_op(const char *secret)
{
	return find_key_op(str_of(secret));
}

START_TEST(test_a_key_that_is_made_names_its_id)
{
	struct store_op op = op_of(&verb_key_create), find;
	struct key_create_out *out;
	char id[ID_TEXT_SIZE];

	in_of(&op, key_create_in)->name = "robot";
	memset(in_of(&op, key_create_in)->secret, 7, SECRET_SIZE);
	assert_granted(&op);
	out = out_of(&op, key_create_out);
	id_format(ID_KEY, out->key.id, id);
	ck_assert_ptr_nonnull(strstr(out->text, strchr(id, '_') + 1));
	ck_assert_int_eq(key_form(str_of(out->text)), KEY_OF_ADMIN);
	ck_assert_mem_eq(out->key.redacted, out->text, strlen("sk-admin-inv_"));
	find = find_op(out->text);
	assert_granted(&find);
	ck_assert_int_eq(out_of(&find, key_find_out)->key.id, out->key.id);
}
END_TEST

START_TEST(test_key)
{
	struct store_op op = key_op("sk-admin-0123456789abcdefghijklmnop");
	struct store_op find = find_op("sk-admin-0123456789abcdefghijklmnop");
	struct admin_key key;

	assert_granted(&op);
	assert_granted(&find);
	key = out_of(&find, key_find_out)->key;
	ck_assert_int_eq(key.id, out_of(&op, key_create_out)->key.id);
	ck_assert_int_eq(key.organization, f.organization);
	ck_assert_str_eq(key.name, "robot");
	ck_assert_str_eq(key.redacted,
			 out_of(&op, key_create_out)->key.redacted);
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
	find = find_key_op((struct str){ FIRST_KEY, strlen(FIRST_KEY) - 1 });
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
	struct store_op revoke = by_id(&verb_key_revoke, f.key);
	struct store_op list = list_op(&verb_key_list, 0, 10), create;

	assert_granted(&list);
	ck_assert_uint_eq(out_of(&list, list_out)->count, 1);

	assert_granted(&revoke);
	assert_ends(&find, RESULT_KEY_UNKNOWN);
	revoke.actor = (struct actor){ .kind = ACTOR_SELF };
	assert_ends(&revoke, RESULT_KEY_NOT_FOUND);
	assert_granted(&list);
	ck_assert_uint_eq(out_of(&list, list_out)->count, 0);
	in_of(&list, key_list_in)->revoked_too = true;
	assert_granted(&list);
	ck_assert_int_eq(rows_of(&list, admin_key)[0].revoked_at,
			 START_MS / 1000);
	create = key_op(FIRST_KEY);
	create.actor = (struct actor){ .kind = ACTOR_SELF };
	assert_ends(&create, RESULT_KEY_EXISTS);
	revoke = by_id(&verb_key_revoke, 12345);
	revoke.actor = (struct actor){ .kind = ACTOR_SELF };
	assert_ends(&revoke, RESULT_KEY_NOT_FOUND);
	ck_assert_int_eq(rows("audit WHERE type = 8"), 1);
}
END_TEST

/* ... from that moment on, also for what was handed in before. */
START_TEST(test_revoked_key_writes_nothing)
{
	struct store_op ops[] = { invite_op("ada@example.com"),
				  by_id(&verb_key_revoke, f.key),
				  invite_op("bob@example.com"),
				  op_of(&verb_project_create) };
	size_t back = 0;

	in_of(&ops[3], project)->name = "Mine";
	for (size_t i = 0; i < COUNT_OF(ops); i++)
		ck_assert(!store_submit(f.port, &ops[i]));
	store_idle(f.port);
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
	touch = by_id(&verb_key_touch, f.key);
	assert_granted(&touch);
	assert_granted(&find);
	ck_assert_int_eq(out_of(&find, key_find_out)->key.last_used_at,
			 f.now_ms / 1000);
	f.now_ms -= MINUTE_MS; /* an older use, written later */
	touch = by_id(&verb_key_touch, f.key);
	assert_granted(&touch);
	assert_granted(&find);
	ck_assert_int_eq(out_of(&find, key_find_out)->key.last_used_at,
			 f.now_ms / 1000 + 60);
	f.now_ms -= 2 * HOUR_MS; /* the clock was ahead */
	touch = by_id(&verb_key_touch, f.key);
	assert_granted(&touch);
	assert_granted(&find);
	ck_assert_int_eq(out_of(&find, key_find_out)->key.last_used_at,
			 f.now_ms / 1000);
	touch = by_id(&verb_key_touch, 12345);
	assert_granted(&touch);
}
END_TEST

/* ---- projects and people ---- */

START_TEST(test_project)
{
	int64_t id = add_project("Ünïcode \"quoted\" 'name'; --");
	struct store_op get = by_id(&verb_project_get, id);

	assert_granted(&get);
	ck_assert_str_eq(out_of(&get, project)->name,
			 "Ünïcode \"quoted\" 'name'; --");
	ck_assert_int_eq(out_of(&get, project)->created_at, START_MS / 1000);
	ck_assert_int_eq(out_of(&get, project)->archived_at, 0);
	archive(id);
	store_idle(f.port);
	assert_granted(&get);
	ck_assert_int_eq(out_of(&get, project)->archived_at, START_MS / 1000);
	get = by_id(&verb_project_get, 12345);
	assert_ends(&get, RESULT_PROJECT_NOT_FOUND);
}
END_TEST

START_TEST(test_archived_projects_are_listed_on_demand)
{
	int64_t old = add_project("Old");
	struct store_op list = list_op(&verb_project_list, 0, 10);

	archive(old);
	assert_granted(&list);
	ck_assert_uint_eq(out_of(&list, list_out)->count, 1);
	ck_assert_int_eq(rows_of(&list, project)[0].id, f.project);
	in_of(&list, project_list_in)->include_archived = true;
	assert_granted(&list);
	ck_assert_uint_eq(out_of(&list, list_out)->count, 2);
	ck_assert_int_eq(rows_of(&list, project)[0].id, old);
}
END_TEST

START_TEST(test_people_of_a_project)
{
	struct store_op list = list_op(&verb_project_user_list, 0, 10);
	int64_t ada = member("ada@example.com");

	in_of(&list, project_user_list_in)->project = f.project;
	assert_granted(&list);
	ck_assert_uint_eq(out_of(&list, list_out)->count, 1);
	ck_assert_int_eq(rows_of(&list, project_user)[0].id, ada);
	ck_assert_str_eq(rows_of(&list, project_user)[0].email,
			 "ada@example.com");
	ck_assert_str_eq(rows_of(&list, project_user)[0].name, "Ada");
	ck_assert_int_eq(rows_of(&list, project_user)[0].added_at,
			 START_MS / 1000);
	in_of(&list, project_user_list_in)->project = add_project("Empty");
	assert_granted(&list);
	ck_assert_uint_eq(out_of(&list, list_out)->count, 0);
	archive(in_of(&list, project_user_list_in)->project);
	store_idle(f.port);
	assert_ends(&list, RESULT_PROJECT_ARCHIVED);
	in_of(&list, project_user_list_in)->project = 12345;
	assert_ends(&list, RESULT_PROJECT_NOT_FOUND);
}
END_TEST

START_TEST(test_people_by_address)
{
	const char *keys[] = { "bob@example.com", "nobody@example.com",
			       "ada@example.com", "bob@example.com" };
	struct store_op list = list_op(&verb_user_list, 0, 10);
	int64_t ada = member("Ada@example.com"), bob;

	f.now_ms += 1;
	bob = member("bob@example.com");
	(void)member("eve@example.com");
	in_of(&list, user_list_in)->email_keys = keys;
	in_of(&list, user_list_in)->email_count = COUNT_OF(keys);
	assert_granted(&list);
	ck_assert_uint_eq(out_of(&list, list_out)->count, 2);
	ck_assert(!out_of(&list, list_out)->has_more);
	ck_assert_int_eq(rows_of(&list, user)[0].id, bob);
	ck_assert_int_eq(rows_of(&list, user)[1].id, ada);
	in_of(&list, list_in)->limit = 1;
	assert_granted(&list);
	ck_assert_uint_eq(out_of(&list, list_out)->count, 1);
	ck_assert(out_of(&list, list_out)->has_more);
	in_of(&list, list_in)->after = bob;
	assert_granted(&list);
	ck_assert_uint_eq(out_of(&list, list_out)->count, 1);
	ck_assert(!out_of(&list, list_out)->has_more);
	ck_assert_int_eq(rows_of(&list, user)[0].id, ada);
}
END_TEST

START_TEST(test_unknown_user)
{
	struct store_op op = by_id(&verb_user_get, 12345);

	assert_ends(&op, RESULT_USER_NOT_FOUND);
}
END_TEST

START_TEST(test_probe)
{
	struct store_op op = op_of(&verb_probe);
	struct fail fail;

	assert_granted(&op);
	ck_assert(store_healthy(f.store, &fail));
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_bootstrap_happens_once);
	tcase_add_test(tests, test_ids_start_after_the_greatest_of_any_table);
	tcase_add_test(tests, test_update_sets_what_it_names);
	tcase_add_test(tests, test_organization);
	tcase_add_test(tests, test_list_of_organizations);
	tcase_add_test(tests, test_rename);
	tcase_add_test(tests, test_bootstrap_tells_another_name);
	tcase_add_test(tests, test_key);
	tcase_add_test(tests, test_a_key_that_is_made_names_its_id);
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
