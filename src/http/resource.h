/*
 * resource.h: how a kind of thing is answered: one, a page of them, or that
 * one is gone. A resource is a line in resource.c's table; its handlers only
 * say which operation of the store to ask for.
 */
#ifndef HTTP_RESOURCE_H
#define HTTP_RESOURCE_H

#include "base/base.h"
#include "core/id.h"
#include "http/request.h"

struct resource {
	enum id_kind kind;
	const char *object; /* "organization.invite" */
	const char *param;  /* names its id in complaints: "invite_id" */
	size_t size;	    /* of its struct, which begins with its id */
	void (*write)(struct jw *jw, const void *item, int64_t now_seconds);
};

extern const struct resource invite_resource;
extern const struct resource project_resource;
extern const struct resource user_resource;
extern const struct resource project_user_resource;

/* The id in the path; 0, which is nobody's, where it is not of this kind. */
int64_t resource_path_id(const struct request *request,
			 const struct resource *resource);

/*
 * Each answers with what came out of the operation: the thing that its results
 * begin with, its list_out, the id_in that it was asked with; or with the
 * operation's error where it was refused.
 */
void answer_resource(struct request *request, const struct resource *resource);
void answer_page_of(struct request *request, const struct resource *resource);
void answer_deleted(struct request *request, const struct resource *resource);

#endif
