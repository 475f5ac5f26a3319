/*
 * expiry.c: sends reminders before invites expire, and tells webhooks once they
 * have.
 *
 * Both walk the index of open invites by expiry, to which a create adds at its
 * end. A walk goes on where the last one ended, at its mark: so each invite is
 * looked at once, however many there are. Reminders are due some hours before
 * the expiry, so their walk is that far ahead of the clock.
 *
 * Looking changes nothing; settling takes what was found, so that the invites
 * can be locked in order. An invite may have changed in between, so what to do
 * with it is decided once it is locked.
 */
#include "base/base.h"

#include "store/invites/expiry.h"

#include "base/clock.h"
#include "core/event.h"
#include "store/invites/create.h"
#include "store/lock.h"
#include "store/rows.h"

/* ---- how far it went ---- */

static const char *const kind_words[] = {
	[EXPIRY_REMINDER] = "reminder",
	[EXPIRY_PASSED] = "passed",
};
static const struct vocabulary expiry_kinds = VOCABULARY(kind_words);

struct mark_row {
	int64_t organization;
	enum expiry_kind kind;
	struct expiry_mark mark;
};

#define MARK_TABLE(FIRST, MORE)                                      \
	FIRST(NUMBER, "organization", struct mark_row, organization) \
	MORE(WORD, "kind", struct mark_row, kind, &expiry_kinds)     \
	MORE(NUMBER, "expires_at", struct mark_row, mark.expires_at) \
	MORE(NUMBER, "invite", struct mark_row, mark.invite)
TABLE(invite_mark, "invite_mark", MARK_TABLE);

STATEMENT(expiry_mark_get, .text = "SELECT expires_at, invite"
				   " FROM invite_mark"
				   " WHERE organization = ?1 AND kind = ?2");
STATEMENT(expiry_mark_set,
	  .text = INSERT_OF("invite_mark", MARK_TABLE) " ON CONFLICT"
						       "(organization, kind)"
						       " DO UPDATE SET"
						       " expires_at ="
						       " excluded.expires_at,"
						       " invite ="
						       " excluded.invite");
STATEMENT(expiry_mark_delete, .text = "DELETE FROM invite_mark"
				      " WHERE organization = ?1 AND kind = ?2");

static struct expiry_mark find_mark(const struct work *work,
				    enum expiry_kind kind)
{
	struct statement *st = db_statement(work->db, &sql_expiry_mark_get);
	struct expiry_mark mark = { 0 };

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, kind);
	if (db_row(work->db, st)) {
		mark.expires_at = column_i64(st, 0);
		mark.invite = column_i64(st, 1);
		db_done(st);
	}
	return mark;
}

static void set_mark(const struct work *work, enum expiry_kind kind,
		     struct expiry_mark mark)
{
	const struct mark_row row = { work->organization, kind, mark };
	struct statement *st =
	    db_statement(work->db, mark.expires_at ? &sql_expiry_mark_set
						   : &sql_expiry_mark_delete);

	if (mark.expires_at) {
		table_bind(&invite_mark_table, st, &row);
	} else {
		db_bind_i64(st, 1, work->organization);
		db_bind_i64(st, 2, kind);
	}
	db_run(work->db, st);
}

/* ---- who wants it ---- */

/* Seconds before the expiry; 0: nobody is reminded. */
static int64_t reminder_lead(const struct organization_settings *settings)
{
	return settings->reminder_hours * (HOUR_MS / SECOND_MS);
}

#define EXPIRY_HOOKS(index)                                      \
	"SELECT 1 FROM webhook" index " WHERE organization = ?1" \
	" AND status = 1 AND (events & ?2) <> 0"                 \
	" ORDER BY organization, id LIMIT 1"
STATEMENT(expiry_hook, .text = EXPIRY_HOOKS(INDEXED_BY("webhook_list")),
	  .pgsql = EXPIRY_HOOKS(""));

/* Whether a webhook is told of those that have expired. */
static bool is_told(const struct work *work)
{
	struct statement *st = db_statement(work->db, &sql_expiry_hook);
	bool found;

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, event_bit(EVENT_INVITE_EXPIRED));
	found = db_row(work->db, st);
	if (found)
		db_done(st);
	return found;
}

/* How far a walk goes now; 0: it is not wanted. */
static int64_t end_of(const struct work *work, enum expiry_kind kind)
{
	struct organization_settings settings;
	int64_t lead;

	if (kind == EXPIRY_PASSED)
		return is_told(work) ? work->now : 0;
	find_settings(work, &settings);
	lead = reminder_lead(&settings);
	return lead ? work->now + lead : 0;
}

/* ---- look ---- */

#define EXPIRING_AT                                                    \
	"SELECT * FROM (SELECT id, expires_at FROM invite" INDEXED_BY( \
	    "invite_expiry") " WHERE organization = ?1"                \
			     " AND state = 0 AND "
#define EXPIRY_ORDER " ORDER BY expires_at, id LIMIT ?5"
STATEMENT(expiry_page,
	  .text = EXPIRING_AT
	  "expires_at = ?2 AND id > ?3" EXPIRY_ORDER ") UNION ALL " EXPIRING_AT
	  "expires_at > ?2 AND expires_at <= ?4" EXPIRY_ORDER ")" EXPIRY_ORDER,
	  .pgsql = "SELECT id, expires_at FROM invite"
		   " WHERE (state = 0 OR state = 3)"
		   " AND (organization, state, expires_at, id)"
		   " > (?1, 0, ?2, ?3)"
		   " AND (organization, state, expires_at) <= (?1, 0, ?4)"
		   " ORDER BY organization, state, expires_at, id LIMIT ?5");

static void find_page(const struct work *work, struct expiry_mark from,
		      int64_t until, struct expiry_look_out *out)
{
	struct statement *st = db_statement(work->db, &sql_expiry_page);

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, from.expires_at);
	db_bind_i64(st, 3, from.invite);
	db_bind_i64(st, 4, until);
	db_bind_i64(st, 5, EXPIRY_AT_ONCE + 1);
	while (db_row(work->db, st)) {
		if (out->count == EXPIRY_AT_ONCE) {
			out->has_more = true;
			continue;
		}
		out->invites[out->count++] = column_i64(st, 0);
		out->mark = (struct expiry_mark){ column_i64(st, 1),
						  column_i64(st, 0) };
	}
}

/*
 * The first walk begins with what expires from now on: what expired before is
 * no news, and has to be told apart from what expires until the next. A mark in
 * the future was left by a wrong clock: the walk goes on from the right time,
 * and looks at some invites again.
 */
static enum result expiry_look(struct work *work, const void *input,
			       void *output)
{
	const struct expiry_look_in *in = input;
	struct expiry_look_out *out = output;
	struct expiry_mark mark = find_mark(work, in->kind);
	int64_t until = end_of(work, in->kind);

	if (until == 0) {
		out->due = mark.expires_at != 0;
		return RESULT_OK;
	}
	out->due = mark.expires_at > until ||
		   (mark.expires_at == 0 && in->kind == EXPIRY_PASSED);
	if (mark.expires_at == 0)
		mark = (struct expiry_mark){ work->now, INT64_MAX };
	else if (mark.expires_at > until)
		mark = (struct expiry_mark){ until, INT64_MAX };
	out->mark = mark;
	find_page(work, mark, until, out);
	out->due = out->due || out->count > 0;
	return RESULT_OK;
}

const struct verb verb_expiry_look = {
	VERB(expiry_look),
	.flags = VERB_READ,
	.size_in = sizeof(struct expiry_look_in),
	.size_out = sizeof(struct expiry_look_out),
	.run = expiry_look,
};

/* ---- settle ---- */

static void lock_all(const void *input, int64_t organization,
		     struct lock_set *set)
{
	const struct expiry_settle_in *in = input;

	(void)organization;
	for (size_t i = 0; i < in->count; i++)
		lock_set_add(set, LOCK_INVITE, in->invites[i]);
}

static void remind(struct work *work, const uint8_t secret[SECRET_SIZE],
		   struct invite *invite)
{
	uint8_t hash[SHA256_SIZE];

	secret_hash(secret, hash);
	invite_remind(invite, hash, work->now);
	invite->delivery = (struct delivery){ .status = DELIVERY_QUEUED,
					      .updated_at = work->now };
	write_link(work, invite);
	/* No mail can wait in a sound database; if one does, the others are
	 * reminded all the same. */
	work_run_for(work, &sql_outbox_delete, invite->id);
	queue_mail(work, invite->id, secret, LETTER_REMINDER);
	work_audit(work, AUDIT_INVITE_REMINDED, invite->id);
}

STATEMENT(expiry_told, .text = "UPDATE invite SET expiry_told = expires_at"
			       " WHERE id = ?1 AND organization = ?2");

static void tell(const struct work *work, const struct invite *invite)
{
	work_run_for(work, &sql_expiry_told, invite->id);
	work_event(work, EVENT_INVITE_EXPIRED, invite->id);
}

/* Row by row on PostgreSQL, which may look for a list of ids through all
 * invites of the organization. */
#define EXPIRY_TAKE "SELECT " INVITE_COLUMNS " FROM invite WHERE "
STATEMENT(expiry_take,
	  .text = EXPIRY_TAKE "+organization = ?1"
			      " AND id IN (SELECT value FROM json_each(?2))",
	  .pgsql = "SELECT i.* FROM (SELECT DISTINCT g::bigint AS id"
		   " FROM json_array_elements_text(?2::json) g ORDER BY 1) w,"
		   " LATERAL (" EXPIRY_TAKE "organization = ?1 AND id = w.id"
		   " LIMIT 1 FOR UPDATE) i");

/* Damaged ones are left alone. */
static size_t take_invites(const struct work *work,
			   const struct expiry_settle_in *in,
			   struct invite *invites)
{
	struct statement *st = db_statement(work->db, &sql_expiry_take);
	struct buf list;
	size_t count = 0;

	id_list_begin(&list, in->count);
	for (size_t i = 0; i < in->count; i++)
		id_list_add(&list, in->invites[i]);
	db_bind_i64(st, 1, work->organization);
	id_list_bind(&list, st, 2);
	while (db_row(work->db, st)) {
		struct invite_row row;

		if (read_invite(work, st, &row))
			invites[count++] = row.invite;
	}
	buf_release(&list);
	return count;
}

static enum result expiry_settle(struct work *work, const void *input,
				 void *output)
{
	const struct expiry_settle_in *in = input;
	struct expiry_settle_out *out = output;
	struct invite *invites =
	    arena_array(work->arena, in->count + 1, sizeof(*invites));
	struct organization_settings settings;
	int64_t lead;
	size_t count;

	if (!invites)
		return RESULT_OUT_OF_MEMORY;
	find_settings(work, &settings);
	lead = in->kind == EXPIRY_REMINDER ? reminder_lead(&settings) : 0;
	count = take_invites(work, in, invites);
	for (size_t i = 0; i < count; i++) {
		struct invite *invite = &invites[i];

		if (invite_wants_reminder(invite, lead, work->now) &&
		    limits_spare_mail(work, &settings, invite->email_key))
			remind(work, in->secrets[i], invite);
		else if (in->kind == EXPIRY_PASSED &&
			 invite_expiry_is_news(invite, work->now))
			tell(work, invite);
		else
			continue;
		out->count++;
	}
	set_mark(work, in->kind, in->mark);
	return RESULT_OK;
}

/* If nobody is reminded there is no event, and doing it twice does no harm. */
const struct verb verb_expiry_settle = {
	VERB(expiry_settle),
	.size_in = sizeof(struct expiry_settle_in),
	.size_out = sizeof(struct expiry_settle_out),
	.locks = lock_all,
	.run = expiry_settle,
};
