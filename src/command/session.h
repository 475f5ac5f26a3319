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
#define LIST_PAGE     100 /* rows that a command asks for at once */

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

/* The organization that --organization names, or the only one there is; 0 with
 * the reason printed. */
int64_t command_organization(struct session *session);

/* Has `run` do its work in the store that --database names; its exit code, or
 * that of a store that cannot be opened, with the reason printed. */
int command_in_store(const struct conf *conf,
		     int (*run)(struct session *session, void *context),
		     void *context);

/* Prints the reason, and returns the exit code. */
int command_refused(enum result result);

/* ---- the commands; each returns the exit code ---- */

/* backup.c */
int command_backup(struct session *session);

/* erase.c */
int command_user_erase(struct session *session);

/* keys.c */
int command_key_create(struct session *session);
int command_key_list(struct session *session);
int command_key_revoke(struct session *session);

/* leaked.c: COMMAND_KEY_LEAKED */
int command_leaked(struct session *session);

/* organizations.c */
int command_organization_create(struct session *session);
int command_organization_list(struct session *session);
int command_organization_rename(struct session *session);

/* revoke.c: COMMAND_KEY_REVOKE_BEFORE */
int command_revoke_before(struct session *session);

#endif
