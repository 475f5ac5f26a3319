/*
 * home.c: the page at the root, and that for an unknown address. They run no
 * script and know no organization: whoever finds the server learns nothing
 * about its members.
 */
#include "base/base.h"

#include "page/home.h"

#include "page/view.h"

void home_render(const struct language *language, const char *base,
		 const char *api, struct buf *out)
{
	struct view view = {
		.title = TEXT("home.title"),
		.body = "home",
		.base = base,
		.language = language,
	};

	view_put(&view, "api", api);
	view_render(&view, out);
}

void missing_render(const struct language *language, const char *base,
		    struct buf *out)
{
	struct view view = {
		.title = TEXT("missing.title"),
		.body = "end",
		.icon = "question",
		.tone = "trouble",
		.base = base,
		.language = language,
	};

	view_put(&view, "what", TEXT("missing.what"));
	view_put(&view, "next", TEXT("missing.next"));
	view_put_flag(&view, "home", true);
	view_render(&view, out);
}
