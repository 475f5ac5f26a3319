/*
 * form.c: bodies of forms, as browsers send them.
 */
#include "base/base.h"

#include "http/body.h"

#include "http/query.h"

bool form_field(struct request *request, const char *name,
		struct str *ret_value)
{
	struct query_walk walk = query_walk(buf_str(&request->body));
	struct str key, value;

	while (query_next(request, &walk, &key, &value)) {
		if (!str_is(key, name))
			continue;
		*ret_value = value;
		return true;
	}
	return false;
}

bool form_is_sound(struct request *request)
{
	struct query_walk walk = query_walk(buf_str(&request->body));
	struct str key, value;

	while (query_next(request, &walk, &key, &value))
		;
	return !walk.broken;
}
