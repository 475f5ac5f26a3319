/*
 * show.c: answers a request with a page.
 */
#include "base/base.h"

#include "page/show.h"

#include "page/view.h"

void show_headers(struct request *request, bool scripted)
{
	answer_header(request, "Content-Security-Policy",
		      view_policy(scripted));
	answer_header(request, "Referrer-Policy", "no-referrer");
	answer_header(request, "X-Content-Type-Options", "nosniff");
	answer_header(request, "X-Frame-Options", "DENY");
}

void show_html(struct request *request, int status, bool scripted)
{
	show_headers(request, scripted);
	answer(request, status, "text/html; charset=utf-8");
}
