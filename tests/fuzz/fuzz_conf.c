/*
 * fuzz_conf.c: any bytes as the command line, one argument after another with a
 * NUL between; what begins with '=' is the environment's. It is understood, or
 * there is a sentence why not.
 */
#include "base/base.h"
#include "conf/conf.h"
#include "fuzz.h"

#define ARGUMENTS_MAX 32

static char program[] = "invited";
static char *variables[ARGUMENTS_MAX + 1];

static char *look_up(const char *name)
{
	size_t len = strlen(name);

	if (strstr(name, "_FILE"))
		return NULL; /* it would be opened, whatever it is */
	for (size_t i = 0; variables[i]; i++) {
		if (strncmp(variables[i], name, len) == 0 &&
		    variables[i][len] == '=')
			return variables[i] + len + 1;
	}
	return NULL;
}

int fuzz_one(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *argv[ARGUMENTS_MAX + 2] = { program };
	size_t arguments = 1, names = 0;
	struct fail fail = { .message = "" };
	struct conf conf;

	require(text);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	for (char *at = text; at < text + size; at += strlen(at) + 1) {
		if (*at == '=' && names < ARGUMENTS_MAX)
			variables[names++] = at + 1;
		else if (arguments <= ARGUMENTS_MAX)
			argv[arguments++] = at;
	}
	variables[names] = NULL;
	if (conf_parse(&conf, argv, look_up, &fail) < 0) {
		require(fail.message[0]);
		require(memchr(fail.message, '\0', sizeof(fail.message)));
	} else if (conf.command == COMMAND_SERVE) {
		require(conf.data && conf.database && conf.listen_count > 0);
		require(conf.invite_ttl_seconds > 0);
	}
	conf_release(&conf);
	free(text);
	return 0;
}
