/*
 * hash.h: SHA-256 and what is made of it (OpenSSL does the work), and a
 * checksum.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/base.h"
#include "base/str.h"

#define SHA256_SIZE 32 /* bytes */

void sha256(struct str data, uint8_t out[SHA256_SIZE]);

/* HMAC-SHA256 (RFC 2104). */
void hmac_sha256(struct str key, struct str data, uint8_t out[SHA256_SIZE]);

/* The first 63 bits of SHA-256(key, data): a number that nobody without the
 * key can steer. Never negative, so that every database can hold it. */
int64_t hash63(const uint8_t key[SHA256_SIZE], struct str data);

/* The CRC-32 of Ethernet and zip: tells typing errors, nothing more. */
uint32_t crc32(struct str data);

/* Compares in constant time. */
bool same_bytes(const void *a, const void *b, size_t len);

/* Overwrites a secret; not optimised away. */
void wipe(void *data, size_t len);

#endif
