/*
 * query.c: see query.h.
 */
#include "query.h"

#include <stdlib.h>
#include <time.h>

#include "text.h"

void query_add(char **query, const char *name, const char *value)
{
	char *coded = text_percent(value);

	*query = text_joined(*query, "&", name);
	*query = text_joined(*query, "=", coded);
	free(coded);
}

bool query_add_time(struct cli *cli, const char *option, const char *name,
		    char **query)
{
	long long ago_ms;
	char *text;

	if (!args_duration(cli->args, option, 0, &ago_ms))
		return false;
	if (!args_has(cli->args, option))
		return true;
	text = text_of("%lld", (long long)time(NULL) - ago_ms / 1000);
	query_add(query, name, text);
	free(text);
	return true;
}

bool query_add_id(struct cli *cli, enum word what, const char *name,
		  const char *word, char **query)
{
	enum status status;
	char *id = word_id(cli, what, word, NULL, &status);

	if (!id)
		return false;
	query_add(query, name, id);
	free(id);
	return true;
}
