/*
 * table.c: the tables and their columns, as a list.
 *
 * Each column of steps/ stands here, but for meta, which is each database's
 * own: a copy takes only the hash key from it. Where a schema has a column that
 * is not here, `invited copy` refuses to begin.
 */
#include "base/base.h"

#include "store/table.h"
#include "store/copy.h"

#include "core/audit.h"
#include "core/event.h"
#include "core/role.h"
#include "core/webhook.h"
#include "store/rows.h"

#include <endian.h>

/* Tables without a struct: they are copied, and otherwise used by hand-written
 * statements. */
#define KEPT_NUMBER(name_)                             \
	{                                              \
		.name = (name_), .type = COLUMN_NUMBER \
	}
#define KEPT_WORD(name_, words_)                                          \
	{                                                                 \
		.name = (name_), .type = COLUMN_NUMBER, .words = (words_) \
	}
#define KEPT_TEXT(name_)                             \
	{                                            \
		.name = (name_), .type = COLUMN_TEXT \
	}
#define KEPT_BYTES(name_)                            \
	{                                            \
		.name = (name_), .type = COLUMN_BLOB \
	}

static const struct column project_user_columns[] = {
	KEPT_NUMBER("organization"), KEPT_NUMBER("project"),
	KEPT_NUMBER("user"),	     KEPT_WORD("role", &member_roles),
	KEPT_NUMBER("added_at"),
};

static const struct column outbox_columns[] = {
	KEPT_NUMBER("invite"),	  KEPT_NUMBER("organization"),
	KEPT_BYTES("secret"),	  KEPT_NUMBER("queued_at_ms"),
	KEPT_NUMBER("due_at_ms"), KEPT_NUMBER("attempts"),
	KEPT_NUMBER("unreached"), KEPT_NUMBER("kind"),
	KEPT_NUMBER("subject"),	  KEPT_NUMBER("recipient"),
};

static const struct column group_user_columns[] = {
	KEPT_NUMBER("organization"),
	KEPT_NUMBER("group"),
	KEPT_NUMBER("user"),
	KEPT_NUMBER("added_at"),
};

static const struct column project_group_columns[] = {
	KEPT_NUMBER("organization"), KEPT_NUMBER("project"),
	KEPT_NUMBER("group"),	     KEPT_WORD("role", &member_roles),
	KEPT_NUMBER("added_at"),
};

static const struct column role_assignment_columns[] = {
	KEPT_NUMBER("organization"),
	KEPT_NUMBER("principal"),
	KEPT_WORD("principal_type", &principal_types),
	KEPT_NUMBER("project"),
	KEPT_NUMBER("role"),
	KEPT_NUMBER("assigned_at"),
};

static const struct column rights_columns[] = {
	KEPT_NUMBER("organization"),
	KEPT_NUMBER("generation"),
};

static const struct column audit_columns[] = {
	KEPT_NUMBER("id"),
	KEPT_NUMBER("organization"),
	KEPT_NUMBER("at"),
	KEPT_NUMBER("actor"),
	KEPT_WORD("type", &audit_types),
	KEPT_NUMBER("target"),
	KEPT_NUMBER("user"),
	KEPT_NUMBER("project"),
	KEPT_TEXT("detail"),
	KEPT_BYTES("side_hash"),
};

static const struct column audit_side_columns[] = {
	KEPT_NUMBER("organization"), KEPT_NUMBER("event"),
	KEPT_NUMBER("person"),	     KEPT_BYTES("salt"),
	KEPT_TEXT("email"),	     KEPT_TEXT("address"),
	KEPT_TEXT("agent"),
};

static const struct column webhook_event_columns[] = {
	KEPT_NUMBER("webhook"),	     KEPT_NUMBER("event"),
	KEPT_NUMBER("organization"), KEPT_WORD("type", &events),
	KEPT_NUMBER("target"),	     KEPT_NUMBER("at"),
	KEPT_NUMBER("due_at_ms"),    KEPT_NUMBER("attempts"),
	KEPT_NUMBER("in_hand"),	     KEPT_TEXT("body"),
};

static const struct column webhook_attempt_columns[] = {
	KEPT_NUMBER("webhook"),	     KEPT_NUMBER("attempt"),
	KEPT_NUMBER("organization"), KEPT_NUMBER("event"),
	KEPT_WORD("type", &events),  KEPT_NUMBER("target"),
	KEPT_NUMBER("at_ms"),	     KEPT_WORD("outcome", &webhook_outcomes),
	KEPT_NUMBER("status"),	     KEPT_NUMBER("duration_ms"),
	KEPT_TEXT("error"),	     KEPT_TEXT("answer"),
	KEPT_TEXT("body"),
};

#define KEPT_TABLE(id)                                                \
	const struct table id##_table = { #id, #id " ", id##_columns, \
					  COUNT_OF(id##_columns) }
KEPT_TABLE(project_user);
KEPT_TABLE(outbox);
KEPT_TABLE(group_user);
KEPT_TABLE(project_group);
KEPT_TABLE(role_assignment);
KEPT_TABLE(rights);
KEPT_TABLE(audit);
KEPT_TABLE(audit_side);
KEPT_TABLE(webhook_event);
KEPT_TABLE(webhook_attempt);

const struct table *const tables[] = {
#define X(name) &name##_table,
	TABLES(X)
#undef X
};

const size_t table_count = COUNT_OF(tables);

_Static_assert(COUNT_OF(tables) <= STORE_COPY_TABLES,
	       "a copy has a place for each table");

bool table_has(const struct table *table, struct str column)
{
	for (size_t i = 0; i < table->count; i++) {
		if (str_is(column, table->columns[i].name))
			return true;
	}
	return false;
}

/* ---- rows as structs ---- */

static bool read_number(const struct column *column, int64_t number, void *at)
{
	int small = (int)number;

	if (column->words ? !vocabulary_has(column->words, number)
			  : number < 0 && !column->negative)
		return false;
	if (column->size == sizeof(number))
		memcpy(at, &number, sizeof(number));
	else if (small == number)
		memcpy(at, &small, sizeof(small));
	else
		return false;
	return true;
}

static bool read_bytes(const struct column *column, struct str bytes, void *at)
{
	if (column->or_null && !bytes.data) {
		memset(at, 0, column->size);
		return true;
	}
	if (bytes.len != column->size)
		return false;
	memcpy(at, bytes.data, bytes.len);
	return true;
}

static bool read_column(const struct column *column, struct arena *arena,
			struct statement *st, int i, void *at)
{
	const char *text;

	switch (column->type) {
	case COLUMN_NUMBER:
		return read_number(column, column_i64(st, i), at);
	case COLUMN_BLOB:
		return read_bytes(column, column_bytes(st, i), at);
	case COLUMN_TEXT:
		break;
	}
	text = column_text(st, arena, i);
	memcpy(at, &text, sizeof(text));
	return true;
}

bool table_read(const struct table *table, struct arena *arena,
		struct statement *st, void *row)
{
	bool sound = true;

	for (size_t i = 0; i < table->count; i++) {
		const struct column *column = &table->columns[i];
		void *at = (char *)row + column->offset;

		sound = read_column(column, arena, st, (int)i, at) && sound;
	}
	return sound;
}

int64_t column_number(const struct column *column, const void *row)
{
	const void *at = (const char *)row + column->offset;
	int64_t number;
	int small;

	if (column->size == sizeof(number)) {
		memcpy(&number, at, sizeof(number));
		return number;
	}
	memcpy(&small, at, sizeof(small));
	return small;
}

static const char *column_text_of(const struct column *column, const void *row)
{
	const char *text;

	memcpy(&text, (const char *)row + column->offset, sizeof(text));
	return text;
}

static bool column_differs(const struct column *column, const void *row,
			   const void *other)
{
	const char *a, *b;

	if (column->size == 0)
		return false;
	if (column->type != COLUMN_TEXT)
		return memcmp((const char *)row + column->offset,
			      (const char *)other + column->offset,
			      column->size) != 0;
	a = column_text_of(column, row);
	b = column_text_of(column, other);
	return a && b ? strcmp(a, b) != 0 : a != b;
}

bool table_differs(const struct table *table, const void *row,
		   const void *other)
{
	for (size_t i = 0; i < table->count; i++) {
		if (column_differs(&table->columns[i], row, other))
			return true;
	}
	return false;
}

static bool is_zero(const void *at, size_t size)
{
	const uint8_t *byte = at;

	while (size > 0 && *byte == 0)
		byte++, size--;
	return size == 0;
}

static void bind_bytes(const struct column *column, struct statement *st, int i,
		       const void *at)
{
	if (column->or_null && is_zero(at, column->size))
		at = NULL;
	db_bind_blob(st, i, at, column->size);
}

void table_bind(const struct table *table, struct statement *st,
		const void *row)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct column *column = &table->columns[i];
		const void *at = (const char *)row + column->offset;

		if (column->type == COLUMN_NUMBER)
			db_bind_i64(st, (int)i + 1, column_number(column, row));
		else if (column->type == COLUMN_BLOB)
			bind_bytes(column, st, (int)i + 1, at);
		else
			db_bind_text(st, (int)i + 1,
				     column_text_of(column, row));
	}
}

/* ---- SQL ---- */

void table_add_name(struct buf *sql, const struct table *table)
{
	buf_addf(sql, "\"%s\"", table->name);
}

void table_add_columns(struct buf *sql, const struct table *table)
{
	size_t n = table->count;

	for (size_t i = 0; i < n; i++)
		buf_addf(sql, "%s\"%s\"", i ? ", " : "",
			 table->columns[i].name);
}

/*
 * By an index of PostgreSQL's that begins with the id, where there is one; else
 * by that of each organization.
 */
static void add_greatest_of(struct buf *sql, const char *name)
{
	buf_addf(sql,
		 " UNION ALL SELECT CASE WHEN EXISTS(SELECT 1 FROM pg_index"
		 " JOIN pg_attribute ON attrelid = indrelid"
		 " AND attnum = indkey[0] WHERE attname = 'id'"
		 " AND indrelid = '\"%s\"'::regclass AND indpred IS NULL)"
		 " THEN (SELECT max(id) FROM \"%s\")"
		 " ELSE (SELECT max((SELECT id FROM \"%s\""
		 " WHERE organization >= o.id AND organization <= o.id"
		 " ORDER BY organization DESC, id DESC LIMIT 1))"
		 " FROM organization o) END",
		 name, name, name);
}

void tables_add_greatest_id(struct buf *sql, bool by_organization)
{
	buf_addf(sql, "SELECT max(id) FROM (SELECT 0 AS id");
	for (size_t i = 0; i < table_count; i++) {
		const char *name = tables[i]->name;

		if (!table_has(tables[i], STR("id")))
			continue;
		if (by_organization &&
		    table_has(tables[i], STR("organization")))
			add_greatest_of(sql, name);
		else
			buf_addf(sql, " UNION ALL SELECT max(id) FROM \"%s\"",
				 name);
	}
	buf_addf(sql, ") AS ids");
}

/* ---- rows ---- */

static void add_i32(struct buf *row, int32_t value)
{
	uint32_t wire = htobe32((uint32_t)value);

	buf_add(row, &wire, sizeof(wire));
}

void row_begin(struct buf *row, const struct table *table)
{
	uint16_t wire = htobe16((uint16_t)table->count);

	buf_clear(row);
	buf_add(row, &wire, sizeof(wire));
}

void row_add_number(struct buf *row, int64_t value)
{
	uint64_t wire = htobe64((uint64_t)value);

	add_i32(row, sizeof(wire));
	buf_add(row, &wire, sizeof(wire));
}

void row_add_bytes(struct buf *row, struct str value)
{
	add_i32(row, value.data ? (int32_t)value.len : -1);
	if (value.data)
		buf_add_str(row, value);
}

struct str row_first(struct str row)
{
	return (struct str){ row.data + sizeof(uint16_t),
			     row.len - sizeof(uint16_t) };
}

struct str row_next(struct str *rest)
{
	struct str field = { NULL, 0 };
	uint32_t wire;
	int32_t len;

	memcpy(&wire, rest->data, sizeof(wire));
	len = (int32_t)be32toh(wire);
	rest->data += sizeof(wire);
	rest->len -= sizeof(wire);
	if (len < 0)
		return field;
	field = (struct str){ rest->data, (size_t)len };
	rest->data += len;
	rest->len -= (size_t)len;
	return field;
}

int64_t row_number(struct str field)
{
	uint64_t wire;

	memcpy(&wire, field.data, sizeof(wire));
	return (int64_t)be64toh(wire);
}
