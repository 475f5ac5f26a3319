/*
 * body.c: reads JSON with jansson; strict: one object, no duplicate names,
 * no NUL, nothing after it, nothing that was not asked for.
 */
#include "base/base.h"

#include "http/body.h"

#include <jansson.h>

#include "core/name.h"
#include "http/errors.h"
#include "http/query.h"

static const char *type_name(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "an integer";
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "a boolean";
	default:
		return "null";
	}
}

static int refuse_type(struct request *request, const char *param,
		       const char *wanted, const json_t *value)
{
	return answer_error(request, 400, "invalid_type", param,
			    "Invalid type for '%s': expected %s, but got %s "
			    "instead.",
			    param, wanted, type_name(value));
}

static int refuse_long(struct request *request, const char *param, int64_t max,
		       size_t len)
{
	return answer_error(
	    request, 400, "string_above_max_length", param,
	    "Invalid '%s': string too long. Expected a string with at most "
	    "%lld bytes, but got %zu instead.",
	    param, (long long)max, len);
}

static int read_string(struct request *request, const struct field *field,
		       const char *param, json_t *json, struct value *value)
{
	const char *copy;

	value->string =
	    (struct str){ json_string_value(json), json_string_length(json) };
	if (value->string.len > (size_t)field->max)
		return refuse_long(request, param, field->max,
				   value->string.len);
	if (value->string.len < (size_t)field->min)
		return answer_error(
		    request, 400, "string_below_min_length", param,
		    "Invalid '%s': string too short. Expected a string with at "
		    "least %lld byte%s.",
		    param, (long long)field->min, field->min == 1 ? "" : "s");
	copy = arena_str(&request->arena, value->string);
	if (!copy) {
		answer_unavailable(request);
		return -1;
	}
	value->string.data = copy; /* the tree goes before the request does */
	return 0;
}

static int read_integer(struct request *request, const struct field *field,
			const char *param, json_t *json, struct value *value)
{
	value->integer = json_integer_value(json);
	if (value->integer > field->max)
		return refuse_above(request, param, value->integer, field->max);
	if (value->integer < field->min)
		return refuse_below(request, param, value->integer, field->min);
	return 0;
}

static int read_array(struct request *request, const struct field *field,
		      const char *param, json_t *json, struct value *value)
{
	value->array = json;
	value->count = json_array_size(json);
	if (value->count > (size_t)field->max)
		return answer_error(
		    request, 400, "array_above_max_length", param,
		    "Invalid '%s': array too long. Expected an array with at "
		    "most %lld items, but got %zu instead.",
		    param, (long long)field->max, value->count);
	return 0;
}

static int check_line(struct request *request, const struct field *field,
		      const char *name, struct str line)
{
	const char *wrong;

	if (line.len > LINE_MAX_OCTETS)
		return refuse_long(request, name, LINE_MAX_OCTETS, line.len);
	if (body_check_text(request, name, line) < 0)
		return -1;
	wrong = field->check ? field->check(line) : NULL;
	if (wrong)
		return answer_error(request, 400, "invalid_value", name,
				    "Invalid '%s': %s.", name, wrong);
	return 0;
}

/* Printable and not empty, or the lines could not be told apart. */
static int add_line(struct request *request, const struct field *field,
		    const char *param, size_t index, json_t *json,
		    struct buf *lines)
{
	struct str line = { json_string_value(json), json_string_length(json) };
	const char *name = body_item_param(request, param, index, NULL);

	if (!json_is_string(json))
		return refuse_type(request, name, "a string", json);
	if (check_line(request, field, name, line) < 0)
		return -1;
	if (index > 0)
		buf_add_char(lines, '\n');
	buf_add_str(lines, line);
	return 0;
}

static int keep_lines(struct request *request, const char *param,
		      const struct buf *lines, struct value *value)
{
	if (lines->len > LINES_MAX_OCTETS)
		return answer_error(
		    request, 400, "array_above_max_length", param,
		    "Invalid '%s': array too long. Expected strings of at most "
		    "%d bytes in all, but got %zu instead.",
		    param, LINES_MAX_OCTETS, lines->len);
	value->string.len = lines->len;
	value->string.data =
	    buf_ok(lines) ? arena_str(&request->arena, buf_str(lines)) : NULL;
	if (value->string.data)
		return 0;
	answer_unavailable(request);
	return -1;
}

static int read_strings(struct request *request, const struct field *field,
			const char *param, json_t *json, struct value *value)
{
	struct buf lines;
	int status = read_array(request, field, param, json, value);

	buf_init(&lines, BODY_MAX);
	for (size_t i = 0; status == 0 && i < json_array_size(json); i++)
		status = add_line(request, field, param, i,
				  json_array_get(json, i), &lines);
	if (status == 0)
		status = keep_lines(request, param, &lines, value);
	buf_release(&lines);
	return status;
}

int body_check_text(struct request *request, const char *param, struct str text)
{
	const char *wrong = name_check(text);

	if (wrong)
		return answer_error(request, 400, "invalid_value", param,
				    "Invalid '%s': it must not hold %s.", param,
				    wrong);
	if (name_is_blank(text))
		return answer_error(request, 400, "invalid_value", param,
				    "Invalid '%s': it must not be blank.",
				    param);
	return 0;
}

/* 'a', 'b' and 'c'; NULL when out of memory. */
static const char *list_words(struct arena *arena,
			      const struct vocabulary *vocabulary)
{
	const char *last = NULL, *list = NULL;
	struct buf text;

	buf_init(&text, 4096);
	for (int64_t i = 0; i < vocabulary->count; i++) {
		if (!vocabulary->words[i])
			continue;
		if (last)
			buf_addf(&text, "%s'%s'", text.len ? ", " : "", last);
		last = vocabulary->words[i];
	}
	buf_addf(&text, "%s'%s'", text.len ? " and " : "", last);
	if (buf_ok(&text))
		list = arena_str(arena, buf_str(&text));
	buf_release(&text);
	return list;
}

int body_read_word(struct request *request, const char *param, struct str word,
		   const struct vocabulary *vocabulary, int *ret_number)
{
	int number = vocabulary_find(vocabulary, word);
	const char *supported;

	if (number >= 0) {
		*ret_number = number;
		return 0;
	}
	supported = list_words(&request->arena, vocabulary);
	if (!supported) {
		answer_unavailable(request);
		return -1;
	}
	return answer_error(request, 400, "invalid_value", param,
			    "Invalid value: '%s'. Supported values are: %s.",
			    quoted(request, word), supported);
}

static int read_text(struct request *request, const struct field *field,
		     const char *param, json_t *json, struct value *value)
{
	if (read_string(request, field, param, json, value) < 0)
		return -1;
	if (value->string.len == 0) /* then it may be */
		return 0;
	return body_check_text(request, param, value->string);
}

static int read_word(struct request *request, const struct field *field,
		     const char *param, json_t *json, struct value *value)
{
	int number;

	if (read_string(request, field, param, json, value) < 0 ||
	    body_read_word(request, param, value->string, field->words,
			   &number) < 0)
		return -1;
	value->integer = number;
	return 0;
}

static int read_id(struct request *request, const struct field *field,
		   const char *param, json_t *json, struct value *value)
{
	if (read_string(request, field, param, json, value) < 0)
		return -1;
	if (!id_parse(field->kind, value->string, &value->integer))
		value->integer = 0;
	return 0;
}

static int read_boolean(struct request *request, const struct field *field,
			const char *param, json_t *json, struct value *value)
{
	(void)request;
	(void)field;
	(void)param;
	value->boolean = json_is_true(json);
	return 0;
}

/* Its members: body_read_object(). */
static int keep_object(struct request *request, const struct field *field,
		       const char *param, json_t *json, struct value *value)
{
	(void)request;
	(void)field;
	(void)param;
	value->array = json;
	return 0;
}

static int read_metadata(struct request *request, const struct field *field,
			 const char *param, json_t *json, struct value *value)
{
	const char *text;

	if (keep_object(request, field, param, json, value) < 0 ||
	    body_read_metadata(request, param, value, &text) < 0)
		return -1;
	value->string = str_of(text ? text : "");
	return 0;
}

static bool is_object(const json_t *json)
{
	return json_is_object(json);
}

static bool is_string(const json_t *json)
{
	return json_is_string(json);
}

static bool is_integer(const json_t *json)
{
	return json_is_integer(json);
}

static bool is_boolean(const json_t *json)
{
	return json_is_boolean(json);
}

static bool is_array(const json_t *json)
{
	return json_is_array(json);
}

/* Each type of field: its JSON, how it is read, and what it is in the input. */
static const struct {
	const char *name;
	bool (*is)(const json_t *json);
	int (*read)(struct request *request, const struct field *field,
		    const char *param, json_t *json, struct value *value);
	size_t size;
} types[] = {
	[FIELD_STRING] = { "a string", is_string, read_string,
			   sizeof(const char *) },
	[FIELD_TEXT] = { "a string", is_string, read_text,
			 sizeof(const char *) },
	[FIELD_WORD] = { "a string", is_string, read_word, sizeof(int) },
	[FIELD_ID] = { "a string", is_string, read_id, sizeof(int64_t) },
	[FIELD_INTEGER] = { "an integer", is_integer, read_integer,
			    sizeof(int64_t) },
	[FIELD_BOOLEAN] = { "a boolean", is_boolean, read_boolean,
			    sizeof(bool) },
	[FIELD_STRINGS] = { "an array", is_array, read_strings,
			    sizeof(const char *) },
	[FIELD_ARRAY] = { "an array", is_array, read_array, 0 },
	[FIELD_OBJECT] = { "an object", is_object, keep_object, 0 },
	[FIELD_METADATA] = { "an object", is_object, read_metadata,
			     sizeof(const char *) },
};

static int read_value(struct request *request, const struct field *field,
		      const char *param, json_t *json, struct value *value)
{
	*value = (struct value){ .is_null = json_is_null(json) };
	if (!json ||
	    (json_is_null(json) && !field->required && !field->not_null)) {
		if (!field->required)
			return 0;
		return answer_error(request, 400, "missing_required_parameter",
				    param, "Missing required parameter: '%s'.",
				    param);
	}
	if (!types[field->type].is(json))
		return refuse_type(request, param, types[field->type].name,
				   json);
	value->present = true;
	return types[field->type].read(request, field, param, json, value);
}

static bool is_field(const struct field *fields, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(fields[i].name, name) == 0)
			return true;
	}
	return false;
}

static const char *full_name(struct request *request, const char *prefix,
			     const char *name)
{
	const char *full;

	if (!prefix)
		return name;
	full = arena_printf(&request->arena, "%s.%s", prefix, name);
	return full ? full : name;
}

/* "email, role, projects": for whoever has misspelt one. */
static const char *known_names(struct request *request,
			       const struct field *fields, size_t count)
{
	const char *names = fields[0].name;

	for (size_t i = 1; i < count && names; i++)
		names = arena_printf(&request->arena, "%s, %s", names,
				     fields[i].name);
	return names ? names : "";
}

static int refuse_unknown(struct request *request, const char *prefix,
			  json_t *object, const struct field *fields,
			  size_t count)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		const char *full;

		if (is_field(fields, count, name))
			continue;
		full =
		    quoted(request, str_of(full_name(request, prefix, name)));
		return answer_error(request, 400, "unknown_parameter", full,
				    "Unknown parameter: '%s'. Known here: %s.",
				    full, known_names(request, fields, count));
	}
	return 0;
}

static int read_object(struct request *request, const char *prefix,
		       json_t *object, const struct field *fields, size_t count,
		       struct value *values)
{
	if (refuse_unknown(request, prefix, object, fields, count) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const char *param = full_name(request, prefix, fields[i].name);
		json_t *json = json_object_get(object, fields[i].name);

		if (read_value(request, &fields[i], param, json, &values[i]) <
		    0)
			return -1;
	}
	return 0;
}

static int refuse_json(struct request *request, const json_error_t *error)
{
	const char *hint = quoted(request, str_of(error->text));

	/* The library's words for this are meant for its callers. */
	if (json_error_code(error) == json_error_null_character)
		hint = "a string holds the character U+0000";
	return answer_error(request, 400, "invalid_json", NULL,
			    "We could not parse the JSON body of your request. "
			    "(HINT: %s, line %d, column %d.)",
			    hint, error->line, error->column);
}

/* The library's word for these is "invalid token". */
static int refuse_byte_order_mark(struct request *request, struct str body)
{
	bool utf8 = str_starts_with(body, "\xEF\xBB\xBF");

	if (!utf8 && !str_starts_with(body, "\xFF\xFE") &&
	    !str_starts_with(body, "\xFE\xFF"))
		return 0;
	return answer_error(
	    request, 400, "invalid_json", NULL,
	    "We could not parse the JSON body of your request. (HINT: %s.)",
	    utf8 ? "it begins with a byte order mark; send it without"
		 : "it is in UTF-16; send it in UTF-8");
}

static void release_json(struct request *request)
{
	json_decref(request->json);
}

int body_read(struct request *request, const struct field *fields, size_t count,
	      struct value *ret_values)
{
	json_error_t error;

	if (request->body.len == 0)
		return answer_error(request, 400, "invalid_json", NULL,
				    "We could not parse the JSON body of your "
				    "request. (HINT: it is empty; send an "
				    "object.)");
	if (refuse_byte_order_mark(request, buf_str(&request->body)) < 0)
		return -1;
	request->release = release_json;
	request->json = json_loadb(request->body.data, request->body.len,
				   JSON_REJECT_DUPLICATES, &error);
	if (!request->json)
		return refuse_json(request, &error);
	if (!json_is_object(request->json))
		return answer_error(request, 400, "invalid_type", NULL,
				    "Invalid body: expected an object, but got "
				    "%s instead.",
				    type_name(request->json));
	return read_object(request, NULL, request->json, fields, count,
			   ret_values);
}

static void put_value(enum field_type type, const struct value *value, void *at)
{
	switch (type) {
	case FIELD_STRING:
	case FIELD_TEXT:
	case FIELD_STRINGS:
	case FIELD_METADATA:
		*(const char **)at = value->string.data;
		break;
	case FIELD_WORD:
		*(int *)at = (int)value->integer;
		break;
	case FIELD_ID:
	case FIELD_INTEGER:
		*(int64_t *)at = value->integer;
		break;
	case FIELD_BOOLEAN:
		*(bool *)at = value->boolean;
		break;
	case FIELD_ARRAY:
	case FIELD_OBJECT:
		break;
	}
}

void body_fill(const struct field *fields, size_t count,
	       const struct value *values, void *in)
{
	for (size_t i = 0; i < count; i++) {
		bool told = values[i].is_null && fields[i].says_null;

		if (values[i].present && fields[i].input)
			put_value(fields[i].type, &values[i],
				  (char *)in + fields[i].input - 1);
		if (fields[i].said && (values[i].present || told))
			*(bool *)((char *)in + fields[i].said - 1) = true;
	}
}

bool body_fits(const struct field *fields, size_t count, size_t size)
{
	for (size_t i = 0; i < count; i++) {
		if (fields[i].input &&
		    fields[i].input - 1 + types[fields[i].type].size > size)
			return false;
		if (fields[i].said > size)
			return false;
	}
	return true;
}

const char *body_item_param(struct request *request, const char *array_name,
			    size_t index, const char *field)
{
	const char *param =
	    arena_printf(&request->arena, "%s[%zu]%s%s", array_name, index,
			 field ? "." : "", field ? field : "");

	return param ? param : array_name;
}

int body_read_item(struct request *request, const char *array_name,
		   const struct value *array, size_t index,
		   const struct field *fields, size_t count,
		   struct value *ret_values)
{
	json_t *item = json_array_get(array->array, index);
	const char *param = body_item_param(request, array_name, index, NULL);

	if (!json_is_object(item))
		return refuse_type(request, param, "an object", item);
	return read_object(request, param, item, fields, count, ret_values);
}

int body_read_object(struct request *request, const char *object_name,
		     const struct value *object, const struct field *fields,
		     size_t count, struct value *ret_values)
{
	return read_object(request, object_name, object->array, fields, count,
			   ret_values);
}

bool body_holds_object(struct str text)
{
	json_t *json = json_loadb(text.data, text.len, 0, NULL);
	bool is = json_is_object(json);

	json_decref(json);
	return is;
}
