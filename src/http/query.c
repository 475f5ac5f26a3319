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
#include "http/body.h"
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

static int read_limit(struct request *request, const struct list_query *list,
		      struct str value, int *ret)
{
	int max = list->limit_max ? list->limit_max : PAGE_LIMIT_MAX;
	int min = list->limit_zero ? 0 : 1;
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
	if (limit > max)
		return refuse_above(request, "limit", limit, max);
	if (limit < min)
		return refuse_below(request, "limit", limit, min);
	*ret = (int)limit;
	return 0;
}

static int read_cursor(struct request *request, const struct list_query *list,
		       const char *param, struct str value, int64_t *ret)
{
	if (value.len == 0 || id_parse(list->kind, value, ret))
		return 0;
	return answer_error(request, 400, "invalid_value", param,
			    "Invalid '%s': it is not an id of this list. "
			    "Use %s of the page before.",
			    param,
			    list->envelope == LIST_BY_NEXT ? "the next"
			    : strcmp(param, "before") == 0 ? "the first_id"
							   : "the last_id");
}

int query_read_time(struct request *request, const char *param,
		    struct str value, int64_t *ret)
{
	if (str_to_i64(value, ret) && *ret >= 0 && *ret < INT64_MAX)
		return 0;
	return answer_error(request, 400, "invalid_type", param,
			    "Invalid type for '%s': expected a time in Unix "
			    "seconds.",
			    param);
}

void query_since(struct time_range *range, int64_t since)
{
	if (since > range->since)
		range->since = since;
}

void query_until(struct time_range *range, int64_t until)
{
	if (until <= time_range_end(range))
		range->until = until;
	range->bounded = true;
}

static int refuse_broken(struct request *request)
{
	return answer_error(request, 400, "invalid_value", NULL,
			    "The query of the URL is not properly "
			    "percent-encoded UTF-8.");
}

/* An empty one is absent, as an empty cursor is. */
static int read_order(struct request *request, struct str value,
		      struct list_in *page)
{
	if (value.len == 0)
		return 0;
	page->ascending = str_is(value, "asc");
	if (page->ascending || str_is(value, "desc"))
		return 0;
	return answer_error(request, 400, "invalid_value", "order",
			    "Invalid value: '%s'. Supported values are: 'asc' "
			    "and 'desc'.",
			    quoted(request, value));
}

static int read_bool(struct request *request, const char *name,
		     struct str value, bool *ret_value)
{
	if (str_is(value, "true") || str_is(value, "false")) {
		*ret_value = str_is(value, "true");
		return 0;
	}
	return answer_error(request, 400, "invalid_type", name,
			    "Invalid type for '%s': expected true or false.",
			    name);
}

static int read_filter(struct request *request, const struct query_param *param,
		       struct str value, char *in)
{
	if (param->said)
		*(bool *)(in + param->said - 1) = true;
	switch (param->type) {
	case QUERY_READ:
		return param->read(request, in, value);
	case QUERY_WORD:
		return body_read_word(request, param->name, value, param->words,
				      (int *)(in + param->offset));
	case QUERY_BOOL:
		return read_bool(request, param->name, value,
				 (bool *)(in + param->offset));
	}
	return -1;
}

/* The parameters that all lists have; the filters are numbered after them. */
enum { LIMIT, AFTER, ORDER, BEFORE, FILTERS };

_Static_assert(FILTERS + QUERY_PARAMS_MAX <= 32, "each has a bit");

/* "[]" or "[0]" */
static bool is_index(struct str s)
{
	if (s.len < 2 || s.data[0] != '[' || s.data[s.len - 1] != ']')
		return false;
	return s.len == 2 || all_digits((struct str){ s.data + 1, s.len - 2 });
}

static bool is_named(const struct query_param *param, struct str key)
{
	size_t len = strlen(param->name);

	if (!param->many || !str_starts_with(key, param->name))
		return str_is(key, param->name);
	return key.len == len ||
	       is_index((struct str){ key.data + len, key.len - len });
}

/* The number of a parameter; -1 where the list has none of this name. */
static int find_param(const struct list_query *list, struct str key)
{
	if (str_is(key, "limit") && !list->no_list)
		return LIMIT;
	if (str_is(key, "after") && !list->no_list)
		return AFTER;
	if (str_is(key, "order") && list->order != ORDER_FIXED)
		return ORDER;
	if (str_is(key, "before") && list->before)
		return BEFORE;
	for (int i = 0; list->filters && list->filters[i].name; i++) {
		if (is_named(&list->filters[i], key))
			return FILTERS + i;
	}
	return -1;
}

/* "limit, after, role": for whoever has misspelt one. */
static const char *known_params(struct request *request,
				const struct list_query *list)
{
	const char *names =
	    list->no_list
		? ""
		: arena_printf(&request->arena, "limit, after%s%s",
			       list->order == ORDER_FIXED ? "" : ", order",
			       list->before ? ", before" : "");

	for (size_t i = 0; names && list->filters && list->filters[i].name; i++)
		names = arena_printf(&request->arena, "%s%s%s", names,
				     *names ? ", " : "", list->filters[i].name);
	return names ? names : "";
}

static int refuse_unknown(struct request *request,
			  const struct list_query *list, struct str key)
{
	const char *name = quoted(request, key);

	if (!list)
		return answer_error(request, 400, "unknown_parameter", name,
				    "Unknown query parameter: '%s'. None is "
				    "known here.",
				    name);
	return answer_error(request, 400, "unknown_parameter", name,
			    "Unknown query parameter: '%s'. Known here: %s.",
			    name, known_params(request, list));
}

static int read_param(struct request *request, const struct list_query *list,
		      int number, struct str value, void *in)
{
	struct list_in *page = in;

	switch (number) {
	case LIMIT:
		return read_limit(request, list, value, &page->limit);
	case AFTER:
		return read_cursor(request, list, "after", value, &page->after);
	case ORDER:
		return read_order(request, value, page);
	case BEFORE:
		return read_cursor(request, list, "before", value,
				   &page->before);
	default:
		return read_filter(request, &list->filters[number - FILTERS],
				   value, in);
	}
}

/* Two values for one parameter: nobody knows which was meant. */
static int refuse_repeated(struct request *request, struct str key)
{
	const char *name = quoted(request, key);

	return answer_error(request, 400, "invalid_value", name,
			    "The query parameter '%s' is given twice. Give it "
			    "once.",
			    name);
}

static bool may_repeat(const struct list_query *list, int number)
{
	return number >= FILTERS && list->filters[number - FILTERS].many;
}

static int read_pairs(struct request *request, const struct list_query *list,
		      void *in)
{
	struct query_walk walk = query_walk(request->query);
	struct str key, value;
	uint32_t seen = 0;

	while (query_next(request, &walk, &key, &value)) {
		int number = list ? find_param(list, key) : -1;

		if (number < 0)
			return refuse_unknown(request, list, key);
		if ((seen & 1u << number) && !may_repeat(list, number))
			return refuse_repeated(request, key);
		seen |= 1u << number;
		if (read_param(request, list, number, value, in) < 0)
			return -1;
	}
	return walk.broken ? refuse_broken(request) : 0;
}

int query_read(struct request *request, const struct list_query *list, void *in)
{
	struct list_in *page = in;

	if (list && !list->no_list) {
		page->limit = list->limit ? list->limit : PAGE_LIMIT_DEFAULT;
		page->ascending = list->order == ORDER_ASC;
	}
	return read_pairs(request, list, in);
}

static size_t size_of(const struct query_param *param)
{
	return param->type == QUERY_WORD   ? sizeof(int)
	       : param->type == QUERY_BOOL ? sizeof(bool)
					   : 0;
}

bool query_fits(const struct list_query *list, size_t size)
{
	size_t count = 0;

	if (!list->no_list && size < sizeof(struct list_in))
		return false;
	for (; list->filters && list->filters[count].name; count++) {
		const struct query_param *param = &list->filters[count];

		if (param->offset + size_of(param) > size ||
		    param->said > size ||
		    (param->type == QUERY_READ) != (param->read != NULL) ||
		    (param->type == QUERY_WORD) != (param->words != NULL))
			return false;
	}
	return count <= QUERY_PARAMS_MAX;
}
