/*
 * t_mime.c: lines that every mail server carries, and text that comes out of
 * them as it went in.
 */
#include "base/base.h"
#include "unit.h"

#include <openssl/evp.h>

#include "mail/mime.h"

#define MIB ((size_t)1 << 20)

static struct arena arena;
static struct buf out;

static void set_up(void)
{
	arena_init(&arena, MIB);
	buf_init(&out, MIB);
}

static void tear_down(void)
{
	arena_release(&arena);
	buf_release(&out);
}

/* ---- cleaning ---- */

/* STR() is no constant to -Wpedantic. */
#define RAW(literal)                         \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

static const struct {
	struct str raw;
	const char *clean;
} dirty[] = {
	{ RAW(""), "" },
	{ RAW("Acme"), "Acme" },
	{ RAW("  Acme  "), "Acme" },
	{ RAW("\r\nAcme\r\n"), "Acme" },
	{ RAW("A\r\nBcc: x@y.example"), "A  Bcc: x@y.example" },
	{ RAW("A\0B"), "A B" },
	{ RAW("tab\tbell\a escape\x1b[31m delete\x7f!"),
	  "tab bell  escape [31m delete !" },
	{ RAW("next\xC2\x85line"), "next line" },
	{ RAW("line\xE2\x80\xA8paragraph\xE2\x80\xA9."), "line paragraph ." },
	{ RAW("override\xE2\x80\xAE"
	      "cod.exe"),
	  "override cod.exe" },
	{ RAW("isolate\xE2\x81\xA6x\xE2\x81\xA9"), "isolate x" },
	{ RAW("B\xC3\xBCro \xE2\x82\xAC \xF0\x9F\x98\x80"),
	  "B\xC3\xBCro \xE2\x82\xAC \xF0\x9F\x98\x80" },
	{ RAW("latin \xFC."), "latin ?." },
	{ RAW("torn \xE2\x82"), "torn ??" },
	{ RAW("\xC3\xBC\xFF\r\n\xC3\xBC"), "\xC3\xBC?  \xC3\xBC" },
};

START_TEST(test_clean)
{
	ck_assert_str_eq(mime_clean(&arena, dirty[_i].raw), dirty[_i].clean);
}
END_TEST

/* ---- headers ---- */

START_TEST(test_plain_header)
{
	mime_add_header(&out, "Subject", "You are invited to join Acme");
	ck_assert_str_is(buf_str(&out),
			 "Subject: You are invited to join Acme\r\n");
}
END_TEST

START_TEST(test_encoded_header)
{
	mime_add_header(&out, "Subject", "B\xC3\xBCro");
	ck_assert_str_is(buf_str(&out), "Subject: =?utf-8?B?QsO8cm8=?=\r\n");
}
END_TEST

/* What looks like an encoded word means itself. */
START_TEST(test_feigned_word)
{
	mime_add_header(&out, "Subject", "=?utf-8?B?QsO8cm8=?=");
	ck_assert_ptr_null(strstr(out.data, "QsO8cm8=?="));
	ck_assert(str_starts_with(buf_str(&out), "Subject: =?utf-8?B?"));
}
END_TEST

/* The text of encoded words; checks their form on the way. */
static size_t decode_words(struct str header, char *text)
{
	size_t len = 0;

	while (header.len > 0) {
		struct str line, head, word;
		unsigned char piece[128];
		int n;

		ck_assert(str_cut(header, '\n', &line, &header));
		ck_assert_uint_gt(line.len, 1);
		ck_assert_int_eq(line.data[--line.len], '\r');
		ck_assert_uint_le(line.len, MIME_LINE_AIM);
		word.data = memmem(line.data, line.len, "=?utf-8?B?", 10);
		ck_assert_ptr_nonnull(word.data);
		word.data += 10;
		word.len = line.len - (size_t)(word.data - line.data);
		ck_assert_mem_eq(word.data + word.len - 2, "?=", 2);
		ck_assert_uint_le(word.len + 10, 75); /* RFC 2047, 2 */
		str_cut(word, '?', &head, &word);
		n = EVP_DecodeBlock(piece, (const unsigned char *)head.data,
				    (int)head.len);
		ck_assert_int_gt(n, 0);
		while (head.len > 0 && head.data[--head.len] == '=')
			n--;
		memcpy(text + len, piece, (size_t)n);
		/* RFC 2047, 5: whole characters in each */
		ck_assert(str_is_utf8((struct str){ text + len, (size_t)n }));
		len += (size_t)n;
	}
	return len;
}

/* Every length, each with characters of 1, 2, 3 and 4 bytes. */
START_TEST(test_long_header)
{
	static const char *const chars[] = { "x", "\xC3\xBC", "\xE2\x82\xAC",
					     "\xF0\x9F\x98\x80" };
	char text[600] = "\xC3\xBC", back[700];
	size_t len = 2;

	while (len < 560) {
		const char *c = chars[_i < 4 ? _i : (int)(len % 4)];
		size_t back_len;

		memcpy(text + len, c, strlen(c) + 1);
		len += strlen(c);
		buf_clear(&out);
		mime_add_header(&out, "Subject", text);
		ck_assert(str_is_ascii(buf_str(&out)));
		back_len = decode_words(buf_str(&out), back);
		ck_assert_uint_eq(back_len, len);
		ck_assert_mem_eq(back, text, len);
	}
}
END_TEST

/* ASCII is left alone as long as the line may be, and not longer. */
START_TEST(test_longest_plain_header)
{
	char text[100];

	memset(text, 'x', sizeof(text));
	text[MIME_LINE_AIM - strlen("Subject: ")] = '\0';
	mime_add_header(&out, "Subject", text);
	ck_assert_uint_eq(out.len, MIME_LINE_AIM + 2);
	text[MIME_LINE_AIM - strlen("Subject: ")] = 'x';
	text[MIME_LINE_AIM - strlen("Subject: ") + 1] = '\0';
	buf_clear(&out);
	mime_add_header(&out, "Subject", text);
	ck_assert_ptr_nonnull(strstr(out.data, "=?utf-8?B?"));
}
END_TEST

static const char *const phrases[][2] = {
	{ "Acme", "\"Acme\"" },
	{ "Acme, Inc. (\"us\") <x@y>", "\"Acme, Inc. (\\\"us\\\") <x@y>\"" },
	{ "back\\slash", "\"back\\\\slash\"" },
	{ "B\xC3\xBCro", "=?utf-8?B?QsO8cm8=?=" },
};

START_TEST(test_phrase)
{
	mime_add_phrase(&out, strlen("From: "), phrases[_i][0]);
	ck_assert_str_is(buf_str(&out), phrases[_i][1]);
}
END_TEST

static const struct {
	int64_t seconds;
	const char *text;
} dates[] = {
	{ 0, "Thu, 1 Jan 1970 00:00:00 +0000" },
	{ 951782399, "Mon, 28 Feb 2000 23:59:59 +0000" },
	{ 951782400, "Tue, 29 Feb 2000 00:00:00 +0000" },
	{ 1769868300, "Sat, 31 Jan 2026 14:05:00 +0000" },
	{ 4102444800, "Fri, 1 Jan 2100 00:00:00 +0000" },
};

START_TEST(test_date)
{
	mime_add_date(&out, dates[_i].seconds);
	ck_assert_str_is(buf_str(&out), dates[_i].text);
}
END_TEST

/* ---- bodies ---- */

static const struct {
	const char *text, *encoding, *body;
} bodies[] = {
	{ "", "7bit", "" },
	{ "Hello\n", "7bit", "Hello\r\n" },
	{ "no newline", "7bit", "no newline\r\n" },
	{ "a = b\n\n.\n", "7bit", "a = b\r\n\r\n.\r\n" },
	{ "f\xC3\xBCr = x\n", "quoted-printable", "f=C3=BCr =3D x\r\n" },
	{ "\xC3\xBC \n\xC3\xBC\t\n", "quoted-printable",
	  "=C3=BC=20\r\n=C3=BC=09\r\n" },
	{ "cr\rlf\n", "quoted-printable", "cr=0Dlf\r\n" },
	{ "delete\x7f\n", "quoted-printable", "delete=7F\r\n" },
	/* Our boundary cannot be feigned: '=' is encoded. */
	{ "--=_part\n", "quoted-printable", "--=3D_part\r\n" },
};

START_TEST(test_body)
{
	char expected[200];

	snprintf(expected, sizeof(expected),
		 "Content-Transfer-Encoding: %s\r\n\r\n%s", bodies[_i].encoding,
		 bodies[_i].body);
	mime_add_body(&out, str_of(bodies[_i].text), "=_part");
	ck_assert_str_is(buf_str(&out), expected);
}
END_TEST

static int hex_digit(char c)
{
	const char *digits = "0123456789ABCDEF";
	const char *at = memchr(digits, c, 16);

	ck_assert_ptr_nonnull(at);
	return (int)(at - digits);
}

/* Quoted-printable as RFC 2045, 6.7 reads it; checks the lines on the way. */
static size_t decode_quoted(struct str body, char *text)
{
	size_t len = 0;

	while (body.len > 0) {
		struct str line;
		bool soft = false;

		ck_assert(str_cut(body, '\n', &line, &body));
		ck_assert_int_eq(line.data[--line.len], '\r');
		ck_assert_uint_le(line.len, 76);
		for (size_t i = 0; i < line.len; i++) {
			char c = line.data[i];
			ck_assert(c >= ' ' && c <= '~');
			if (c == '=' && i + 1 == line.len) {
				soft = true;
			} else if (c == '=') {
				ck_assert_uint_lt(i + 2, line.len);
				c = (char)(hex_digit(line.data[i + 1]) * 16 +
					   hex_digit(line.data[i + 2]));
				text[len++] = c;
				i += 2;
			} else {
				ck_assert(c != ' ' || i + 1 < line.len);
				text[len++] = c;
			}
		}
		if (!soft)
			text[len++] = '\n';
	}
	return len;
}

/* Lines of every length, of every byte but LF. */
START_TEST(test_quoted_roundtrip)
{
	static char text[40000], back[40100];
	const char *body;
	size_t len = 0, back_len;

	text[len++] = (char)0xFF; /* nothing that could stay as it is */
	for (int line = 0; line < 240; line++) {
		for (int i = 0; i < line; i++) {
			char c = (char)(i * 7 + line * 13 + _i);
			text[len++] = c == '\n' ? ' ' : c;
		}
		text[len++] = '\n';
	}
	mime_add_body(&out, (struct str){ text, len }, "=_part");
	body = strstr(out.data, "\r\n\r\n") + 4;
	back_len = decode_quoted(str_of(body), back);
	ck_assert_uint_eq(back_len, len);
	ck_assert_mem_eq(back, text, len);
}
END_TEST

START_TEST(test_longest_plain_line)
{
	char text[MIME_LINE_MAX + 2];

	memset(text, 'x', sizeof(text));
	mime_add_body(&out, (struct str){ text, MIME_LINE_MAX }, "=_part");
	ck_assert_ptr_nonnull(strstr(out.data, "7bit"));
	buf_clear(&out);
	mime_add_body(&out, (struct str){ text, MIME_LINE_MAX + 1 }, "=_part");
	ck_assert_ptr_nonnull(strstr(out.data, "quoted-printable"));
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, test_clean, 0, COUNT_OF(dirty));
	tcase_add_test(tests, test_plain_header);
	tcase_add_test(tests, test_encoded_header);
	tcase_add_test(tests, test_feigned_word);
	tcase_add_loop_test(tests, test_long_header, 0, 5);
	tcase_add_test(tests, test_longest_plain_header);
	tcase_add_loop_test(tests, test_phrase, 0, COUNT_OF(phrases));
	tcase_add_loop_test(tests, test_date, 0, COUNT_OF(dates));
	tcase_add_loop_test(tests, test_body, 0, COUNT_OF(bodies));
	tcase_add_loop_test(tests, test_quoted_roundtrip, 0, 8);
	tcase_add_test(tests, test_longest_plain_line);
}

int main(void)
{
	return unit_run("mime", add);
}
