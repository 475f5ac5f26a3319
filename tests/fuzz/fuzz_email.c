/*
 * fuzz_email.c: any bytes as an e-mail address.
 *
 * A key is a fixed point: it is an address itself, with itself as key. Case
 * makes no difference. What is plain ASCII gets the same answer by the short
 * way and by the libraries', for which the file under test is included. And the
 * command line, which judges without libraries, refuses nothing else, and of
 * plain ASCII the same.
 */
#include "base/base.h"
#include "core/email.c"

#include "address.h"
#include "fuzz.h"

/* Whether `key` is what a key should be, whatever it was made of. */
static void check_form(const char *key)
{
	struct str local, domain;

	require(strlen(key) <= EMAIL_MAX);
	require(str_cut(str_of(key), '@', &local, &domain));
	require(local.len > 0 && local.len <= EMAIL_LOCAL_MAX);
	require(str_is_utf8(local) && !str_has_control(local));
	require(domain.len > 0);
	for (size_t i = 0; i < domain.len; i++)
		require((domain.data[i] >= 'a' && domain.data[i] <= 'z') ||
			(domain.data[i] >= '0' && domain.data[i] <= '9') ||
			domain.data[i] == '-' || domain.data[i] == '.');
}

static void check_same_key(struct arena *arena, struct str raw, const char *key)
{
	struct email email;

	require(!email_parse(arena, raw, &email));
	require(strcmp(email.key, key) == 0);
}

/* Upper case and lower case of ASCII: the same person. */
static void check_case(struct arena *arena, struct str raw, const char *key)
{
	char text[EMAIL_MAX];

	for (size_t i = 0; i < raw.len; i++)
		text[i] = raw.data[i] >= 'a' && raw.data[i] <= 'z'
			      ? (char)(raw.data[i] & ~0x20)
			      : raw.data[i];
	check_same_key(arena, (struct str){ text, raw.len }, key);
	lower_ascii(text, raw.len);
	check_same_key(arena, (struct str){ text, raw.len }, key);
}

/* Without a word about why: the two ways may see different things first. */
static void check_both_ways(struct str raw)
{
	struct key fast = { .len = 0 }, slow = { .len = 0 };
	struct str local, domain;
	bool accepted;

	if (raw.len == 0 || raw.len > EMAIL_MAX || !str_is_ascii(raw) ||
	    str_has_control(raw) || split(raw, &local, &domain))
		return;
	if (!check_local(local)) {
		require(!fold_local(local, &fast));
		require(!fold_unicode_local(local, &slow));
		require(fast.len == slow.len);
		require(memcmp(fast.text, slow.text, fast.len) == 0);
	}
	fast.len = slow.len = 0;
	accepted = !fold_domain(domain, &fast);
	require(accepted == !fold_unicode_domain(domain, &slow));
	if (accepted) {
		require(fast.len == slow.len);
		require(memcmp(fast.text, slow.text, fast.len) == 0);
	}
}

/* Labels of international domains it leaves to the server. */
static void check_command_line(struct str raw, bool accepted)
{
	char *text = strndup(raw.data, raw.len);
	bool passes;

	require(text);
	passes = !address_problem(text);
	if (accepted)
		require(passes);
	else if (passes && strlen(text) == raw.len)
		require(!str_is_ascii(raw) || strcasestr(text, "xn--"));
	free(text);
}

int fuzz_one(const uint8_t *data, size_t size)
{
	struct str raw = { (const char *)data, size };
	char first[4096];
	struct arena arena;
	struct email email;
	const char *reason;

	arena_init_with(&arena, first, sizeof(first), sizeof(first));
	reason = email_parse(&arena, raw, &email);
	if (reason) {
		require(reason != EMAIL_OUT_OF_MEMORY && *reason);
	} else {
		require(str_eq(str_of(email.typed), raw));
		check_form(email.key);
		check_same_key(&arena, str_of(email.key), email.key);
		check_case(&arena, raw, email.key);
	}
	check_both_ways(raw);
	check_command_line(raw, !reason);
	arena_release(&arena);
	return 0;
}
