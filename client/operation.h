/*
 * operation.h: a call of the API as data: where it goes, what it takes, what
 * it gives. calls.h lists them all, one in a line.
 */
#ifndef CLIENT_OPERATION_H
#define CLIENT_OPERATION_H

#include "base/base.h"
#include "decode.h"

/* How a member of a params struct is written. In a GET it is in the query. */
enum param_kind {
	PARAM_TEXT,	   /* const char *; NULL: omitted */
	PARAM_WORD,	   /* an enum, or the text in `second` */
	PARAM_COUNT,	   /* int; 0: omitted */
	PARAM_INTEGER,	   /* int64_t; 0: omitted */
	PARAM_FLAG,	   /* bool; false: omitted */
	PARAM_SAID_TEXT,   /* struct inv_text */
	PARAM_SAID_NUMBER, /* struct inv_number */
	PARAM_SAID_TEXTS,  /* struct inv_texts */
	PARAM_SAID_GRANTS, /* struct inv_grants */
	PARAM_INVITER,	   /* const struct inv_inviter *; NULL: omitted */
	PARAM_OBJECTS,	   /* array of params structs, its length in `second` */
	PARAM_OBJECT_TEXT, /* const char *: a JSON object; NULL: omitted */
	PARAM_LINK,	   /* const char *: an invitation's link, or its code */
	PARAM_EXTRA_BODY,  /* const char *: more members, as a JSON object */
	PARAM_EXTRA_QUERY, /* const char *: more of the query, encoded */
	PARAM_RAW_BODY	   /* const char *: the body as it is */
};

struct param {
	const char *name; /* on the wire, and of the member */
	enum param_kind kind;
	size_t offset, second;
	const struct words *words;
	bool required;		/* or in the extra body */
	const struct param *of; /* the table of an item, and its size */
	size_t size;
};

/* One line of a table: the member of `type` that is called as on the wire. */
#define PARAM(type, member, kind_) PARAM_NAMED(#member, type, member, kind_)
#define PARAM_NAMED(name_, type, member, kind_)                                \
	{                                                                      \
		.name = name_, .kind = kind_, .offset = offsetof(type, member) \
	}
#define PARAM_REQUIRED(type, member, kind_)                         \
	{                                                           \
		.name = #member, .kind = kind_,                     \
		.offset = offsetof(type, member), .required = true, \
	}
#define PARAM_OF_WORDS(type, member, words_)                                 \
	{                                                                    \
		.name = #member, .kind = PARAM_WORD,                         \
		.offset = offsetof(type, member),                            \
		.second = offsetof(type, member##_text), .words = &(words_), \
		.required = true,                                            \
	}
#define PARAM_OF_WORDS_OR(type, member, words_)                             \
	{                                                                   \
		.name = #member, .kind = PARAM_WORD,                        \
		.offset = offsetof(type, member),                           \
		.second = offsetof(type, member##_text), .words = &(words_) \
	}
#define PARAM_OF_OBJECTS(type, member, of_)                          \
	{                                                            \
		.name = #member, .kind = PARAM_OBJECTS,              \
		.offset = offsetof(type, member),                    \
		.second = offsetof(type, member##_len), .of = (of_), \
		.size = sizeof(*((type *)0)->member)                 \
	}
#define PARAMS_OF_LIST(type)                                             \
	PARAM(type, after, PARAM_TEXT), PARAM(type, limit, PARAM_COUNT), \
	    PARAM(type, extra_query, PARAM_EXTRA_QUERY)

#define PARAMS_MAX 512 /* bytes of the largest params struct */

struct operation {
	const char *method;
	const char *path;	    /* {name} stands for the next id */
	const struct param *params; /* ends in one without name; or NULL */
	const struct shape *shape;  /* of the result, or of a page's items */
	bool is_list;
};

/*
 * Makes the call: 0 with the result in `*ret_result` (may be NULL), or with
 * the request in call->ret_request; or -1 with the reason.
 */
int operation_run(struct inv_client *client, const struct operation *operation,
		  const char *const *ids, const void *params,
		  const struct inv_call *call, void *ret_result,
		  struct inv_error *err);

/* Makes of a good answer what the request's call hands out. */
int operation_finish(struct request *request, const struct answer *answer,
		     void *ret_result, struct inv_error *err);

#endif
