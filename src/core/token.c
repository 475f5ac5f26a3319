/*
 * token.c: tokens and admin keys as text.
 *
 * Parsing decides nothing about rights: it says only whether the text has the
 * form. The comparison is of hashes, and in constant time, elsewhere.
 */
#include "base/base.h"
#include "base/encode.h"
#include "core/token.h"

#define SECRET_LEN BASE64URL_LEN(SECRET_SIZE) /* characters */

_Static_assert(TOKEN_TEXT_SIZE == BASE32_LEN + 1 + SECRET_LEN + 1,
	       "a token is a number, a dot and a secret");
_Static_assert(ADMIN_KEY_TEXT_SIZE == sizeof(ADMIN_KEY_PREFIX) + SECRET_LEN,
	       "a key is a prefix and a secret");

/* What may be seen of a key at either end, and what must stay hidden. */
#define SHOWN_HEAD   3 /* of a key that has not our prefix */
#define SHOWN_TAIL   4
#define HIDDEN_LEAST 20

void token_format(const struct token *token, char out[TOKEN_TEXT_SIZE])
{
	base32_encode((uint64_t)token->invite, out);
	out[BASE32_LEN] = '.';
	base64url_encode(token->secret, SECRET_SIZE, out + BASE32_LEN + 1);
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The code in what a person pasted: no blanks around it, no link before it. */
static struct str find_code(struct str text)
{
	const char *hash;

	while (text.len > 0 && is_blank(text.data[text.len - 1]))
		text.len--;
	hash = text.len ? memrchr(text.data, '#', text.len) : NULL;
	if (hash)
		text =
		    (struct str){ hash + 1, text.data + text.len - (hash + 1) };
	while (text.len > 0 && is_blank(text.data[0])) {
		text.data++;
		text.len--;
	}
	return text;
}

bool token_parse(struct str text, struct token *ret_token)
{
	struct str number, secret;
	struct token token;
	uint64_t invite;

	if (!str_cut(find_code(text), '.', &number, &secret) ||
	    !base32_decode(number, &invite) || invite > INT64_MAX ||
	    !base64url_decode(secret, token.secret, SECRET_SIZE))
		return false;
	token.invite = (int64_t)invite;
	*ret_token = token;
	return true;
}

const char *token_link(struct arena *arena, const char *public_url,
		       const struct token *token)
{
	char text[TOKEN_TEXT_SIZE];

	token_format(token, text);
	return arena_printf(arena, "%s/accept#%s", public_url, text);
}

void secret_hash(const uint8_t secret[SECRET_SIZE], uint8_t out[SHA256_SIZE])
{
	sha256((struct str){ (const char *)secret, SECRET_SIZE }, out);
}

void admin_key_format(const uint8_t secret[SECRET_SIZE],
		      char out[ADMIN_KEY_TEXT_SIZE])
{
	size_t len = strlen(ADMIN_KEY_PREFIX);

	memcpy(out, ADMIN_KEY_PREFIX, len);
	base64url_encode(secret, SECRET_SIZE, out + len);
}

static bool is_printable(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] <= ' ' || s.data[i] > '~')
			return false;
	return true;
}

void admin_key_redact(struct str key, char out[REDACTED_SIZE])
{
	size_t head = str_starts_with(key, ADMIN_KEY_PREFIX)
			  ? strlen(ADMIN_KEY_PREFIX)
			  : SHOWN_HEAD;

	if (key.len < head + HIDDEN_LEAST + SHOWN_TAIL || !is_printable(key))
		snprintf(out, REDACTED_SIZE, "...");
	else
		snprintf(out, REDACTED_SIZE, "%.*s...%.*s", (int)head, key.data,
			 SHOWN_TAIL, key.data + key.len - SHOWN_TAIL);
}
