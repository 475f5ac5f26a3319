/*
 * say.c: see say.h. Texts from the server may hold anything: what could drive
 * a terminal is replaced before it gets there.
 */
#include "say.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

static void *must(void *memory)
{
	if (memory)
		return memory;
	fputs("invite: out of memory\n", stderr);
	exit(STATUS_TRY_AGAIN);
}

void *grown(void *list, size_t count, size_t size)
{
	/* A power of two has just been filled: double. */
	if (count & (count - 1))
		return list;
	return must(realloc(list, (count ? count * 2 : 1) * size));
}

char *copy_of(const char *text)
{
	return must(strdup(text));
}

char *print_to(const char *format, ...)
{
	char *text;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	return must(len < 0 ? NULL : text);
}

bool format_read(const char *text, enum format *ret_format)
{
	static const struct {
		const char *name;
		enum format format;
	} names[] = {
		{ "auto", FORMAT_AUTO },   { "table", FORMAT_TABLE },
		{ "json", FORMAT_JSON },   { "pretty", FORMAT_JSON },
		{ "jsonl", FORMAT_JSONL }, { "raw", FORMAT_RAW },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].name, text) == 0) {
			*ret_format = names[i].format;
			return true;
		}
	}
	say_problem("--format is auto, table, json, jsonl, pretty or raw, "
		    "not \"%s\"",
		    text);
	return false;
}

/* ---- problems --------------------------------------------------------- */

void say_problem(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	fputs("invite: ", stderr);
	say_text(stderr, text ? text : "out of memory");
	fputc('\n', stderr);
	free(text);
}

enum status status_of(const struct inv_error *err)
{
	switch (err->kind) {
	case INV_ERROR_USAGE:
		return STATUS_USAGE;
	case INV_ERROR_NOT_FOUND:
		return STATUS_NOT_FOUND;
	case INV_ERROR_AUTHENTICATION:
	case INV_ERROR_PERMISSION:
		return STATUS_NO_ACCESS;
	case INV_ERROR_CONNECTION:
	case INV_ERROR_CANCELLED:
	case INV_ERROR_MEMORY:
		return STATUS_TRY_AGAIN;
	default:
		return err->temporary ? STATUS_TRY_AGAIN : STATUS_REFUSED;
	}
}

static void say_error_json(const struct inv_error *err)
{
	fputs("{\"error\":{\"message\":", stdout);
	say_quoted(stdout, err->message);
	fputs(",\"type\":", stdout);
	say_quoted(stdout, *err->type ? err->type : NULL);
	fputs(",\"param\":", stdout);
	say_quoted(stdout, *err->param ? err->param : NULL);
	fputs(",\"code\":", stdout);
	say_quoted(stdout, *err->code ? err->code : NULL);
	printf(",\"status\":%d,\"request_id\":", err->status);
	say_quoted(stdout, *err->request_id ? err->request_id : NULL);
	fputs("}}\n", stdout);
}

enum status say_error(enum format format, const struct inv_error *err)
{
	say_problem("%s%s%s%s%s%s%s", err->message, *err->code ? " (" : "",
		    err->code, *err->code ? ")" : "",
		    *err->request_id ? " [request " : "", err->request_id,
		    *err->request_id ? "]" : "");
	if (format == FORMAT_JSON || format == FORMAT_JSONL ||
	    format == FORMAT_RAW)
		say_error_json(err);
	return status_of(err);
}

/* ---- JSON ------------------------------------------------------------- */

static void line_break(FILE *out, int depth)
{
	fputc('\n', out);
	for (int i = 0; i < depth; i++)
		fputs("  ", out);
}

/* A string, to its closing quote; returns what stands behind. */
static const char *pass_string(FILE *out, const char *json)
{
	do {
		if (*json == '\\' && json[1])
			fputc(*json++, out);
		fputc(*json++, out);
	} while (*json && *json != '"');
	if (*json)
		fputc(*json++, out);
	return json;
}

static const char *skip_space(const char *json)
{
	return json + strspn(json, " \t\r\n");
}

/* What is known to be JSON is laid out again, letter by letter. */
static void lay_out(FILE *out, const char *json, bool indent)
{
	int depth = 0;

	for (json = skip_space(json); *json; json = skip_space(json)) {
		char c = *json;

		if (c == '"') {
			json = pass_string(out, json);
			continue;
		}
		json++;
		if ((c == '}' || c == ']') && indent)
			line_break(out, depth - 1);
		depth -= c == '}' || c == ']';
		fputc(c, out);
		if (c == ':' && indent)
			fputc(' ', out);
		if (c != '{' && c != '[' && c != ',')
			continue;
		if (c != ',' && strchr("}]", *skip_space(json))) {
			json = skip_space(json);
			if (*json)
				fputc(*json++, out);
			continue;
		}
		depth += c != ',';
		if (indent)
			line_break(out, depth);
	}
}

void say_json(FILE *out, enum format format, const char *json)
{
	if (format == FORMAT_RAW)
		fputs(json, out);
	else
		lay_out(out, json, format != FORMAT_JSONL);
	fputc('\n', out);
}

void say_quoted(FILE *out, const char *text)
{
	if (!text) {
		fputs("null", out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			fprintf(out, "\\u%04x", (unsigned)(unsigned char)*text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

/* ---- for people ------------------------------------------------------- */

/* How many bytes drive a terminal: C0, DEL, and C1 as UTF-8 writes it. */
static size_t driving(const char *text)
{
	unsigned char c = (unsigned char)text[0];

	if (c == 0xc2 && ((unsigned char)text[1] & 0xe0) == 0x80)
		return 2;
	return c < ' ' || c == 0x7f ? 1 : 0;
}

void say_text(FILE *out, const char *text)
{
	while (*text) {
		size_t len = driving(text);

		fputc(len ? '?' : *text, out);
		text += len ? len : 1;
	}
}

const char *ago(char out[AGO_SIZE], int64_t when)
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
	int64_t distance = when - (int64_t)time(NULL), size, count;
	size_t i = 0;

	if (when == 0 || distance == 0) {
		snprintf(out, AGO_SIZE, "%s", when == 0 ? "-" : "now");
		return out;
	}
	size = distance < 0 ? -distance : distance;
	/* Two of a unit are the least: 119 minutes, then 2 hours. */
	while (i < 3 && size < 2 * units[i].seconds - units[i + 1].seconds / 2)
		i++;
	/* The nearest: a week is 7 days, also when a second has passed. */
	count = (size + units[i].seconds / 2) / units[i].seconds;
	snprintf(out, AGO_SIZE, "%s%lld %s%s%s", distance > 0 ? "in " : "",
		 (long long)count, units[i].name, count == 1 ? "" : "s",
		 distance < 0 ? " ago" : "");
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

const char *colour_of(const char *status)
{
	static const struct {
		const char *status, *colour;
	} colours[] = {
		{ "accepted", "\033[32m" }, { "active", "\033[32m" },
		{ "pending", "\033[33m" },  { "expired", "\033[2m" },
		{ "archived", "\033[2m" },
	};

	for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++)
		if (has_colours() && strcmp(colours[i].status, status) == 0)
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

/* ---- tables ----------------------------------------------------------- */

static char *clean_copy(const char *text)
{
	char *copy = copy_of(text), *out = copy;

	while (*text) {
		size_t len = driving(text);

		*out++ = len ? '?' : *text;
		text += len ? len : 1;
	}
	*out = '\0';
	return copy;
}

void table_add(struct table *table, const char *cell)
{
	table->cells = grown(table->cells, table->count, sizeof(*table->cells));
	table->cells[table->count++] = clean_copy(cell && *cell ? cell : "-");
}

/* Columns of the terminal that a text takes. */
static int width_of(const char *text)
{
	mbstate_t state = { 0 };
	int width = 0;

	while (*text) {
		wchar_t c;
		size_t len = mbrtowc(&c, text, MB_CUR_MAX, &state);

		if (len == (size_t)-1 || len == (size_t)-2) {
			memset(&state, 0, sizeof(state));
			len = 1;
			width++;
		} else {
			width += wcwidth(c) > 0 ? wcwidth(c) : 0;
		}
		text += len;
	}
	return width;
}

static void print_row(char **cells, size_t columns, const int *widths,
		      bool is_header)
{
	for (size_t i = 0; i < columns; i++) {
		const char *colour =
		    is_header ? colour_dim() : colour_of(cells[i]);

		printf("%s%s%s", colour, cells[i], *colour ? colour_off() : "");
		if (i + 1 < columns)
			printf("%*s", widths[i] - width_of(cells[i]) + 2, "");
	}
	putchar('\n');
}

void table_print(struct table *table)
{
	int widths[TABLE_COLUMNS] = { 0 };

	for (size_t i = 0; i < table->count; i++) {
		int width = width_of(table->cells[i]);

		if (width > widths[i % table->columns])
			widths[i % table->columns] = width;
	}
	for (size_t i = 0; i < table->count; i += table->columns)
		print_row(table->cells + i, table->columns, widths,
			  table->has_header && i == 0);
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
	table->cells = NULL;
	table->count = 0;
	table->has_header = false; /* once is enough */
}
