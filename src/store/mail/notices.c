/*
 * notices.c: mails about keys, to whoever they belong to, and about invites, to
 * whoever invited.
 *
 * They wait in the outbox as invitations do, under an id of their own, with
 * nothing but the key or invite and the recipient. Their text is made when they
 * are sent, so that nobody is told of a key that has ended meanwhile, and
 * nobody who has left is told anything.
 */
#include "base/base.h"

#include "store/mail/notices.h"

#include "base/clock.h"
#include "core/access.h"
#include "store/rows.h"

/* ---- queue ---- */

STATEMENT(notice_insert,
	  .text = "INSERT INTO outbox(invite, organization, secret,"
		  " queued_at_ms, due_at_ms, attempts, kind, subject,"
		  " recipient) VALUES(?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8)");

static void queue_for(struct work *work, enum mail_kind kind, int64_t subject,
		      int64_t user)
{
	static const uint8_t no_secret[SECRET_SIZE];
	struct statement *st = db_statement(work->db, &sql_notice_insert);

	db_bind_i64(st, 1, work_id(work));
	db_bind_i64(st, 2, work->organization);
	db_bind_blob(st, 3, no_secret, SECRET_SIZE);
	db_bind_i64(st, 4, work->now_ms);
	db_bind_i64(st, 5, lease_now(work));
	db_bind_i64(st, 6, kind);
	db_bind_i64(st, 7, subject);
	db_bind_i64(st, 8, user);
	db_run(work->db, st);
	work->mail_queued = true;
}

#define NOTICE_OWNERS(index)                                             \
	"SELECT o.id FROM \"user\" o" index " WHERE o.organization = ?1" \
	" AND " IS_OWNER("o") " ORDER BY o.id LIMIT ?2"

STATEMENT(notice_owners, .text = NOTICE_OWNERS(INDEXED_BY("user_owner")),
	  .pgsql = NOTICE_OWNERS(""));

void queue_notice(struct work *work, enum mail_kind kind, int64_t key,
		  int64_t user)
{
	int64_t owners[NOTICE_OWNERS_MAX] = { user };
	size_t count = user != 0;
	struct statement *st;

	if (!user) {
		st = db_statement(work->db, &sql_notice_owners);
		db_bind_i64(st, 1, work->organization);
		db_bind_i64(st, 2, NOTICE_OWNERS_MAX);
		while (db_row(work->db, st))
			owners[count++] = column_i64(st, 0);
	}
	for (size_t i = 0; i < count; i++)
		queue_for(work, kind, key, owners[i]);
}

/* Who invited: the member who has the address, or 0; and whether somebody had
 * it who was removed (see erasure.c for how they are found). */
#define INVITER_KEY "coalesce(i.inviter_key, i.inviter_email)"
STATEMENT(invite_inviter,
	  .text = "SELECT coalesce(u.id, 0), coalesce((SELECT r.id"
		  " FROM \"user\" r WHERE r.organization = i.organization"
		  " AND r.email_key >= " INVITER_KEY " || ' '"
		  " AND r.email_key < " INVITER_KEY " || '!' LIMIT 1), 0)"
		  " FROM invite i LEFT JOIN \"user\" u"
		  " ON u.organization = i.organization"
		  " AND u.email_key = " INVITER_KEY
		  " WHERE i.id = ?1 AND i.organization = ?2"
		  " AND i.inviter_email IS NOT NULL");

void tell_inviter(struct work *work, enum mail_kind kind,
		  const struct invite *invite)
{
	struct statement *st = db_statement(work->db, &sql_invite_inviter);
	bool known, gone = false;
	int64_t user = 0;

	db_bind_i64(st, 1, invite->id);
	db_bind_i64(st, 2, work->organization);
	known = db_row(work->db, st);
	if (known) {
		user = column_i64(st, 0);
		gone = column_i64(st, 1) != 0;
		db_done(st);
	}
	if (known && (user || !gone))
		queue_for(work, kind, invite->id, user);
	else
		queue_notice(work, kind, invite->id, 0);
}

/* ---- claim ---- */

/* Of an invite, to a user, or to the address that it names as who invited. */
#define NOTICE_COLUMNS(now)                                                    \
	"SELECT n.invite, n.organization, n.kind, n.queued_at_ms,"             \
	" n.attempts, coalesce(s.display_name, g.name),"                       \
	" coalesce(u.email, i.inviter_email), coalesce(u.email_key,"           \
	" i.inviter_key, i.inviter_email), coalesce(k.name,"                   \
	" a.name, h.url), coalesce(k.redacted, a.redacted), k.expires_at,"     \
	" k.revoked_at, p.name, n.subject, s.locale, s.sender_email,"          \
	" s.sender_name, v.email, v.state, v.expires_at,"                      \
	" v.resend_requested_at FROM (SELECT * FROM outbox"                    \
	" WHERE kind > 0 AND due_at_ms <= " now " ORDER BY due_at_ms, invite " \
	"LIMIT ?3"
#define NOTICE_JOINS                                                \
	") n LEFT JOIN organization g ON g.id = n.organization"     \
	" LEFT JOIN organization_settings s"                        \
	" ON s.organization = n.organization LEFT JOIN"             \
	" \"user\" u ON u.organization = n.organization"            \
	" AND u.id = n.recipient AND +u.removed_at = 0"             \
	" LEFT JOIN project_key k ON k.id = n.subject"              \
	" AND k.organization = n.organization"                      \
	" LEFT JOIN admin_key a ON a.id = n.subject"                \
	" AND a.organization = n.organization"                      \
	" LEFT JOIN webhook h ON h.id = n.subject"                  \
	" AND h.organization = n.organization AND n.kind = 5"       \
	" LEFT JOIN project p ON p.organization = k.organization"   \
	" AND p.id = k.project"                                     \
	" LEFT JOIN invite v ON v.id = n.subject"                   \
	" AND v.organization = n.organization AND n.kind IN (3, 4)" \
	" LEFT JOIN invite i ON i.id = v.id"                        \
	" AND i.organization = v.organization"                      \
	" AND n.recipient = 0 ORDER BY n.due_at_ms, n.invite"

STATEMENT(
    notice_due, .text = NOTICE_COLUMNS(LEASE_NOW_HERE) NOTICE_JOINS,
    .pgsql = NOTICE_COLUMNS(LEASE_NOW) " FOR UPDATE SKIP LOCKED" NOTICE_JOINS);

struct statement *ask_notices(const struct work *work, int limit)
{
	return ask_mails(work, &sql_notice_due, limit);
}

static void read_notice(const struct work *work, struct statement *st,
			struct outbox_mail *mail)
{
	struct arena *arena = work->arena;
	const char *name = column_text(st, arena, 5);

	*mail = (struct outbox_mail){
		.token.invite = column_i64(st, 0),
		.kind = (enum mail_kind)column_i64(st, 2),
		.queued_at_ms = column_i64(st, 3),
		.attempts = (int)column_i64(st, 4),
		.to = { .organization_name = name ? name : "",
			.settings = { .locale = column_text(st, arena, 14),
				      .sender_email =
					  column_text(st, arena, 15),
				      .sender_name =
					  column_text(st, arena, 16) },
			.invite = { .id = column_i64(st, 0),
				    .organization = column_i64(st, 1),
				    .email = column_text(st, arena, 6),
				    .email_key = column_text(st, arena, 7) } },
		.key = { .id = column_i64(st, 13),
			 .name = column_text(st, arena, 8),
			 .redacted = column_text(st, arena, 9),
			 .expires_at = column_i64(st, 10),
			 .revoked_at = column_i64(st, 11) },
		.project_name = column_text(st, arena, 12),
		.about = { .id = column_i64(st, 13),
			   .email = column_text(st, arena, 17),
			   .state = (enum invite_state)column_i64(st, 18),
			   .expires_at = column_i64(st, 19),
			   .resend_requested_at = column_i64(st, 20) },
	};
}

/* Not of an invite that was erased, nor of one that was sent again. */
static bool is_news(const struct work *work, enum mail_kind kind,
		    const struct invite *about)
{
	if (!about->email || !*about->email)
		return false;
	return kind == MAIL_OPTED_OUT ||
	       (about->resend_requested_at != 0 &&
		about->state == INVITE_OPEN &&
		invite_status(about, work->now) == STATUS_EXPIRED);
}

/* The recipient, and whether there is still something to tell. */
static bool is_wanted(const struct work *work, const struct outbox_mail *mail)
{
	const struct project_key *key = &mail->key;

	if (!mail->to.invite.email)
		return false;
	if (mail->kind == MAIL_OPTED_OUT || mail->kind == MAIL_REQUESTED)
		return is_news(work, mail->kind, &mail->about);
	if (mail->kind == MAIL_WEBHOOK)
		return key->name != NULL;
	if (!key->name || !key->redacted)
		return false;
	if (mail->kind == MAIL_KEY_LEAKED)
		return true;
	return mail->kind == MAIL_KEY_EXPIRES && mail->project_name &&
	       key->revoked_at == 0 && key->expires_at > work->now;
}

size_t read_notices(struct work *work, struct statement *st,
		    struct outbox_mail *mails, size_t limit)
{
	size_t count = 0, kept = 0;

	while (db_row(work->db, st)) {
		if (count < limit)
			read_notice(work, st, &mails[count++]);
	}
	for (size_t i = 0; i < count; i++) {
		work->organization = mails[i].to.invite.organization;
		if (is_wanted(work, &mails[i]))
			mails[kept++] = mails[i];
		else
			work_run_for(work, &sql_outbox_delete,
				     mails[i].token.invite);
	}
	return kept;
}

/* ---- warn ---- */

#define KEYS_TO_WARN                                               \
	"SELECT id, organization, \"user\", lifetime, expires_at," \
	" revoked_at, warned FROM project_key WHERE warn_at > 0"   \
	" AND warn_at <= ?1 ORDER BY warn_at LIMIT ?2"

/* Keys that another daemon is warning of just now are skipped. */
STATEMENT(key_warn_due, .text = KEYS_TO_WARN,
	  .pgsql = KEYS_TO_WARN " FOR UPDATE SKIP LOCKED");

STATEMENT(key_warn_done, .text = "UPDATE project_key SET warn_at = ?3,"
				 " warned = ?4 WHERE id = ?1"
				 " AND organization = ?2");

static void warn_of(struct work *work, const struct project_key *key)
{
	struct key_warning warning = key_warning_at(key, work->now);
	struct statement *st;

	work->organization = key->organization;
	if (warning.due && key->revoked_at == 0)
		queue_notice(work, MAIL_KEY_EXPIRES, key->id, key->user);
	st = db_statement(work->db, &sql_key_warn_done);
	db_bind_i64(st, 1, key->id);
	db_bind_i64(st, 2, key->organization);
	db_bind_i64(st, 3, key->revoked_at ? 0 : warning.next_at);
	db_bind_i64(st, 4, warning.given);
	db_run(work->db, st);
}

static enum result key_warn(struct work *work, const void *input, void *output)
{
	const struct key_warn_in *in = input;
	struct key_warn_out *out = output;
	struct project_key *keys =
	    arena_array(work->arena, (size_t)in->limit, sizeof(*keys));
	struct statement *st;

	if (!keys)
		return RESULT_OUT_OF_MEMORY;
	st = db_statement(work->db, &sql_key_warn_due);
	db_bind_i64(st, 1, work->now);
	db_bind_i64(st, 2, in->limit);
	while (db_row(work->db, st))
		keys[out->count++] = (struct project_key){
			.id = column_i64(st, 0),
			.organization = column_i64(st, 1),
			.user = column_i64(st, 2),
			.lifetime = column_i64(st, 3),
			.expires_at = column_i64(st, 4),
			.revoked_at = column_i64(st, 5),
			.warned = column_i64(st, 6),
		};
	for (size_t i = 0; i < out->count; i++)
		warn_of(work, &keys[i]);
	return RESULT_OK;
}

const struct verb verb_key_warn = {
	VERB(key_warn),
	.flags = VERB_REPEATABLE | VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct key_warn_in),
	.size_out = sizeof(struct key_warn_out),
	.run = key_warn,
};
