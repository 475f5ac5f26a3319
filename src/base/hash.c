/*
 * hash.c: SHA-256 by OpenSSL's low-level functions.
 *
 * They are marked deprecated in favour of EVP; used all the same, because they
 * neither allocate nor take a lock nor fail, where the one-shot SHA256() of
 * OpenSSL 3.0 fetches its algorithm anew on each call (ten times the time for
 * a secret or an address) and returns NULL when out of memory, which a caller
 * that keeps only hashes could not survive.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/base.h"
#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

_Static_assert(SHA256_SIZE == SHA256_DIGEST_LENGTH, "one size of hash");

void sha256(struct str data, uint8_t out[SHA256_SIZE])
{
	SHA256_CTX context;

	SHA256_Init(&context);
	SHA256_Update(&context, data.data, data.len);
	SHA256_Final(out, &context);
	wipe(&context, sizeof(context));
}

/* SHA-256 of the padded key, each octet of it changed by `mask`, and `data`. */
static void hash_keyed(const uint8_t key[SHA256_CBLOCK], uint8_t mask,
		       struct str data, uint8_t out[SHA256_SIZE])
{
	uint8_t pad[SHA256_CBLOCK];
	SHA256_CTX context;

	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] = key[i] ^ mask;
	SHA256_Init(&context);
	SHA256_Update(&context, pad, sizeof(pad));
	SHA256_Update(&context, data.data, data.len);
	SHA256_Final(out, &context);
	wipe(pad, sizeof(pad));
	wipe(&context, sizeof(context));
}

void hmac_sha256(struct str key, struct str data, uint8_t out[SHA256_SIZE])
{
	uint8_t padded[SHA256_CBLOCK] = { 0 };
	uint8_t inner[SHA256_SIZE];

	if (key.len > sizeof(padded))
		sha256(key, padded);
	else if (key.len > 0)
		memcpy(padded, key.data, key.len);
	hash_keyed(padded, 0x36, data, inner);
	hash_keyed(padded, 0x5c,
		   (struct str){ (const char *)inner, sizeof(inner) }, out);
	wipe(padded, sizeof(padded));
}

int64_t hash63(const uint8_t key[SHA256_SIZE], struct str data)
{
	SHA256_CTX context;
	uint8_t hash[SHA256_SIZE];
	uint64_t number = 0;

	SHA256_Init(&context);
	SHA256_Update(&context, key, SHA256_SIZE);
	SHA256_Update(&context, data.data, data.len);
	SHA256_Final(hash, &context);
	wipe(&context, sizeof(context));
	for (size_t i = 0; i < sizeof(number); i++)
		number = number << 8 | hash[i];
	return (int64_t)(number >> 1);
}

/* Four bits at a time, by what the polynomial 0xedb88320 makes of them. */
uint32_t crc32(struct str data)
{
	static const uint32_t of_bits[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < data.len; i++) {
		crc ^= (uint8_t)data.data[i];
		crc = crc >> 4 ^ of_bits[crc & 15];
		crc = crc >> 4 ^ of_bits[crc & 15];
	}
	return ~crc;
}

bool same_bytes(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

void wipe(void *data, size_t len)
{
	explicit_bzero(data, len);
}
