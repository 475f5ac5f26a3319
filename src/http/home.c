/*
 * home.c: the page at the root. It runs no script and knows no organization:
 * whoever finds the server learns nothing about its members.
 */
#include "base/base.h"

#include "http/home.h"

#include "http/view.h"

void home_render(const char *base, const char *api, struct buf *out)
{
	struct view view = {
		.title = TEXT("home.title"),
		.body = "home",
		.base = base,
	};

	view_put(&view, "api", api);
	view_render(&view, out);
}
