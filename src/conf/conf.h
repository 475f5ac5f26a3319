/*
 * conf.h: the operator's settings.
 *
 * One table in settings.c lists every setting: its flag, its environment
 * variable, its default and its line in --help. A flag wins over the
 * environment, the environment over the default; a variable that is set to
 * nothing counts as not set. Secrets come from the environment only, since
 * anybody on the machine can read a command line.
 */
#ifndef CONF_H
#define CONF_H

#include "base/arena.h"
#include "base/base.h"
#include "base/fail.h"
#include "base/log.h"
#include "base/network.h"

#define CONF_LISTEN_MAX 16 /* listen addresses */
#define CONF_PROXY_MAX	16 /* networks of proxies */
#define CONF_ALLOW_MAX	16 /* networks of webhooks */

enum command {
	COMMAND_SERVE,
	COMMAND_KEY_CREATE, /* argument: its name, or NULL */
	COMMAND_KEY_FIRST,
	COMMAND_KEY_LIST,
	COMMAND_KEY_LEAKED,	     /* argument: its id, or NULL: read them */
	COMMAND_KEY_REVOKE,	     /* argument: its id */
	COMMAND_KEY_REVOKE_BEFORE,   /* argument: a time */
	COMMAND_ORGANIZATION_CREATE, /* argument: its name */
	COMMAND_ORGANIZATION_LIST,
	COMMAND_ORGANIZATION_RENAME, /* argument: its new name */
	COMMAND_MAIL_TEST,	     /* argument: to whom */
	COMMAND_BOUNCE,		     /* argument: to which address, or NULL */
	COMMAND_USER_ERASE,	     /* argument: a user's id, or an address */
	COMMAND_CHECK,
	COMMAND_BACKUP,	 /* argument: the new file, or a directory for it */
	COMMAND_RESTORE, /* argument: the backup */
	COMMAND_COPY,
	COMMAND_HEALTH,
	COMMAND_HELP,
	COMMAND_VERSION
};

/* All strings live until conf_release(). Never NULL unless it says so. */
struct conf {
	enum command command;
	const char *argument; /* of the command; NULL where none was given */

	const char *listen[CONF_LISTEN_MAX];	  /* checked: "127.0.0.1:8080",
						   * "[::1]:0", "unix:/run/x" */
	size_t listen_count;			  /* at least one */
	const char *gate_listen[CONF_LISTEN_MAX]; /* likewise, for gateways */
	size_t gate_listen_count;		  /* 0: there is no gate */
	unsigned gate_key_headers; /* a bit for each enum key_header */
	int64_t gate_stale_seconds;
	const char *public_url; /* no final '/'; NULL = derive it from the first
				 * listen address, which is a loopback one */
	struct network proxies[CONF_PROXY_MAX]; /* besides this machine */
	size_t proxy_count;
	int threads; /* for requests, 1 to 64; 0: as there are processors */
	const char *data;      /* directory */
	const char *database;  /* "sqlite:PATH", PATH inside data or absolute;
				* or "postgres://...", which may hold a
				* password: never to be printed */
	bool database_given;   /* not the default */
	int keep;	       /* backups in a directory; 0: all */
	const char *from, *to; /* the same, for COMMAND_COPY; may be NULL */
	bool from_given;       /* not `database` */
	const char *mail;      /* its PATH likewise */
	bool mail_given;       /* not the default */
	const char *mail_from;
	bool mail_from_given;			   /* not the default */
	const char *mail_return_path;		   /* or NULL */
	const char *mail_helo;			   /* or NULL */
	const char *mail_username, *mail_password; /* or NULL */
	int64_t mail_retry_ms;
	int mail_connections; /* 1 to 64 */
	int64_t invite_ttl_seconds;
	int64_t forget_invites_seconds; /* 0: never */
	/* File, inside data or absolute; or NULL: no secrets are kept. */
	const char *secrets_key;
	struct network webhook_allow[CONF_ALLOW_MAX];
	size_t webhook_allow_count;
	int64_t webhook_retry_ms;
	const char *organization; /* name at first start */
	bool organization_given;  /* not the default: for `key`, whose keys */
	const char *welcome_url;  /* or NULL */
	const char *locale;	  /* one of core/language.h */
	const char *admin_key;	  /* or NULL */
	const char *first_key;	  /* file; or NULL: it is printed */
	enum log_level log_level;
	enum log_routine log_routine;

	struct arena arena; /* private */
};

/* getenv(), or a stand-in for tests. */
typedef char *conf_lookup(const char *variable);

/* Wipes from the environment what may be secret: after conf_parse(), which has
 * taken it over. What ps and /proc show of it is wiped, too. */
void conf_clear_environment(void);

/*
 * Fills `conf` from the command line (`argv` as main() has it, with a NULL at
 * its end) and the environment. -1 with `fail` if either is wrong: a usage
 * error. With COMMAND_HELP and COMMAND_VERSION only `command` is set.
 * conf_release() is due in any case.
 */
int conf_parse(struct conf *conf, char **argv, conf_lookup *lookup,
	       struct fail *fail) MUST_CHECK;

void conf_release(struct conf *conf);

/* What --help prints. */
void conf_print_help(FILE *out);

#endif
