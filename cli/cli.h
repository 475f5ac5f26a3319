/*
 * cli.h: a command, and what every command is given.
 *
 * A command is a function and an entry in the table of commands.c; its options
 * are a table of its own, from which help and completions are made.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <inv.h>

#include "args.h"
#include "print.h"

/* Where a setting is from. */
enum origin {
	ORIGIN_DEFAULT,
	ORIGIN_LOGIN,
	ORIGIN_ENVIRONMENT,
	ORIGIN_OPTION,
	ORIGIN_GIVEN /* to "invite login", as a word or an answer */
};

/* What can be called by a name (directory.h). */
enum named {
	NAMED_PROJECT,
	NAMED_GROUP,
	NAMED_ROLE,
	NAMED_ACCOUNT, /* a service account, of one project */
	NAMED_KEY,     /* of one project */
	NAMED_ADMIN_KEY,
	NAMED_WEBHOOK, /* by its URL */
	NAMED_COUNT
};

struct settings;
struct directory;
struct action;
struct list;

struct cli {
	struct inv_client *client;
	enum format format; /* never AUTO */
	bool format_asked;  /* by --format, --json or --quiet */
	bool is_invitee;    /* with a link, not with the admin's settings */
	struct series series;
	const struct settings *settings;
	const struct args *args;
	struct directory *directories[NAMED_COUNT]; /* NULL until needed */
};

#define ANY_NUMBER 100000 /* of words */

struct command {
	const char *name;  /* "create", or "users list" */
	const char *alias; /* or NULL; a first word alone stands for it */
	const char *rest;  /* what follows the options, for the help */
	const char *help;
	const char *examples;	      /* lines, without the prompt; or NULL */
	const struct option *options; /* NULL: none */
	const struct list *list;     /* what it does is one of these: list.h, */
	const struct action *action; /* action.h; with a list, for one more */
	enum status (*run)(
	    struct cli *cli);	   /* word: one of it; or a function */
	size_t rest_min, rest_max; /* how many words follow */
	const char *bare;	/* the option that a single word stands for */
	const char *rest_words; /* that may follow, to complete */
	bool rest_is_file;
	bool is_offline; /* needs no client, and no sound settings */
	bool is_change;	 /* says by its options what is to be another: needs one
			  */
};

/* The one after it in the order of the help; of NULL, the first. */
const struct command *command_next(const struct command *command);

#define FOR_EACH_COMMAND(c)                                               \
	for (const struct command *(c) = command_next(NULL); (c) != NULL; \
	     (c) = command_next(c))

/* The table of a subject; each ends with an entry without name. */
extern const struct command user_commands[];	     /* users.c */
extern const struct command project_commands[];	     /* projects.c */
extern const struct command group_commands[];	     /* groups.c */
extern const struct command role_commands[];	     /* roles.c */
extern const struct command account_commands[];	     /* accounts.c */
extern const struct command key_commands[];	     /* keys.c */
extern const struct command organization_commands[]; /* organization.c */
extern const struct command gate_commands[];	     /* gate.c */
extern const struct command audit_commands[];	     /* audit.c */
extern const struct command blocked_commands[];	     /* blocked.c */
extern const struct command webhook_commands[];	     /* webhooks.c */

/* Of every list; --yes (both in users.c). */
extern const struct option page_options[], yes_options[];
extern const struct option global_options[];
/* More of them, only in front of the command. */
extern const struct option leading_options[];

/* Whether no command before it has the same first word, and its length. */
bool command_is_first(const struct command *command, size_t *ret_len);

/* The longest that fits; NULL: none. How many words that are. */
const struct command *command_find(const char *const *words, size_t *ret_count);

/* "there is no command ...", with a guess what was meant. */
void command_print_unknown(const char *const *words);

/* What --help prints: of a command, of those with one first word, of all. */
void help_print(const struct command *command);
void help_print_group(const char *first);
void help_print_all(void);

/*
 * Says why a call failed, to people with a hint what to do, to programs in
 * JSON where they asked for that; the exit status.
 */
enum status fail(struct cli *cli, const struct inv_error *err);

/* create.c */
extern const struct option create_options[];
enum status cmd_create(struct cli *cli);
/* invites.c */
extern const struct option list_options[], id_options[];
extern const struct list invite_list;
enum status cmd_get(struct cli *cli);
enum status cmd_delete(struct cli *cli);
/* invite_changes.c */
extern const struct option resend_options[], change_options[];
enum status cmd_resend(struct cli *cli);
enum status cmd_link(struct cli *cli);
enum status cmd_update(struct cli *cli);
/* watch.c */
extern const struct option watch_options[];
enum status cmd_watch(struct cli *cli);
/* bulk.c */
extern const struct option bulk_options[];
enum status cmd_bulk(struct cli *cli);
/* invitee.c */
extern const struct option link_options[], accept_options[];
extern const struct option decline_options[];
enum status cmd_lookup(struct cli *cli);
enum status cmd_accept(struct cli *cli);
enum status cmd_decline(struct cli *cli);
enum status cmd_opt_out(struct cli *cli);
enum status cmd_request_resend(struct cli *cli);
/* login.c */
enum status cmd_login(struct cli *cli);
enum status cmd_logout(struct cli *cli);
enum status cmd_whoami(struct cli *cli);
/* completion.c */
enum status cmd_completion(struct cli *cli);
/* help.c */
enum status cmd_help(struct cli *cli);

#endif
