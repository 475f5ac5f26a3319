/*
 * admin_key.h: the text of an admin key, and what may be shown of it.
 *
 *	sk-admin-inv_0D4V3QSZ8M2K7_<43 characters><6 characters>
 *
 * That is its id, 256 random bits in base 62, and the CRC-32 of all before, in
 * base 62. So a key that leaked can be named by its id alone, one that was
 * mistyped is refused without a look into the database, and scanners for
 * secrets can tell it for sure:
 *
 *	sk-admin-inv_[0-9A-HJKMNP-TV-Z]{13}_[0-9A-Za-z]{49}
 *
 * An operator may choose any other text for the first key, and keys that older
 * versions made ("sk-admin-" and 43 characters) go on working.
 */
#ifndef CORE_ADMIN_KEY_H
#define CORE_ADMIN_KEY_H

#include "base/base.h"
#include "base/str.h"
#include "core/token.h"

#define ADMIN_KEY_PREFIX    "sk-admin-inv_"
#define ADMIN_KEY_MAX	    256 /* octets of a key that an operator chose */
#define ADMIN_KEY_TEXT_SIZE (13 + 13 + 1 + 43 + 6 + 1) /* NUL included */

/* The key with this id, which is positive. */
void admin_key_format(int64_t id, const uint8_t secret[SECRET_SIZE],
		      char out[ADMIN_KEY_TEXT_SIZE]);

/* Whether it begins as ours do and is none: a character is wrong or missing. */
bool admin_key_is_misspelt(struct str key);

/*
 * What may be shown of a key: its first and last characters, as in
 * "sk-admin-inv_0D4V...9xQ4". Keys too short to lose that much show nothing
 * but dots. `out` takes 32 bytes.
 */
#define REDACTED_SIZE 32
void admin_key_redact(struct str key, char out[REDACTED_SIZE]);

#endif
