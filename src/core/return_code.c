/*
 * return_code.c: the code of a mail that comes back.
 */
#include "base/base.h"
#include "core/return_code.h"

#define PURPOSE "mail that comes back" /* the key serves others, too */

/* Big-endian, so that every daemon on the database makes the same. */
static void put_u64(uint64_t value, uint8_t out[8])
{
	for (int i = 7; i >= 0; i--, value >>= 8)
		out[i] = (uint8_t)value;
}

static uint64_t take_u64(const uint8_t in[8])
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | in[i];
	return value;
}

struct return_code return_code_of(const uint8_t key[SHA256_SIZE], int64_t id,
				  const uint8_t hash[SHA256_SIZE])
{
	uint8_t text[sizeof(PURPOSE) + 8 + SHA256_SIZE] = PURPOSE;
	uint8_t mac[SHA256_SIZE];

	put_u64((uint64_t)id, text + sizeof(PURPOSE));
	memcpy(text + sizeof(PURPOSE) + 8, hash, SHA256_SIZE);
	hmac_sha256((struct str){ (const char *)key, SHA256_SIZE },
		    (struct str){ (const char *)text, sizeof(text) }, mac);
	return (struct return_code){
		.id = id,
		.mac = { take_u64(mac), take_u64(mac + 8) },
	};
}

bool return_code_same(const struct return_code *a, const struct return_code *b)
{
	return a->id == b->id && same_bytes(a->mac, b->mac, sizeof(a->mac));
}

void return_code_format(const struct return_code *code,
			char out[RETURN_CODE_LEN + 1])
{
	base32_encode((uint64_t)code->id, out);
	base32_encode(code->mac[0], out + BASE32_LEN);
	base32_encode(code->mac[1], out + (size_t)2 * BASE32_LEN);
}

/* What stands in front of the last @. */
static struct str local_part(struct str address)
{
	const char *at = memrchr(address.data, '@', address.len);

	return at ? (struct str){ address.data, (size_t)(at - address.data) }
		  : STR("");
}

bool return_code_find(struct str address, struct return_code *ret_code)
{
	struct str local = address.len > 0 ? local_part(address) : STR("");
	struct return_code code;
	uint64_t numbers[3];

	if (local.len < RETURN_CODE_LEN)
		return false;
	local.data += local.len - RETURN_CODE_LEN;
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (!base32_decode(
			(struct str){ local.data + i * BASE32_LEN, BASE32_LEN },
			&numbers[i]))
			return false;
	if (numbers[0] > INT64_MAX)
		return false;
	code = (struct return_code){ (int64_t)numbers[0],
				     { numbers[1], numbers[2] } };
	*ret_code = code;
	return true;
}
