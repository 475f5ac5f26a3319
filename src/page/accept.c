/*
 * accept.c: which of the invitation's pages is shown, and what stands in it.
 */
#include "base/base.h"

#include "page/accept.h"

#include "core/when.h"
#include "page/end.h"
#include "page/view.h"

#define PROJECTS_AT_ONCE 8 /* more of them scroll in their list */

/* Without its '#', which would begin a fragment. */
static const char *color_name(const struct invitation *invitation)
{
	const char *color = invitation->settings.color;

	return color ? color + 1 : NULL;
}

/* What the values of a view point to while it is rendered. */
struct scratch {
	struct when expiry, joining;
	char time_left[WHEN_SIZE], project_count[24];
};

static const char *role_key(enum role role)
{
	return role == ROLE_OWNER ? TEXT("role.owner") : TEXT("role.reader");
}

static const char *role_hint_key(enum role role)
{
	return role == ROLE_OWNER ? TEXT("role.owner.hint")
				  : TEXT("role.reader.hint");
}

static const char *project_role_key(enum project_role role)
{
	return role == PROJECT_OWNER ? TEXT("project.owner")
				     : TEXT("project.member");
}

/* The values of a project in the list. */
static const char *project_value(const void *context, struct str name,
				 size_t row)
{
	const struct invitation *invitation = context;
	const struct named_grant *grant;

	if (row >= invitation->invite.grants.count)
		return NULL;
	grant = &invitation->grants[row];
	if (str_is(name, "project"))
		return grant->project_name;
	if (str_is(name, "project_role"))
		return project_role_key(grant->role);
	if (str_is(name, "archived"))
		return grant->archived ? "archived" : NULL;
	return NULL;
}

static void put_expiry(struct view *view, const struct accept_page *page,
		       struct scratch *scratch)
{
	int64_t at = page->invitation->invite.expires_at;

	when_init(&scratch->expiry, view_language(view), at);
	if (!*scratch->expiry.text)
		return;
	when_span(view_language(view), at - page->now_seconds,
		  scratch->time_left);
	view_put(view, "expires", scratch->expiry.text);
	view_put(view, "expires_iso", scratch->expiry.iso);
	view_put(view, "span", scratch->time_left);
}

static void put_joining(struct view *view, const struct accept_page *page,
			struct scratch *scratch)
{
	when_init(&scratch->joining, view_language(view),
		  page->invitation->invite.accepted_at);
	view_put(view, "joined", scratch->joining.text);
	view_put(view, "joined_iso", scratch->joining.iso);
}

static void put_projects(struct view *view, const struct invitation *invitation,
			 struct scratch *scratch)
{
	size_t count = invitation->invite.grants.count;

	view->row = project_value;
	view->context = invitation;
	snprintf(scratch->project_count, sizeof(scratch->project_count), "%zu",
		 count);
	view_put(view, "project_count", scratch->project_count);
	view_put_flag(view, "projects", count > 0);
	view_put_flag(view, "scrolls", count > PROJECTS_AT_ONCE);
}

static void put_invitation(struct view *view, const struct accept_page *page,
			   struct scratch *scratch)
{
	const struct invitation *invitation = page->invitation;

	if (!invitation)
		return;
	view_put(view, "organization", invitation->organization_name);
	view_put(view, "color", color_name(invitation));
	view_put(view, "line", invitation->settings.line);
	view_put(view, "email", invitation->invite.email);
	view_put(view, "inviter", inviter_called(&invitation->invite.inviter));
	view_put(view, "role", role_key(invitation->invite.role));
	view_put(view, "role_hint", role_hint_key(invitation->invite.role));
	put_projects(view, invitation, scratch);
	if (page->kind == ACCEPT_INVITED)
		put_expiry(view, page, scratch);
	else
		put_joining(view, page, scratch);
}

static void put_end(struct view *view, const struct accept_page *page,
		    const struct accept_end *end)
{
	bool has_code = page->code && *page->code;

	view->title = end->title;
	view->icon = end->icon;
	view->tone = end->tone;
	view->body = "end";
	view_put(view, "what", end->what);
	view_put(view, "next", end->next);
	view_put_flag(view, "ask_code", end->offer == OFFER_CODE);
	view_put_flag(view, "request", end->offer == OFFER_REQUEST && has_code);
	view_put_flag(view, "retry", end->offer == OFFER_RETRY && has_code);
	view_put_flag(view, "home", end->offer == OFFER_RETRY && !has_code);
}

static void put_step(struct view *view, const struct accept_page *page)
{
	static const struct {
		const char *title, *body, *icon, *tone;
	} steps[] = {
		[ACCEPT_CODE] = { .title = TEXT("code.title"), .body = "code" },
		[ACCEPT_INVITED] = { .title = TEXT("invited.title"),
				     .body = "invited" },
		[ACCEPT_DECLINING] = { .title = TEXT("declining.title"),
				       .body = "declining",
				       .icon = "question" },
		[ACCEPT_OPTING] = { .title = TEXT("opting.title"),
				    .body = "opting",
				    .icon = "question" },
		[ACCEPT_ACCEPTED] = { .title = TEXT("accepted.title"),
				      .body = "accepted",
				      .icon = "check",
				      .tone = "good" },
	};

	view->title = steps[page->kind].title;
	view->body = steps[page->kind].body;
	view->icon = steps[page->kind].icon;
	view->tone = steps[page->kind].tone;
	if (page->again)
		view->title = TEXT("accepted.again.title");
	else if (page->kind == ACCEPT_INVITED &&
		 inviter_called(&page->invitation->invite.inviter))
		view->title = TEXT("invited.title.inviter");
}

void accept_render(const struct accept_page *page, struct buf *out)
{
	const struct accept_end *end = accept_end(page);
	struct view view = { .script = "accept.js",
			     .base = page->base,
			     .language = page->language };
	struct scratch scratch;

	view_put(&view, "code", page->code);
	view_put(&view, "name", page->name);
	view_put(&view, "notice", page->notice);
	view_put(&view, "welcome_url", page->welcome_url);
	view_put_flag(&view, "again", page->again);
	put_invitation(&view, page, &scratch);
	if (end)
		put_end(&view, page, end);
	else
		put_step(&view, page);
	view_render(&view, out);
}
