/*
 * shape.c: structs as JSON, by their tables.
 */
#include "base/base.h"

#include "http/shape.h"

#include "http/json_text.h"

static void put_id(struct jw *jw, enum id_kind kind, int64_t id)
{
	char text[ID_TEXT_SIZE];

	jw_plain(jw, id ? id_format(kind, id, text) : NULL);
}

static void put_time(struct jw *jw, int64_t seconds)
{
	if (seconds)
		jw_i64(jw, seconds);
	else
		jw_null(jw);
}

void write_id(struct jw *jw, const char *name, enum id_kind kind, int64_t id)
{
	jw_key(jw, name);
	put_id(jw, kind, id);
}

void write_text(struct jw *jw, const char *name, const char *value)
{
	jw_key(jw, name);
	jw_text(jw, value);
}

void write_time(struct jw *jw, const char *name, int64_t seconds)
{
	jw_key(jw, name);
	put_time(jw, seconds);
}

/* ---- one thing ---- */

static void write_member(struct jw *jw, const struct member *member,
			 const void *item, int64_t now_seconds)
{
	const void *at = (const char *)item + member->offset;

	if (member->type != MEMBER_REST)
		jw_key_written(jw, member->key);
	switch (member->type) {
	case MEMBER_WRITTEN:
	case MEMBER_REST:
		member->write(jw, item, now_seconds);
		break;
	case MEMBER_FIXED:
		jw_plain(jw, member->text);
		break;
	case MEMBER_FALSE:
		jw_bool(jw, false);
		break;
	case MEMBER_NULL:
		jw_null(jw);
		break;
	case MEMBER_ID:
		put_id(jw, member->kind, *(const int64_t *)at);
		break;
	case MEMBER_TEXT:
		jw_text(jw, *(const char *const *)at);
		break;
	case MEMBER_CHARS:
		jw_text(jw, at);
		break;
	case MEMBER_STRINGS:
		jw_lines(jw, str_of(*(const char *const *)at));
		break;
	case MEMBER_WORD:
		jw_plain(jw, vocabulary_word(member->words, *(const int *)at));
		break;
	case MEMBER_TIME:
		put_time(jw, *(const int64_t *)at);
		break;
	case MEMBER_NUMBER:
		jw_i64(jw, *(const int *)at);
		break;
	case MEMBER_BOOL:
		jw_bool(jw, *(const bool *)at);
		break;
	}
}

void shape_members(struct jw *jw, const struct member *members,
		   const void *item, int64_t now_seconds)
{
	for (; members->key.data; members++)
		write_member(jw, members, item, now_seconds);
}

void shape_write_members(struct jw *jw, const struct shape *shape,
			 const void *item, int64_t now_seconds)
{
	if (shape->object)
		write_text(jw, "object", shape->object);
	shape_members(jw, shape->members, item, now_seconds);
}

void shape_write(struct jw *jw, const struct shape *shape, const void *item,
		 int64_t now_seconds)
{
	jw_object(jw);
	shape_write_members(jw, shape, item, now_seconds);
	jw_end_object(jw);
}

static bool was_removed(const struct shape *shape, const void *out)
{
	return !shape->removed ||
	       *(const bool *)((const char *)out + shape->removed - 1);
}

void shape_write_deleted(struct jw *jw, const struct shape *shape, int64_t id,
			 const void *out)
{
	char object[64];

	snprintf(object, sizeof(object), "%s.deleted", shape->object);
	jw_object(jw);
	write_text(jw, "object", object);
	if (!shape->deleted_without_id)
		write_id(jw, "id", shape->kind, id);
	jw_key(jw, "deleted");
	jw_bool(jw, was_removed(shape, out));
	jw_end_object(jw);
}

/* ---- a page of them ---- */

static const char *row_at(const struct shape *shape,
			  const struct list_out *list, size_t index)
{
	return (const char *)list->rows + index * shape->size;
}

/* The id of a row as a cursor; null where there is no such row. */
static void write_cursor(struct jw *jw, const char *name,
			 const struct shape *shape, const struct list_out *list,
			 size_t index)
{
	jw_key(jw, name);
	if (index < list->count)
		put_id(
		    jw, shape->kind,
		    *(const int64_t *)(row_at(shape, list, index) + shape->id));
	else
		jw_null(jw);
}

void shape_write_list(struct jw *jw, const struct shape *shape,
		      enum list_envelope envelope, const struct list_out *list,
		      int64_t now_seconds)
{
	size_t last = list->count - 1; /* none: beyond any */
	bool has_more = list->has_more && list->count > 0;

	jw_object(jw);
	write_text(jw, "object", "list");
	jw_key(jw, "data");
	jw_array(jw);
	for (size_t i = 0; i < list->count; i++)
		shape_write(jw, shape, row_at(shape, list, i), now_seconds);
	jw_end_array(jw);
	if (envelope == LIST_BY_IDS) {
		write_cursor(jw, "first_id", shape, list, 0);
		write_cursor(jw, "last_id", shape, list, last);
	} else {
		write_cursor(jw, "next", shape, list,
			     has_more ? last : list->count);
	}
	jw_key(jw, "has_more");
	jw_bool(jw, has_more);
	jw_end_object(jw);
}

void write_metadata(struct jw *jw, const char *text)
{
	bool sound = text && json_is_object_text(str_of(text));

	jw_json(jw, sound ? str_of(text) : STR("{}"));
}
