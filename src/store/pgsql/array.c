/*
 * array.c: arrays as parameters, in the protocol's binary form.
 */
#include "base/base.h"

#include "store/pgsql/array.h"

#include <endian.h>

#define COUNT_AT (3 * sizeof(uint32_t)) /* behind dimensions, NULLs, type */

static void add_i32(struct buf *array, int32_t value)
{
	uint32_t number = htobe32((uint32_t)value);

	buf_add(array, &number, sizeof(number));
}

/* One dimension, NULLs allowed, elements from number 1 on. */
void array_begin(struct buf *array, enum oid type, size_t n)
{
	buf_init(array, SIZE_MAX);
	add_i32(array, 1);
	add_i32(array, 1);
	add_i32(array, (int32_t)type);
	add_i32(array, (int32_t)n);
	add_i32(array, 1);
}

void array_set_count(struct buf *array, size_t n)
{
	uint32_t number = htobe32((uint32_t)n);

	if (buf_ok(array))
		memcpy(array->data + COUNT_AT, &number, sizeof(number));
}

void array_add_i64(struct buf *array, int64_t value)
{
	uint64_t number = htobe64((uint64_t)value);

	add_i32(array, sizeof(number));
	buf_add(array, &number, sizeof(number));
}

void array_add_bytes(struct buf *array, const void *data, size_t len)
{
	add_i32(array, data ? (int32_t)len : -1);
	if (data)
		buf_add(array, data, len);
}

void array_add_text(struct buf *array, const char *text)
{
	array_add_bytes(array, text, text ? strlen(text) : 0);
}
