/*
 * metadata.c: pairs of texts that callers hang on a thing, which mean nothing
 * here: read from a body, kept and shown as one JSON object.
 */
#include "base/base.h"

#include "http/body.h"

#include <jansson.h>

#include "http/errors.h"

#define PAIRS_MAX   16
#define KEY_CHARS   64
#define VALUE_CHARS 512

static size_t characters(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xC0) != 0x80;
	return count;
}

static int refuse(struct request *request, const char *param, const char *code,
		  const char *what)
{
	return answer_error(request, 400, code, param, "Invalid '%s': %s.",
			    param, what);
}

static int check_pair(struct request *request, const char *param,
		      const char *key, const json_t *value)
{
	if (!*key || characters(key) > KEY_CHARS)
		return refuse(request, param, "invalid_value",
			      "a key has 1 to 64 characters");
	if (!json_is_string(value))
		return refuse(request, param, "invalid_type",
			      "each value is a string");
	if (characters(json_string_value(value)) > VALUE_CHARS)
		return refuse(request, param, "string_above_max_length",
			      "a value has at most 512 characters");
	return 0;
}

static const char *as_text(struct request *request, const json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);
	const char *copy =
	    text ? arena_str(&request->arena, str_of(text)) : NULL;

	free(text);
	return copy;
}

int body_read_metadata(struct request *request, const char *param,
		       const struct value *value, const char **ret_text)
{
	const char *key;
	json_t *one;

	*ret_text = NULL;
	if (!value->present || json_object_size(value->array) == 0)
		return 0;
	if (json_object_size(value->array) > PAIRS_MAX)
		return refuse(request, param, "invalid_value",
			      "it has at most 16 pairs");
	json_object_foreach(value->array, key, one)
	{
		if (check_pair(request, param, key, one) < 0)
			return -1;
	}
	*ret_text = as_text(request, value->array);
	if (*ret_text)
		return 0;
	answer_unavailable(request);
	return -1;
}
