/*
 * language.h: the languages that pages and mails can be in.
 *
 * Each is a file in web/text/, and a line in web/meson.build.
 */
#ifndef CORE_LANGUAGE_H
#define CORE_LANGUAGE_H

#include "base/base.h"
#include "base/text.h"

/* From web/text/, by tools/texts; the first is the one to fall back on. */
extern const struct language languages[];
extern const size_t language_count;

#endif
