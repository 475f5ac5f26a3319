/*
 * token.h: secrets that are shown once, and the link that carries one.
 *
 * An invitation's token is the invite's number (13 digits, base 32), a dot and
 * 256 random bits (43 characters, base64url). The number finds the row without
 * an index on secrets; the bits prove the right to it. Only SHA-256 of the
 * bits is kept.
 */
#ifndef CORE_TOKEN_H
#define CORE_TOKEN_H

#include "base/arena.h"
#include "base/base.h"
#include "base/hash.h"
#include "base/str.h"

#define SECRET_SIZE	32 /* bytes: 256 bits */
#define TOKEN_TEXT_SIZE 58 /* 13 + 1 + 43, NUL */

struct token {
	int64_t invite;
	uint8_t secret[SECRET_SIZE];
};

void token_format(const struct token *token, char out[TOKEN_TEXT_SIZE]);

#define TOKEN_FIND_MAX 8192 /* octets that are searched for a token */

/*
 * The token in what a person pasted or a mail program made of the link: the
 * one thing in it that looks like a token is the token. So there may be a link
 * around it, or a filter's link around that, percent-encoded; punctuation and
 * words before and behind; blanks of any kind and line breaks inside. False
 * where there is none, two different ones, or too long a text.
 */
bool token_find(struct str text, struct token *ret_token) MUST_CHECK;

/* `<public_url>/accept#<token>`; NULL when out of memory. */
const char *token_link(struct arena *arena, const char *public_url,
		       const struct token *token) MUST_CHECK;

void secret_hash(const uint8_t secret[SECRET_SIZE], uint8_t out[SHA256_SIZE]);

#endif
