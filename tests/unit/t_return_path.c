/*
 * t_return_path.c: the address to which a mail comes back.
 */
#include "base/base.h"
#include "unit.h"

#include "mail/return_path.h"

#define CODE "028T5CY4TQKFF000000000000100000000000ZZ"

static const struct return_code code = { 0x0123456789ABCDEF, { 1, 1023 } };

static const struct {
	const char *text, *expected; /* NULL: it is refused */
} paths[] = {
	{ "bounce@example.org", "bounce+" CODE "@example.org" },
	{ "@bounces.example.org", CODE "@bounces.example.org" },
	{ "@b\u00fccher.example", CODE "@xn--bcher-kva.example" },
	/* 64 octets in front of the @ */
	{ "a23456789012345678901234@example.org",
	  "a23456789012345678901234+" CODE "@example.org" },
	{ "a234567890123456789012345@example.org", NULL },
	{ "bounce", NULL },
	{ "", NULL },
	{ "bounce@", NULL },
	{ "a b@example.org", NULL },
	{ "\"a\"@example.org", NULL },
	{ "b\u00fccher@example.org", NULL },
	{ "bounce@exam ple.org", NULL },
	{ "<bounce@example.org>", NULL },
};

START_TEST(test_paths)
{
	const char *expected = paths[_i].expected;
	char address[EMAIL_MAX + 1];
	struct return_path path;
	struct arena arena;
	struct fail fail;
	int result;

	arena_init(&arena, 1 << 16);
	result = return_path_parse(&arena, paths[_i].text, &path, &fail);
	ck_assert_int_eq(result, expected ? 0 : -1);
	if (expected) {
		return_path_format(&path, &code, address);
		ck_assert_str_eq(address, expected);
		ck_assert_uint_le(strchr(address, '@') - address,
				  EMAIL_LOCAL_MAX);
	} else {
		ck_assert_ptr_nonnull(
		    strstr(fail.message, "--mail-return-path"));
	}
	arena_release(&arena);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_paths, 0, COUNT_OF(paths));
}

int main(void)
{
	return unit_run("return_path", add);
}
