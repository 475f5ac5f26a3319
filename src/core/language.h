/*
 * language.h: the languages that pages and mails can be in.
 *
 * Each is a file in web/text/, and a line in web/meson.build.
 */
#ifndef CORE_LANGUAGE_H
#define CORE_LANGUAGE_H

#include "base/base.h"
#include "base/str.h"
#include "base/text.h"

/* From web/text/, by tools/texts; the first is the one to fall back on. */
extern const struct language languages[];
extern const size_t language_count;

/* The language of a tag as in HTML's lang, whatever the region: "de-AT" is
 * German. NULL for one that is not among them, and for NULL. */
const struct language *language_called(const char *tag);

/* The language that this Accept-Language prefers; NULL if it names none of them
 * or is empty. */
const struct language *language_wanted(struct str accept);

/* As HTML's dir has it: "ltr" or "rtl". */
const char *language_direction(const struct language *language);

#endif
