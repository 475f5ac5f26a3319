/*
 * t_census.c: what is counted a slice at a time comes to what there is.
 */
#include "base/base.h"
#include "fixture.h"

#include "store/invites/census.h"
#include "store/invites/invitations.h"
#include "store/organizations/settings.h"

static void limit_seats(int64_t most)
{
	struct store_op op = op_of(&verb_settings_update);
	struct settings_in *in = in_of(&op, settings_in);

	in->settings.max_seats = most;
	in->given[OFFSET_OF(struct organization_settings, max_seats, int64_t)] =
	    true;
	assert_granted(&op);
}

static struct census_out census(struct census_in in)
{
	struct store_op op = op_of(&verb_census);

	*in_of(&op, census_in) = in;
	assert_granted(&op);
	return *out_of(&op, census_out);
}

static struct store_op invite_that_expires(const char *address)
{
	struct store_op op = invite_op(address);

	in_of(&op, invite_create_in)->ttl_seconds = 1;
	assert_granted(&op);
	return op;
}

/* Two pending, one of each other kind; one that is deleted. */
static void make_some(void)
{
	struct store_op expired = invite_that_expires("late@example.com");
	struct store_op declined = invited("no@example.com");
	struct store_op deleted = invited("gone@example.com");
	struct store_op decline =
	    answer_op(&verb_invitation_decline, token_of(&declined));
	struct store_op withdraw =
	    by_id(&verb_invite_delete,
		  out_of(&deleted, invite_create_out)->invite.id);

	(void)expired;
	assert_granted(&decline);
	assert_granted(&withdraw);
	member("in@example.com");
	invited("one@example.com");
	invited("two@example.com");
	f.now_ms += 5000;
}

static void assert_all(const struct census_invites *invites)
{
	ck_assert_int_eq(invites->by_status[CENSUS_PENDING], 2);
	ck_assert_int_eq(invites->by_status[CENSUS_ACCEPTED], 1);
	ck_assert_int_eq(invites->by_status[CENSUS_EXPIRED], 1);
	ck_assert_int_eq(invites->by_status[CENSUS_DECLINED], 1);
}

START_TEST(test_one_slice_holds_all)
{
	const struct census_in in = { .limit = CENSUS_INVITES };
	struct census_out out;
	int64_t mails = 0;

	make_some();
	limit_seats(4);
	out = census(in);
	assert_all(&out.invites);
	ck_assert_int_eq(out.invites_next, 0);
	ck_assert_int_eq(out.seats_next, 0);
	for (size_t i = 0; i < CENSUS_DELIVERIES; i++)
		mails += out.invites.by_delivery[i];
	ck_assert_int_eq(mails, 5);
	ck_assert_int_eq(out.seats.limited, 1);
	ck_assert_int_eq(out.seats.limit, 4);
	ck_assert_int_eq(out.seats.taken, 3);
	ck_assert_int_eq(out.seats.fullest, 750000);
}
END_TEST

START_TEST(test_slices_of_one_come_to_the_same)
{
	struct census_in in = { .limit = 1 };
	struct census_invites sum = { .by_status = { 0 } };
	size_t slices = 0;

	make_some();
	do {
		struct census_out out = census(in);

		for (size_t i = 0; i < CENSUS_STATUSES; i++)
			sum.by_status[i] += out.invites.by_status[i];
		in.invites_after = out.invites_next;
		slices++;
	} while (in.invites_after != 0);
	assert_all(&sum);
	ck_assert_uint_eq(slices, 7); /* six, and the end */
}
END_TEST

START_TEST(test_an_organization_without_a_limit_has_no_seats)
{
	struct census_out out = census((struct census_in){ .limit = 100 });

	ck_assert_int_eq(out.seats.limited, 0);
	limit_seats(CENSUS_SEATS + 1);
	out = census((struct census_in){ .limit = 100 });
	ck_assert_int_eq(out.seats.limited, 0);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_one_slice_holds_all);
	tcase_add_test(tests, test_slices_of_one_come_to_the_same);
	tcase_add_test(tests,
		       test_an_organization_without_a_limit_has_no_seats);
}

int main(int argc, char **argv)
{
	return store_tests("census", argc, argv, add);
}
