/*
 * resource.c: the table of resources, and the three shapes of an answer.
 */
#include "base/base.h"

#include "http/resource.h"

#include "http/errors.h"
#include "http/wire.h"

static void write_invite(struct jw *jw, const void *item, int64_t now_seconds)
{
	wire_invite(jw, item, now_seconds, NULL);
}

static void write_project(struct jw *jw, const void *item, int64_t now_seconds)
{
	(void)now_seconds;
	wire_project(jw, item);
}

static void write_user(struct jw *jw, const void *item, int64_t now_seconds)
{
	(void)now_seconds;
	wire_user(jw, item);
}

static void write_project_user(struct jw *jw, const void *item,
			       int64_t now_seconds)
{
	(void)now_seconds;
	wire_project_user(jw, item);
}

const struct resource invite_resource = { ID_INVITE, "organization.invite",
					  "invite_id", sizeof(struct invite),
					  write_invite };
const struct resource project_resource = { ID_PROJECT, "organization.project",
					   "project_id", sizeof(struct project),
					   write_project };
const struct resource user_resource = { ID_USER, "organization.user", "user_id",
					sizeof(struct user), write_user };
const struct resource project_user_resource = {
	ID_USER, "organization.project.user", "user_id",
	sizeof(struct project_user), write_project_user
};

_Static_assert(offsetof(struct invite, id) == 0 &&
		   offsetof(struct project, id) == 0 &&
		   offsetof(struct user, id) == 0 &&
		   offsetof(struct project_user, id) == 0,
	       "a resource begins with its id");

int64_t resource_path_id(const struct request *request,
			 const struct resource *resource)
{
	int64_t id;

	return id_parse(resource->kind, str_of(request->params[0]), &id) ? id
									 : 0;
}

/* Whether the request was answered with a refusal. */
static bool refused(struct request *request, const char *param)
{
	if (request->op.result == RESULT_OK)
		return false;
	answer_result(request, param);
	return true;
}

void answer_resource(struct request *request, const struct resource *resource)
{
	struct jw jw;

	if (refused(request, resource->param))
		return;
	jw = answer_json(request);
	resource->write(&jw, request->op.out, request->now_ms / 1000);
	answer_json_end(request);
}

static const void *item_at(const struct resource *resource, const void *items,
			   size_t index)
{
	return (const char *)items + index * resource->size;
}

static int64_t id_at(const struct resource *resource, const void *items,
		     size_t index)
{
	return *(const int64_t *)item_at(resource, items, index);
}

void answer_page_of(struct request *request, const struct resource *resource)
{
	const struct list_out *page = request->op.out;
	struct jw jw;

	/* A list below something can miss what it is below. */
	if (refused(request, request->params[0] ? "project_id" : NULL))
		return;
	jw = answer_json(request);
	wire_list_begin(&jw);
	for (size_t i = 0; i < page->count; i++)
		resource->write(&jw, item_at(resource, page->rows, i),
				request->now_ms / 1000);
	wire_list_end(&jw, page, resource->kind,
		      page->count ? id_at(resource, page->rows, 0) : 0,
		      page->count ? id_at(resource, page->rows, page->count - 1)
				  : 0);
	answer_json_end(request);
}

void answer_deleted(struct request *request, const struct resource *resource)
{
	const struct id_in *asked = request->op.in;
	struct jw jw;

	if (refused(request, resource->param))
		return;
	jw = answer_json(request);
	wire_deleted(&jw, resource->object, resource->kind, asked->id);
	answer_json_end(request);
}
