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
 * Encrypts `len` bytes for `owner`: moved into another owner's row, they cannot
 * be decrypted. `out` takes SEALED_SIZE(len). False: libcrypto cannot.
 */
bool seal(const struct seal_key *key, int64_t owner, const void *secret,
	  size_t len, uint8_t *out) MUST_CHECK;

/* The reverse; `len` is that of the secret. False: by another key, for
 * somebody else, or damaged. */
bool unseal(const struct seal_key *key, int64_t owner, const uint8_t *sealed,
	    size_t len, void *out) MUST_CHECK;

/*
 * The key that is in the file at `path`, as 64 hexadecimal digits; where there
 * is none, one is made, for nobody else to read. -1 with `fail`: it cannot be
 * read or made, is none, or others may read it.
 */
int seal_key_load(const char *path, struct seal_key *ret_key,
		  struct fail *fail) MUST_CHECK;

#endif
