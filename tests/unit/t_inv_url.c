/*
 * t_inv_url.c: paths, and which base URLs libinv takes.
 */
#include "base/base.h"
#include "unit.h"

#include "client.h"

static const char *path_of(struct buf *out, const char *path, const char *a,
			   const char *b)
{
	const char *ids[] = { a, b };
	static struct inv_error err;

	buf_clear(out);
	if (path_add(out, path, ids, &err))
		return err.message;
	return out->data ? out->data : "";
}

START_TEST(ids_are_one_segment)
{
	struct buf out;

	buf_init(&out, URL_MAX);
	ck_assert_str_eq(path_of(&out, "/a", NULL, NULL), "/a");
	ck_assert_str_eq(path_of(&out, "/a/{x}", "Az-._~09", NULL),
			 "/a/Az-._~09");
	ck_assert_str_eq(path_of(&out, "/a/{x}/b/{y}/c", "1/2", "\xc3\xa9?"),
			 "/a/1%2F2/b/%C3%A9%3F/c");
	ck_assert_str_eq(path_of(&out, "/{x}", "%{}", NULL), "/%25%7B%7D");
	ck_assert_str_eq(path_of(&out, "/{x}", "...", NULL), "/...");
	ck_assert_str_eq(path_of(&out, "/{user_id}", "", NULL),
			 "user_id must not be empty.");
	ck_assert_str_eq(path_of(&out, "/{x}/{y}", "1", NULL),
			 "y must not be empty.");
	ck_assert_str_eq(path_of(&out, "/{x}", "..", NULL),
			 "x cannot be \"..\".");
	buf_release(&out);
}
END_TEST

START_TEST(base_urls)
{
	static const char *const good[] = {
		"http://x",
		"https://x.y/v1/",
		"https://[::1]:8443/a/b",
		"http://127.0.0.1:1",
		"https://x/%7Ea",
	};
	static const char *const bad[] = {
		"",
		"x",
		"ftp://x",
		"HTTP://x",
		"http://",
		"http:///a",
		"http://:1",
		"http://a@b",
		"http://a?",
		"http://a#",
		"http://a b",
		"http://a\n",
		"http://a\\b",
		"http://a\x7f",
	};

	for (size_t i = 0; i < COUNT_OF(good); i++)
		ck_assert_msg(url_is_sane(good[i]), "%s", good[i]);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		ck_assert_msg(!url_is_sane(bad[i]), "%s", bad[i]);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, ids_are_one_segment);
	tcase_add_test(tests, base_urls);
}

int main(void)
{
	return unit_run("inv_url", add);
}
