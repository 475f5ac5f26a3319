/*
 * verdict.h: how a question can end, in one list: the word for programs and
 * metrics, what a gateway is answered, and what its caller gets to read.
 *
 * 401 is for what is no key any more, 403 for a good one that does not open
 * this: clients behind the gateway show these sentences to people.
 */
#ifndef GATE_VERDICT_H
#define GATE_VERDICT_H

#include "core/access.h"

/* X(NAME, word, status, code, sentence) */
#define VERDICT_LIST(X)                                                       \
	X(VALID, "valid", 200, NULL, NULL)                                    \
	/* no such key, or nothing that could be one */                       \
	X(UNKNOWN, "unknown", 401, "invalid_api_key",                         \
	  "Incorrect API key provided. Check that it was copied whole.")      \
	X(REVOKED, "revoked", 401, "invalid_api_key",                         \
	  "This API key was revoked. Use another one.")                       \
	X(EXPIRED, "expired", 401, "invalid_api_key",                         \
	  "This API key has expired. Use another one.")                       \
	X(OWNER_INACTIVE, "owner_inactive", 403, "insufficient_permissions",  \
	  "The owner of this API key has no access to its project now. The "  \
	  "key works again once they have.")                                  \
	X(WRONG_PROJECT, "wrong_project", 403, "insufficient_permissions",    \
	  "This API key is for another project.")                             \
	X(PROJECT_ARCHIVED, "project_archived", 403,                          \
	  "insufficient_permissions",                                         \
	  "The project of this API key is archived.")                         \
	X(INSUFFICIENT_SCOPE, "insufficient_scope", 403,                      \
	  "insufficient_permissions",                                         \
	  "This API key, or its owner, is not permitted to do this.")         \
	X(MODEL_NOT_ALLOWED, "model_not_allowed", 403,                        \
	  "insufficient_permissions", "This API key is not for this model.")  \
	/* nothing where a key belongs */                                     \
	X(NO_KEY, "no_key", 401, "invalid_api_key",                           \
	  "You didn't provide an API key. You need to provide your API key "  \
	  "in an Authorization header using Bearer auth (i.e. "               \
	  "Authorization: Bearer YOUR_KEY).")                                 \
	X(ADMIN_KEY, "admin_key", 401, "invalid_api_key",                     \
	  "This is an admin key, which opens no project. Use an API key of "  \
	  "the project.")                                                     \
	X(TWO_KEYS, "two_keys", 401, "invalid_api_key",                       \
	  "The request has two API keys that differ. Send one.")              \
	/* a header of the gateway's, twice and with two values */            \
	X(AMBIGUOUS, "ambiguous", 403, "insufficient_permissions",            \
	  "The gateway sent a header twice, with two different values.")      \
	X(BUSY, "busy", 503, "service_unavailable",                           \
	  "Too many unknown API keys are being tried. Try again in a "        \
	  "moment.")                                                          \
	X(UNAVAILABLE, "unavailable", 503, "service_unavailable",             \
	  "API keys cannot be checked just now. Try again in a moment.")

enum verdict {
#define X(name, ...) VERDICT_##name,
	VERDICT_LIST(X)
#undef X
	    VERDICTS
};

const char *verdict_word(enum verdict verdict);

enum verdict verdict_of(enum access access);

struct request;

/* Answers with its error; not with VERDICT_VALID. */
void verdict_refuse(struct request *request, enum verdict verdict);

#endif
