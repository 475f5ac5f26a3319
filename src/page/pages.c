/*
 * pages.c: the pages that need nothing from the store, and their files.
 */
#include "base/base.h"

#include "page/pages.h"

#include "core/settings.h"
#include "page/asset.h"
#include "page/home.h"
#include "page/show.h"

void page_home(struct request *request)
{
	const struct http_service *service = request->service;
	const char *api =
	    arena_printf(&request->arena, "%s/v1", service->public_url);

	buf_clear(&request->out);
	home_render(show_language(request, NULL), service->base_path, api,
		    &request->out);
	show_html(request, 200, false);
}

void page_not_found(struct request *request)
{
	buf_clear(&request->out);
	missing_render(show_language(request, NULL),
		       request->service->base_path, &request->out);
	show_html(request, 404, false);
}

void page_asset(struct request *request)
{
	const struct asset *asset = asset_find(request->path);

	if (!asset) {
		page_not_found(request);
		return;
	}
	show_headers(request, true);
	answer_header(request, "ETag", asset->etag);
	/* A page and its files belong together, after an upgrade too. */
	answer_header(request, "Cache-Control", "no-cache");
	if (str_is(request->if_none_match, asset->etag)) {
		answer(request, 304, asset->content_type);
		return;
	}
	buf_add(&request->out, asset->data, asset->len);
	answer(request, 200, asset->content_type);
}

/*
 * An organization's colour, as a style sheet: the policy of the pages allows
 * no styles inside them. The name says all that is in it.
 */
void page_color(struct request *request)
{
	const char *color =
	    arena_printf(&request->arena, "#%s", request->params[0]);

	if (!color || !color_is(str_of(color))) {
		page_not_found(request);
		return;
	}
	show_headers(request, false);
	answer_header(request, "Cache-Control", "public, max-age=31536000");
	buf_addf(&request->out,
		 "#page { --press: %s; --on-press: %s; }\n"
		 "#page .primary:not(.final) { border-color: currentcolor; }\n"
		 "@media screen { #page {"
		 " border-block-start: 0.375rem solid %s; } }\n",
		 color, color_on(color), color);
	answer(request, 200, "text/css; charset=utf-8");
}
