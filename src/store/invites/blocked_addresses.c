/*
 * blocked_addresses.c: addresses that may not be invited, until an owner says
 * otherwise.
 */
#include "base/base.h"

#include "store/invites/blocked_addresses.h"

#include "base/hash.h"
#include "store/resource.h"
#include "store/rows.h"

#define BLOCKED_ADDRESS_TABLE(FIRST, MORE)                       \
	FIRST(NUMBER, "id", struct block, id)                    \
	MORE(NUMBER, "organization", struct block, organization) \
	MORE(NUMBER, "created_at", struct block, created_at)     \
	MORE(NUMBER, "address_hash", struct block, address_hash)

#define BLOCKED_COLUMNS COLUMNS_OF(BLOCKED_ADDRESS_TABLE)

TABLE(blocked_address, "blocked_address", BLOCKED_ADDRESS_TABLE);

/* ---- one of them ---- */

STATEMENT(blocked_address_get,
	  .text = RESOURCE_ROW_("blocked_address", BLOCKED_ADDRESS_TABLE));
STATEMENT(blocked_address_take,
	  .text = RESOURCE_ROW_("blocked_address", BLOCKED_ADDRESS_TABLE),
	  .pgsql = RESOURCE_ROW_("blocked_address",
				 BLOCKED_ADDRESS_TABLE) " FOR UPDATE");
STATEMENT(blocked_address_delete, .text = "DELETE FROM blocked_address"
					  " WHERE id = ?1"
					  " AND organization = ?2");

static const struct resource block_resource = {
	.table = &blocked_address_table,
	.size = sizeof(struct block),
	.id = offsetof(struct block, id),
	.organization = offsetof(struct block, organization),
	.created_at = offsetof(struct block, created_at),
	.get = &sql_blocked_address_get,
	.take = &sql_blocked_address_take,
	.delete = &sql_blocked_address_delete,
	.not_found = RESULT_BLOCKED_ADDRESS_NOT_FOUND,
	.on_delete = AUDIT_ADDRESS_UNBLOCKED,
};

RESOURCE_GET(block);
RESOURCE_DELETE(block, 0, NULL);

/* ---- all of them ---- */

ORGANIZATION_LIST(blocked_address_list, BLOCKED_COLUMNS, "blocked_address",
		  "blocked_address_list");

STATEMENT(blocked_address_of,
	  .text = "SELECT " BLOCKED_COLUMNS " FROM blocked_address"
		  " WHERE organization = ?1 AND address_hash = ?4"
		  " AND id < ?2 LIMIT ?3");

static struct statement *list_statement(const struct work *work,
					const struct block_list_in *in)
{
	struct statement *st;

	if (!in->email_key)
		return work_list_either(work, blocked_address_list, &in->page);
	st = work_list(work, &sql_blocked_address_of, &in->page);
	db_bind_i64(st, 4, hash63(work->db->hash_key, str_of(in->email_key)));
	return st;
}

static enum result block_list(struct work *work, const void *input,
			      void *output)
{
	const struct block_list_in *in = input;
	struct block *rows = work_rows(work, &in->page, sizeof(*rows));
	struct statement *st = list_statement(work, in);
	size_t count = 0, seen = 0;

	for (; db_row(work->db, st); seen++) {
		if (table_read(&blocked_address_table, work->arena, st,
			       &rows[count]))
			count++;
	}
	*(struct list_out *)output =
	    list_end(work, &in->page, rows, count, seen);
	return RESULT_OK;
}

const struct verb verb_block_list = {
	VERB(block_list),
	.flags = VERB_READ,
	.size_in = sizeof(struct block_list_in),
	.size_out = sizeof(struct list_out),
	.run = block_list,
};

/* ---- asked when inviting ---- */

STATEMENT(blocked_address_insert,
	  .text = INSERT_OF("blocked_address",
			    BLOCKED_ADDRESS_TABLE) " ON CONFLICT(organization, "
						   "address_hash) DO NOTHING");

void block_address(struct work *work, const char *email_key)
{
	struct statement *st =
	    db_statement(work->db, &sql_blocked_address_insert);
	const struct block row = {
		.id = work_id(work),
		.organization = work->organization,
		.created_at = work->now,
		.address_hash = hash63(work->db->hash_key, str_of(email_key)),
	};

	table_bind(&blocked_address_table, st, &row);
	db_run(work->db, st);
}

/* Both queries are sent together: each may be a round trip. */
STATEMENT(address_taken,
	  .text = "SELECT (SELECT count(*) FROM \"user\""
		  " WHERE organization = ?1 AND email_key = ?2),"
		  " (SELECT count(*) FROM blocked_address"
		  " WHERE organization = ?1 AND address_hash = ?3)");

enum result check_address(const struct work *work, const char *email_key,
			  int64_t address_hash)
{
	struct statement *st = db_statement(work->db, &sql_address_taken);
	enum result result = RESULT_OK;
	struct user member;

	db_bind_i64(st, 1, work->organization);
	db_bind_text(st, 2, email_key);
	db_bind_i64(st, 3, address_hash);
	if (!db_row(work->db, st))
		return RESULT_OK; /* the error is noted */
	if (column_i64(st, 0) > 0)
		result = RESULT_USER_EXISTS;
	else if (column_i64(st, 1) > 0)
		result = RESULT_ADDRESS_BLOCKED;
	db_done(st);
	/* Read in full, so that a damaged row is not taken for a user. */
	return result == RESULT_USER_EXISTS &&
		       !find_member(work, email_key, &member)
		   ? RESULT_OK
		   : result;
}
