/*
 * call.h: from a route and its parameters to a result.
 *
 * A resource is its shapes, its routes and functions of a few lines that call
 * call_send(); nothing of how an answer is fetched is said twice.
 */
#ifndef CLIENT_CALL_H
#define CLIENT_CALL_H

#include "base/base.h"
#include "decode.h"

#include <jansson.h>

#include "base/jw.h"

struct route {
	const char *method;
	const char *path;	   /* {name} stands for the next id */
	const struct shape *shape; /* of the result */
};

struct call {
	const struct route *route;
	const char *const *ids;		    /* as many as the path has names */
	const struct inv_list_params *list; /* or NULL */
	const char *after;		    /* instead of the list's, or NULL */
	struct str body;		    /* data NULL: none */
	const char *base_url; /* not the client's: neither key nor headers */
};

/* The result, or NULL with the reason. */
void *call_send(struct inv_client *client, const struct call *call,
		struct inv_error *err) MUST_CHECK;

/*
 * A JSON object in the making. What is added under a name wins over the same
 * name in the caller's extra body.
 */
struct body {
	struct buf text;
	struct jw jw;
	json_t *extra; /* or NULL */
};

/* 0, or -1 where `extra` (may be NULL) is not a JSON object. */
int body_begin(struct body *body, const char *extra, struct inv_error *err);
void body_release(struct body *body);

/*
 * Adds a text. NULL adds nothing and is an error where the name is `required`
 * and not in the extra body; text that is not UTF-8 always is.
 */
int body_text(struct body *body, const char *name, const char *value,
	      bool required, struct inv_error *err);

/* A name for what is added to body->jw next. */
void body_name(struct body *body, const char *name);

/* Puts the extra members in and ends the object. */
int body_end(struct body *body, struct inv_error *err);

/* `text` if there is one, else the word for `value`, else NULL. */
const char *word_to_send(const struct words *words, int value,
			 const char *text);

/* 0, or -1 with a sentence that names the parameter. */
int check_utf8(const char *name, const char *value, struct inv_error *err);

#endif
