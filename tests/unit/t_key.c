/*
 * t_key.c: the text of keys, and what may be shown of them.
 */
#include "base/base.h"
#include "unit.h"

#include "core/key.h"

/* Their checksums are zlib's. */
#define ONE_AND_SECRET       \
	"0000000000001_"     \
	"003aUlTJC7tjlCTQj2" \
	"uNU3MFagCXG9LRKRcwGkBIDlf"
#define KEY_OF_ONE	     "sk-admin-inv_" ONE_AND_SECRET "3jf8Jj"
#define PROJECT_KEY	     "sk-proj-inv_" ONE_AND_SECRET "0eIVC7"
#define SERVICE_ACCOUNTS_KEY "sk-svcacct-inv_" ONE_AND_SECRET "0nL5jn"
#define GREATEST_KEY         \
	"sk-admin-inv_"      \
	"7ZZZZZZZZZZZZ_"     \
	"yhjskwdA6OZ1AL1YmH" \
	"WZWm8LLG7HjnuCA2j5rOw8Xp14VNSsP"
#define OLD_KEY "sk-admin-AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8"

static void assert_key(enum key_form form, int64_t id,
		       const uint8_t secret[SECRET_SIZE], const char *wanted)
{
	char text[KEY_TEXT_SIZE];

	key_format(form, id, secret, text);
	ck_assert_str_eq(text, wanted);
	ck_assert_int_eq(key_form(str_of(text)), form);
}

START_TEST(test_format)
{
	uint8_t secret[SECRET_SIZE];

	for (size_t i = 0; i < SECRET_SIZE; i++)
		secret[i] = (uint8_t)i;
	assert_key(KEY_OF_ADMIN, 1, secret, KEY_OF_ONE);
	assert_key(KEY_OF_USER, 1, secret, PROJECT_KEY);
	assert_key(KEY_OF_SERVICE_ACCOUNT, 1, secret, SERVICE_ACCOUNTS_KEY);
	ck_assert_uint_eq(strlen(SERVICE_ACCOUNTS_KEY) + 1, KEY_TEXT_SIZE);
	memset(secret, 0xff, SECRET_SIZE);
	assert_key(KEY_OF_ADMIN, INT64_MAX, secret, GREATEST_KEY);
}
END_TEST

static const struct {
	const char *text, *found; /* NULL: none is */
} texts[] = {
	{ KEY_OF_ONE, KEY_OF_ONE },
	{ "[{\"Secret\":\"" PROJECT_KEY "\"}]", PROJECT_KEY },
	{ "https://x/?k=" SERVICE_ACCOUNTS_KEY "&l=1", SERVICE_ACCOUNTS_KEY },
	{ "sk-sk-proj-inv_ " PROJECT_KEY, PROJECT_KEY },
	{ "key=" OLD_KEY "\n", OLD_KEY },
	{ OLD_KEY "x", NULL },
	{ "sk-proj-inv_" ONE_AND_SECRET "0eIVC8", NULL },
	{ "sk-proj-inv_" ONE_AND_SECRET, NULL },
	{ "sk-", NULL },
	{ "", NULL },
};

START_TEST(test_found_in_a_text)
{
	struct str found;

	ck_assert(key_search(str_of(texts[_i].text), &found) ==
		  (texts[_i].found != NULL));
	if (texts[_i].found)
		ck_assert(str_is(found, texts[_i].found));
}
END_TEST

START_TEST(test_id_of_a_key)
{
	ck_assert_int_eq(key_id(STR(KEY_OF_ONE)), 1);
	ck_assert_int_eq(key_id(STR(OLD_KEY)), 0);
	ck_assert_int_eq(key_id(STR("sk-proj-inv_0")), 0);
}
END_TEST

START_TEST(test_every_changed_character_is_misspelt)
{
	char text[] = KEY_OF_ONE;
	size_t prefix = strlen("sk-admin-inv_");

	for (size_t i = prefix; text[i]; i++) {
		for (int c = 1; c < 256; c++) {
			char was = text[i];

			text[i] = (char)c;
			ck_assert((key_form(str_of(text)) == KEY_MISSPELT) ==
				  ((char)c != was));
			text[i] = was;
		}
	}
}
END_TEST

static const struct {
	const char *key;
	enum key_form form;
} forms[] = {
	{ KEY_OF_ONE, KEY_OF_ADMIN },
	{ GREATEST_KEY, KEY_OF_ADMIN },
	{ PROJECT_KEY, KEY_OF_USER },
	{ SERVICE_ACCOUNTS_KEY, KEY_OF_SERVICE_ACCOUNT },
	{ KEY_OF_ONE "x", KEY_MISSPELT },
	{ "sk-admin-inv_", KEY_MISSPELT },
	{ KEY_OF_ONE " ", KEY_MISSPELT },
	{ KEY_OF_ONE "\n", KEY_MISSPELT },
	{ "sk-proj-inv_" ONE_AND_SECRET "3jf8Jj", KEY_MISSPELT },
	{ "sk-svcacct-inv_chosen", KEY_MISSPELT },
	{ "sk-admin-inv_chosen", KEY_MISSPELT },
	{ "sk-admin-chosen", KEY_FOREIGN },
	{ "sk-proj-AbCdEf", KEY_FOREIGN },
	{ OLD_KEY, KEY_FOREIGN },
	{ "SK-ADMIN-INV_0", KEY_FOREIGN },
	{ "", KEY_FOREIGN },
	{ "sk-admin-inv", KEY_FOREIGN },
};

START_TEST(test_the_form_of_a_text)
{
	ck_assert_int_eq(key_form(str_of(forms[_i].key)), forms[_i].form);
}
END_TEST

START_TEST(test_cut_short_is_misspelt)
{
	struct str key = str_of(KEY_OF_ONE);

	while (--key.len >= strlen("sk-admin-inv_")) {
		ck_assert_int_eq(key_form(key), KEY_MISSPELT);
		ck_assert_int_eq(key_form_begun(key), KEY_OF_ADMIN);
	}
	ck_assert_int_eq(key_form_begun(key), KEY_FOREIGN);
}
END_TEST

static const struct {
	const char *key, *shown;
} redactions[] = {
	{ OLD_KEY, "sk-admin-...dHv8" },
	{ KEY_OF_ONE, "sk-admin-inv_0000...f8Jj" },
	{ PROJECT_KEY, "sk-proj-inv_0000...IVC7" },
	{ SERVICE_ACCOUNTS_KEY, "sk-svcacct-inv_0000...L5jn" },
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

	key_redact(str_of(redactions[_i].key), out);
	ck_assert_str_eq(out, redactions[_i].shown);
}
END_TEST

START_TEST(test_redaction_of_the_longest_key)
{
	char key[KEY_MAX], out[REDACTED_SIZE];

	memset(key, 'k', sizeof(key));
	key_redact((struct str){ key, sizeof(key) }, out);
	ck_assert_str_eq(out, "kkk...kkkk");
	key_redact((struct str){ NULL, 0 }, out);
	ck_assert_str_eq(out, "...");
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_format);
	tcase_add_loop_test(tests, test_found_in_a_text, 0, COUNT_OF(texts));
	tcase_add_test(tests, test_id_of_a_key);
	tcase_add_test(tests, test_every_changed_character_is_misspelt);
	tcase_add_loop_test(tests, test_the_form_of_a_text, 0, COUNT_OF(forms));
	tcase_add_test(tests, test_cut_short_is_misspelt);
	tcase_add_loop_test(tests, test_redactions, 0, COUNT_OF(redactions));
	tcase_add_test(tests, test_redaction_of_the_longest_key);
}

int main(void)
{
	return unit_run("key", add);
}
