/*
 * t_encode.c: texts of bytes and numbers, and what is no such text.
 */
#include "base/base.h"
#include "unit.h"

#include <openssl/evp.h>

#include "base/encode.h"

static const struct {
	uint64_t value;
	const char *text;
} base32[] = {
	{ 0, "0000000000000" },
	{ 1, "0000000000001" },
	{ 31, "000000000000Z" },
	{ 32, "0000000000010" },
	{ 0x0123456789ABCDEF, "028T5CY4TQKFF" },
	{ INT64_MAX, "7ZZZZZZZZZZZZ" },
	{ (uint64_t)INT64_MAX + 1, "8000000000000" },
	{ UINT64_MAX, "FZZZZZZZZZZZZ" },
};

START_TEST(test_base32)
{
	char text[BASE32_LEN + 1], lower[BASE32_LEN + 1];
	uint64_t value = 1234;

	base32_encode(base32[_i].value, text);
	ck_assert_str_eq(text, base32[_i].text);
	ck_assert(base32_decode(str_of(text), &value));
	ck_assert_uint_eq(value, base32[_i].value);
	for (int i = 0; i <= BASE32_LEN; i++)
		lower[i] = (char)(text[i] >= 'A' ? text[i] | 0x20 : text[i]);
	value = 1234;
	ck_assert(base32_decode(str_of(lower), &value));
	ck_assert_uint_eq(value, base32[_i].value);
}
END_TEST

START_TEST(test_base32_texts_sort_as_numbers)
{
	char a[BASE32_LEN + 1], b[BASE32_LEN + 1];

	for (int shift = 0; shift < 63; shift++) {
		base32_encode(1ULL << shift, a);
		base32_encode((1ULL << shift) + 1, b);
		ck_assert_str_lt(a, b);
		base32_encode(1ULL << (shift + 1), b);
		ck_assert_str_lt(a, b);
	}
}
END_TEST

static const struct {
	const char *bytes, *text;
} base62[] = {
	{ "\0\0\0\0", "000000" },   { "\0\0\0\x09", "000009" },
	{ "\0\0\0\x0a", "00000A" }, { "\0\0\0\x3d", "00000z" },
	{ "\0\0\0\x3e", "000010" }, { "\xff\xff\xff\xff", "4gfFC3" },
};

START_TEST(test_base62)
{
	char text[7];

	base62_encode(base62[_i].bytes, 4, text, 6);
	ck_assert_str_eq(text, base62[_i].text);
}
END_TEST

static const char *const not_base32[] = {
	"",
	"000000000000",
	"00000000000000",
	"G000000000000",
	"GZZZZZZZZZZZZ",
	"ZZZZZZZZZZZZZ",
	"000000000000I",
	"000000000000L",
	"000000000000O",
	"000000000000U",
	"000000000000i",
	"000000000000l",
	"000000000000o",
	"000000000000u",
	"000000000000-",
	" 000000000000",
	"000000000000 ",
	"000000000000@",
	"000000000000[",
	"000000000000`",
	"000000000000{",
	"00000000000\xC3\xA9",
	"-000000000001",
};

START_TEST(test_not_base32)
{
	uint64_t value = 1234;

	ck_assert(!base32_decode(str_of(not_base32[_i]), &value));
	ck_assert_uint_eq(value, 1234);
}
END_TEST

/* Exactly 32 digits and the lower case of 22 of them, at every place. */
START_TEST(test_base32_alphabet)
{
	for (int at = 1; at < BASE32_LEN; at++) {
		int good = 0;
		for (int c = 0; c < 256; c++) {
			char text[] = "0000000000000";
			uint64_t value;
			text[at] = (char)c;
			good += base32_decode((struct str){ text, BASE32_LEN },
					      &value);
		}
		ck_assert_int_eq(good, 32 + 22);
	}
}
END_TEST

static const struct {
	const char *data, *text;
} base64url[] = {
	{ "", "" },
	{ "f", "Zg" },
	{ "fo", "Zm8" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg" },
	{ "fooba", "Zm9vYmE" },
	{ "\xFB\xFF", "-_8" },
	{ "\xFF\xFF\xFF", "____" },
};

START_TEST(test_base64url)
{
	struct str data = str_of(base64url[_i].data);
	char text[16], back[16];

	base64url_encode(data.data, data.len, text);
	ck_assert_str_eq(text, base64url[_i].text);
	ck_assert_uint_eq(strlen(text), BASE64URL_LEN(data.len));
	ck_assert(base64url_decode(str_of(text), back, data.len));
	ck_assert_mem_eq(back, data.data, data.len);
}
END_TEST

static const struct {
	const char *text;
	size_t len;
} not_base64url[] = {
	{ "Zg", 0 },	 { "Zg", 2 },  { "Zg==", 1 },	   { "Zh", 1 },
	{ "Z~", 1 },	 { "Zm9", 2 }, { "Zm9w", 2 },	   { "Zm9v", 4 },
	{ "+_8", 2 },	 { "-/8", 2 }, { "Z", 1 },	   { "Z", 0 },
	{ "Zg ", 1 },	 { " Zg", 1 }, { "Z\xC3\xA9", 2 }, { "", 1 },
	{ "Zm9v\n", 3 },
};

START_TEST(test_not_base64url)
{
	char out[16];

	ck_assert(!base64url_decode(str_of(not_base64url[_i].text), out,
				    not_base64url[_i].len));
}
END_TEST

/* Of the 64 last digits only those decode whose unused bits are zero. */
START_TEST(test_base64url_is_canonical)
{
	char out[2];
	int good = 0;

	for (int c = 0; c < 256; c++) {
		char text[] = { 'A', (char)c };
		good += base64url_decode((struct str){ text, 2 }, out, 1);
	}
	ck_assert_int_eq(good, 4);
	good = 0;
	for (int c = 0; c < 256; c++) {
		char text[] = { 'A', 'A', (char)c };
		good += base64url_decode((struct str){ text, 3 }, out, 2);
	}
	ck_assert_int_eq(good, 16);
}
END_TEST

START_TEST(test_base64_is_what_openssl_says)
{
	unsigned char data[100];
	char expected[200];
	struct buf out;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i * 37 + 251);
	for (size_t len = 0; len < sizeof(data); len++) {
		buf_init(&out, 1000);
		buf_add_char(&out, '>');
		base64_add(&out, (struct str){ (char *)data, len });
		EVP_EncodeBlock((unsigned char *)expected, data, (int)len);
		ck_assert_str_eq(out.data + 1, expected);
		buf_release(&out);
	}
}
END_TEST

START_TEST(test_base64_and_back)
{
	char data[] = "\xfb\xff and more", back[sizeof(data)];
	struct buf out;
	size_t got;

	for (size_t len = 0; len < sizeof(data); len++) {
		buf_init(&out, 100);
		base64_add(&out, (struct str){ data, len });
		ck_assert(base64_decode(buf_str(&out), back, len, &got));
		ck_assert_uint_eq(got, len);
		ck_assert_mem_eq(back, data, len);
		if (len > 0)
			ck_assert(
			    !base64_decode(buf_str(&out), back, len - 1, &got));
		buf_release(&out);
	}
}
END_TEST

static const char *const not_base64[] = {
	"Zg",	 "Zg=",	     "Zm9",  "Zh==",  "Zm9=", "=",    "==",
	"====",	 "Zg==Zg==", "Z===", "Zm9v=", "-_8=", "Zg=a", "Zm 9",
	"Zm9\n", "Zm9v\n",   " Zg=", "A===",  "Z=g=",
};

START_TEST(test_not_base64)
{
	char out[16];
	size_t len = 77;

	ck_assert(
	    !base64_decode(str_of(not_base64[_i]), out, sizeof(out), &len));
	ck_assert_uint_eq(len, 77);
}
END_TEST

START_TEST(test_base64_over_the_ceiling)
{
	struct buf out;

	buf_init(&out, 7);
	base64_add(&out, STR("abcd"));
	ck_assert(!buf_ok(&out));
	buf_release(&out);
	buf_init(&out, SIZE_MAX);
	base64_add(&out, (struct str){ "x", SIZE_MAX - 1 });
	ck_assert(!buf_ok(&out));
	buf_release(&out);
}
END_TEST

START_TEST(test_hex)
{
	char text[HEX_LEN(5) + 1];

	hex_encode("\x00\x09\x0A\xF0\xFF", 5, text);
	ck_assert_str_eq(text, "00090af0ff");
	hex_encode("", 0, text);
	ck_assert_str_eq(text, "");
}
END_TEST

static const struct {
	const char *text;
	bool plus;
	const char *out; /* NULL: malformed */
} percents[] = {
	{ "", false, "" },	   { "plain", false, "plain" },
	{ "a%20b", false, "a b" }, { "a+b", false, "a+b" },
	{ "a+b", true, "a b" },	   { "a%2Bb", true, "a+b" },
	{ "%2b", false, "+" },	   { "%C3%a9", false, "\xC3\xA9" },
	{ "%25", false, "%" },	   { "%2525", false, "%25" },
	{ "%41%42", false, "AB" }, { "%", false, NULL },
	{ "%4", false, NULL },	   { "a%4", false, NULL },
	{ "%4g", false, NULL },	   { "%g4", false, NULL },
	{ "%%41", false, NULL },   { "%-1", false, NULL },
	{ "% 1", false, NULL },	   { "%u0041", false, NULL },
};

START_TEST(test_percent)
{
	char out[32];
	struct str text = str_of(percents[_i].text);
	ptrdiff_t len = percent_decode(text, percents[_i].plus, out);

	if (!percents[_i].out) {
		ck_assert_int_eq(len, -1);
		return;
	}
	ck_assert_int_ge(len, 0);
	ck_assert_str_is(((struct str){ out, (size_t)len }), percents[_i].out);
}
END_TEST

START_TEST(test_percent_nul)
{
	char out[4];

	ck_assert_int_eq(percent_decode(STR("a%00"), false, out), 2);
	ck_assert_mem_eq(out, "a\0", 2);
	/* It looks no further than it was told. */
	ck_assert_int_eq(percent_decode((struct str){ "%41", 2 }, false, out),
			 -1);
}
END_TEST

static const struct {
	const char *text, *html;
} htmls[] = {
	{ "", "" },
	{ "plain", "plain" },
	{ "<b a=\"x\" c='y'>&amp;",
	  "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;amp;" },
	{ "&", "&amp;" },
	{ "a&b", "a&amp;b" },
	{ "\xC3\xA9\n", "\xC3\xA9\n" },
};

START_TEST(test_html)
{
	struct buf out;

	buf_init(&out, 1000);
	html_add(&out, str_of(htmls[_i].text));
	ck_assert(buf_ok(&out));
	ck_assert_str_is(buf_str(&out), htmls[_i].html);
	buf_release(&out);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_base62, 0, COUNT_OF(base62));
	tcase_add_loop_test(tests, test_base32, 0, COUNT_OF(base32));
	tcase_add_test(tests, test_base32_texts_sort_as_numbers);
	tcase_add_loop_test(tests, test_not_base32, 0, COUNT_OF(not_base32));
	tcase_add_test(tests, test_base32_alphabet);
	tcase_add_loop_test(tests, test_base64url, 0, COUNT_OF(base64url));
	tcase_add_loop_test(tests, test_not_base64url, 0,
			    COUNT_OF(not_base64url));
	tcase_add_test(tests, test_base64url_is_canonical);
	tcase_add_test(tests, test_base64_is_what_openssl_says);
	tcase_add_test(tests, test_base64_and_back);
	tcase_add_loop_test(tests, test_not_base64, 0, COUNT_OF(not_base64));
	tcase_add_test(tests, test_base64_over_the_ceiling);
	tcase_add_test(tests, test_hex);
	tcase_add_loop_test(tests, test_percent, 0, COUNT_OF(percents));
	tcase_add_test(tests, test_percent_nul);
	tcase_add_loop_test(tests, test_html, 0, COUNT_OF(htmls));
}

int main(void)
{
	return unit_run("encode", add);
}
