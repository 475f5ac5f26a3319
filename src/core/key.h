/*
 * key.h: the text of a key, and what may be shown of it.
 *
 *	sk-admin-inv_0D4V3QSZ8M2K7_<43 characters><6 characters>
 *
 * That is whose it is (sk-admin, sk-proj, sk-svcacct), its id, 256 random bits
 * in base 62, and the CRC-32 of all before, in base 62. So a key that leaked
 * can be named by its id alone, one that was mistyped is refused without a look
 * into the database, and scanners for secrets can tell it for sure:
 *
 *	sk-(proj|svcacct|admin)-inv_[0-9A-HJKMNP-TV-Z]{13}_[0-9A-Za-z]{49}
 *
 * An operator may choose any other text for the first admin key, and admin keys
 * that older versions made ("sk-admin-" and 43 characters) go on working.
 */
#ifndef CORE_KEY_H
#define CORE_KEY_H

#include "base/base.h"
#include "base/str.h"
#include "core/token.h"
#include "core/vocabulary.h"

#define KEY_MAX		 256 /* octets of a key that an operator chose */
#define KEY_LIFETIME_MAX (365 * 24 * 60 * 60) /* seconds, if it ends at all */
#define KEY_GRACE	 (24 * 60 * 60)	      /* of one that is rotated */
#define KEY_GRACE_MAX	 (7 * 24 * 60 * 60)
#define KEY_TEXT_SIZE	 (15 + 13 + 1 + 43 + 6 + 1) /* of the longest; NUL too */

/* What kind of key a text is, judged by its form alone. */
enum key_form {
	KEY_OF_ADMIN,
	KEY_OF_USER, /* in a project */
	KEY_OF_SERVICE_ACCOUNT,
	KEY_MISSPELT, /* begins as ours do, but is not a valid key */
	KEY_FOREIGN   /* does not: an older key, or any other text */
};

enum key_form key_form(struct str text);

/* The same by the beginning alone: one of the first three, or KEY_FOREIGN. */
enum key_form key_form_begun(struct str text);

/* Headers in which some clients send their key instead of in Authorization. */
enum key_header { KEY_IN_X_API_KEY, KEY_IN_API_KEY };
extern const struct vocabulary key_headers;

/* The id in a key of one of the first three forms; 0 if it cannot be an id. */
int64_t key_id(struct str text);

/* The prefix of admin keys that older versions made. */
#define KEY_OLD_PREFIX "sk-admin-"
/*
 * The first key in `text`, whatever stands around it: one of ours, or an admin
 * key that an older version made. False where there is none.
 */
bool key_search(struct str text, struct str *ret_key) MUST_CHECK;

/* The key with this id, which is positive; `form` is one of the first three. */
void key_format(enum key_form form, int64_t id,
		const uint8_t secret[SECRET_SIZE], char out[KEY_TEXT_SIZE]);

/*
 * What may be shown of a key: its first and last characters, as in
 * "sk-admin-inv_0D4V...9xQ4". Keys too short to lose that much show nothing
 * but dots. `out` takes 32 bytes.
 */
#define REDACTED_SIZE 32
void key_redact(struct str key, char out[REDACTED_SIZE]);

#endif
