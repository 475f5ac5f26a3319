/*
 * smtp_url.h: what the operator says about the mail server.
 *
 *	smtp://[USER:PASSWORD@]HOST[:PORT][/EHLO-NAME][?OPTION=VALUE&...]
 *	smtps://...             TLS from the first byte
 *
 *	timeout=60s             for one mail, all in all
 *	cafile=PATH             certificates to trust instead of the system's
 *	tls=required            also where it would be optional
 *	tls=none                for a mail catcher in a private network
 *
 * With smtp:// the server has to offer STARTTLS and a certificate that holds,
 * unless it is on this machine: then TLS is used if it is there, whoever
 * signed it, since who can listen on the loopback owns the machine anyway.
 *
 * Pure.
 */
#ifndef MAIL_SMTP_URL_H
#define MAIL_SMTP_URL_H

#include "base/arena.h"
#include "base/base.h"
#include "base/fail.h"
#include "mail/transport.h"

enum smtp_tls { SMTP_TLS_IF_OFFERED, SMTP_TLS_REQUIRED, SMTP_TLS_NONE };

struct smtp_settings {
	const char *url; /* scheme, host, port, EHLO name: nothing secret */
	char *username, *password; /* both or NULL */
	const char *cafile;	   /* or NULL */
	enum smtp_tls tls;
	bool verify; /* the certificate */
	int64_t whole_ms;
};

/*
 * Reads the URL among `options`, everything in `arena`. What else is in them
 * wins over what is in the URL. -1 with `fail`, which never repeats a
 * password: where it is malformed, half of the credentials is missing, or
 * they would cross a network in the clear.
 */
int smtp_url_parse(struct arena *arena, const struct transport_options *options,
		   struct smtp_settings *ret_settings,
		   struct fail *fail) MUST_CHECK;

#endif
