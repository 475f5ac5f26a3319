/*
 * sign.h: how a receiver can tell that a request is ours, by Standard Webhooks.
 */
#ifndef HOOK_SIGN_H
#define HOOK_SIGN_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"

/* Adds "v1," and the base 64 of HMAC-SHA256(secret, "id.timestamp.body"). */
void sign_add(struct buf *out, const uint8_t *secret, size_t len,
	      const char *id, int64_t timestamp, struct str body);

#endif
