/*
 * headers.c: the header lines of a request: who asks, in whose name, and what
 * the caller adds. The caller's win over ours.
 *
 * What is the same in every request is prepared once, with the client.
 */
#include "base/base.h"
#include "operation.h"

#include <strings.h>
#include <sys/random.h>
#include <sys/utsname.h>

#include "transport.h"

#define OWN_LINES    16	 /* at most, of ours */
#define LINES_MAX    256 /* of the caller */
#define RETRY_COUNT  "X-Inv-Retry-Count"
#define OWN_KEY_SIZE (sizeof("inv-") + 32)

bool headers_have(const char *const *lines, const char *name)
{
	size_t len = strlen(name);

	for (; lines && *lines; lines++)
		if (strncasecmp(*lines, name, len) == 0 && (*lines)[len] == ':')
			return true;
	return false;
}

/* ---- the caller's -------------------------------------------------------- */

static bool is_header_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (c <= ' ' || c >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", c))
			return false;
	}
	return name.len > 0;
}

static bool is_passed_over(struct str line, bool is_shared)
{
	return str_trim(line).len == 0 ||
	       (is_shared && !memchr(line.data, ':', line.len));
}

static int read_line(struct str line, struct arena *memory,
		     const char **ret_line, struct inv_error *err)
{
	struct str name, value;

	str_cut(line, ':', &name, &value);
	name = str_trim(name);
	value = str_trim(value);
	if (!is_header_name(name) || str_has_control(value))
		return error_set(err, INV_ERROR_USAGE,
				 "An added header is not of the form "
				 "\"Name: value\".");
	*ret_line =
	    arena_printf(memory, "%.*s: %.*s", STR_ARG(name), STR_ARG(value));
	return *ret_line ? 0 : error_memory(err);
}

static int read_lines(const struct header_lines *from, struct arena *memory,
		      const char **lines, size_t *count, struct inv_error *err)
{
	struct str rest = str_of(from->text), line;

	while (rest.len > 0) {
		str_cut(rest, '\n', &line, &rest);
		if (line.len > 0 && line.data[line.len - 1] == '\r')
			line.len--;
		if (is_passed_over(line, from->is_shared))
			continue;
		if (*count >= LINES_MAX)
			return error_set(err, INV_ERROR_USAGE,
					 "There are more than %d added "
					 "headers.",
					 LINES_MAX);
		if (read_line(line, memory, &lines[*count], err))
			return -1;
		++*count;
	}
	return 0;
}

int headers_read(const struct header_lines *from, size_t count,
		 struct arena *memory, const char ***ret_lines,
		 struct inv_error *err)
{
	const char *found[LINES_MAX], **lines;
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		if (read_lines(&from[i], memory, found, &used, err))
			return -1;
	lines = arena_array(memory, used + 1, sizeof(*lines));
	if (!lines)
		return error_memory(err);
	if (used > 0)
		memcpy(lines, found, used * sizeof(*lines));
	*ret_lines = lines;
	return 0;
}

/* ---- ours ------------------------------------------------------------------
 */

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

	if (!value || headers_have(lines->given, name) ||
	    headers_have((const char *const *)lines->list, name))
		return;
	line = arena_printf(lines->memory, "%s: %s", name, value);
	lines->list[lines->count] = line;
	if (line)
		lines->count++;
	else
		lines->failed = true;
}

/* Whether the caller gave a header of the same name. */
static bool is_given(const struct lines *lines, const char *line)
{
	size_t len = strcspn(line, ":") + 1; /* the name and its colon */

	for (const char *const *given = lines->given; given && *given; given++)
		if (strncasecmp(*given, line, len) == 0)
			return true;
	return false;
}

static void add_lines(struct lines *lines, const char *const *more)
{
	for (; more && *more; more++)
		if (!is_given(lines, *more))
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
	lines.given = NULL;
	add_lines(&lines, given);
	if (bare.failed || lines.failed)
		return error_memory(err);
	client->bare_lines = bare.list;
	client->lines = lines.list;
	return 0;
}

/* ---- one request's ---------------------------------------------------------
 */

static int add_retry_count(struct lines *lines, struct request *request)
{
	if (headers_have(lines->given, RETRY_COUNT) ||
	    headers_have((const char *const *)lines->list, RETRY_COUNT))
		return 0;
	request->retry_count = arena_alloc(lines->memory, RETRY_COUNT_MAX);
	if (!request->retry_count)
		return -1;
	snprintf(request->retry_count, RETRY_COUNT_MAX, RETRY_COUNT ": 0");
	lines->list[lines->count++] = request->retry_count;
	return 0;
}

/* What stands only in the client is copied for who outlives it. */
static int copy_lines(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		lines->list[i] =
		    arena_str(lines->memory, str_of(lines->list[i]));
		if (!lines->list[i])
			return -1;
	}
	return 0;
}

static bool is_token(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text >= 0x7f)
			return false;
	return true;
}

static int read_call(const struct inv_call *call, struct arena *memory,
		     const char ***ret_given, struct inv_error *err)
{
	struct header_lines from = { .text = call ? call->headers : NULL };

	if (call && call->idempotency_key &&
	    (!*call->idempotency_key || !is_token(call->idempotency_key)))
		return error_set(err, INV_ERROR_USAGE,
				 "idempotency_key has to be printable ASCII "
				 "without blanks.");
	return headers_read(&from, 1, memory, ret_given, err);
}

/*
 * Creates that would make a second one where the answer to the first was lost;
 * an invite is the same one.
 */
static bool makes_another(const struct request *request)
{
	static const char *const paths[] = {
		"/organization/projects",
		"/organization/groups",
		"/organization/roles",
		"/projects/{project_id}/roles",
		"/organization/admin_api_keys",
		"/organization/projects/{project_id}/service_accounts",
		("/organization/projects/{project_id}/service_accounts/"
		 "{service_account_id}/api_keys"),
		"/organization/projects/{project_id}/api_keys",
	};
	const struct operation *operation = request->operation;

	for (size_t i = 0; i < COUNT_OF(paths); i++)
		if (operation->method && request->max_retries > 0 &&
		    strcmp(operation->method, "POST") == 0 &&
		    strcmp(operation->path, paths[i]) == 0)
			return true;
	return false;
}

/* The caller's, or one of ours, so that a retry does not make another. */
static const char *key_of(const struct request *request,
			  const struct inv_call *call, char room[OWN_KEY_SIZE])
{
	uint64_t bits[2];

	if (call && call->idempotency_key)
		return call->idempotency_key;
	if (!makes_another(request) ||
	    getrandom(bits, sizeof(bits), GRND_NONBLOCK) != sizeof(bits))
		return NULL;
	snprintf(room, OWN_KEY_SIZE, "inv-%016llx%016llx",
		 (unsigned long long)bits[0], (unsigned long long)bits[1]);
	return room;
}

int headers_fill(struct request *request, const struct inv_call *call,
		 bool is_bare, struct inv_error *err)
{
	const struct inv_client *client = request->client;
	const char *const *own =
	    (const char *const *)(is_bare ? client->bare_lines : client->lines);
	char own_key[OWN_KEY_SIZE];
	const char **given;
	struct lines lines;

	if (read_call(call, &request->memory, &given, err))
		return -1;
	if (begin(&lines, &request->memory,
		  count_of(own) + OWN_LINES +
		      count_of((const char *const *)given),
		  (const char *const *)given))
		return error_memory(err);
	add_lines(&lines, own);
	if (call && call->ret_request && copy_lines(&lines))
		return error_memory(err);
	if (request->http.body)
		add(&lines, "Content-Type", "application/json");
	add(&lines, "Idempotency-Key", key_of(request, call, own_key));
	if (lines.failed || add_retry_count(&lines, request))
		return error_memory(err);
	lines.given = NULL;
	add_lines(&lines, (const char *const *)given);
	request->http.headers = lines.list;
	request->http.headers_len = lines.count;
	request->has_own_lines = call && call->ret_request;
	return 0;
}
