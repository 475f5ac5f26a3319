/*
 * table.c: see table.h.
 */
#include "table.h"

#include <stdlib.h>

#include "print.h"
#include "text.h"

void table_add(struct table *table, const char *cell)
{
	table->cells = grown(table->cells, table->count, sizeof(*table->cells));
	table->cells[table->count++] = text_clean(cell && *cell ? cell : "-");
}

void table_add_pair(struct table *table, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	table_add(table, name);
	table_add(table, value);
}

static void print_row(FILE *out, char **cells, size_t columns,
		      const int *widths, bool is_header)
{
	for (size_t i = 0; i < columns; i++) {
		/* Colours are known for standard output only. */
		const char *colour = out != stdout ? ""
				     : is_header   ? colour_dim()
						   : colour_of(cells[i]);

		fprintf(out, "%s%s%s", colour, cells[i],
			*colour ? colour_off() : "");
		if (i + 1 < columns)
			fprintf(out, "%*s",
				widths[i] - text_width(cells[i]) + 2, "");
	}
	fputc('\n', out);
}

void table_print(struct table *table)
{
	FILE *out = table->out ? table->out : stdout;
	int widths[TABLE_COLUMNS] = { 0 };

	for (size_t i = 0; i < table->count; i++) {
		int width = text_width(table->cells[i]);

		if (width > widths[i % table->columns])
			widths[i % table->columns] = width;
	}
	for (size_t i = 0; i < table->count; i += table->columns)
		print_row(out, table->cells + i, table->columns, widths,
			  table->has_header && i == 0);
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
	table->cells = NULL;
	table->count = 0;
	table->has_header = false; /* once is enough */
}
