/*
 * show.c: answers a request with a page.
 */
#include "base/base.h"

#include "page/show.h"

#include "core/language.h"
#include "page/view.h"
#include "store/invites/invitations.h"

void show_headers(struct request *request, bool scripted)
{
	answer_header(request, "Content-Security-Policy",
		      view_policy(scripted));
	answer_header(request, "Referrer-Policy", "no-referrer");
	answer_header(request, "X-Content-Type-Options", "nosniff");
	answer_header(request, "X-Frame-Options", "DENY");
}

const struct language *show_language(const struct request *request,
				     const struct invitation *invitation)
{
	const struct language *language = NULL;

	if (invitation)
		language = language_called(invitation->invite.locale);
	if (!language)
		language = language_wanted(request->accept_language);
	if (!language && invitation)
		language = language_called(invitation->settings.locale);
	return language ? language : request->service->language;
}

void show_html(struct request *request, int status, bool scripted)
{
	show_headers(request, scripted);
	answer(request, status, "text/html; charset=utf-8");
}
