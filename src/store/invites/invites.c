/*
 * invites.c: creates an invite, repeats a create, and reads invites; withdraw.c
 * deletes one.
 *
 * What a create costs is decided here: three lookups by key, then three rows
 * at the ends of their tables and one entry in the index of addresses.
 */
#include "base/base.h"

#include "store/invites/invites.h"

#include "store/invites/blocked_addresses.h"
#include "store/invites/create.h"
#include "store/rows.h"

#define GRANTS_ROOM (64 * 1024) /* more than any list of projects takes */

TABLE(invite, "invite", INVITE_TABLE);

/* False where the text is damaged, or there was no room for the list, which the
 * database then says. */
static bool read_grants(const struct work *work, const char *text,
			struct grants *ret_grants)
{
	struct arena probe;
	struct grants grants;

	if (grants_parse(work->arena, str_of(text), ret_grants) == 0)
		return true;
	arena_init(&probe, GRANTS_ROOM);
	if (text && grants_parse(&probe, str_of(text), &grants) == 0)
		db_no_memory(work->db);
	arena_release(&probe);
	return false;
}

bool read_invite(const struct work *work, struct statement *st,
		 struct invite_row *row)
{
	struct invite *invite = &row->invite;
	const char *projects;

	if (!table_read(&invite_table, work->arena, st, row))
		return false;
	invite->email_key = row->email_key ? row->email_key : invite->email;
	projects = row->projects_sent ? row->projects_sent : row->projects;
	row->skips = (struct grants){ NULL, 0 };
	return read_grants(work, projects, &invite->grants) &&
	       (!row->skipped || read_grants(work, row->skipped, &row->skips));
}

static enum found look_for_row(const struct work *work, struct statement *st,
			       struct invite_row *ret_row)
{
	bool sound;

	if (!db_row(work->db, st))
		return FOUND_NONE;
	sound = read_invite(work, st, ret_row);
	db_done(st);
	return sound ? FOUND_ONE : FOUND_DAMAGED;
}

bool find_invite_row(const struct work *work, struct statement *st,
		     struct invite_row *ret_row)
{
	enum found found = look_for_row(work, st, ret_row);

	return found == FOUND_DAMAGED ? db_damaged(work->db)
				      : found == FOUND_ONE;
}

static enum found look_for_invite(const struct work *work,
				  const struct sql *sql, int64_t id,
				  struct invite *ret_invite)
{
	struct statement *st = db_statement(work->db, sql);
	struct invite_row row;
	enum found found;

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, work->organization);
	found = look_for_row(work, st, &row);
	if (found == FOUND_ONE)
		*ret_invite = row.invite;
	return found;
}

bool find_invite(const struct work *work, const struct sql *sql, int64_t id,
		 struct invite *ret_invite)
{
	enum found found = look_for_invite(work, sql, id, ret_invite);

	return found == FOUND_DAMAGED ? db_damaged(work->db)
				      : found == FOUND_ONE;
}

/* A withdrawn invite (state 2) is no longer found by its address or
 * external_id, and gives up its entries in those indexes: there may be any
 * number of withdrawn ones. When it ended is recorded beside its expiry, which
 * stays, since a list may continue from it. */
#define LET_GO(id, state, now)                                                 \
	"SET slot = " id ", state = " state ", external_id = CASE CAST(" state \
	" AS BIGINT)"                                                          \
	" WHEN 2 THEN NULL ELSE external_id END"                               \
	", address_hash = CASE CAST(" state " AS BIGINT)"                      \
	" WHEN 2 THEN " id " ELSE address_hash END,"                           \
	" declined_at = CASE WHEN CAST(" state " AS BIGINT) = 2"               \
	" AND declined_at = 0 THEN " now " ELSE declined_at END"
#define LET_GO_EACH LET_GO("i.id", "r.state", "r.now")
#define LET_GO_ONE  LET_GO("id", "?3", "?4")
STATEMENT(invite_let_go_many,
	  .pgsql = "UPDATE invite i " LET_GO_EACH
		   " FROM unnest(?1::bigint[], ?2::bigint[], ?3::bigint[],"
		   " ?4::bigint[]) r(id, organization, state, now)"
		   " WHERE i.id = r.id AND i.organization = r.organization");
STATEMENT(invite_let_go,
	  .text = "UPDATE invite " LET_GO_ONE
		  " WHERE id = ?1 AND organization = ?2",
	  .many = &sql_invite_let_go_many);

void invite_release_address(const struct work *work,
			    const struct invite *invite,
			    enum invite_state state)
{
	struct statement *st = db_statement(work->db, &sql_invite_let_go);

	db_bind_i64(st, 1, invite->id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, state);
	db_bind_i64(st, 4, work->now);
	db_run(work->db, st);
	drop_mail(work, invite);
}

/* ---- create ---- */

STATEMENT(invite_holders,
	  .text = "SELECT " INVITE_COLUMNS " FROM invite"
		  " WHERE organization = ?1 AND address_hash = ?2"
		  " AND slot <= 0",
	  .pgsql = "SELECT " INVITE_COLUMNS " FROM invite"
		   " WHERE organization = ?1 AND address_hash = ?2"
		   " AND slot <= 0 ORDER BY slot FOR UPDATE");

bool find_open(const struct work *work, struct creation *creation)
{
	struct statement *st = db_statement(work->db, &sql_invite_holders);
	bool found = false;

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, creation->hash);
	while (db_row(work->db, st)) {
		struct invite_row holder;

		if (!read_invite(work, st, &holder)) {
			(void)db_damaged(work->db);
		} else if (strcmp(holder.invite.email_key,
				  creation->in->email.key) == 0) {
			creation->open = holder.invite;
			found = true;
		} else if (holder.slot == 0) {
			creation->slot_taken = true;
		}
	}
	return found;
}

bool default_grants(struct arena *arena, int64_t project,
		    struct grants *ret_grants)
{
	struct grant *grant = arena_alloc(arena, sizeof(*grant));

	if (!grant)
		return false;
	*grant = (struct grant){ project, PROJECT_MEMBER };
	*ret_grants = (struct grants){ grant, 1 };
	return true;
}

static enum result use_default_project(const struct work *work,
				       struct creation *creation)
{
	struct organization organization;

	if (!find_organization(work, work->organization, &organization))
		return RESULT_KEY_UNKNOWN;
	if (!default_grants(work->arena, organization.default_project,
			    &creation->grants))
		return RESULT_OUT_OF_MEMORY;
	return RESULT_OK;
}

enum result check_projects(const struct work *work, struct grants grants,
			   size_t *ret_index)
{
	struct project *projects;
	size_t count;

	projects =
	    arena_array(work->arena, grants.count + 1, sizeof(*projects));
	if (!projects)
		return RESULT_OUT_OF_MEMORY;
	count = find_projects(work, grants, projects);
	for (size_t i = 0; i < grants.count; i++) {
		const struct project *project = project_among(
		    projects, count, work->organization, grants.at[i].project);

		*ret_index = i;
		if (!project)
			return RESULT_PROJECT_NOT_FOUND;
		if (project->archived_at)
			return RESULT_PROJECT_ARCHIVED;
	}
	return RESULT_OK;
}

struct project_texts project_texts_of(struct db *db, struct arena *arena,
				      struct grants grants)
{
	struct project_texts texts = { grants_format(arena, grants), NULL };
	struct grants sorted;

	if (grants_are_sorted(grants) && texts.sorted)
		return texts;
	texts.sent = texts.sorted;
	texts.sorted = texts.sent && grants_sort(arena, grants, &sorted) == 0
			   ? grants_format(arena, sorted)
			   : NULL;
	if (!texts.sorted)
		db_no_memory(db);
	return texts;
}

const char *key_unless_email(const char *email, const char *key)
{
	return email && key && strcmp(email, key) != 0 ? key : NULL;
}

STATEMENT(invite_insert, .text = INSERT_OF("invite", INVITE_TABLE));

static void insert_invite(const struct work *work,
			  const struct creation *creation)
{
	const struct invite *invite = &creation->out->invite;
	struct project_texts projects =
	    project_texts_of(work->db, work->arena, invite->grants);
	const struct invite_row row = {
		.invite = *invite,
		.address_hash = creation->hash,
		.slot = creation->slot_taken ? -invite->id : 0,
		.email_key = key_unless_email(invite->email, invite->email_key),
		.projects = projects.sorted,
		.projects_sent = projects.sent,
		.inviter_key = key_unless_email(invite->inviter.email,
						creation->inviter_key),
	};
	struct statement *st = db_statement(work->db, &sql_invite_insert);

	table_bind(&invite_table, st, &row);
	db_run(work->db, st);
}

void invite_begin(struct work *work, const struct invite_create_in *in,
		  struct grants grants, int64_t id,
		  struct invite_create_out *out)
{
	bool mail = in->queue_mail;

	out->invite = (struct invite){
		.id = id,
		.organization = work->organization,
		.email = in->email.typed,
		.email_key = in->email.key,
		.role = in->role,
		.grants = grants,
		.inviter = { in->inviter_name, in->inviter_email.typed },
		.locale = in->locale,
		.metadata = in->metadata,
		.external_id = in->external_id,
		.reminder = in->remind ? REMINDER_WANTED : REMINDER_UNWANTED,
		.state = INVITE_OPEN,
		.created_at = work->now,
		.expires_at = work->now + in->ttl_seconds,
		.delivery = { .status = mail ? DELIVERY_QUEUED : DELIVERY_NONE,
			      .updated_at = mail ? work->now : 0 },
	};
	secret_hash(in->secret, out->invite.secret_hash);
	out->created = true;
	out->link = !mail;
	work->mail_queued = mail;
}

STATEMENT(invite_owner, .text = "SELECT name, email, email_key FROM \"user\""
				" WHERE id = ?1 AND organization = ?2"
				" AND removed_at = 0");

/* If the create names no inviter: the owner of the key, by the present name. */
static void find_inviter(const struct work *work, struct creation *creation)
{
	struct inviter *inviter = &creation->inviter;
	struct statement *st;

	if (inviter_called(inviter) || !work->actor.user)
		return;
	st = db_statement(work->db, &sql_invite_owner);
	db_bind_i64(st, 1, work->actor.user);
	db_bind_i64(st, 2, work->organization);
	if (!db_row(work->db, st))
		return;
	if (column_bytes(st, 0).len > 0)
		inviter->name = column_text(st, work->arena, 0);
	inviter->email = column_text(st, work->arena, 1);
	creation->inviter_key = column_text(st, work->arena, 2);
	db_done(st);
}

static void create_new(struct work *work, const struct creation *creation)
{
	const struct invite_create_in *in = creation->in;
	int64_t id = work_id(work);

	invite_begin(work, in, creation->grants, id, creation->out);
	creation->out->invite.inviter = creation->inviter;
	insert_invite(work, creation);
	if (in->queue_mail) {
		queue_mail(work, id, in->secret, LETTER_INVITATION);
		limits_count_mail(work, in->email.key);
	}
	limits_count_invite(work);
	work_audit(work, AUDIT_INVITE_SENT, id);
}

/* What opens an invite, and its mail. */
#define LINK_TABLE(FIRST, MORE)                                             \
	FIRST(BYTES, "secret_hash", struct invite, secret_hash)             \
	MORE(BYTES_OR_NULL, "other_hash", struct invite, other_hash)        \
	MORE(NUMBER, "reminded_at", struct invite, reminded_at)             \
	MORE(WORD, "delivery", struct invite, delivery.status,              \
	     &delivery_statuses)                                            \
	MORE(NUMBER, "delivery_attempts", struct invite, delivery.attempts) \
	MORE(NUMBER, "delivery_at", struct invite, delivery.updated_at)     \
	MORE(TEXT, "delivery_error", struct invite, delivery.last_error)
COLUMNS(link, LINK_TABLE);

STATEMENT(invite_link, .text = UPDATE_OF("invite", LINK_TABLE));

void write_link(const struct work *work, const struct invite *invite)
{
	struct statement *st = db_statement(work->db, &sql_invite_link);

	table_bind(&link_columns, st, invite);
	db_bind_i64(st, COLUMN_BEHIND(&link_columns) + 1, invite->id);
	db_bind_i64(st, COLUMN_BEHIND(&link_columns) + 2, work->organization);
	db_run(work->db, st);
}

void renew_link(struct work *work, const uint8_t secret[SECRET_SIZE], bool mail,
		struct invite *invite)
{
	uint8_t hash[SHA256_SIZE];

	/* Also a mail that was given up as expired because of a wrong clock. */
	drop_mail(work, invite);
	secret_hash(secret, hash);
	invite_renew_link(invite, hash);
	invite->delivery = (struct delivery){
		.status = mail ? DELIVERY_QUEUED : DELIVERY_NONE,
		.updated_at = mail ? work->now : 0,
	};
	write_link(work, invite);
	if (mail) {
		queue_mail(work, invite->id, secret, LETTER_INVITATION);
		limits_count_mail(work, invite->email_key);
	}
}

static bool mails_again(const struct invite_create_in *in,
			enum delivery_status before)
{
	return in->queue_mail &&
	       (before == DELIVERY_FAILED || before == DELIVERY_NONE);
}

/*
 * The same invite once more. Nothing happens, except in two cases where the
 * caller would be left with nothing: a caller whose link was lost with the
 * answer gets a new link; a caller whose mail failed permanently, or who wants
 * a mail after wanting only a link, gets a mail. The earlier link then stops
 * working.
 */
static void create_again(struct work *work, const struct creation *creation,
			 const struct invite *open)
{
	const struct invite_create_in *in = creation->in;
	struct invite_create_out *out = creation->out;
	enum delivery_status delivery = open->delivery.status;

	out->invite = *open;
	out->link = !in->queue_mail && delivery == DELIVERY_NONE;
	if (!out->link && !mails_again(in, delivery))
		return;
	renew_link(work, in->secret, in->queue_mail, &out->invite);
	work_audit(work, AUDIT_INVITE_RENEWED, open->id);
}

void invite_supersede(const struct work *work, const struct invite *expired)
{
	invite_release_address(work, expired, INVITE_OPEN);
	if (invite_mail_waits(expired))
		record_too_late(work, expired->id, expired->delivery.attempts);
}

struct creation creation_of(const struct work *work,
			    const struct invite_create_in *in,
			    struct invite_create_out *out)
{
	return (struct creation){
		.in = in,
		.inviter = { in->inviter_name, in->inviter_email.typed },
		.inviter_key = in->inviter_email.key,
		.out = out,
		.grants = in->grants,
		.hash = hash63(work->db->hash_key, str_of(in->email.key)),
	};
}

struct asked asked_by(const struct creation *creation)
{
	return (struct asked){ creation->in->role, creation->grants,
			       creation->in->external_id };
}

bool takes_seat(const struct creation *creation)
{
	return creation->verdict == CREATE_NEW ||
	       creation->verdict == CREATE_SUPERSEDE;
}

/* Of the mail that it will have sent, if any. */
static enum result check_mail(const struct work *work,
			      const struct creation *creation)
{
	const struct invite_create_in *in = creation->in;
	bool mails = takes_seat(creation)
			 ? in->queue_mail
			 : mails_again(in, creation->open.delivery.status);

	return mails ? limits_check_mail(work, in->email.key, creation->out)
		     : RESULT_OK;
}

enum result creation_check(const struct work *work, struct creation *creation)
{
	const struct invite_create_in *in = creation->in;
	enum result result;
	bool found;

	limits_hold(work);
	/* In this order: if another daemon is accepting the open invite, it has
	 * it locked, and the person is a member once we get the lock. */
	found = find_open(work, creation);
	result = check_address(work, in->email.key, creation->hash);
	if (result == RESULT_OK && in->default_project)
		result = use_default_project(work, creation);
	if (result != RESULT_OK)
		return result;
	creation->verdict = invite_on_create(found ? &creation->open : NULL,
					     asked_by(creation), work->now);
	switch (creation->verdict) {
	case CREATE_REPLAY:
		return check_mail(work, creation);
	case CREATE_CONFLICT:
		creation->out->invite = creation->open;
		if (!in->replace)
			return RESULT_INVITE_EXISTS;
		break;
	case CREATE_SUPERSEDE:
	case CREATE_NEW:
		break;
	}
	find_inviter(work, creation);
	if (!in->default_project)
		result = check_projects(work, creation->grants,
					&creation->out->index);
	if (result == RESULT_OK)
		result =
		    external_id_check(work, in->external_id, creation->open.id,
				      &creation->namesake, creation->out);
	if (result == RESULT_OK && takes_seat(creation))
		result = limits_check(work, creation);
	return result == RESULT_OK ? check_mail(work, creation) : result;
}

/* The pending invite gets the grants of this create, as if it had been created
 * with them. */
static void replace_grants(struct work *work, const struct creation *creation)
{
	const struct invite_change_in change = {
		.has_role = true,
		.role = creation->in->role,
		.has_grants = true,
		.grants = creation->grants,
		.has_external_id = true,
		.external_id = creation->in->external_id,
		.ttl_seconds = creation->in->ttl_seconds,
	};
	struct invite open = creation->open;

	change_invite(work, &change, &open);
	create_again(work, creation, &open);
}

void creation_write(struct work *work, const struct creation *creation)
{
	if (creation->namesake.id)
		invite_supersede(work, &creation->namesake);
	switch (creation->verdict) {
	case CREATE_REPLAY:
		create_again(work, creation, &creation->open);
		return;
	case CREATE_CONFLICT:
		replace_grants(work, creation);
		return;
	case CREATE_SUPERSEDE:
		invite_supersede(work, &creation->open);
		break;
	case CREATE_NEW:
		break;
	}
	create_new(work, creation);
}

static enum result invite_create(struct work *work, const void *input,
				 void *output)
{
	struct creation creation = creation_of(work, input, output);
	enum result result = creation_check(work, &creation);

	if (result == RESULT_OK)
		creation_write(work, &creation);
	return result;
}

const struct verb verb_invite_create = {
	VERB(invite_create),
	.size_in = sizeof(struct invite_create_in),
	.size_out = sizeof(struct invite_create_out),
	.run = invite_create,
	.together = &pgsql_create,
};

/* ---- get ---- */

STATEMENT(invite_get,
	  .text = "SELECT " INVITE_COLUMNS " FROM invite"
		  " WHERE id = ?1 AND organization = ?2 AND state <> 2");

static enum result invite_get(struct work *work, const void *input,
			      void *output)
{
	const struct id_in *in = input;
	struct invite_out *out = output;

	if (!find_invite(work, &sql_invite_get, in->id, &out->invite))
		return RESULT_INVITE_NOT_FOUND;
	return RESULT_OK;
}

const struct verb verb_invite_get = {
	VERB(invite_get),
	.flags = VERB_READ,
	.size_in = sizeof(struct id_in),
	.size_out = sizeof(struct invite_out),
	.run = invite_get,
};
