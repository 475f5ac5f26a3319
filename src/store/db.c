/*
 * db.c: what the verbs know of every database: rows as structs.
 *
 * The surprise: nothing here returns an error. The first failure is kept in
 * `error`, every later call does as little as it can, and whoever began the
 * transaction looks once before it commits or answers.
 */
#include "base/base.h"

#include "store/db.h"

void db_note(struct db *db, enum db_error error)
{
	if (db->error == DB_FINE)
		db->error = error;
}

void db_no_memory(struct db *db)
{
	db_note(db, DB_NO_MEMORY);
}

enum result db_result(enum db_error error)
{
	return error == DB_NO_MEMORY ? RESULT_OUT_OF_MEMORY
				     : RESULT_STORE_UNAVAILABLE;
}

/* ---- statements ---- */

struct statement *db_statement(struct db *db, enum sql which)
{
	return db->error ? NULL : db->driver->statement(db, which);
}

void db_bind_i64(struct statement *st, int index, int64_t value)
{
	if (st)
		st->db->driver->bind_i64(st, index, value);
}

void db_bind_text(struct statement *st, int index, const char *value)
{
	struct str text = { value, value ? strlen(value) : 0 };

	if (st)
		st->db->driver->bind_bytes(st, index, DB_TEXT, text);
}

void db_bind_blob(struct statement *st, int index, const void *data, size_t len)
{
	if (st)
		st->db->driver->bind_bytes(st, index, DB_BLOB,
					   (struct str){ data, len });
}

bool db_row(struct db *db, struct statement *st)
{
	if (!st)
		return false;
	if (!db->error)
		return db->driver->row(st);
	/* Of a loop over rows, one of which had no room: it ends here, or
	 * SQLite would go on showing the state of that moment. */
	db->driver->done(st);
	return false;
}

void db_run(struct db *db, struct statement *st)
{
	if (st && !db->error)
		db->driver->run(st);
}

int64_t db_run_counting(struct db *db, struct statement *st)
{
	return st && !db->error ? db->driver->run_counting(st) : 0;
}

void db_done(struct statement *st)
{
	if (st)
		st->db->driver->done(st);
}

int64_t column_i64(struct statement *st, int column)
{
	return st->db->driver->column_i64(st, column);
}

struct str column_bytes(struct statement *st, int column)
{
	return st->db->driver->column_bytes(st, column);
}

const char *column_text(struct statement *st, struct arena *arena, int column)
{
	struct str text = column_bytes(st, column);
	const char *copy;

	if (!text.data)
		return NULL;
	copy = arena_str(arena, text);
	if (copy)
		return copy;
	db_no_memory(st->db);
	return "";
}

/* ---- rows ---- */

/* In the order of INVITE_COLUMNS. */
void row_invite(struct arena *arena, struct statement *st,
		struct invite *invite)
{
	struct str hash = column_bytes(st, 12);
	struct str grants = column_bytes(st, 15);

	*invite = (struct invite){
		.id = column_i64(st, 0),
		.organization = column_i64(st, 1),
		.state = (enum invite_state)column_i64(st, 2),
		.role = (enum role)column_i64(st, 3),
		.created_at = column_i64(st, 4),
		.expires_at = column_i64(st, 5),
		.accepted_at = column_i64(st, 6),
		.user = column_i64(st, 7),
		.declined_at = column_i64(st, 17),
		.delivery = {
			.status = (enum delivery_status)column_i64(st,
									   8),
			.attempts = (int)column_i64(st, 9),
			.updated_at = column_i64(st, 10),
			.last_error = column_text(st, arena, 11),
		},
		.email = column_text(st, arena, 13),
		.email_key = column_text(st, arena, 14),
	};
	if (hash.len == SHA256_SIZE)
		memcpy(invite->secret_hash, hash.data, SHA256_SIZE);
	if (!invite->email_key)
		invite->email_key = invite->email;
	if (grants_parse(arena, grants, &invite->grants) < 0)
		db_no_memory(st->db);
}

void row_project(struct arena *arena, struct statement *st,
		 struct project *project)
{
	*project = (struct project){
		.id = column_i64(st, 0),
		.organization = column_i64(st, 1),
		.name = column_text(st, arena, 2),
		.created_at = column_i64(st, 3),
		.archived_at = column_i64(st, 4),
	};
}

void row_user(struct arena *arena, struct statement *st, struct user *user)
{
	*user = (struct user){
		.id = column_i64(st, 0),
		.organization = column_i64(st, 1),
		.email = column_text(st, arena, 2),
		.name = column_text(st, arena, 3),
		.role = (enum role)column_i64(st, 4),
		.added_at = column_i64(st, 5),
	};
}

void row_key(struct arena *arena, struct statement *st, struct admin_key *key)
{
	*key = (struct admin_key){
		.id = column_i64(st, 0),
		.organization = column_i64(st, 1),
		.name = column_text(st, arena, 2),
		.redacted = column_text(st, arena, 3),
		.created_at = column_i64(st, 4),
		.last_used_at = column_i64(st, 5),
		.revoked_at = column_i64(st, 6),
	};
}

void row_organization(struct arena *arena, struct statement *st,
		      struct organization *organization)
{
	*organization = (struct organization){
		.id = column_i64(st, 0),
		.name = column_text(st, arena, 1),
		.created_at = column_i64(st, 2),
		.default_project = column_i64(st, 3),
	};
}

bool find_invite(struct db *db, struct store_op *op, enum sql which, int64_t id,
		 struct invite *ret_invite)
{
	struct statement *st = db_statement(db, which);

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, op->organization);
	if (!db_row(db, st))
		return false;
	row_invite(op->arena, st, ret_invite);
	db_done(st);
	return true;
}

bool find_project(struct db *db, struct store_op *op, int64_t id,
		  struct project *ret_project)
{
	struct statement *st = db_statement(db, SQL_PROJECT_GET);

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, op->organization);
	if (!db_row(db, st))
		return false;
	row_project(op->arena, st, ret_project);
	db_done(st);
	return true;
}

size_t find_projects(struct db *db, struct store_op *op, struct grants grants,
		     struct project *ret_projects)
{
	struct statement *st;
	const char *list;
	size_t count = 0;

	if (grants.count == 0)
		return 0;
	if (grants.count == 1)
		return find_project(db, op, grants.at[0].project, ret_projects);
	list = grants_format(op->arena, grants);
	if (!list) {
		db_no_memory(db);
		return 0;
	}
	st = db_statement(db, SQL_PROJECT_MANY);
	db_bind_i64(st, 1, op->organization);
	db_bind_text(st, 2, list);
	while (db_row(db, st))
		row_project(op->arena, st, &ret_projects[count++]);
	return count;
}

struct project_texts project_texts_of(struct db *db, struct arena *arena,
				      struct grants grants)
{
	struct project_texts texts = { grants_format(arena, grants), NULL };
	struct grants sorted;

	if (grants_are_sorted(grants) && texts.sorted)
		return texts;
	texts.sent = texts.sorted;
	texts.sorted = texts.sent && grants_sort(arena, grants, &sorted) == 0
			   ? grants_format(arena, sorted)
			   : NULL;
	if (!texts.sorted)
		db_no_memory(db);
	return texts;
}

const struct project *project_among(const struct project *projects,
				    size_t count, int64_t id)
{
	for (size_t i = 0; i < count; i++) {
		if (projects[i].id == id)
			return &projects[i];
	}
	return NULL;
}

static bool is_skipped(struct grants skipped, int64_t project)
{
	for (size_t i = 0; i < skipped.count; i++) {
		if (skipped.at[i].project == project)
			return true;
	}
	return false;
}

/* An accepted invite shows what was archived when it was accepted; any other
 * what is archived now. */
static void name_grants(struct db *db, struct store_op *op,
			struct invitation *invitation, struct grants skips)
{
	const struct invite *invite = &invitation->invite;
	struct grants grants = invite->grants;
	struct project *projects =
	    arena_array(op->arena, grants.count + 1, sizeof(*projects));
	size_t count;

	if (!projects) {
		db_no_memory(db);
		return;
	}
	count = find_projects(db, op, grants, projects);
	for (size_t i = 0; i < grants.count; i++) {
		struct grant *grant = &grants.at[i];
		const struct project *project =
		    project_among(projects, count, grant->project);
		struct named_grant *named = &invitation->grants[i];

		*named = (struct named_grant){ "", grant->role, false };
		if (!project)
			continue;
		named->project_name = project->name;
		named->archived = invite->state == INVITE_ACCEPTED
				      ? is_skipped(skips, grant->project)
				      : project->archived_at != 0;
	}
}

void name_invitation(struct db *db, struct store_op *op,
		     struct invitation *invitation, struct str skipped)
{
	struct invite *invite = &invitation->invite;
	struct grants skips = { NULL, 0 };
	struct statement *st = db_statement(db, SQL_ORGANIZATION_GET);

	invitation->organization_name = "";
	db_bind_i64(st, 1, invite->organization);
	if (db_row(db, st)) {
		invitation->organization_name = column_text(st, op->arena, 1);
		db_done(st);
	}
	invitation->grants = arena_array(op->arena, invite->grants.count + 1,
					 sizeof(*invitation->grants));
	if (!invitation->grants ||
	    (skipped.len && grants_parse(op->arena, skipped, &skips) < 0)) {
		db_no_memory(db);
		return;
	}
	op->organization = invite->organization;
	name_grants(db, op, invitation, skips);
}

bool find_invitation(struct db *db, struct store_op *op, enum sql which,
		     struct invitation *ret_invitation)
{
	const struct token *token = &op->invitation.token;
	struct statement *st = db_statement(db, which);
	uint8_t hash[SHA256_SIZE];
	const char *skipped;

	secret_hash(token->secret, hash);
	db_bind_i64(st, 1, token->invite);
	db_bind_blob(st, 2, hash, sizeof(hash));
	if (!db_row(db, st))
		return false;
	row_invite(op->arena, st, &ret_invitation->invite);
	skipped = column_text(st, op->arena, 16);
	db_done(st);
	name_invitation(db, op, ret_invitation, str_of(skipped));
	return true;
}
