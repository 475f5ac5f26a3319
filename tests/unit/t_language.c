/*
 * t_language.c: which of our languages somebody is spoken to in.
 */
#include "base/base.h"
#include "unit.h"

#include "core/language.h"
#include "core/when.h"

static const struct {
	const char *accept, *wanted;
} headers[] = {
	{ "", NULL },
	{ "de", "de" },
	{ "DE-at", "de" },
	{ "pt-BR, pt;q=0.9", NULL },
	{ "pt, de;q=0.5, fr;q=0.9", "fr" },
	{ "ja,en-US;q=0.7,en;q=0.3", "ja" },
	{ "en;q=0, de;q=0.001", "de" },
	{ "de;q=0.000", NULL },
	{ "*", NULL },
	{ "*;q=1, ar;q=0.1", "ar" },
	{ "de;q=0.5, fr;q=0.5", "de" },
	{ "de;q=x, fr;q=0.1", "fr" },
	{ "de;q=9999999999999999, fr", "de" },
	{ " fr ; q=0.4 ,\tes;Q=0.8", "es" },
	{ ",;,;q=,de;;", NULL },
	{ "deutsch, e, english", NULL },
};

START_TEST(test_accept_language)
{
	const struct language *language =
	    language_wanted(str_of(headers[_i].accept));

	ck_assert_pstr_eq(language ? language->tag : NULL, headers[_i].wanted);
}
END_TEST

START_TEST(test_only_so_many_ranges_are_looked_at)
{
	char header[600] = "";

	for (int i = 0; i < 100; i++)
		snprintf(header + strlen(header), sizeof(header), "xx,");
	snprintf(header + strlen(header), sizeof(header) - strlen(header),
		 "de");
	ck_assert_ptr_null(language_wanted(str_of(header)));
}
END_TEST

/* As people write them; the plurals of 1, 2, 3 and 11 days. */
static const struct {
	const char *tag, *time, *spans[4];
} times[] = {
	{ "en",
	  "24 Nov 2025, 01:26 UTC",
	  { "24 hours", "2 days", "3 days", "11 days" } },
	{ "de",
	  "24. November 2025, 01:26 Uhr (UTC)",
	  { "24 Stunden", "2 Tage", "3 Tage", "11 Tage" } },
	{ "fr",
	  "24 novembre 2025 à 01:26 UTC",
	  { "24 heures", "2 jours", "3 jours", "11 jours" } },
	{ "es",
	  "24 de noviembre de 2025, 01:26 UTC",
	  { "24 horas", "2 días", "3 días", "11 días" } },
	{ "ja",
	  "2025年11月24日 01:26（UTC）",
	  { "24時間", "2日", "3日", "11日" } },
	{ "ar",
	  "24 نوفمبر 2025، 01:26 UTC",
	  { "24 ساعة", "يومان", "3 أيام", "11 يومًا" } },
};

START_TEST(test_times_are_the_languages_own)
{
	static const int days[] = { 1, 2, 3, 11 };
	const struct language *language = language_called(times[_i].tag);
	char span[WHEN_SIZE];
	struct when when;

	ck_assert_ptr_nonnull(language);
	when_init(&when, language, 1763947596);
	ck_assert_str_eq(when.text, times[_i].time);
	for (size_t i = 0; i < COUNT_OF(days); i++) {
		when_span(language, days[i] * 86400, span);
		ck_assert_str_eq(span, times[_i].spans[i]);
	}
}
END_TEST

/* No text of ours is cut: the longest month, in every language. */
START_TEST(test_every_time_has_room)
{
	for (size_t i = 0; i < language_count; i++) {
		for (int64_t at = 1; at < 366 * 86400; at += 28 * 86400) {
			struct when when;

			when_init(&when, &languages[i], at);
			ck_assert_uint_lt(strlen(when.text), WHEN_SIZE - 1);
			ck_assert(str_is_utf8(str_of(when.text)));
		}
	}
}
END_TEST

START_TEST(test_one_runs_from_right_to_left)
{
	for (size_t i = 0; i < language_count; i++)
		ck_assert_str_eq(language_direction(&languages[i]),
				 strcmp(languages[i].tag, "ar") == 0 ? "rtl"
								     : "ltr");
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_accept_language, 0, COUNT_OF(headers));
	tcase_add_test(tests, test_only_so_many_ranges_are_looked_at);
	tcase_add_loop_test(tests, test_times_are_the_languages_own, 0,
			    COUNT_OF(times));
	tcase_add_test(tests, test_every_time_has_room);
	tcase_add_test(tests, test_one_runs_from_right_to_left);
}

int main(void)
{
	return unit_run("language", add);
}
