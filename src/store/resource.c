/*
 * resource.c: the verbs of a plain resource, whichever it is.
 */
#include "base/base.h"

#include "store/resource.h"

static void set_number(void *row, size_t offset, int64_t number)
{
	memcpy((char *)row + offset, &number, sizeof(number));
}

static int64_t number_of(const void *row, size_t offset)
{
	int64_t number;

	memcpy(&number, (const char *)row + offset, sizeof(number));
	return number;
}

/* With what was asked for. */
static void remember(const struct work *work, enum audit_type type, int64_t id,
		     const void *asked)
{
	const struct table *detail = work->verb->resource->detail;
	const struct audit_event event = {
		.type = type,
		.target = id,
		.detail = detail ? audit_detail(work, detail, asked) : NULL,
	};

	work_audit_event(work, &event);
}

enum result resource_create(struct work *work, const void *in, void *out)
{
	const struct resource *resource = work->verb->resource;
	struct statement *st = db_statement(work->db, resource->insert);
	int64_t id = work_id(work);

	memcpy(out, in, resource->size);
	set_number(out, resource->id, id);
	set_number(out, resource->organization, work->organization);
	set_number(out, resource->created_at, work->now);
	table_bind(resource->table, st, out);
	db_run(work->db, st);
	remember(work, resource->on_create, id, in);
	return RESULT_OK;
}

enum result resource_find(const struct work *work,
			  const struct resource *resource,
			  const struct sql *sql, int64_t id, void *ret_row)
{
	struct statement *st = db_statement(work->db, sql);

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, work->organization);
	if (!db_row(work->db, st))
		return resource->not_found;
	if (!table_read(resource->table, work->arena, st, ret_row))
		(void)db_damaged(work->db);
	db_done(st);
	return work->db->damaged ? resource->not_found : RESULT_OK;
}

enum result resource_get(struct work *work, const void *in, void *out)
{
	const struct resource *resource = work->verb->resource;
	const struct id_in *wanted = in;

	return resource_find(work, resource, resource->get, wanted->id, out);
}

enum result resource_list(struct work *work, const void *in, void *out)
{
	const struct resource *resource = work->verb->resource;
	const struct list_in *page = in;
	char *rows = work_rows(work, page, resource->size);
	struct statement *st =
	    work_list_by(work, resource->list, resource->list_ascending, page);
	size_t count = 0, seen = 0;

	for (; db_row(work->db, st); seen++)
		count += table_read(resource->table, work->arena, st,
				    rows + count * resource->size);
	*(struct list_out *)out = list_end(work, page, rows, count, seen);
	return RESULT_OK;
}

static bool is_given(const struct column *column, const void *from)
{
	const char *text;

	if (column->type == COLUMN_NUMBER)
		return column_number(column, from) != 0;
	if (column->type == COLUMN_BLOB)
		return true;
	memcpy(&text, (const char *)from + column->offset, sizeof(text));
	return text != NULL;
}

static void copy_columns(const struct resource *resource, void *row,
			 const void *from)
{
	const struct table *columns = &resource->updated;

	for (size_t i = 0; i < columns->count; i++) {
		const struct column *column = &columns->columns[i];

		if (resource->partial && !is_given(column, from))
			continue;
		memcpy((char *)row + column->offset,
		       (const char *)from + column->offset, column->size);
	}
}

/* The row, to be changed. */
static enum result take_row(const struct work *work, int64_t id, void *ret_row)
{
	const struct resource *resource = work->verb->resource;

	return resource_find(work, resource, resource->take, id, ret_row);
}

/* With `in`, what an update takes. */
static enum result may_change(struct work *work, const void *in, void *row)
{
	const struct resource *resource = work->verb->resource;

	return resource->may_change && !work->db->error
		   ? resource->may_change(work, in, row)
		   : RESULT_OK;
}

/* The row after the update. */
static void update_row(const struct work *work, int64_t id, const void *row)
{
	const struct resource *resource = work->verb->resource;
	const struct table *updated = &resource->updated;
	struct statement *st = db_statement(work->db, resource->update);

	table_bind(updated, st, row);
	db_bind_i64(st, COLUMN_BEHIND(updated) + 1, id);
	db_bind_i64(st, COLUMN_BEHIND(updated) + 2, work->organization);
	db_run(work->db, st);
}

enum result resource_update(struct work *work, const void *in, void *out)
{
	const struct resource *resource = work->verb->resource;
	int64_t id = number_of(in, resource->id);
	void *before = arena_array(work->arena, 1, resource->size);
	enum result result;

	if (!before)
		return RESULT_OUT_OF_MEMORY;
	result = take_row(work, id, before);
	if (result != RESULT_OK)
		return result;
	memcpy(out, before, resource->size);
	result = may_change(work, in, out);
	if (result != RESULT_OK)
		return result;
	copy_columns(resource, out, in);
	if (table_differs(&resource->updated, before, out)) {
		update_row(work, id, out);
		remember(work, resource->on_update, id, in);
	}
	return RESULT_OK;
}

enum result resource_delete(struct work *work, const void *in, void *out)
{
	const struct resource *resource = work->verb->resource;
	const struct id_in *wanted = in;
	void *row = arena_array(work->arena, 1, resource->size);
	enum result result;

	(void)out;
	if (!row)
		return RESULT_OUT_OF_MEMORY;
	result = take_row(work, wanted->id, row);
	if (result == RESULT_OK)
		result = may_change(work, NULL, row);
	if (result != RESULT_OK)
		return result;
	for (size_t i = 0; i < RESOURCE_EMPTIED_MAX; i++) {
		if (resource->emptied[i])
			work_run_for(work, resource->emptied[i], wanted->id);
	}
	work_run_for(work, resource->delete, wanted->id);
	work_audit(work, resource->on_delete, wanted->id);
	return RESULT_OK;
}
