/*
 * write_invite.c: an invite is made, made again, and deleted.
 *
 * What a create costs is decided here: three lookups by key, then three rows
 * at the ends of their tables and one entry in the index of addresses.
 */
#include "base/base.h"

#include "store/write.h"

/*
 * The open invite to the address, if any; and whether the slot for a new one
 * is taken. Two addresses with one hash (once in 10^18 pairs) share the
 * index's entry: the later one stands aside, at its own id below zero.
 */
static bool find_open(const struct writing *w, int64_t hash, const char *key,
		      struct invite *ret_open, bool *ret_slot_taken)
{
	struct statement *st = db_statement(w->db, SQL_INVITE_HOLDERS);
	bool found = false;

	*ret_slot_taken = false;
	db_bind_i64(st, 1, w->op->organization);
	db_bind_i64(st, 2, hash);
	while (db_row(w->db, st)) {
		struct invite holder;

		row_invite(w->op->arena, st, &holder);
		if (strcmp(holder.email_key, key) == 0) {
			*ret_open = holder;
			found = true;
		} else if (column_i64(st, INVITE_SLOT) == 0) {
			*ret_slot_taken = true;
		}
	}
	return found;
}

enum result grant_default_project(struct store_op *op, int64_t project)
{
	struct grant *grant = arena_alloc(op->arena, sizeof(*grant));

	if (!grant)
		return RESULT_OUT_OF_MEMORY;
	*grant = (struct grant){ project, PROJECT_MEMBER };
	op->invite_create.grants = (struct grants){ grant, 1 };
	return RESULT_OK;
}

static enum result use_default_project(const struct writing *w)
{
	struct statement *st = db_statement(w->db, SQL_ORGANIZATION_GET);
	enum result result;

	db_bind_i64(st, 1, w->op->organization);
	if (!db_row(w->db, st))
		return RESULT_KEY_UNKNOWN;
	result = grant_default_project(w->op, column_i64(st, 3));
	db_done(st);
	return result;
}

static enum result check_projects(const struct writing *w)
{
	struct grants grants = w->op->invite_create.grants;
	struct project *projects;
	size_t count;

	if (w->op->invite_create.default_project)
		return RESULT_OK;
	projects =
	    arena_array(w->op->arena, grants.count + 1, sizeof(*projects));
	if (!projects)
		return RESULT_OUT_OF_MEMORY;
	count = find_projects(w->db, w->op, grants, projects);
	for (size_t i = 0; i < grants.count; i++) {
		const struct project *project =
		    project_among(projects, count, grants.at[i].project);

		w->op->invite_create.ret_index = i;
		if (!project)
			return RESULT_PROJECT_NOT_FOUND;
		if (project->archived_at)
			return RESULT_PROJECT_ARCHIVED;
	}
	return RESULT_OK;
}

static void queue_mail(const struct writing *w, int64_t invite)
{
	struct statement *st = db_statement(w->db, SQL_OUTBOX_INSERT);

	db_bind_i64(st, 1, invite);
	db_bind_i64(st, 2, w->op->organization);
	db_bind_blob(st, 3, w->op->invite_create.secret, SECRET_SIZE);
	db_bind_i64(st, 4, w->op->now_ms);
	db_run(w->db, st);
}

static void insert_invite(const struct writing *w, const struct invite *invite,
			  int64_t hash, bool slot_taken)
{
	bool key_is_email = strcmp(invite->email, invite->email_key) == 0;
	struct project_texts projects =
	    project_texts_of(w->db, w->op->arena, invite->grants);
	struct statement *st = db_statement(w->db, SQL_INVITE_INSERT);

	db_bind_i64(st, 1, invite->id);
	db_bind_i64(st, 2, invite->organization);
	db_bind_i64(st, 3, hash);
	db_bind_i64(st, 4, slot_taken ? -invite->id : 0);
	db_bind_i64(st, 5, invite->role);
	db_bind_i64(st, 6, invite->created_at);
	db_bind_i64(st, 7, invite->expires_at);
	db_bind_i64(st, 8, invite->delivery.status);
	db_bind_i64(st, 9, invite->delivery.updated_at);
	db_bind_blob(st, 10, invite->secret_hash, SHA256_SIZE);
	db_bind_text(st, 11, invite->email);
	db_bind_text(st, 12, key_is_email ? NULL : invite->email_key);
	db_bind_text(st, 13, projects.sorted);
	db_bind_text(st, 14, projects.sent);
	db_run(w->db, st);
}

void invite_begin(struct store_op *op, int64_t id)
{
	struct invite *invite = &op->invite_create.ret_invite;
	bool mail = op->invite_create.queue_mail;
	int64_t now = op->now_ms / 1000;

	*invite = (struct invite){
		.id = id,
		.organization = op->organization,
		.email = op->invite_create.email.typed,
		.email_key = op->invite_create.email.key,
		.role = op->invite_create.role,
		.grants = op->invite_create.grants,
		.state = INVITE_OPEN,
		.created_at = now,
		.expires_at = now + op->invite_create.ttl_seconds,
		.delivery = { .status = mail ? DELIVERY_QUEUED : DELIVERY_NONE,
			      .updated_at = mail ? now : 0 },
	};
	secret_hash(op->invite_create.secret, invite->secret_hash);
	op->invite_create.ret_created = true;
	op->invite_create.ret_link = !mail;
}

static void create_new(const struct writing *w, int64_t hash, bool slot_taken)
{
	struct store_op *op = w->op;
	struct invite *invite = &op->invite_create.ret_invite;

	invite_begin(op, writing_id(w));
	insert_invite(w, invite, hash, slot_taken);
	if (op->invite_create.queue_mail)
		queue_mail(w, invite->id);
	writing_audit(w, AUDIT_INVITE_SENT, invite->id);
}

/* A fresh secret for an open invite: the link that it had stops working. */
static void renew_secret(const struct writing *w, struct invite *invite,
			 enum delivery_status delivery)
{
	struct statement *st = db_statement(w->db, SQL_INVITE_NEW_SECRET);

	secret_hash(w->op->invite_create.secret, invite->secret_hash);
	invite->delivery = (struct delivery){
		.status = delivery,
		.updated_at = delivery == DELIVERY_NONE ? 0 : w->now,
	};
	db_bind_i64(st, 1, invite->id);
	db_bind_i64(st, 2, w->op->organization);
	db_bind_blob(st, 3, invite->secret_hash, SHA256_SIZE);
	db_bind_i64(st, 4, delivery);
	db_bind_i64(st, 5, invite->delivery.updated_at);
	db_run(w->db, st);
}

/*
 * The same invite once more. Nothing happens, but for two callers who would
 * be left with nothing: one whose link was lost with the answer gets a new
 * link, one whose mail failed for good, or who wants one where only a link was
 * wanted before, gets a mail. The link that there was stops working.
 */
static void create_again(const struct writing *w, const struct invite *open)
{
	struct store_op *op = w->op;
	struct invite *invite = &op->invite_create.ret_invite;
	bool mail = op->invite_create.queue_mail;

	*invite = *open;
	op->invite_create.ret_created = false;
	op->invite_create.ret_link = false;
	if (!mail && open->delivery.status == DELIVERY_NONE) {
		renew_secret(w, invite, DELIVERY_NONE);
		op->invite_create.ret_link = true;
	} else if (mail && (open->delivery.status == DELIVERY_FAILED ||
			    open->delivery.status == DELIVERY_NONE)) {
		renew_secret(w, invite, DELIVERY_QUEUED);
		queue_mail(w, invite->id);
	}
}

/* An expired invite gives up its place, and a mail that is too late now. */
static void supersede(const struct writing *w, const struct invite *expired)
{
	enum delivery_status delivery = expired->delivery.status;

	let_go(w, expired, INVITE_OPEN);
	if (delivery == DELIVERY_QUEUED || delivery == DELIVERY_DEFERRED)
		record_too_late(w, expired->id, expired->delivery.attempts);
}

enum result write_invite_create(const struct writing *w)
{
	struct store_op *op = w->op;
	const char *key = op->invite_create.email.key;
	int64_t hash = hash63(w->db->hash_key, str_of(key));
	struct invite open;
	struct user member;
	bool found, slot_taken;
	enum result result;

	/* In this order: who is just accepting the open invite, elsewhere, has
	 * it locked, and is a member when the lock is ours. */
	found = find_open(w, hash, key, &open, &slot_taken);
	if (find_member(w, key, &member))
		return RESULT_USER_EXISTS;
	if (op->invite_create.default_project) {
		result = use_default_project(w);
		if (result != RESULT_OK)
			return result;
	}
	switch (invite_on_create(found ? &open : NULL, op->invite_create.role,
				 op->invite_create.grants, w->now)) {
	case CREATE_REPLAY:
		create_again(w, &open);
		return RESULT_OK;
	case CREATE_CONFLICT:
		op->invite_create.ret_invite = open;
		return RESULT_INVITE_EXISTS;
	case CREATE_SUPERSEDE:
	case CREATE_NEW:
		break;
	}
	result = check_projects(w);
	if (result != RESULT_OK)
		return result;
	if (found)
		supersede(w, &open);
	create_new(w, hash, slot_taken);
	return RESULT_OK;
}

enum result write_invite_delete(const struct writing *w)
{
	struct invite *invite = &w->op->invite_delete.ret_invite;
	bool found = find_invite(w->db, w->op, SQL_INVITE_TAKE,
				 w->op->invite_delete.id, invite);
	enum result result = invite_on_delete(found ? invite : NULL);

	if (result != RESULT_OK)
		return result;
	let_go(w, invite, INVITE_WITHDRAWN);
	writing_audit(w, AUDIT_INVITE_DELETED, invite->id);
	return RESULT_OK;
}
