/*
 * t_arena.c: operations whose arena is too small, byte by byte: refused with
 * OUT_OF_MEMORY and no trace left, or granted, and then the answer is whole.
 */
#include "base/base.h"
#include "fixture.h"

#define CEILING (64 * 1024) /* enough for any of these */

/* ---- the operations, each with a state that it can be done in ---- */

static const char *next_address(void)
{
	static int number;

	return arena_printf(&f.arena, "user%d@example.com", number++);
}

/* To a project that was archived since, and to one that was not. */
static struct store_op invited_to_two(void)
{
	struct store_op op = invite_op(next_address());
	const struct grant grants[] = {
		{ add_project("Kept"), PROJECT_OWNER },
		{ add_project("Archived since"), PROJECT_MEMBER },
	};

	in_of(&op, invite_create_in)->default_project = false;
	in_of(&op, invite_create_in)->grants = grants_of(2, grants);
	assert_granted(&op);
	archive(grants[1].project);
	return op;
}

static struct store_op a_create(void)
{
	return invite_op(next_address());
}

static struct store_op a_repeat(void)
{
	struct store_op first = invited(next_address());

	return invite_op(in_of(&first, invite_create_in)->email.typed);
}

static struct store_op an_accept(void)
{
	struct store_op create = invited_to_two();

	return answer_op(&verb_invitation_accept, token_of(&create));
}

static struct store_op an_accept_again(void)
{
	struct store_op op = an_accept();

	assert_granted(&op);
	return answer_op(&verb_invitation_accept,
			 in_of(&op, invitation_in)->token);
}

static struct store_op a_decline(void)
{
	struct store_op create = invited_to_two();

	return answer_op(&verb_invitation_decline, token_of(&create));
}

static struct store_op a_lookup(void)
{
	struct store_op create = invited_to_two();

	return answer_op(&verb_invitation_lookup, token_of(&create));
}

static struct store_op a_delete(void)
{
	struct store_op create = invited(next_address());

	return by_id(&verb_invite_delete,
		     out_of(&create, invite_create_out)->invite.id);
}

static struct store_op a_get(void)
{
	struct store_op create = invited_to_two();

	return by_id(&verb_invite_get,
		     out_of(&create, invite_create_out)->invite.id);
}

static struct store_op a_list(void)
{
	(void)invited_to_two();
	return list_op(&verb_invite_list, 0, 3);
}

static struct store_op a_slow_list(void)
{
	struct store_op op = a_list();

	in_of(&op, invite_list_in)->by_status = true;
	return op;
}

static struct store_op a_claim(void)
{
	(void)invited_to_two();
	return claim_op(3, 0);
}

static struct store_op a_key(void)
{
	struct store_op op = op_of(&verb_key_create);

	in_of(&op, key_create_in)->name = "robot";
	in_of(&op, key_create_in)->chosen = str_of(
	    arena_printf(&f.arena, "sk-admin-key-for-%s", next_address()));
	return op;
}

static struct store_op an_organization(void)
{
	struct store_op op = op_of(&verb_organization_create);

	in_of(&op, organization_name_in)->name = next_address();
	return op;
}

static struct store_op a_user_list(void)
{
	static const char *keys[] = { "one@example.com" };
	struct store_op op = list_op(&verb_user_list, 0, 3);

	(void)member(next_address());
	in_of(&op, user_list_in)->email_keys = keys;
	return op;
}

static struct store_op a_user_list_by_address(void)
{
	struct store_op op = a_user_list();

	in_of(&op, user_list_in)->email_count = 1;
	return op;
}

static struct store_op a_project_user_list(void)
{
	struct store_op op = list_op(&verb_project_user_list, 0, 3);

	(void)member(next_address());
	in_of(&op, project_user_list_in)->project = f.project;
	return op;
}

static struct store_op (*const makers[])(void) = {
	a_create,
	a_repeat,
	a_delete,
	an_accept,
	a_decline,
	a_lookup,
	an_accept_again,
	a_get,
	a_list,
	a_slow_list,
	a_claim,
	a_key,
	an_organization,
	a_user_list,
	a_user_list_by_address,
	a_project_user_list,
};

/* ---- the test ---- */

static int64_t everything(void)
{
	return sql("SELECT (SELECT count(*) FROM invite)"
		   " + 1000 * (SELECT count(*) FROM \"user\")"
		   " + 1000000 * (SELECT count(*) FROM audit)"
		   " + 1000000000 * (SELECT sum(state) FROM invite)");
}

/* What an answer says has to be all there. */
static void assert_whole(const struct store_op *op)
{
	struct store_op look;

	if (op->verb == &verb_key_create)
		ck_assert_ptr_nonnull(out_of(op, key_create_out)->key.redacted);
	if (op->verb != &verb_invitation_accept)
		return;
	look =
	    answer_op(&verb_invitation_lookup, in_of(op, invitation_in)->token);
	assert_granted(&look);
	ck_assert(
	    !out_of(&look, invitation_out)->invitation.grants[0].archived);
	ck_assert(out_of(&look, invitation_out)->invitation.grants[1].archived);
}

START_TEST(test_little_memory)
{
	bool granted = false;
	int refused = 0;

	for (size_t max = 0; !granted; max += 8) {
		struct store_op op = makers[_i]();
		int64_t before = everything();
		struct arena arena;

		ck_assert_uint_lt(max, CEILING);
		arena_init(&arena, max);
		op.arena = &arena;
		granted = run(&op) == RESULT_OK;
		if (granted) {
			assert_whole(&op);
		} else {
			ck_assert_str_eq(result_word(op.result),
					 "OUT_OF_MEMORY");
			ck_assert_int_eq(everything(), before);
			refused++;
		}
		arena_release(&arena);
	}
	ck_assert(refused > 0 || makers[_i] == an_organization);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_little_memory, 0, COUNT_OF(makers));
}

int main(int argc, char **argv)
{
	return store_tests("arena", argc, argv, add);
}
