/*
 * asset.c: the static files of the pages, embedded in the program.
 *
 * An ETag is the beginning of the file's SHA-256, so that a new version of
 * the program is a new file to every browser. It is made at the first call.
 */
#include "base/base.h"

#include "page/asset.h"

#include <pthread.h>

#include "base/encode.h"
#include "base/hash.h"

#define ETAG_BYTES 12 /* of the SHA-256 */

/* From web/meson.build. */
extern const unsigned char embed_page_css[];
extern const size_t embed_page_css_len;
extern const unsigned char embed_accept_js[];
extern const size_t embed_accept_js_len;
extern const unsigned char embed_favicon_svg[];
extern const size_t embed_favicon_svg_len;

static struct asset assets[] = {
	{ .path = "/assets/page.css",
	  .content_type = "text/css; charset=utf-8",
	  .data = embed_page_css },
	{ .path = "/assets/accept.js",
	  .content_type = "text/javascript; charset=utf-8",
	  .data = embed_accept_js },
	{ .path = "/assets/favicon.svg",
	  .content_type = "image/svg+xml",
	  .data = embed_favicon_svg },
};

static const size_t *const sizes[COUNT_OF(assets)] = {
	&embed_page_css_len,
	&embed_accept_js_len,
	&embed_favicon_svg_len,
};

static char etags[COUNT_OF(assets)][HEX_LEN(ETAG_BYTES) + 3];

static void complete(void)
{
	uint8_t hash[SHA256_SIZE];
	char hex[HEX_LEN(ETAG_BYTES) + 1];
	size_t i;

	for (i = 0; i < COUNT_OF(assets); i++) {
		assets[i].len = *sizes[i];
		sha256(
		    (struct str){ (const char *)assets[i].data, assets[i].len },
		    hash);
		hex_encode(hash, ETAG_BYTES, hex);
		snprintf(etags[i], sizeof(etags[i]), "\"%s\"", hex);
		assets[i].etag = etags[i];
	}
}

const struct asset *asset_find(struct str path)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	size_t i;

	pthread_once(&once, complete);
	for (i = 0; i < COUNT_OF(assets); i++)
		if (str_is(path, assets[i].path))
			return &assets[i];
	return NULL;
}
