/*
 * send_one.c: sends one canned invitation over a transport and says how it
 * went: for tests of the transports without a daemon, and for people who
 * wonder what their mail server thinks.
 *
 *	send_one [-f FROM] [-t TO] [-o ORGANIZATION] [-p PROJECT]... [-u PUBLIC]
 *	         [-U USERNAME] [-P PASSWORD] [-e HELO] [-n TIMES] [-r] [-k] [-w]
 *	         URL
 *
 *	-n  that many times, each with its own invite, over one transport
 *	-r  rests between the times, so that no connection is kept
 *	-w  waits between the times until a line is read
 *	-k  only looks whether mail could be sent
 *
 * For each attempt a line: outcome, whether the transport is usable, and its
 * last words, separated by tabs. Exit status 0, or 2 where URL or FROM are
 * wrong, with the reason on standard error.
 */
#include "base/base.h"

#include <err.h>
#include <signal.h>
#include <unistd.h>

#include "core/email.h"
#include "mail/message.h"
#include "mail/transport.h"

#define PROJECTS_MAX 100

struct arguments {
	const char *from, *to, *organization, *public_url;
	struct transport_options transport;
	struct named_grant projects[PROJECTS_MAX];
	struct grant grants[PROJECTS_MAX];
	size_t project_count;
	int times;
	bool rest, probe, wait;
};

static const char *const outcomes[] = {
	[OUTBOX_SENT] = "sent",
	[OUTBOX_DEFERRED] = "deferred",
	[OUTBOX_FAILED] = "failed",
};

static const char *const ways[] = {
	[WAY_OPEN] = "usable",
	[WAY_DOUBTFUL] = "doubtful",
	[WAY_CLOSED] = "unusable",
	[WAY_UNTOLD] = "untold",
};

static void add_project(struct arguments *arguments, const char *name)
{
	size_t i = arguments->project_count++;

	if (i >= PROJECTS_MAX)
		errx(2, "too many projects");
	arguments->projects[i].project_name = name;
	arguments->projects[i].role = i % 2 ? PROJECT_OWNER : PROJECT_MEMBER;
	arguments->grants[i].project = (int64_t)i + 1;
}

static void read_arguments(struct arguments *arguments, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "f:t:o:p:u:U:P:e:n:rkw")) != -1) {
		int64_t times = 0;
		switch (option) {
		case 'f':
			arguments->from = optarg;
			break;
		case 't':
			arguments->to = optarg;
			break;
		case 'o':
			arguments->organization = optarg;
			break;
		case 'p':
			add_project(arguments, optarg);
			break;
		case 'u':
			arguments->public_url = optarg;
			break;
		case 'U':
			arguments->transport.username = optarg;
			break;
		case 'P':
			arguments->transport.password = optarg;
			break;
		case 'e':
			arguments->transport.helo = optarg;
			break;
		case 'n':
			if (!str_to_i64(str_of(optarg), &times))
				errx(2, "-n takes a number");
			arguments->times = (int)times;
			break;
		case 'r':
			arguments->rest = true;
			break;
		case 'k':
			arguments->probe = true;
			break;
		case 'w':
			arguments->wait = true;
			break;
		default:
			exit(2);
		}
	}
	if (optind + 1 != argc)
		errx(2, "one URL is needed");
	arguments->transport.url = argv[optind];
}

/* The mail number `number`: always the same one for the same arguments. */
static void fill_mail(const struct arguments *arguments,
		      const struct email *email, int number,
		      struct outbox_mail *mail)
{
	struct invite *invite = &mail->to.invite;

	*mail = (struct outbox_mail){
		.queued_at_ms = 1769868300000, /* 2026-01-31T14:05:00Z */
	};
	invite->id = (INT64_C(0x0123456789abcdef) & ~INT64_C(0xff)) + number;
	invite->email = email->typed;
	invite->email_key = email->key;
	invite->role = ROLE_READER;
	invite->grants.at = (struct grant *)arguments->grants;
	invite->grants.count = arguments->project_count;
	invite->expires_at = 1770473100; /* 2026-02-07T14:05:00Z */
	mail->to.organization_name = arguments->organization;
	mail->to.grants = (struct named_grant *)arguments->projects;
	mail->token.invite = invite->id;
	memset(mail->token.secret, number + 1, SECRET_SIZE);
}

static void print_report(const struct report *report)
{
	printf("%s\t%s\t%s\n", outcomes[report->outcome], ways[report->way],
	       report->words);
	fflush(stdout);
}

static void send_all(const struct arguments *arguments,
		     const struct sender *sender, const struct email *email,
		     struct transport *transport)
{
	struct message message;

	message_init(&message);
	for (int i = 0; i < arguments->times; i++) {
		struct outbox_mail mail;
		struct letter letter;
		struct report report;

		if (i > 0 && arguments->rest)
			transport_idle(transport);
		while (i > 0 && arguments->wait && getchar() != '\n')
			;
		fill_mail(arguments, email, i, &mail);
		if (!message_compose(&message, sender, arguments->public_url,
				     &mail, &letter))
			errx(1, "out of memory");
		transport_deliver(transport, &letter, &report);
		print_report(&report);
	}
	message_release(&message);
}

int main(int argc, char **argv)
{
	struct arguments arguments = {
		.from = "Invited <invited@localhost>",
		.to = "ada@example.com",
		.organization = "Acme",
		.public_url = "https://invited.example.com",
		.times = 1,
	};
	struct transport *transport;
	struct sender sender;
	struct report report;
	struct email email;
	struct arena arena;
	struct fail fail;
	const char *wrong;

	signal(SIGPIPE, SIG_IGN);
	arena_init(&arena, 64 * 1024);
	read_arguments(&arguments, argc, argv);
	wrong = email_parse(&arena, str_of(arguments.to), &email);
	if (wrong)
		errx(2, "-t: %s", wrong);
	if (sender_parse(&arena, arguments.from, &sender, &fail) < 0)
		errx(2, "%s", fail.message);
	arguments.transport.domain = sender.domain;
	if (transport_open(&arguments.transport, &transport, &fail) < 0)
		errx(2, "%s", fail.message);
	if (arguments.probe) {
		const struct letter letter = { .from = sender.address };
		transport_probe(transport, &letter, &report);
		print_report(&report);
	} else {
		send_all(&arguments, &sender, &email, transport);
	}
	transport_close(transport);
	arena_release(&arena);
	return 0;
}
