/*
 * t_return_code.c: the code in the address to which a mail comes back.
 */
#include "base/base.h"
#include "unit.h"

#include "core/return_code.h"

static const uint8_t key[SHA256_SIZE] = { 1 }, hash[SHA256_SIZE] = { 2 };

static struct return_code example(void)
{
	return return_code_of(key, 0x0123456789ABCDEF, hash);
}

static const char *text_of(const struct return_code *code, bool lower)
{
	static char text[RETURN_CODE_LEN + 1];

	return_code_format(code, text);
	ck_assert_uint_eq(strlen(text), RETURN_CODE_LEN);
	for (char *c = text; *c && lower; c++)
		*c |= *c >= 'A' ? 0x20 : 0;
	return text;
}

static const char *const around[][2] = {
	{ "", "@example.org" },		 { "bounce+", "@example.org" },
	{ "<bounce+", "@example.org>" }, { "bounce-", "@[192.0.2.1]" },
	{ "\"a@b\"", "@example.org" },
};

START_TEST(test_found_however_it_is_written)
{
	const struct return_code code = example();
	struct return_code found = { 0 };
	char address[256];

	for (int lower = 0; lower < 2; lower++) {
		snprintf(address, sizeof(address), "%s%s%s", around[_i][0],
			 text_of(&code, lower), around[_i][1]);
		ck_assert_msg(return_code_find(str_of(address), &found), "%s",
			      address);
		ck_assert(return_code_same(&code, &found));
	}
}
END_TEST

START_TEST(test_not_found)
{
	static const char *const texts[] = {
		"",
		"@",
		"bounce@example.org",
		"028T5CY4TQKFF028T5CY4TQKFF028T5CY4TQKFF",
		"28T5CY4TQKFF028T5CY4TQKFF028T5CY4TQKFF@example.org",
		/* what is no digit, and what is too great for an id */
		"028T5CY4TQKFU028T5CY4TQKFF028T5CY4TQKFF@example.org",
		"F28T5CY4TQKFF028T5CY4TQKFF028T5CY4TQKFF@example.org",
		"028T5CY4TQKFF028T5CY4TQKFF028T5CY4TQKFF+@example.org",
	};
	struct return_code code;

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		ck_assert_msg(!return_code_find(str_of(texts[i]), &code), "%s",
			      texts[i]);
}
END_TEST

/* Another key, another invite, another secret: another code. */
START_TEST(test_depends_on_all_that_it_is_of)
{
	static const uint8_t other[SHA256_SIZE] = { 3 };
	const struct return_code code = example(), others[] = {
		return_code_of(other, code.id, hash),
		return_code_of(key, code.id, other),
		return_code_of(key, code.id + 1, hash),
	};
	struct return_code claimed = others[2];

	for (size_t i = 0; i < COUNT_OF(others); i++)
		ck_assert(!return_code_same(&code, &others[i]));
	claimed.id = code.id;
	ck_assert(!return_code_same(&code, &claimed));
	claimed = code;
	claimed.mac[1] ^= 1;
	ck_assert(!return_code_same(&code, &claimed));
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_found_however_it_is_written, 0,
			    COUNT_OF(around));
	tcase_add_test(tests, test_not_found);
	tcase_add_test(tests, test_depends_on_all_that_it_is_of);
}

int main(void)
{
	return unit_run("return_code", add);
}
