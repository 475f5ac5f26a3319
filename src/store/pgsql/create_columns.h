/*
 * create_columns.h: what the statement that makes many invites takes: an array
 * for each of these, in this order. Private to create.c and to the bench, which
 * sends the statement without what is above it.
 */
#ifndef STORE_PGSQL_CREATE_COLUMNS_H
#define STORE_PGSQL_CREATE_COLUMNS_H

#include "store/pgsql/array.h"

enum create_column {
	COLUMN_ID,
	COLUMN_ORGANIZATION,
	COLUMN_ACTOR,
	COLUMN_ACTOR_USER,
	COLUMN_HASH,
	COLUMN_ROLE,
	COLUMN_AT,
	COLUMN_AT_MS,
	COLUMN_EXPIRES,
	COLUMN_SECRET_HASH,
	COLUMN_SECRET,
	COLUMN_EMAIL,
	COLUMN_EMAIL_KEY,
	COLUMN_PROJECTS,
	COLUMN_PROJECTS_SENT,
	COLUMN_INVITER_NAME,
	COLUMN_INVITER_EMAIL,
	COLUMN_INVITER_KEY,
	COLUMN_LOCALE,
	COLUMN_METADATA,
	COLUMN_EXTERNAL_ID,
	COLUMN_REMINDER,
	COLUMNS
};

static inline enum oid create_column_type(enum create_column column)
{
	if (column <= COLUMN_EXPIRES || column == COLUMN_REMINDER)
		return OID_BIGINT;
	return column <= COLUMN_SECRET ? OID_BYTEA : OID_TEXT;
}

#endif
