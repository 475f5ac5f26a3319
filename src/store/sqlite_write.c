/*
 * sqlite_write.c: the verbs that change something, as SQL.
 *
 * A verb finds every reason to refuse before its first write, so that one
 * transaction can hold many verbs and a refused one leaves no trace: no
 * savepoints. Whether the database failed is asked by who commits.
 */
#include "base/base.h"

#include "store/sqlite_db.h"

#include "base/random.h"
#include "core/audit.h"

struct writing {
	struct sqlite_db *db;
	struct id_source *ids;
	struct store_op *op;
	int64_t now; /* Unix seconds */
};

static int64_t new_id(const struct writing *w)
{
	return id_next(w->ids, w->op->now_ms, random_u64());
}

static void add_audit(const struct writing *w, enum audit_type type,
		      int64_t target)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_AUDIT_INSERT);

	db_bind_i64(st, 1, new_id(w));
	db_bind_i64(st, 2, w->op->organization);
	db_bind_i64(st, 3, w->now);
	db_bind_i64(st, 4, w->op->actor);
	db_bind_i64(st, 5, type);
	db_bind_i64(st, 6, target);
	db_run(w->db, st);
}

static void run_with_id(const struct writing *w, enum sql which, int64_t id)
{
	sqlite3_stmt *st = db_statement(w->db, which);

	db_bind_i64(st, 1, id);
	db_run(w->db, st);
}

/* ---- organizations, projects, keys ---- */

static int64_t insert_project(const struct writing *w, const char *name)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_PROJECT_INSERT);
	int64_t id = new_id(w);

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, w->op->organization);
	db_bind_text(st, 3, name);
	db_bind_i64(st, 4, w->now);
	db_run(w->db, st);
	return id;
}

static void insert_organization(const struct writing *w, const char *name,
				struct organization *ret_organization)
{
	sqlite3_stmt *st;
	int64_t project;

	w->op->organization = new_id(w);
	project = insert_project(w, "Default project");
	*ret_organization =
	    (struct organization){ w->op->organization, name, w->now, project };
	st = db_statement(w->db, SQL_ORGANIZATION_INSERT);
	db_bind_i64(st, 1, ret_organization->id);
	db_bind_text(st, 2, name);
	db_bind_i64(st, 3, w->now);
	db_bind_i64(st, 4, project);
	db_run(w->db, st);
	add_audit(w, AUDIT_ORGANIZATION_CREATED, ret_organization->id);
}

static void insert_key(const struct writing *w, const char *name,
		       struct str secret, struct admin_key *ret_key)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_KEY_INSERT);
	uint8_t hash[SHA256_SIZE];
	char redacted[REDACTED_SIZE];

	sha256(secret, hash);
	admin_key_redact(secret, redacted);
	*ret_key = (struct admin_key){
		.id = new_id(w),
		.organization = w->op->organization,
		.name = name,
		.redacted = arena_str(w->op->arena, str_of(redacted)),
		.created_at = w->now,
	};
	db_bind_i64(st, 1, ret_key->id);
	db_bind_i64(st, 2, ret_key->organization);
	db_bind_blob(st, 3, hash, sizeof(hash));
	db_bind_text(st, 4, name);
	db_bind_text(st, 5, redacted);
	db_bind_i64(st, 6, w->now);
	db_run(w->db, st);
	add_audit(w, AUDIT_KEY_CREATED, ret_key->id);
}

static enum refusal bootstrap(const struct writing *w)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_ORGANIZATION_ANY);
	struct admin_key key;

	w->op->bootstrap.ret_created = false;
	if (db_row(w->db, st)) {
		db_done(st);
		return REFUSAL_GRANTED;
	}
	insert_organization(w, w->op->bootstrap.organization_name,
			    &w->op->bootstrap.ret_organization);
	insert_key(w, w->op->bootstrap.key_name, w->op->bootstrap.secret, &key);
	w->op->bootstrap.ret_created = true;
	return REFUSAL_GRANTED;
}

static enum refusal organization_create(const struct writing *w)
{
	const char *name = w->op->organization_create.name;
	sqlite3_stmt *st = db_statement(w->db, SQL_ORGANIZATION_BY_NAME);

	db_bind_text(st, 1, name);
	if (db_row(w->db, st)) {
		db_done(st);
		return REFUSAL_ORGANIZATION_EXISTS;
	}
	insert_organization(w, name,
			    &w->op->organization_create.ret_organization);
	return REFUSAL_GRANTED;
}

static bool key_is_known(const struct writing *w, struct str secret)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_KEY_BY_HASH);
	uint8_t hash[SHA256_SIZE];
	bool known;

	sha256(secret, hash);
	db_bind_blob(st, 1, hash, sizeof(hash));
	known = db_row(w->db, st);
	db_done(st);
	return known;
}

static bool organization_is_known(const struct writing *w)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_ORGANIZATION_GET);
	bool known;

	db_bind_i64(st, 1, w->op->organization);
	known = db_row(w->db, st);
	db_done(st);
	return known;
}

static enum refusal key_create(const struct writing *w)
{
	if (!organization_is_known(w))
		return REFUSAL_ORGANIZATION_NOT_FOUND;
	if (key_is_known(w, w->op->key_create.secret))
		return REFUSAL_KEY_EXISTS;
	insert_key(w, w->op->key_create.name, w->op->key_create.secret,
		   &w->op->key_create.ret_key);
	return REFUSAL_GRANTED;
}

/* Both UPDATEs of a key take its id, its organization and the time. */
static bool update_key(const struct writing *w, enum sql which, int64_t id)
{
	sqlite3_stmt *st = db_statement(w->db, which);

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, w->op->organization);
	db_bind_i64(st, 3, w->now);
	db_run(w->db, st);
	return sqlite3_changes(w->db->handle) > 0;
}

static enum refusal key_revoke(const struct writing *w)
{
	if (!update_key(w, SQL_KEY_REVOKE, w->op->key_revoke.id))
		return REFUSAL_KEY_NOT_FOUND;
	add_audit(w, AUDIT_KEY_REVOKED, w->op->key_revoke.id);
	return REFUSAL_GRANTED;
}

static enum refusal key_touch(const struct writing *w)
{
	(void)update_key(w, SQL_KEY_TOUCH, w->op->key_touch.id);
	return REFUSAL_GRANTED;
}

static enum refusal project_create(const struct writing *w)
{
	const char *name = w->op->project_create.name;
	int64_t id = insert_project(w, name);

	add_audit(w, AUDIT_PROJECT_CREATED, id);
	w->op->project_create.ret_project = (struct project){
		.id = id,
		.organization = w->op->organization,
		.name = name,
		.created_at = w->now,
	};
	return REFUSAL_GRANTED;
}

/* ---- invites ---- */

static bool find_member(const struct writing *w, const char *email_key,
			struct user *ret_user)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_USER_BY_ADDRESS);

	db_bind_i64(st, 1, w->op->organization);
	db_bind_text(st, 2, email_key);
	if (!db_row(w->db, st))
		return false;
	row_user(w->db, w->op->arena, st, ret_user);
	db_done(st);
	return true;
}

/*
 * The open invite to the address, if any; and the slot for a new one. Two
 * addresses with one hash (once in 10^18 pairs) share the index's entry: the
 * later one stands aside, under its own id.
 */
static bool find_open(const struct writing *w, int64_t hash, const char *key,
		      struct invite *ret_open, bool *ret_slot_taken)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_INVITE_AT_SLOT);

	*ret_slot_taken = false;
	db_bind_i64(st, 1, w->op->organization);
	db_bind_i64(st, 2, hash);
	if (!db_row(w->db, st))
		return false;
	row_invite(w->db, w->op->arena, st, ret_open);
	db_done(st);
	if (strcmp(ret_open->email_key, key) == 0)
		return true;

	*ret_slot_taken = true;
	st = db_statement(w->db, SQL_INVITE_COLLIDED);
	db_bind_i64(st, 1, w->op->organization);
	db_bind_i64(st, 2, hash);
	db_bind_text(st, 3, key);
	db_bind_i64(st, 4, w->now);
	if (!db_row(w->db, st))
		return false;
	row_invite(w->db, w->op->arena, st, ret_open);
	db_done(st);
	return true;
}

static enum refusal use_default_project(const struct writing *w)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_ORGANIZATION_GET);
	struct grants *grants = &w->op->invite_create.grants;

	grants->count = 0;
	db_bind_i64(st, 1, w->op->organization);
	if (!db_row(w->db, st))
		return REFUSAL_KEY_UNKNOWN;
	grants->at = arena_alloc(w->op->arena, sizeof(*grants->at));
	if (!grants->at) {
		db_done(st);
		return REFUSAL_OUT_OF_MEMORY;
	}
	grants->at[0] =
	    (struct grant){ sqlite3_column_int64(st, 3), PROJECT_MEMBER };
	grants->count = 1;
	db_done(st);
	return REFUSAL_GRANTED;
}

static enum refusal check_projects(const struct writing *w)
{
	struct grants grants = w->op->invite_create.grants;
	struct project project;

	if (w->op->invite_create.default_project)
		return REFUSAL_GRANTED;
	for (size_t i = 0; i < grants.count; i++) {
		w->op->invite_create.ret_index = i;
		if (!find_project(w->db, w->op, grants.at[i].project, &project))
			return REFUSAL_PROJECT_NOT_FOUND;
		if (project.archived_at)
			return REFUSAL_PROJECT_ARCHIVED;
	}
	return REFUSAL_GRANTED;
}

static void queue_mail(const struct writing *w, int64_t invite)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_OUTBOX_INSERT);

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
	const char *projects = grants_format(w->op->arena, invite->grants);
	sqlite3_stmt *st = db_statement(w->db, SQL_INVITE_INSERT);

	db_bind_i64(st, 1, invite->id);
	db_bind_i64(st, 2, invite->organization);
	db_bind_i64(st, 3, hash);
	db_bind_i64(st, 4, slot_taken ? invite->id : 0);
	db_bind_i64(st, 5, invite->role);
	db_bind_i64(st, 6, invite->created_at);
	db_bind_i64(st, 7, invite->expires_at);
	db_bind_i64(st, 8, invite->delivery.status);
	db_bind_i64(st, 9, invite->delivery.updated_at);
	db_bind_blob(st, 10, invite->secret_hash, SHA256_SIZE);
	db_bind_text(st, 11, invite->email);
	db_bind_text(st, 12, key_is_email ? NULL : invite->email_key);
	db_bind_text(st, 13,
		     projects); /* NULL, out of memory: NOT NULL fails */
	db_run(w->db, st);
}

static void create_new(const struct writing *w, int64_t hash, bool slot_taken)
{
	struct store_op *op = w->op;
	struct invite *invite = &op->invite_create.ret_invite;
	bool mail = op->invite_create.queue_mail;

	*invite = (struct invite){
		.id = new_id(w),
		.organization = op->organization,
		.email = op->invite_create.email.typed,
		.email_key = op->invite_create.email.key,
		.role = op->invite_create.role,
		.grants = op->invite_create.grants,
		.state = INVITE_OPEN,
		.created_at = w->now,
		.expires_at = w->now + op->invite_create.ttl_seconds,
		.delivery = { .status = mail ? DELIVERY_QUEUED : DELIVERY_NONE,
			      .updated_at = mail ? w->now : 0 },
	};
	secret_hash(op->invite_create.secret, invite->secret_hash);
	insert_invite(w, invite, hash, slot_taken);
	if (mail)
		queue_mail(w, invite->id);
	add_audit(w, AUDIT_INVITE_SENT, invite->id);
	op->invite_create.ret_created = true;
	op->invite_create.ret_link = !mail;
}

/* A fresh secret for an open invite: the link that it had stops working. */
static void renew_secret(const struct writing *w, struct invite *invite,
			 enum delivery_status delivery)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_INVITE_NEW_SECRET);

	secret_hash(w->op->invite_create.secret, invite->secret_hash);
	invite->delivery = (struct delivery){
		.status = delivery,
		.updated_at = delivery == DELIVERY_NONE ? 0 : w->now,
	};
	db_bind_i64(st, 1, invite->id);
	db_bind_blob(st, 2, invite->secret_hash, SHA256_SIZE);
	db_bind_i64(st, 3, delivery);
	db_bind_i64(st, 4, invite->delivery.updated_at);
	db_run(w->db, st);
}

/*
 * The same invite once more. Nothing happens, but for two callers who would
 * be left with nothing: one whose link was lost with the answer gets a new
 * link, one whose mail failed for good gets a new mail.
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
	} else if (mail && open->delivery.status == DELIVERY_FAILED) {
		renew_secret(w, invite, DELIVERY_QUEUED);
		queue_mail(w, invite->id);
	}
}

static void let_go(const struct writing *w, const struct invite *invite,
		   enum invite_state state)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_INVITE_LET_GO);

	db_bind_i64(st, 1, invite->id);
	db_bind_i64(st, 2, state);
	db_run(w->db, st);
	run_with_id(w, SQL_OUTBOX_DELETE, invite->id);
}

static enum refusal invite_create(const struct writing *w)
{
	struct store_op *op = w->op;
	const char *key = op->invite_create.email.key;
	int64_t hash = hash63(w->db->hash_key, str_of(key));
	struct invite open;
	struct user member;
	bool found, slot_taken;
	enum refusal refusal;

	if (find_member(w, key, &member))
		return REFUSAL_USER_EXISTS;
	if (op->invite_create.default_project) {
		refusal = use_default_project(w);
		if (refusal != REFUSAL_GRANTED)
			return refusal;
	}
	found = find_open(w, hash, key, &open, &slot_taken);
	switch (invite_on_create(found ? &open : NULL, op->invite_create.role,
				 op->invite_create.grants, w->now)) {
	case CREATE_REPLAY:
		create_again(w, &open);
		return REFUSAL_GRANTED;
	case CREATE_CONFLICT:
		op->invite_create.ret_invite = open;
		return REFUSAL_INVITE_EXISTS;
	case CREATE_SUPERSEDE:
	case CREATE_NEW:
		break;
	}
	refusal = check_projects(w);
	if (refusal != REFUSAL_GRANTED)
		return refusal;
	if (found)
		let_go(w, &open, INVITE_OPEN);
	create_new(w, hash, slot_taken);
	return REFUSAL_GRANTED;
}

static enum refusal invite_delete(const struct writing *w)
{
	struct invite *invite = &w->op->invite_delete.ret_invite;
	bool found = find_invite(w->db, w->op, w->op->invite_delete.id, invite);
	enum refusal refusal = invite_on_delete(found ? invite : NULL);

	if (refusal != REFUSAL_GRANTED)
		return refusal;
	let_go(w, invite, INVITE_WITHDRAWN);
	add_audit(w, AUDIT_INVITE_DELETED, invite->id);
	return REFUSAL_GRANTED;
}

/* ---- the invited person's answer ---- */

static enum refusal find_answerable(const struct writing *w)
{
	struct store_op *op = w->op;
	struct invitation *invitation = &op->invitation.ret_invitation;
	uint8_t hash[SHA256_SIZE];
	bool found;

	*invitation = (struct invitation){ .organization_name = "" };
	found =
	    find_invitation(w->db, op, op->invitation.token.invite, invitation);
	secret_hash(op->invitation.token.secret, hash);
	return invite_on_answer(found ? &invitation->invite : NULL, hash,
				w->now);
}

/* The person in the organization, made or promoted; returns the user's id. */
static int64_t admit_user(const struct writing *w, const struct invite *invite,
			  const char *name)
{
	struct user user;
	sqlite3_stmt *st;

	if (find_member(w, invite->email_key, &user)) {
		st = db_statement(w->db, SQL_USER_PROMOTE);
		db_bind_i64(st, 1, user.id);
		db_bind_i64(st, 2, w->op->organization);
		db_bind_i64(st, 3, invite->role);
		db_bind_text(st, 4, name);
		db_run(w->db, st);
		return user.id;
	}
	user.id = new_id(w);
	st = db_statement(w->db, SQL_USER_INSERT);
	db_bind_i64(st, 1, user.id);
	db_bind_i64(st, 2, w->op->organization);
	db_bind_text(st, 3, invite->email);
	db_bind_text(st, 4, invite->email_key);
	db_bind_text(st, 5, name);
	db_bind_i64(st, 6, invite->role);
	db_bind_i64(st, 7, w->now);
	db_run(w->db, st);
	add_audit(w, AUDIT_USER_ADDED, user.id);
	return user.id;
}

/* Every granted project but those archived since, which are returned as text
 * for the invite's row; NULL when there are none. */
static const char *admit_to_projects(const struct writing *w, int64_t user)
{
	struct invitation *invitation = &w->op->invitation.ret_invitation;
	struct grants grants = invitation->invite.grants;
	struct grants skipped = { NULL, 0 };
	sqlite3_stmt *st;

	skipped.at =
	    arena_array(w->op->arena, grants.count + 1, sizeof(*skipped.at));
	for (size_t i = 0; i < grants.count; i++) {
		if (invitation->grants[i].archived) {
			if (skipped.at)
				skipped.at[skipped.count++] = grants.at[i];
			continue;
		}
		st = db_statement(w->db, SQL_PROJECT_USER_ADD);
		db_bind_i64(st, 1, w->op->organization);
		db_bind_i64(st, 2, grants.at[i].project);
		db_bind_i64(st, 3, user);
		db_bind_i64(st, 4, grants.at[i].role);
		db_bind_i64(st, 5, w->now);
		db_run(w->db, st);
	}
	return skipped.count ? grants_format(w->op->arena, skipped) : NULL;
}

static enum refusal invitation_accept(const struct writing *w)
{
	struct store_op *op = w->op;
	struct invite *invite = &op->invitation.ret_invitation.invite;
	enum refusal refusal = find_answerable(w);
	const char *skipped;
	sqlite3_stmt *st;

	op->invitation.ret_again = refusal == REFUSAL_INVITE_ACCEPTED;
	op->invitation.ret_user = invite->user;
	if (op->invitation.ret_again)
		return REFUSAL_GRANTED;
	if (refusal != REFUSAL_GRANTED)
		return refusal;

	invite->user = admit_user(w, invite, op->invitation.name);
	skipped = admit_to_projects(w, invite->user);
	invite->state = INVITE_ACCEPTED;
	invite->accepted_at = w->now;
	op->invitation.ret_user = invite->user;
	st = db_statement(w->db, SQL_INVITE_ACCEPT);
	db_bind_i64(st, 1, invite->id);
	db_bind_i64(st, 2, w->now);
	db_bind_i64(st, 3, invite->user);
	db_bind_text(st, 4, skipped);
	db_run(w->db, st);
	run_with_id(w, SQL_OUTBOX_DELETE, invite->id);
	add_audit(w, AUDIT_INVITE_ACCEPTED, invite->id);
	return REFUSAL_GRANTED;
}

static enum refusal invitation_decline(const struct writing *w)
{
	struct invite *invite = &w->op->invitation.ret_invitation.invite;
	enum refusal refusal = find_answerable(w);

	w->op->invitation.ret_again = refusal == REFUSAL_INVITATION_DECLINED;
	if (w->op->invitation.ret_again)
		return REFUSAL_GRANTED;
	if (refusal != REFUSAL_GRANTED)
		return refusal;
	let_go(w, invite, INVITE_DECLINED);
	invite->state = INVITE_DECLINED;
	add_audit(w, AUDIT_INVITE_DECLINED, invite->id);
	return REFUSAL_GRANTED;
}

/* ---- outbox ---- */

static void record_delivery(const struct writing *w, int64_t invite,
			    enum delivery_status status, int attempts,
			    const char *error)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_INVITE_DELIVERY);

	db_bind_i64(st, 1, invite);
	db_bind_i64(st, 2, status);
	db_bind_i64(st, 3, attempts);
	db_bind_text(st, 4, error);
	db_bind_i64(st, 5, w->now);
	db_run(w->db, st);
}

/* Reads the due rows' own columns; their invites follow in load_mails(). */
static size_t read_due(const struct writing *w, struct outbox_mail *mails)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_OUTBOX_DUE);
	size_t count = 0;

	db_bind_i64(st, 1, w->op->now_ms);
	db_bind_i64(st, 2, w->op->outbox_claim.limit);
	while (db_row(w->db, st)) {
		struct outbox_mail *mail = &mails[count++];

		mail->token.invite = sqlite3_column_int64(st, 0);
		if (sqlite3_column_bytes(st, 1) == SECRET_SIZE)
			memcpy(mail->token.secret, sqlite3_column_blob(st, 1),
			       SECRET_SIZE);
		mail->queued_at_ms = sqlite3_column_int64(st, 2);
		mail->attempts = sqlite3_column_int(st, 3);
	}
	return count;
}

/* Whether the mail should still go; if not, its row is gone. */
static bool load_mail(const struct writing *w, struct outbox_mail *mail)
{
	int64_t id = mail->token.invite;
	struct invite *invite = &mail->to.invite;

	if (!find_invitation(w->db, w->op, id, &mail->to) ||
	    invite->state != INVITE_OPEN) {
		run_with_id(w, SQL_OUTBOX_DELETE, id);
		return false;
	}
	if (invite_status(invite, w->now) == STATUS_EXPIRED) {
		run_with_id(w, SQL_OUTBOX_DELETE, id);
		record_delivery(w, id, DELIVERY_FAILED, mail->attempts,
				"The invite expired before its mail could be "
				"delivered.");
		return false;
	}
	return true;
}

static enum refusal outbox_claim(const struct writing *w)
{
	struct store_op *op = w->op;
	size_t due, kept = 0;
	sqlite3_stmt *st;
	struct outbox_mail *mails = arena_array(
	    op->arena, (size_t)op->outbox_claim.limit, sizeof(*mails));

	if (!mails)
		return REFUSAL_OUT_OF_MEMORY;
	due = read_due(w, mails);
	for (size_t i = 0; i < due; i++) {
		if (!load_mail(w, &mails[i]))
			continue;
		st = db_statement(w->db, SQL_OUTBOX_LEASE);
		db_bind_i64(st, 1, mails[i].token.invite);
		db_bind_i64(st, 2, op->now_ms + op->outbox_claim.lease_ms);
		db_run(w->db, st);
		mails[kept++] = mails[i];
	}
	op->outbox_claim.ret_mails = mails;
	op->outbox_claim.ret_count = kept;
	op->outbox_claim.ret_next_due_ms = 0;
	st = db_statement(w->db, SQL_OUTBOX_NEXT);
	if (db_row(w->db, st)) {
		op->outbox_claim.ret_next_due_ms = sqlite3_column_int64(st, 0);
		db_done(st);
	}
	return REFUSAL_GRANTED;
}

static void defer_mail(const struct writing *w, int attempts)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_OUTBOX_DEFER);

	db_bind_i64(st, 1, w->op->outbox_settle.invite);
	db_bind_i64(st, 2, w->op->outbox_settle.next_at_ms);
	db_bind_i64(st, 3, attempts);
	db_run(w->db, st);
}

static enum refusal outbox_settle(const struct writing *w)
{
	static const enum delivery_status statuses[] = {
		[OUTBOX_SENT] = DELIVERY_SENT,
		[OUTBOX_DEFERRED] = DELIVERY_DEFERRED,
		[OUTBOX_FAILED] = DELIVERY_FAILED,
	};
	struct store_op *op = w->op;
	int64_t id = op->outbox_settle.invite;
	sqlite3_stmt *st = db_statement(w->db, SQL_OUTBOX_ATTEMPTS);
	int attempts;

	db_bind_i64(st, 1, id);
	if (!db_row(w->db, st)) /* answered or deleted while it was sent */
		return REFUSAL_GRANTED;
	attempts = sqlite3_column_int(st, 0) + 1;
	db_done(st);
	if (op->outbox_settle.outcome == OUTBOX_DEFERRED)
		defer_mail(w, attempts);
	else
		run_with_id(w, SQL_OUTBOX_DELETE, id);
	record_delivery(w, id, statuses[op->outbox_settle.outcome], attempts,
			op->outbox_settle.error);
	return REFUSAL_GRANTED;
}

static enum refusal probe(const struct writing *w)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_PROBE);

	db_bind_i64(st, 1, w->op->now_ms);
	db_run(w->db, st);
	return REFUSAL_GRANTED;
}

enum refusal sqlite_write(struct sqlite_db *db, struct id_source *ids,
			  struct store_op *op)
{
	static enum refusal (*const verbs[])(const struct writing *) = {
		[STORE_BOOTSTRAP] = bootstrap,
		[STORE_ORGANIZATION_CREATE] = organization_create,
		[STORE_KEY_CREATE] = key_create,
		[STORE_KEY_REVOKE] = key_revoke,
		[STORE_KEY_TOUCH] = key_touch,
		[STORE_PROJECT_CREATE] = project_create,
		[STORE_INVITE_CREATE] = invite_create,
		[STORE_INVITE_DELETE] = invite_delete,
		[STORE_INVITATION_ACCEPT] = invitation_accept,
		[STORE_INVITATION_DECLINE] = invitation_decline,
		[STORE_OUTBOX_CLAIM] = outbox_claim,
		[STORE_OUTBOX_SETTLE] = outbox_settle,
		[STORE_PROBE] = probe,
	};
	_Static_assert(COUNT_OF(verbs) == STORE_FIRST_READ,
		       "a verb is missing");
	struct writing writing = { db, ids, op, op->now_ms / 1000 };

	return verbs[op->verb](&writing);
}
