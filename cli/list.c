/*
 * list.c: see list.h.
 */
#include "list.h"

#include <limits.h>
#include <stdlib.h>

#define ROWS_AT_ONCE 100 /* that a table's widths are made for */

enum format error_format(const struct cli *cli)
{
	return cli->format_asked ? cli->format : FORMAT_TABLE;
}

bool list_read(const struct cli *cli, struct list_params *ret_params,
	       long *ret_max_items)
{
	long limit;

	*ret_params =
	    (struct list_params){ .after = args_text(cli->args, "after") };
	if (!args_number(cli->args, "limit", 0, INT_MAX, 0, &limit) ||
	    !args_number(cli->args, "max-items", -1, LONG_MAX, -1,
			 ret_max_items))
		return false;
	ret_params->limit = (int)limit;
	return true;
}

static void add_cells(struct table *table, const char *const *cells)
{
	for (size_t i = 0; i < table->columns; i++)
		table_add(table, cells[i]);
}

static void show_row(const struct cli *cli, const struct list *list,
		     struct table *table, const struct row *row)
{
	if (cli->format != FORMAT_TABLE) {
		say_json(stdout, cli->format, row->json);
		return;
	}
	if (table->columns == 0) {
		while (list->heads[table->columns])
			table->columns++;
		add_cells(table, list->heads);
	}
	add_cells(table, row->cells);
	if (table->count >= table->columns * ROWS_AT_ONCE)
		table_print(table);
}

static int show_all(const struct cli *cli, const struct list *list, void *iter,
		    long max_items, struct inv_error *err)
{
	struct table table = { .has_header = true };
	bool is_any = false;
	int rc = 0;

	while (max_items != 0) {
		struct row row = { 0 };

		rc = list->next(iter, &row, err);
		if (rc || !row.json)
			break;
		if (!list->is_wanted || list->is_wanted(cli, &row)) {
			show_row(cli, list, &table, &row);
			is_any = true;
			max_items -= max_items > 0;
		}
		free(row.text);
	}
	if (!is_any && !rc && max_items != 0 && cli->format == FORMAT_TABLE)
		fprintf(stderr, "%s\n", list->empty);
	table_print(&table);
	return rc;
}

enum status list_show(const struct cli *cli, const struct list *list,
		      void *iter, long max_items)
{
	struct inv_error err;

	if (show_all(cli, list, iter, max_items, &err))
		return say_error(error_format(cli), &err);
	return STATUS_OK;
}
