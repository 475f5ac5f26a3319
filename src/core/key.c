/*
 * key.c: keys as text.
 */
#include "base/base.h"

#include "core/key.h"

#include "base/encode.h"
#include "base/hash.h"

#define SECRET_LEN   43
#define CHECKSUM_LEN 6
#define TAIL_LEN     (BASE32_LEN + 1 + SECRET_LEN + CHECKSUM_LEN)

/* What may be seen of a key at either end, and what must stay hidden. */
#define SHOWN_ID       4 /* of a key with one of our prefixes */
#define SHOWN_HEAD     3 /* of another */
#define SHOWN_TAIL     4
#define HIDDEN_LEAST   20

#define LONGEST_PREFIX "sk-svcacct-inv_"

static const char *const prefixes[] = {
	[KEY_OF_ADMIN] = "sk-admin-inv_",
	[KEY_OF_USER] = "sk-proj-inv_",
	[KEY_OF_SERVICE_ACCOUNT] = LONGEST_PREFIX,
};

static const char *const header_words[] = {
	[KEY_IN_X_API_KEY] = "x-api-key",
	[KEY_IN_API_KEY] = "api-key",
};

const struct vocabulary key_headers = VOCABULARY(header_words);

_Static_assert(KEY_TEXT_SIZE == sizeof(LONGEST_PREFIX) + TAIL_LEN,
	       "a key is a prefix, an id, a secret and a checksum");

static void checksum(struct str text, char out[CHECKSUM_LEN + 1])
{
	uint32_t crc = crc32(text);
	const uint8_t bytes[] = { (uint8_t)(crc >> 24), (uint8_t)(crc >> 16),
				  (uint8_t)(crc >> 8), (uint8_t)crc };

	base62_encode(bytes, sizeof(bytes), out, CHECKSUM_LEN);
}

void key_format(enum key_form form, int64_t id,
		const uint8_t secret[SECRET_SIZE], char out[KEY_TEXT_SIZE])
{
	size_t prefix_len = strlen(prefixes[form]);
	char *at = out + prefix_len;

	memcpy(out, prefixes[form], prefix_len);
	base32_encode((uint64_t)id, at);
	at += BASE32_LEN;
	*at++ = '_';
	base62_encode(secret, SECRET_SIZE, at, SECRET_LEN);
	at += SECRET_LEN;
	checksum((struct str){ out, (size_t)(at - out) }, at);
}

enum key_form key_form_begun(struct str text)
{
	for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
		if (str_starts_with(text, prefixes[i]))
			return (enum key_form)i;
	}
	return KEY_FOREIGN;
}

enum key_form key_form(struct str text)
{
	enum key_form form = key_form_begun(text);
	char wanted[CHECKSUM_LEN + 1];
	struct str body;

	if (form == KEY_FOREIGN)
		return KEY_FOREIGN;
	if (text.len != strlen(prefixes[form]) + TAIL_LEN)
		return KEY_MISSPELT;
	body = (struct str){ text.data, text.len - CHECKSUM_LEN };
	checksum(body, wanted);
	return memcmp(text.data + body.len, wanted, CHECKSUM_LEN) == 0
		   ? form
		   : KEY_MISSPELT;
}

int64_t key_id(struct str text)
{
	enum key_form form = key_form_begun(text);
	size_t before = form == KEY_FOREIGN ? 0 : strlen(prefixes[form]);
	uint64_t id;

	if (before == 0 || text.len < before + BASE32_LEN ||
	    !base32_decode((struct str){ text.data + before, BASE32_LEN },
			   &id) ||
	    id > INT64_MAX)
		return 0;
	return (int64_t)id;
}

/* Whether a character may stand in a key of any version. */
static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

/* How long the key is that `text` begins with; 0: it begins with none. */
static size_t key_len(struct str text)
{
	enum key_form form = key_form_begun(text);
	size_t len =
	    strlen(form == KEY_FOREIGN ? KEY_OLD_PREFIX : prefixes[form]);

	len += form == KEY_FOREIGN ? SECRET_LEN : TAIL_LEN;
	if (text.len < len)
		return 0;
	if (form != KEY_FOREIGN)
		return key_form((struct str){ text.data, len }) == form ? len
									: 0;
	if (!str_starts_with(text, KEY_OLD_PREFIX))
		return 0;
	for (size_t i = strlen(KEY_OLD_PREFIX); i < len; i++) {
		if (!is_word(text.data[i]))
			return 0;
	}
	return text.len == len || !is_word(text.data[len]) ? len : 0;
}

bool key_search(struct str text, struct str *ret_key)
{
	while (text.len > 0) {
		const char *next = memmem(text.data, text.len, "sk-", 3);
		size_t len;

		if (!next)
			return false;
		text.len -= (size_t)(next - text.data);
		text.data = next;
		len = key_len(text);
		if (len > 0) {
			*ret_key = (struct str){ text.data, len };
			return true;
		}
		text.data++;
		text.len--;
	}
	return false;
}

static bool is_printable(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] <= ' ' || s.data[i] > '~')
			return false;
	return true;
}

static size_t shown_head(struct str key)
{
	enum key_form form = key_form_begun(key);

	if (form != KEY_FOREIGN)
		return strlen(prefixes[form]) + SHOWN_ID;
	if (str_starts_with(key, KEY_OLD_PREFIX))
		return strlen(KEY_OLD_PREFIX);
	return SHOWN_HEAD;
}

void key_redact(struct str key, char out[REDACTED_SIZE])
{
	size_t head = shown_head(key);

	if (key.len < head + HIDDEN_LEAST + SHOWN_TAIL || !is_printable(key))
		snprintf(out, REDACTED_SIZE, "...");
	else
		snprintf(out, REDACTED_SIZE, "%.*s...%.*s", (int)head, key.data,
			 SHOWN_TAIL, key.data + key.len - SHOWN_TAIL);
}
