/*
 * webhook.c: whether a request is from whoever has a webhook's secret, and what
 * it tells.
 *
 * Strict where the official clients are not: a secret begins with "whsec_" and
 * is base 64, a signature begins with "v1,". Otherwise a secret that was copied
 * by half would be another secret, or none.
 */
#include "base/base.h"
#include "decode.h"

#include "base/clock.h"
#include "base/encode.h"
#include "base/hash.h"
#include "resources.h"
#include "transport.h"

#define SECRETS_MAX   8
#define SECRET_MAX    256 /* bytes; Standard Webhooks has up to 64 */
#define SECRET_PREFIX "whsec_"
#define TOLERANCE     (5 * (int64_t)60)

struct secret {
	uint8_t bytes[SECRET_MAX];
	size_t len;
};

static const struct field event_fields[] = {
	FIELD(struct inv_webhook_event, id, FIELD_TEXT_OR),
	FIELD(struct inv_webhook_event, object, FIELD_TEXT),
	FIELD(struct inv_webhook_event, type, FIELD_TEXT),
	FIELD(struct inv_webhook_event, created_at, FIELD_INTEGER),
	FIELD(struct inv_webhook_event, data, FIELD_OBJECT_TEXT),
	{ 0 },
};

static const struct shape event_shape = { sizeof(struct inv_webhook_event),
					  event_fields };

static int refuse(struct inv_error *err, enum inv_cause cause,
		  const char *sentence)
{
	error_set(err, INV_ERROR_WEBHOOK, "%s", sentence);
	if (err)
		err->cause = cause;
	return -1;
}

/* The next word of a text whose words have blanks between them. */
static bool next_word(struct str *rest, struct str *ret_word)
{
	do {
		str_cut(*rest, ' ', ret_word, rest);
	} while (ret_word->len == 0 && rest->len > 0);
	return ret_word->len > 0;
}

/* ---- secrets --------------------------------------------------------- */

static bool read_secret(struct str text, struct secret *secret)
{
	if (!str_starts_with(text, SECRET_PREFIX))
		return false;
	text.data += strlen(SECRET_PREFIX);
	text.len -= strlen(SECRET_PREFIX);
	return base64_decode(text, secret->bytes, sizeof(secret->bytes),
			     &secret->len) &&
	       secret->len > 0;
}

/* How many there are, or 0 with the reason. */
static size_t read_secrets(const char *text, struct secret secrets[SECRETS_MAX],
			   struct inv_error *err)
{
	struct str rest = str_of(text), word;
	size_t count = 0;

	while (next_word(&rest, &word)) {
		if (count < SECRETS_MAX && read_secret(word, &secrets[count])) {
			count++;
			continue;
		}
		error_set(err, INV_ERROR_USAGE,
			  "The webhook's secret is not \"whsec_\" and base 64 "
			  "behind it, or there are more than %d.",
			  SECRETS_MAX);
		return 0;
	}
	if (count == 0)
		error_set(err, INV_ERROR_USAGE,
			  "There is no secret to verify the webhook with.");
	return count;
}

/* ---- signatures ------------------------------------------------------ */

static bool is_signature(struct str text, const uint8_t mac[SHA256_SIZE])
{
	uint8_t theirs[SHA256_SIZE];
	struct str version, digits;
	size_t len;

	return str_cut(text, ',', &version, &digits) && str_is(version, "v1") &&
	       base64_decode(digits, theirs, sizeof(theirs), &len) &&
	       len == sizeof(theirs) && same_bytes(theirs, mac, len);
}

/* Looks at all signatures, however early the right one is found. */
static bool is_by(const struct secret *secret, struct str content,
		  struct str signatures)
{
	struct str key = { (const char *)secret->bytes, secret->len }, one;
	uint8_t mac[SHA256_SIZE];
	bool found = false;

	hmac_sha256(key, content, mac);
	while (next_word(&signatures, &one))
		found |= is_signature(one, mac);
	return found;
}

static int verify(const struct inv_webhook_unwrap_params *params,
		  const struct secret *secrets, size_t count,
		  struct inv_error *err)
{
	struct str signatures = str_of(params->webhook_signature);
	struct buf content;
	bool found = false, is_complete;

	buf_init(&content, ANSWER_BODY_MAX + HEADERS_MAX);
	buf_addf(&content, "%s.%s.", params->webhook_id,
		 params->webhook_timestamp);
	buf_add(&content, params->body, params->body_len);
	is_complete = buf_ok(&content);
	for (size_t i = 0; i < count && is_complete; i++)
		found |= is_by(&secrets[i], buf_str(&content), signatures);
	buf_release(&content);
	if (!is_complete)
		return error_memory(err);
	return found ? 0
		     : refuse(err, INV_CAUSE_SIGNATURE,
			      "The webhook is signed by nobody who has the "
			      "secret.");
}

/* ---- the rest -------------------------------------------------------- */

static int check_time(const struct inv_webhook_unwrap_params *params,
		      int64_t *ret_sent_at, struct inv_error *err)
{
	int64_t tolerance = params->tolerance_seconds;
	int64_t now = params->now ? params->now : clock_now_ms() / SECOND_MS;
	int64_t at;

	if (!str_to_i64(str_of(params->webhook_timestamp), &at) || at < 0)
		return refuse(err, INV_CAUSE_CLOCK,
			      "The webhook's time is not a number.");
	if (tolerance == 0)
		tolerance = TOLERANCE;
	if (now - at > tolerance)
		return refuse(err, INV_CAUSE_CLOCK,
			      "The webhook is too old. If it has just come, "
			      "look at the clock.");
	if (at - now > tolerance)
		return refuse(err, INV_CAUSE_CLOCK,
			      "The webhook is from the future. Look at the "
			      "clock.");
	*ret_sent_at = at;
	return 0;
}

/* What a program has to say, and what a request does. */
static int check_params(const struct inv_webhook_unwrap_params *params,
			struct inv_error *err)
{
	if (!params || !params->secrets)
		return error_null(err, params ? "secrets" : "params");
	if (!params->body && params->body_len > 0)
		return error_null(err, "body");
	if (params->tolerance_seconds < 0 || params->now < 0)
		return error_set(err, INV_ERROR_USAGE, "%s is negative.",
				 params->now < 0 ? "now" : "tolerance_seconds");
	if (!params->webhook_id || !*params->webhook_id ||
	    !params->webhook_timestamp || !params->webhook_signature)
		return refuse(
		    err, INV_CAUSE_SIGNATURE,
		    "The request lacks one of the headers webhook-id, "
		    "webhook-timestamp and webhook-signature.");
	if (params->body_len > ANSWER_BODY_MAX)
		return refuse(err, INV_CAUSE_TOO_LARGE,
			      "The webhook is too large.");
	return 0;
}

static struct inv_webhook_event *event_new(
    const struct inv_webhook_unwrap_params *params, int64_t sent_at,
    struct inv_error *err)
{
	struct inv_webhook_event *event = NULL;
	struct answer answer;

	answer_init(&answer);
	answer.name = "The webhook";
	answer_add_body(&answer,
			(struct str){ params->body, params->body_len });
	if (buf_ok(&answer.body))
		event = result_new(&event_shape, &answer, err);
	else
		error_memory(err);
	answer_release(&answer);
	if (!event)
		return NULL;
	event->sent_at = sent_at;
	event->webhook_id = result_text(event, params->webhook_id);
	if (event->webhook_id)
		return event;
	inv_free(event);
	error_memory(err);
	return NULL;
}

int inv_webhook_unwrap(const struct inv_webhook_unwrap_params *params,
		       struct inv_webhook_event **ret_event,
		       struct inv_error *err)
{
	struct secret secrets[SECRETS_MAX];
	struct inv_webhook_event *event;
	int64_t sent_at = 0;
	size_t count = 0;
	int rc = transport_start(err);

	if (rc == 0)
		rc = check_params(params, err);
	if (rc == 0) {
		count = read_secrets(params->secrets, secrets, err);
		rc = count ? check_time(params, &sent_at, err) : -1;
	}
	if (rc == 0)
		rc = verify(params, secrets, count, err);
	wipe(secrets, sizeof(secrets));
	if (rc)
		return -1;
	event = event_new(params, sent_at, err);
	if (event && ret_event)
		*ret_event = event;
	else
		inv_free(event);
	return event ? 0 : -1;
}
