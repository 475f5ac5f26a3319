/*
 * outbox.c: a mail from the outbox, on its way and in the log.
 *
 * A mail is sent at least once: where the record of a hand-over is lost, the
 * same bytes go out again, with the Message-ID they had.
 */
#include "base/base.h"
#include "mail/outbox.h"

#include "base/clock.h"
#include "base/encode.h"
#include "base/hash.h"
#include "base/log.h"

#define SECRET_PIECE 6 /* characters of a secret that are too many to show */

static const struct {
	enum log_level level;
	const char *event;
} log_lines[] = {
	[OUTBOX_SENT] = { LOG_INFO, "mail_sent" },
	[OUTBOX_DEFERRED] = { LOG_WARN, "mail_deferred" },
	[OUTBOX_FAILED] = { LOG_WARN, "mail_failed" },
};

struct mail_parcel *mail_of(struct parcel *parcel)
{
	return CONTAINER_OF(parcel, struct mail_parcel, parcel);
}

static const struct outbox_mail *mail_in(const struct parcel *parcel)
{
	return &CONTAINER_OF(parcel, const struct mail_parcel, parcel)->mail;
}

/* ---- an attempt ---- */

/*
 * Some servers quote what they refuse, the link too. Whatever piece of the
 * secret stands in the reply, cut or wrapped, is not for logs or the API.
 */
static void hide_secret(char *words, const uint8_t secret[SECRET_SIZE])
{
	char text[BASE64URL_LEN(SECRET_SIZE) + 1];

	base64url_encode(secret, SECRET_SIZE, text);
	for (char *at = words; *at; at++) {
		for (size_t from = 0; text[from]; from++) {
			size_t run = 0;

			while (text[from + run] && at[run] == text[from + run])
				run++;
			if (run >= SECRET_PIECE)
				memset(at, '*', run);
		}
	}
	wipe(text, sizeof(text));
}

void outbox_attempt(const struct outbox_policy *policy,
		    struct transport *transport, struct message *message,
		    struct outbox_mail *mail, struct report *ret_report)
{
	struct letter letter;

	if (message_compose(message, &policy->from, policy->public_url, mail,
			    &letter))
		transport_deliver(transport, &letter, ret_report);
	else
		report_set(ret_report, OUTBOX_DEFERRED, WAY_OPEN,
			   "there was not enough memory to compose the mail");
	message_wipe(message);
	hide_secret(ret_report->words, mail->token.secret);
	wipe(&mail->token, sizeof(mail->token));
}

/* ---- the store ---- */

/* Puts the mails into parcels, their secrets too, and leaves none behind;
 * false when out of memory. */
static bool pack(struct claim *claim, const struct outbox_claim_out *out)
{
	struct mail_parcel *parcels =
	    arena_array(claim->arena, out->count + 1, sizeof(*parcels));

	claim->ret_parcels = arena_array(claim->arena, out->count + 1,
					 sizeof(*claim->ret_parcels));
	if (!parcels || !claim->ret_parcels)
		return false;
	for (size_t i = 0; i < out->count; i++) {
		struct outbox_mail *mail = &out->mails[i];

		parcels[i] = (struct mail_parcel){ .mail = *mail };
		wipe(&mail->token, sizeof(mail->token));
		parcels[i].parcel.attempts = mail->attempts;
		parcels[i].parcel.lease = (struct lease){
			.organization = mail->to.invite.organization,
			.id = mail->to.invite.id,
			.until_ms = mail->leased_until_ms,
		};
		claim->ret_parcels[i] = &parcels[i].parcel;
	}
	claim->ret_count = out->count;
	return true;
}

bool outbox_claim(struct store_port *port, struct claim *claim)
{
	const struct outbox_claim_in in = { .limit = claim->limit,
					    .lease_ms = claim->lease_ms };
	struct outbox_claim_out out;

	if (store_ask(port, claim->arena, &verb_outbox_claim, 0, &in, &out) !=
		RESULT_OK ||
	    !pack(claim, &out))
		return false;
	claim->ret_pause_ms = -1;
	claim->ret_ahead_ms = out.now_ms - clock_now_ms();
	if (out.next_due_ms != 0)
		claim->ret_pause_ms = out.next_due_ms > out.now_ms
					  ? out.next_due_ms - out.now_ms
					  : 0;
	return true;
}

/* Of a verb that returns nothing; whether it was done. */
static bool call(struct store_port *port, const struct verb *verb,
		 int64_t organization, const void *in)
{
	char room[512];
	struct arena arena;
	enum result result;

	arena_init_with(&arena, room, sizeof(room), 64 * 1024);
	result = store_ask(port, &arena, verb, organization, in, NULL);
	arena_release(&arena);
	return result == RESULT_OK;
}

bool outbox_renew(struct store_port *port, const struct lease *lease)
{
	const struct outbox_renew_in in = {
		.invite = lease->id,
		.leased_until_ms = lease->until_ms,
		.until_ms = lease->asked_ms,
	};
	return call(port, &verb_outbox_renew, lease->organization, &in);
}

bool outbox_recall(struct store_port *port)
{
	return call(port, &verb_outbox_recall, 0, NULL);
}

/* An operation that records one. */
struct settlement {
	struct outbox_settle_in in;
	struct store_op op;
	struct arena arena;
	char room[512];
};

static void settle(struct settlement *settlement, const struct record *record)
{
	const struct outbox_mail *mail = mail_in(record->parcel);
	const struct verdict *verdict = &record->parcel->verdict;

	settlement->in = (struct outbox_settle_in){
		.invite = mail->to.invite.id,
		.no_invite = mail->kind != MAIL_INVITATION,
		.queued_at_ms = mail->queued_at_ms,
		.leased_until_ms = record->lease.until_ms,
		.asked_until_ms = record->lease.asked_ms,
		.outcome = verdict->report.outcome,
		.error = verdict->error,
		.pause_ms = verdict->pause_ms,
		.unreached = verdict->report.way == WAY_CLOSED,
	};
	settlement->op = (struct store_op){
		.verb = &verb_outbox_settle,
		.in = &settlement->in,
		.organization = mail->to.invite.organization,
		.now_ms = clock_now_ms(),
		.arena = &settlement->arena,
	};
	arena_init_with(&settlement->arena, settlement->room,
			sizeof(settlement->room), 64 * 1024);
}

void outbox_record(struct store_port *port, struct record *records,
		   size_t count)
{
	struct settlement *settlements = calloc(count, sizeof(*settlements));
	struct store_op **ops = calloc(count, sizeof(struct store_op *));

	for (size_t i = 0; i < count && settlements && ops; i++) {
		settle(&settlements[i], &records[i]);
		ops[i] = &settlements[i].op;
	}
	if (settlements && ops)
		store_call_many(port, ops, count);
	for (size_t i = 0; i < count && settlements && ops; i++) {
		records[i].ret_done = ops[i]->result == RESULT_OK;
		arena_release(&settlements[i].arena);
	}
	free(ops);
	free(settlements);
}

/* ---- the log ---- */

/* `words` with the person's address, which servers like to repeat, cut to its
 * domain. `out` is as large as `words`. */
static void hide_address(const char *words, const char *address, char *out)
{
	const char *domain = strrchr(address, '@');
	const char *at;

	while (domain && (at = strcasestr(words, address))) {
		out = mempcpy(out, words, (size_t)(at - words));
		*out++ = '*';
		words = at + (domain - address);
	}
	memcpy(out, words, strlen(words) + 1);
}

/* What the mail is about: what that is called in a line, and its id. */
static const char *name_subject(const struct outbox_mail *mail,
				char id[ID_TEXT_SIZE])
{
	switch (mail->kind) {
	case MAIL_KEY_EXPIRES:
	case MAIL_KEY_LEAKED:
		id_format(ID_API_KEY, mail->key.id, id);
		return "key";
	case MAIL_OPTED_OUT:
	case MAIL_REQUESTED:
		id_format(ID_INVITE, mail->about.id, id);
		return "invite";
	case MAIL_WEBHOOK:
		id_format(ID_WEBHOOK, mail->key.id, id);
		return "webhook";
	case MAIL_INVITATION:
		break;
	}
	id_format(ID_INVITE, mail->to.invite.id, id);
	return "invite";
}

void outbox_log(const struct parcel *parcel)
{
	const struct outbox_mail *mail = mail_in(parcel);
	const struct verdict *verdict = &parcel->verdict;
	const char *address = mail->to.invite.email;
	const char *domain = strrchr(address, '@');
	char words[sizeof(verdict->words)], id[ID_TEXT_SIZE];
	enum outbox_outcome outcome = verdict->report.outcome;
	const char *subject;

	if (outcome == OUTBOX_SENT && !log_takes_routine())
		return;
	hide_address(verdict->words, address, words);
	subject = name_subject(mail, id);
	log_event(log_lines[outcome].level, log_lines[outcome].event,
		  LOG_S(subject, id), LOG_I("attempts", verdict->attempts),
		  LOG_S("domain", domain ? domain + 1 : ""),
		  LOG_S("reply", words));
}

void outbox_log_unrecorded(const struct parcel *parcel)
{
	char id[ID_TEXT_SIZE];

	log_event(LOG_ERROR, "mail_unrecorded",
		  LOG_S("invite", id_format(ID_INVITE, parcel->lease.id, id)));
}
