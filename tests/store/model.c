/*
 * model.c: the rules, once more, without a database.
 */
#include "base/base.h"
#include "model.h"

#define agree(condition) ck_assert_msg(condition, "not so: %s", #condition)
#define agree_on(a, b)	 ck_assert_int_eq((int64_t)(a), (int64_t)(b))

static void agree_on_text(const char *a, const char *b)
{
	ck_assert_msg((!a && !b) || (a && b && strcmp(a, b) == 0),
		      "'%s' is not '%s'", a ? a : "(null)", b ? b : "(null)");
}

/* ---- finding ---- */

struct model_invite *model_invite(struct model *model, int64_t id)
{
	for (size_t i = 0; i < model->invite_count; i++) {
		if (model->invites[i].row.id == id)
			return &model->invites[i];
	}
	return NULL;
}

struct project *model_project(struct model *model, int64_t id)
{
	for (size_t i = 0; i < model->project_count; i++) {
		if (model->projects[i].id == id)
			return &model->projects[i];
	}
	return NULL;
}

static struct project *project_of(struct model *model, int64_t organization,
				  int64_t id)
{
	struct project *project = model_project(model, id);

	return project && project->organization == organization ? project
								: NULL;
}

/* These three are there, or the test has failed. */
static struct organization *organization_of(struct model *model, int64_t id)
{
	for (size_t i = 0; i < model->organization_count; i++) {
		if (model->organizations[i].id == id)
			return &model->organizations[i];
	}
	ck_abort_msg("no such organization");
}

static struct model_invite *known_invite(struct model *model, int64_t id)
{
	struct model_invite *invite = model_invite(model, id);

	if (!invite)
		ck_abort_msg("no such invite");
	return invite;
}

static struct project *known_project(struct model *model, int64_t id)
{
	struct project *project = model_project(model, id);

	if (!project)
		ck_abort_msg("no such project");
	return project;
}

static struct user *user_at(struct model *model, int64_t organization,
			    const char *key)
{
	for (size_t i = 0; i < model->user_count; i++) {
		struct user *user = &model->users[i];

		if (user->organization == organization && !user->removed_at &&
		    strcmp(email_of(user->email).key, key) == 0)
			return user;
	}
	return NULL;
}

bool model_is_member(struct model *model, int64_t organization, const char *key)
{
	return user_at(model, organization, key) != NULL;
}

static struct model_invite *holder_of(struct model *model, int64_t organization,
				      const char *key)
{
	for (size_t i = 0; i < model->invite_count; i++) {
		struct model_invite *invite = &model->invites[i];

		if (invite->holds_address &&
		    invite->row.organization == organization &&
		    strcmp(invite->row.email_key, key) == 0)
			return invite;
	}
	return NULL;
}

/* As an administrator sees it; NULL where there is nothing to be seen. */
static struct model_invite *shown(struct model *model, int64_t organization,
				  int64_t id)
{
	struct model_invite *invite = model_invite(model, id);

	return invite && invite->row.organization == organization &&
		       invite->row.state != INVITE_WITHDRAWN
		   ? invite
		   : NULL;
}

/* In their order, too. */
static void agree_on_grants(struct grants a, struct grants b)
{
	agree_on(a.count, b.count);
	for (size_t i = 0; i < a.count; i++) {
		agree_on(a.at[i].project, b.at[i].project);
		agree_on(a.at[i].role, b.at[i].role);
	}
}

static void agree_on_invite(const struct invite *a, const struct invite *b)
{
	agree_on(a->id, b->id);
	agree_on(a->organization, b->organization);
	agree_on_text(a->email, b->email);
	agree_on_text(a->email_key, b->email_key);
	agree_on(a->role, b->role);
	agree_on_grants(a->grants, b->grants);
	agree_on(a->state, b->state);
	agree_on(a->created_at, b->created_at);
	agree_on(a->expires_at, b->expires_at);
	agree_on(a->accepted_at, b->accepted_at);
	agree_on(a->declined_at, b->declined_at);
	agree_on(a->opted_out_at, b->opted_out_at);
	agree_on(a->resend_requested_at, b->resend_requested_at);
	agree_on(a->user, b->user);
	agree(memcmp(a->secret_hash, b->secret_hash, SHA256_SIZE) == 0);
	agree(memcmp(a->other_hash, b->other_hash, SHA256_SIZE) == 0);
	agree_on(a->reminder, b->reminder);
	agree_on(a->reminded_at, b->reminded_at);
	agree_on(a->expiry_told, b->expiry_told);
	agree_on(a->delivery.status, b->delivery.status);
	agree_on(a->delivery.attempts, b->delivery.attempts);
	agree_on_text(a->delivery.last_error, b->delivery.last_error);
	agree_on(a->delivery.updated_at, b->delivery.updated_at);
}

/* ---- mail ---- */

static void settle(struct model_invite *invite, enum delivery_status status,
		   int attempts, const char *error, int64_t now)
{
	invite->row.delivery =
	    (struct delivery){ status, attempts, error, now };
}

static void give_up(struct model_invite *invite, int64_t now)
{
	invite->waits = false;
	settle(invite, DELIVERY_FAILED, invite->waiting_attempts,
	       "The invite expired before its mail could be delivered.", now);
}

/* The secret of `op` is the invite's from now on; its mail waits if wanted. */
static void take_secret(struct model_invite *invite, const struct store_op *op)
{
	bool mail = in_of(op, invite_create_in)->queue_mail;

	model_renew_link(invite, in_of(op, invite_create_in)->secret);
	settle(invite, mail ? DELIVERY_QUEUED : DELIVERY_NONE, 0, NULL,
	       mail ? op->now_ms / 1000 : 0);
	invite->waits = mail;
	invite->letter = LETTER_INVITATION;
	invite->due_ms = invite->queued_ms = op->now_ms;
	invite->waiting_attempts = 0;
}

/* ---- create and delete ---- */

static struct grants grants_wanted(struct model *model,
				   const struct store_op *op)
{
	struct grant grant = { 0, PROJECT_MEMBER };

	if (!in_of(op, invite_create_in)->default_project)
		return in_of(op, invite_create_in)->grants;
	grant.project =
	    organization_of(model, op->organization)->default_project;
	return grants_of(1, &grant);
}

static enum result check_grants(struct model *model, const struct store_op *op)
{
	struct grants grants = in_of(op, invite_create_in)->grants;

	for (size_t i = 0;
	     i < grants.count && !in_of(op, invite_create_in)->default_project;
	     i++) {
		struct project *project =
		    project_of(model, op->organization, grants.at[i].project);

		if (project && !project->archived_at)
			continue;
		agree_on(out_of(op, invite_create_out)->index, i);
		return project ? RESULT_PROJECT_ARCHIVED
			       : RESULT_PROJECT_NOT_FOUND;
	}
	return RESULT_OK;
}

static void create_again(struct model_invite *open, const struct store_op *op)
{
	bool mail = in_of(op, invite_create_in)->queue_mail;
	bool link = !mail && open->row.delivery.status == DELIVERY_NONE;

	if (link || (mail && (open->row.delivery.status == DELIVERY_FAILED ||
			      open->row.delivery.status == DELIVERY_NONE)))
		take_secret(open, op);
	agree(!out_of(op, invite_create_out)->created);
	agree_on(out_of(op, invite_create_out)->link, link);
}

static void create_new(struct model *model, const struct store_op *op)
{
	struct model_invite *invite = &model->invites[model->invite_count++];

	ck_assert_uint_le(model->invite_count, MODEL_INVITES);
	agree(!model_invite(model, out_of(op, invite_create_out)->invite.id) ||
	      out_of(op, invite_create_out)->invite.id == 0);
	*invite = (struct model_invite){
		.row = { .id = out_of(op, invite_create_out)->invite.id,
			 .organization = op->organization,
			 .email = in_of(op, invite_create_in)->email.typed,
			 .email_key = in_of(op, invite_create_in)->email.key,
			 .role = in_of(op, invite_create_in)->role,
			 .grants = grants_wanted(model, op),
			 .reminder = in_of(op, invite_create_in)->remind
					 ? REMINDER_WANTED
					 : REMINDER_UNWANTED,
			 .created_at = op->now_ms / 1000,
			 .expires_at =
			     op->now_ms / 1000 +
			     in_of(op, invite_create_in)->ttl_seconds },
		.holds_address = true,
	};
	take_secret(invite, op);
	agree(out_of(op, invite_create_out)->created);
	agree_on(out_of(op, invite_create_out)->link,
		 !in_of(op, invite_create_in)->queue_mail);
}

static enum result follow_create(struct model *model, const struct store_op *op)
{
	const char *key = in_of(op, invite_create_in)->email.key;
	int64_t now = op->now_ms / 1000;
	struct model_invite *open = holder_of(model, op->organization, key);
	enum result result;

	if (user_at(model, op->organization, key))
		return RESULT_USER_EXISTS;
	if (model_is_blocked(model, op->organization, key))
		return RESULT_ADDRESS_BLOCKED;
	if (open && now < open->row.expires_at) {
		bool same =
		    open->row.role == in_of(op, invite_create_in)->role &&
		    grants_equal(open->row.grants, grants_wanted(model, op));

		if (same)
			create_again(open, op);
		agree_on_invite(&out_of(op, invite_create_out)->invite,
				&open->row);
		return same ? RESULT_OK : RESULT_INVITE_EXISTS;
	}
	result = check_grants(model, op);
	if (result != RESULT_OK)
		return result;
	if (open) {
		open->holds_address = false;
		if (open->waits && open->row.delivery.status != DELIVERY_FAILED)
			give_up(open, now);
		open->waits = false;
	}
	create_new(model, op);
	agree_on_invite(&out_of(op, invite_create_out)->invite,
			&model->invites[model->invite_count - 1].row);
	return RESULT_OK;
}

/* ---- sent again, changed ---- */

static void renew_link(struct model_invite *invite, bool mail,
		       const uint8_t secret[SECRET_SIZE], int64_t now_ms)
{
	model_renew_link(invite, secret);
	settle(invite, mail ? DELIVERY_QUEUED : DELIVERY_NONE, 0, NULL,
	       mail ? now_ms / 1000 : 0);
	invite->waits = mail;
	invite->letter = LETTER_INVITATION;
	invite->due_ms = invite->queued_ms = now_ms;
	invite->waiting_attempts = 0;
}

/* Of the one that has the address now, unless that is `invite`. */
static enum result take_address(struct model *model,
				struct model_invite *invite, int64_t now)
{
	struct model_invite *holder =
	    holder_of(model, invite->row.organization, invite->row.email_key);

	if (user_at(model, invite->row.organization, invite->row.email_key))
		return RESULT_USER_EXISTS;
	if (model_is_blocked(model, invite->row.organization,
			     invite->row.email_key))
		return RESULT_ADDRESS_BLOCKED;
	if (holder && holder != invite && now < holder->row.expires_at)
		return RESULT_INVITE_EXISTS;
	if (holder && holder != invite) {
		holder->holds_address = false;
		if (holder->waits &&
		    holder->row.delivery.status != DELIVERY_FAILED)
			give_up(holder, now);
		holder->waits = false;
	}
	invite->holds_address = true;
	return RESULT_OK;
}

static enum result follow_resend(struct model *model, const struct store_op *op)
{
	const struct invite_resend_in *in = in_of(op, invite_resend_in);
	struct model_invite *invite = shown(model, op->organization, in->id);
	int64_t now = op->now_ms / 1000, expires_at = now + in->ttl_seconds;
	enum result result;

	if (!invite)
		return RESULT_INVITE_NOT_FOUND;
	if (invite->row.state == INVITE_ACCEPTED)
		return RESULT_INVITE_ACCEPTED;
	if (invite->row.state == INVITE_DECLINED)
		return RESULT_ADDRESS_OPTED_OUT;
	result = take_address(model, invite, now);
	if (result != RESULT_OK)
		return result;
	if (in->has_ttl || invite->row.expires_at < expires_at)
		invite->row.expires_at = expires_at;
	invite->row.reminded_at = invite->row.expiry_told = 0;
	invite->row.resend_requested_at = 0;
	invite->has_other = false;
	memset(invite->row.other_hash, 0, SHA256_SIZE);
	if (!in->queue_mail || !invite_mail_waits(&invite->row))
		renew_link(invite, in->queue_mail, in->secret, op->now_ms);
	agree_on(out_of(op, invite_create_out)->link, !in->queue_mail);
	agree_on_invite(&out_of(op, invite_create_out)->invite, &invite->row);
	return RESULT_OK;
}

static enum result follow_change(struct model *model, const struct store_op *op)
{
	const struct invite_change_in *in = in_of(op, invite_change_in);
	struct model_invite *invite = shown(model, op->organization, in->id);
	int64_t now = op->now_ms / 1000;

	if (!invite)
		return RESULT_INVITE_NOT_FOUND;
	if (invite->row.state == INVITE_ACCEPTED)
		return RESULT_INVITE_ACCEPTED;
	if (invite_status(&invite->row, now) == STATUS_EXPIRED)
		return RESULT_INVITE_EXPIRED;
	if (in->has_role)
		invite->row.role = in->role;
	if (in->ttl_seconds) {
		invite->row.expires_at = now + in->ttl_seconds;
		invite->row.reminded_at = invite->row.expiry_told = 0;
		invite->row.resend_requested_at = 0;
	}
	agree_on_invite(&out_of(op, invite_create_out)->invite, &invite->row);
	return RESULT_OK;
}

static enum result follow_delete(struct model *model, const struct store_op *op)
{
	struct model_invite *invite =
	    shown(model, op->organization, in_of(op, id_in)->id);

	if (!invite)
		return RESULT_INVITE_NOT_FOUND;
	if (invite->row.state == INVITE_ACCEPTED)
		return RESULT_INVITE_ACCEPTED;
	invite->row.state = INVITE_WITHDRAWN;
	invite->holds_address = invite->waits = false;
	return RESULT_OK;
}

/* ---- answers ---- */

enum result model_answerable(struct model *model, const struct store_op *op)
{
	const struct token *token = &in_of(op, invitation_in)->token;
	struct model_invite *invite = model_invite(model, token->invite);

	if (!invite || !model_is_opened_by(invite, token->secret))
		return RESULT_INVITATION_NOT_FOUND;
	if (invite->row.state == INVITE_ACCEPTED)
		return RESULT_INVITE_ACCEPTED;
	if (invite->row.state == INVITE_WITHDRAWN)
		return RESULT_INVITATION_WITHDRAWN;
	if (invite->row.state == INVITE_DECLINED)
		return invite->row.opted_out_at ? RESULT_INVITATION_OPTED_OUT
						: RESULT_INVITATION_DECLINED;
	if (op->now_ms / 1000 >= invite->row.expires_at)
		return RESULT_INVITATION_EXPIRED;
	return RESULT_OK;
}

/* The same where it is shown or accepted: to whoever was removed since, it is
 * nothing any more. */
static enum result answerable_to_member(struct model *model,
					const struct store_op *op)
{
	enum result result = model_answerable(model, op);
	const struct model_invite *invite;

	if (result != RESULT_INVITE_ACCEPTED)
		return result;
	invite = known_invite(model, in_of(op, invitation_in)->token.invite);
	for (size_t i = 0; i < model->user_count; i++) {
		if (model->users[i].id == invite->row.user &&
		    model->users[i].removed_at)
			return RESULT_INVITATION_WITHDRAWN;
	}
	return result;
}

static void agree_on_invitation(struct model *model, const struct store_op *op)
{
	const struct invitation *got = &out_of(op, invitation_out)->invitation;
	struct model_invite *invite =
	    known_invite(model, in_of(op, invitation_in)->token.invite);
	const struct organization *organization =
	    organization_of(model, invite->row.organization);

	agree_on_text(got->organization_name, organization->name);
	agree_on(got->invite.id, invite->row.id);
	agree_on_text(got->invite.email, invite->row.email);
	agree_on(got->invite.state, invite->row.state);
	agree_on(got->invite.expires_at, invite->row.expires_at);
	agree_on(got->invite.accepted_at, invite->row.accepted_at);
	agree_on(out_of(op, invitation_out)->user, invite->row.user);
	agree_on(got->invite.grants.count, invite->row.grants.count);
	for (size_t i = 0; i < got->invite.grants.count; i++) {
		const struct grant *grant = &invite->row.grants.at[i];
		struct project *project = known_project(model, grant->project);
		bool archived = invite->row.state == INVITE_ACCEPTED
				    ? invite->skipped[i]
				    : project->archived_at != 0;

		agree_on_text(got->grants[i].project_name, project->name);
		agree_on(got->grants[i].role, grant->role);
		agree_on(got->grants[i].archived, archived);
	}
}

static void add_member(struct model *model, int64_t user,
		       const struct grant *grant)
{
	for (size_t i = 0; i < model->member_count; i++) {
		struct model_member *member = &model->members[i];

		if (member->user != user || member->project != grant->project)
			continue;
		if (grant->role > member->role)
			member->role = grant->role;
		return;
	}
	model->members[model->member_count++] =
	    (struct model_member){ grant->project, user, grant->role };
}

static void admit(struct model *model, struct model_invite *invite,
		  const struct store_op *op)
{
	struct user *user =
	    user_at(model, invite->row.organization, invite->row.email_key);

	if (!user) {
		ck_assert_uint_lt(model->user_count, MODEL_PEOPLE);
		user = &model->users[model->user_count++];
		*user = (struct user){
			.id = out_of(op, invitation_out)->user,
			.organization = invite->row.organization,
			.email = invite->row.email,
			.name = in_of(op, invitation_in)->name,
			.role = invite->row.role,
			.added_at = op->now_ms / 1000,
		};
	} else if (invite->row.role > user->role) {
		user->role = invite->row.role;
	}
	if (user->name[0] == '\0')
		user->name = in_of(op, invitation_in)->name;
	invite->row.user = user->id;
	for (size_t i = 0; i < invite->row.grants.count; i++) {
		const struct grant *grant = &invite->row.grants.at[i];

		invite->skipped[i] =
		    known_project(model, grant->project)->archived_at != 0;
		if (!invite->skipped[i])
			add_member(model, user->id, grant);
	}
}

static enum result follow_accept(struct model *model, const struct store_op *op)
{
	enum result result = answerable_to_member(model, op);
	struct model_invite *invite;

	agree_on(out_of(op, invitation_out)->again,
		 result == RESULT_INVITE_ACCEPTED);
	if (result == RESULT_OK) {
		invite =
		    known_invite(model, in_of(op, invitation_in)->token.invite);
		admit(model, invite, op);
		invite->row.state = INVITE_ACCEPTED;
		invite->row.accepted_at = op->now_ms / 1000;
		invite->holds_address = false;
		/* Who has the link has got the mail. */
		if (invite->waits &&
		    invite->row.delivery.status != DELIVERY_FAILED)
			invite->row.delivery.status = DELIVERY_SENT;
		invite->waits = false;
	} else if (result != RESULT_INVITE_ACCEPTED) {
		return result;
	}
	agree_on_invitation(model, op);
	return RESULT_OK;
}

void model_decline(struct model_invite *invite, int64_t now)
{
	invite_decline(&invite->row, now);
	/* Who has the link has got the mail. */
	if (invite->waits && invite->row.delivery.status != DELIVERY_FAILED)
		invite->row.delivery.status = DELIVERY_SENT;
	invite->holds_address = invite->waits = false;
}

static enum result follow_decline(struct model *model,
				  const struct store_op *op)
{
	enum result result = model_answerable(model, op);
	struct model_invite *invite;

	agree_on(out_of(op, invitation_out)->again,
		 result == RESULT_INVITATION_DECLINED);
	if (result == RESULT_INVITATION_DECLINED)
		return RESULT_OK;
	if (result == RESULT_OK) {
		invite =
		    known_invite(model, in_of(op, invitation_in)->token.invite);
		model_decline(invite, op->now_ms / 1000);
	}
	return result;
}

static enum result follow_lookup(struct model *model, const struct store_op *op)
{
	enum result result = answerable_to_member(model, op);

	if (result == RESULT_INVITE_ACCEPTED)
		result = RESULT_OK;
	if (result == RESULT_OK)
		agree_on_invitation(model, op);
	return result;
}

/* ---- outbox ---- */

/* The mail that is due first, after those due earlier than `after`. */
static struct model_invite *next_due(struct model *model, int64_t now_ms)
{
	struct model_invite *first = NULL;

	for (size_t i = 0; i < model->invite_count; i++) {
		struct model_invite *invite = &model->invites[i];

		if (!invite->waits || invite->due_ms > now_ms)
			continue;
		if (!first || invite->due_ms < first->due_ms ||
		    (invite->due_ms == first->due_ms &&
		     invite->row.id < first->row.id))
			first = invite;
	}
	return first;
}

/* What is put off for longer than anything is due now. */
static void recall_far(struct model *model, int64_t now_ms)
{
	for (size_t i = 0; i < model->invite_count; i++)
		if (model->invites[i].due_ms > now_ms + HOUR_MS + MINUTE_MS)
			model->invites[i].due_ms = now_ms;
}

/* Failed at the first look, gone at the second. */
static void expire(struct model_invite *invite, int64_t now_ms)
{
	bool again = invite->row.delivery.status == DELIVERY_FAILED;

	if (!again)
		give_up(invite, now_ms / 1000);
	invite->waits = !again;
	invite->due_ms = now_ms + HOUR_MS;
}

static enum result follow_claim(struct model *model, const struct store_op *op)
{
	const struct outbox_mail *mails = out_of(op, outbox_claim_out)->mails;
	struct model_invite *invite;
	size_t kept = 0;

	recall_far(model, op->now_ms);
	for (int i = 0; i < in_of(op, outbox_claim_in)->limit; i++) {
		invite = next_due(model, op->now_ms);
		if (!invite)
			break;
		if (op->now_ms / 1000 >= invite->row.expires_at) {
			expire(invite, op->now_ms);
			continue;
		}
		invite->due_ms =
		    op->now_ms + in_of(op, outbox_claim_in)->lease_ms;
		ck_assert_uint_lt(kept, out_of(op, outbox_claim_out)->count);
		agree_on(mails[kept].token.invite, invite->row.id);
		agree_on(mails[kept].letter, invite->letter);
		agree(memcmp(mails[kept].token.secret, invite->secret,
			     SECRET_SIZE) == 0);
		agree_on(mails[kept].attempts, invite->waiting_attempts);
		agree_on(mails[kept].queued_at_ms, invite->queued_ms);
		agree_on_invite(&mails[kept].to.invite, &invite->row);
		kept++;
	}
	agree_on(out_of(op, outbox_claim_out)->count, kept);
	invite = next_due(model, INT64_MAX);
	agree_on(out_of(op, outbox_claim_out)->next_due_ms,
		 invite ? invite->due_ms : 0);
	return RESULT_OK;
}

static enum result follow_renew(struct model *model, const struct store_op *op)
{
	struct model_invite *invite =
	    model_invite(model, in_of(op, outbox_renew_in)->invite);

	if (invite && invite->waits &&
	    invite->row.organization == op->organization &&
	    invite->due_ms == in_of(op, outbox_renew_in)->leased_until_ms)
		invite->due_ms = in_of(op, outbox_renew_in)->until_ms;
	return RESULT_OK;
}

/* Somebody else has it by now: only that it was sent counts. */
static bool may_settle(const struct model_invite *invite,
		       const struct store_op *op)
{
	int64_t until = in_of(op, outbox_settle_in)->leased_until_ms;

	return in_of(op, outbox_settle_in)->outcome == OUTBOX_SENT ||
	       until == 0 || until == invite->due_ms ||
	       in_of(op, outbox_settle_in)->asked_until_ms == invite->due_ms;
}

static enum result follow_settle(struct model *model, const struct store_op *op)
{
	static const enum delivery_status statuses[] = {
		[OUTBOX_SENT] = DELIVERY_SENT,
		[OUTBOX_DEFERRED] = DELIVERY_DEFERRED,
		[OUTBOX_FAILED] = DELIVERY_FAILED,
	};
	enum outbox_outcome outcome = in_of(op, outbox_settle_in)->outcome;
	struct model_invite *invite =
	    model_invite(model, in_of(op, outbox_settle_in)->invite);

	if (!invite || !invite->waits ||
	    invite->row.organization != op->organization ||
	    !may_settle(invite, op))
		return RESULT_OK;
	invite->waiting_attempts++;
	invite->due_ms = op->now_ms + in_of(op, outbox_settle_in)->pause_ms;
	invite->waits = outcome == OUTBOX_DEFERRED;
	settle(invite, statuses[outcome], invite->waiting_attempts,
	       in_of(op, outbox_settle_in)->error, op->now_ms / 1000);
	return RESULT_OK;
}

/* ---- projects, organizations ---- */

static enum result follow_project(struct model *model,
				  const struct store_op *op)
{
	ck_assert_uint_lt(model->project_count, MODEL_PROJECTS);
	model->projects[model->project_count++] = *out_of(op, project);
	agree_on(out_of(op, project)->organization, op->organization);
	return RESULT_OK;
}

/* ---- reads ---- */

static enum result follow_get(struct model *model, const struct store_op *op)
{
	struct model_invite *invite =
	    shown(model, op->organization, in_of(op, id_in)->id);

	if (!invite)
		return RESULT_INVITE_NOT_FOUND;
	agree_on_invite(&out_of(op, invite_out)->invite, &invite->row);
	return RESULT_OK;
}

static bool is_by_expiry(const struct store_op *op)
{
	const struct invite_list_in *in = op->in;

	return in->by_status && !in->email_key && in->status != STATUS_ACCEPTED;
}

/* Whether `a` comes behind `b` in the list. */
static bool is_behind(const struct store_op *op, const struct invite *a,
		      const struct invite *b)
{
	if (is_by_expiry(op) && a->expires_at != b->expires_at)
		return a->expires_at < b->expires_at;
	return a->id < b->id;
}

/* Whether it comes behind the cursor, which has to be an invite of theirs where
 * an id alone has no place. */
static bool is_on_pages(struct model *model, const struct model_invite *invite,
			const struct store_op *op)
{
	struct invite cursor = { .id = in_of(op, list_in)->after };
	bool found = false;

	if (!cursor.id)
		return true;
	for (size_t i = 0; i < model->invite_count && !found; i++) {
		found = model->invites[i].row.id == cursor.id &&
			model->invites[i].row.organization == op->organization;
		if (found)
			cursor = model->invites[i].row;
	}
	return (found || !is_by_expiry(op)) &&
	       is_behind(op, &invite->row, &cursor);
}

static bool is_listed(struct model *model, const struct model_invite *invite,
		      const struct store_op *op)
{
	const char *key = in_of(op, invite_list_in)->email_key;

	return invite->row.organization == op->organization &&
	       invite->row.state != INVITE_WITHDRAWN &&
	       is_on_pages(model, invite, op) &&
	       (!key || strcmp(invite->row.email_key, key) == 0) &&
	       (!in_of(op, invite_list_in)->by_status ||
		invite_status(&invite->row, op->now_ms / 1000) ==
		    in_of(op, invite_list_in)->status);
}

static enum result follow_list(struct model *model, const struct store_op *op)
{
	const struct list_in *asked = op->in;
	const struct list_out *page = op->out;
	const struct invite *last = NULL;
	size_t wanted = 0;

	for (size_t i = 0; i < model->invite_count; i++)
		wanted += is_listed(model, &model->invites[i], op);
	agree_on(page->has_more, wanted > (size_t)asked->limit);
	agree_on(page->count, page->has_more ? (size_t)asked->limit : wanted);
	for (size_t i = 0; i < page->count; i++) {
		const struct invite *row = &rows_of(op, invite)[i];
		struct model_invite *invite = known_invite(model, row->id);

		agree((!last || is_behind(op, row, last)) &&
		      is_listed(model, invite, op));
		agree_on_invite(row, &invite->row);
		last = row;
	}
	/* None that belongs on this page was left out. */
	for (size_t i = 0; page->has_more && i < model->invite_count; i++)
		wanted -= is_listed(model, &model->invites[i], op) &&
			  is_behind(op, &model->invites[i].row, last);
	agree_on(wanted, page->count);
	return RESULT_OK;
}

static enum result follow_count(struct model *model, const struct store_op *op)
{
	int64_t waiting = 0, oldest = 0;

	for (size_t i = 0; i < model->invite_count; i++) {
		const struct model_invite *invite = &model->invites[i];

		if (!invite->waits)
			continue;
		waiting++;
		if (!oldest || invite->queued_ms < oldest)
			oldest = invite->queued_ms;
	}
	agree_on(out_of(op, outbox_count_out)->waiting, waiting);
	agree_on(out_of(op, outbox_count_out)->oldest_ms, oldest);
	return RESULT_OK;
}

static enum result follow_users(struct model *model, const struct store_op *op)
{
	const struct list_out *page = op->out;
	size_t wanted = 0;

	for (size_t i = 0; i < model->user_count; i++)
		wanted += model->users[i].organization == op->organization &&
			  !model->users[i].removed_at;
	agree_on(page->count, wanted);
	for (size_t i = 0; i < page->count; i++) {
		const struct user *got = &rows_of(op, user)[i];
		const struct user *user =
		    user_at(model, op->organization, email_of(got->email).key);

		if (!user)
			ck_abort_msg("no such user");
		agree_on(got->id, user->id);
		agree_on_text(got->email, user->email);
		agree_on_text(got->name, user->name);
		agree_on(got->role, user->role);
		agree_on(got->added_at, user->added_at);
	}
	return RESULT_OK;
}

static enum result follow_project_users(struct model *model,
					const struct store_op *op)
{
	int64_t id = in_of(op, project_user_list_in)->project;
	const struct project *project = project_of(model, op->organization, id);
	size_t wanted = 0;

	if (!project)
		return RESULT_PROJECT_NOT_FOUND;
	if (project->archived_at)
		return RESULT_PROJECT_ARCHIVED;
	for (size_t i = 0; i < model->member_count; i++) {
		const struct model_member *member = &model->members[i];
		bool found = false;

		if (member->project != id)
			continue;
		wanted++;
		for (size_t k = 0; k < out_of(op, list_out)->count; k++) {
			const struct project_user *got =
			    &rows_of(op, project_user)[k];

			found = found || (got->id == member->user &&
					  got->role == member->role);
		}
		agree(found);
	}
	agree_on(out_of(op, list_out)->count, wanted);
	return RESULT_OK;
}

void model_follow(struct model *model, const struct store_op *op)
{
	typedef enum result follow(struct model *, const struct store_op *);
	static follow *const verbs[VERB_COUNT] = {
		[VERB_project_create] = follow_project,
		[VERB_invite_create] = follow_create,
		[VERB_invite_delete] = follow_delete,
		[VERB_invite_resend] = follow_resend,
		[VERB_invite_change] = follow_change,
		[VERB_invite_link] = model_invite_link,
		[VERB_expiry_look] = model_expiry_look,
		[VERB_expiry_settle] = model_expiry_settle,
		[VERB_invitation_accept] = follow_accept,
		[VERB_invitation_decline] = follow_decline,
		[VERB_invitation_opt_out] = model_opt_out,
		[VERB_invitation_request] = model_request,
		[VERB_block_list] = model_block_list,
		[VERB_block_delete] = model_block_delete,
		[VERB_outbox_claim] = follow_claim,
		[VERB_outbox_renew] = follow_renew,
		[VERB_outbox_settle] = follow_settle,
		[VERB_invite_get] = follow_get,
		[VERB_invite_list] = follow_list,
		[VERB_invitation_lookup] = follow_lookup,
		[VERB_user_list] = follow_users,
		[VERB_user_update] = model_user_update,
		[VERB_user_delete] = model_user_delete,
		[VERB_project_user_add] = model_project_user_add,
		[VERB_project_user_update] = model_project_user_update,
		[VERB_project_user_remove] = model_project_user_remove,
		[VERB_project_user_list] = follow_project_users,
		[VERB_outbox_count] = follow_count,
	};
	enum result expected;

	agree(verbs[op->verb->index] != NULL);
	expected = verbs[op->verb->index](model, op);
	ck_assert_msg(op->result == expected, "%s: %s instead of %s",
		      op->verb->name, result_word(op->result),
		      result_word(expected));
}

/* The only daemon there is has started again: nobody holds a lease. */
void model_leases_end(struct model *model)
{
	for (size_t i = 0; i < model->invite_count; i++) {
		if (model->invites[i].waiting_attempts == 0)
			model->invites[i].due_ms = model->invites[i].queued_ms;
	}
}

void model_compare_all(struct model *model)
{
	for (size_t i = 0; i < model->organization_count; i++) {
		static const struct verb *const verbs[] = { &verb_invite_list,
							    &verb_user_list,
							    &verb_block_list };

		for (size_t k = 0; k < COUNT_OF(verbs); k++) {
			struct store_op op =
			    list_op(verbs[k], 0, MODEL_INVITES);

			op.organization = model->organizations[i].id;
			(void)run(&op);
			model_follow(model, &op);
		}
	}
	for (size_t i = 0; i < model->project_count; i++) {
		struct store_op op =
		    list_op(&verb_project_user_list, 0, MODEL_PEOPLE);

		op.organization = model->projects[i].organization;
		in_of(&op, project_user_list_in)->project =
		    model->projects[i].id;
		(void)run(&op);
		model_follow(model, &op);
	}
}
