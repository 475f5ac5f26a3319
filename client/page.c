/*
 * page.c: one page of a list, and the way through all of them.
 *
 * There is another page where the server says so, or says what it begins behind
 * and not that there is none; where it does not say what it begins behind, that
 * is an error, since a list cut short would look like a whole one. A server
 * whose cursors go round in a circle would keep us forever; Brent's method
 * finds that: one cursor is remembered, for twice as many pages each time, and
 * must not come back.
 */
#include "base/base.h"
#include "page.h"

#include "operation.h"

/* The caller sees `value`, a copy of the result that `current` is. */
struct page {
	struct request *request;
	struct inv_any_page *current;
	size_t next; /* in it */
	char *mark;  /* the cursor remembered, malloc()ed, or NULL */
	size_t pages, mark_for;
	struct handle handle;
	struct inv_any_page value;
};

int page_turn(struct request *request, const char *after, struct inv_error *err)
{
	const char *query = request->page_query;
	struct buf *url = &request->url;

	buf_clear(url);
	buf_add_text(url, request->page_url);
	if (after) {
		buf_add_text(url, "?after=");
		percent_add(url, after);
		buf_add_text(url, query);
	} else if (*query) {
		buf_addf(url, "?%s", query + 1);
	}
	request->http.url = url->data;
	return buf_ok(url) ? 0 : error_memory(err);
}

/*
 * Where the next page begins: where the page says so, behind the last id, or
 * the last item's where it names none. NULL: nowhere. Every item begins with
 * its id.
 */
static const char *cursor_of(const struct inv_any_page *page)
{
	if (page->next && *page->next)
		return page->next;
	if (page->last_id && *page->last_id)
		return page->last_id;
	if (page->data_len == 0)
		return NULL;
	return *(const char *const *)(const void *)
		    page->data[page->data_len - 1];
}

static int page_problem(const char *message, struct inv_error *err)
{
	error_set(err, INV_ERROR_ANSWER, "%s", message);
	if (err)
		err->cause = INV_CAUSE_PAGE;
	return -1;
}

static int check_circle(struct page *page, const char *cursor,
			struct inv_error *err)
{
	if (page->mark && strcmp(page->mark, cursor) == 0)
		return page_problem("The server's list goes round in a circle.",
				    err);
	if (page->pages++ < page->mark_for)
		return 0;
	free(page->mark);
	page->mark = strdup(cursor);
	page->mark_for = page->pages * 2;
	return page->mark ? 0 : error_memory(err);
}

/* A list that ends here would be taken for the whole of it. */
static int check_page(struct page *page, const struct inv_any_page *got,
		      struct inv_error *err)
{
	if (!got->has_more)
		return 0;
	if (got->data_len == 0 || !cursor_of(got))
		return page_problem("The server says that the list goes on, "
				    "but not where.",
				    err);
	return check_circle(page, cursor_of(got), err);
}

static int take(struct page *page, const struct answer *answer,
		struct inv_error *err)
{
	bool says;
	struct inv_any_page *got =
	    page_decode(page->request->operation->shape, answer, &says, err);

	if (!got)
		return -1;
	if (!says)
		got->has_more =
		    got->data_len > 0 && (got->next || got->last_id);
	if (check_page(page, got, err)) {
		inv_free(got);
		return -1;
	}
	inv_free(page->current);
	page->current = got;
	page->next = 0;
	page->value = *got;
	page->handle.meta = *inv_meta(got);
	return 0;
}

static void release(void *handed_out)
{
	struct page *page = CONTAINER_OF(handed_out, struct page, value);

	inv_free(page->current);
	request_drop(page->request);
	free(page->mark);
	free(page);
}

struct inv_any_page *page_new(struct request *request,
			      const struct answer *answer,
			      struct inv_error *err)
{
	struct page *page = calloc(1, sizeof(*page));

	if (!page) {
		error_memory(err);
		return NULL;
	}
	page->request = request_hold(request);
	page->handle.release = release;
	if (take(page, answer, err) == 0)
		return &page->value;
	release(&page->value);
	return NULL;
}

static int fetch_next(struct page *page, struct inv_error *err)
{
	struct answer answer;
	int rc;

	if (page_turn(page->request, cursor_of(page->current), err))
		return -1;
	answer_init(&answer);
	rc = request_send(page->request, &answer, err);
	if (rc == 0)
		rc = take(page, &answer, err);
	answer_release(&answer);
	return rc;
}

int(inv_next)(void *handed_out, void *ret_item, struct inv_error *err)
{
	struct page *page;

	if (!handed_out || !ret_item)
		return error_null(err, handed_out ? "ret_item" : "page");
	page = CONTAINER_OF(handed_out, struct page, value);
	while (page->next == page->current->data_len) {
		if (!page->current->has_more) {
			*(const void **)ret_item = NULL;
			return 0;
		}
		if (fetch_next(page, err))
			return -1;
	}
	*(const void **)ret_item = page->current->data[page->next++];
	return 0;
}
