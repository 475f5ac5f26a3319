/*
 * read.c: the verbs that change nothing, as SQL.
 *
 * Pages ask for one row more than the caller wants: whether it came is
 * `has_more`. Keys walk down by id, so that a page at the end of a million
 * costs what the first does.
 */
#include "base/base.h"

#include "store/db.h"

#include <limits.h>

#include "base/jw.h"

/* ---- pages ---- */

static int64_t page_before(const struct store_page *page)
{
	return page->after ? page->after : INT64_MAX;
}

/* The rows of a page, room for the extra one included; NULL notes the error. */
static void *page_rows(struct db *db, struct store_op *op,
		       const struct store_page *page, size_t size)
{
	void *rows = arena_array(op->arena, (size_t)page->limit + 1, size);

	if (!rows)
		db_no_memory(db);
	return rows;
}

static void page_end(struct store_page *page, size_t rows)
{
	page->has_more = rows > (size_t)page->limit;
	page->count = page->has_more ? (size_t)page->limit : rows;
}

/* Every list binds these three first. */
static struct statement *list_statement(struct db *db, enum sql which,
					int64_t owner,
					const struct store_page *page)
{
	struct statement *st = db_statement(db, which);

	db_bind_i64(st, 1, owner);
	db_bind_i64(st, 2, page_before(page));
	db_bind_i64(st, 3, page->limit + 1);
	return st;
}

/* ---- keys and organizations ---- */

static enum result key_find(struct db *db, struct store_op *op)
{
	struct admin_key *key = &op->key_find.ret_key;
	struct statement *st = db_statement(db, SQL_KEY_BY_HASH);
	uint8_t hash[SHA256_SIZE];

	sha256(op->key_find.secret, hash);
	db_bind_blob(st, 1, hash, sizeof(hash));
	if (!db_row(db, st))
		return RESULT_KEY_UNKNOWN;
	row_key(op->arena, st, key);
	db_done(st);
	return key->revoked_at ? RESULT_KEY_UNKNOWN : RESULT_OK;
}

static enum result key_list(struct db *db, struct store_op *op)
{
	struct store_page *page = &op->key_list.page;
	struct admin_key *rows = page_rows(db, op, page, sizeof(*rows));
	struct statement *st =
	    list_statement(db, SQL_KEY_LIST, op->organization, page);
	size_t count = 0;

	while (db_row(db, st))
		row_key(op->arena, st, &rows[count++]);
	page_end(page, count);
	op->key_list.ret_keys = rows;
	return RESULT_OK;
}

static enum result organization_list(struct db *db, struct store_op *op)
{
	struct store_page *page = &op->organization_list.page;
	struct organization *rows = page_rows(db, op, page, sizeof(*rows));
	struct statement *st = db_statement(db, SQL_ORGANIZATION_LIST);
	size_t count = 0;

	db_bind_i64(st, 1, page_before(page));
	db_bind_i64(st, 2, page->limit + 1);
	while (db_row(db, st))
		row_organization(op->arena, st, &rows[count++]);
	page_end(page, count);
	op->organization_list.ret_organizations = rows;
	return RESULT_OK;
}

/* ---- invites ---- */

static enum result invite_get(struct db *db, struct store_op *op)
{
	if (!find_invite(db, op, SQL_INVITE_GET, op->invite_get.id,
			 &op->invite_get.ret_invite))
		return RESULT_INVITE_NOT_FOUND;
	return RESULT_OK;
}

/* A status as what lies in the row: a state, and bounds of its expiry, or
 * another state whenever it expires. */
struct status_range {
	int64_t state;			      /* -1: any */
	int64_t expires_after, expires_until; /* (after, until] */
	int64_t other;			      /* -1: none */
};

static struct status_range range_of(const struct store_op *op)
{
	int64_t now = op->now_ms / 1000;

	struct status_range range = { -1, -1, INT64_MAX, -1 };

	if (!op->invite_list.by_status)
		return range;
	range.state = INVITE_OPEN;
	switch (op->invite_list.status) {
	case STATUS_ACCEPTED:
		range.state = INVITE_ACCEPTED;
		break;
	case STATUS_EXPIRED:
		range.expires_until = now;
		range.other = INVITE_DECLINED;
		break;
	case STATUS_PENDING:
		range.expires_after = now;
		break;
	}
	return range;
}

static struct statement *invite_list_statement(struct db *db,
					       struct store_op *op)
{
	struct store_page *page = &op->invite_list.page;
	struct status_range range = range_of(op);
	const char *key = op->invite_list.email_key;
	struct statement *st;

	if (key) {
		st = list_statement(db, SQL_INVITE_LIST_ADDRESS,
				    op->organization, page);
		db_bind_i64(st, 4, hash63(db->hash_key, str_of(key)));
		db_bind_text(st, 5, key);
		db_bind_i64(st, 6, range.state);
		db_bind_i64(st, 7, range.expires_after);
		db_bind_i64(st, 8, range.expires_until);
		db_bind_i64(st, 9, range.other);
		return st;
	}
	if (!op->invite_list.by_status)
		return list_statement(db, SQL_INVITE_LIST, op->organization,
				      page);
	if (op->invite_list.status == STATUS_EXPIRED) {
		st = list_statement(db, SQL_INVITE_LIST_EXPIRED,
				    op->organization, page);
		db_bind_i64(st, 4, range.expires_until);
		return st;
	}
	st = list_statement(db, SQL_INVITE_LIST_STATE, op->organization, page);
	db_bind_i64(st, 4, range.state);
	db_bind_i64(st, 5, range.expires_after);
	db_bind_i64(st, 6, range.expires_until);
	return st;
}

static enum result invite_list(struct db *db, struct store_op *op)
{
	struct store_page *page = &op->invite_list.page;
	struct invite *rows = page_rows(db, op, page, sizeof(*rows));
	struct statement *st = invite_list_statement(db, op);
	size_t count = 0;

	while (db_row(db, st))
		row_invite(op->arena, st, &rows[count++]);
	page_end(page, count);
	op->invite_list.ret_invites = rows;
	return RESULT_OK;
}

static enum result invitation_lookup(struct db *db, struct store_op *op)
{
	struct invitation *invitation = &op->invitation.ret_invitation;
	uint8_t hash[SHA256_SIZE];
	enum result result;
	bool found;

	*invitation = (struct invitation){ .organization_name = "" };
	found = find_invitation(db, op, SQL_INVITATION_GET, invitation);
	secret_hash(op->invitation.token.secret, hash);
	result = invite_on_answer(found ? &invitation->invite : NULL, hash,
				  op->now_ms / 1000);
	op->invitation.ret_again = result == RESULT_INVITE_ACCEPTED;
	op->invitation.ret_user = invitation->invite.user;
	return op->invitation.ret_again ? RESULT_OK : result;
}

/* ---- projects and people ---- */

static enum result project_get(struct db *db, struct store_op *op)
{
	if (!find_project(db, op, op->project_get.id,
			  &op->project_get.ret_project))
		return RESULT_PROJECT_NOT_FOUND;
	return RESULT_OK;
}

static enum result project_list(struct db *db, struct store_op *op)
{
	struct store_page *page = &op->project_list.page;
	struct project *rows = page_rows(db, op, page, sizeof(*rows));
	enum sql which = op->project_list.include_archived
			     ? SQL_PROJECT_LIST
			     : SQL_PROJECT_LIST_ACTIVE;
	struct statement *st =
	    list_statement(db, which, op->organization, page);
	size_t count = 0;

	while (db_row(db, st))
		row_project(op->arena, st, &rows[count++]);
	page_end(page, count);
	op->project_list.ret_projects = rows;
	return RESULT_OK;
}

static enum result user_get(struct db *db, struct store_op *op)
{
	struct statement *st = db_statement(db, SQL_USER_GET);

	db_bind_i64(st, 1, op->user_get.id);
	db_bind_i64(st, 2, op->organization);
	if (!db_row(db, st))
		return RESULT_USER_NOT_FOUND;
	row_user(op->arena, st, &op->user_get.ret_user);
	db_done(st);
	return RESULT_OK;
}

/* ["ada@example.com", ...]; NULL when out of memory. */
static const char *address_list(struct arena *arena, const char **keys,
				size_t count)
{
	struct buf text;
	struct jw jw;
	const char *copy = NULL;

	buf_init(&text, SIZE_MAX);
	jw_init(&jw, &text);
	jw_array(&jw);
	for (size_t i = 0; i < count; i++)
		jw_text(&jw, keys[i]);
	jw_end_array(&jw);
	if (buf_ok(&text))
		copy = arena_str(arena, buf_str(&text));
	buf_release(&text);
	return copy;
}

static enum result users_by_address(struct db *db, struct store_op *op)
{
	struct store_page *page = &op->user_list.page;
	size_t wanted = op->user_list.email_count, count = 0;
	struct user *rows = arena_array(op->arena, wanted, sizeof(*rows));
	const char *list =
	    address_list(op->arena, op->user_list.email_keys, wanted);
	struct statement *st;

	if (!rows || !list)
		return RESULT_OUT_OF_MEMORY;
	st = db_statement(db, SQL_USER_MANY);
	db_bind_i64(st, 1, op->organization);
	db_bind_text(st, 2, list);
	while (db_row(db, st)) {
		row_user(op->arena, st, &rows[count]);
		if (rows[count].id < page_before(page))
			count++;
	}
	page_end(page, count);
	op->user_list.ret_users = rows;
	return RESULT_OK;
}

static enum result user_list(struct db *db, struct store_op *op)
{
	struct store_page *page = &op->user_list.page;
	struct user *rows;
	struct statement *st;
	size_t count = 0;

	if (op->user_list.email_count)
		return users_by_address(db, op);
	rows = page_rows(db, op, page, sizeof(*rows));
	st = list_statement(db, SQL_USER_LIST, op->organization, page);
	while (db_row(db, st))
		row_user(op->arena, st, &rows[count++]);
	page_end(page, count);
	op->user_list.ret_users = rows;
	return RESULT_OK;
}

static void row_project_user(struct arena *arena, struct statement *st,
			     struct project_user *user)
{
	*user = (struct project_user){
		.id = column_i64(st, 0),
		.email = column_text(st, arena, 1),
		.name = column_text(st, arena, 2),
		.role = (enum project_role)column_i64(st, 3),
		.added_at = column_i64(st, 4),
	};
}

static enum result project_user_list(struct db *db, struct store_op *op)
{
	struct store_page *page = &op->project_user_list.page;
	int64_t project_id = op->project_user_list.project;
	struct project_user *rows;
	struct project project;
	struct statement *st;
	size_t count = 0;

	if (!find_project(db, op, project_id, &project))
		return RESULT_PROJECT_NOT_FOUND;
	if (project.archived_at)
		return RESULT_PROJECT_ARCHIVED;
	rows = page_rows(db, op, page, sizeof(*rows));
	st = db_statement(db, SQL_PROJECT_USER_LIST);
	db_bind_i64(st, 1, project_id);
	db_bind_i64(st, 2, op->organization);
	db_bind_i64(st, 3, page_before(page));
	db_bind_i64(st, 4, page->limit + 1);
	while (db_row(db, st))
		row_project_user(op->arena, st, &rows[count++]);
	page_end(page, count);
	op->project_user_list.ret_users = rows;
	return RESULT_OK;
}

static enum result outbox_count(struct db *db, struct store_op *op)
{
	struct statement *st = db_statement(db, SQL_OUTBOX_COUNT);

	if (!db_row(db, st))
		return RESULT_STORE_UNAVAILABLE;
	op->outbox_count.ret_waiting = column_i64(st, 0);
	op->outbox_count.ret_oldest_ms = column_i64(st, 1);
	db_done(st);
	return RESULT_OK;
}

enum result db_read(struct db *db, struct store_op *op)
{
	static enum result (*const verbs[])(struct db *, struct store_op *) = {
		[STORE_KEY_FIND] = key_find,
		[STORE_KEY_LIST] = key_list,
		[STORE_ORGANIZATION_LIST] = organization_list,
		[STORE_INVITE_GET] = invite_get,
		[STORE_INVITE_LIST] = invite_list,
		[STORE_INVITATION_LOOKUP] = invitation_lookup,
		[STORE_PROJECT_GET] = project_get,
		[STORE_PROJECT_LIST] = project_list,
		[STORE_USER_GET] = user_get,
		[STORE_USER_LIST] = user_list,
		[STORE_PROJECT_USER_LIST] = project_user_list,
		[STORE_OUTBOX_COUNT] = outbox_count,
	};
	_Static_assert(COUNT_OF(verbs) == STORE_VERB_COUNT,
		       "a verb is missing");

	return verbs[op->verb](db, op);
}
