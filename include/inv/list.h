/*
 * inv/list.h: what every list can be asked for, its pages, and going through
 * them.
 */
#ifndef INV_H_LIST
#define INV_H_LIST

#include "call.h"

INV_BEGIN_DECLS

/* What every list can be asked for; the first members of its params. */
#define INV_LIST_PARAMS                                                     \
	const char *after INV_OPT; /* the id that the page begins behind */ \
	int limit INV_OPT; /* items per page; 0: as the server likes */     \
	const char *extra_query INV_OPT /* more, encoded, such as "a=b" */

/* Of the lists that can be asked for nothing else. */
struct inv_list_params {
	INV_LIST_PARAMS;
	const char *order INV_OPT; /* "asc", "desc"; not of every list */
	int64_t reserved[16] INV_OPT;
};

/* A page: items as received, in an array of pointers. */
#define INV_PAGE_OF(thing)                             \
	struct inv_##thing##_page {                    \
		const struct inv_##thing *const *data; \
		size_t data_len;                       \
		const char *first_id; /* or NULL */    \
		const char *last_id;  /* or NULL */    \
		bool has_more;                         \
		const char *next; /* or NULL */        \
	}

/*
 * The next item of a list: those of the page, then those of the pages behind
 * it, which replace its contents as they are needed.
 *
 *	rc = inv_invites_list(client, NULL, NULL, &page, &err);
 *	while (!rc && !(rc = inv_next(page, &invite, &err)) && invite)
 *		puts(invite->email);
 *	inv_free(page);
 *
 * The item is borrowed until the next call, and NULL behind the last. After a
 * failure the same call may be tried again: nothing is skipped or repeated.
 * The client, and what the list was called with for cancelling, must still be
 * there. For one thread at a time.
 */
INV_API int inv_next(void *page, void *ret_item, struct inv_error *err);

/* So that the compiler sees whether page and item belong together. */
#define inv_next(page, ret_item, err)                  \
	((void)sizeof(*(ret_item) == (page)->data[0]), \
	 (inv_next)((page), (void *)(ret_item), (err)))

INV_END_DECLS

#endif
