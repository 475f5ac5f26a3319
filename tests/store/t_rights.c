/*
 * t_rights.c: which keys open anything, asked at every place that asks; and
 * the number that says that an organization's rights have changed.
 */
#include "base/base.h"
#include "fixture.h"

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
	tcase_add_loop_test(tests, test_generation_moves_with_rights, 0,
			    COUNT_OF(changes));
	tcase_add_test(tests, test_generation_begins_where_there_is_none);
}

int main(int argc, char **argv)
{
	return store_tests("rights", argc, argv, add);
}
