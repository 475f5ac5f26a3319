/*
 * table.h: the tables and their columns: for rows as C structs, and for copying
 * whole rows from one database to another. Private to store/.
 *
 * A table is one list, with a line for each column: its kind, its name, and
 * where its value lies in the C struct of a row. From it come the columns of a
 * SELECT and an INSERT (both in that order, so that nobody counts them), a row
 * read in and written out, what a copy carries, and what `invited check` looks
 * for. rows.h has the lists.
 */
#ifndef STORE_TABLE_H
#define STORE_TABLE_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"
#include "core/vocabulary.h"
#include "store/verb.h"

enum column_type { COLUMN_NUMBER, COLUMN_TEXT, COLUMN_BLOB };

struct column {
	const char *name;
	enum column_type type;
	size_t offset, size; /* in the struct of a row; size 0: it is not */
	const struct vocabulary *words; /* of a number that stands for one */
	bool negative;			/* may be below 0 */
	/* For details, see DETAIL() in work.h: of what the number is the id,
	 * plus 1; that a text is a list, with an item on each line. */
	int id;
	bool lines;
	bool some;    /* of which 0 says nothing */
	bool or_null; /* bytes: NULL stands for all zero */
};

struct table {
	const char *name, *label; /* "invite", "invite " */
	const struct column *columns;
	size_t count;
};

/*
 * A list is LIST(FIRST, MORE), where FIRST(...) is the line of the first column
 * and each other is MORE(...). A line is:
 *
 *	NUMBER, "name", struct, member		0 or more
 *	SIGNED, "name", struct, member
 *	WORD, "name", struct, member, vocabulary
 *	TEXT, "name", struct, member		NULL for NULL
 *	BYTES, "name", struct, member		of exactly the member's size
 *	BYTES_OR_NULL, "name", struct, member	the same; NULL for all zero
 */
#define COLUMNS_OF(list) list(COLUMN_NAME_, COLUMN_NAME_MORE_)
#define VALUES_OF(list)	 list(COLUMN_VALUE_, COLUMN_VALUE_MORE_)
#define INSERT_OF(table, list) \
	"INSERT INTO \"" table \
	"\"(" COLUMNS_OF(list) ") VALUES(" VALUES_OF(list) ")"
/* The same for many, each parameter an array (PostgreSQL). */
#define INSERT_MANY_OF(table, list)                            \
	"INSERT INTO \"" table                                 \
	"\"(" COLUMNS_OF(list) ") SELECT * FROM unnest(" list( \
	    COLUMN_ARRAY_, COLUMN_ARRAY_MORE_) ")"
/* Of one row; the id and the organization stand behind the list's columns. */
#define UPDATE_OF(table, list)      \
	"UPDATE \"" table           \
	"\" SET " list(COLUMN_SET_, \
		       COLUMN_SET_MORE_) " WHERE id = ? AND organization = ?"

#define COLUMN_NAME_(kind, name, ...)	    "\"" name "\""
#define COLUMN_NAME_MORE_(kind, name, ...)  ", \"" name "\""
#define COLUMN_VALUE_(kind, name, ...)	    "?"
#define COLUMN_VALUE_MORE_(kind, name, ...) ", ?"
#define COLUMN_ARRAY_(kind, ...)	    "?::" COLUMN_TYPE_##kind##_ "[]"
#define COLUMN_ARRAY_MORE_(kind, ...)	    ", ?::" COLUMN_TYPE_##kind##_ "[]"
#define COLUMN_TYPE_NUMBER_		    "bigint"
#define COLUMN_TYPE_SIGNED_		    "bigint"
#define COLUMN_TYPE_WORD_		    "bigint"
#define COLUMN_TYPE_TEXT_		    "text"
#define COLUMN_TYPE_BYTES_		    "bytea"
#define COLUMN_TYPE_BYTES_OR_NULL_	    "bytea"
#define COLUMN_SET_(kind, name, ...)	    "\"" name "\" = ?"
#define COLUMN_SET_MORE_(kind, name, ...)   ", \"" name "\" = ?"

#define TABLE(id, name_, list)                                            \
	static const struct column id##_columns[] = { list(COLUMN_,       \
							   COLUMN_) };    \
	const struct table id##_table = { name_, name_ " ", id##_columns, \
					  COUNT_OF(id##_columns) }

/* Some columns of a table: a `struct table` called <id>_columns, without a
 * name.
 */
#define COLUMNS(id, list)                                                    \
	static const struct column id##_list[] = { list(COLUMN_, COLUMN_) }; \
	static const struct table id##_columns = { .columns = id##_list,     \
						   .count =                  \
						       COUNT_OF(id##_list) }

#define COLUMN_(kind, ...) COLUMN_##kind##_(__VA_ARGS__),
#define COLUMN_AT_(name_, type_, member_)                    \
	.name = (name_), .offset = offsetof(type_, member_), \
	.size = sizeof(((type_ *)0)->member_)
#define COLUMN_NUMBER_(name, type_, member)                            \
	{                                                              \
		COLUMN_AT_(name, type_, member), .type = COLUMN_NUMBER \
	}
#define COLUMN_SIGNED_(name, type_, member)                             \
	{                                                               \
		COLUMN_AT_(name, type_, member), .type = COLUMN_NUMBER, \
						 .negative = true       \
	}
#define COLUMN_WORD_(name, type_, member, vocabulary)                   \
	{                                                               \
		COLUMN_AT_(name, type_, member), .type = COLUMN_NUMBER, \
						 .words = (vocabulary)  \
	}
#define COLUMN_ID_(name, type_, member, kind_)                          \
	{                                                               \
		COLUMN_AT_(name, type_, member), .type = COLUMN_NUMBER, \
						 .id = (kind_) + 1      \
	}
#define COLUMN_SOME_(name, type_, member)                               \
	{                                                               \
		COLUMN_AT_(name, type_, member), .type = COLUMN_NUMBER, \
						 .some = true           \
	}
#define COLUMN_LINES_(name, type_, member)                            \
	{                                                             \
		COLUMN_AT_(name, type_, member), .type = COLUMN_TEXT, \
						 .lines = true        \
	}
#define COLUMN_TEXT_(name, type_, member)                            \
	{                                                            \
		COLUMN_AT_(name, type_, member), .type = COLUMN_TEXT \
	}
#define COLUMN_BYTES_(name, type_, member)                           \
	{                                                            \
		COLUMN_AT_(name, type_, member), .type = COLUMN_BLOB \
	}

#define COLUMN_BYTES_OR_NULL_(name, type_, member)                    \
	{                                                             \
		COLUMN_AT_(name, type_, member), .type = COLUMN_BLOB, \
						 .or_null = true      \
	}

#define X(name) extern const struct table name##_table;
TABLES(X)
#undef X

extern const struct table *const tables[]; /* TABLES, in that order */
extern const size_t table_count;

bool table_has(const struct table *table, struct str column);

/* "name", quoted; "a", "b", ... */
void table_add_name(struct buf *sql, const struct table *table);
void table_add_columns(struct buf *sql, const struct table *table);

/* A SELECT of the greatest id in any table that has ids; `by_organization`
 * on PostgreSQL, where some are found by an index of each organization only. */
void tables_add_greatest_id(struct buf *sql, bool by_organization);

struct arena;
struct db;
struct statement;

/*
 * The current row of a SELECT whose columns are those of the table, first of
 * all, into its struct; texts are the arena's. False where the row is damaged:
 * a number is none of its vocabulary, or out of bounds. Then it must not be
 * used. (A word that only a newer program knows looks the same: this one cannot
 * tell what it means, and leaves the row alone.)
 */
bool table_read(const struct table *table, struct arena *arena,
		struct statement *st, void *row) MUST_CHECK;

/* The number of the column behind the table's, for what a SELECT adds. */
#define COLUMN_BEHIND(table) ((int)(table)->count)

/* Binds a row to an INSERT of INSERT_OF(), or an UPDATE of UPDATE_OF(). */
void table_bind(const struct table *table, struct statement *st,
		const void *row);

/* Whether two rows differ in any of the table's columns. */
bool table_differs(const struct table *table, const void *row,
		   const void *other);

/* The number in a row that a column of the type NUMBER says. */
int64_t column_number(const struct column *column, const void *row);

/*
 * A row in transit has a format of no particular engine: the number of fields
 * in 16 bits, then for each its length in 32 bits (-1: NULL) and its bytes,
 * numbers in 64 bits; all in network order. It is what PostgreSQL's binary COPY
 * takes.
 */
void row_begin(struct buf *row, const struct table *table);
void row_add_number(struct buf *row, int64_t value);
void row_add_bytes(struct buf *row, struct str value); /* NULL data: NULL */

/* Cuts the next field off a row that row_begin() began; `*rest` is the row at
 * first. NULL gives a str whose data is NULL. */
struct str row_first(struct str row);
struct str row_next(struct str *rest);
int64_t row_number(struct str field);

#endif
