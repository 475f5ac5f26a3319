/*
 * session.h: the open store, for the commands that use it.
 */
#ifndef SESSION_H
#define SESSION_H

#include "base/arena.h"
#include "base/base.h"
#include "conf/conf.h"
#include "core/organization.h"
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

/*
 * Calls `visit` for each organization that --organization means, all of them
 * where it is not given, until it returns false. How many were visited; -1
 * with the reason printed.
 */
int visit_organizations(struct session *session,
			bool (*visit)(struct session *session,
				      const struct organization *o,
				      void *context),
			void *context);

/* Has `run` do its work in the store that --database names; its exit code, or
 * that of a store that cannot be opened, with the reason printed. */
int command_in_store(const struct conf *conf,
		     int (*run)(struct session *session, void *context),
		     void *context);

/* Prints the reason, and returns the exit code. */
int command_refused(enum result result);

/* COMMAND_BACKUP, in backup.c; returns the exit code. */
int command_backup(struct session *session);

/* COMMAND_KEY_REVOKE_BEFORE, in revoke.c; returns the exit code. */
int command_revoke_before(struct session *session);

/* COMMAND_KEY_LEAKED, in leaked.c; returns the exit code. */
int command_leaked(struct session *session);

#endif
