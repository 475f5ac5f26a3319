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

enum result user_on_step_down(const struct user *user, bool another_owner,
			      bool has_last_key)
{
	if (user->role != ROLE_OWNER)
		return RESULT_OK;
	if (!another_owner)
		return RESULT_LAST_OWNER;
	return has_last_key ? RESULT_OWNER_OF_LAST_KEY : RESULT_OK;
}

bool key_use_is_news(int64_t last_used_at, int64_t now_seconds)
{
	return last_used_at <= now_seconds - KEY_USE_SECONDS ||
	       last_used_at > now_seconds + KEY_USE_AHEAD_SECONDS;
}
