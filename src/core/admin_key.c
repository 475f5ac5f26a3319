/*
 * admin_key.c: admin keys as text.
 */
#include "base/base.h"

#include "core/admin_key.h"

#include "base/encode.h"
#include "base/hash.h"

#define PREFIX_LEN   (sizeof(ADMIN_KEY_PREFIX) - 1)
#define SECRET_LEN   43
#define CHECKSUM_LEN 6
#define KEY_LEN	     (ADMIN_KEY_TEXT_SIZE - 1)

_Static_assert(KEY_LEN ==
		   PREFIX_LEN + BASE32_LEN + 1 + SECRET_LEN + CHECKSUM_LEN,
	       "a key is a prefix, an id, a secret and a checksum");

/* What may be seen of a key at either end, and what must stay hidden. */
#define SHOWN_ID     4 /* of a key with our prefix */
#define SHOWN_HEAD   3 /* of another */
#define SHOWN_TAIL   4
#define HIDDEN_LEAST 20

/* What older versions made, shown as it was then. */
#define OLD_PREFIX "sk-admin-"

static void checksum(struct str text, char out[CHECKSUM_LEN + 1])
{
	uint32_t crc = crc32(text);
	const uint8_t bytes[] = { (uint8_t)(crc >> 24), (uint8_t)(crc >> 16),
				  (uint8_t)(crc >> 8), (uint8_t)crc };

	base62_encode(bytes, sizeof(bytes), out, CHECKSUM_LEN);
}

void admin_key_format(int64_t id, const uint8_t secret[SECRET_SIZE],
		      char out[ADMIN_KEY_TEXT_SIZE])
{
	char *at = out + PREFIX_LEN;

	memcpy(out, ADMIN_KEY_PREFIX, PREFIX_LEN);
	base32_encode((uint64_t)id, at);
	at += BASE32_LEN;
	*at++ = '_';
	base62_encode(secret, SECRET_SIZE, at, SECRET_LEN);
	at += SECRET_LEN;
	checksum((struct str){ out, (size_t)(at - out) }, at);
}

bool admin_key_is_misspelt(struct str key)
{
	char wanted[CHECKSUM_LEN + 1];
	struct str body = { key.data, KEY_LEN - CHECKSUM_LEN };

	if (!str_starts_with(key, ADMIN_KEY_PREFIX))
		return false;
	if (key.len != KEY_LEN)
		return true;
	checksum(body, wanted);
	return memcmp(key.data + body.len, wanted, CHECKSUM_LEN) != 0;
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
	if (str_starts_with(key, ADMIN_KEY_PREFIX))
		return PREFIX_LEN + SHOWN_ID;
	if (str_starts_with(key, OLD_PREFIX))
		return strlen(OLD_PREFIX);
	return SHOWN_HEAD;
}

void admin_key_redact(struct str key, char out[REDACTED_SIZE])
{
	size_t head = shown_head(key);

	if (key.len < head + HIDDEN_LEAST + SHOWN_TAIL || !is_printable(key))
		snprintf(out, REDACTED_SIZE, "...");
	else
		snprintf(out, REDACTED_SIZE, "%.*s...%.*s", (int)head, key.data,
			 SHOWN_TAIL, key.data + key.len - SHOWN_TAIL);
}
