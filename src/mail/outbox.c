/*
 * outbox.c: why a mail was sent, put off or given up.
 *
 * A mail is sent at least once: where the record of a hand-over is lost, the
 * same bytes go out again, with the Message-ID they had.
 */
#include "base/base.h"
#include "mail/outbox.h"

#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"
#include "base/random.h"
#include "core/backoff.h"

#define SECRET_PIECE 6 /* characters of a secret that are too many to show */

static const struct {
	enum log_level level;
	const char *event;
} log_lines[] = {
	[OUTBOX_SENT] = { LOG_INFO, "mail_sent" },
	[OUTBOX_DEFERRED] = { LOG_WARN, "mail_deferred" },
	[OUTBOX_FAILED] = { LOG_WARN, "mail_failed" },
};

/* When to try again, or that there was enough of that. */
static void decide(const struct outbox_policy *policy,
		   const struct outbox_mail *mail,
		   struct outbox_verdict *verdict)
{
	struct report *report = &verdict->report;

	verdict->attempts = mail->attempts + 1;
	verdict->pause_ms =
	    backoff_delay_ms(verdict->attempts, policy->retry_ms, random_u64());
	snprintf(verdict->words, sizeof(verdict->words), "%s", report->words);
	if (report->outcome == OUTBOX_DEFERRED &&
	    backoff_exhausted(verdict->attempts, policy->retry_ms)) {
		report->outcome = OUTBOX_FAILED;
		snprintf(verdict->words, sizeof(verdict->words),
			 "gave up after %d attempts: %s", verdict->attempts,
			 report->words);
	}
	verdict->error = report->outcome == OUTBOX_SENT ? NULL : verdict->words;
}

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
		    struct outbox_mail *mail,
		    struct outbox_verdict *ret_verdict)
{
	struct report *report = &ret_verdict->report;
	struct letter letter;

	if (message_compose(message, &policy->from, policy->public_url, mail,
			    &letter))
		transport_deliver(transport, &letter, report);
	else
		report_set(report, OUTBOX_DEFERRED, WAY_OPEN,
			   "there was not enough memory to compose the mail");
	message_wipe(message);
	hide_secret(report->words, mail->token.secret);
	wipe(&mail->token, sizeof(mail->token));
	decide(policy, mail, ret_verdict);
}

bool outbox_renew(struct store_port *port, struct lease *lease)
{
	const struct outbox_renew_in in = {
		.invite = lease->invite,
		.leased_until_ms = lease->until_ms,
		.until_ms = lease->asked_ms,
	};
	char room[512];
	struct arena arena;
	struct store_op op = {
		.verb = &verb_outbox_renew,
		.in = &in,
		.organization = lease->organization,
		.now_ms = clock_now_ms(),
		.arena = &arena,
	};

	arena_init_with(&arena, room, sizeof(room), 64 * 1024);
	store_call(port, &op);
	arena_release(&arena);
	if (op.result != RESULT_OK)
		return false;
	lease->until_ms = lease->asked_ms;
	lease->asked_ms = 0;
	return true;
}

bool outbox_record(struct store_port *port, const struct outbox_mail *mail,
		   const struct lease *lease,
		   const struct outbox_verdict *verdict)
{
	const struct outbox_settle_in in = {
		.invite = mail->to.invite.id,
		.queued_at_ms = mail->queued_at_ms,
		.leased_until_ms = lease->until_ms,
		.asked_until_ms = lease->asked_ms,
		.outcome = verdict->report.outcome,
		.error = verdict->error,
		.pause_ms = verdict->pause_ms,
	};
	char room[512];
	struct arena arena;
	struct store_op op = {
		.verb = &verb_outbox_settle,
		.in = &in,
		.organization = mail->to.invite.organization,
		.now_ms = clock_now_ms(),
		.arena = &arena,
	};

	arena_init_with(&arena, room, sizeof(room), 64 * 1024);
	store_call(port, &op);
	arena_release(&arena);
	return op.result == RESULT_OK;
}

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

void outbox_log(const struct outbox_mail *mail,
		const struct outbox_verdict *verdict)
{
	const char *address = mail->to.invite.email;
	const char *domain = strrchr(address, '@');
	char words[sizeof(verdict->words)], id[ID_TEXT_SIZE];
	enum outbox_outcome outcome = verdict->report.outcome;

	hide_address(verdict->words, address, words);
	log_event(log_lines[outcome].level, log_lines[outcome].event,
		  LOG_S("invite", id_format(ID_INVITE, mail->to.invite.id, id)),
		  LOG_I("attempts", verdict->attempts),
		  LOG_S("domain", domain ? domain + 1 : ""),
		  LOG_S("reply", words));
}
