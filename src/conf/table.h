/*
 * table.h: the shape of the tables of settings and commands; private
 * to conf/.
 */
#ifndef CONF_TABLE_H
#define CONF_TABLE_H

#include "conf/conf.h"

struct setting;

/* Takes a value over into `conf`: NULL, or why it will not do. */
typedef const char *taker(struct conf *conf, const struct setting *setting,
			  const char *value);

struct setting {
	const char *flag;	/* NULL: a secret, environment only */
	const char *variable;	/* environment */
	const char *value_name; /* in the help */
	const char *standard;	/* default; NULL = none */
	taker *take;
	size_t member; /* offset in struct conf, if the taker asks */
	const char *help;
};

struct command_line {
	enum command command;
	const char *word, *verb; /* "key create"; verb may be NULL */
	const char *argument;	 /* what the help calls it; NULL = none */
	bool optional;		 /* the argument */
	const char *help;
};

extern const struct setting SETTINGS[];
extern const size_t SETTING_COUNT;

#define SETTINGS_MAX 48 /* asserted where they stand */
/* What is not repeated: a secret, or a URL that may hold one. */
bool may_be_secret(const struct setting *setting);

extern const struct command_line COMMANDS[];
extern const size_t COMMAND_COUNT;

#endif
