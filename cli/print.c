/*
 * print.c: see print.h.
 */
#include "print.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "text.h"

/* ---- formats ---------------------------------------------------------- */

bool format_read(const char *text, enum format *ret_format)
{
	static const struct {
		const char *name;
		enum format format;
	} names[] = {
		{ "auto", FORMAT_AUTO },   { "table", FORMAT_TABLE },
		{ "json", FORMAT_JSON },   { "pretty", FORMAT_JSON },
		{ "jsonl", FORMAT_JSONL }, { "raw", FORMAT_RAW },
		{ "id", FORMAT_ID },	   { "csv", FORMAT_CSV },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].name, text) == 0) {
			*ret_format = names[i].format;
			return true;
		}
	}
	print_problem(
	    "--format is auto, table, csv, json, jsonl, pretty, raw or id, "
	    "not \"%s\"",
	    text);
	return false;
}

bool format_is_json(enum format format)
{
	return format == FORMAT_JSON || format == FORMAT_JSONL ||
	       format == FORMAT_RAW;
}

/* ---- problems --------------------------------------------------------- */

static void print_line(const char *prefix, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* In one go: other threads may be saying something, too. */
static void print_line(const char *prefix, const char *format, va_list args)
{
	char *text = NULL, *clean;

	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	clean = text_clean(text ? text : "out of memory");
	fprintf(stderr, "%s%s\n", prefix, clean);
	free(clean);
	free(text);
}

void print_problem(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line("invite: ", format, args);
	va_end(args);
}

void print_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line("", format, args);
	va_end(args);
}

/* ---- JSON ------------------------------------------------------------- */

void series_add(struct series *series, const char *json)
{
	static const enum json_layout layouts[] = {
		[FORMAT_JSON] = JSON_INDENTED,
		[FORMAT_JSONL] = JSON_COMPACT,
		[FORMAT_RAW] = JSON_AS_RECEIVED,
	};
	bool is_item = series->is_array && series->format == FORMAT_JSON;

	if (is_item)
		fputs(series->count > 0 ? ",\n  " : "[\n  ", stdout);
	series->count++;
	if (!json)
		return;
	json_print(stdout, layouts[series->format], is_item, json);
	if (!is_item)
		putchar('\n');
}

void series_end(struct series *series)
{
	if (series->is_array && series->format == FORMAT_JSON)
		puts(series->count > 0 ? "\n]" : "[]");
	series->is_array = false;
}

/* ---- for people ------------------------------------------------------- */

void print_id(const char *id)
{
	text_print(stdout, id ? id : "-");
}

/* The seconds from now to then; of what is farther off than any clock, fewer:
 * the server may send any number, and what is done with this one has room. */
static int64_t seconds_until(int64_t when)
{
	const int64_t far = INT64_MAX / 2;

	if (when > far)
		when = far;
	else if (when < -far)
		when = -far;
	return when - (int64_t)time(NULL);
}

const char *relative_time(char out[RELATIVE_TIME_SIZE], int64_t when)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {
		{ 86400, "day" },
		{ 3600, "hour" },
		{ 60, "minute" },
		{ 1, "second" },
	};
	int64_t distance = seconds_until(when), size, count;
	size_t i = 0;

	if (when == 0 || distance == 0) {
		snprintf(out, RELATIVE_TIME_SIZE, "%s",
			 when == 0 ? "-" : "just now");
		return out;
	}
	size = distance < 0 ? -distance : distance;
	/* Two of a unit are the least: 119 minutes, then 2 hours. */
	while (i < 3 && size < 2 * units[i].seconds - units[i + 1].seconds / 2)
		i++;
	/* The nearest: a week is 7 days, also when a second has passed. */
	count = (size + units[i].seconds / 2) / units[i].seconds;
	snprintf(out, RELATIVE_TIME_SIZE, "%s%lld %s%s%s",
		 distance > 0 ? "in " : "", (long long)count, units[i].name,
		 count == 1 ? "" : "s", distance < 0 ? " ago" : "");
	return out;
}

static bool has_colours(void)
{
	static int known = -1;
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (known < 0)
		known = isatty(STDOUT_FILENO) && (!no || !*no) && term &&
			strcmp(term, "dumb") != 0;
	return known;
}

const char *colour_of(const char *word)
{
	static const struct {
		const char *word, *colour;
	} colours[] = {
		{ "accepted", "\033[32m" }, { "active", "\033[32m" },
		{ "pending", "\033[33m" },  { "expired", "\033[2m" },
		{ "archived", "\033[2m" },  { "failed", "\033[31m" },
	};

	for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++)
		if (has_colours() && strcmp(colours[i].word, word) == 0)
			return colours[i].colour;
	return "";
}

const char *colour_bold(void)
{
	return has_colours() ? "\033[1m" : "";
}

const char *colour_dim(void)
{
	return has_colours() ? "\033[2m" : "";
}

const char *colour_off(void)
{
	return has_colours() ? "\033[0m" : "";
}
