/*
 * inv/value.h: members that may be left out, be null, or have a value.
 */
#ifndef INV_H_VALUE
#define INV_H_VALUE

#include "base.h"

INV_BEGIN_DECLS

/*
 * An optional member that can also be null is one of three things. You say
 * which; it is never guessed from a pointer, since an empty list may well have
 * none.
 */
enum inv_said {
	INV_OMITTED = 0, /* the request does not mention it */
	INV_NULL = 1,	 /* it is null */
	INV_VALUE = 2	 /* it has the value given beside, empty or not */
};

struct inv_text {
	enum inv_said said;
	const char *value;
};

struct inv_number {
	enum inv_said said;
	int64_t value;
};

struct inv_texts {
	enum inv_said said;
	const char *const *items;
	size_t len;
};

/* clang-format off */
#if defined(__cplusplus) && __cplusplus >= 201103L
#define INV_LITERAL(type) type
#else
#define INV_LITERAL(type) (struct type)
#endif

/* .external_key_id = INV_TEXT("hr-7"), .emails = INV_TEXTS(list, 2) */
#define INV_TEXT(value)	       INV_LITERAL(inv_text){ INV_VALUE, value }
#define INV_NUMBER(value)      INV_LITERAL(inv_number){ INV_VALUE, value }
#define INV_TEXTS(items, len)  INV_LITERAL(inv_texts){ INV_VALUE, items, len }
/* clang-format on */

INV_END_DECLS

#endif
