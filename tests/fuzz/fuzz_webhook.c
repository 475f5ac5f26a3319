/*
 * fuzz_webhook.c: any bytes as a webhook that inv_webhook_unwrap() is to
 * judge: four lines for the secrets, the id, the time and the signatures, then
 * the body. There is an event whose texts can be read to their ends, or a
 * reason that can be printed. What is signed is taken for it, whatever its
 * body, and with one octet more or by another secret it is not.
 */
#include "base/base.h"
#include "base/encode.h"
#include "base/hash.h"
#include "fuzz.h"
#include "inv.h"

#define NOW	  1750861210
#define TOLERANCE (20 * 365 * (int64_t)86400) /* most have not passed */

static bool unwrap(const struct inv_webhook_unwrap_params *params,
		   enum inv_cause *ret_cause)
{
	struct inv_webhook_event *event = NULL;
	struct inv_error err;
	struct str message;

	*ret_cause = INV_CAUSE_NONE;
	if (inv_webhook_unwrap(params, &event, &err) == 0) {
		require(strlen(event->object) + strlen(event->type) < SIZE_MAX);
		require(!event->id || strlen(event->id) < SIZE_MAX);
		require(!event->data || event->data[0] == '{');
		require(strcmp(event->webhook_id, params->webhook_id) == 0);
		inv_free(event);
		return true;
	}
	message = str_of(err.message);
	require(!event && err.kind != INV_ERROR_NONE && message.len > 0);
	require(str_is_utf8(message) && !str_has_control(message));
	*ret_cause = err.cause;
	return false;
}

static void check_as_it_came(struct inv_webhook_unwrap_params params)
{
	enum inv_cause cause;
	char *changed;

	if (!unwrap(&params, &cause))
		return;
	require(params.body_len > 0);
	changed = malloc(params.body_len);
	require(changed);
	memcpy(changed, params.body, params.body_len);
	changed[0] ^= 1;
	params.body = changed;
	require(!unwrap(&params, &cause) && cause == INV_CAUSE_SIGNATURE);
	free(changed);
}

static void sign(const struct inv_webhook_unwrap_params *params,
		 struct str secret, struct buf *out)
{
	uint8_t mac[SHA256_SIZE];
	struct buf content;

	buf_init(&content, SIZE_MAX);
	buf_addf(&content, "%s.%s.", params->webhook_id,
		 params->webhook_timestamp);
	buf_add(&content, params->body, params->body_len);
	require(buf_ok(&content));
	hmac_sha256(secret, buf_str(&content), mac);
	buf_release(&content);
	buf_init(out, SIZE_MAX);
	buf_add_text(out, "v1,");
	base64_add(out, (struct str){ (const char *)mac, sizeof(mac) });
	buf_add(out, "", 1);
	require(buf_ok(out));
}

/* It begins right, and goes on as the input does. */
static void check_signed(struct inv_webhook_unwrap_params params)
{
	enum inv_cause cause;
	struct buf signature;

	params.webhook_id = "msg_1";
	params.webhook_timestamp = "1750861210";
	params.secrets = "whsec_AAAAAAAAAAAAAAAA whsec_c2VjcmV0";
	sign(&params, STR("secret"), &signature);
	params.webhook_signature = signature.data;
	require(unwrap(&params, &cause) || cause == INV_CAUSE_JSON);
	params.webhook_id = "msg_2";
	require(!unwrap(&params, &cause) && cause == INV_CAUSE_SIGNATURE);
	params.webhook_id = "msg_1";
	params.secrets = "whsec_AAAAAAAAAAAAAAAA";
	require(!unwrap(&params, &cause) && cause == INV_CAUSE_SIGNATURE);
	buf_release(&signature);
}

/* The next line, or what there is of it; "" at the end. */
static const char *take_line(char **rest)
{
	return *rest ? strsep(rest, "\n") : "";
}

int fuzz_one(const uint8_t *data, size_t size)
{
	struct inv_webhook_unwrap_params params = { .now = NOW };
	char *text = malloc(size + 1), *rest = text;

	require(text);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	params.tolerance_seconds = TOLERANCE;
	params.secrets = take_line(&rest);
	params.webhook_id = take_line(&rest);
	params.webhook_timestamp = take_line(&rest);
	params.webhook_signature = take_line(&rest);
	if (rest) {
		params.body = rest;
		params.body_len = (size_t)(text + size - rest);
	}
	check_as_it_came(params);
	check_signed(params);
	free(text);
	return 0;
}
