/*
 * gallery.c: writes each page that people can see into a directory, for the
 * browser tests and for whoever works on the look:
 *
 *	gallery DIRECTORY
 *
 * makes DIRECTORY/<name>.html, one for each way a page can be, the unlikely
 * ones and the hostile ones included, the assets beside them, so that any
 * server of static files shows them, and `policy`, to be served with them.
 */
#include "base/base.h"

#include <sys/stat.h>

#include "base/buf.h"
#include "core/language.h"
#include "page/asset.h"
#include "page/home.h"
#include "page/accept.h"
#include "page/view.h"

#define NOW 1763861196 /* 2025-11-23 01:26:36 UTC */

static struct named_grant few[] = {
	{ "Search", PROJECT_MEMBER, false },
	{ "Assistants for the customer service", PROJECT_OWNER, false },
	{ "Old website", PROJECT_MEMBER, true },
};

static struct named_grant many[100];

static struct named_grant hostile[] = {
	{ "<script>alert(1)</script>", PROJECT_OWNER, false },
	{ "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeam"
	  "tengesellschaft",
	  PROJECT_MEMBER, false },
	{ "مشروع البحث", PROJECT_OWNER, false },
};

static const struct invitation plain = {
	.invite = { .email = "ada@example.com",
		    .role = ROLE_READER,
		    .grants.count = COUNT_OF(few),
		    .expires_at = NOW + 6 * 86400 + 3000,
		    .accepted_at = NOW },
	.organization_name = "Analytical Engines",
	.grants = few,
};

static const struct invitation bare = {
	.invite = { .email = "ada@example.com",
		    .role = ROLE_OWNER,
		    .expires_at = NOW + 61,
		    .accepted_at = NOW - 86400 },
	.organization_name = "ACME",
};

/* What an organization can set, in languages of either direction. */
static const struct invitation german = {
	.invite = { .email = "ada@example.com",
		    .locale = "de",
		    .grants.count = COUNT_OF(few),
		    .expires_at = NOW + 7200 },
	.organization_name = "Analytische Maschinen",
	.settings = { .line = "Willkommen bei uns!" },
	.grants = few,
};

static const struct invitation arabic = {
	.invite = { .email = "ada@example.com",
		    .locale = "ar",
		    .grants.count = COUNT_OF(few),
		    .expires_at = NOW + 7200 },
	.organization_name = "Analytical Engines",
	.settings = { .line = "أهلًا بكم" },
	.grants = few,
};

static const struct invitation crowded = {
	.invite = { .email = "ada@example.com",
		    .grants.count = COUNT_OF(many),
		    .expires_at = NOW + 7200 },
	.organization_name = "ACME",
	.grants = many,
};

static const struct invitation odd = {
	.invite = { .email = "an.extraordinarily.long.mailbox.name+with-a-tag-"
			     "too@a-rather-long-subdomain.of.an.organization."
			     "with.many.levels.example.com",
		    .role = ROLE_OWNER,
		    .grants.count = COUNT_OF(hostile),
		    .expires_at = NOW + 86400,
		    .accepted_at = NOW },
	.organization_name =
	    "\"><img src=x onerror=alert(1)> & <b>שלום</b> "
	    "👩🏽‍🚀 Rindfleischetikettierungsüberwachungs"
	    "aufgabenübertragungsgesetz!",
	.grants = hostile,
};

#define CODE "0D4V3QSZ8M2K7.c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmU"
#define END(of, reason)                            \
	{                                          \
		.name = of, .page = {              \
			.kind = ACCEPT_REFUSED,    \
			.result = RESULT_##reason, \
			.code = CODE               \
		}                                  \
	}

static const struct {
	const char *name;
	struct accept_page page;
} pages[] = {
	{ .name = "code", .page = { .kind = ACCEPT_CODE } },
	{ .name = "code-notice",
	  .page = { .kind = ACCEPT_CODE, .notice = "code.missing" } },
	{ .name = "invited",
	  .page = { .kind = ACCEPT_INVITED,
		    .invitation = &plain,
		    .code = CODE,
		    .now_seconds = NOW } },
	{ .name = "invited-bare",
	  .page = { .kind = ACCEPT_INVITED,
		    .invitation = &bare,
		    .code = CODE,
		    .now_seconds = NOW } },
	{ .name = "invited-de",
	  .page = { .kind = ACCEPT_INVITED,
		    .invitation = &german,
		    .code = CODE,
		    .now_seconds = NOW } },
	{ .name = "invited-ar",
	  .page = { .kind = ACCEPT_INVITED,
		    .invitation = &arabic,
		    .code = CODE,
		    .now_seconds = NOW } },
	{ .name = "invited-crowded",
	  .page = { .kind = ACCEPT_INVITED,
		    .invitation = &crowded,
		    .code = CODE,
		    .now_seconds = NOW } },
	{ .name = "invited-odd",
	  .page = { .kind = ACCEPT_INVITED,
		    .invitation = &odd,
		    .code = CODE,
		    .name = "\"><script>",
		    .notice = "invited.name.wrong",
		    .now_seconds = NOW } },
	{ .name = "declining",
	  .page = { .kind = ACCEPT_DECLINING,
		    .invitation = &plain,
		    .code = CODE,
		    .name = "Ada" } },
	{ .name = "declining-odd",
	  .page = { .kind = ACCEPT_DECLINING,
		    .invitation = &odd,
		    .code = CODE } },
	{ .name = "opting",
	  .page = { .kind = ACCEPT_OPTING,
		    .invitation = &plain,
		    .code = CODE,
		    .name = "Ada" } },
	{ .name = "opting-ar",
	  .page = { .kind = ACCEPT_OPTING,
		    .invitation = &arabic,
		    .code = CODE } },
	{ .name = "accepted",
	  .page = { .kind = ACCEPT_ACCEPTED,
		    .invitation = &plain,
		    .now_seconds = NOW } },
	{ .name = "accepted-again",
	  .page = { .kind = ACCEPT_ACCEPTED,
		    .invitation = &bare,
		    .again = true,
		    .now_seconds = NOW } },
	{ .name = "accepted-welcome",
	  .page = { .kind = ACCEPT_ACCEPTED,
		    .invitation = &plain,
		    .welcome_url = "https://example.com/?a=1&b",
		    .now_seconds = NOW } },
	{ .name = "accepted-odd",
	  .page = { .kind = ACCEPT_ACCEPTED,
		    .invitation = &odd,
		    .welcome_url = "https://example.com/",
		    .now_seconds = NOW } },
	{ .name = "declined", .page = { .kind = ACCEPT_DECLINED } },
	{ .name = "opted-out", .page = { .kind = ACCEPT_OPTED_OUT } },
	{ .name = "requested", .page = { .kind = ACCEPT_REQUESTED } },
	{ .name = "too-many",
	  .page = { .kind = ACCEPT_TOO_MANY, .code = CODE } },
	{ .name = "error", .page = { .kind = ACCEPT_ERROR } },
	{ .name = "error-retry",
	  .page = { .kind = ACCEPT_ERROR, .code = CODE } },
	END("wrong-link", INVITATION_NOT_FOUND),
	END("expired", INVITATION_EXPIRED),
	END("withdrawn", INVITATION_WITHDRAWN),
	END("declined-before", INVITATION_DECLINED),
	END("opted-out-before", INVITATION_OPTED_OUT),
	END("accepted-before", INVITE_ACCEPTED),
	END("busy", STORE_UNAVAILABLE),
	END("uncertain", STORE_UNCERTAIN),
};

static void write_file(const char *directory, const char *name,
		       const void *data, size_t len)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	if (!file || fwrite(data, 1, len, file) != len || fclose(file)) {
		perror(path);
		exit(1);
	}
}

/* What is in `html`, as DIRECTORY/NAME.html; `html` is released. */
static void write_html(const char *directory, const char *name,
		       struct buf *html)
{
	char file[64];

	if (!buf_ok(html)) {
		fprintf(stderr, "gallery: %s does not fit\n", name);
		exit(1);
	}
	snprintf(file, sizeof(file), "%s.html", name);
	write_file(directory, file, html->data, html->len);
	buf_release(html);
}

static void write_page(const char *directory, const char *name,
		       const struct accept_page *page)
{
	const struct invitation *invitation = page->invitation;
	struct accept_page shown = *page;
	struct buf html;

	if (invitation)
		shown.language = language_called(invitation->invite.locale);
	buf_init(&html, 1 << 20);
	accept_render(&shown, &html);
	write_html(directory, name, &html);
}

static void write_others(const char *directory)
{
	struct buf html;

	buf_init(&html, 1 << 20);
	home_render(NULL, "", "https://invited.example.com/v1", &html);
	write_html(directory, "home", &html);
	buf_init(&html, 1 << 20);
	missing_render(NULL, "", &html);
	write_html(directory, "not-found", &html);
}

static void write_assets(const char *directory)
{
	static const char *const paths[] = { "/assets/page.css",
					     "/assets/accept.js",
					     "/assets/favicon.svg" };
	const struct asset *asset;
	char path[4096];
	size_t i;

	snprintf(path, sizeof(path), "%s/assets", directory);
	mkdir(path, 0777);
	for (i = 0; i < COUNT_OF(paths); i++) {
		asset = asset_find(str_of(paths[i]));
		if (!asset)
			exit(1);
		write_file(directory, paths[i] + 1, asset->data, asset->len);
	}
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc != 2) {
		fprintf(stderr, "usage: gallery DIRECTORY\n");
		return 2;
	}
	for (i = 0; i < COUNT_OF(many); i++)
		many[i] = (struct named_grant){ "Project of many", 0, false };
	mkdir(argv[1], 0777);
	for (i = 0; i < COUNT_OF(pages); i++)
		write_page(argv[1], pages[i].name, &pages[i].page);
	write_others(argv[1]);
	write_assets(argv[1]);
	write_file(argv[1], "policy", view_policy(true),
		   strlen(view_policy(true)));
	return 0;
}
