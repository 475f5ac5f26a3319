/*
 * debug.c: what the caller's debug callback is told, and what it is never told:
 * headers that carry secrets, and the key, wherever it stands.
 */
#include "base/base.h"
#include "client.h"

#include <stdarg.h>

static bool is_secret_header(struct str name)
{
	static const char *const names[] = {
		"authorization", "proxy-authorization", "cookie", "set-cookie",
		"api-key",	 "x-api-key",
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_is_nocase(name, names[i]))
			return true;
	return false;
}

/* Wherever the key stands in the line, even if the server sent it back. */
static void add_without_key(struct buf *out, const char *line, const char *key)
{
	const char *found;

	while (key && *key && (found = strstr(line, key)) != NULL) {
		buf_add(out, line, (size_t)(found - line));
		buf_add_text(out, "[key]");
		line = found + strlen(key);
	}
	buf_add_text(out, line);
}

void debug_say(const struct inv_client *client, unsigned number,
	       const char *format, ...)
{
	struct buf shown;
	char *raw = NULL;
	va_list args;

	if (!client->debug)
		return;
	va_start(args, format);
	if (vasprintf(&raw, format, args) < 0)
		raw = NULL;
	va_end(args);
	buf_init(&shown, HEADERS_MAX);
	buf_addf(&shown, "[%u] ", number);
	if (raw)
		add_without_key(&shown, raw, client->key);
	if (raw && buf_ok(&shown))
		client->debug(client->debug_arg, shown.data);
	buf_release(&shown);
	free(raw);
}

void debug_header(const struct inv_client *client, unsigned number,
		  char direction, struct str name, struct str value)
{
	if (is_secret_header(name))
		value = STR("[secret]");
	debug_say(client, number, "%c %.*s: %.*s", direction, STR_ARG(name),
		  STR_ARG(value));
}
