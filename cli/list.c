/*
 * list.c: see list.h.
 */
#include "list.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "csv.h"
#include "table.h"
#include "text.h"

#define ROWS_AT_ONCE 100 /* that a table's widths are made for */

/* ---- cells ------------------------------------------------------------ */

/* To be freed; NULL where there is nothing to show. */
static char *cell_of(const struct column *column, const void *item)
{
	const char *at = (const char *)item + column->offset;
	char text[RELATIVE_TIME_SIZE];
	const char *value;
	int64_t time;

	if (column->make)
		return column->make(item);
	if (column->kind == COLUMN_TIME) {
		memcpy(&time, at, sizeof(time));
		return time ? copy_of(relative_time(text, time)) : NULL;
	}
	memcpy(&value, at, sizeof(value));
	return value ? copy_of(value) : NULL;
}

static void add_row(struct table *table, const struct column *column,
		    const void *item)
{
	for (; column->name; column++) {
		char *cell;

		if (column->place == COLUMN_IN_DETAIL)
			continue;
		cell = cell_of(column, item);
		table_add(table, cell);
		free(cell);
	}
}

static void add_heads(struct table *table, const struct column *column)
{
	for (; column->name; column++) {
		char *head = copy_of(column->name);

		for (char *c = head; *c; c++)
			*c = (char)toupper((unsigned char)*c);
		if (column->place != COLUMN_IN_DETAIL) {
			table->columns++;
			table_add(table, head);
		}
		free(head);
	}
}

/* ---- for spreadsheets --------------------------------------------------- */

/* To be freed; times as anybody reads them, not how long ago. */
static char *csv_cell_of(const struct column *column, const void *item)
{
	int64_t seconds;
	char text[sizeof("-9999-12-31T23:59:59Z")];
	struct tm utc;
	time_t when;

	if (column->make || column->kind != COLUMN_TIME)
		return cell_of(column, item);
	memcpy(&seconds, (const char *)item + column->offset, sizeof(seconds));
	when = (time_t)seconds;
	if (!seconds || !gmtime_r(&when, &utc) ||
	    !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc))
		return NULL;
	return copy_of(text);
}

static void print_csv(const struct column *column, const void *item)
{
	bool is_first = true;

	for (; column->name; column++) {
		char *cell;

		if (column->place == COLUMN_IN_DETAIL)
			continue;
		cell = item ? csv_cell_of(column, item) : copy_of(column->name);
		if (!is_first)
			putchar(',');
		csv_print(stdout, cell ? cell : "");
		is_first = false;
		free(cell);
	}
	fputs("\r\n", stdout);
}

/* ---- a single one ----------------------------------------------------- */

void print_details(FILE *out, const struct view *view, const void *item)
{
	struct table table = { .columns = 2, .out = out };
	const struct column *column = view->columns;

	while ((++column)->name) {
		char *cell, *name;

		if (column->place == COLUMN_IN_LISTS)
			continue;
		cell = cell_of(column, item);
		name = text_of("  %s", column->name);
		table_add_pair(&table, name, cell);
		free(name);
		free(cell);
	}
	table_print(&table);
}

static void print_item_id(const struct view *view, const void *item)
{
	char *id = cell_of(&view->columns[0], item);

	print_id(id);
	free(id);
}

static const char *secret_of(const struct view *view, const void *item)
{
	return view->secret ? view->secret(item) : NULL;
}

void print_item(struct cli *cli, const struct view *view, const void *item)
{
	if (format_is_json(cli->format)) {
		series_add(&cli->series, inv_meta(item)->json);
		return;
	}
	if (cli->format == FORMAT_CSV) {
		print_csv(view->columns, item);
		return;
	}
	if (cli->format == FORMAT_ID) {
		if (secret_of(view, item))
			text_print(stdout, secret_of(view, item));
		else
			print_item_id(view, item);
		putchar('\n');
		return;
	}
	fputs(colour_bold(), stdout);
	print_item_id(view, item);
	printf("%s\n", colour_off());
	print_details(stdout, view, item);
	if (secret_of(view, item))
		print_note("The key is not shown again: keep it now.");
}

enum status print_result(struct cli *cli, const struct view *view, int rc,
			 void *item, const struct inv_error *err)
{
	if (rc)
		return fail(cli, err);
	print_item(cli, view, item);
	inv_free(item);
	return STATUS_OK;
}

/* ---- lists ------------------------------------------------------------ */

static bool read_params(const struct cli *cli, struct list_params *ret_params,
			long *ret_max_items)
{
	long limit;

	*ret_params =
	    (struct list_params){ .after = args_text(cli->args, "after") };
	if (!args_number(cli->args, "limit", 1, INT_MAX, 0, &limit) ||
	    !args_number(cli->args, "max-items", -1, LONG_MAX, -1,
			 ret_max_items))
		return false;
	ret_params->limit = (int)limit;
	return true;
}

static void show(struct cli *cli, const struct list *list, struct table *table,
		 const void *item)
{
	if (cli->format != FORMAT_TABLE) {
		print_item(cli, list->view, item);
		return;
	}
	if (table->columns == 0)
		add_heads(table, list->view->columns);
	add_row(table, list->view->columns, item);
	if (table->count >= table->columns * ROWS_AT_ONCE)
		table_print(table);
}

static int show_all(struct cli *cli, const struct list *list, void *page,
		    long max_items, struct inv_error *err)
{
	struct table table = { .has_header = true };
	const void *item;
	bool is_any = false;
	int rc = 0;

	while (max_items != 0) {
		rc = (inv_next)(page, &item, err);
		if (rc || !item)
			break;
		if (list->is_wanted && !list->is_wanted(cli, item))
			continue;
		show(cli, list, &table, item);
		is_any = true;
		max_items -= max_items > 0;
	}
	if (!is_any && !rc && max_items != 0 && cli->format == FORMAT_TABLE)
		print_note("%s", list->view->empty);
	table_print(&table);
	return rc;
}

static int fetch(struct cli *cli, const struct list *list,
		 const char *const *id, struct list_params *params,
		 void **ret_page, struct inv_error *err)
{
	int rc = list->fetch(cli, id, params, ret_page, err);

	if (rc && err->kind == INV_ERROR_BAD_REQUEST && list->is_wanted &&
	    params->extra_query) {
		params->extra_query = NULL;
		rc = list->fetch(cli, id, params, ret_page, err);
	}
	return rc;
}

static enum status show_list(struct cli *cli, const struct list *list,
			     const char *const *id, struct list_params *params,
			     long max_items)
{
	enum status status = STATUS_OK;
	struct inv_error err;
	void *page;

	if (fetch(cli, list, id, params, &page, &err))
		return fail(cli, &err);
	if (cli->format == FORMAT_RAW) {
		series_add(&cli->series, inv_meta(page)->json);
		inv_free(page);
		return STATUS_OK;
	}
	cli->series.is_array = true;
	if (cli->format == FORMAT_CSV)
		print_csv(list->view->columns, NULL);
	if (show_all(cli, list, page, max_items, &err)) {
		/* An array that was begun has to end as one. */
		cli->series.is_array = cli->series.count > 0;
		status = fail(cli, &err);
	}
	inv_free(page);
	return status;
}

enum status list_run_of(struct cli *cli, const struct list *list,
			const char *const *id)
{
	enum status status = STATUS_USAGE;
	struct list_params params;
	long max_items;
	char *query = NULL;

	if (read_params(cli, &params, &max_items) &&
	    (!list->query || list->query(cli, &query))) {
		params.extra_query = query;
		status = show_list(cli, list, id, &params, max_items);
	}
	free(query);
	return status;
}

enum status list_run(struct cli *cli, const struct list *list)
{
	char *ids[WORDS_MAX];
	enum status status = words_read(cli, list->words, ids);

	if (status == STATUS_OK)
		status = list_run_of(cli, list, (const char *const *)ids);
	words_free(ids);
	return status;
}
