/*
 * fuzz_token_id.c: any bytes as an id, a token, a key, a duration or the
 * grants of a row. What is read, written again, is what was read.
 */
#include "base/base.h"

#include "core/duration.h"
#include "core/id.h"
#include "core/invite.h"
#include "core/key.h"
#include "core/token.h"
#include "fuzz.h"

static void check_ids(struct str text)
{
	unsigned kinds = 0;

	for (int kind = 0; kind < ID_KINDS; kind++) {
		char out[ID_TEXT_SIZE];
		int64_t id;
		if (!id_parse((enum id_kind)kind, text, &id))
			continue;
		kinds |= 1U << kind;
		require(id >= 0);
		id_format((enum id_kind)kind, id, out);
		require(str_is_nocase(text, out));
	}
	/* Of one kind alone; but keys of both kinds begin alike. */
	require((kinds & (kinds - 1)) == 0 ||
		kinds == (1U << ID_KEY | 1U << ID_API_KEY));
}

static void check_token(struct str text)
{
	struct token token, again;
	char out[TOKEN_TEXT_SIZE];

	if (!token_find(text, &token))
		return;
	require(token.invite >= 0);
	token_format(&token, out);
	require(strlen(out) == TOKEN_TEXT_SIZE - 1);
	require(text.len >= TOKEN_TEXT_SIZE - 1);
	require(text.len <= TOKEN_FIND_MAX);
	require(token_find(str_of(out), &again));
	require(again.invite == token.invite);
	require(same_bytes(again.secret, token.secret, SECRET_SIZE));
}

static void check_redaction(struct str text)
{
	char out[REDACTED_SIZE];

	key_redact(text, out);
	require(strlen(out) < REDACTED_SIZE);
	require(strstr(out, "..."));
	require(str_is_utf8(str_of(out)) && !str_has_control(str_of(out)));
	require(strlen(out) == 3 || strlen(out) - 3 + 20 <= text.len);
}

static void check_duration(struct str text)
{
	int64_t seconds;

	if (duration_parse(text, &seconds))
		require(seconds > 0);
}

static void check_grants(struct arena *arena, struct str text)
{
	struct grants grants, again;
	const char *out;

	if (grants_parse(arena, text, &grants) < 0)
		return;
	/* Each project once: the first of its grants is this one. */
	for (size_t i = 0; i < grants.count; i++)
		require(grants_find(grants, grants.at[i].project) ==
			&grants.at[i]);
	out = grants_format(arena, grants);
	require(out && strlen(out) <= text.len);
	require(grants_parse(arena, str_of(out), &again) == 0);
	require(grants_equal(grants, again));
}

/* The input as a clock: each eight bytes are a time. */
static void check_id_source(const uint8_t *data, size_t size)
{
	struct id_source source = { 0 };
	int64_t last = 0;

	for (size_t i = 0; i + 8 <= size; i += 8) {
		int64_t now, id;
		memcpy(&now, data + i, sizeof(now));
		id = id_next(&source, now, (uint64_t)now * 31);
		require(id > last || (id == last && id == INT64_MAX));
		require(id >= id_first_at(now));
		last = id;
	}
}

int fuzz_one(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct arena arena;

	arena_init(&arena, 1 << 24);
	check_ids(text);
	check_token(text);
	check_redaction(text);
	check_duration(text);
	check_grants(&arena, text);
	check_id_source(data, size);
	arena_release(&arena);
	return 0;
}
