/*
 * t_admin_key.c: the text of admin keys, and what may be shown of them.
 */
#include "base/base.h"
#include "unit.h"

#include "core/admin_key.h"

/* Their checksums are zlib's. */
#define KEY_OF_ONE           \
	"sk-admin-inv_"      \
	"0000000000001_"     \
	"003aUlTJC7tjlCTQj2" \
	"uNU3MFagCXG9LRKRcwGkBIDlf3jf8Jj"
#define GREATEST_KEY         \
	"sk-admin-inv_"      \
	"7ZZZZZZZZZZZZ_"     \
	"yhjskwdA6OZ1AL1YmH" \
	"WZWm8LLG7HjnuCA2j5rOw8Xp14VNSsP"
#define OLD_KEY "sk-admin-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8"

static void assert_key(int64_t id, const uint8_t secret[SECRET_SIZE],
		       const char *wanted)
{
	char text[ADMIN_KEY_TEXT_SIZE];

	admin_key_format(id, secret, text);
	ck_assert_str_eq(text, wanted);
	ck_assert_uint_eq(strlen(text) + 1, sizeof(text));
	ck_assert(!admin_key_is_misspelt(str_of(text)));
}

START_TEST(test_format)
{
	uint8_t secret[SECRET_SIZE];

	for (size_t i = 0; i < SECRET_SIZE; i++)
		secret[i] = (uint8_t)i;
	assert_key(1, secret, KEY_OF_ONE);
	memset(secret, 0xff, SECRET_SIZE);
	assert_key(INT64_MAX, secret, GREATEST_KEY);
}
END_TEST

START_TEST(test_every_changed_character_is_misspelt)
{
	char text[] = KEY_OF_ONE;
	size_t prefix = strlen(ADMIN_KEY_PREFIX);

	for (size_t i = prefix; text[i]; i++) {
		for (int c = 1; c < 256; c++) {
			char was = text[i];

			text[i] = (char)c;
			ck_assert(admin_key_is_misspelt(str_of(text)) ==
				  ((char)c != was));
			text[i] = was;
		}
	}
}
END_TEST

static const struct {
	const char *key;
	bool misspelt;
} spellings[] = {
	{ KEY_OF_ONE, false },	      { GREATEST_KEY, false },
	{ KEY_OF_ONE "x", true },     { ADMIN_KEY_PREFIX, true },
	{ KEY_OF_ONE " ", true },     { ADMIN_KEY_PREFIX "chosen", true },
	{ "sk-admin-chosen", false }, { OLD_KEY, false },
	{ "SK-ADMIN-INV_0", false },  { "", false },
	{ "sk-admin-inv", false },
};

START_TEST(test_only_our_own_can_be_misspelt)
{
	ck_assert(admin_key_is_misspelt(str_of(spellings[_i].key)) ==
		  spellings[_i].misspelt);
}
END_TEST

START_TEST(test_cut_short_is_misspelt)
{
	struct str key = str_of(KEY_OF_ONE);

	while (--key.len >= strlen(ADMIN_KEY_PREFIX))
		ck_assert(admin_key_is_misspelt(key));
}
END_TEST

static const struct {
	const char *key, *shown;
} redactions[] = {
	{ OLD_KEY, "sk-admin-...dHv8" },
	{ KEY_OF_ONE, "sk-admin-inv_0000...f8Jj" },
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
	tcase_add_test(tests, test_format);
	tcase_add_test(tests, test_every_changed_character_is_misspelt);
	tcase_add_loop_test(tests, test_only_our_own_can_be_misspelt, 0,
			    COUNT_OF(spellings));
	tcase_add_test(tests, test_cut_short_is_misspelt);
	tcase_add_loop_test(tests, test_redactions, 0, COUNT_OF(redactions));
	tcase_add_test(tests, test_redaction_of_the_longest_key);
}

int main(void)
{
	return unit_run("admin_key", add);
}
