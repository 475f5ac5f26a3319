/*
 * organization.c: rules of the things around an invite.
 */
#include "base/base.h"

#include "core/organization.h"

bool admin_key_in_force(const struct admin_key *key, int64_t now_seconds)
{
	return key->revoked_at == 0 &&
	       (key->expires_at == 0 || now_seconds < key->expires_at) &&
	       (key->user == 0 || key->owned);
}
