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

uint32_t crc32(struct str data)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < data.len; i++) {
		crc ^= (uint8_t)data.data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
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
