/*
 * t_token.c: tokens, links, admin keys and what may be shown of them.
 */
#include "base/base.h"
#include "unit.h"

#include "base/encode.h"
#include "core/token.h"

static const struct token example = {
	.invite = 0x0123456789ABCDEF,
	.secret = { 0,	1,  2,	3,  4,	5,  6,	7,  8,	9,  10,
		    11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
		    22, 23, 24, 25, 26, 27, 28, 29, 30, 255 },
};

#define SECRET_TEXT "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8"
#define TOKEN_TEXT  "028T5CY4TQKFF." SECRET_TEXT

static void check_is_example(struct str text)
{
	struct token token = { 0 };

	ck_assert(token_parse(text, &token));
	ck_assert_int_eq(token.invite, example.invite);
	ck_assert_mem_eq(token.secret, example.secret, SECRET_SIZE);
}

START_TEST(test_text)
{
	char text[TOKEN_TEXT_SIZE];

	token_format(&example, text);
	ck_assert_str_eq(text, TOKEN_TEXT);
	ck_assert_uint_eq(strlen(text) + 1, sizeof(text));
}
END_TEST

static const char *const forgiven[] = {
	TOKEN_TEXT,
	" " TOKEN_TEXT,
	TOKEN_TEXT "\r\n",
	"\t\n\v\f\r " TOKEN_TEXT " \t\n\v\f\r",
	"#" TOKEN_TEXT,
	"https://invited.example/accept#" TOKEN_TEXT,
	" https://invited.example/accept#" TOKEN_TEXT "\n",
	"https://x/#old#" TOKEN_TEXT,
	"see # " TOKEN_TEXT,
	("028t5cy4tqkff." SECRET_TEXT),
};

START_TEST(test_forgiven)
{
	check_is_example(str_of(forgiven[_i]));
}
END_TEST

static const char *const not_tokens[] = {
	"",
	" ",
	"#",
	".",
	"028T5CY4TQKFF",
	"028T5CY4TQKFF.",
	"." SECRET_TEXT,
	SECRET_TEXT,
	"028T5CY4TQKF." SECRET_TEXT,
	"0028T5CY4TQKFF." SECRET_TEXT,
	"828T5CY4TQKFF." SECRET_TEXT, /* a negative number */
	"G28T5CY4TQKFF." SECRET_TEXT,
	"O28T5CY4TQKFF." SECRET_TEXT, /* a letter, not a zero */
	"028T5CY4TQKFF" SECRET_TEXT,
	"028T5CY4TQKFF:" SECRET_TEXT,
	"028T5CY4TQKFF.." SECRET_TEXT,
	"028T5CY4TQKFF. " SECRET_TEXT,
	"028T5CY4TQKFF." SECRET_TEXT "=",
	"028T5CY4TQKFF." SECRET_TEXT ".",
	"028T5CY4TQKFF." SECRET_TEXT "#",
	"028T5CY4TQKFF.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv",
	"028T5CY4TQKFF.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv88",
	"028T5CY4TQKFF.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv9",
	"028T5CY4TQKFF.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdH+8",
	"028T5CY4TQKFF.AAECAwQFBgcICQoLDA0OD AREhMUFRYXGBkaGxwdHv8",
	"\xC2\xA0" TOKEN_TEXT,
};

START_TEST(test_not_tokens)
{
	struct token token = { .invite = 1234 };

	ck_assert(!token_parse(str_of(not_tokens[_i]), &token));
	ck_assert_int_eq(token.invite, 1234);
}
END_TEST

START_TEST(test_the_greatest_number)
{
	struct token token;

	ck_assert(token_parse(STR("7ZZZZZZZZZZZZ." SECRET_TEXT), &token));
	ck_assert_int_eq(token.invite, INT64_MAX);
}
END_TEST

START_TEST(test_nul_and_nothing)
{
	struct token token;

	ck_assert(!token_parse(STR(TOKEN_TEXT "\0"), &token));
	ck_assert(!token_parse(STR("\0" TOKEN_TEXT), &token));
	ck_assert(!token_parse((struct str){ NULL, 0 }, &token));
}
END_TEST

/* No other text than the canonical ones is the same token. */
START_TEST(test_every_changed_character_is_another_token)
{
	for (size_t at = 0; at < TOKEN_TEXT_SIZE - 1; at++) {
		for (int c = 0; c < 256; c++) {
			char text[] = TOKEN_TEXT;
			struct token token;
			if (c == text[at] ||
			    (at < BASE32_LEN && c == (text[at] | 0x20)))
				continue;
			text[at] = (char)c;
			ck_assert(!token_parse(
				      (struct str){ text, TOKEN_TEXT_SIZE - 1 },
				      &token) ||
				  token.invite != example.invite ||
				  memcmp(token.secret, example.secret,
					 SECRET_SIZE) != 0);
		}
	}
}
END_TEST

START_TEST(test_link)
{
	struct arena arena;

	arena_init(&arena, 1000);
	ck_assert_str_eq(token_link(&arena, "https://a.example", &example),
			 "https://a.example/accept#" TOKEN_TEXT);
	arena_release(&arena);
	arena_init(&arena, 10);
	ck_assert_ptr_null(token_link(&arena, "https://a.example", &example));
	arena_release(&arena);
}
END_TEST

START_TEST(test_secret_hash)
{
	uint8_t hash[SHA256_SIZE], expected[SHA256_SIZE];

	secret_hash(example.secret, hash);
	sha256((struct str){ (const char *)example.secret, SECRET_SIZE },
	       expected);
	ck_assert_mem_eq(hash, expected, SHA256_SIZE);
}
END_TEST

START_TEST(test_admin_key)
{
	char text[ADMIN_KEY_TEXT_SIZE];

	admin_key_format(example.secret, text);
	ck_assert_str_eq(text, "sk-admin-" SECRET_TEXT);
	ck_assert_uint_eq(strlen(text) + 1, sizeof(text));
}
END_TEST

static const struct {
	const char *key, *shown;
} redactions[] = {
	{ "sk-admin-" SECRET_TEXT, "sk-admin-...dHv8" },
	{ "sk-admin-0123456789abcdefghijWxyz", "sk-admin-...Wxyz" },
	{ "sk-admin-0123456789abcdefghiWxyz", "..." },
	{ "sk-admin-", "..." },
	{ "", "..." },
	{ "x", "..." },
	{ "hunter2", "..." },
	{ "my-0123456789abcdefghijWxyz", "my-...Wxyz" },
	{ "my-0123456789abcdefghiWxyz", "..." },
	{ "sk-admin-0123456789abcdefghij Wxy", "..." },
	{ "\nmy-0123456789abcdefghijWxyz", "..." },
	{ "~y-0123456789abcdefghijWxy~", "~y-...Wxy~" },
	{ "sk-admin-0123456789abcdefghij\nWxy", "..." },
	{ "\xC3\xA9t\xC3\xA9-0123456789abcdefghijWxyz", "..." },
};

START_TEST(test_redactions)
{
	char out[REDACTED_SIZE];

	admin_key_redact(str_of(redactions[_i].key), out);
	ck_assert_str_eq(out, redactions[_i].shown);
}
END_TEST

START_TEST(test_redaction_of_the_longest_key)
{
	char key[ADMIN_KEY_MAX], out[REDACTED_SIZE];

	memset(key, 'k', sizeof(key));
	admin_key_redact((struct str){ key, sizeof(key) }, out);
	ck_assert_str_eq(out, "kkk...kkkk");
	admin_key_redact((struct str){ NULL, 0 }, out);
	ck_assert_str_eq(out, "...");
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_text);
	tcase_add_loop_test(tests, test_forgiven, 0, COUNT_OF(forgiven));
	tcase_add_loop_test(tests, test_not_tokens, 0, COUNT_OF(not_tokens));
	tcase_add_test(tests, test_the_greatest_number);
	tcase_add_test(tests, test_nul_and_nothing);
	tcase_add_test(tests, test_every_changed_character_is_another_token);
	tcase_add_test(tests, test_link);
	tcase_add_test(tests, test_secret_hash);
	tcase_add_test(tests, test_admin_key);
	tcase_add_loop_test(tests, test_redactions, 0, COUNT_OF(redactions));
	tcase_add_test(tests, test_redaction_of_the_longest_key);
}

int main(void)
{
	return unit_run("token", add);
}
