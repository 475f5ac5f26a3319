/*
 * seal.h: encrypts secrets that we have to read again (AES-256-GCM, by
 * OpenSSL), with a key that is kept outside the database.
 */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include "base/base.h"
#include "base/fail.h"

#define SEAL_KEY_SIZE	 32
#define SEAL_NONCE	 12
#define SEAL_TAG	 16
#define SEALED_SIZE(len) (SEAL_NONCE + (len) + SEAL_TAG)

struct seal_key {
	uint8_t bytes[SEAL_KEY_SIZE];
};

/*
 * Encrypts `len` bytes, bound to `owner`: moved to another owner's row, they
 * cannot be decrypted. `out` takes SEALED_SIZE(len) bytes. False if libcrypto
 * fails.
 */
bool seal(const struct seal_key *key, int64_t owner, const void *secret,
	  size_t len, uint8_t *out) MUST_CHECK;

/* The reverse; `len` is that of the secret. False if it was encrypted with
 * another key or for another owner, or is damaged. */
bool unseal(const struct seal_key *key, int64_t owner, const uint8_t *sealed,
	    size_t len, void *out) MUST_CHECK;

/*
 * The key in the file at `path`, as 64 hexadecimal digits. A missing file is
 * created with a new key, readable by this user only. -1 with `fail` if it
 * cannot be read or created, does not hold a key, or is readable by others.
 */
int seal_key_load(const char *path, struct seal_key *ret_key,
		  struct fail *fail) MUST_CHECK;

#endif
