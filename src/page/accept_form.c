/*
 * accept_form.c: /accept, opened and submitted.
 *
 * Opening the page changes nothing, whoever does it and however often; only
 * the form that a person submits does. The code comes in the body of a POST,
 * because URLs end up in logs.
 */
#include "base/base.h"

#include "page/pages.h"

#include "base/text.h"
#include "core/name.h"
#include "core/organization.h"
#include "http/body.h"
#include "http/errors.h"
#include "http/invitations.h"
#include "http/router.h"
#include "page/accept.h"
#include "page/show.h"

/* What came out; nothing where there was no memory to ask for it. */
static const struct invitation_out *outcome(const struct request *request)
{
	static const struct invitation_out nothing;

	return request->op.out ? request->op.out : &nothing;
}

static void answer_page(struct request *request, int status,
			struct accept_page *page)
{
	page->language = show_language(request, &outcome(request)->invitation);
	page->base = request->service->base_path;
	page->welcome_url = request->service->welcome_url;
	page->now_seconds = request->now_ms / 1000;
	buf_clear(&request->out);
	accept_render(page, &request->out);
	show_html(request, status, true);
}

/*
 * The link with its '#' again, which a mail program or a filter has encoded or
 * moved: the browser keeps the token to itself from here on.
 */
static void redirect_to_link(struct request *request, const struct token *token)
{
	const char *link =
	    token_link(&request->arena, request->service->base_path, token);

	if (!link) {
		answer_unavailable(request);
		return;
	}
	show_headers(request, false);
	answer_header(request, "Location", link);
	answer(request, 303, "text/plain; charset=utf-8");
}

/* What may stand behind "/accept" of a link that was bent. */
static bool is_bent(struct str behind)
{
	return behind.len == 0 || str_is(behind, "/") ||
	       str_starts_with(behind, "%") || str_starts_with(behind, "/%");
}

void page_open(struct request *request)
{
	struct accept_page page = { .kind = ACCEPT_CODE };
	size_t len = strlen(request->route->path);
	struct str behind = { request->path.data + len,
			      request->path.len - len };
	struct token token;

	if (token_find(request->target, &token))
		redirect_to_link(request, &token);
	else if (is_bent(behind))
		answer_page(request, 200, &page);
	else
		(void)answer_unknown_url(request);
}

/* What was posted. */
struct form {
	const char *code, *name; /* NUL-terminated */
	const struct verb *verb; /* of store/invites/invitations.h */
	enum accept_kind shows;	 /* what an invitation that is open leads to */
};

/* What a button says. Those that ask only show another page. */
static const struct {
	const char *action;
	const struct verb *verb;
	enum accept_kind shows;
} actions[] = {
	{ "show", &verb_invitation_lookup, ACCEPT_INVITED },
	{ "accept", &verb_invitation_accept, ACCEPT_ACCEPTED },
	{ "ask", &verb_invitation_lookup, ACCEPT_DECLINING },
	{ "decline", &verb_invitation_decline, ACCEPT_DECLINED },
	{ "ask_opt_out", &verb_invitation_lookup, ACCEPT_OPTING },
	{ "opt_out", &verb_invitation_opt_out, ACCEPT_OPTED_OUT },
	{ "request", &verb_invitation_request, ACCEPT_REQUESTED },
};

static struct form read_form(struct request *request)
{
	struct form form = {
		.code = "",
		.name = "",
		.verb = &verb_invitation_lookup,
		.shows = ACCEPT_INVITED,
	};
	struct str value = STR("");

	if (form_field(request, "code", &value))
		form.code = value.data;
	if (form_field(request, "name", &value))
		form.name = value.data;
	if (!form_field(request, "action", &value))
		return form;
	for (size_t i = 0; i < COUNT_OF(actions); i++) {
		if (!str_is(value, actions[i].action))
			continue;
		form.verb = actions[i].verb;
		form.shows = actions[i].shows;
	}
	return form;
}

static enum accept_kind kind_of(const struct request *request,
				const struct form *form)
{
	enum result result = request->op.result;

	if (result >= RESULT_OUT_OF_MEMORY)
		return ACCEPT_ERROR;
	if (result == RESULT_INVITATION_OPEN)
		return ACCEPT_INVITED;
	if (result != RESULT_OK)
		return ACCEPT_REFUSED;
	if (outcome(request)->invitation.invite.state == INVITE_ACCEPTED)
		return ACCEPT_ACCEPTED;
	return form->shows;
}

/* The page for how an operation on the invitation went. */
static struct accept_page page_of(struct request *request,
				  const struct form *form)
{
	struct accept_page page = {
		.kind = kind_of(request, form),
		.code = form->code,
		.name = form->name,
		.result = request->op.result,
		.again = outcome(request)->again,
	};

	if (page.kind == ACCEPT_INVITED || page.kind == ACCEPT_DECLINING ||
	    page.kind == ACCEPT_OPTING || page.kind == ACCEPT_ACCEPTED)
		page.invitation = &outcome(request)->invitation;
	return page;
}

static void show_outcome(struct request *request)
{
	struct form form = read_form(request);
	struct accept_page page = page_of(request, &form);
	int status = page.kind == ACCEPT_INVITED
			 ? 200
			 : result_status(request->op.result);

	if (status == 503)
		answer_header(request, "Retry-After", "1");
	answer_page(request, status, &page);
}

static void show_too_many(struct request *request, int wait_seconds)
{
	struct form form = read_form(request);
	struct accept_page page = { .kind = ACCEPT_TOO_MANY,
				    .code = form.code };

	answer_header(request, "Retry-After",
		      arena_printf(&request->arena, "%d", wait_seconds));
	answer_page(request, 429, &page);
}

/* A name that cannot be kept is asked for again, beside the invitation. */
static void ask_name_again(struct request *request)
{
	struct form form = read_form(request);
	int status = result_status(request->op.result);
	struct accept_page page;

	form.verb = &verb_invitation_lookup;
	form.shows = ACCEPT_INVITED;
	form.name = "";
	page = page_of(request, &form);
	page.notice = TEXT("invited.name.wrong");
	if (page.kind == ACCEPT_INVITED)
		status = 400;
	answer_page(request, status, &page);
}

static bool name_is_fine(const char *name)
{
	struct str s = str_of(name);

	return s.len <= NAME_MAX_OCTETS && !name_check(s) &&
	       (s.len == 0 || !name_is_blank(s));
}

void page_submit(struct request *request)
{
	struct form form = read_form(request);
	struct invitation_request ask = { .verb = form.verb,
					  .code = str_of(form.code),
					  .name = form.name,
					  .then = show_outcome,
					  .too_many = show_too_many };

	if (str_trim(ask.code).len == 0 || !form_is_sound(request)) {
		struct accept_page page = {
			.kind = ACCEPT_CODE,
			.notice = TEXT("code.missing"),
		};

		answer_page(request, 400, &page);
		return;
	}
	if (form.verb == &verb_invitation_accept && !name_is_fine(form.name)) {
		ask.verb = &verb_invitation_lookup;
		ask.then = ask_name_again;
	}
	invitation_ask(request, &ask);
}
