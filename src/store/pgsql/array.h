/*
 * array.h: arrays as parameters, in the protocol's binary form. Private
 * to the PostgreSQL engine.
 */
#ifndef STORE_PGSQL_ARRAY_H
#define STORE_PGSQL_ARRAY_H

#include "base/base.h"
#include "base/buf.h"

/* Types of the server, by their fixed numbers. */
enum oid { OID_BYTEA = 17, OID_BIGINT = 20, OID_TEXT = 25 };

/* Of `n` elements, which are to follow. */
void array_begin(struct buf *array, enum oid type, size_t n);

/* There are `n` after all. */
void array_set_count(struct buf *array, size_t n);

void array_add_i64(struct buf *array, int64_t value);

/* NULL adds NULL. */
void array_add_bytes(struct buf *array, const void *data, size_t len);
void array_add_text(struct buf *array, const char *text);

#endif
