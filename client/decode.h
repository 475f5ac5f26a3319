/*
 * decode.h: JSON into the structs of inv.h, by tables.
 *
 * A shape lists a struct's members: name on the wire, kind, place. What the
 * table does not name is left alone, so that a newer server does no harm; a
 * member that is there with the wrong type is an error; one that is absent or
 * null is empty.
 */
#ifndef CLIENT_DECODE_H
#define CLIENT_DECODE_H

#include "base/base.h"
#include "request.h"

enum field_kind {
	FIELD_ID,      /* const char *, must be there and not be empty */
	FIELD_TEXT,    /* const char *, "" where absent */
	FIELD_TEXT_OR, /* const char *, NULL where absent */
	FIELD_INTEGER, /* int64_t */
	FIELD_BOOL,    /* bool */
	FIELD_IS_SAID, /* bool: whether it is there and is not null */
	FIELD_WORD,    /* an enum, its text in `second` */
	FIELD_OBJECT,  /* pointer to a struct, NULL where absent */
	FIELD_OBJECTS, /* array of pointers to structs, its length in `second`
			*/
	FIELD_ITEMS,   /* a page's: must be there, each with a handle */
	FIELD_TEXTS,   /* array of texts, its length in `second` */
	FIELD_OBJECT_TEXT, /* const char *: an object as JSON, NULL where absent
			    */
	FIELD_JSON,	   /* const char *: all there is, as text */
	FIELD_CALLED_LIKE  /* const char *: the member that is called like the
			    * text of the one named, as JSON; NULL where absent
			    */
};

struct field {
	const char *name;
	enum field_kind kind;
	size_t offset, second;
	const struct words *words;
	const struct shape *shape;
};

struct shape {
	size_t size;		  /* of the struct */
	const struct field *list; /* ends in one without name */
};

/* One line of a shape: the member of `type` that is called as on the wire. */
#define FIELD(type, member, kind_) FIELD_NAMED(#member, type, member, kind_)
#define FIELD_NAMED(name_, type, member, kind_)                                \
	{                                                                      \
		.name = name_, .kind = kind_, .offset = offsetof(type, member) \
	}
#define FIELD_OF_WORDS(type, member, words_)                                \
	{                                                                   \
		.name = #member, .kind = FIELD_WORD,                        \
		.offset = offsetof(type, member),                           \
		.second = offsetof(type, member##_text), .words = &(words_) \
	}
#define FIELD_OF_OBJECT(type, member, shape_)                        \
	{                                                            \
		.name = #member, .kind = FIELD_OBJECT,               \
		.offset = offsetof(type, member), .shape = &(shape_) \
	}
#define FIELD_OF_OBJECTS(type, member, shape_)                             \
	{                                                                  \
		.name = #member, .kind = FIELD_OBJECTS,                    \
		.offset = offsetof(type, member),                          \
		.second = offsetof(type, member##_len), .shape = &(shape_) \
	}
#define FIELD_OF_ITEMS(type, member)                   \
	{                                              \
		.name = #member, .kind = FIELD_ITEMS,  \
		.offset = offsetof(type, member),      \
		.second = offsetof(type, member##_len) \
	}
#define FIELD_OF_TEXTS(type, member)                   \
	{                                              \
		.name = #member, .kind = FIELD_TEXTS,  \
		.offset = offsetof(type, member),      \
		.second = offsetof(type, member##_len) \
	}

/* A closed list: enum values from 1 are texts[1]..; 0 is any other text. */
struct words {
	const char *const *texts;
	size_t count; /* with the 0th */
};

extern const struct words role_words, project_role_words, invite_status_words,
    project_status_words, access_words;

/* The word for a value, "" for none. */
const char *word_text(const struct words *words, int value);
int word_value(const struct words *words, const char *text);

/*
 * The struct that `shape` describes, from an answer's body; on failure NULL
 * with the reason. Given to inv_free().
 */
void *result_new(const struct shape *shape, const struct answer *answer,
		 struct inv_error *err) MUST_CHECK;

/* A copy that lives as long as the result; NULL: there is no memory. */
const char *result_text(void *result, const char *text) MUST_CHECK;

/* What every page of inv.h looks like. */
INV_PAGE_OF(any);

/*
 * A page whose items are of that shape, the same way. `*ret_says`: whether the
 * server says if there are more.
 */
struct inv_any_page *page_decode(const struct shape *items,
				 const struct answer *answer, bool *ret_says,
				 struct inv_error *err) MUST_CHECK;

#endif
