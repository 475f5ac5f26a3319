/*
 * session.h: the open store, for the commands that use it.
 */
#ifndef SESSION_H
#define SESSION_H

#include "base/arena.h"
#include "base/base.h"
#include "conf.h"
#include "store/store.h"

#define COMMAND_ARENA (64 * 1024 * 1024)

struct session {
	const struct conf *conf;
	struct store *store;
	struct store_port *port;
	struct arena arena;
};

/* Has `verb` done in the organization (0: where it needs none). */
enum result session_ask(struct session *session, const struct verb *verb,
			int64_t organization, const void *in, void *out);

/* COMMAND_KEY_LEAKED, in leaked_command.c; returns the exit code. */
int command_leaked(struct session *session);

#endif
