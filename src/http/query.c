/*
 * query.c: decodes and checks query parameters.
 *
 * An empty `after` counts as absent: one SDK sends it for null. Unknown
 * parameters are refused, for a misspelt filter must not list everything.
 */
#include "base/base.h"

#include "core/id.h"
#include "http/query.h"

#include "base/encode.h"
#include "http/errors.h"

struct query_walk query_walk(struct str text)
{
	return (struct query_walk){ text, false };
}

static bool decode(struct request *request, struct str raw, struct str *ret)
{
	char *text = arena_alloc(&request->arena, raw.len + 1);
	ptrdiff_t len;

	if (!text)
		return false;
	len = percent_decode(raw, true, text);
	if (len < 0)
		return false;
	*ret = (struct str){ text, (size_t)len };
	return str_is_utf8(*ret) && !memchr(text, '\0', (size_t)len);
}

bool query_next(struct request *request, struct query_walk *walk,
		struct str *ret_key, struct str *ret_value)
{
	struct str pair, key, value;

	do {
		if (walk->rest.len == 0)
			return false;
		str_cut(walk->rest, '&', &pair, &walk->rest);
	} while (pair.len == 0);
	str_cut(pair, '=', &key, &value);
	if (decode(request, key, ret_key) && decode(request, value, ret_value))
		return true;
	walk->broken = true;
	return false;
}

int refuse_above(struct request *request, const char *param, int64_t value,
		 int64_t max)
{
	return answer_error(request, 400, "integer_above_max_value", param,
			    "Invalid '%s': integer above maximum value. "
			    "Expected a value <= %lld, but got %lld instead.",
			    param, (long long)max, (long long)value);
}

int refuse_below(struct request *request, const char *param, int64_t value,
		 int64_t min)
{
	return answer_error(request, 400, "integer_below_min_value", param,
			    "Invalid '%s': integer below minimum value. "
			    "Expected a value >= %lld, but got %lld instead.",
			    param, (long long)min, (long long)value);
}

static bool all_digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9')
			return false;
	}
	return s.len > 0;
}

static int read_limit(struct request *request, struct str value, int *ret)
{
	struct str digits = value;
	bool negative = str_starts_with(value, "-");
	int64_t limit;

	if (negative) {
		digits.data++;
		digits.len--;
	}
	if (!all_digits(digits))
		return answer_error(request, 400, "invalid_type", "limit",
				    "Invalid type for 'limit': expected an "
				    "integer.");
	if (!str_to_i64(value, &limit))
		limit = negative ? INT64_MIN : INT64_MAX;
	if (limit > PAGE_LIMIT_MAX)
		return refuse_above(request, "limit", limit, PAGE_LIMIT_MAX);
	if (limit < 1)
		return refuse_below(request, "limit", limit, 1);
	*ret = (int)limit;
	return 0;
}

static int read_after(struct request *request, enum id_kind kind,
		      struct str value, int64_t *ret)
{
	if (value.len == 0 || id_parse(kind, value, ret))
		return 0;
	return answer_error(request, 400, "invalid_value", "after",
			    "Invalid 'after': it is not an id of this list. "
			    "Use the last_id of the page before.");
}

static int refuse_broken(struct request *request)
{
	return answer_error(request, 400, "invalid_value", NULL,
			    "The query of the URL is not properly "
			    "percent-encoded UTF-8.");
}

static int refuse_unknown(struct request *request, struct str key)
{
	const char *name = quoted(request, key);

	return answer_error(request, 400, "unknown_parameter", name,
			    "Unknown query parameter: '%s'.", name);
}

static int read_pair(struct request *request, enum id_kind kind,
		     struct list_in *page, struct str key, struct str value)
{
	if (str_is(key, "limit"))
		return read_limit(request, value, &page->limit);
	if (str_is(key, "after"))
		return read_after(request, kind, value, &page->after);
	return refuse_unknown(request, key);
}

/* The names that came so far; more than a list knows are refused anyway. */
struct seen {
	struct str names[8];
	size_t count;
};

/* Two values for one parameter: nobody knows which was meant. */
static int refuse_repeated(struct request *request, struct seen *seen,
			   struct str key)
{
	if (str_starts_with(key, "emails"))
		return 0; /* a list */
	for (size_t i = 0; i < seen->count; i++) {
		if (str_eq(seen->names[i], key))
			return answer_error(request, 400, "invalid_value",
					    arena_str(&request->arena, key),
					    "The query parameter '%s' is given "
					    "twice. Give it once.",
					    quoted(request, key));
	}
	if (seen->count < COUNT_OF(seen->names))
		seen->names[seen->count++] = key;
	return 0;
}

int query_read_list(struct request *request, enum id_kind kind, void *in,
		    int (*take)(struct request *request, void *in,
				struct str key, struct str value))
{
	struct list_in *page = in;
	struct query_walk walk = query_walk(request->query);
	struct seen seen = { .count = 0 };
	struct str key, value;

	page->limit = PAGE_LIMIT_DEFAULT;
	while (query_next(request, &walk, &key, &value)) {
		int taken;

		if (refuse_repeated(request, &seen, key) < 0)
			return -1;
		taken = take ? take(request, in, key, value) : 0;
		if (taken < 0 || (taken == 0 && read_pair(request, kind, page,
							  key, value) < 0))
			return -1;
	}
	return walk.broken ? refuse_broken(request) : 0;
}

int query_read_none(struct request *request)
{
	struct query_walk walk = query_walk(request->query);
	struct str key, value;

	if (query_next(request, &walk, &key, &value))
		return refuse_unknown(request, key);
	return walk.broken ? refuse_broken(request) : 0;
}

int query_bool(struct request *request, struct str key, struct str value,
	       bool *ret_value)
{
	if (str_is(value, "true") || str_is(value, "false")) {
		*ret_value = str_is(value, "true");
		return 0;
	}
	return answer_error(
	    request, 400, "invalid_type", arena_str(&request->arena, key),
	    "Invalid type for '%.*s': expected true or false.", STR_ARG(key));
}
