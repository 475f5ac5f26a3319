/*
 * mail_test.c: invited mail test: sends one mail, and says what to do
 * where that fails.
 *
 * It asks nothing of the database: only the settings count.
 */
#include "base/base.h"

#include "command/commands.h"
#include "mail/try.h"

#define ARENA_MAX (64 * 1024) /* octets: an address */

/* What helps, by what stands in the last words; the first that fits. */
static const struct {
	const char *words, *advice;
} advices[] = {
	{ "offers no login",
	  "The server offers a login over TLS only, or none at all: use "
	  "smtps://, or port 587, or set no user name." },
	{ "535", "The login is wrong: check INVITED_MAIL_USERNAME and "
		 "INVITED_MAIL_PASSWORD." },
	{ "530", "The server wants a login: set INVITED_MAIL_USERNAME and "
		 "INVITED_MAIL_PASSWORD." },
	{ "certificate",
	  "The server's certificate is not for this name, or not signed by "
	  "anybody known here: name the host as the certificate does, or add "
	  "?cafile=PATH to --mail." },
	{ "STARTTLS", "The server offers no encryption on this port: use "
		      "smtps://, or another port." },
	{ "resolve host", "There is no such host: check --mail." },
	{ "connect", "Nothing answers there: check host and port in --mail, "
		     "and whether a firewall is in the way." },
	{ "timed out",
	  "The server does not answer in time: check host and "
	  "port in --mail, and whether a firewall is in the way." },
	{ "relay", "The server takes no mail from here for other domains: log "
		   "in (INVITED_MAIL_USERNAME), or have it trust this "
		   "machine." },
	{ "helo", "The server does not like our name: set --mail-helo to one "
		  "that is in DNS." },
	{ "ehlo", "The server does not like our name: set --mail-helo to one "
		  "that is in DNS." },
	{ "sender", "The server does not let us send as this address: set "
		    "--mail-from to one that it does." },
	{ "maildir", "Check the path in --mail, and who may write there." },
};

static const char *advice_on(const struct report *report, const char *url)
{
	if (report->outcome == OUTBOX_SENT)
		return str_starts_with(str_of(url), "maildir:")
			   ? "It stays there as a file, since no mail server "
			     "is named: --mail, or INVITED_MAIL."
			   : "If it does not arrive, look in the spam folder, "
			     "then in the log of the mail server.";
	if (report->outcome == OUTBOX_FAILED)
		return "The server refuses this recipient, or this text: try "
		       "another address.";
	for (size_t i = 0; i < COUNT_OF(advices); i++)
		if (strcasestr(report->words, advices[i].words))
			return advices[i].advice;
	return "The reply says why. Mails wait until that is mended, and leave "
	       "then.";
}

static void print_step(enum dialogue_step step, struct str line)
{
	static const char *const marks[] = {
		[STEP_NOTE] = "*",
		[STEP_SAID] = ">",
		[STEP_HEARD] = "<",
	};

	printf("%s ", marks[step]);
	for (size_t i = 0; i < line.len; i++)
		putchar((unsigned char)line.data[i] < ' ' ||
				line.data[i] == 0x7f
			    ? '?'
			    : line.data[i]);
	putchar('\n');
}

static int end_with(const struct report *report, const char *url)
{
	static const struct {
		const char *word;
		int code;
	} ends[] = {
		[OUTBOX_SENT] = { "sent", EXIT_OK },
		[OUTBOX_DEFERRED] = { "would wait", EXIT_TRY_AGAIN },
		[OUTBOX_FAILED] = { "refused", EXIT_FAILED },
	};

	printf("%s: %s\n%s\n", ends[report->outcome].word, report->words,
	       advice_on(report, url));
	return ends[report->outcome].code;
}

int command_mail_test(const struct conf *conf)
{
	const struct mail_options options = {
		.url = conf->mail,
		.username = conf->mail_username,
		.password = conf->mail_password,
		.helo = conf->mail_helo,
		.from = conf->mail_from,
		.return_path = conf->mail_return_path,
	};
	struct report report;
	struct email to;
	struct arena arena;
	struct fail fail;
	const char *wrong;
	int code = conf->mail_given
		       ? EXIT_OK
		       : command_check_place("INVITED_MAIL", conf->mail);

	if (code != EXIT_OK)
		return code;
	if (!mail_sends(conf->mail))
		return command_fail(EXIT_USAGE, "no mail is sent with --mail "
						"none:");
	arena_init(&arena, ARENA_MAX);
	wrong = email_parse(&arena, str_of(conf->argument), &to);
	if (wrong)
		code = command_fail(EXIT_USAGE,
				    "%s is not a valid e-mail address: %s",
				    conf->argument, wrong);
	else if (mail_try(&options, &to, print_step, &report, &fail) < 0)
		code = command_fail(EXIT_FAILED, "%s", fail.message);
	else
		code = end_with(&report, conf->mail);
	arena_release(&arena);
	return code;
}
