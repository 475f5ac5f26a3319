/*
 * return_path.c: the address to which a mail comes back.
 */
#include "base/base.h"
#include "mail/return_path.h"

#define BEFORE_MAX (EMAIL_LOCAL_MAX - RETURN_CODE_LEN - 1) /* 1: the + */

static const char *find_domain(struct arena *arena, struct str domain)
{
	const char *address = arena_printf(arena, "x@%.*s", STR_ARG(domain));
	struct email email;

	if (!address || email_parse(arena, str_of(address), &email))
		return NULL;
	return strrchr(email.key, '@') + 1;
}

int return_path_parse(struct arena *arena, const char *text,
		      struct return_path *ret_path, struct fail *fail)
{
	struct str local, domain;
	struct return_path path;

	if (!text) {
		*ret_path = (struct return_path){ 0 };
		return 0;
	}
	if (!str_cut(str_of(text), '@', &local, &domain) ||
	    !str_is_ascii(local) || str_has_control(local) ||
	    memchr(local.data, ' ', local.len) ||
	    memchr(local.data, '"', local.len))
		return fail_set(fail, "--mail-return-path should look like "
				      "bounce@example.org or "
				      "@bounces.example.org");
	if (local.len > BEFORE_MAX)
		return fail_set(fail,
				"--mail-return-path: at most %d characters may "
				"stand in front of the @, since each mail's "
				"own code is added there",
				BEFORE_MAX);
	path.before =
	    local.len > 0 ? arena_printf(arena, "%.*s+", STR_ARG(local)) : "";
	path.domain = find_domain(arena, domain);
	if (!path.domain ||
	    strlen(path.domain) + EMAIL_LOCAL_MAX + 1 > EMAIL_MAX)
		return fail_set(fail,
				"--mail-return-path: \"%.*s\" is not a domain, "
				"or is too long",
				STR_ARG(domain));
	if (!path.before)
		return fail_set(fail, "out of memory");
	*ret_path = path;
	return 0;
}

void return_path_format(const struct return_path *path,
			const struct return_code *code, char out[EMAIL_MAX + 1])
{
	char text[RETURN_CODE_LEN + 1];

	return_code_format(code, text);
	snprintf(out, EMAIL_MAX + 1, "%s%s@%s", path->before, text,
		 path->domain);
}
