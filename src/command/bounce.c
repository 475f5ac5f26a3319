/*
 * bounce.c: invited bounce: reads a message that a mail server has
 * piped to it, and where that says that an invite's mail could not be
 * delivered, has the invite say so.
 *
 * Nearly every message ends with exit status 0, even one that means nothing
 * here: a mail server would return what a program refuses to its sender, which
 * is wrong for automatic answers. If a report cannot be recorded, the mail
 * server keeps it and tries again (EX_TEMPFAIL).
 */
#include "base/base.h"

#include "command/commands.h"
#include "command/session.h"
#include "core/id.h"
#include "mail/dsn.h"
#include "store/mail/bounces.h"

struct bounce {
	struct return_code code;
	struct dsn dsn;
};

/* The first DSN_MAX octets: what a report says stands in front of what is sent
 * back with it. The rest is read all the same, for who writes it. */
static bool read_message(FILE *file, char *room, struct str *ret_message)
{
	char unused[4096];

	*ret_message = (struct str){ room, fread(room, 1, DSN_MAX, file) };
	while (fread(unused, 1, sizeof(unused), file) > 0)
		;
	return !ferror(file);
}

/* The message does not concern an invite. */
static int pass(const char *why)
{
	puts(why);
	return EXIT_OK;
}

/* What came of it. */
static int record(struct session *session, void *context)
{
	const struct bounce *bounce = context;
	const struct mail_bounced_in in = { .code = bounce->code,
					    .reason = bounce->dsn.reason };
	struct mail_bounced_out out;
	char id[ID_TEXT_SIZE];

	switch (session_ask(session, &verb_mail_bounced, 0, &in, &out)) {
	case RESULT_OK:
		printf("%s\t%s\t%s\n",
		       id_format(ID_INVITE, bounce->code.id, id),
		       out.failed ? "failed" : "unchanged", in.reason);
		return EXIT_OK;
	case RESULT_INVITE_NOT_FOUND:
		return pass("not about the last mail of an invite; ignored");
	default:
		return command_fail(EXIT_TRY_AGAIN,
				    "the database could not be used; try "
				    "again");
	}
}

static int take_message(const struct conf *conf, struct arena *arena,
			struct str message)
{
	struct bounce bounce;

	if (conf->argument
		? !return_code_find(str_of(conf->argument), &bounce.code)
		: !dsn_return_code(message, &bounce.code))
		return pass(
		    "not sent to a return address of this server; ignored");
	dsn_read(arena, message, &bounce.dsn);
	switch (bounce.dsn.outcome) {
	case DSN_NONE:
		return pass("not a delivery report; ignored");
	case DSN_OTHER:
		return pass("not a report of a final failure; ignored");
	case DSN_FAILED:
		break;
	}
	return command_in_store(conf, record, &bounce) == EXIT_OK
		   ? EXIT_OK
		   : EXIT_TRY_AGAIN;
}

int command_bounce(const struct conf *conf)
{
	char *room = malloc(DSN_MAX + DSN_ROOM);
	struct str message;
	struct arena arena;
	int code;

	if (!room)
		return command_fail(EXIT_TRY_AGAIN, "out of memory");
	arena_init_with(&arena, room + DSN_MAX, DSN_ROOM, DSN_ROOM);
	if (read_message(stdin, room, &message))
		code = take_message(conf, &arena, message);
	else
		code = command_fail(EXIT_TRY_AGAIN, "could not read the "
						    "message");
	arena_release(&arena);
	free(room);
	return code;
}
