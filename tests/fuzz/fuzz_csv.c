/*
 * fuzz_csv.c: any bytes as a file of separated values.
 *
 * Fields lie inside the file, which no field makes longer; they have no blanks
 * around them; a record has one that is not empty, or a problem; and lines are
 * counted upwards.
 */
#include "base/base.h"
#include "csv.h"
#include "text.h"

#include "fuzz.h"

static void check_field(char *field, const char *text, size_t size)
{
	char *copy = copy_of(field);

	require(field >= text && field + strlen(field) <= text + size);
	require(strcmp(text_trim(copy), field) == 0);
	free(copy);
}

static void check_record(const struct csv *csv, const char *text, size_t size)
{
	bool is_any = csv->problem != NULL;

	require(csv->count > 0);
	for (size_t i = 0; i < csv->count; i++) {
		check_field(csv->fields[i], text, size);
		is_any = is_any || *csv->fields[i];
	}
	require(is_any);
}

int fuzz_one(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	size_t line = 0;
	struct csv csv;

	require(text);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	csv_begin(&csv, text, size, "email");
	while (csv_next(&csv)) {
		require(csv.line > line);
		require(csv.next <= csv.end + 1);
		line = csv.line;
		check_record(&csv, text, size);
	}
	csv_end(&csv);
	free(text);
	return 0;
}
