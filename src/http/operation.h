/*
 * operation.h: routes that do no more than have the store do something: read
 * what it takes from path, query and body, by the route's tables, and answer
 * with what comes out, by the route's shape.
 */
#ifndef HTTP_OPERATION_H
#define HTTP_OPERATION_H

#include "http/router.h"

/* Handles a request whose route has a verb and no handler of its own. */
void operation_run(struct request *request);

/* Whether a route is sound: its tables fit its path, its verb and the ceilings
 * of what reads them. */
bool operation_is_sound(const struct route *route);

/* Copies the path's ids to their places in the verb's input. */
void operation_put_ids(const struct request *request, const struct route *route,
		       void *in);

/* ---- for handlers ---- */

/* The operation's result, where it was refused, as an error; `param` is the
 * parameter that the refusal is about: "project_id" for PROJECT_NOT_FOUND, if
 * the path or the body has it. Whether it was refused. */
bool answer_refused(struct request *request);

void answer_item(struct request *request, const struct shape *shape,
		 const void *item);

#endif
