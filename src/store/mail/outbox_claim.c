/*
 * outbox_claim.c: which mails are due, and all that is needed to send them, in
 * as few queries as possible, however many mails there are.
 */
#include "base/base.h"

#include "base/buf.h"
#include "base/clock.h"
#include "core/backoff.h"
#include "store/mail/notices.h"
#include "store/mail/outbox.h"
#include "store/rows.h"

#define LOCKED_MS     50 /* that others may have a mail in hand, to claim it */
#define CLOSE_SECONDS 1	 /* the same */
#define LONGEST_MS    (BACKOFF_CEILING_MS + MINUTE_MS) /* that a mail waits */

STATEMENT(clock_ahead, .text = "SELECT 0 * ?1 * ?2",
	  .pgsql = "SELECT 0 * ?1::bigint + " CLOCK_AHEAD);

static void bind_clock(const struct work *work, struct statement *st)
{
	db_bind_i64(st, 1, work->now_ms);
	db_bind_i64(st, 2, clock_now_ms());
}

struct statement *ask_clock(const struct work *work)
{
	struct statement *st = db_statement(work->db, &sql_clock_ahead);

	bind_clock(work, st);
	db_ask(work->db, st);
	return st;
}

/* Sets by how much the clock that leases are by is ahead of ours. */
void take_clock(const struct work *work, struct statement *st)
{
	const int64_t close = CLOSE_SECONDS * SECOND_MS;
	int64_t ahead = 0;

	if (db_row(work->db, st)) {
		ahead = column_i64(st, 0);
		db_done(st);
	}
	if (-close < ahead && ahead < close)
		ahead = 0;
	work->db->clock_ahead_ms = ahead;
}

STATEMENT(outbox_far,
	  .text = "UPDATE outbox SET due_at_ms = " LEASE_NOW_HERE
		  " WHERE due_at_ms > " LEASE_NOW_HERE " + ?3",
	  .pgsql = "UPDATE outbox o SET due_at_ms = " LEASE_NOW " FROM"
		   " (SELECT organization, invite FROM outbox"
		   "  WHERE due_at_ms > " LEASE_NOW " + ?3"
		   "  FOR UPDATE SKIP LOCKED) far"
		   " WHERE o.organization = far.organization"
		   " AND o.invite = far.invite");

/* A mail due later than the longest pause was put off by a clock that is wrong
 * now, or was then. */
static void recall_far(const struct work *work)
{
	struct statement *st = db_statement(work->db, &sql_outbox_far);

	bind_clock(work, st);
	db_bind_i64(st, 3, LONGEST_MS);
	db_run(work->db, st);
}

#define DUE_COLUMNS                                                      \
	"due_invite, due_organization, due_secret, due_queued_at_ms, "   \
	"due_attempts, (SELECT o.name FROM organization o WHERE o.id = " \
	"due_organization), due_letter"
#define DUE COLUMN_BEHIND(&invite_table) /* the first of those */

#define DUE_MAILS(now, condition)                                          \
	"(SELECT invite AS due_invite, organization AS due_organization, " \
	"secret AS due_secret, queued_at_ms AS due_queued_at_ms, "         \
	"attempts AS due_attempts, subject AS due_letter, due_at_ms "      \
	"FROM outbox "                                                     \
	"WHERE kind = 0 AND due_at_ms <= " now                             \
	" ORDER BY due_at_ms, invite LIMIT ?3" condition ") due"

#define MAILS_HERE DUE_MAILS(LEASE_NOW_HERE, "")
#define MAILS	   DUE_MAILS(LEASE_NOW, " FOR UPDATE SKIP LOCKED")

/*
 * The mails that are due, with their invites, in one query: each query to a
 * remote database is a round trip, for which others wait.
 *
 * Mails, and invites, that others have locked just now are skipped: so a claim
 * never waits for a lock.
 *
 * Citus locks rows of one organization only. There, read what is due without
 * the lock, and lease each by OUTBOX_RENEW: whoever changes the row has it.
 */
STATEMENT(outbox_due,
	  .text = "SELECT " INVITE_COLUMNS ", " DUE_COLUMNS " FROM " MAILS_HERE
		  " LEFT JOIN invite"
		  " ON id = due_invite AND organization = due_organization"
		  " ORDER BY due_at_ms, due_invite",
	  .pgsql = "SELECT " INVITE_COLUMNS ", " DUE_COLUMNS " FROM " MAILS
		   " JOIN invite"
		   " ON id = due_invite AND organization = due_organization"
		   " ORDER BY due_at_ms, due_invite"
		   " FOR UPDATE OF invite SKIP LOCKED");

static void read_mail(const struct work *work, struct statement *st,
		      struct outbox_mail *mail)
{
	struct arena *arena = work->arena;
	bool missing = column_i64(st, 0) == 0;
	struct invite_row row;
	struct str secret = column_bytes(st, DUE + 2);

	*mail = (struct outbox_mail){
		.token.invite = column_i64(st, DUE),
		.queued_at_ms = column_i64(st, DUE + 3),
		.attempts = (int)column_i64(st, DUE + 4),
		.to.organization_name = column_text(st, arena, DUE + 5),
		.letter = column_i64(st, DUE + 6) == LETTER_REMINDER
			      ? LETTER_REMINDER
			      : LETTER_INVITATION,
	};
	if (!missing && read_invite(work, st, &row))
		mail->to.invite = row.invite;
	else
		mail->damaged = !missing;
	/* Where the invite is missing this is not in its columns. */
	mail->to.invite.organization = column_i64(st, DUE + 1);
	if (secret.len == SECRET_SIZE)
		memcpy(mail->token.secret, secret.data, SECRET_SIZE);
	mail->to.settings = settings_default(mail->to.invite.organization);
	if (!mail->to.organization_name)
		mail->to.organization_name = "";
}

struct statement *ask_mails(const struct work *work, const struct sql *sql,
			    int limit)
{
	struct statement *st = db_statement(work->db, sql);

	bind_clock(work, st);
	db_bind_i64(st, 3, limit);
	db_ask(work->db, st);
	return st;
}

static size_t read_due(const struct work *work, struct statement *st,
		       struct outbox_mail *mails)
{
	size_t count = 0;

	while (db_row(work->db, st))
		read_mail(work, st, &mails[count++]);
	return count;
}

STATEMENT(outbox_lease, .text = "UPDATE outbox SET due_at_ms = ?3,"
				" unreached = 0"
				" WHERE invite = ?1 AND organization = ?2");

static void set_due(const struct work *work, const struct outbox_mail *mail,
		    int64_t due_ms)
{
	struct statement *st = db_statement(work->db, &sql_outbox_lease);

	db_bind_i64(st, 1, mail->token.invite);
	db_bind_i64(st, 2, mail->to.invite.organization);
	db_bind_i64(st, 3, due_ms);
	db_run(work->db, st);
}

/* Failed; but its row stays until a look an hour later: the clock that says so
 * may be wrong for a moment. */
static void expire(const struct work *work, const struct outbox_mail *mail)
{
	if (mail->to.invite.delivery.status == DELIVERY_FAILED) {
		work_run_for(work, &sql_outbox_delete, mail->token.invite);
		return;
	}
	set_due(work, mail, lease_now(work) + BACKOFF_CEILING_MS);
	record_too_late(work, mail->token.invite, mail->attempts);
}

/* Whether the mail should still go. */
static bool is_wanted(struct work *work, const struct outbox_mail *mail)
{
	const struct invite *invite = &mail->to.invite;

	work->organization = invite->organization;
	if (mail->damaged) {
		set_due(work, mail, lease_now(work) + BACKOFF_CEILING_MS);
		return false;
	}
	if (invite->id == 0 || invite->state != INVITE_OPEN) {
		work_run_for(work, &sql_outbox_delete, mail->token.invite);
		return false;
	}
	if (invite_status(invite, lease_now(work) / 1000) == STATUS_EXPIRED) {
		expire(work, mail);
		return false;
	}
	return true;
}

STATEMENT(outbox_next, .text = "SELECT MIN(due_at_ms) FROM outbox");

/* When the next mail is due; 0: none waits. */
static int64_t next_due(const struct work *work, struct statement *st)
{
	int64_t due;

	if (!db_row(work->db, st))
		return 0;
	due = column_i64(st, 0);
	db_done(st);
	return due;
}

static struct statement *ask_next(const struct work *work)
{
	struct statement *st = db_statement(work->db, &sql_outbox_next);

	db_ask(work->db, st);
	return st;
}

/* ---- names for the mails ---- */

/* `projects` are in order. */
static void name_grants_of(const struct work *work, struct outbox_mail *mail,
			   const struct project *projects, size_t count)
{
	const struct invite *invite = &mail->to.invite;
	struct grants grants = invite->grants;

	mail->to.grants = arena_array(work->arena, grants.count + 1,
				      sizeof(*mail->to.grants));
	for (size_t i = 0; i < grants.count && mail->to.grants; i++) {
		const struct project *project =
		    project_among(projects, count, invite->organization,
				  grants.at[i].project);

		mail->to.grants[i] = (struct named_grant){
			.project_name = project ? project->name : "",
			.role = grants.at[i].role,
			.archived = project && project->archived_at != 0,
		};
	}
	if (!mail->to.grants)
		db_no_memory(work->db);
}

/* The projects of all the mails, in one query. */
static void name_all(const struct work *work, struct statement *st,
		     struct outbox_mail *mails, size_t count)
{
	struct project *projects;
	size_t in_all = 0, found = 0;

	for (size_t i = 0; i < count; i++)
		in_all += mails[i].to.invite.grants.count;
	projects = arena_array(work->arena, in_all + 1, sizeof(*projects));
	if (!projects) {
		db_no_memory(work->db);
		return;
	}
	while (found < in_all && db_row(work->db, st)) {
		if (!table_read(&project_table, work->arena, st,
				&projects[found++]))
			(void)db_damaged(work->db);
	}
	db_done(st);
	for (size_t i = 0; i < count; i++)
		name_grants_of(work, &mails[i], projects, found);
}

STATEMENT(outbox_lease_many,
	  .text = "UPDATE outbox SET due_at_ms = ?1, unreached = 0"
		  " WHERE organization = ?2 AND invite IN (SELECT value FROM "
		  "json_each(?3))",
	  .pgsql = "UPDATE outbox SET due_at_ms = ?1, unreached = 0"
		   " WHERE organization = ?2 AND invite" IN_ID_LIST("?3"));

/* Mails of one organization, too. */
static void lease(const struct work *work, int64_t until_ms,
		  struct outbox_mail *const *mails, size_t count)
{
	struct statement *st = db_statement(work->db, &sql_outbox_lease_many);
	struct buf list;

	id_list_begin(&list, count);
	for (size_t i = 0; i < count; i++) {
		mails[i]->leased_until_ms = until_ms;
		id_list_add(&list, mails[i]->token.invite);
	}
	db_bind_i64(st, 1, until_ms);
	db_bind_i64(st, 2, work->organization);
	id_list_bind(&list, st, 3);
	db_run(work->db, st);
	buf_release(&list);
}

static int compare_organizations(const void *left, const void *right)
{
	const struct outbox_mail *a = *(struct outbox_mail *const *)left;
	const struct outbox_mail *b = *(struct outbox_mail *const *)right;
	int64_t of_a = a->to.invite.organization;
	int64_t of_b = b->to.invite.organization;

	return (of_a > of_b) - (of_a < of_b);
}

/* Leases the mails, an organization at a time. */
static void take(struct work *work, int64_t until_ms, struct outbox_mail *mails,
		 size_t count)
{
	struct outbox_mail **sorted =
	    arena_array(work->arena, count + 1, sizeof(*sorted));
	size_t next;

	if (!sorted) {
		db_no_memory(work->db);
		return;
	}
	for (size_t i = 0; i < count; i++)
		sorted[i] = &mails[i];
	qsort(sorted, count, sizeof(*sorted), compare_organizations);
	for (size_t i = 0; i < count; i = next) {
		next = i + 1;
		while (next < count &&
		       compare_organizations(&sorted[i], &sorted[next]) == 0)
			next++;
		work->organization = sorted[i]->to.invite.organization;
		lease(work, until_ms, &sorted[i], next - i);
	}
}

/* The return address of each. */
static void mark(const struct work *work, struct outbox_mail *mails,
		 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct token *token = &mails[i].token;
		uint8_t hash[SHA256_SIZE];

		secret_hash(token->secret, hash);
		mails[i].return_code =
		    return_code_of(work->db->hash_key, token->invite, hash);
	}
}

/* What the mails say that is not in their invites. */
static struct statement *ask_about(const struct work *work,
				   const struct sql *sql,
				   const struct outbox_mail *mails,
				   size_t count, struct buf *list)
{
	struct statement *st = db_statement(work->db, sql);

	id_list_begin(list, count);
	for (size_t i = 0; i < count; i++)
		id_list_add(list, mails[i].token.invite);
	id_list_bind(list, st, 1);
	db_ask(work->db, st);
	return st;
}

/* In whose name they are sent. Damaged settings are as if there were none: a
 * mail that is plain is better than none. */
static void take_settings(const struct work *work, struct statement *st,
			  struct outbox_mail *mails, size_t count)
{
	struct organization_settings settings;

	while (db_row(work->db, st)) {
		if (!read_settings(work, st, 0, &settings))
			continue;
		for (size_t i = 0; i < count; i++) {
			struct invitation *to = &mails[i].to;

			if (to->invite.organization != settings.organization)
				continue;
			to->settings = settings;
			name_inviting(to, to->organization_name);
		}
	}
}

/* ---- the verb ---- */

static enum result outbox_claim(struct work *work, const void *input,
				void *output)
{
	const struct outbox_claim_in *in = input;
	struct outbox_claim_out *out = output;
	size_t limit = (size_t)in->limit, due, kept = 0;
	struct outbox_mail *mails =
	    arena_array(work->arena, limit, sizeof(*mails));
	struct statement *clock, *st, *notices, *settings, *next;
	struct buf list, again;

	if (!mails)
		return RESULT_OUT_OF_MEMORY;
	clock = ask_clock(work);
	recall_far(work);
	st = ask_mails(work, &sql_outbox_due, in->limit);
	notices = ask_notices(work, in->limit);
	take_clock(work, clock);
	due = read_due(work, st, mails);
	for (size_t i = 0; i < due; i++)
		if (is_wanted(work, &mails[i]))
			mails[kept++] = mails[i];
	kept += read_notices(work, notices, mails + kept, limit - kept);
	take(work, lease_now(work) + in->lease_ms, mails, kept);
	mark(work, mails, kept);
	st = ask_about(work, &sql_invite_projects, mails, kept, &list);
	settings = ask_about(work, &sql_invite_settings, mails, kept, &again);
	next = ask_next(work);
	name_all(work, st, mails, kept);
	take_settings(work, settings, mails, kept);
	buf_release(&list);
	buf_release(&again);
	out->mails = mails;
	out->count = kept;
	out->now_ms = lease_now(work);
	out->next_due_ms = next_due(work, next);
	/* Due, but skipped: others have locked it. */
	if (due < limit && out->next_due_ms != 0 &&
	    out->next_due_ms <= out->now_ms)
		out->next_due_ms = out->now_ms + LOCKED_MS;
	return RESULT_OK;
}

const struct verb verb_outbox_claim = {
	VERB(outbox_claim),
	.flags = VERB_REPEATABLE | VERB_ANY_ORGANIZATION,
	.rank = RANK_LATER,
	.size_in = sizeof(struct outbox_claim_in),
	.size_out = sizeof(struct outbox_claim_out),
	.run = outbox_claim,
};
