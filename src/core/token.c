/*
 * token.c: tokens as text.
 *
 * Parsing only checks the form and decides nothing about rights. Hashes are
 * compared elsewhere, in constant time.
 */
#include "base/base.h"
#include "base/encode.h"
#include "core/token.h"

#define SECRET_LEN BASE64URL_LEN(SECRET_SIZE) /* characters */

_Static_assert(TOKEN_TEXT_SIZE == BASE32_LEN + 1 + SECRET_LEN + 1,
	       "a token is a number, a dot and a secret");

#define DECODED_MAX 3 /* a link in a link in a link */

void token_format(const struct token *token, char out[TOKEN_TEXT_SIZE])
{
	base32_encode((uint64_t)token->invite, out);
	out[BASE32_LEN] = '.';
	base64url_encode(token->secret, SECRET_SIZE, out + BASE32_LEN + 1);
}

/* Exactly a token. */
static bool parse_exact(struct str text, struct token *ret_token)
{
	struct str number, secret;
	struct token token;
	uint64_t invite;

	if (!str_cut(text, '.', &number, &secret) ||
	    !base32_decode(number, &invite) || invite > INT64_MAX ||
	    !base64url_decode(secret, token.secret, SECRET_SIZE))
		return false;
	token.invite = (int64_t)invite;
	*ret_token = token;
	return true;
}

/* ---- tokens inside what people paste ---- */

static size_t line_break_len(struct str text)
{
	if (str_starts_with(text, "\r\n"))
		return 2;
	return text.len > 0 && (text.data[0] == '\n' || text.data[0] == '\r');
}

/* Invisible characters, as UTF-8: U+00A0, U+00AD, U+2000 to U+200F, U+2028 to
 * U+202F, U+205F to U+206F, U+3000, U+FEFF. */
static bool is_wide_blank(const unsigned char *c)
{
	if (c[0] == 0xC2)
		return c[1] == 0xA0 || c[1] == 0xAD;
	if (c[0] == 0xE2 && c[1] == 0x80)
		return c[2] <= 0x8F || (c[2] >= 0xA8 && c[2] <= 0xAF);
	if (c[0] == 0xE2 && c[1] == 0x81)
		return c[2] >= 0x9F && c[2] <= 0xAF;
	return (c[0] == 0xE3 && c[1] == 0x80 && c[2] == 0x80) ||
	       (c[0] == 0xEF && c[1] == 0xBB && c[2] == 0xBF);
}

/*
 * The bytes of the blank that `text` begins with, of whatever kind; 0 where
 * there is none. A line break takes with it what mail programs put around one:
 * "=" at the end of the line before (quoted-printable), "> " at the beginning
 * of the next.
 */
static size_t blank_len(struct str text)
{
	size_t skip = text.len > 0 && text.data[0] == '=', len, octets;
	struct str behind = { text.data + skip, text.len - skip };

	len = line_break_len(behind);
	if (len > 0) {
		for (len += skip; len < text.len && text.data[len] == '>';)
			len++;
		return len;
	}
	if (text.len == 0)
		return 0;
	if (text.data[0] == ' ' || text.data[0] == '\t' ||
	    text.data[0] == '\v' || text.data[0] == '\f')
		return 1;
	octets = str_utf8_char(text);
	return octets > 1 && is_wide_blank((const unsigned char *)text.data)
		   ? octets
		   : 0;
}

/* In place; the new length. */
static size_t drop_blanks(char *text, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < len;) {
		size_t blank = blank_len((struct str){ text + i, len - i });

		if (blank == 0)
			text[kept++] = text[i++];
		i += blank;
	}
	return kept;
}

/* Percent-decoding in place, which leaves invalid escapes alone. */
static size_t decode_once(char *text, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < len; i++, kept++) {
		char octet;

		text[kept] = text[i];
		if (text[i] != '%' || len - i < 3 ||
		    percent_decode((struct str){ text + i, 3 }, false,
				   &octet) != 1)
			continue;
		text[kept] = octet;
		i += 2;
	}
	return kept;
}

/*
 * Proofpoint's URL Defense, version 2, writes '-' for '%' and '_' for '/', so
 * that "://" becomes "-3A__". That is undone from there to the end of its
 * parameter.
 */
static void undo_url_defense(char *text, size_t len)
{
	static const char mark[] = "-3A__";
	char *at = memmem(text, len, mark, strlen(mark));

	for (; at && at < text + len && *at != '&' && *at != '%'; at++) {
		if (*at == '-')
			*at = '%';
		else if (*at == '_')
			*at = '/';
	}
}

/* How many different tokens there are, where 2 means two or more; and the first
 * of them. */
static int count_tokens(struct str text, struct token *ret_token)
{
	int count = 0;

	for (size_t dot = BASE32_LEN; dot + SECRET_LEN < text.len; dot++) {
		struct token token;

		if (text.data[dot] != '.' ||
		    !parse_exact((struct str){ text.data + dot - BASE32_LEN,
					       TOKEN_TEXT_SIZE - 1 },
				 &token))
			continue;
		if (count > 0 && token.invite == ret_token->invite &&
		    same_bytes(token.secret, ret_token->secret, SECRET_SIZE))
			continue;
		if (count++ > 0)
			return count;
		*ret_token = token;
	}
	return count;
}

bool token_find(struct str text, struct token *ret_token)
{
	char copy[TOKEN_FIND_MAX];
	struct token found;
	size_t len = text.len;
	int count = 0;

	if (parse_exact(text, ret_token))
		return true;
	if (len == 0 || len > sizeof(copy))
		return false;
	memcpy(copy, text.data, len);
	undo_url_defense(copy, len);
	for (int times = 0; times <= DECODED_MAX && count == 0; times++) {
		if (times > 0)
			len = decode_once(copy, len);
		len = drop_blanks(copy, len);
		count = count_tokens((struct str){ copy, len }, &found);
	}
	if (count == 1)
		*ret_token = found;
	return count == 1;
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
