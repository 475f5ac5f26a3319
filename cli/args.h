/*
 * args.h: the command line, read by tables of options.
 *
 * The same tables make the parser, the help texts and the completions, so
 * none of them can fall behind. What was given keeps its order, for options
 * that belong together (--project.id X --project.role Y).
 */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include <inv.h>
#include <stdbool.h>
#include <stddef.h>

struct option {
	const char *name;  /* without the dashes; NULL ends a table */
	char letter;	   /* short form, or 0 */
	const char *value; /* what it takes, for the help; NULL: nothing */
	const char
	    *words;   /* values to complete, with spaces between; or NULL */
	bool is_file; /* the value is the name of a file */
	const char *help;
};

#define YES_OPTION                                    \
	{                                             \
		.name = "yes", .letter = 'y',         \
		.help = "do not ask for confirmation" \
	}

struct arg {
	const struct option *option;
	const char *value; /* "" for an option that takes none */
};

struct args {
	struct arg *list;
	size_t count;
	const char **rest; /* what is no option */
	size_t rest_count;
};

/*
 * Reads `argv` (borrowed) by two tables, the first of which wins. With
 * `only_first`, stops at the first word that is no option and puts it and all
 * behind into `rest`. Returns false after saying on standard error what is
 * wrong.
 */
bool args_read(struct args *args, char **argv, const struct option *options,
	       const struct option *more, bool only_first);
void args_release(struct args *args);

/* A single word that is no option becomes the value of the one called `name`,
 * which is in the table, unless that was given too. */
void args_name_rest(struct args *args, const struct option *options,
		    const char *name);

/* The last value given under this name, or NULL. */
const char *args_text(const struct args *args, const char *name);
bool args_has(const struct args *args, const char *name);

/* The same for a member that can be null: not mentioned where not given, null
 * where it is empty. */
struct inv_text args_said(const struct args *args, const char *name);

/* All values given under this name, in an array to be freed. */
const char **args_all(const struct args *args, const char *name,
		      size_t *ret_count);

/*
 * The same as a member: none at all where `all` (may be NULL) is given, which
 * stands for all; else nothing is said of them. Its items are to be freed.
 */
struct inv_texts args_said_texts(const struct args *args, const char *name,
				 const char *all);

/*
 * A whole number in `from`..`to`; `usual` where not given. False after saying
 * what is wrong.
 */
bool args_number(const struct args *args, const char *name, long from, long to,
		 long usual, long *ret_value);

/* One of the words in the option's table, where it was given; likewise. */
bool args_word(const struct args *args, const char *name);

/* "30s", "5m", "12h", "7d" or plain seconds, in milliseconds; likewise. */
bool args_duration(const struct args *args, const char *name, long long usual,
		   long long *ret_ms);

#endif
