/*
 * body.h: a JSON object in the making. What is added under a name wins over
 * the same name in the caller's extra body.
 */
#ifndef CLIENT_BODY_H
#define CLIENT_BODY_H

#include "base/base.h"
#include "client.h"

#include <jansson.h>

#include "base/jw.h"

struct body {
	struct buf text;
	struct jw jw;
	json_t *extra; /* or NULL */
};

void body_begin(struct body *body);
void body_release(struct body *body);

/* 0, or -1 where `extra` is not a JSON object. */
int body_extra(struct body *body, const char *extra, struct inv_error *err);

/* A name for what is added to body->jw next. */
void body_name(struct body *body, const char *name);

/* Whether the extra body has a member of that name. */
bool body_has(const struct body *body, const char *name);

/* Puts the extra members in and ends the object. */
int body_end(struct body *body, struct inv_error *err);

#endif
