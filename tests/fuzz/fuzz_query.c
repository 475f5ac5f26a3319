/*
 * fuzz_query.c: any bytes as a query or a form. Walking through it ends; what
 * comes out is no longer than what went in; and each pair, encoded anew, is
 * read as the same.
 */
#include "base/base.h"
#include "base/encode.h"
#include "fuzz.h"
#include "http/query.h"

static void encode(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char hex[HEX_LEN(1) + 1];

		hex_encode(text.data + i, 1, hex);
		buf_add_char(out, '%');
		buf_add_text(out, hex);
	}
}

static void check_again(struct request *request, struct str key,
			struct str value)
{
	struct query_walk walk;
	struct str one, two;
	struct buf text;

	buf_init(&text, SIZE_MAX);
	encode(&text, key);
	buf_add_char(&text, '=');
	encode(&text, value);
	walk = query_walk(buf_str(&text));
	if (query_next(request, &walk, &one, &two))
		require(str_eq(one, key) && str_eq(two, value));
	else
		require(key.len + value.len == 0 || walk.broken);
	buf_release(&text);
}

int fuzz_one(const uint8_t *data, size_t size)
{
	static struct http_service service;
	static struct http_thread thread = { .service = &service };
	struct query_walk walk =
	    query_walk((struct str){ (const char *)data, size });
	size_t octets = 0, pairs = 0;
	struct request *request = malloc(sizeof(*request));
	struct str key, value;

	require(request);
	request_init(request, &thread);
	while (query_next(request, &walk, &key, &value)) {
		octets += key.len + value.len;
		require(++pairs <= size + 1 && octets <= size);
		check_again(request, key, value);
	}
	request_release(request);
	free(request);
	return 0;
}
