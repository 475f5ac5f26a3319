/*
 * t_alloc.c: every allocation of the bottom layers fails once, and each
 * failure is said as the headers promise, with nothing left behind.
 *
 * Asserting allocates. So each round keeps what came out, and asserts after
 * alloc_failed() was asked.
 */
#include "base/base.h"
#include "unit.h"

#include "alloc.h"
#include "base/buf.h"
#include "base/encode.h"
#include "base/fail.h"
#include "base/jw.h"
#include "base/random.h"
#include "core/email.h"
#include "core/id.h"
#include "core/invite.h"
#include "core/token.h"

#define MIB ((size_t)1 << 20)

/* Of a round that ends: it has failed where an allocation has, only then. */
#define CHECK_ROUND(ok)                                              \
	do {                                                         \
		bool round_failed = alloc_failed(), round_ok = (ok); \
		rounds += round_failed;                              \
		ck_assert_msg(round_ok == !round_failed,             \
			      "allocation %ld: said %s", n,          \
			      round_ok ? "success" : "failure");     \
	} while (0)

START_TEST(test_arena)
{
	int rounds = 0;

	for (long n = 1; alloc_more(n); n++) {
		struct arena arena;
		bool ok;
		arena_init(&arena, MIB);
		ok = arena_alloc(&arena, 3000) && arena_alloc(&arena, 3000) &&
		     arena_array(&arena, 1000, 8) &&
		     arena_str(&arena, STR("text")) &&
		     arena_printf(&arena, "%5000s", "x");
		arena_release(&arena);
		CHECK_ROUND(ok);
	}
	ck_assert_int_ge(rounds, 3);
}
END_TEST

/* A failed buffer keeps what it had and refuses what comes. */
START_TEST(test_buf)
{
	int rounds = 0;

	for (long n = 1; alloc_more(n); n++) {
		struct buf buf;
		bool ok;
		size_t kept;
		buf_init(&buf, MIB);
		for (int i = 0; i < 5000; i++)
			buf_add_char(&buf, 'x');
		buf_addf(&buf, "%9000s", "y");
		base64_add(&buf, STR("some bytes"));
		html_add(&buf, STR("<>"));
		ok = buf_ok(&buf);
		kept = buf.len;
		buf_add_text(&buf, "more");
		ok = ok && buf.len == kept + 4;
		if (!buf_ok(&buf) && buf.len != kept)
			ok = !ok;
		buf_release(&buf);
		CHECK_ROUND(ok);
	}
	ck_assert_int_ge(rounds, 5);
}
END_TEST

START_TEST(test_jw)
{
	int rounds = 0;

	for (long n = 1; alloc_more(n); n++) {
		struct buf buf;
		struct jw jw;
		bool ok;
		buf_init(&buf, MIB);
		jw_init(&jw, &buf);
		jw_array(&jw);
		for (int i = 0; i < 300; i++) {
			jw_object(&jw);
			jw_key(&jw, "name");
			jw_text(&jw, "a<b\n");
			jw_key(&jw, "plain");
			jw_text(&jw, "plain");
			jw_key(&jw, "n");
			jw_i64(&jw, i);
			jw_end_object(&jw);
		}
		jw_end_array(&jw);
		ok = buf_ok(&buf);
		buf_release(&buf);
		CHECK_ROUND(ok);
	}
	ck_assert_int_ge(rounds, 5);
}
END_TEST

/* Plain; folded; with an A-label; all of it; one that grows much. */
static const struct {
	const char *typed, *key;
} addresses[] = {
	{ "Ada@example.com", "ada@example.com" },
	{ "J\xC3\x96RG@example.com", "j\xC3\xB6rg@example.com" },
	{ "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example" },
	{ "\xC4\xB0@B\xC3\x9C"
	  "CHER.example",
	  "i\xCC\x87@xn--bcher-kva.example" },
	{ "\xC4\xB0\xC4\xB0\xC4\xB0\xC4\xB0@example.com",
	  "i\xCC\x87i\xCC\x87i\xCC\x87i\xCC\x87@example.com" },
};

/*
 * A library may do without an allocation (one that would have given memory
 * back). So a round may succeed, with the right key, or be out of memory; what
 * it may not is blame the address.
 */
START_TEST(test_email)
{
	int rounds = 0;

	for (long n = 1; alloc_more(n); n++) {
		struct arena arena;
		struct email email = { "untouched", "" };
		const char *reason;
		bool same, untouched, refused;
		arena_init(&arena, MIB);
		reason =
		    email_parse(&arena, str_of(addresses[_i].typed), &email);
		same = strcmp(email.key, addresses[_i].key) == 0;
		untouched = strcmp(email.typed, "untouched") == 0;
		arena_release(&arena);
		refused = alloc_failed();
		rounds += refused;
		if (reason)
			ck_assert(refused && untouched &&
				  reason == EMAIL_OUT_OF_MEMORY);
		else
			ck_assert(same);
	}
	ck_assert_int_ge(rounds, 1);
}
END_TEST

START_TEST(test_grants)
{
	struct grant list[GRANTS_MAX] = { 0 };
	int rounds = 0;

	for (int i = 0; i < GRANTS_MAX; i++)
		list[i].project = i + 1;
	for (long n = 1; alloc_more(n); n++) {
		struct arena arena;
		struct grants back = { NULL, 0 };
		const char *text;
		bool ok;
		arena_init(&arena, MIB);
		text =
		    grants_format(&arena, (struct grants){ list, GRANTS_MAX });
		ok = text && grants_parse(&arena, str_of(text), &back) == 0 &&
		     back.count == GRANTS_MAX &&
		     arena_alloc(&arena, 4000) != NULL;
		arena_release(&arena);
		CHECK_ROUND(ok);
	}
	ck_assert_int_ge(rounds, 3);
}
END_TEST

START_TEST(test_token_link)
{
	struct token token = { .invite = 1 };
	int rounds = 0;

	for (long n = 1; alloc_more(n); n++) {
		struct arena arena;
		bool ok;
		arena_init(&arena, MIB);
		ok = token_link(&arena, "https://a.example", &token) != NULL;
		arena_release(&arena);
		CHECK_ROUND(ok);
	}
	ck_assert_int_eq(rounds, 1);
}
END_TEST

/* What a request does most often asks for no memory at all. */
START_TEST(test_what_allocates_nothing)
{
	char first[1000], text[TOKEN_TEXT_SIZE];
	uint8_t hash[SHA256_SIZE] = { 0 };
	struct arena arena;
	struct email email;
	struct token token = { .invite = 1 };
	struct fail fail;
	bool ok;
	long count;

	random_u64();
	arena_init_with(&arena, first, sizeof(first), sizeof(first));
	ok = alloc_more(1) &&
	     !email_parse(&arena, STR("Ada@Example.com"), &email);
	token_format(&token, text);
	ok = ok && token_find(str_of(text), &token);
	secret_hash(token.secret, hash);
	ok = ok && hash63(hash, STR("ada@example.com")) >= 0;
	fail_set(&fail, "could not: %s", email.key);
	fail_errno(&fail, 2, "could not: %s", fail.message);
	random_u64();
	random_bytes(text, sizeof(text));
	count = alloc_count();
	ck_assert(!alloc_failed());
	ck_assert(ok);
	ck_assert_int_eq(count, 0);
	ck_assert_ptr_null(arena.blocks);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_arena);
	tcase_add_test(tests, test_buf);
	tcase_add_test(tests, test_jw);
	tcase_add_loop_test(tests, test_email, 0, COUNT_OF(addresses));
	tcase_add_test(tests, test_grants);
	tcase_add_test(tests, test_token_link);
	tcase_add_test(tests, test_what_allocates_nothing);
}

int main(void)
{
	return unit_run("alloc", add);
}
