/*
 * when.c: times as people read them, in their language.
 */
#include "base/base.h"
#include "core/when.h"

/* The names of places in the sentence date.time. */
static void write_text(const struct language *language, const struct tm *tm,
		       char out[WHEN_SIZE])
{
	struct str months = text_of(language, STR(TEXT("date.months")));
	struct str month = text_form(months, (size_t)tm->tm_mon);
	char name[16], day[12], year[12], time[16];
	const struct text_value values[] = {
		{ "day", day },
		{ "month", name },
		{ "year", year },
		{ "time", time },
	};

	snprintf(name, sizeof(name), "%.*s", STR_ARG(month));
	snprintf(day, sizeof(day), "%d", tm->tm_mday);
	snprintf(year, sizeof(year), "%d", tm->tm_year + 1900);
	strftime(time, sizeof(time), "%H:%M", tm);
	text_print(out, WHEN_SIZE, text_of(language, STR(TEXT("date.time"))),
		   values, COUNT_OF(values));
}

void when_init(struct when *when, const struct language *language,
	       int64_t seconds)
{
	time_t time = (time_t)seconds;
	struct tm tm;

	*when = (struct when){ "", "" };
	if (seconds <= 0 || !gmtime_r(&time, &tm))
		return;
	write_text(language, &tm, when->text);
	strftime(when->iso, sizeof(when->iso), "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void when_span(const struct language *language, int64_t seconds,
	       char out[WHEN_SIZE])
{
	static const struct {
		int64_t seconds, smaller;
		const char *key;
	} units[] = {
		{ 86400, 3600, TEXT("span.days") },
		{ 3600, 60, TEXT("span.hours") },
		{ 60, 1, TEXT("span.minutes") },
	};
	size_t i = 0;
	int64_t n;
	char number[24];
	const struct text_value value = { "n", number };

	if (seconds < 60)
		seconds = 60;
	/* A unit is used from 2 on: 119 minutes, then 2 hours. */
	while (i + 1 < COUNT_OF(units) &&
	       seconds < 2 * units[i].seconds - units[i].smaller / 2)
		i++;
	/* Rounded to the nearest: a week is still 7 days when a second has
	 * passed. */
	n = seconds / units[i].seconds +
	    (seconds % units[i].seconds >= units[i].seconds / 2);
	snprintf(number, sizeof(number), "%lld", (long long)n);
	text_print(out, WHEN_SIZE, text_plural(language, units[i].key, n),
		   &value, 1);
}
