/*
 * t_property.c: long random histories, alone and in batches, against the
 * model in model.c. A failure says with which seed; the same seed again makes
 * the same history:
 *
 *	INVITED_TEST_SEED=12345 t_store_property sqlite
 *
 * ./check gives every engine the same seed. So all are led through one history
 * and held to the answers of one model: they answer alike.
 */
#include "base/base.h"
#include "fixture.h"
#include "model.h"

#include "base/random.h"
#include "core/settings.h"
#include "store/invites/blocked_addresses.h"
#include "store/webhooks/webhooks.h"

#define STEPS	  2500
#define BATCH_MAX 12

static struct model model;
static uint64_t seed;

/* ---- chance (xorshift64*) ---- */

static uint64_t state;

static uint64_t chance(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dULL;
}

static size_t below(size_t n)
{
	return (size_t)(chance() % n);
}

/* One time in `n`. */
static bool one_in(size_t n)
{
	return below(n) == 0;
}

static void fill(uint8_t *out, size_t size)
{
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)chance();
}

/* ---- one random operation of each kind ---- */

static int64_t some_organization(void)
{
	return model.organizations[below(model.organization_count)].id;
}

static struct model_invite *some_invite(void)
{
	/* Mostly a recent one. */
	size_t count = model.invite_count;
	size_t recent = count < 30 || one_in(5) ? count : 30;

	return count ? &model.invites[count - 1 - below(recent)] : NULL;
}

static int64_t some_invite_id(void)
{
	struct model_invite *invite = some_invite();

	return !invite || one_in(20) ? (int64_t)(chance() >> 1)
				     : invite->row.id;
}

/* A few people, each in several spellings. */
static const char *some_address(void)
{
	static char text[64];
	size_t form = below(3), number = below(40);

	snprintf(text, sizeof(text), "%s%zu@%s", form == 0 ? "user" : "User",
		 number, form == 2 ? "EXAMPLE.com" : "example.com");
	return text;
}

/* Up to three projects in any order, seldom one of another organization or of
 * none. */
static struct grants some_grants(int64_t organization)
{
	struct grant grants[3];
	size_t count = 0, wanted = below(4);

	while (count < wanted) {
		struct project *project =
		    &model.projects[below(model.project_count)];
		int64_t id = project->id;
		bool twice = false;

		if (one_in(60))
			id = (int64_t)(chance() >> 1);
		else if (project->organization != organization && !one_in(30))
			continue;
		for (size_t i = 0; i < count; i++)
			twice = twice || grants[i].project == id;
		if (twice)
			break;
		grants[count++] =
		    (struct grant){ id, one_in(2) ? PROJECT_MEMBER
						  : PROJECT_OWNER };
	}
	return grants_of(count, grants);
}

static struct store_op some_create(void)
{
	struct store_op op = op_of(&verb_invite_create);

	op.organization = some_organization();
	in_of(&op, invite_create_in)->email = email_of(some_address());
	in_of(&op, invite_create_in)->role =
	    one_in(5) ? ROLE_OWNER : ROLE_READER;
	in_of(&op, invite_create_in)->default_project = !one_in(4);
	if (!in_of(&op, invite_create_in)->default_project)
		in_of(&op, invite_create_in)->grants =
		    some_grants(op.organization);
	in_of(&op, invite_create_in)->ttl_seconds = one_in(3) ? 60 : TTL;
	in_of(&op, invite_create_in)->queue_mail = !one_in(4);
	in_of(&op, invite_create_in)->remind = !one_in(8);
	fill(in_of(&op, invite_create_in)->secret, SECRET_SIZE);
	return op;
}

/* Of an invite that there is, mostly. */
static struct token some_token(void)
{
	struct model_invite *invite = some_invite();
	struct token token = { .invite = some_invite_id() };

	if (invite) {
		token.invite = invite->row.id;
		memcpy(token.secret,
		       one_in(20)			? invite->dead
		       : invite->has_other && one_in(2) ? invite->other
							: invite->secret,
		       SECRET_SIZE);
	}
	if (one_in(10))
		token.secret[below(SECRET_SIZE)] ^= 1;
	return token;
}

static struct store_op some_answer(void)
{
	static const struct verb *const verbs[] = { &verb_invitation_accept,
						    &verb_invitation_decline,
						    &verb_invitation_lookup };
	static const char *const names[] = { "", "Ada", "Grace" };
	struct store_op op =
	    answer_op(verbs[below(COUNT_OF(verbs))], some_token());

	in_of(&op, invitation_in)->name = names[below(COUNT_OF(names))];
	return op;
}

static struct store_op some_opting_out(void)
{
	return answer_op(&verb_invitation_opt_out, some_token());
}

static struct store_op some_request(void)
{
	return answer_op(&verb_invitation_request, some_token());
}

/* Whoever is told of it gets a mail, and the model knows of no such mails. */
static bool tells_somebody(const struct verb *verb)
{
	return verb == &verb_invitation_opt_out ||
	       verb == &verb_invitation_request;
}

static void forget_who_is_told(void)
{
	sql("DELETE FROM outbox WHERE kind > 0");
}

/* Of an address, blocked or not. */
static struct store_op some_lift(void)
{
	struct store_op look = list_op(&verb_block_list, 0, 2);
	struct store_op op =
	    by_id(&verb_block_delete, (int64_t)(chance() >> 1));
	const char *key = email_of(some_address()).key;

	look.organization = some_organization();
	if (model.block_count > 0 && one_in(2)) {
		const struct model_block *block =
		    &model.blocks[below(model.block_count)];

		look.organization = block->organization;
		key = block->email_key;
	}
	in_of(&look, block_list_in)->email_key = key;
	(void)run(&look);
	model_follow(&model, &look);
	op.organization = one_in(10) ? some_organization() : look.organization;
	if (out_of(&look, list_out)->count > 0)
		in_of(&op, id_in)->id = rows_of(&look, block)[0].id;
	return op;
}

static struct store_op some_delete(void)
{
	struct store_op op = by_id(&verb_invite_delete, some_invite_id());

	op.organization = some_organization();
	return op;
}

static struct store_op some_resend(void)
{
	struct store_op op = op_of(&verb_invite_resend);
	struct invite_resend_in *in = in_of(&op, invite_resend_in);

	op.organization = some_organization();
	in->id = some_invite_id();
	in->has_ttl = one_in(3);
	in->ttl_seconds = one_in(2) ? 60 : TTL;
	in->queue_mail = !one_in(3);
	fill(in->secret, SECRET_SIZE);
	return op;
}

static struct store_op some_copy(void)
{
	struct store_op op = op_of(&verb_invite_link);

	op.organization = some_organization();
	in_of(&op, invite_link_in)->id = some_invite_id();
	fill(in_of(&op, invite_link_in)->secret, SECRET_SIZE);
	return op;
}

/* Of what a look finds now. */
static struct store_op some_walk(void)
{
	struct store_op look = op_of(&verb_expiry_look);
	struct store_op op = op_of(&verb_expiry_settle);
	const struct expiry_look_out *found = look.out;
	struct expiry_settle_in *in = in_of(&op, expiry_settle_in);

	look.organization = op.organization = some_organization();
	in->kind = one_in(2) ? EXPIRY_REMINDER : EXPIRY_PASSED;
	in_of(&look, expiry_look_in)->kind = in->kind;
	(void)run(&look);
	model_follow(&model, &look);
	in->mark = found->mark;
	in->invites = found->invites;
	in->count = found->count;
	fill((uint8_t *)in->secrets, sizeof(in->secrets));
	return op;
}

static struct store_op some_other_terms(void)
{
	struct store_op op = op_of(&verb_invite_change);

	op.organization = some_organization();
	*in_of(&op, invite_change_in) = (struct invite_change_in){
		.id = some_invite_id(),
		.has_role = !one_in(3),
		.role = one_in(3) ? ROLE_OWNER : ROLE_READER,
		.ttl_seconds = one_in(2) ? 60 : 0,
	};
	return op;
}

static struct store_op some_get(void)
{
	struct store_op op = by_id(&verb_invite_get, some_invite_id());

	op.organization = some_organization();
	return op;
}

static struct store_op some_claim(void)
{
	return claim_op(1 + (int)below(5), MINUTE_MS);
}

static struct store_op some_renew(void)
{
	int64_t id = some_invite_id();
	struct model_invite *invite = model_invite(&model, id);
	struct store_op op = op_of(&verb_outbox_renew);

	op.organization = invite && !one_in(20) ? invite->row.organization
						: some_organization();
	in_of(&op, outbox_renew_in)->invite = id;
	in_of(&op, outbox_renew_in)->leased_until_ms =
	    invite && !one_in(5) ? invite->due_ms : f.now_ms;
	in_of(&op, outbox_renew_in)->until_ms = f.now_ms + MINUTE_MS;
	return op;
}

static struct store_op some_settle(void)
{
	int64_t id = some_invite_id();
	struct store_op op = settle_op(
	    id, one_in(2) ? OUTBOX_SENT : (enum outbox_outcome)below(3));
	struct model_invite *invite = model_invite(&model, id);

	op.organization = invite && !one_in(20) ? invite->row.organization
						: some_organization();
	if (one_in(3)) /* else whoever has it */
		return op;
	in_of(&op, outbox_settle_in)->leased_until_ms =
	    invite && one_in(2) ? invite->due_ms : f.now_ms;
	if (one_in(3))
		in_of(&op, outbox_settle_in)->asked_until_ms =
		    invite && one_in(2) ? invite->due_ms : f.now_ms + 1;
	return op;
}

static struct store_op some_list(void)
{
	struct store_op op =
	    list_op(&verb_invite_list, one_in(2) ? some_invite_id() : 0,
		    1 + (int)below(30));

	op.organization = some_organization();
	in_of(&op, invite_list_in)->by_status = one_in(2);
	in_of(&op, invite_list_in)->status = (enum invite_status)below(3);
	if (one_in(3))
		in_of(&op, invite_list_in)->email_key =
		    email_of(some_address()).key;
	return op;
}

static struct store_op some_people(void)
{
	struct store_op op = list_op(&verb_user_list, 0, MODEL_PEOPLE);

	op.organization = some_organization();
	if (one_in(2))
		return op;
	op.verb = &verb_project_user_list;
	in_of(&op, project_user_list_in)->project =
	    model.projects[below(model.project_count)].id;
	return op;
}

/* Seldom one who is nobody, or of another organization. */
static int64_t some_user(int64_t organization)
{
	size_t count = model.user_count;

	for (size_t tries = 0; count && tries < 20 && !one_in(30); tries++) {
		const struct user *user = &model.users[below(count)];

		if (user->organization == organization)
			return user->id;
	}
	return count ? model.users[below(count)].id : (int64_t)(chance() >> 1);
}

static struct store_op some_change(void)
{
	struct store_op op = op_of(&verb_user_update);

	op.organization = some_organization();
	*in_of(&op, user_update_in) = (struct user_update_in){
		.id = some_user(op.organization),
		.has_role = true,
		.role = one_in(3) ? ROLE_OWNER : ROLE_READER,
	};
	return op;
}

static struct store_op some_removal(void)
{
	struct store_op op = by_id(&verb_user_delete, 0);

	op.organization = some_organization();
	in_of(&op, id_in)->id = some_user(op.organization);
	return op;
}

static int64_t some_project(int64_t organization)
{
	for (size_t tries = 0; tries < 20 && !one_in(30); tries++) {
		const struct project *project =
		    &model.projects[below(model.project_count)];

		if (project->organization == organization)
			return project->id;
	}
	return (int64_t)(chance() >> 1);
}

static struct store_op some_place(void)
{
	struct store_op op = op_of(one_in(2) ? &verb_project_user_add
					     : &verb_project_user_update);

	op.organization = some_organization();
	*in_of(&op, project_user_role_in) = (struct project_user_role_in){
		.project = some_project(op.organization),
		.user = some_user(op.organization),
		.has_user = true,
		.role = one_in(2) ? PROJECT_MEMBER : PROJECT_OWNER,
		.has_role = true,
	};
	return op;
}

static struct store_op some_farewell(void)
{
	struct store_op op = op_of(&verb_project_user_remove);

	op.organization = some_organization();
	*in_of(&op, project_user_in) = (struct project_user_in){
		.project = some_project(op.organization),
		.user = some_user(op.organization),
	};
	return op;
}

static struct store_op some_count(void)
{
	return op_of(&verb_outbox_count);
}

static struct store_op (*const kinds[])(void) = {
	some_answer,	  some_answer,	   some_create,	    some_create,
	some_create,	  some_create,	   some_answer,	    some_answer,
	some_answer,	  some_delete,	   some_claim,	    some_renew,
	some_settle,	  some_settle,	   some_get,	    some_list,
	some_people,	  some_count,	   some_change,	    some_removal,
	some_place,	  some_farewell,   some_resend,	    some_resend,
	some_other_terms, some_copy,	   some_walk,	    some_walk,
	some_walk,	  some_opting_out, some_opting_out, some_create,
	some_answer,	  some_lift,	   some_request,    some_request,
};

/* ---- what happens around the operations ---- */

/* As far as it is time to remind somebody, who has the mail. */
static void wait_for_reminder(const struct model_invite *invite)
{
	int64_t due_ms;

	if (!invite || invite->row.delivery.status != DELIVERY_SENT ||
	    invite->row.state != INVITE_OPEN)
		return;
	due_ms = invite->row.expires_at * SECOND_MS -
		 (int64_t)REMINDER_HOURS * HOUR_MS;
	if (due_ms > f.now_ms)
		f.now_ms = due_ms + (int64_t)below(HOUR_MS);
}

static void pass_time(void)
{
	if (one_in(40))
		f.now_ms += TTL * SECOND_MS;
	else if (one_in(50))
		wait_for_reminder(some_invite());
	else if (one_in(60))
		f.now_ms -= (int64_t)below(3 * HOUR_MS); /* set back */
	else if (one_in(3))
		f.now_ms += (int64_t)below(40 * SECOND_MS);
}

static void change_projects(void)
{
	struct project *project = &model.projects[below(model.project_count)];
	struct store_op op = op_of(&verb_project_create);

	if (one_in(2) && model.project_count < MODEL_PROJECTS) {
		op.organization = some_organization();
		in_of(&op, project)->name =
		    arena_printf(&f.arena, "P%zu", model.project_count);
		(void)run(&op);
		model_follow(&model, &op);
		return;
	}
	project->archived_at = project->archived_at ? 0 : f.now_ms / 1000;
	sql("UPDATE project SET archived_at = %lld WHERE id = %lld",
	    (long long)project->archived_at, (long long)project->id);
}

/* To nothing but expiries, in each organization. */
static void add_webhooks(void)
{
	for (size_t i = 0; i < model.organization_count; i++) {
		struct store_op op = op_of(&verb_webhook_create);

		op.organization = model.organizations[i].id;
		*in_of(&op, webhook) = (struct webhook){
			.url = "https://example.com/",
			.events = event_bit(EVENT_INVITE_EXPIRED),
			.status = WEBHOOK_ENABLED,
		};
		assert_granted(&op);
	}
}

static void start_model(void)
{
	const char *text = getenv("INVITED_TEST_SEED");

	if (!text || !str_to_i64(str_of(text), (int64_t *)&seed))
		seed = random_u64() >> 1;
	state = seed | 1;
	printf("INVITED_TEST_SEED=%llu\n", (unsigned long long)seed);
	fflush(stdout);
	(void)add_organization("Second");
	(void)add_organization("Third");
	{
		struct store_op op = list_op(&verb_organization_list, 0, 4);

		assert_granted(&op);
		model.organization_count = out_of(&op, list_out)->count;
		memcpy(model.organizations, rows_of(&op, organization),
		       model.organization_count * sizeof(struct organization));
	}
	for (size_t i = 0; i < model.organization_count; i++) {
		struct store_op op = by_id(
		    &verb_project_get, model.organizations[i].default_project);

		op.organization = model.organizations[i].id;
		assert_granted(&op);
		model.projects[model.project_count++] = *out_of(&op, project);
	}
	add_webhooks();
}

static void change_surroundings(void)
{
	pass_time();
	if (one_in(25))
		change_projects();
	if (one_in(300)) {
		close_store();
		open_store();
		if (!store_is_shared(f.store))
			model_leases_end(&model);
	}
	if (one_in(100))
		model_compare_all(&model);
}

/* Each expiry once, however often it was looked at. */
static void assert_told_once(void)
{
	printf("reminded %lld, told %lld, opted out %lld, asked %lld,"
	       " lifted %lld\n",
	       (long long)model.reminded, (long long)model.told,
	       (long long)rows("audit WHERE type = 80"),
	       (long long)rows("audit WHERE type = 81"),
	       (long long)rows("audit WHERE type = 82"));
	ck_assert_int_eq(rows("webhook_event"), model.told);
	ck_assert_int_eq(rows("audit WHERE type = 75"), model.reminded);
	ck_assert_int_gt(model.told, 0);
}

START_TEST(test_one_at_a_time)
{
	start_model();
	for (int i = 0; i < STEPS; i++) {
		struct store_op op = kinds[below(COUNT_OF(kinds))]();

		(void)run(&op);
		model_follow(&model, &op);
		if (tells_somebody(op.verb))
			forget_who_is_told();
		change_surroundings();
	}
	model_compare_all(&model);
	ck_assert_uint_gt(model.invite_count, STEPS / 20);
	ck_assert_uint_gt(model.user_count, 0);
	assert_told_once();
}
END_TEST

static int by_turn(const void *a, const void *b)
{
	const struct store_op *const *one = a, *const *other = b;

	return (*one)->turn < (*other)->turn ? -1 : 1;
}

/*
 * Writes that are handed in together: the outcome is that of one after the
 * other, in an order that the store chooses, since none of them has been
 * answered when the next is handed in. Reads do not wait behind writes, so
 * there are none among them.
 */
static void run_batch(void)
{
	struct store_op ops[BATCH_MAX], *in_turn[BATCH_MAX];
	size_t n = 1 + below(BATCH_MAX), back = 0;
	/* Mails that the model knows nothing of are claimed by nobody. */
	bool claims = one_in(2);

	for (size_t i = 0; i < n; i++) {
		do {
			ops[i] = kinds[below(COUNT_OF(kinds))]();
		} while (ops[i].verb->flags & VERB_READ ||
			 (claims ? tells_somebody(ops[i].verb)
				 : ops[i].verb == &verb_outbox_claim));
	}
	for (size_t i = 0; i < n; i++)
		ck_assert(!store_submit(f.port, &ops[i]));
	store_idle(f.port);
	while (back < n) {
		struct store_op *op = store_collect(f.port);

		for (; op; op = op->next)
			ck_assert_ptr_eq(op, &ops[back++]);
	}
	for (size_t i = 0; i < n; i++)
		in_turn[i] = &ops[i];
	qsort(in_turn, n, sizeof(*in_turn), by_turn);
	for (size_t i = 0; i < n; i++)
		model_follow(&model, in_turn[i]);
	if (!claims)
		forget_who_is_told();
}

START_TEST(test_in_batches)
{
	start_model();
	for (int i = 0; i < STEPS / 4; i++) {
		run_batch();
		change_surroundings();
	}
	model_compare_all(&model);
	ck_assert_uint_gt(model.invite_count, STEPS / 20);
	assert_told_once();
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_one_at_a_time);
	tcase_add_test(tests, test_in_batches);
}

int main(int argc, char **argv)
{
	return store_tests("property", argc, argv, add);
}
