/*
 * csv.c: see csv.h. Fields are cut out in place; nothing is copied.
 */
#include "csv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text.h"

static const char delimiters[] = ",;\t";

/* ---- which delimiter -------------------------------------------------- */

static bool has_field(const char *line, size_t len, char delimiter,
		      const char *column)
{
	const char *end = line + len;

	while (line <= end) {
		const char *next =
		    memchr(line, delimiter, (size_t)(end - line));
		const char *stop = next ? next : end;
		char *field = text_of("%.*s", (int)(stop - line), line);
		char *name = text_trim(field);
		bool is_it;

		if (*name == '"' && name[1]) {
			name[strlen(name) - 1] = '\0';
			name = text_trim(name + 1);
		}
		is_it = strcasecmp(name, column) == 0;
		free(field);
		if (is_it)
			return true;
		line = stop + 1;
	}
	return false;
}

static char first_delimiter(const char *line, size_t len)
{
	bool is_quoted = false;

	for (size_t i = 0; i < len; i++) {
		is_quoted ^= line[i] == '"';
		if (!is_quoted && strchr(delimiters, line[i]))
			return line[i];
	}
	return ',';
}

static char find_delimiter(const char *line, const char *column)
{
	size_t len;

	line += strspn(line, "\r\n"); /* empty lines */
	len = strcspn(line, "\r\n");
	for (const char *c = delimiters; *c; c++)
		if (has_field(line, len, *c, column))
			return *c;
	return first_delimiter(line, len);
}

/* "sep=;" alone in the first line, as spreadsheets have it. */
static bool read_sep_line(struct csv *csv)
{
	char *line = csv->next;

	if (strncasecmp(line, "sep=", 4) != 0 || !line[4] ||
	    !strchr("\r\n", line[5]))
		return false;
	csv->delimiter = line[4];
	csv->next = line + 5;
	csv->next += *csv->next == '\r';
	csv->next += *csv->next == '\n';
	csv->lines_read++;
	return true;
}

void csv_begin(struct csv *csv, char *data, size_t len, const char *column)
{
	*csv = (struct csv){ .next = data, .end = data + len };
	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		csv->next += 3;
	if (!read_sep_line(csv))
		csv->delimiter = find_delimiter(csv->next, column);
}

void csv_end(struct csv *csv)
{
	free(csv->fields);
	*csv = (struct csv){ 0 };
}

/* ---- records ---------------------------------------------------------- */

static void add_field(struct csv *csv, char *field)
{
	csv->fields = grown(csv->fields, csv->count, sizeof(*csv->fields));
	csv->fields[csv->count++] = field;
}

static bool is_field_end(const struct csv *csv)
{
	return csv->next == csv->end || *csv->next == csv->delimiter ||
	       *csv->next == '\r' || *csv->next == '\n';
}

static void skip_blanks(struct csv *csv)
{
	while (!is_field_end(csv) && (*csv->next == ' ' || *csv->next == '\t'))
		csv->next++;
}

/* Takes the quotes off, in place; what follows the last one is left at next. */
static char *quoted_field(struct csv *csv)
{
	char *field = ++csv->next, *out = field;

	while (csv->next < csv->end) {
		char c = *csv->next++;

		if (c == '"' && (csv->next == csv->end || *csv->next != '"')) {
			*out = '\0';
			return field;
		}
		if (c == '"')
			csv->next++;
		csv->lines_read += c == '\n';
		*out++ = c;
	}
	csv->problem = "a quote is not closed";
	*out = '\0';
	return field;
}

/* Up to the field's end, which is left at next. */
static char *bare_field(struct csv *csv)
{
	char *field = csv->next;

	while (!is_field_end(csv))
		csv->next++;
	if (memchr(field, '"', (size_t)(csv->next - field)))
		csv->problem = "there is a quote inside a field";
	return field;
}

static void read_field(struct csv *csv)
{
	skip_blanks(csv);
	if (csv->next == csv->end || *csv->next != '"') {
		add_field(csv, bare_field(csv));
		return;
	}
	add_field(csv, quoted_field(csv));
	skip_blanks(csv);
	if (is_field_end(csv))
		return;
	csv->problem = "there is text behind a quoted field";
	while (!is_field_end(csv))
		csv->next++;
}

/* Passes the end of a line; the field before it ends there. */
static void pass_line_end(struct csv *csv)
{
	char *at = csv->next;

	if (csv->next < csv->end && *csv->next == '\r')
		csv->next++;
	if (csv->next < csv->end && *csv->next == '\n')
		csv->next++;
	*at = '\0';
	csv->lines_read++;
}

static void read_record(struct csv *csv)
{
	csv->count = 0;
	csv->problem = NULL;
	csv->line = csv->lines_read + 1;
	read_field(csv);
	while (csv->next < csv->end && *csv->next == csv->delimiter) {
		*csv->next++ = '\0';
		read_field(csv);
	}
	pass_line_end(csv);
	for (size_t i = 0; i < csv->count; i++)
		csv->fields[i] = text_trim(csv->fields[i]);
}

static bool is_empty(const struct csv *csv)
{
	for (size_t i = 0; i < csv->count; i++)
		if (*csv->fields[i])
			return false;
	return !csv->problem;
}

bool csv_next(struct csv *csv)
{
	while (csv->next < csv->end) {
		read_record(csv);
		if (!is_empty(csv))
			return true;
	}
	return false;
}

void csv_print(FILE *out, const char *text)
{
	bool is_formula = *text && strchr("=+-@\t\r", *text);
	bool is_quoted = is_formula || strpbrk(text, ",;\"\r\n\t");

	if (is_quoted)
		putc('"', out);
	if (is_formula)
		putc('\'', out);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	if (is_quoted)
		putc('"', out);
}
