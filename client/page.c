/*
 * page.c: one page of a list, and the iterator over all of them.
 *
 * There is another page where the server says so; where it does not say what
 * it begins behind, that is an error, since a list cut short would look like a
 * whole one. A server whose cursors go round in a circle would keep
 * us forever; Brent's method finds that: one cursor is remembered, for twice
 * as many pages each time, and must not come back.
 */
#include "base/base.h"
#include "page.h"

struct iter {
	struct inv_client *client;
	const struct route *route;
	struct inv_list_params params; /* texts in `memory` */
	const char *id;
	struct arena memory;
	struct page *page; /* or NULL before the first */
	size_t next;	   /* in it */
	char *mark;	   /* the cursor remembered, malloc()ed, or NULL */
	size_t pages, mark_for;
};

struct page *page_get(struct inv_client *client, const struct route *route,
		      const char *id, const struct inv_list_params *params,
		      struct inv_error *err)
{
	struct call call = { .route = route, .ids = &id, .list = params };

	return call_send(client, &call, err);
}

static int copy(struct iter *iter, const char *text, const char **ret_copy)
{
	if (!text)
		return 0;
	*ret_copy = arena_str(&iter->memory, str_of(text));
	return *ret_copy ? 0 : -1;
}

struct iter *iter_new(struct inv_client *client, const struct route *route,
		      const char *id, const struct inv_list_params *params,
		      struct inv_error *err)
{
	static const struct inv_list_params none;
	struct iter *iter = calloc(1, sizeof(*iter));

	if (!params)
		params = &none;
	if (iter) {
		iter->client = client;
		iter->route = route;
		iter->params.limit = params->limit;
		arena_init(&iter->memory, URL_MAX);
		if (copy(iter, id, &iter->id) == 0 &&
		    copy(iter, params->after, &iter->params.after) == 0 &&
		    copy(iter, params->extra_query,
			 &iter->params.extra_query) == 0)
			return iter;
	}
	iter_free(iter);
	error_memory(err);
	return NULL;
}

void iter_free(struct iter *iter)
{
	if (!iter)
		return;
	result_free(iter->page);
	arena_release(&iter->memory);
	free(iter->mark);
	free(iter);
}

/*
 * Where the next page begins: behind the last id, or the last item's where the
 * page does not say. NULL: nowhere. Every item begins with its id.
 */
static const char *cursor_of(const struct page *page)
{
	if (page->last_id && *page->last_id)
		return page->last_id;
	if (page->data_len == 0)
		return NULL;
	return *(const char *const *)page->data[page->data_len - 1];
}

static int page_problem(const char *message, struct inv_error *err)
{
	error_set(err, INV_ERROR_ANSWER, "%s", message);
	if (err)
		err->cause = INV_CAUSE_PAGE;
	return -1;
}

static int check_circle(struct iter *iter, const char *cursor,
			struct inv_error *err)
{
	if (iter->mark && strcmp(iter->mark, cursor) == 0)
		return page_problem("The server's list goes round in a circle.",
				    err);
	if (iter->pages++ < iter->mark_for)
		return 0;
	free(iter->mark);
	iter->mark = strdup(cursor);
	iter->mark_for = iter->pages * 2;
	return iter->mark ? 0 : error_memory(err);
}

/* A list that ends here would be taken for the whole of it. */
static int check_page(struct iter *iter, const struct page *page,
		      struct inv_error *err)
{
	if (!page->has_more)
		return 0;
	if (page->data_len == 0 || !cursor_of(page))
		return page_problem("The server says that the list goes on, "
				    "but not where.",
				    err);
	return check_circle(iter, cursor_of(page), err);
}

static int turn_page(struct iter *iter, struct inv_error *err)
{
	const char *after = iter->page ? cursor_of(iter->page) : NULL;
	struct call call = { .route = iter->route,
			     .ids = &iter->id,
			     .list = &iter->params,
			     .after = after };
	struct page *page = call_send(iter->client, &call, err);

	if (!page)
		return -1;
	if (check_page(iter, page, err)) {
		result_free(page);
		return -1;
	}
	result_free(iter->page);
	iter->page = page;
	iter->next = 0;
	return 0;
}

int iter_next(struct iter *iter, const void **ret_item, struct inv_error *err)
{
	while (!iter->page || iter->next == iter->page->data_len) {
		if (iter->page && !iter->page->has_more) {
			*ret_item = NULL;
			return 0;
		}
		if (turn_page(iter, err))
			return -1;
	}
	*ret_item = iter->page->data[iter->next++];
	return 0;
}
