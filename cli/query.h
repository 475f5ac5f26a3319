/*
 * query.h: what a list is asked for by options, as the query of a URL.
 */
#ifndef CLI_QUERY_H
#define CLI_QUERY_H

#include "resolve.h"

/* `*query` is freed and grows; NULL is none. The name is encoded already. */
void query_add(char **query, const char *name, const char *value);

/* The option's time before now, in Unix seconds; false after saying what is
 * wrong with it. Nothing where it is not given. */
bool query_add_time(struct cli *cli, const char *option, const char *name,
		    char **query);

/* The id of what the word stands for. */
bool query_add_id(struct cli *cli, enum word what, const char *name,
		  const char *word, char **query);

#endif
