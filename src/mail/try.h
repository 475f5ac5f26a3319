/*
 * try.h: one mail, now, for whoever wonders whether mails leave.
 */
#ifndef MAIL_TRY_H
#define MAIL_TRY_H

#include "base/base.h"
#include "base/fail.h"
#include "core/email.h"
#include "mail/mail.h"
#include "mail/transport.h"

/*
 * Sends a test mail to `to`, with the options that the daemon has, and says how
 * that went; `trace` is told each step. -1 with `fail` where an option is
 * wrong.
 */
int mail_try(const struct mail_options *options, const struct email *to,
	     dialogue_trace *trace, struct report *ret_report,
	     struct fail *fail) MUST_CHECK;

#endif
