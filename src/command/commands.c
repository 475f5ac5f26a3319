/*
 * commands.c: which function a command is, and what all of them need; check,
 * restore and key first. The others are in the files beside this one.
 *
 * A command opens the store itself, prints what it did in words or in columns
 * that a script can cut, and ends.
 */
#include "base/base.h"

#include "command/commands.h"

#include <errno.h>
#include <stdarg.h>

#include "command/first_key.h"
#include "command/service_settings.h"
#include "command/session.h"
#include "store/store.h"

int command_fail(int code, const char *format, ...)
{
	va_list arguments;

	fputs("invited: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return code;
}

enum result session_ask(struct session *session, const struct verb *verb,
			int64_t organization, const void *in, void *out)
{
	return store_ask(session->port, &session->arena, verb, organization, in,
			 out);
}

int command_refused(enum result result)
{
	switch (result) {
	case RESULT_ORGANIZATION_EXISTS:
		return command_fail(EXIT_FAILED, "there is an organization of "
						 "this name already");
	case RESULT_ORGANIZATION_NOT_FOUND:
		return command_fail(EXIT_FAILED, "there is no such "
						 "organization; see `invited "
						 "organization list`");
	case RESULT_KEY_NOT_FOUND:
		return command_fail(EXIT_FAILED,
				    "there is no key in force with this id; "
				    "see `invited key list`");
	case RESULT_USER_NOT_FOUND:
		return command_fail(EXIT_FAILED,
				    "there is no such user, neither present "
				    "nor removed, or they were erased already");
	case RESULT_LAST_OWNER:
		return command_fail(EXIT_FAILED,
				    "this is the last owner of an "
				    "organization, which has to keep one: make "
				    "somebody else an owner first");
	case RESULT_OWNER_OF_LAST_KEY:
		return command_fail(EXIT_FAILED,
				    "the last admin key of an organization "
				    "that does not expire is this person's: "
				    "make another one first, with `invited key "
				    "create`");
	default:
		return command_fail(EXIT_TRY_AGAIN, "the database could not be "
						    "used; try again");
	}
}

/* ---- the database ---- */

static int check(struct session *session)
{
	struct fail fail;
	int faults = store_check(session->store, stdout, &fail);

	if (faults < 0)
		return command_fail(EXIT_FAILED, "%s", fail.message);
	if (faults > 0)
		return command_fail(EXIT_FAILED, "%d fault%s found", faults,
				    faults == 1 ? "" : "s");
	puts("ok");
	return EXIT_OK;
}

/* The older state is back, including keys that were revoked since. */
static int restore(const struct conf *conf)
{
	struct restored restored;
	struct fail fail;
	int code = command_check_database(conf);

	if (code != EXIT_OK)
		return code;
	if (store_restore(conf->database, conf->argument, stdout, &restored,
			  &fail) < 0)
		return command_fail(restored.again ? EXIT_TRY_AGAIN
						   : EXIT_FAILED,
				    "%s", fail.message);
	printf("restored: %s\n", conf->argument);
	if (restored.aside[0])
		printf("kept aside: %s\n", restored.aside);
	fputs(
	    "Whatever was ended after this backup was made is back. Keys that "
	    "were revoked work again: revoke them with `invited key revoke`, "
	    "or, if nobody knows which, all that were made before a time with "
	    "`invited key revoke-before TIME`. People who were removed are "
	    "members again, and people who were erased are in the database: "
	    "erase them again with `invited user erase`.\n",
	    stderr);
	return EXIT_OK;
}

static int key_first(const struct conf *conf)
{
	struct fail fail;

	if (first_key_show(conf->first_key, &fail) < 0)
		return command_fail(EXIT_FAILED, "%s", fail.message);
	return EXIT_OK;
}

int command_check_place(const char *variable, const char *place)
{
	switch (service_is_told(SERVICE_SETTINGS, variable)) {
	case TOLD_NOTHING:
		break;
	case TOLD_IT:
		return command_fail(EXIT_USAGE,
				    "the service has its own %s, in " //
				    SERVICE_SETTINGS ", which is not given to "
				    "commands: set it here, too; without it, "
				    "this would go by %s",
				    variable, place);
	case TOLD_UNKNOWN:
		fprintf(stderr,
			"invited: " SERVICE_SETTINGS " cannot be read (%s), so "
			"this goes by %s; if the service has an %s of its own, "
			"set it here, too.\n",
			strerror(errno), place, variable);
	}
	return EXIT_OK;
}

int command_check_database(const struct conf *conf)
{
	if (conf->database_given)
		return EXIT_OK;
	return command_check_place("INVITED_DATABASE", conf->database);
}

/* A command may run beside a daemon that serves the database. */
static int check_database(const struct session *session)
{
	if (store_is_served(session->store))
		return EXIT_OK;
	return command_check_database(session->conf);
}

int command_in_store(const struct conf *conf,
		     int (*run)(struct session *session, void *context),
		     void *context)
{
	struct session session = { .conf = conf };
	struct fail fail;
	int code;

	if (store_open(conf->database, false, &session.store, &fail) < 0)
		return command_fail(fail.passing ? EXIT_TRY_AGAIN : EXIT_FAILED,
				    "%s", fail.message);
	if (store_port_open(session.store, NULL, NULL, &session.port, &fail) <
	    0) {
		store_close(session.store);
		return command_fail(EXIT_FAILED, "%s", fail.message);
	}
	arena_init(&session.arena, COMMAND_ARENA);
	code = check_database(&session);
	if (code == EXIT_OK)
		code = run(&session, context);
	arena_release(&session.arena);
	store_port_close(session.port);
	store_close(session.store);
	return code;
}

static int run_command(struct session *session, void *context)
{
	static int (*const commands[])(struct session *) = {
		[COMMAND_KEY_CREATE] = command_key_create,
		[COMMAND_KEY_LIST] = command_key_list,
		[COMMAND_KEY_REVOKE] = command_key_revoke,
		[COMMAND_KEY_REVOKE_BEFORE] = command_revoke_before,
		[COMMAND_KEY_LEAKED] = command_leaked,
		[COMMAND_ORGANIZATION_CREATE] = command_organization_create,
		[COMMAND_ORGANIZATION_LIST] = command_organization_list,
		[COMMAND_ORGANIZATION_RENAME] = command_organization_rename,
		[COMMAND_USER_ERASE] = command_user_erase,
		[COMMAND_CHECK] = check,
		[COMMAND_BACKUP] = command_backup,
	};

	(void)context;
	return commands[session->conf->command](session);
}

int command_run(const struct conf *conf)
{
	switch (conf->command) {
	case COMMAND_COPY:
		return command_copy(conf);
	case COMMAND_HEALTH:
		return command_health(conf);
	case COMMAND_KEY_FIRST:
		return key_first(conf);
	case COMMAND_RESTORE:
		return restore(conf);
	case COMMAND_MAIL_TEST:
		return command_mail_test(conf);
	case COMMAND_BOUNCE:
		return command_bounce(conf);
	default:
		return command_in_store(conf, run_command, NULL);
	}
}
