/*
 * resource.h: the five verbs of a plain resource, made from the columns of its
 * table. Private to store/.
 *
 * A plain resource is one table whose rows are created, read, listed, updated
 * and deleted by id. Its struct has the members id, organization and
 * created_at; the struct is what the verbs take and what they return:
 *
 *	create	a row, which is given its id, organization and time
 *	get	id_in; a row
 *	list	list_in, in either order; of rows
 *	update	a row: its id, and the columns that an update sets (of these,
 *		where it is `partial`, those that are given); the row. Where it
 *		is so already, nothing is done and no event left
 *	delete	id_in
 *
 * Each but create and list ends in the resource's not_found where there is no
 * such row; update and delete in whatever `may_change` says. What a resource
 * does otherwise is a verb of its own.
 */
#ifndef STORE_RESOURCE_H
#define STORE_RESOURCE_H

#include "store/table.h"
#include "store/work.h"

#define RESOURCE_EMPTIED_MAX 4

struct resource {
	const struct table *table;
	struct table updated; /* the columns that an update sets */
	size_t size;	      /* of the struct of a row; where it has: */
	size_t id, organization, created_at;

	const struct sql *insert, *get, *take, *update, *delete;
	const struct sql *list, *list_ascending;

	/* Statements that delete what belongs to the row, run before its delete
	 * with the id and the organization. */
	const struct sql *emptied[RESOURCE_EMPTIED_MAX];

	enum result not_found;
	enum audit_type on_create, on_update, on_delete;
	/* An update leaves alone members that are not given: texts that are
	 * NULL, numbers that are 0. Otherwise it sets all. */
	bool partial;
	/* Before an update (with its input) or a delete (with NULL): whether
	 * the row, which is taken, may be changed. May change it itself, in
	 * what an update sets. NULL: it may. */
	enum result (*may_change)(struct work *work, const void *in, void *row);

	/* The details of a create's and an update's event, see DETAIL(); NULL:
	 * none. */
	const struct table *detail;
};

/*
 * Defines <name>_table and <name>_resource, and the statements of the verbs,
 * for the table called `name`, whose rows are `struct name`, and whose index
 * for lists is `name`_list (ORGANIZATION_LIST). `table_list` has
 * its columns and `update_list` those that an update sets, as in table.h. The
 * rest initialises the members from `emptied` on.
 */
#define RESOURCE(name, table_list, update_list, ...)                           \
	TABLE(name, #name, table_list);                                        \
	STATEMENT(name##_insert, .text = INSERT_OF(#name, table_list));        \
	STATEMENT(name##_get, .text = RESOURCE_ROW_(#name, table_list));       \
	STATEMENT(name##_take, .text = RESOURCE_ROW_(#name, table_list),       \
		  .pgsql = RESOURCE_ROW_(#name, table_list) " FOR UPDATE");    \
	STATEMENT(name##_update, .text = UPDATE_OF(#name, update_list));       \
	STATEMENT(name##_delete, .text =                                       \
				     "DELETE FROM \"" #name "\" WHERE id = ?1" \
				     " AND organization = ?2");                \
	ORGANIZATION_LIST(name##_list, COLUMNS_OF(table_list),                 \
			  "\"" #name "\"", #name "_list");                     \
	static const struct column name##_updated[] = { update_list(           \
	    COLUMN_, COLUMN_) };                                               \
	static const struct resource name##_resource = {                       \
		.table = &name##_table,                                        \
		.updated = { .columns = name##_updated,                        \
			     .count = COUNT_OF(name##_updated) },              \
		.size = sizeof(struct name),                                   \
		.id = offsetof(struct name, id),                               \
		.organization = offsetof(struct name, organization),           \
		.created_at = offsetof(struct name, created_at),               \
		.insert = &sql_##name##_insert,                                \
		.get = &sql_##name##_get,                                      \
		.take = &sql_##name##_take,                                    \
		.update = &sql_##name##_update,                                \
		.delete = &sql_##name##_delete,                                \
		.list = &sql_##name##_list,                                    \
		.list_ascending = &sql_##name##_list_ascending,                \
		__VA_ARGS__                                                    \
	}

/* `take` locks the row on PostgreSQL, since others may change or delete it. */
#define RESOURCE_ROW_(name, table_list)                                     \
	"SELECT " COLUMNS_OF(table_list) " FROM \"" name "\" WHERE id = ?1" \
					 " AND organization = ?2"

/* Define the verbs; the writes with their flags and their locks, or NULL. */
#define RESOURCE_CREATE(name, flags_, locks_)                   \
	RESOURCE_VERB_(name, create, flags_, .locks = (locks_), \
		       .size_in = sizeof(struct name),          \
		       .size_out = sizeof(struct name))
#define RESOURCE_GET(name)                                                    \
	RESOURCE_VERB_(name, get, VERB_READ, .size_in = sizeof(struct id_in), \
		       .size_out = sizeof(struct name))
#define RESOURCE_LIST(name)                               \
	RESOURCE_VERB_(name, list, VERB_READ,             \
		       .size_in = sizeof(struct list_in), \
		       .size_out = sizeof(struct list_out))
#define RESOURCE_UPDATE(name, flags_, locks_)                   \
	RESOURCE_VERB_(name, update, flags_, .locks = (locks_), \
		       .size_in = sizeof(struct name),          \
		       .size_out = sizeof(struct name))
#define RESOURCE_DELETE(name, flags_, locks_)                   \
	RESOURCE_VERB_(name, delete, flags_, .locks = (locks_), \
		       .size_in = sizeof(struct id_in))

#define RESOURCE_VERB_(name, does, flags_, ...)                       \
	const struct verb verb_##name##_##does = {                    \
		VERB(name##_##does), .flags = (flags_),               \
		.run = resource_##does, .resource = &name##_resource, \
		__VA_ARGS__                                           \
	}

enum result resource_create(struct work *work, const void *in, void *out);
enum result resource_get(struct work *work, const void *in, void *out);
enum result resource_list(struct work *work, const void *in, void *out);
enum result resource_update(struct work *work, const void *in, void *out);
enum result resource_delete(struct work *work, const void *in, void *out);

/*
 * For other verbs: the row with this id, by the resource's `get`, or by its
 * `take` where it, or what hangs on it, is going to be changed. RESULT_OK, or
 * not_found; a damaged row is noted in `work->db`.
 */
enum result resource_find(const struct work *work,
			  const struct resource *resource,
			  const struct sql *sql, int64_t id,
			  void *ret_row) MUST_CHECK;

#endif
