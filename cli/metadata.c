/*
 * metadata.c: see metadata.h.
 */
#include "metadata.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "print.h"
#include "text.h"

char *metadata_add(char *json, const char *key, size_t key_len,
		   const char *value)
{
	char *name = text_of("%.*s", (int)key_len, key), *longer = NULL;
	size_t len;
	FILE *out = open_memstream(&longer, &len);

	if (out) {
		fprintf(out, "%.*s%s", json ? (int)strlen(json) - 1 : 1,
			json ? json : "{", json && json[1] != '}' ? "," : "");
		json_string(out, name);
		fputc(':', out);
		json_string(out, value);
		fputc('}', out);
		fclose(out);
	}
	free(name);
	free(json);
	return longer;
}

bool metadata_read(const struct args *args, char **ret_json)
{
	size_t count;
	const char **pairs = args_all(args, "metadata", &count);
	char *json = NULL;
	bool fine = true;

	if (count == 1 && !*pairs[0])
		json = copy_of("{}");
	for (size_t i = 0; i < count && !json; i++)
		fine = fine && strchr(pairs[i], '=');
	if (!fine)
		print_problem(
		    "--metadata takes KEY=VALUE, such as team=Engine");
	for (size_t i = 0; i < count && fine && *pairs[i]; i++)
		json = metadata_add(json, pairs[i], strcspn(pairs[i], "="),
				    strchr(pairs[i], '=') + 1);
	free(pairs);
	*ret_json = json;
	return fine;
}

char *metadata_cell_of(const char *json)
{
	return json && strcmp(json, "{}") != 0 ? copy_of(json) : NULL;
}
