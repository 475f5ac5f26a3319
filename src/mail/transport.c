/*
 * transport.c: the front of all transports. It finds the kind that a URL
 * names, and makes presentable what mail servers say, once for all kinds.
 */
#include "base/base.h"
#include "mail/transport.h"

#include "mail/mail.h"

static const struct transport_kind *const kinds[] = {
	&transport_smtp,
	&transport_smtps,
	&transport_maildir,
};

bool mail_sends(const char *url)
{
	return !str_is_nocase(str_of(url), "none:");
}

static bool has_scheme(const char *url, const char *scheme)
{
	return strncasecmp(url, scheme, strlen(scheme)) == 0;
}

int transport_open(const struct transport_options *options,
		   struct transport **ret_transport, struct fail *fail)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (!has_scheme(options->url, kinds[i]->scheme))
			continue;
		if (kinds[i]->open(options, ret_transport, fail) < 0)
			return -1;
		(*ret_transport)->kind = kinds[i];
		return 0;
	}
	/* The URL may hold a password: it is not repeated. */
	return fail_set(fail, "the mail URL should be smtp://HOST[:PORT], "
			      "smtps://HOST[:PORT], maildir:PATH or none:");
}

/*
 * Servers may say what they like, and it ends up in a terminal, a log and an
 * answer. `text` becomes one line without control characters, in place; a cut
 * made before may have torn the last character.
 */
static void tidy(char *text)
{
	struct str rest = str_of(text);
	char *to = text;

	while (rest.len > 0) {
		size_t len = str_utf8_char(rest);
		size_t taken = len > 0 ? len : 1;
		if (len == 0)
			*to++ = rest.len < 4 ? ' ' : '?';
		else if (str_has_control((struct str){ rest.data, len }))
			*to++ = ' ';
		else
			to = (char *)memmove(to, rest.data, len) + len;
		rest.data += taken;
		rest.len -= taken;
	}
	while (to > text && to[-1] == ' ')
		to--;
	*to = '\0';
}

void transport_deliver(struct transport *transport, const struct letter *letter,
		       struct report *ret_report)
{
	transport->kind->deliver(transport, letter, ret_report);
	tidy(ret_report->words);
}

void transport_probe(struct transport *transport, const struct letter *letter,
		     struct report *ret_report)
{
	transport->kind->probe(transport, letter, ret_report);
	tidy(ret_report->words);
}

void transport_idle(struct transport *transport)
{
	if (transport->kind->idle)
		transport->kind->idle(transport);
}

void transport_hurry(struct transport *transport)
{
	if (transport->kind->hurry)
		transport->kind->hurry(transport);
}

void transport_close(struct transport *transport)
{
	if (transport)
		transport->kind->close(transport);
}
