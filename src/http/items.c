/*
 * items.c: where the items of an array stand in a body.
 *
 * The body was parsed before: it is sound JSON, and nothing is checked again.
 */
#include "base/base.h"

#include "http/body.h"

/* From behind its first quotation mark to behind its last. */
static const char *skip_string(const char *at)
{
	for (; *at != '"'; at++) {
		if (*at == '\\')
			at++;
	}
	return at + 1;
}

/* Where an array begins, past '['; `end`: there is none. */
static const char *find_array(const char *at, const char *end)
{
	while (at < end && *at != '[')
		at = *at == '"' ? skip_string(at + 1) : at + 1;
	return at < end ? at + 1 : end;
}

/* What ends an item: ',' or ']' that is not within it. */
static const char *find_end(const char *at, const char *end)
{
	size_t depth = 0;

	for (; at < end; at++) {
		switch (*at) {
		case '"':
			at = skip_string(at + 1) - 1;
			break;
		case '[':
		case '{':
			depth++;
			break;
		case ']':
		case '}':
			if (depth == 0)
				return at;
			depth--;
			break;
		case ',':
			if (depth == 0)
				return at;
			break;
		default:
			break;
		}
	}
	return end;
}

size_t body_items(struct str body, struct str *ret_items, size_t count)
{
	const char *end = body.data + body.len;
	const char *at = find_array(body.data, end);
	size_t found = 0;

	while (at < end && found < count) {
		const char *stop = find_end(at, end);

		ret_items[found++] = (struct str){ at, (size_t)(stop - at) };
		at = stop + 1;
	}
	return found;
}
