/*
 * service_settings.c: looks into the file that systemd reads the settings of
 * the service from. Only whether a variable is set there is of concern: values
 * have quotation marks and continued lines, which are systemd's own.
 */
#include "base/base.h"

#include "command/service_settings.h"

#include <errno.h>

#include "base/str.h"

#define LINE_SIZE 4096 /* of a longer line, the rest counts as one more */

/* "NAME=value" or "NAME_FILE=path", with something behind the "=". */
static bool sets(const char *line, const char *variable)
{
	size_t len = strlen(variable);
	struct str name, value;

	if (!str_cut(str_of(line), '=', &name, &value))
		return false;
	name = str_trim(name);
	if (!str_starts_with(name, variable) || str_trim(value).len == 0)
		return false;
	name = (struct str){ name.data + len, name.len - len };
	return name.len == 0 || str_is(name, "_FILE");
}

static enum told look(FILE *file, const char *variable)
{
	char line[LINE_SIZE];

	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\r\n")] = '\0';
		if (sets(line, variable))
			return TOLD_IT;
	}
	return ferror(file) ? TOLD_UNKNOWN : TOLD_NOTHING;
}

enum told service_is_told(const char *path, const char *variable)
{
	FILE *file = fopen(path, "re");
	enum told told;

	if (!file)
		return errno == ENOENT || errno == ENOTDIR ? TOLD_NOTHING
							   : TOLD_UNKNOWN;
	told = look(file, variable);
	fclose(file);
	return told;
}
