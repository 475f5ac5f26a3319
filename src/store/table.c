/*
 * table.c: the tables and their columns, as a list.
 *
 * Each column of sqlite/schema.c and pgsql/schema.c stands here, but for meta,
 * which is each database's own: a copy takes only the hash key from it. Where
 * a schema has a column that is not here, `invited copy` refuses to begin.
 */
#include "base/base.h"

#include "store/table.h"
#include "store/copy.h"

#include <endian.h>

#define NUMBER(name)                \
	{                           \
		name, COLUMN_NUMBER \
	}
#define TEXT(name)                \
	{                         \
		name, COLUMN_TEXT \
	}
#define BLOB(name)                \
	{                         \
		name, COLUMN_BLOB \
	}

const struct table tables[] = {
	{ "organization",
	  { NUMBER("id"), TEXT("name"), NUMBER("created_at"),
	    NUMBER("default_project") } },
	{ "admin_key",
	  { NUMBER("id"), NUMBER("organization"), BLOB("secret_hash"),
	    TEXT("name"), TEXT("redacted"), NUMBER("created_at"),
	    NUMBER("last_used_at"), NUMBER("revoked_at"), NUMBER("expires_at"),
	    NUMBER("user") } },
	{ "project",
	  { NUMBER("id"), NUMBER("organization"), TEXT("name"),
	    NUMBER("created_at"), NUMBER("archived_at"), NUMBER("residency"),
	    NUMBER("geography"), TEXT("external_key_id") } },
	{ "user",
	  { NUMBER("id"), NUMBER("organization"), TEXT("email"),
	    TEXT("email_key"), TEXT("name"), NUMBER("role"),
	    NUMBER("added_at") } },
	{ "project_user",
	  { NUMBER("organization"), NUMBER("project"), NUMBER("user"),
	    NUMBER("role"), NUMBER("added_at") } },
	{ "group",
	  { NUMBER("id"), NUMBER("organization"), TEXT("name"),
	    NUMBER("created_at") } },
	{ "group_user",
	  { NUMBER("organization"), NUMBER("group"), NUMBER("user"),
	    NUMBER("added_at") } },
	{ "invite", { NUMBER("id"),	      NUMBER("organization"),
		      NUMBER("address_hash"), NUMBER("slot"),
		      NUMBER("state"),	      NUMBER("role"),
		      NUMBER("created_at"),   NUMBER("expires_at"),
		      NUMBER("accepted_at"),  NUMBER("user"),
		      NUMBER("delivery"),     NUMBER("delivery_attempts"),
		      NUMBER("delivery_at"),  TEXT("delivery_error"),
		      BLOB("secret_hash"),    TEXT("email"),
		      TEXT("email_key"),      TEXT("projects"),
		      TEXT("skipped"),	      TEXT("projects_sent"),
		      NUMBER("declined_at") } },
	{ "outbox",
	  { NUMBER("invite"), NUMBER("organization"), BLOB("secret"),
	    NUMBER("queued_at_ms"), NUMBER("due_at_ms"), NUMBER("attempts") } },
	{ "rights", { NUMBER("organization"), NUMBER("generation") } },
	{ "audit",
	  { NUMBER("id"), NUMBER("organization"), NUMBER("at"), NUMBER("actor"),
	    NUMBER("type"), NUMBER("target") } },
};

const size_t table_count = COUNT_OF(tables);

_Static_assert(COUNT_OF(tables) <= STORE_COPY_TABLES,
	       "a copy has a place for each table");

size_t table_columns(const struct table *table)
{
	size_t n = 0;

	while (n < COUNT_OF(table->columns) && table->columns[n].name)
		n++;
	return n;
}

bool table_has(const struct table *table, struct str column)
{
	size_t n = table_columns(table);

	for (size_t i = 0; i < n; i++) {
		if (str_is(column, table->columns[i].name))
			return true;
	}
	return false;
}

void table_add_name(struct buf *sql, const struct table *table)
{
	buf_addf(sql, "\"%s\"", table->name);
}

void table_add_columns(struct buf *sql, const struct table *table)
{
	size_t n = table_columns(table);

	for (size_t i = 0; i < n; i++)
		buf_addf(sql, "%s\"%s\"", i ? ", " : "",
			 table->columns[i].name);
}

/* ---- rows ---- */

static void add_i32(struct buf *row, int32_t value)
{
	uint32_t wire = htobe32((uint32_t)value);

	buf_add(row, &wire, sizeof(wire));
}

void row_begin(struct buf *row, const struct table *table)
{
	uint16_t wire = htobe16((uint16_t)table_columns(table));

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
