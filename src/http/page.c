/*
 * page.c: which of the pages is shown, and what stands in it.
 *
 * The pages themselves are templates, web/accept/; they are filled from one
 * flat list of named values, made here, and from the invitation's projects.
 * A value that has nothing to say is not in the list, so that the templates
 * can ask for it.
 */
#include "base/base.h"

#include "http/page.h"

#include <assert.h>

#include "base/template.h"
#include "http/page_end.h"

const char PAGE_POLICY[] =
    "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

#define PROJECTS_AT_ONCE 8 /* more of them scroll in their list */

/* The templates, from web/meson.build: what {{>name}} may name. */
#define TEMPLATES(X) \
	X(document)  \
	X(code)      \
	X(code_form) \
	X(invited)   \
	X(accepted)  \
	X(details)   \
	X(end)       \
	X(alert)     \
	X(check)     \
	X(clock)     \
	X(cross)     \
	X(envelope)  \
	X(question)

#define X(name) extern const unsigned char embed_##name[];
TEMPLATES(X)
#undef X

static const struct {
	const char *name;
	const unsigned char *text;
} templates[] = {
#define X(name) { #name, embed_##name },
	TEMPLATES(X)
#undef X
};

/* A time for people and for programs. */
struct moment {
	char text[64], iso[32];
};

/* A page while it is being written: its parts and its values. */
struct view {
	const struct invitation *invitation;
	const char *title, *icon, *body; /* templates */
	struct {
		const char *name, *value;
	} values[24];
	size_t count;
	struct moment expiry, joining;
	char time_left[48], project_count[24];
};

/* NULL and "" say nothing: the templates find no such value. */
static void put(struct view *view, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	assert(view->count < COUNT_OF(view->values));
	view->values[view->count].name = name;
	view->values[view->count].value = value;
	view->count++;
}

static void put_flag(struct view *view, const char *name, bool value)
{
	put(view, name, value ? name : NULL);
}

/* "" in both for no time, or one that no calendar has. */
static void moment_init(struct moment *moment, int64_t seconds)
{
	time_t time = (time_t)seconds;
	struct tm tm;

	if (seconds <= 0 || !gmtime_r(&time, &tm))
		return;
	strftime(moment->text, sizeof(moment->text), "%A %e %B %Y, %H:%M UTC",
		 &tm);
	strftime(moment->iso, sizeof(moment->iso), "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* "6 days left": rounded down, so that nobody is promised too much. */
static void format_left(int64_t seconds, char *out, size_t size)
{
	static const struct {
		const char *name;
		int64_t seconds;
	} units[] = { { "day", 86400 }, { "hour", 3600 }, { "minute", 60 } };
	size_t i;
	long long n;

	for (i = 0; i < COUNT_OF(units); i++) {
		n = (long long)(seconds / units[i].seconds);
		if (n < 1)
			continue;
		snprintf(out, size, "%lld %s%s left", n, units[i].name,
			 n == 1 ? "" : "s");
		return;
	}
	snprintf(out, size, "less than a minute left");
}

static const char *role_for_people(enum role role)
{
	return role == ROLE_OWNER ? "Owner" : "Reader";
}

static const char *role_hint(enum role role)
{
	return role == ROLE_OWNER
		   ? "Can manage the organization and its members"
		   : "Can use the organization, not manage it";
}

static const char *project_role_for_people(enum project_role role)
{
	return role == PROJECT_OWNER ? "Owner" : "Member";
}

static void put_expiry(struct view *view, const struct page *page)
{
	int64_t at = page->invitation->invite.expires_at;

	moment_init(&view->expiry, at);
	if (!*view->expiry.text)
		return;
	format_left(at - page->now_seconds, view->time_left,
		    sizeof(view->time_left));
	put(view, "expires", view->expiry.text);
	put(view, "expires_iso", view->expiry.iso);
	put(view, "time_left", view->time_left);
}

static void put_joining(struct view *view, const struct page *page)
{
	moment_init(&view->joining, page->invitation->invite.accepted_at);
	put(view, "joined", view->joining.text);
	put(view, "joined_iso", view->joining.iso);
}

static void put_projects(struct view *view, size_t count)
{
	snprintf(view->project_count, sizeof(view->project_count), "%zu",
		 count);
	put(view, "project_count", view->project_count);
	put_flag(view, "projects", count > 0);
	put_flag(view, "scrolls", count > PROJECTS_AT_ONCE);
}

static void put_invitation(struct view *view, const struct page *page)
{
	const struct invitation *invitation = page->invitation;

	if (!invitation)
		return;
	view->invitation = invitation;
	put(view, "organization", invitation->organization_name);
	put(view, "email", invitation->invite.email);
	put(view, "role", role_for_people(invitation->invite.role));
	put(view, "role_hint", role_hint(invitation->invite.role));
	put_projects(view, invitation->invite.grants.count);
	if (page->kind == PAGE_INVITED)
		put_expiry(view, page);
	else
		put_joining(view, page);
}

static void put_end(struct view *view, const struct page *page,
		    const struct page_end *end)
{
	bool has_code = page->code && *page->code;

	view->title = end->heading;
	view->icon = end->icon;
	view->body = "end";
	put(view, "tone", end->tone);
	put(view, "heading", end->heading);
	put(view, "what", end->what);
	put(view, "next", end->next);
	put_flag(view, "ask_code", end->offer == OFFER_CODE);
	put_flag(view, "retry", end->offer == OFFER_RETRY && has_code);
	put_flag(view, "home",
		 end->offer == OFFER_START ||
		     (end->offer == OFFER_RETRY && !has_code));
}

static void put_step(struct view *view, const struct page *page)
{
	bool accepted = page->kind == PAGE_ACCEPTED;

	view->icon = accepted ? "check" : "envelope";
	put(view, "tone", accepted ? "good" : "calm");
	put_flag(view, "again", page->again);
	put(view, "welcome_url", page->welcome_url);
	if (page->kind == PAGE_CODE) {
		view->title = "Open your invitation";
		view->body = "code";
	} else if (page->kind == PAGE_INVITED) {
		view->title = "You’re invited to join {{organization}}";
		view->body = "invited";
	} else {
		view->title = page->again
				  ? "You’re a member of {{organization}}"
				  : "Welcome to {{organization}}";
		view->body = "accepted";
	}
}

static void view_init(struct view *view, const struct page *page)
{
	const struct page_end *end = page_end(page);

	memset(view, 0, sizeof(*view));
	put(view, "base", page->base);
	put(view, "code", page->code);
	put(view, "name", page->name);
	put(view, "notice", page->notice);
	put_invitation(view, page);
	if (end)
		put_end(view, page, end);
	else
		put_step(view, page);
}

/* The values of a project in the list. */
static const char *project_value(const struct invitation *invitation,
				 struct str name, size_t row)
{
	const struct named_grant *grant;

	if (!invitation || row >= invitation->invite.grants.count)
		return NULL;
	grant = &invitation->grants[row];
	if (str_is(name, "project"))
		return grant->project_name;
	if (str_is(name, "project_role"))
		return project_role_for_people(grant->role);
	if (str_is(name, "archived"))
		return grant->archived ? "archived" : NULL;
	return NULL;
}

static const char *view_value(const void *context, struct str name, size_t row)
{
	const struct view *view = context;
	size_t i;

	for (i = 0; i < view->count; i++)
		if (str_is(name, view->values[i].name))
			return view->values[i].value;
	return project_value(view->invitation, name, row);
}

static const char *template_named(struct str name)
{
	size_t i;

	for (i = 0; i < COUNT_OF(templates); i++)
		if (str_is(name, templates[i].name))
			return (const char *)templates[i].text;
	assert(!"a template of this name");
	return "";
}

static const char *view_part(const void *context, struct str name)
{
	const struct view *view = context;

	if (str_is(name, "title"))
		return view->title;
	if (str_is(name, "icon"))
		return template_named(str_of(view->icon));
	if (str_is(name, "body"))
		return template_named(str_of(view->body));
	return template_named(name);
}

void page_render(const struct page *page, struct buf *out)
{
	struct view view;
	struct template_source source = { .context = &view,
					  .value = view_value,
					  .part = view_part };

	view_init(&view, page);
	template_render("{{>document}}", &source, out);
}
