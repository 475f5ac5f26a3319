/*
 * t_rights.c: which keys open anything, asked at every place that asks; and
 * the number that says that an organization's rights have changed.
 */
#include "base/base.h"
#include "fixture.h"

#include "store/members/assignments.h"

/* ---- in force ---- */

static const struct {
	const char *what; /* about the first key; %lld is now, in seconds */
	bool in_force;
} states[] = {
	{ "revoked_at = 0", true },
	{ "revoked_at = %lld", false },
	{ "expires_at = %lld + 1", true },
	{ "expires_at = %lld", false },
	{ "expires_at = %lld - 1", false },
	{ "\"user\" = (SELECT max(id) FROM \"user\" WHERE role = 1)", true },
	{ "\"user\" = (SELECT max(id) FROM \"user\" WHERE role = 0)", false },
	{ "\"user\" = 12345", false }, /* who never was */
	{ "\"user\" = (SELECT id FROM \"user\" WHERE removed_at > 0)", false },
};

static int64_t owner(const char *address)
{
	struct store_op op = invite_op(address), accept;

	in_of(&op, invite_create_in)->role = ROLE_OWNER;
	assert_granted(&op);
	accept = answer_op(&verb_invitation_accept, token_of(&op));
	assert_granted(&accept);
	return out_of(&accept, invitation_out)->user;
}

/* One owner who has left, one who is there, and a reader, for keys to be
 * theirs. */
static void make_people(void)
{
	struct store_op op =
	    by_id(&verb_user_delete, owner("left@example.com"));

	(void)owner("owner@example.com");
	assert_granted(&op);
	(void)member("reader@example.com");
}

static enum result find_key(void)
{
	struct store_op op = find_key_op(STR(FIRST_KEY));

	return run(&op);
}

static enum result create_project(void)
{
	struct store_op op = op_of(&verb_project_create);

	in_of(&op, project)->name = "Apollo";
	return run(&op);
}

static enum result create_invite(void)
{
	struct store_op op = invite_op("ada@example.com");

	return run(&op);
}

/* What the rule says that memory is asked by. */
static enum result ask_core(void)
{
	struct store_op op = list_op(&verb_key_list, 0, 10);

	in_of(&op, key_list_in)->revoked_too = true;
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 1);
	return admin_key_in_force(rows_of(&op, admin_key), f.now_ms / 1000)
		   ? RESULT_OK
		   : RESULT_KEY_UNKNOWN;
}

static enum result (*const places[])(void) = {
	find_key,
	create_project,
	create_invite,
	ask_core,
};

START_TEST(test_in_force)
{
	char what[256];

	make_people();
	snprintf(what, sizeof(what), "UPDATE admin_key SET %s",
		 states[_i].what);
	/* Not a literal: the states are a table. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	sql(what, (long long)(f.now_ms / 1000));
#pragma GCC diagnostic pop
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		enum result wanted =
		    states[_i].in_force ? RESULT_OK : RESULT_KEY_UNKNOWN;
		enum result got = places[i]();

		ck_assert_msg(got == wanted, "place %zu: %s", i,
			      result_word(got));
	}
}
END_TEST

/* ---- a key that is somebody's ---- */

/* An owner who is not the only one, with a key. */
static int64_t make_owner(const char *address)
{
	struct store_op op = invite_op(address), accept;

	in_of(&op, invite_create_in)->role = ROLE_OWNER;
	assert_granted(&op);
	accept = answer_op(&verb_invitation_accept, token_of(&op));
	assert_granted(&accept);
	return out_of(&accept, invitation_out)->user;
}

static int64_t key_of(int64_t user)
{
	struct store_op op = op_of(&verb_key_create);

	in_of(&op, key_create_in)->name = "theirs";
	in_of(&op, key_create_in)->user = user;
	in_of(&op, key_create_in)->has_user = user != 0;
	assert_granted(&op);
	return out_of(&op, key_create_out)->key.id;
}

static struct store_op demotion(int64_t user)
{
	struct store_op op = op_of(&verb_user_update);

	*in_of(&op, user_update_in) = (struct user_update_in){
		.id = user, .has_role = true, .role = ROLE_READER
	};
	return op;
}

static struct store_op removal(int64_t user)
{
	return by_id(&verb_user_delete, user);
}

static struct store_op (*const ends[])(int64_t user) = { demotion, removal };

static void submit_all(struct store_op *ops, size_t n)
{
	size_t back = 0;

	for (size_t i = 0; i < n; i++)
		ck_assert(!store_submit(f.port, &ops[i]));
	store_idle(f.port);
	while (back < n) {
		struct store_op *op = store_collect(f.port);

		for (; op; op = op->next)
			back++;
	}
}

/* In one batch, with what the key writes before and behind it. */
START_TEST(test_a_key_ends_with_its_owner)
{
	int64_t ada, key;
	struct store_op ops[5];

	(void)make_owner("boss@example.com");
	ada = make_owner("ada@example.com");
	key = key_of(ada);
	ops[0] = invite_op("a@example.com");
	ops[1] = op_of(&verb_project_create);
	in_of(&ops[1], project)->name = "Before";
	ops[2] = ends[_i](ada);
	ops[3] = invite_op("b@example.com");
	ops[4] = op_of(&verb_project_create);
	in_of(&ops[4], project)->name = "Behind";
	for (size_t i = 0; i < COUNT_OF(ops); i++)
		ops[i].actor = actor_of_key(key, ada);
	submit_all(ops, COUNT_OF(ops));
	ck_assert_int_eq(ops[0].result, RESULT_OK);
	ck_assert_int_eq(ops[1].result, RESULT_OK);
	ck_assert_int_eq(ops[2].result, RESULT_OK);
	ck_assert_int_eq(ops[3].result, RESULT_KEY_UNKNOWN);
	ck_assert_int_eq(ops[4].result, RESULT_KEY_UNKNOWN);
	ck_assert_int_eq(rows("invite WHERE email = 'b@example.com'"), 0);
	ck_assert_int_eq(rows("project WHERE name = 'Behind'"), 0);
}
END_TEST

/* Both at once, as two administrators may. */
START_TEST(test_one_of_the_last_two_stays)
{
	struct store_op ops[2];
	int64_t second = key_of(0);

	ops[0] = by_id(&verb_key_delete, second);
	ops[1] = by_id(&verb_key_delete, f.key);
	ops[1].actor = actor_of_key(second, 0);
	submit_all(ops, 2);
	ck_assert_int_eq(ops[0].result, RESULT_OK);
	ck_assert_int_eq(ops[1].result, RESULT_KEY_UNKNOWN);
	ops[0] = by_id(&verb_key_delete, f.key);
	assert_ends(&ops[0], RESULT_LAST_KEY);
}
END_TEST

/* Nor what opens nothing beside it. */
START_TEST(test_a_readers_key_does_not_count)
{
	struct store_op op = demotion(make_owner("ada@example.com"));
	int64_t theirs;

	(void)make_owner("boss@example.com");
	theirs = key_of(in_of(&op, user_update_in)->id);
	assert_granted(&op);
	op = by_id(&verb_key_delete, f.key);
	assert_ends(&op, RESULT_LAST_KEY);
	op = by_id(&verb_key_delete, theirs);
	assert_granted(&op);
	op = by_id(&verb_key_revoke, f.key); /* who operates it may */
	assert_granted(&op);
}
END_TEST

/* ---- the last one that does not expire ---- */

/* In force, but it will end by itself. */
static void let_expire(int64_t key)
{
	sql("UPDATE admin_key SET expires_at = 4000000000 WHERE id = %lld",
	    (long long)key);
}

static struct store_op deletion_of_their_key(int64_t user)
{
	return by_id(&verb_key_delete,
		     sql("SELECT max(id) FROM admin_key WHERE \"user\" = %lld",
			 (long long)user));
}

/* Whatever would end what is theirs, and what is said to it. */
static const struct {
	struct store_op (*would)(int64_t user);
	enum result refused;
} endings[] = {
	{ demotion, RESULT_OWNER_OF_LAST_KEY },
	{ removal, RESULT_OWNER_OF_LAST_KEY },
	{ deletion_of_their_key, RESULT_LAST_KEY },
};

START_TEST(test_the_last_key_that_lasts_stays)
{
	int64_t ada = make_owner("ada@example.com");
	int64_t boss = make_owner("boss@example.com");
	struct store_op op;

	(void)key_of(ada);
	let_expire(f.key);
	let_expire(key_of(boss));
	(void)make_owner("carl@example.com");
	op = endings[_i].would(ada);
	assert_ends(&op, endings[_i].refused);
	op = demotion(boss);
	assert_granted(&op);
	(void)key_of(0);
	op = endings[_i].would(ada);
	assert_granted(&op);
}
END_TEST

START_TEST(test_where_none_lasts_an_owner_may_go)
{
	int64_t ada = make_owner("ada@example.com");
	struct store_op op;

	(void)make_owner("boss@example.com");
	let_expire(key_of(ada));
	let_expire(f.key);
	op = ends[_i](ada);
	assert_granted(&op);
}
END_TEST

/* As two administrators may, who remove each other. */
START_TEST(test_one_of_two_with_the_last_keys_stays)
{
	int64_t ada = make_owner("ada@example.com");
	int64_t boss = make_owner("boss@example.com");
	struct store_op ops[2];

	(void)make_owner("carl@example.com");
	(void)key_of(ada);
	(void)key_of(boss);
	let_expire(f.key);
	ops[0] = ends[_i](ada);
	ops[1] = ends[_i](boss);
	submit_all(ops, 2);
	ck_assert_int_eq(ops[0].result, RESULT_OK);
	ck_assert_int_eq(ops[1].result, RESULT_OWNER_OF_LAST_KEY);
}
END_TEST

/* ---- the generation ---- */

static int64_t generation(void)
{
	return sql("SELECT generation FROM rights WHERE organization = %lld",
		   (long long)f.organization);
}

/* How far it moves while `change` is done. */
static int64_t moves(void (*change)(void))
{
	int64_t before = generation();

	change();
	return generation() - before;
}

static void a_project(void)
{
	(void)add_project("Apollo");
}

static void a_key(void)
{
	struct store_op op = op_of(&verb_key_create);

	in_of(&op, key_create_in)->name = "second";
	assert_granted(&op);
}

static void a_revocation(void)
{
	struct store_op op = by_id(&verb_key_revoke, f.key);

	assert_granted(&op);
}

static struct store_op pending;

static void an_acceptance(void)
{
	struct store_op op =
	    answer_op(&verb_invitation_accept, token_of(&pending));

	assert_granted(&op);
}

static void an_invite(void)
{
	(void)invited("bob@example.com");
}

static void a_deletion(void)
{
	struct store_op op =
	    by_id(&verb_invite_delete,
		  out_of(&pending, invite_create_out)->invite.id);

	assert_granted(&op);
}

static void a_role(void)
{
	struct store_op op = op_of(&verb_assignment_create);

	*in_of(&op, assignment_in) = (struct assignment_in){
		.family = PROJECT_USER_ROLES,
		.project = f.project,
		.principal = member("eve@example.com"),
		.role = PREDEFINED_PROJECT_OWNER,
	};
	assert_granted(&op);
}

static void an_organization(void)
{
	(void)add_organization("Second");
}

static const struct {
	void (*change)(void);
	bool moves;
} changes[] = {
	{ a_project, true },	    { a_key, true },
	{ a_revocation, true },	    { an_acceptance, true },
	{ an_invite, false },	    { a_deletion, false },
	{ an_organization, false }, /* another's */
	{ a_role, true },
};

START_TEST(test_generation_moves_with_rights)
{
	pending = invited("ada@example.com");
	ck_assert_int_gt(generation(), 0);
	if (changes[_i].moves)
		ck_assert_int_gt(moves(changes[_i].change), 0);
	else
		ck_assert_int_eq(moves(changes[_i].change), 0);
}
END_TEST

/* As an older program leaves it. */
START_TEST(test_generation_begins_where_there_is_none)
{
	sql("DELETE FROM rights");
	a_project();
	ck_assert_int_eq(generation(), 1);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_in_force, 0, COUNT_OF(states));
	tcase_add_loop_test(tests, test_a_key_ends_with_its_owner, 0,
			    COUNT_OF(ends));
	tcase_add_test(tests, test_one_of_the_last_two_stays);
	tcase_add_test(tests, test_a_readers_key_does_not_count);
	tcase_add_loop_test(tests, test_the_last_key_that_lasts_stays, 0,
			    COUNT_OF(endings));
	tcase_add_loop_test(tests, test_where_none_lasts_an_owner_may_go, 0,
			    COUNT_OF(ends));
	tcase_add_loop_test(tests, test_one_of_two_with_the_last_keys_stays, 0,
			    COUNT_OF(ends));
	tcase_add_loop_test(tests, test_generation_moves_with_rights, 0,
			    COUNT_OF(changes));
	tcase_add_test(tests, test_generation_begins_where_there_is_none);
}

int main(int argc, char **argv)
{
	return store_tests("rights", argc, argv, add);
}
