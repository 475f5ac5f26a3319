/*
 * email.h: addresses as people type them, and the key they compare by.
 *
 * RFC 5321 lengths, RFC 6531 local parts (UTF-8), IDNA 2008 domains. Dots and
 * +tags count: only the mailbox's owner knows what they mean.
 */
#ifndef CORE_EMAIL_H
#define CORE_EMAIL_H

#include "base/arena.h"
#include "base/base.h"
#include "base/str.h"

#define EMAIL_MAX	254 /* octets of an address, RFC 5321 4.5.3.1.3 */
#define EMAIL_LOCAL_MAX 64  /* octets of its local part, 4.5.3.1.1 */

struct email {
	const char *typed; /* as it came; what is shown and mailed to */
	const char
	    *key; /* NFC, case-folded (simple), domain as A-labels: equal keys
		   * mean the same person. At most EMAIL_MAX octets */
};

/*
 * Checks `raw` and fills `ret_email` (both strings in `arena`). Returns NULL,
 * or the reason in a clause that follows "is not a valid e-mail address: ",
 * such as "the domain is missing" (static). Out of memory is one of them:
 * EMAIL_OUT_OF_MEMORY, to be compared by pointer.
 */
const char *email_parse(struct arena *arena, struct str raw,
			struct email *ret_email) MUST_CHECK;

extern const char EMAIL_OUT_OF_MEMORY[];

#define EMAIL_PART_MAX 64 /* octets */

/* A part of an address as it may stand in a key: NFC, case-folded; in `arena`.
 * NULL with a reason, as above, where no address can hold it. */
const char *email_part(struct arena *arena, struct str raw,
		       const char **ret_reason) MUST_CHECK;

#endif
