/*
 * dsn.c: finds the report of delivery in a message, and what it comes to.
 *
 * The surprise: a report says of itself that it is an automatic answer
 * (Auto-Submitted: auto-replied), as a holiday notice does. What tells them
 * apart is that part of a report which programs read.
 */
#include "base/base.h"
#include "mail/dsn.h"

#include "mail/entity.h"
#include "mail/mime.h"

#define DEPTH_MAX  4  /* of parts in parts: lists and filters wrap reports */
#define SECRET_MIN 16 /* characters that may be a piece of a secret */

/* ---- the part of a report that programs read ---- */

static bool is_status(struct str type)
{
	return str_is_nocase(type, "message/delivery-status") ||
	       str_is_nocase(type, "message/global-delivery-status");
}

static bool is_multipart(struct str type)
{
	return type.len > 10 && strncasecmp(type.data, "multipart/", 10) == 0;
}

/* What was sent back, a message of its own, is not looked into. */
static bool find_status(struct arena *arena, struct str text, int depth,
			struct str *ret_status)
{
	struct entity entity = entity_of(text);
	const char *type = entity_field(arena, entity.head, "Content-Type");
	const char *boundary;
	struct str rest = entity.body, part;

	if (!type)
		return false;
	if (is_status(entity_type(type))) {
		*ret_status = entity_decode(arena, &entity);
		return depth > 0;
	}
	if (!is_multipart(entity_type(type)) || depth == DEPTH_MAX)
		return false;
	boundary = entity_parameter(arena, type, "boundary");
	while (boundary && entity_next_part(&rest, boundary, &part))
		if (find_status(arena, part, depth + 1, ret_status))
			return true;
	return false;
}

/* ---- what it says ---- */

/* Of one recipient, or of several together. */
struct status {
	size_t failed, other;			/* recipients */
	const char *code, *diagnostic, *server; /* of the first that failed */
};

/* What stands behind "smtp;" or "dns;". */
static const char *behind_type(const char *value)
{
	const char *semicolon = value ? strchr(value, ';') : NULL;

	return semicolon ? semicolon + 1 + strspn(semicolon + 1, " \t") : value;
}

/* A group of fields, up to an empty line. */
static void read_group(struct arena *arena, struct str *rest,
		       struct status *status)
{
	struct status own = { 0 };
	struct str name, value;
	const char *action = NULL;

	while (entity_next_field(rest, &name, &value)) {
		if (str_is_nocase(name, "Action"))
			action = entity_unfold(arena, value);
		else if (str_is_nocase(name, "Status"))
			own.code = entity_unfold(arena, value);
		else if (str_is_nocase(name, "Diagnostic-Code"))
			own.diagnostic =
			    behind_type(entity_unfold(arena, value));
		else if (str_is_nocase(name, "Remote-MTA"))
			own.server = behind_type(entity_unfold(arena, value));
	}
	if (!action)
		return;
	if (strncasecmp(action, "failed", 6) != 0) {
		status->other++;
		return;
	}
	own.failed = status->failed;
	own.other = status->other;
	if (own.failed == 0)
		*status = own;
	status->failed++;
}

static bool may_be_secret(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

/* Some servers quote what they refuse, the link too: what is long, and in
 * capitals and small letters, looks like a piece of its secret. */
static void hide_secrets(char *text)
{
	size_t len;

	for (; *text; text += len > 0 ? len : 1) {
		bool capital = false, small = false;

		for (len = 0; may_be_secret(text[len]); len++) {
			capital |= text[len] >= 'A' && text[len] <= 'Z';
			small |= text[len] >= 'a' && text[len] <= 'z';
		}
		if (len >= SECRET_MIN && capital && small)
			memset(text, '*', len);
	}
}

/* Folded lines leave many blanks where one was. */
static const char *squeeze(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if (*from != ' ' || (to > text && to[-1] != ' '))
			*to++ = *from;
	*to = '\0';
	return text;
}

/* A cut may have left a piece of a character. */
static void end_whole(char *text)
{
	struct str rest = str_of(text);

	while (rest.len > 0) {
		size_t len = str_utf8_char(rest);

		if (len == 0) {
			text[rest.data - text] = '\0';
			return;
		}
		rest.data += len;
		rest.len -= len;
	}
}

static bool is_said(const char *text)
{
	return text && text[0];
}

static void write_reason(struct arena *arena, const struct status *status,
			 char reason[WORDS_MAX + 1])
{
	const char *said = is_said(status->diagnostic) ? status->diagnostic
			   : is_said(status->code)     ? status->code
						       : "no reason was given";
	const char *line =
	    is_said(status->server)
		? arena_printf(arena, "%s: %s", status->server, said)
		: said;
	const char *clean = line ? mime_clean(arena, str_of(line)) : NULL;

	char *copy = clean ? arena_str(arena, str_of(clean)) : NULL;

	snprintf(reason, WORDS_MAX + 1, "bounced: %s",
		 copy ? squeeze(copy) : "");
	end_whole(reason);
	hide_secrets(reason);
}

void dsn_read(struct arena *arena, struct str message, struct dsn *ret_dsn)
{
	struct status status = { 0 };
	struct str rest;

	*ret_dsn = (struct dsn){ .outcome = DSN_NONE };
	if (!find_status(arena, message, 0, &rest))
		return;
	while (rest.len > 0)
		read_group(arena, &rest, &status);
	if (status.failed > 0 && status.other == 0) {
		ret_dsn->outcome = DSN_FAILED;
		write_reason(arena, &status, ret_dsn->reason);
	} else if (status.failed + status.other > 0) {
		ret_dsn->outcome = DSN_OTHER;
	}
}

/* ---- to whom it came ---- */

bool dsn_return_code(struct str message, struct return_code *ret_code)
{
	static const char *const names[] = { "Delivered-To", "X-Original-To",
					     "Envelope-To", "X-Envelope-To",
					     "To" };
	const struct entity entity = entity_of(message);
	struct str name, value;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct str rest = entity.head;

		while (entity_next_field(&rest, &name, &value))
			if (str_is_nocase(name, names[i]) &&
			    return_code_find(value, ret_code))
				return true;
	}
	return false;
}
