/*
 * json.h: JSON as it came, laid out anew, and the little that is written and
 * looked for here. What could drive a terminal is written as \uXXXX, which is
 * the same text to whoever reads it.
 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum json_layout {
	JSON_INDENTED,
	JSON_COMPACT, /* one line */
	JSON_AS_RECEIVED
};

/* A value, `depth` levels deep in what is around it; without a newline. */
void json_print(FILE *out, enum json_layout layout, int depth,
		const char *json);

/* A string, escaped and quoted; NULL is null. */
void json_string(FILE *out, const char *text);

/*
 * The string under this name in the object `json`, decoded, to be freed; NULL
 * where there is no such member, or it is no string.
 */
char *json_member(const char *json, const char *name);

#endif
