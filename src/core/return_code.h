/*
 * return_code.h: the code in a mail's return address, which identifies a mail
 * that bounced: the invite's number and a MAC, so that nobody else can make
 * one.
 *
 * The MAC covers the hash of the secret in the mail, too: if an invite is sent
 * again, with a new secret, a report about the earlier mail does not match the
 * new one. It is not case-sensitive, since servers on the way change case.
 *
 * Pure.
 */
#ifndef CORE_RETURN_CODE_H
#define CORE_RETURN_CODE_H

#include "base/base.h"
#include "base/encode.h"
#include "base/hash.h"
#include "base/str.h"

#define RETURN_CODE_LEN (3 * BASE32_LEN) /* characters, of 64 before an @ */

struct return_code {
	int64_t id; /* the invite's; of a mail about something else, its own */
	uint64_t mac[2];
};

/* `key` is the store's own; `hash` is that of the mail's secret. */
struct return_code return_code_of(const uint8_t key[SHA256_SIZE], int64_t id,
				  const uint8_t hash[SHA256_SIZE]);

/* Compares in constant time. */
bool return_code_same(const struct return_code *a, const struct return_code *b);

void return_code_format(const struct return_code *code,
			char out[RETURN_CODE_LEN + 1]);

/*
 * The code in `address`, which ends what stands in front of its last @; an
 * address alone may have pointed brackets around it. False where there is none.
 */
bool return_code_find(struct str address,
		      struct return_code *ret_code) MUST_CHECK;

#endif
