/*
 * commands.h: the operator's commands, beside a running daemon or without one.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "base/base.h"
#include "conf/conf.h"

/* Exit codes of the program. */
enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_TRY_AGAIN = 75 /* EX_TEMPFAIL: storage busy or full */
};

/* Runs a command that is not `serve`; returns the exit code. */
int command_run(const struct conf *conf);

/* COMMAND_COPY, in copy.c; as command_run(). */
int command_copy(const struct conf *conf);

/* COMMAND_HEALTH, in health.c; as command_run(). */
int command_health(const struct conf *conf);

/* COMMAND_MAIL_TEST, in mail_test.c; as command_run(). */
int command_mail_test(const struct conf *conf);

/* COMMAND_BOUNCE, in bounce.c; as command_run(). */
int command_bounce(const struct conf *conf);

/*
 * To be called before something is done by `place`, the default of `variable`.
 * The service may have another one, by settings that are not given to commands,
 * and often are not for everybody to read: a key that is made in its old
 * database opens nothing. Where that is so, EXIT_USAGE with the reason printed;
 * where it cannot be found out, EXIT_OK after saying so.
 */
int command_check_place(const char *variable, const char *place);

/* The same of the database, unless it was given. */
int command_check_database(const struct conf *conf);

/* Prints "invited: <message>" to standard error and returns `code`. */
int command_fail(int code, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
