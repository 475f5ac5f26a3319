/*
 * name.h: what people, projects, organizations and keys may be called.
 *
 * Names stand in mails, pages, terminals and logs, beside names that others
 * chose. So a name must look like what it is: no control characters, no
 * characters that change the direction of the text around it, no invisible
 * ones, no noncharacters of Unicode; and at least one visible character. Some
 * scripts need two of the invisible characters: ZERO WIDTH NON-JOINER (as in
 * Persian) and ZERO WIDTH JOINER (as in Sinhala, and between emoji). These are
 * taken where they change what is seen (RFC 5892, A.1 and A.2; UTS 51), and
 * variation selectors behind what they vary.
 */
#ifndef CORE_NAME_H
#define CORE_NAME_H

#include "base/base.h"
#include "base/str.h"

/* NULL if `text` (UTF-8) can be a name or part of one; else why not, in words
 * that follow "it must not hold" (static). */
const char *name_check(struct str text) MUST_CHECK;

/* Whether nothing in `text` (UTF-8) is visible: it is empty, or only spaces of
 * some kind. */
bool name_is_blank(struct str text);

#endif
