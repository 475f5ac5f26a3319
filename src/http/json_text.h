/*
 * json_text.h: JSON that the database holds as text, and that becomes a part of
 * an answer as it is.
 */
#ifndef HTTP_JSON_TEXT_H
#define HTTP_JSON_TEXT_H

#include "base/base.h"
#include "base/str.h"

/* Whether it is a JSON object. */
bool json_is_object_text(struct str text) MUST_CHECK;

#endif
