/*
 * bounces.h: the verb of mails that bounce.
 *
 *	mail_bounced	records that the mail of an invite could not be
 *			delivered after all. Changes nothing where it has failed
 *			already, where the invite is not open any more, and
 *			where it was sent again since: then the report is about
 *			an earlier mail. INVITE_NOT_FOUND where no invite's mail
 *			has this code.
 */
#ifndef STORE_BOUNCES_H
#define STORE_BOUNCES_H

#include "core/return_code.h"
#include "store/verb.h"

struct mail_bounced_in {
	struct return_code code;
	const char *reason; /* what the administrator reads */
};

struct mail_bounced_out {
	int64_t invite;
	bool failed; /* it did so now; else nothing changed */
};

#endif
