/*
 * errors.c: the one table of refusals, and how errors are written.
 *
 * The SDKs repeat 408, 409, 429 and 5xx by themselves. So 409 is not used, and
 * every answer that a repetition cannot change, or must not follow at once,
 * says so in x-should-retry.
 */
#include "base/base.h"

#include "http/errors.h"

#include <stdarg.h>

struct error_text {
	int status;
	const char *code;
	const char *message;
};

static const struct error_text error_texts[] = {
	[REFUSAL_GRANTED] = { 200, NULL, NULL },
	[REFUSAL_KEY_UNKNOWN] = { 401, "invalid_api_key",
				  "The admin key is not known or was revoked. "
				  "Make a new one with `invited key create`." },
	[REFUSAL_INVITE_NOT_FOUND] = { 404, "invite_not_found",
				       "There is no invite with this id in "
				       "your organization; it may have been "
				       "deleted or declined." },
	[REFUSAL_INVITE_EXISTS] = { 400, "invite_already_exists",
				    "An invite to this address is pending "
				    "already. Delete it first to change it." },
	[REFUSAL_INVITE_ACCEPTED] = { 400, "invite_already_accepted",
				      "The invite was already accepted, so it "
				      "cannot be deleted any more." },
	[REFUSAL_USER_EXISTS] = { 400, "user_already_exists",
				  "The user already exists in this "
				  "organization." },
	[REFUSAL_USER_NOT_FOUND] = { 404, "user_not_found",
				     "There is no user with this id in your "
				     "organization." },
	[REFUSAL_PROJECT_NOT_FOUND] = { 404, "project_not_found",
					"There is no project with this id in "
					"your organization." },
	[REFUSAL_PROJECT_ARCHIVED] = { 400, "project_archived",
				       "The project is archived. Use one that "
				       "is active." },
	[REFUSAL_INVITATION_NOT_FOUND] = { 404, "invitation_not_found",
					   "This invitation link is not valid. "
					   "Check that it was copied whole; a "
					   "newer link replaces an older "
					   "one." },
	[REFUSAL_INVITATION_EXPIRED] = { 410, "invitation_expired",
					 "This invitation has expired. Ask for "
					 "a new one." },
	[REFUSAL_INVITATION_WITHDRAWN] = { 410, "invitation_withdrawn",
					   "This invitation was withdrawn. Ask "
					   "whoever sent it." },
	[REFUSAL_INVITATION_DECLINED] = { 410, "invitation_declined",
					  "This invitation was declined. Ask "
					  "for a new one." },
	[REFUSAL_ORGANIZATION_EXISTS] = { 400, "organization_already_exists",
					  "There is an organization of this "
					  "name already." },
	[REFUSAL_ORGANIZATION_NOT_FOUND] = { 404, "organization_not_found",
					     "There is no such "
					     "organization." },
	[REFUSAL_KEY_NOT_FOUND] = { 404, "key_not_found",
				    "There is no key in force with this id in "
				    "your organization." },
	[REFUSAL_KEY_EXISTS] = { 400, "key_already_exists",
				 "This key is in use already." },
	[REFUSAL_OUT_OF_MEMORY] = { 503, "service_unavailable",
				    "The server is out of memory. Nothing was "
				    "changed; try again in a moment." },
	[REFUSAL_STORE_UNAVAILABLE] = { 503, "service_unavailable",
					"The server's storage is unavailable. "
					"Nothing was changed; try again in a "
					"moment." },
	[REFUSAL_STORE_UNCERTAIN] = { 503, "service_unavailable",
				      "The server lost its storage while it "
				      "wrote. Try again: repeating the "
				      "request is safe." },
};
_Static_assert(COUNT_OF(error_texts) == REFUSAL_COUNT,
	       "a refusal has no status and no words");

int refusal_status(enum refusal refusal)
{
	return error_texts[refusal].status;
}

const char *refusal_code(enum refusal refusal)
{
	return error_texts[refusal].code;
}

static void write_error(struct request *request, int status, const char *code,
			const char *param, const char *message)
{
	struct jw jw;

	buf_clear(&request->out);
	jw_init(&jw, &request->out);
	jw_object(&jw);
	jw_key(&jw, "error");
	jw_object(&jw);
	jw_key(&jw, "message");
	jw_text(&jw, message);
	jw_key(&jw, "type");
	jw_text(&jw, status >= 500 ? "server_error" : "invalid_request_error");
	jw_key(&jw, "param");
	jw_text(&jw, param);
	jw_key(&jw, "code");
	jw_text(&jw, code);
	jw_end_object(&jw);
	jw_end_object(&jw);
	buf_add_char(&request->out, '\n');
	if (status == 401)
		answer_header(request, "WWW-Authenticate", "Bearer");
	if (status >= 500)
		answer_header(request, "Retry-After", "1");
	else if (status != 408 && status != 429)
		answer_header(request, "x-should-retry", "false");
	answer(request, status, "application/json");
}

int answer_error(struct request *request, int status, const char *code,
		 const char *param, const char *format, ...)
{
	char message[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	write_error(request, status, code, param, message);
	return -1;
}

const char *quoted(struct request *request, struct str text)
{
	char *quote = arena_alloc(&request->arena, QUOTE_MAX + sizeof("..."));
	size_t len = 0;

	if (!quote)
		return "...";
	for (size_t octets; text.len > 0; text.data += octets) {
		octets = str_utf8_char(text);
		if (len + octets > QUOTE_MAX) {
			memcpy(quote + len, "...", sizeof("..."));
			return quote;
		}
		if (octets == 0 ||
		    str_has_control((struct str){ text.data, octets })) {
			quote[len++] = '?';
			octets = octets ? octets : 1;
		} else {
			memcpy(quote + len, text.data, octets);
			len += octets;
		}
		text.len -= octets;
	}
	quote[len] = '\0';
	return quote;
}

/* Clients ask again by themselves, which would make a second project: two of
 * one name are nothing unusual. */
static void answer_uncertain_project(struct request *request)
{
	answer_header(request, "x-should-retry", "false");
	write_error(request, 503, "service_unavailable", NULL,
		    "The server lost its storage while it wrote. Look whether "
		    "the project is there before you make it again.");
}

void answer_refusal(struct request *request, const char *param)
{
	const struct error_text *text = &error_texts[request->op.refusal];

	if (request->op.refusal == REFUSAL_STORE_UNCERTAIN &&
	    request->op.verb == STORE_PROJECT_CREATE) {
		answer_uncertain_project(request);
		return;
	}
	if (text->status == 401) /* a key revoked meanwhile: not the path's */
		param = NULL;
	write_error(request, text->status, text->code,
		    text->status < 500 ? param : NULL, text->message);
}

void answer_unavailable(struct request *request)
{
	request->op.refusal = REFUSAL_OUT_OF_MEMORY;
	answer_refusal(request, NULL);
}
