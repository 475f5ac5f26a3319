/*
 * shape.h: the JSON of a thing, as a table over its C struct.
 *
 * A row is a member of the JSON: its name, where its value lies, and how that
 * is written. Members that are not values of the struct are written by a
 * function. Only what is in the table is shown.
 */
#ifndef HTTP_SHAPE_H
#define HTTP_SHAPE_H

#include "base/base.h"
#include "base/jw.h"
#include "core/id.h"
#include "core/vocabulary.h"
#include "store/verb.h"

enum member_type {
	MEMBER_WRITTEN, /* by a function */
	MEMBER_REST,	/* by one, with their names: any number of members */
	MEMBER_FIXED,	/* the same text for all, which is not escaped */
	MEMBER_FALSE,
	MEMBER_NULL,
	MEMBER_ID,	/* null for 0 */
	MEMBER_TEXT,	/* null for NULL */
	MEMBER_CHARS,	/* a text in the struct itself, an array of char */
	MEMBER_STRINGS, /* an array: the lines of a text; empty for "" */
	MEMBER_WORD,	/* an enum's; null for none */
	MEMBER_TIME,	/* Unix seconds; null for 0 */
	MEMBER_NUMBER,
	MEMBER_BOOL
};

struct member {
	enum member_type type;
	struct str key; /* its name, by JW_KEY() */
	size_t offset;
	enum id_kind kind;
	const struct vocabulary *words;
	const char *text;
	void (*write)(struct jw *jw, const void *item, int64_t now_seconds);
};

struct shape {
	const char *object; /* "organization.invite"; NULL: it does not say */
	enum id_kind kind;  /* of its id */
	size_t size;	    /* of its struct */
	size_t id;	    /* where in it the id lies */
	const struct member *members; /* the last has no key */
	bool deleted_without_id;      /* its answer to DELETE names no id */
	size_t
	    removed; /* of a bool in what comes out of a DELETE, plus 1:
		      * whether it was there to be deleted; 0: it always is */
};

/* ---- rows; `type` is the struct's ---- */

#define SHOW_FIXED(json, value)                                            \
	{                                                                  \
		.key = JW_KEY(json), .type = MEMBER_FIXED, .text = (value) \
	}
#define SHOW_FALSE(json)                                  \
	{                                                 \
		.key = JW_KEY(json), .type = MEMBER_FALSE \
	}
#define SHOW_NULL(json)                                  \
	{                                                \
		.key = JW_KEY(json), .type = MEMBER_NULL \
	}
#define SHOW_ID(json, type_, member, kind_)                                  \
	{                                                                    \
		.key = JW_KEY(json), .type = MEMBER_ID,                      \
		.offset = OFFSET_OF(type_, member, int64_t), .kind = (kind_) \
	}
#define SHOW_TEXT(json, type_, member)                           \
	{                                                        \
		.key = JW_KEY(json), .type = MEMBER_TEXT,        \
		.offset = OFFSET_OF(type_, member, const char *) \
	}
#define SHOW_CHARS(json, type_, member)                     \
	{                                                   \
		.key = JW_KEY(json), .type = MEMBER_CHARS,  \
		.offset = OFFSET_OF(type_, member[0], char) \
	}
#define SHOW_STRINGS(json, type_, member)                        \
	{                                                        \
		.key = JW_KEY(json), .type = MEMBER_STRINGS,     \
		.offset = OFFSET_OF(type_, member, const char *) \
	}
#define SHOW_WORD(json, type_, member, vocabulary)                             \
	{                                                                      \
		.key = JW_KEY(json), .type = MEMBER_WORD,                      \
		.offset = OFFSET_OF_ENUM(type_, member), .words = (vocabulary) \
	}
#define SHOW_TIME(json, type_, member)                      \
	{                                                   \
		.key = JW_KEY(json), .type = MEMBER_TIME,   \
		.offset = OFFSET_OF(type_, member, int64_t) \
	}
#define SHOW_NUMBER(json, type_, member)                    \
	{                                                   \
		.key = JW_KEY(json), .type = MEMBER_NUMBER, \
		.offset = OFFSET_OF(type_, member, int)     \
	}
#define SHOW_BOOL(json, type_, member)                    \
	{                                                 \
		.key = JW_KEY(json), .type = MEMBER_BOOL, \
		.offset = OFFSET_OF(type_, member, bool)  \
	}
#define SHOW_REST_BY(function)                                             \
	{                                                                  \
		.key = { "", 0 }, .type = MEMBER_REST, .write = (function) \
	}
#define SHOW_BY(json, function)                          \
	{                                                \
		.key = JW_KEY(json), .write = (function) \
	}

/* What every shape begins with. */
#define SHAPE_OF(type_, kind_)                  \
	.kind = (kind_), .size = sizeof(type_), \
	.id = OFFSET_OF(type_, id, int64_t)

/* ---- writing ---- */

/* The members of `item`, inside an object that the caller begins and ends. */
void shape_members(struct jw *jw, const struct member *members,
		   const void *item, int64_t now_seconds);

/* Its members, "object" first, likewise. */
void shape_write_members(struct jw *jw, const struct shape *shape,
			 const void *item, int64_t now_seconds);

/* The whole object. */
void shape_write(struct jw *jw, const struct shape *shape, const void *item,
		 int64_t now_seconds);

/* {"object": "<object>.deleted", "id", "deleted"}; `out` is what came out. */
void shape_write_deleted(struct jw *jw, const struct shape *shape, int64_t id,
			 const void *out);

/* How a page of a list says where the next one begins. */
enum list_envelope {
	LIST_BY_IDS, /* "first_id", "last_id" */
	LIST_BY_NEXT /* "next" */
};

/*
 * {"object": "list", "data", ..., "has_more"}. `has_more` is always a boolean,
 * and true only with a cursor; cursors are null if there are no items: the
 * official clients, taken together, insist on all of this.
 */
void shape_write_list(struct jw *jw, const struct shape *shape,
		      enum list_envelope envelope, const struct list_out *list,
		      int64_t now_seconds);

/* ---- for functions that write members ---- */

void write_id(struct jw *jw, const char *name, enum id_kind kind, int64_t id);
void write_text(struct jw *jw, const char *name, const char *value);
void write_time(struct jw *jw, const char *name, int64_t seconds);

/* The value of a member, of metadata as it is kept; {} for NULL, and for what
 * is no object (the database has it from elsewhere). */
void write_metadata(struct jw *jw, const char *text);

#endif
