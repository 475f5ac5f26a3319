/*
 * csv.c: see csv.h. Fields are cut out in place; nothing is copied.
 */
#include "csv.h"

#include <stdlib.h>
#include <string.h>

#include "say.h"

void csv_begin(struct csv *csv, char *data, size_t len)
{
	*csv = (struct csv){ .next = data, .end = data + len };
	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		csv->next += 3;
}

void csv_end(struct csv *csv)
{
	free(csv->fields);
	*csv = (struct csv){ 0 };
}

static void add_field(struct csv *csv, char *field)
{
	csv->fields = grown(csv->fields, csv->count, sizeof(*csv->fields));
	csv->fields[csv->count++] = field;
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

/* Up to the next comma or the line's end, which is left at next. */
static char *bare_field(struct csv *csv)
{
	char *field = csv->next;

	while (csv->next < csv->end && !strchr(",\r\n", *csv->next))
		csv->next++;
	if (memchr(field, '"', (size_t)(csv->next - field)))
		csv->problem = "there is a quote inside a field";
	return field;
}

static void read_field(struct csv *csv)
{
	bool is_quoted = csv->next < csv->end && *csv->next == '"';

	add_field(csv, is_quoted ? quoted_field(csv) : bare_field(csv));
	if (csv->next == csv->end || strchr(",\r\n", *csv->next))
		return;
	csv->problem = "there is text behind a quoted field";
	while (csv->next < csv->end && !strchr(",\r\n", *csv->next))
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
	while (csv->next < csv->end && *csv->next == ',') {
		*csv->next++ = '\0';
		read_field(csv);
	}
	pass_line_end(csv);
}

bool csv_next(struct csv *csv)
{
	while (csv->next < csv->end) {
		read_record(csv);
		if (csv->count > 1 || *csv->fields[0] || csv->problem)
			return true;
	}
	return false;
}
