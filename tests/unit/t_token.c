/*
 * t_token.c: tokens, and what is made of their links.
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

	ck_assert(token_find(text, &token));
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

/* What arrives: typed, pasted, wrapped by mail programs, bent by filters. */
static const char *const forgiven[] = {
	TOKEN_TEXT,
	"028t5cy4tqkff." SECRET_TEXT,

	/* around it */
	" " TOKEN_TEXT,
	TOKEN_TEXT "\r\n",
	"\t\n\v\f\r " TOKEN_TEXT " \t\n\v\f\r",
	"#" TOKEN_TEXT,
	"https://invited.example/accept#" TOKEN_TEXT,
	" https://invited.example/accept#" TOKEN_TEXT "\n",
	"https://invited.example/team/accept/#" TOKEN_TEXT,
	"https://invited.example/accept%23" TOKEN_TEXT,
	"https://invited.example/accept%2523" TOKEN_TEXT,
	"https://invited.example/accept#" TOKEN_TEXT "?utm_source=mail",
	"https://x/#old#" TOKEN_TEXT,
	"see # " TOKEN_TEXT,
	"Your code: " TOKEN_TEXT " (valid for 7 days)",
	"028T5CY4TQKF " TOKEN_TEXT, /* a piece of one before */
	TOKEN_TEXT " " TOKEN_TEXT,  /* the same twice */
	"https://a/accept#" TOKEN_TEXT "\nhttps://a/accept#" TOKEN_TEXT,

	/* punctuation and brackets */
	TOKEN_TEXT ".",
	TOKEN_TEXT ",",
	TOKEN_TEXT "!?;:",
	TOKEN_TEXT "=",
	TOKEN_TEXT "#",
	TOKEN_TEXT "\xE2\x80\xA6", /* ... */
	"<" TOKEN_TEXT ">",
	"(" TOKEN_TEXT ").",
	"[Accept](https://a/accept#" TOKEN_TEXT ")",
	"\"" TOKEN_TEXT "\"",
	"'" TOKEN_TEXT "'",
	"**" TOKEN_TEXT "**",
	"_" TOKEN_TEXT "_",
	"`" TOKEN_TEXT "`",
	"\xE2\x80\x9E" TOKEN_TEXT "\xE2\x80\x9C",	  /* German quotes */
	"\xC2\xAB\xC2\xA0" TOKEN_TEXT "\xC2\xA0\xC2\xBB", /* French ones */
	"<a href=\"https://a/accept#" TOKEN_TEXT "\">Accept</a>",
	"https://a/accept&#35;" TOKEN_TEXT "&amp;x=1",
	TOKEN_TEXT "\0",
	"\xFF" TOKEN_TEXT "\xFF",

	/* blanks that nobody sees */
	"\xC2\xA0" TOKEN_TEXT,			  /* no-break */
	"\xE2\x80\x8B" TOKEN_TEXT "\xE2\x80\x8B", /* zero width */
	"\xEF\xBB\xBF" TOKEN_TEXT,		  /* byte order mark */
	"\xE3\x80\x80" TOKEN_TEXT,		  /* ideographic */
	"\xE2\x80\xAA" TOKEN_TEXT "\xE2\x80\xAC", /* left to right */
	"028T5CY4TQKFF.AAEC\xC2\xAD"		  /* a soft hyphen */
	"AwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8",
	"028T5CY4TQKFF.AAEC\xE2\x81\xA0" /* a word joiner */
	"AwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8",

	/* line breaks inside */
	"028T5CY4TQKFF.\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8",
	"028T5CY4TQKFF. AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8",
	"https://invited.example/accept#028T5CY\r\n4TQKFF.AAECAwQFBgcIC\r\n"
	"QoLDA0ODxAREhMUFRYXGBkaGxwdHv8\r\n\r\nIf you do not know ...",
	"https://invited.example/accept#028T5CY4TQKFF.AAECAwQFBgcIC=\r\n"
	"QoLDA0ODxAREhMUFRYXGBkaGxwdHv8\r\n",
	"> https://invited.example/accept#028T5CY4TQKFF.AAECAwQFBgcIC\n"
	"> QoLDA0ODxAREhMUFRYXGBkaGxwdHv8\n",
	">> 028T5CY4TQKFF.AAECAwQFBgcIC\n>> QoLDA0ODxAREhMUFRYXGBkaGxwdHv8",
	"028T5CY4TQKFF.AAECAwQFBgcIC%0D%0AQoLDA0ODxAREhMUFRYXGBkaGxwdHv8",
	"028T5CY4TQKFF.AAECAwQFBgcIC%20QoLDA0ODxAREhMUFRYXGBkaGxwdHv8",

	/* encoded, also where nothing has to be */
	"028T5CY4TQKFF%2EAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8",
	"028T5CY4TQKFF%252EAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8",
	"028T5CY4TQKFF%25252EAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8",
	"%30%32%38%54%35%43%59%34%54%51%4b%46%46." SECRET_TEXT,
	"100%: 028T5CY4TQKFF%2EAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8",

	/* filters: Outlook, Proofpoint 1 to 3, Barracuda, Mimecast, Cisco,
	 * Trend Micro, FireEye, Google, one in another */
	"https://eur01.safelinks.protection.outlook.com/?url="
	"https%3A%2F%2Finvited.example%2Faccept%23" TOKEN_TEXT
	"&data=05%7C02%7Cada%40example.com%7C9d1c6a0e4f0b4a3f8a1b08dd0e1f2a3b%"
	"7C"
	"84df9e7fe9f640afb435aaaaaaaaaaaa%7C1%7C0%7C638682624000000000%"
	"7CUnknown"
	"%7CTWFpbGZsb3d8eyJWIjoiMC4wLjAwMDAiLCJQIjoiV2luMzIifQ%3D%3D%7C0%7C%7C%"
	"7C"
	"&sdata=Zm9vYmFyYmF6%2Bquux%2F0123456789abcdefghijklmno%3D&reserved=0",
	"https://urldefense.proofpoint.com/v1/url?u=https://invited.example/"
	"accept%23" TOKEN_TEXT "&k=Zm9v%3D%0A&r=YmFy%3D%0A&m=YmF6%3D%0A&s=00ff",
	"https://urldefense.proofpoint.com/v2/url?u=https-3A__invited.example_"
	"accept-23" TOKEN_TEXT "&d=DwMFaQ&c=Zm9v_YmFy-YmF6&r=cXV1eA&m=Z3JhdWx0"
	"&s=Z2FycGx5&e=",
	"https://urldefense.com/v3/__https://invited.example/accept*" TOKEN_TEXT
	"__;Iw!!Zm9vYmFyYmF6!QkFSQkFa-cXV1eA_Z3JhdWx0$",
	"https://linkprotect.cudasvc.com/url?a=https%3a%2f%2finvited.example"
	"%2faccept%23" TOKEN_TEXT "&c=E,1,Zm9vYmFyYmF6cXV1eA,,&typo=1",
	"https://protect-eu.mimecast.com/redirect?url="
	"https%3A%2F%2Finvited.example%2Faccept%2523" TOKEN_TEXT,
	"https://secure-web.cisco.com/1Zm9v_YmFy-YmF6/https%3A%2F%2F"
	"invited.example%2Faccept%23" TOKEN_TEXT,
	"https://imsva91-ctp.trendmicro.com/wis/clicktime/v1/query?url="
	"https%3a%2f%2finvited.example%2faccept%23" TOKEN_TEXT
	"&umid=0F1E2D3C&auth=00ff00ff",
	"https://protect2.fireeye.com/v1/url?k=00ff&q=1&e=0f1e2d3c&u="
	"https%3A%2F%2Finvited.example%2Faccept%23" TOKEN_TEXT,
	"https://www.google.com/url?q=https://invited.example/"
	"accept%23" TOKEN_TEXT
	"&sa=D&source=calendar&ust=1764172800000000&usg=AOvVaw0foobar",
	"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2F"
	"urldefense.com%2Fv3%2F__https%3A%2F%2Finvited.example%"
	"2Faccept*" TOKEN_TEXT "__%3BIw!!foo!bar%24&data=05%7C02&reserved=0",
};

START_TEST(test_forgiven)
{
	check_is_example(str_of(forgiven[_i]));
}
END_TEST

/* Another token, whose secret holds what URL Defense writes differently. */
#define DASHED_SECRET "--__AwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdH-8"
#define DASHED_TEXT   "0000000000007." DASHED_SECRET

static const char *const dashed[] = {
	DASHED_TEXT,
	"https://urldefense.proofpoint.com/v2/url?u=https-3A__invited.example_"
	"accept-230000000000007.-2D-2D-5F-"
	"5FAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"
	"H-2D8&d=DwMFaQ&c=Zm9v&e=",
	"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2F"
	"urldefense.proofpoint.com%2Fv2%2Furl%3Fu%3Dhttps-3A__invited.example_"
	"accept-230000000000007.-2D-2D-5F-"
	"5FAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"
	"H-2D8%26d%3DDwMFaQ&data=05%7C02&reserved=0",
	"https://urldefense.com/v3/__https://invited.example/"
	"accept*" DASHED_TEXT "__;Iw!!foo!bar$",
	"https://a/"
	"accept%230000000000007.%2D%2D%5F%5FAwQFBgcICQoLDA0ODxAREhMUFR"
	"YXGBkaGxwdH%2D8",
};

START_TEST(test_dashes_survive_filters)
{
	struct token token = { 0 };
	char text[TOKEN_TEXT_SIZE];

	ck_assert(token_find(str_of(dashed[_i]), &token));
	token_format(&token, text);
	ck_assert_str_eq(text, DASHED_TEXT);
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
	"828T5CY4TQKFF." SECRET_TEXT, /* a negative number */
	"G28T5CY4TQKFF." SECRET_TEXT,
	"O28T5CY4TQKFF." SECRET_TEXT, /* a letter, not a zero */
	"028T5CY4TQKFF" SECRET_TEXT,
	"028T5CY4TQKFF:" SECRET_TEXT,
	"028T5CY4TQKFF.." SECRET_TEXT,
	"028T5CY4TQKFF.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv",
	"028T5CY4TQKFF.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv...",
	"028T5CY4TQKFF.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv9",
	"028T5CY4TQKFF.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdH+8",
	"028T5CY4TQKFF%2525252E" SECRET_TEXT, /* encoded too often */
	/* two: nobody knows which is meant */
	TOKEN_TEXT " " DASHED_TEXT,
	"https://a/accept#" TOKEN_TEXT "\nhttps://a/accept#" DASHED_TEXT,
};

START_TEST(test_not_tokens)
{
	struct token token = { .invite = 1234 };

	ck_assert(!token_find(str_of(not_tokens[_i]), &token));
	ck_assert_int_eq(token.invite, 1234);
}
END_TEST

START_TEST(test_the_greatest_number)
{
	struct token token;

	ck_assert(token_find(STR("7ZZZZZZZZZZZZ." SECRET_TEXT), &token));
	ck_assert_int_eq(token.invite, INT64_MAX);
}
END_TEST

START_TEST(test_nul_and_nothing)
{
	struct token token;

	check_is_example(STR(TOKEN_TEXT "\0"));
	check_is_example(STR("\0" TOKEN_TEXT));
	ck_assert(!token_find(STR("\0\0\0"), &token));
	ck_assert(!token_find((struct str){ NULL, 0 }, &token));
}
END_TEST

/* A whole mail may be pasted, a library not. */
START_TEST(test_what_is_looked_through_has_an_end)
{
	static char text[TOKEN_FIND_MAX + 1];
	size_t len = strlen(TOKEN_TEXT);
	struct token token;

	memset(text, ' ', sizeof(text));
	memcpy(text + TOKEN_FIND_MAX - len, TOKEN_TEXT, len);
	check_is_example((struct str){ text, TOKEN_FIND_MAX });
	ck_assert(!token_find((struct str){ text, sizeof(text) }, &token));
}
END_TEST

/* No other text of this length is the same token. */
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
			ck_assert(!token_find(
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

static void add(TCase *tests)
{
	tcase_add_test(tests, test_text);
	tcase_add_loop_test(tests, test_forgiven, 0, COUNT_OF(forgiven));
	tcase_add_loop_test(tests, test_not_tokens, 0, COUNT_OF(not_tokens));
	tcase_add_loop_test(tests, test_dashes_survive_filters, 0,
			    COUNT_OF(dashed));
	tcase_add_test(tests, test_what_is_looked_through_has_an_end);
	tcase_add_test(tests, test_the_greatest_number);
	tcase_add_test(tests, test_nul_and_nothing);
	tcase_add_test(tests, test_every_changed_character_is_another_token);
	tcase_add_test(tests, test_link);
	tcase_add_test(tests, test_secret_hash);
}

int main(void)
{
	return unit_run("token", add);
}
