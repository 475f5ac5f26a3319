/*
 * return_path.h: the address to which a mail comes back where it could not be
 * delivered: one of its own, as "bounce+CODE@example.org", or, where the whole
 * domain is for that, "CODE@bounces.example.org" (VERP).
 */
#ifndef MAIL_RETURN_PATH_H
#define MAIL_RETURN_PATH_H

#include "base/arena.h"
#include "base/base.h"
#include "base/fail.h"
#include "core/email.h"
#include "core/return_code.h"

struct return_path {
	const char *before; /* the code: "bounce+", or "" */
	const char *domain; /* as A-labels; NULL: mails go back to the sender */
};

/*
 * Reads "bounce@example.org" or "@bounces.example.org", strings in `arena`. -1
 * with `fail` where it is neither, or too long for the code. NULL is none: then
 * there is no domain.
 */
int return_path_parse(struct arena *arena, const char *text,
		      struct return_path *ret_path,
		      struct fail *fail) MUST_CHECK;

void return_path_format(const struct return_path *path,
			const struct return_code *code,
			char out[EMAIL_MAX + 1]);

#endif
