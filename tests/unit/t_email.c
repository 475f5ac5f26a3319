/*
 * t_email.c: which addresses are accepted, which are the same, and why the
 * others are refused.
 *
 * The file under test is included: for its reasons, and to compare the short
 * way of plain ASCII with the way through the libraries.
 */
#include "base/base.h"
#include "unit.h"

#include "../../cli/address.h"
#include "core/email.c"

static struct arena arena;

static void start(void)
{
	arena_init(&arena, 1 << 20);
}

static void end(void)
{
	arena_release(&arena);
}

static const struct {
	const char *typed, *key;
} accepted[] = {
	/* plain */
	{ "ada@example.com", "ada@example.com" },
	{ "a@b.co", "a@b.co" },
	{ "Ada.Lovelace@Example.COM", "ada.lovelace@example.com" },
	{ "ada+tag@example.com", "ada+tag@example.com" },
	{ "a.d.a@example.com", "a.d.a@example.com" },
	{ "!#$%&'*+-/=?^_`{|}~@example.com",
	  "!#$%&'*+-/=?^_`{|}~@example.com" },
	{ "AZaz09@09AZaz.com", "azaz09@09azaz.com" },
	{ "a@example.a9", "a@example.a9" },
	{ "a@example.0z", "a@example.0z" },
	{ "-@example.com", "-@example.com" },
	{ "123@456.com", "123@456.com" },
	{ "a@1.2.3.com", "a@1.2.3.com" },
	{ "a@x-y.example", "a@x-y.example" },
	{ "a@a--b.example", "a@a--b.example" },
	{ "a@abc--d.example", "a@abc--d.example" },
	{ "a@example.c0m", "a@example.c0m" },
	{ "root@localhost", "root@localhost" },
	{ "root@LocalHost", "root@localhost" },
	/* local parts beyond ASCII: NFC, then simple case folding */
	{ "J\xC3\x96RG@example.com", "j\xC3\xB6rg@example.com" },
	{ "jo\xCC\x88rg@example.com", "j\xC3\xB6rg@example.com" },
	{ "jO\xCC\x88rg@example.com", "j\xC3\xB6rg@example.com" },
	{ "stra\xC3\x9F"
	  "e@example.com",
	  "stra\xC3\x9F"
	  "e@example.com" },
	{ "STRASSE@example.com", "strasse@example.com" },
	{ "\xE1\xBA\x9E@example.com", "\xC3\x9F@example.com" },
	{ "\xEF\xAC\x81@example.com", "\xEF\xAC\x81@example.com" },
	{ "\xCE\x90@example.com", "\xCE\x90@example.com" },
	{ "\xCF\x83\xCF\x82@example.com", "\xCF\x83\xCF\x83@example.com" },
	{ "\xCE\xA3\xCE\xA3@example.com", "\xCF\x83\xCF\x83@example.com" },
	{ "\xE2\x84\xAA@example.com", "k@example.com" }, /* Kelvin's sign */
	{ "\xC4\xB0@example.com", "i\xCC\x87@example.com" },
	{ "I@example.com", "i@example.com" },
	{ "\xE7\x94\xB0\xE4\xB8\xAD@example.com",
	  "\xE7\x94\xB0\xE4\xB8\xAD@example.com" },
	{ "\xF0\x9F\x98\x80@example.com", "\xF0\x9F\x98\x80@example.com" },
	{ "\xEF\xBC\xA0@example.com", "\xEF\xBC\xA0@example.com" },
	/* domains */
	{ "a@b\xC3\xBC"
	  "cher.example",
	  "a@xn--bcher-kva.example" },
	{ "a@B\xC3\x9C"
	  "CHER.Example",
	  "a@xn--bcher-kva.example" },
	{ "a@bu\xCC\x88"
	  "cher.example",
	  "a@xn--bcher-kva.example" },
	{ "a@xn--bcher-kva.example", "a@xn--bcher-kva.example" },
	{ "a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example" },
	{ "a@stra\xC3\x9F"
	  "e.example",
	  "a@xn--strae-oqa.example" },
	{ "a@\xE4\xBE\x8B\xE3\x81\x88.\xE3\x83\x86\xE3\x82\xB9\xE3\x83\x88",
	  "a@xn--r8jz45g.xn--zckzah" },
	{ "a@example\xE3\x80\x82"
	  "com",
	  "a@example.com" }, /* a full stop as typed in Japan */
	{ "a@\xD7\x90\xD7\x91.example", "a@xn--4dbc.example" },
	{ "j\xC3\xB6rg@b\xC3\xBC"
	  "cher.example",
	  "j\xC3\xB6rg@xn--bcher-kva.example" },
};

START_TEST(test_accepted)
{
	struct email email, again;
	const char *reason =
	    email_parse(&arena, str_of(accepted[_i].typed), &email);

	ck_assert_msg(!reason, "%s: %s", accepted[_i].typed, reason);
	ck_assert_str_eq(email.typed, accepted[_i].typed);
	ck_assert_str_eq(email.key, accepted[_i].key);
	ck_assert_ptr_null(email_parse(&arena, str_of(email.key), &again));
	ck_assert_str_eq(again.key, email.key);
}
END_TEST

static const struct {
	const char *typed, *reason;
} refused[] = {
	{ "", EMPTY },
	/* the @ */
	{ "ada", NO_AT },
	{ "ada.example.com", NO_AT },
	{ "@", DOMAIN_EMPTY },
	{ "@example.com", LOCAL_EMPTY },
	{ "ada@", DOMAIN_EMPTY },
	{ "ada@@example.com", MANY_AT },
	{ "ada@b@example.com", MANY_AT },
	{ "@ada@example.com", MANY_AT },
	{ "ada@example.com@", MANY_AT },
	/* characters anywhere */
	{ " ada@example.com", HAS_SPACE },
	{ "ada@example.com ", HAS_SPACE },
	{ "ada @example.com", HAS_SPACE },
	{ "ada@ example.com", HAS_SPACE },
	{ "a da@example.com", HAS_SPACE },
	{ "ada\xC2\xA0@example.com", HAS_SPACE },
	{ "ada\xE3\x80\x80@example.com", HAS_SPACE },
	{ "ada\xE2\x80\xA8@example.com", HAS_SPACE },
	{ "ada@exam\xE2\x80\x83ple.com", HAS_SPACE },
	{ "ada\t@example.com", HAS_CONTROL },
	{ "ada@example.com\n", HAS_CONTROL },
	{ "ada@example.com\r\nBcc: b@example.com", HAS_CONTROL },
	{ "ada@example\x7F.com", HAS_CONTROL },
	{ "ada\xC2\x85@example.com", HAS_CONTROL },
	{ "ada\xFF@example.com", NOT_UTF8 },
	{ "ada@example\xC3.com", NOT_UTF8 },
	{ "ad\xC0\xA1@example.com", NOT_UTF8 },
	{ "ad\xED\xA0\x80@example.com", NOT_UTF8 },
	{ "ada\xE2\x80\x8B@example.com", HAS_INVISIBLE }, /* U+200B */
	{ "ada\xE2\x80\x8C@example.com", HAS_INVISIBLE },
	{ "ada\xE2\x80\x8D@example.com", HAS_INVISIBLE },
	{ "ada\xE2\x80\x8E@example.com", HAS_INVISIBLE },
	{ "ada\xE2\x80\x8F@example.com", HAS_INVISIBLE },
	{ "ada\xE2\x80\xAA@example.com", HAS_INVISIBLE }, /* U+202A */
	{ "ada\xE2\x80\xAE@example.com", HAS_INVISIBLE }, /* U+202E */
	{ "ada\xE2\x81\xA0@example.com", HAS_INVISIBLE }, /* U+2060 */
	{ "ada\xE2\x81\xA6@example.com", HAS_INVISIBLE }, /* U+2066 */
	{ "ada\xE2\x81\xAF@example.com", HAS_INVISIBLE }, /* U+206F */
	{ "\xEF\xBB\xBF"
	  "ada@example.com",
	  HAS_INVISIBLE }, /* U+FEFF */
	{ "ad\xC2\xAD"
	  "a@example.com",
	  HAS_INVISIBLE },				  /* soft hyphen */
	{ "ada\xE3\x85\xA4@example.com", HAS_INVISIBLE }, /* Hangul filler */
	{ "ada\xEF\xB8\x8F@example.com", HAS_INVISIBLE }, /* U+FE0F */
	{ "ada\xF3\xA0\x81\xA1@example.com", HAS_INVISIBLE }, /* a tag */
	{ "ada\xEF\xBF\xBF@example.com", HAS_INVISIBLE },     /* U+FFFF */
	{ "ada\xEF\xB7\x90@example.com", HAS_INVISIBLE },     /* U+FDD0 */
	{ "ada\xCD\xB8@example.com", HAS_INVISIBLE },	      /* U+0378 */
	{ "ada\xEE\x80\x80@example.com", HAS_INVISIBLE },     /* private */
	{ "ada@exam\xC2\xADple.com", HAS_INVISIBLE },
	{ "ada@exam\xE2\x80\x8Bple.com", HAS_INVISIBLE },
	/* the local part */
	{ ".ada@example.com", LOCAL_DOTS },
	{ "ada.@example.com", LOCAL_DOTS },
	{ "a..da@example.com", LOCAL_DOTS },
	{ ".@example.com", LOCAL_DOTS },
	{ "\"ada\"@example.com", LOCAL_QUOTED },
	{ "\"a da\"@example.com", LOCAL_QUOTED },
	{ "\"a@da\"@example.com", LOCAL_QUOTED },
	{ "\"Ada\" <ada@example.com>", LOCAL_QUOTED },
	{ "a\"d\"a@example.com", LOCAL_CHARACTER },
	{ "a\\da@example.com", LOCAL_CHARACTER },
	{ "<ada@example.com>", LOCAL_CHARACTER },
	{ "Ada <ada@example.com>", HAS_SPACE },
	{ "ada(a comment)@example.com", HAS_SPACE },
	{ "ada(comment)@example.com", LOCAL_CHARACTER },
	{ "a,b@example.com", LOCAL_CHARACTER },
	{ "a;b@example.com", LOCAL_CHARACTER },
	{ "mailto:ada@example.com", LOCAL_CHARACTER },
	{ "a[b]@example.com", LOCAL_CHARACTER },
	{ "ada\xCD\xBE@example.com", LOCAL_CHARACTER }, /* U+037E becomes ; */
	/* the domain */
	{ "ada@example", DOMAIN_SINGLE },
	{ "ada@localhos", DOMAIN_SINGLE },
	{ "ada@.example.com", DOMAIN_DOTS },
	{ "ada@example.com.", DOMAIN_DOTS },
	{ "ada@example..com", DOMAIN_DOTS },
	{ "ada@.", DOMAIN_DOTS },
	{ "ada@localhost.", DOMAIN_DOTS },
	{ "ada@-example.com", DOMAIN_HYPHENS },
	{ "ada@example-.com", DOMAIN_HYPHENS },
	{ "ada@example.-com", DOMAIN_HYPHENS },
	{ "ada@example.com-", DOMAIN_HYPHENS },
	{ "ada@-.com", DOMAIN_HYPHENS },
	{ "ada@ab--cd.com", DOMAIN_HYPHENS },
	{ "ada@under_score.com", DOMAIN_CHARACTER },
	{ "ada@example.com/x", DOMAIN_CHARACTER },
	{ "ada@exa+mple.com", DOMAIN_CHARACTER },
	{ "ada@example.com:25", DOMAIN_CHARACTER },
	{ "ada@example.com>", DOMAIN_CHARACTER },
	{ "ada@example.com(x)", DOMAIN_CHARACTER },
	{ "ada@exam\"ple.com", DOMAIN_CHARACTER },
	{ "ada@example.com,b", DOMAIN_CHARACTER },
	{ "ada@[127.0.0.1]", DOMAIN_LITERAL },
	{ "ada@[IPv6:::1]", DOMAIN_LITERAL },
	{ "ada@127.0.0.1", DOMAIN_NUMERIC },
	{ "ada@example.123", DOMAIN_NUMERIC },
	{ "ada@1", DOMAIN_NUMERIC },
	{ "ada@example.09", DOMAIN_NUMERIC },
	{ "ada@example.9", DOMAIN_NUMERIC },
	{ "ada@xn--zz.com", DOMAIN_INTERNATIONAL },
	{ "ada@xn--a.com", DOMAIN_INTERNATIONAL },
	{ "ada@xn--a-.com", DOMAIN_HYPHENS },
	{ "ada@xn--.com", DOMAIN_HYPHENS },
	{ "ada@\xE2\x98\x83.net", DOMAIN_INTERNATIONAL }, /* a snowman */
	{ "ada@\xE2\x84\x80.com", DOMAIN_CHARACTER },	  /* would be a/c */
	{ "ada@\xEF\xBC\xA0.com", DOMAIN_CHARACTER },	  /* would be @ */
	{ "ada@b\xC3\xBC_x.de", DOMAIN_CHARACTER },
	{ "ada@b\xC3\xBC\xEF\xBC\xBFx.de", DOMAIN_CHARACTER },
	{ "ada@b\xC3\xBC..de", DOMAIN_DOTS },
	{ "ada@b\xC3\xBC.de.", DOMAIN_DOTS },
	{ "ada@b\xC3\xBC.de\xE3\x80\x82", DOMAIN_DOTS },
	{ "ada@b\xC3\xBC", DOMAIN_SINGLE },
	{ "ada@b\xC3\xBC.\xEF\xBC\x91", DOMAIN_NUMERIC }, /* a wide 1 */
	{ "ada@-b\xC3\xBC.de", DOMAIN_HYPHENS },
	{ "ada@b\xC3\xBC-.de", DOMAIN_HYPHENS },
	{ "ada@\xCC\x88.de", DOMAIN_INTERNATIONAL }, /* begins with a mark */
};

START_TEST(test_refused)
{
	struct email email = { "untouched", NULL };
	const char *reason =
	    email_parse(&arena, str_of(refused[_i].typed), &email);

	ck_assert_msg(reason, "%s is accepted", refused[_i].typed);
	ck_assert_msg(reason == refused[_i].reason, "%s: %s", refused[_i].typed,
		      reason);
	ck_assert_str_eq(email.typed, "untouched");
}
END_TEST

/* The command line judges a file before it asks anybody: of ASCII as we do. */
START_TEST(test_the_command_line_refuses_the_same)
{
	for (size_t i = 0; i < COUNT_OF(accepted); i++)
		ck_assert_msg(!address_problem(accepted[i].typed), "%s: %s",
			      accepted[i].typed,
			      address_problem(accepted[i].typed));
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		const char *typed = refused[i].typed;

		if (str_is_ascii(str_of(typed)) &&
		    refused[i].reason != DOMAIN_INTERNATIONAL)
			ck_assert_msg(address_problem(typed), "%s passes",
				      typed);
	}
}
END_TEST

START_TEST(test_nul)
{
	struct email email;

	ck_assert_ptr_eq(email_parse(&arena, STR("ada@example.com\0"), &email),
			 HAS_CONTROL);
	ck_assert_ptr_eq(email_parse(&arena, STR("a\0@example.com"), &email),
			 HAS_CONTROL);
	ck_assert_ptr_eq(email_parse(&arena, (struct str){ NULL, 0 }, &email),
			 EMPTY);
}
END_TEST

/* `count` times `unit`, then `tail`. */
static struct str repeated(const char *unit, size_t count, const char *tail)
{
	static char text[2000];
	size_t len = strlen(unit), at = 0;

	for (; count > 0; count--, at += len)
		memcpy(text + at, unit, len);
	memcpy(text + at, tail, strlen(tail));
	return (struct str){ text, at + strlen(tail) };
}

/* Parts with these numbers of characters, as an address at "a@". */
static struct str with_labels(const size_t *lens)
{
	static char text[2000];
	size_t at = 0;

	text[at++] = 'a';
	for (text[at++] = '@'; *lens; lens++) {
		memset(text + at, 'b', *lens);
		at += *lens;
		text[at++] = '.';
	}
	return (struct str){ text, at - 1 };
}

START_TEST(test_lengths)
{
	struct email email;

	ck_assert_ptr_null(
	    email_parse(&arena, repeated("a", 64, "@example.com"), &email));
	ck_assert_ptr_eq(
	    email_parse(&arena, repeated("a", 65, "@example.com"), &email),
	    LOCAL_LONG);
	ck_assert_ptr_null(
	    email_parse(&arena, with_labels((size_t[]){ 63, 3, 0 }), &email));
	ck_assert_ptr_eq(
	    email_parse(&arena, with_labels((size_t[]){ 64, 3, 0 }), &email),
	    LABEL_LONG);
	ck_assert_ptr_null(email_parse(
	    &arena, with_labels((size_t[]){ 63, 63, 63, 60, 0 }), &email));
	ck_assert_uint_eq(strlen(email.key), EMAIL_MAX);
	ck_assert_ptr_eq(
	    email_parse(&arena, with_labels((size_t[]){ 63, 63, 63, 61, 0 }),
			&email),
	    TOO_LONG);
	ck_assert_ptr_eq(
	    email_parse(&arena, repeated("a", 1500, "@b.c"), &email), TOO_LONG);
}
END_TEST

/* U+0130 has two octets and three when folded. */
START_TEST(test_a_local_part_may_outgrow_its_length)
{
	struct email email;

	ck_assert_ptr_null(email_parse(
	    &arena, repeated("\xC4\xB0", 21, "@example.com"), &email));
	ck_assert_uint_eq(strlen(email.key), 63 + 12);
	ck_assert_ptr_eq(email_parse(&arena,
				     repeated("\xC4\xB0", 22, "@example.com"),
				     &email),
			 LOCAL_LONG);
	ck_assert_ptr_eq(email_parse(&arena,
				     repeated("\xC4\xB0", 32, "@example.com"),
				     &email),
			 LOCAL_LONG);
	/* U+0390: one that becomes three characters and composes again */
	ck_assert_ptr_null(email_parse(
	    &arena, repeated("\xCE\x90", 32, "@example.com"), &email));
}
END_TEST

/* A domain of 250 octets may be more as A-labels. */
START_TEST(test_a_domain_may_outgrow_its_length)
{
	struct email email;
	struct str raw = repeated("\xC3\xBC"
				  "a.",
				  60, "example");
	char text[300];

	ck_assert_uint_lt(raw.len + 2, EMAIL_MAX);
	memcpy(text, "a@", 2);
	memcpy(text + 2, raw.data, raw.len);
	ck_assert_ptr_eq(
	    email_parse(&arena, (struct str){ text, raw.len + 2 }, &email),
	    TOO_LONG);
	/* One label that is short enough as typed, and not as it is sent. */
	raw = repeated("\xC3\xBC", 60, ".example");
	memcpy(text + 2, raw.data, raw.len);
	ck_assert_ptr_eq(
	    email_parse(&arena, (struct str){ text, raw.len + 2 }, &email),
	    LABEL_LONG);
}
END_TEST

START_TEST(test_a_whole_address_may_outgrow_its_length)
{
	static const size_t lens[] = { 63, 63, 60, 0 };
	struct email email;
	struct str domain = with_labels(lens);
	char text[EMAIL_MAX];
	size_t len = 0;

	/* 60 octets that fold to 60 + ..., 254 in all as typed. */
	for (; len < 42; len += 2)
		memcpy(text + len, "\xC4\xB0", 2);
	for (; len < 254 - (domain.len - 1); len++)
		text[len] = 'a';
	ck_assert_uint_gt(len, 42);
	memcpy(text + len, domain.data + 1, domain.len - 1);
	ck_assert_ptr_eq(email_parse(&arena, (struct str){ text, 254 }, &email),
			 LOCAL_LONG);
	/* Within the local part's length, but not the address's. */
	len = 0;
	for (; len < 10; len += 2)
		memcpy(text + len, "\xC4\xB0", 2);
	domain = with_labels((size_t[]){ 63, 63, 63, 51, 0 });
	memcpy(text + len, domain.data + 1, domain.len - 1);
	len += domain.len - 1;
	ck_assert_uint_le(len, EMAIL_MAX);
	ck_assert_uint_gt(len + 5, EMAIL_MAX);
	ck_assert_ptr_eq(email_parse(&arena, (struct str){ text, len }, &email),
			 TOO_LONG);
}
END_TEST

START_TEST(test_small_arena)
{
	struct email email;
	struct str raw = STR("ada@example.com");

	for (size_t max = 0; max < 32; max++) {
		arena_init(&arena, max);
		ck_assert_ptr_eq(email_parse(&arena, raw, &email),
				 EMAIL_OUT_OF_MEMORY);
		arena_release(&arena);
	}
	arena_init(&arena, 32);
	ck_assert_ptr_null(email_parse(&arena, raw, &email));
}
END_TEST

static bool same_key(const struct key *a, const struct key *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

/* Plain ASCII gets the same key both ways, or none. */
static void check_both_ways(struct str local, struct str domain)
{
	struct key fast = { .len = 0 }, slow = { .len = 0 };
	bool ok;

	if (!check_local(local) &&
	    (fold_local(local, &fast) || fold_unicode_local(local, &slow) ||
	     !same_key(&fast, &slow)))
		ck_abort_msg("%.*s differs", STR_ARG(local));
	fast.len = slow.len = 0;
	ok = !fold_domain(domain, &fast);
	if (ok != !fold_unicode_domain(domain, &slow))
		ck_abort_msg("%.*s is accepted one way only", STR_ARG(domain));
	if (ok && !same_key(&fast, &slow))
		ck_abort_msg("%.*s differs", STR_ARG(domain));
}

START_TEST(test_both_ways_byte_by_byte)
{
	static const char form[] = "aB.c-1.Xy9";

	for (size_t at = 0; at < sizeof(form) - 1; at++) {
		for (int c = 1; c < 128; c++) {
			char text[sizeof(form)];
			struct str s = { text, sizeof(form) - 1 };
			memcpy(text, form, sizeof(form));
			text[at] = (char)c;
			check_both_ways(s, s);
		}
	}
}
END_TEST

/* Random texts out of what makes the difference. */
START_TEST(test_both_ways_at_random)
{
	static const char alphabet[] = "abzAZ019--..xn+_";
	uint64_t state = 12345;

	for (int i = 0; i < 50000; i++) {
		char text[24];
		struct str s = { text, 1 };
		for (size_t at = 0; at < sizeof(text); at++) {
			state =
			    state * 6364136223846793005u + 1442695040888963407u;
			text[at] =
			    alphabet[state >> 33 & (sizeof(alphabet) - 2)];
		}
		s.len += state >> 40 & 15;
		check_both_ways(s, s);
	}
}
END_TEST

START_TEST(test_both_ways_at_the_lengths)
{
	for (size_t len = 1; len <= 70; len++) {
		size_t lens[] = { len, 5, 0 };
		struct str domain = with_labels(lens);
		check_both_ways(
		    STR("a"), (struct str){ domain.data + 2, domain.len - 2 });
	}
}
END_TEST

/* Where `raw` is an address, so is its key, with itself as key. */
static bool is_fixed_point(struct str raw)
{
	struct email email, again;
	bool fixed;

	start();
	fixed = email_parse(&arena, raw, &email) ||
		(!email_parse(&arena, str_of(email.key), &again) &&
		 strcmp(email.key, again.key) == 0);
	end();
	return fixed;
}

/* What stands before, between and behind two of the same character. */
static const char *const places[][3] = {
	{ "", "", "@example.com" },
	{ "a", "b", "c@example.com" },
	{ "\xCD\x85", "\xCC\x88", "@example.com" },
	{ "x@", "", ".example" },
	{ "x@a", "b", "c.example" },
};

/* A sample of all code points. */
START_TEST(test_keys_are_fixed_points)
{
	const char *const *place = places[_i];

	for (ucs4_t c = 0x80; c < 0x110000; c += 47) {
		uint8_t text[8] = { 0 };
		char raw[100];
		if (u8_uctomb(text, c, sizeof(text)) < 0)
			continue;
		snprintf(raw, sizeof(raw), "%s%s%s%s%s", place[0], text,
			 place[1], text, place[2]);
		if (!is_fixed_point(str_of(raw)))
			ck_abort_msg("the key of %s moves", raw);
	}
}
END_TEST

START_TEST(test_reasons_are_clauses)
{
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		const char *reason = refused[i].reason;
		size_t len = strlen(reason);
		ck_assert_uint_lt(len, 80);
		ck_assert(reason[0] >= 'a' && reason[0] <= 'z');
		ck_assert(reason[len - 1] != '.');
	}
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_loop_test(tests, test_accepted, 0, COUNT_OF(accepted));
	tcase_add_loop_test(tests, test_refused, 0, COUNT_OF(refused));
	tcase_add_test(tests, test_the_command_line_refuses_the_same);
	tcase_add_test(tests, test_nul);
	tcase_add_test(tests, test_lengths);
	tcase_add_test(tests, test_a_local_part_may_outgrow_its_length);
	tcase_add_test(tests, test_a_domain_may_outgrow_its_length);
	tcase_add_test(tests, test_a_whole_address_may_outgrow_its_length);
	tcase_add_test(tests, test_small_arena);
	tcase_add_test(tests, test_both_ways_byte_by_byte);
	tcase_add_test(tests, test_both_ways_at_random);
	tcase_add_test(tests, test_both_ways_at_the_lengths);
	tcase_add_loop_test(tests, test_keys_are_fixed_points, 0,
			    COUNT_OF(places));
	tcase_add_test(tests, test_reasons_are_clauses);
}

int main(void)
{
	return unit_run("email", add);
}
