/*
 * page.h: lists, one page at a time and one item at a time.
 *
 * The pages of all resources are laid out alike (asserted below), so that one
 * iterator serves them all; LIST_OF() makes the typed functions of inv.h.
 */
#ifndef CLIENT_PAGE_H
#define CLIENT_PAGE_H

#include "base/base.h"
#include "call.h"

/* What every struct inv_..._page looks like. */
struct page {
	const void *const *data;
	size_t data_len;
	const char *first_id;
	const char *last_id;
	bool has_more;
	const char *json;
	const char *request_id;
};

struct iter;

/* `id` stands in the route's path, or is NULL; all is copied. */
struct iter *iter_new(struct inv_client *client, const struct route *route,
		      const char *id, const struct inv_list_params *params,
		      struct inv_error *err) MUST_CHECK;
int iter_next(struct iter *iter, const void **ret_item, struct inv_error *err);
void iter_free(struct iter *iter);

/* One page of a list. */
struct page *page_get(struct inv_client *client, const struct route *route,
		      const char *id, const struct inv_list_params *params,
		      struct inv_error *err) MUST_CHECK;

#define SAME_PLACE(type, member)                          \
	_Static_assert(offsetof(type, member) ==          \
			   offsetof(struct page, member), \
		       "every page is laid out alike")

/* The shape of struct inv_THING_page, whose items have THING_shape. */
#define PAGE_OF(thing)                                       \
	SAME_PLACE(struct inv_##thing##_page, data);         \
	SAME_PLACE(struct inv_##thing##_page, data_len);     \
	SAME_PLACE(struct inv_##thing##_page, first_id);     \
	SAME_PLACE(struct inv_##thing##_page, last_id);      \
	SAME_PLACE(struct inv_##thing##_page, has_more);     \
	SAME_PLACE(struct inv_##thing##_page, json);         \
	SAME_PLACE(struct inv_##thing##_page, request_id);   \
	static const struct field thing##_page_fields[] = {  \
		{ .name = "data",                            \
		  .kind = FIELD_ITEMS,                       \
		  .offset = offsetof(struct page, data),     \
		  .second = offsetof(struct page, data_len), \
		  .shape = &thing##_shape },                 \
		FIELD(struct page, first_id, FIELD_TEXT_OR), \
		FIELD(struct page, last_id, FIELD_TEXT_OR),  \
		FIELD(struct page, has_more, FIELD_BOOL),    \
		FIELD(struct page, json, FIELD_JSON),        \
		{ 0 },                                       \
	};                                                   \
	static const struct shape thing##_page_shape = {     \
		sizeof(struct inv_##thing##_page),           \
		thing##_page_fields,                         \
		offsetof(struct page, request_id),           \
	}

/* The typed face of results, pages and iterators in inv.h. */
#define LIST_OF(thing)                                                   \
	void inv_##thing##_free(struct inv_##thing *thing)               \
	{                                                                \
		result_free(thing);                                      \
	}                                                                \
	void inv_##thing##_page_free(struct inv_##thing##_page *page)    \
	{                                                                \
		result_free(page);                                       \
	}                                                                \
	int inv_##thing##_iter_next(struct inv_##thing##_iter *iter,     \
				    const struct inv_##thing **ret_item, \
				    struct inv_error *err)               \
	{                                                                \
		const void *item;                                        \
		if (iter_next((struct iter *)iter, &item, err))          \
			return -1;                                       \
		*ret_item = item;                                        \
		return 0;                                                \
	}                                                                \
	void inv_##thing##_iter_free(struct inv_##thing##_iter *iter)    \
	{                                                                \
		iter_free((struct iter *)iter);                          \
	}

#endif
