/*
 * decode.c: see decode.h.
 *
 * A result is one block: an arena and behind it the struct that the caller
 * sees. Every text and item lies in that arena, so that freeing is one step
 * and nothing of the JSON parser outlives the call.
 */
#include "base/base.h"
#include "decode.h"

#include <jansson.h>
#include <stdalign.h>

#define ARENA_FIRST ((size_t)2048) /* bytes that most results fit into */

struct result {
	struct arena memory;
	alignas(max_align_t) char first[ARENA_FIRST];
	struct handle handle;
	alignas(max_align_t) char value[];
};

_Static_assert(offsetof(struct result, value) ==
		   offsetof(struct result, handle) + sizeof(struct handle),
	       "the value begins right behind its handle");

/* What a decoding needs at hand; `problem` is a sentence without its dot. */
struct decoder {
	struct arena *memory;
	const struct shape *items; /* of a page; else NULL */
	struct inv_metadata meta;  /* json: the whole body */
	char problem[256];
	bool out_of_memory;
};

static int decode_object(struct decoder *d, const struct shape *shape,
			 const json_t *json, char *out);

static const char *const role_texts[] = { "", "reader", "owner" };
static const char *const project_role_texts[] = { "", "member", "owner", "none",
						  "viewer" };
static const char *const invite_status_texts[] = { "", "pending", "accepted",
						   "expired" };
static const char *const project_status_texts[] = { "", "active", "archived" };
static const char *const access_texts[] = { "", "active", "inactive" };

#define WORDS(texts)                   \
	{                              \
		texts, COUNT_OF(texts) \
	}

const struct words role_words = WORDS(role_texts);
const struct words project_role_words = WORDS(project_role_texts);
const struct words invite_status_words = WORDS(invite_status_texts);
const struct words project_status_words = WORDS(project_status_texts);
const struct words access_words = WORDS(access_texts);

const char *word_text(const struct words *words, int value)
{
	if (value < 0 || (size_t)value >= words->count)
		return "";
	return words->texts[value];
}

int word_value(const struct words *words, const char *text)
{
	for (size_t i = 1; text && i < words->count; i++)
		if (strcmp(words->texts[i], text) == 0)
			return (int)i;
	return 0;
}

static int no_memory(struct decoder *d)
{
	d->out_of_memory = true;
	return -1;
}

static int wrong(struct decoder *d, const struct field *field,
		 const char *expected)
{
	snprintf(d->problem, sizeof(d->problem), "its \"%s\" is not %s",
		 field->name, expected);
	return -1;
}

/* A copy of a JSON string; one with a NUL in it cannot be a C string. */
static int decode_text(struct decoder *d, const struct field *field,
		       const json_t *json, const char **ret_text)
{
	struct str text = { json_string_value(json), json_string_length(json) };
	char *copy;

	if (!json_is_string(json) || strlen(text.data) != text.len)
		return wrong(d, field, "a text");
	copy = arena_str(d->memory, text);
	if (!copy)
		return no_memory(d);
	*ret_text = copy;
	return 0;
}

/* Also 1700000000.0 and 1.7e9, as some servers write whole numbers. */
static int decode_integer(struct decoder *d, const struct field *field,
			  const json_t *json, int64_t *ret_value)
{
	double real = json_real_value(json);

	if (json_is_integer(json))
		*ret_value = json_integer_value(json);
	else if (json_is_real(json) && real > -9e18 && real < 9e18)
		*ret_value = (int64_t)real;
	else
		return wrong(d, field, "a number of 64 bits");
	return 0;
}

static int decode_bool(struct decoder *d, const struct field *field,
		       const json_t *json, bool *ret_value)
{
	if (!json_is_boolean(json))
		return wrong(d, field, "true or false");
	*ret_value = json_is_true(json);
	return 0;
}

static int decode_word(struct decoder *d, const struct field *field,
		       const json_t *json, char *out)
{
	const char *text;
	int value;

	if (decode_text(d, field, json, &text))
		return -1;
	/* Every enum of inv.h is as large as an int. */
	value = word_value(field->words, text);
	memcpy(out + field->offset, &value, sizeof(value));
	*(const char **)(out + field->second) = text;
	return 0;
}

static int decode_into(struct decoder *d, const struct field *field,
		       const struct shape *shape, const json_t *json,
		       char *child)
{
	if (!json_is_object(json))
		return wrong(d, field, "an object");
	return child ? decode_object(d, shape, json, child) : no_memory(d);
}

static int decode_child(struct decoder *d, const struct field *field,
			const json_t *json, void **ret_child)
{
	char *child = arena_alloc(d->memory, field->shape->size);

	*ret_child = child;
	return decode_into(d, field, field->shape, json, child);
}

/* One item out of a list has no text of its own in the body: write it. */
static char *dump(struct decoder *d, const json_t *json)
{
	size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
	size_t len = json_dumpb(json, NULL, 0, flags);
	char *text = len ? arena_alloc(d->memory, len + 1) : NULL;

	if (!text || json_dumpb(json, text, len, flags) != len)
		return NULL;
	return text;
}

/* With a handle before it, so that inv_meta() knows it. */
static int decode_item(struct decoder *d, const struct field *field,
		       const json_t *json, void **ret_item)
{
	struct handle *handle =
	    arena_alloc(d->memory, sizeof(*handle) + d->items->size);

	if (!handle)
		return no_memory(d);
	*ret_item = handle + 1;
	if (decode_into(d, field, d->items, json, (char *)(handle + 1)))
		return -1;
	handle->meta = d->meta;
	handle->meta.json = dump(d, json);
	return handle->meta.json ? 0 : no_memory(d);
}

static int decode_element(struct decoder *d, const struct field *field,
			  const json_t *json, void **ret_element)
{
	const char *text;

	if (field->kind == FIELD_ITEMS)
		return decode_item(d, field, json, ret_element);
	if (field->shape)
		return decode_child(d, field, json, ret_element);
	if (decode_text(d, field, json, &text))
		return -1;
	*ret_element = (void *)(uintptr_t)text;
	return 0;
}

static int decode_array(struct decoder *d, const struct field *field,
			const json_t *json, char *out)
{
	size_t count = json_array_size(json);
	void **elements;

	if (!json_is_array(json))
		return wrong(d, field, "a list");
	elements = arena_array(d->memory, count + 1, sizeof(*elements));
	if (!elements)
		return no_memory(d);
	for (size_t i = 0; i < count; i++)
		if (decode_element(d, field, json_array_get(json, i),
				   &elements[i]))
			return -1;
	*(void ***)(out + field->offset) = elements;
	*(size_t *)(out + field->second) = count;
	return 0;
}

/* What an absent or null member becomes; zero is there already. */
static int decode_nothing(struct decoder *d, const struct field *field,
			  char *out)
{
	switch (field->kind) {
	case FIELD_ID:
	case FIELD_ITEMS:
		return wrong(d, field, "there");
	case FIELD_TEXT:
		*(const char **)(out + field->offset) = "";
		return 0;
	case FIELD_WORD:
		*(const char **)(out + field->second) = "";
		return 0;
	default:
		return 0;
	}
}

static int decode_object_text(struct decoder *d, const struct field *field,
			      const json_t *json, void *place)
{
	char *copy;

	if (!json_is_object(json))
		return wrong(d, field, "an object");
	copy = dump(d, json);
	if (!copy)
		return no_memory(d);
	*(const char **)place = copy;
	return 0;
}

static int decode_field(struct decoder *d, const struct field *field,
			const json_t *json, char *out)
{
	void *place = out + field->offset;

	switch (field->kind) {
	case FIELD_ID:
		if (json_is_string(json) && json_string_length(json) == 0)
			return wrong(d, field, "there");
		return decode_text(d, field, json, place);
	case FIELD_TEXT:
	case FIELD_TEXT_OR:
		return decode_text(d, field, json, place);
	case FIELD_INTEGER:
		return decode_integer(d, field, json, place);
	case FIELD_BOOL:
		return decode_bool(d, field, json, place);
	case FIELD_WORD:
		return decode_word(d, field, json, out);
	case FIELD_OBJECT:
		return decode_child(d, field, json, place);
	case FIELD_OBJECT_TEXT:
		return decode_object_text(d, field, json, place);
	case FIELD_OBJECTS:
	case FIELD_ITEMS:
	case FIELD_TEXTS:
		return decode_array(d, field, json, out);
	case FIELD_JSON:
	case FIELD_IS_SAID:
	case FIELD_CALLED_LIKE:
		break;
	}
	return 0;
}

/* `name`: what the member is called. */
static int decode_called_like(struct decoder *d, const struct field *field,
			      const json_t *json, const json_t *name, char *out)
{
	const char *text = json_string_value(name);
	const json_t *member = text ? json_object_get(json, text) : NULL;
	char *copy;

	if (!member)
		return 0;
	copy = dump(d, member);
	if (!copy)
		return no_memory(d);
	*(const char **)(out + field->offset) = copy;
	return 0;
}

static int decode_object(struct decoder *d, const struct shape *shape,
			 const json_t *json, char *out)
{
	for (const struct field *field = shape->list; field->name; field++) {
		const json_t *member = json_object_get(json, field->name);
		int rc = 0;

		if (field->kind == FIELD_JSON)
			*(const char **)(out + field->offset) = d->meta.json;
		else if (field->kind == FIELD_IS_SAID)
			*(bool *)(out + field->offset) =
			    member && !json_is_null(member);
		else if (field->kind == FIELD_CALLED_LIKE)
			rc = decode_called_like(d, field, json, member, out);
		else if (!member || json_is_null(member))
			rc = decode_nothing(d, field, out);
		else
			rc = decode_field(d, field, member, out);
		if (rc)
			return -1;
	}
	return 0;
}

/* One integer too large for 64 bits must not make all the rest unreadable. */
static json_t *parse(struct str body, json_error_t *problem)
{
	size_t flags = JSON_ALLOW_NUL | JSON_DECODE_ANY;
	json_t *root = json_loadb(body.data, body.len, flags, problem);

	if (!root && json_error_code(problem) == json_error_numeric_overflow)
		root = json_loadb(body.data, body.len,
				  flags | JSON_DECODE_INT_AS_REAL, problem);
	return root;
}

static bool takes_anything(const struct shape *shape)
{
	return shape->list[0].kind == FIELD_JSON;
}

/* HEAD and 204 have no body; only an inv_answer can do without. */
static bool may_be_empty(const struct shape *shape, const struct answer *answer)
{
	return takes_anything(shape) && answer->body.len == 0 &&
	       (answer->has_no_body || answer->status == 204 ||
		answer->status == 205);
}

static int decode_body(struct decoder *d, const struct shape *shape,
		       struct str body, char *out)
{
	json_error_t problem;
	json_t *root = parse(body, &problem);
	int rc = -1;

	if (!root && json_error_code(&problem) == json_error_out_of_memory)
		d->out_of_memory = true;
	else if (!root)
		snprintf(d->problem, sizeof(d->problem), "it is not JSON (%s)",
			 problem.text);
	else if (!takes_anything(shape) && !json_is_object(root))
		snprintf(d->problem, sizeof(d->problem), "it is not an object");
	else
		rc = decode_object(d, shape, root, out);
	json_decref(root);
	return rc;
}

static int note_meta(struct decoder *d, const struct answer *answer)
{
	char *json = arena_str(d->memory, buf_str(&answer->body));
	char *id = arena_str(d->memory, str_of(answer->request_id));
	char *headers = arena_str(d->memory, buf_str(&answer->head));

	if (!json || !id || !headers)
		return no_memory(d);
	d->meta = (struct inv_metadata){ .json = json,
					 .status = answer->status,
					 .attempts = answer->attempts,
					 .request_id = id,
					 .headers = headers };
	return 0;
}

static int fill(struct result *result, const struct shape *shape,
		const struct shape *items, const struct answer *answer,
		struct inv_error *err)
{
	struct decoder d = { .memory = &result->memory, .items = items };
	int rc = note_meta(&d, answer);

	result->handle.meta = d.meta;
	if (rc == 0 && may_be_empty(shape, answer))
		*(const char **)(result->value + shape->list[0].offset) = "";
	else if (rc == 0)
		rc = decode_body(&d, shape, buf_str(&answer->body),
				 result->value);
	if (rc == 0 || !d.out_of_memory)
		return rc == 0 ? 0 : error_bad_answer(err, answer, d.problem);
	return error_memory(err);
}

static void release(void *handed_out)
{
	struct result *result = CONTAINER_OF(handed_out, struct result, value);

	arena_release(&result->memory);
	free(result);
}

static void *decode(const struct shape *shape, const struct shape *items,
		    const struct answer *answer, struct inv_error *err)
{
	struct result *result = calloc(1, sizeof(*result) + shape->size);

	if (!result) {
		error_memory(err);
		return NULL;
	}
	arena_init_with(&result->memory, result->first, sizeof(result->first),
			RESULT_MAX);
	result->handle.release = release;
	if (fill(result, shape, items, answer, err) == 0)
		return result->value;
	release(result->value);
	return NULL;
}

void *result_new(const struct shape *shape, const struct answer *answer,
		 struct inv_error *err)
{
	return decode(shape, NULL, answer, err);
}

const char *result_text(void *handed_out, const char *text)
{
	struct result *result = CONTAINER_OF(handed_out, struct result, value);

	return arena_str(&result->memory, str_of(text));
}

struct read_page {
	struct inv_any_page page;
	bool says;
};

struct inv_any_page *page_decode(const struct shape *items,
				 const struct answer *answer, bool *ret_says,
				 struct inv_error *err)
{
	static const struct field fields[] = {
		FIELD_OF_ITEMS(struct inv_any_page, data),
		FIELD(struct inv_any_page, first_id, FIELD_TEXT_OR),
		FIELD(struct inv_any_page, last_id, FIELD_TEXT_OR),
		FIELD(struct inv_any_page, has_more, FIELD_BOOL),
		FIELD_NAMED("has_more", struct read_page, says, FIELD_IS_SAID),
		FIELD(struct inv_any_page, next, FIELD_TEXT_OR),
		{ 0 },
	};
	static const struct shape shape = { sizeof(struct read_page), fields };
	struct read_page *read = decode(&shape, items, answer, err);

	if (!read)
		return NULL;
	*ret_says = read->says;
	return &read->page;
}
