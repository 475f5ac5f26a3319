/*
 * headers.c: the header lines of a request: who asks, in whose name, and what
 * the caller adds. The caller's win over ours.
 *
 * What is the same in every request is prepared once, with the client.
 */
#include "base/base.h"
#include "request.h"

#include <strings.h>
#include <sys/utsname.h>

#include "transport.h"

#define OWN_LINES   16 /* at most, of ours */
#define RETRY_COUNT "X-Inv-Retry-Count"

bool headers_have(const char *const *lines, const char *name)
{
	size_t len = strlen(name);

	for (; lines && *lines; lines++)
		if (strncasecmp(*lines, name, len) == 0 && (*lines)[len] == ':')
			return true;
	return false;
}

/* A list of lines in the making. */
struct lines {
	struct arena *memory;
	const char *const *given; /* not to be said again */
	const char **list;
	size_t count;
	bool failed;
};

static void add(struct lines *lines, const char *name, const char *value)
{
	const char *line;

	if (!value || headers_have(lines->given, name))
		return;
	line = arena_printf(lines->memory, "%s: %s", name, value);
	lines->list[lines->count] = line;
	if (line)
		lines->count++;
	else
		lines->failed = true;
}

static void add_lines(struct lines *lines, const char *const *more)
{
	for (; more && *more; more++)
		lines->list[lines->count++] = *more;
}

static size_t count_of(const char *const *lines)
{
	size_t count = 0;

	while (lines && lines[count])
		count++;
	return count;
}

/* Room for as many lines, and the NULL behind them. */
static int begin(struct lines *lines, struct arena *memory, size_t room,
		 const char *const *given)
{
	*lines = (struct lines){ .memory = memory, .given = given };
	lines->list = arena_array(memory, room + 1, sizeof(*lines->list));
	return lines->list ? 0 : -1;
}

/* "Linux", "x86_64": who asks, as the official clients tell it too. */
static void add_identity(struct lines *lines)
{
	struct utsname system = { .sysname = "unknown" };

	uname(&system);
	add(lines, "User-Agent", "libinv/" INV_VERSION);
	add(lines, "Accept", "application/json");
	add(lines, "X-Inv-Lang", "c");
	add(lines, "X-Inv-Package-Version", INV_VERSION);
	add(lines, "X-Inv-OS", system.sysname);
	add(lines, "X-Inv-Arch", system.machine);
	add(lines, "X-Inv-Runtime", "libcurl");
	add(lines, "X-Inv-Runtime-Version", transport_version());
}

int headers_prepare(struct inv_client *client, struct inv_error *err)
{
	const char *const *given = (const char *const *)client->headers;
	struct lines bare, lines;

	if (begin(&bare, &client->memory, OWN_LINES, NULL) ||
	    begin(&lines, &client->memory, OWN_LINES + count_of(given), given))
		return error_memory(err);
	add_identity(&bare);
	add_identity(&lines);
	add(&lines, "Authorization", client->authorization);
	add(&lines, "OpenAI-Organization", client->organization);
	add(&lines, "OpenAI-Project", client->project);
	add_lines(&lines, given);
	if (bare.failed || lines.failed)
		return error_memory(err);
	client->bare_lines = bare.list;
	client->lines = lines.list;
	return 0;
}

static int add_retry_count(struct lines *lines, struct request *request)
{
	if (headers_have(lines->given, RETRY_COUNT))
		return 0;
	request->retry_count = arena_alloc(lines->memory, RETRY_COUNT_MAX);
	if (!request->retry_count)
		return -1;
	snprintf(request->retry_count, RETRY_COUNT_MAX, RETRY_COUNT ": 0");
	lines->list[lines->count++] = request->retry_count;
	return 0;
}

int headers_fill(const struct inv_client *client, struct request *request,
		 bool secrets, struct arena *memory, struct inv_error *err)
{
	const char *const *own =
	    (const char *const *)(secrets ? client->lines : client->bare_lines);
	struct lines lines;

	if (begin(&lines, memory, count_of(own) + OWN_LINES, own))
		return error_memory(err);
	add_lines(&lines, own);
	if (request->body)
		add(&lines, "Content-Type", "application/json");
	if (lines.failed || add_retry_count(&lines, request))
		return error_memory(err);
	request->headers = lines.list;
	return 0;
}
