/*
 * key_cutoff.c: revokes projects' keys that were made before a time.
 *
 * A batch reads a bounded number of keys in force, in the order of an index,
 * and the next goes on after the last: no key is read twice, kept or revoked.
 */
#include "base/base.h"

#include "store/keys/project_keys.h"
#include "store/lock.h"
#include "store/rows.h"

#define BATCH	       200

#define CUTOFF_COLUMNS "SELECT id, project, created_at FROM project_key"

#define LISTED	       INDEXED_BY("project_key_list")
STATEMENT(project_key_cutoff,
	  .text = CUTOFF_COLUMNS LISTED
	  " WHERE organization = ?1 AND revoked_at = 0"
	  " AND (project, id) > (?2, ?3)"
	  " ORDER BY project, id LIMIT ?4",
	  .pgsql = CUTOFF_COLUMNS " WHERE (organization, project, id)"
				  " > (?1, ?2, ?3) AND organization <= ?1"
				  " AND revoked_at = 0 ORDER BY organization,"
				  " project, id LIMIT ?4");

/* How many keys come after the last; at most BATCH. */
static size_t next_keys(const struct work *work,
			const struct project_keys_end_in *in,
			struct project_key keys[BATCH])
{
	struct statement *st = db_statement(work->db, &sql_project_key_cutoff);
	size_t count = 0;

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, in->after.project);
	db_bind_i64(st, 3, in->after.id);
	db_bind_i64(st, 4, BATCH);
	while (db_row(work->db, st))
		keys[count++] = (struct project_key){
			.id = column_i64(st, 0),
			.project = column_i64(st, 1),
			.created_at = column_i64(st, 2),
		};
	return count;
}

static enum result project_keys_end(struct work *work, const void *input,
				    void *output)
{
	const struct project_keys_end_in *in = input;
	struct project_keys_end_out *out = output;
	struct project_key *keys =
	    arena_array(work->arena, BATCH, sizeof(*keys));
	size_t count;

	if (!keys)
		return RESULT_OUT_OF_MEMORY;
	count = next_keys(work, in, keys);
	*out = (struct project_keys_end_out){ .has_more = count == BATCH };
	for (size_t i = 0; i < count; i++) {
		out->last =
		    (struct project_key_in){ keys[i].project, keys[i].id };
		if (keys[i].created_at >= in->made_before)
			continue;
		revoke_project_key(work, &keys[i]);
		out->count++;
	}
	return RESULT_OK;
}

const struct verb verb_project_keys_end = {
	VERB(project_keys_end),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct project_keys_end_in),
	.size_out = sizeof(struct project_keys_end_out),
	.locks = lock_rights,
	.run = project_keys_end,
};
