/*
 * asset.h: the static files of the pages.
 */
#ifndef PAGE_ASSET_H
#define PAGE_ASSET_H

#include "base/base.h"
#include "base/str.h"

struct asset {
	const char *path;	  /* "/assets/page.css" */
	const char *content_type; /* "text/css; charset=utf-8" */
	const char *etag;	  /* quoted */
	const unsigned char *data;
	size_t len;
};

/* NULL where there is none at `path`. Static memory. */
const struct asset *asset_find(struct str path);

#endif
