/*
 * cli.h: a command, and what every command is given.
 *
 * A command is a function and an entry in the table of main.c; its options are
 * a table of its own, from which help and completions are made.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <inv.h>

#include "args.h"
#include "say.h"

struct cli {
	struct inv_client *client;
	enum format format; /* never AUTO */
	bool format_asked;  /* by --format or --json */
	bool is_base_asked; /* by --base-url, which wins over a link's host */
	const struct args *args;
};

struct command {
	const char *name;  /* "create", or "users list" */
	const char *alias; /* or NULL */
	const char *rest;  /* what follows the options, for the help; or "" */
	const char *help;
	const struct option *options;
	enum status (*run)(struct cli *cli);
	size_t rest_min, rest_max; /* how many words follow */
	const char
	    *bare; /* the option that a single word stands for; or NULL */
};

/* Ends with an entry without name; in the order of the help. */
extern const struct command commands[];
extern const struct option global_options[];
/* More of them, only in front of the command. */
extern const struct option leading_options[];

/* create.c */
extern const struct option create_options[];
enum status cmd_create(struct cli *cli);
/* invites.c */
extern const struct option list_options[], id_options[], watch_options[];
enum status cmd_list(struct cli *cli);
enum status cmd_get(struct cli *cli);
enum status cmd_delete(struct cli *cli);
enum status cmd_watch(struct cli *cli);
/* bulk.c */
extern const struct option bulk_options[];
enum status cmd_bulk(struct cli *cli);
/* invitee.c */
extern const struct option link_options[], accept_options[];
enum status cmd_lookup(struct cli *cli);
enum status cmd_accept(struct cli *cli);
enum status cmd_decline(struct cli *cli);
/* people.c */
extern const struct option page_options[], projects_options[];
extern const struct option project_create_options[];
enum status cmd_users_list(struct cli *cli);
enum status cmd_users_get(struct cli *cli);
enum status cmd_projects_list(struct cli *cli);
enum status cmd_projects_get(struct cli *cli);
enum status cmd_projects_create(struct cli *cli);
enum status cmd_projects_users(struct cli *cli);
/* completion.c */
enum status cmd_completion(struct cli *cli);

/* One invite for people, or as JSON. */
void say_invite(const struct cli *cli, const struct inv_invite *invite);

/* "proj_a (member), proj_b (owner)"; to be freed. */
char *projects_text(const struct inv_invite *invite);

/* The id: the command's one word, or the option `name`. NULL after saying. */
const char *id_of(const struct cli *cli, const char *name);

/* A row with a name in it and a value, where there is one. */
void say_row(struct table *table, const char *name, const char *value);

#endif
