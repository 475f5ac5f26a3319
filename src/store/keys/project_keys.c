/*
 * project_keys.c: the verbs of projects' keys.
 *
 * Whether a key opens its project is not stored: each row is read with what
 * decides about it, found by index, and core/access.h decides.
 */
#include "base/base.h"

#include "store/keys/project_keys.h"

#include "store/lock.h"
#include "store/members/standing.h"
#include "store/rows.h"

#define CHUNK 200 /* rows that are read at once, after the first chunk */

static const char *const owner_access_words[] = {
	[OWNER_ACTIVE] = "active",
	[OWNER_INACTIVE] = "inactive",
	[OWNER_ANY] = "any",
};

const struct vocabulary owner_accesses = VOCABULARY(owner_access_words);

struct project_key_row {
	struct project_key key;
	uint8_t secret_hash[SHA256_SIZE];
};

#define ROW struct project_key_row
#define PROJECT_KEY_TABLE(FIRST, MORE)                            \
	FIRST(NUMBER, "id", ROW, key.id)                          \
	MORE(NUMBER, "organization", ROW, key.organization)       \
	MORE(NUMBER, "project", ROW, key.project)                 \
	MORE(NUMBER, "user", ROW, key.user)                       \
	MORE(NUMBER, "service_account", ROW, key.service_account) \
	MORE(BYTES, "secret_hash", ROW, secret_hash)              \
	MORE(TEXT, "name", ROW, key.name)                         \
	MORE(TEXT, "redacted", ROW, key.redacted)                 \
	MORE(TEXT, "scopes", ROW, key.scopes)                     \
	MORE(TEXT, "models", ROW, key.models)                     \
	MORE(NUMBER, "created_at", ROW, key.created_at)           \
	MORE(NUMBER, "last_used_at", ROW, key.last_used_at)       \
	MORE(NUMBER, "revoked_at", ROW, key.revoked_at)           \
	MORE(NUMBER, "expires_at", ROW, key.expires_at)           \
	MORE(NUMBER, "lifetime", ROW, key.lifetime)               \
	MORE(NUMBER, "warn_at", ROW, key.warn_at)                 \
	MORE(NUMBER, "warned", ROW, key.warned)                   \
	MORE(NUMBER, "replaced_by", ROW, key.replaced_by)

TABLE(project_key, "project_key", PROJECT_KEY_TABLE);

/* ---- rows ---- */

#define OF_USER(column)                                             \
	"(SELECT u." column " FROM \"user\" u WHERE u.organization" \
	" = project_key.organization AND u.id = project_key.\"user\")"
#define OF_ACCOUNT(column)                                                 \
	"(SELECT a." column " FROM service_account a WHERE a.organization" \
	" = project_key.organization AND a.id = project_key.service_account)"

/* After the table's columns and those of standing. */
enum { ACCOUNT_ROLE, ARCHIVED_AT, OWNER_NAME, OWNER_EMAIL, OWNER_SINCE };

#define FACTS                                                              \
	STANDING_FACTS("project_key.organization", "project_key.\"user\"", \
		       "project_key.project")
#define ARCHIVED                                           \
	"(SELECT p.archived_at FROM project p"             \
	" WHERE p.organization = project_key.organization" \
	" AND p.id = project_key.project)"
#define EITHER(of_user, of_account) \
	"coalesce(" OF_USER(of_user) ", " OF_ACCOUNT(of_account) ")"
#define NAME  EITHER("name", "name")
#define SINCE EITHER("added_at", "created_at")

#define SHOWN_COLUMNS                                              \
	COLUMNS_OF(PROJECT_KEY_TABLE)                              \
	", " FACTS ", " OF_ACCOUNT("role") ", " ARCHIVED ", " NAME \
					   ", " OF_USER("email") ", " SINCE

/* And what a text is compared with, where that is not NULL. */
static bool read_key(const struct work *work, struct statement *st,
		     struct shown_key *ret_shown, uint8_t ret_hash[SHA256_SIZE])
{
	int facts = COLUMN_BEHIND(&project_key_table);
	int more = facts + STANDING_COLUMNS;
	struct project_key_row row;
	bool is_account;

	if (!table_read(&project_key_table, work->arena, st, &row))
		return false;
	is_account = row.key.service_account != 0;
	if (ret_hash)
		memcpy(ret_hash, row.secret_hash, SHA256_SIZE);
	*ret_shown = (struct shown_key){
		.key = row.key,
		.standing =
		    is_account ? account_standing((enum account_role)column_i64(
				     st, more + ACCOUNT_ROLE))
			       : column_standing(st, facts),
		.archived = column_i64(st, more + ARCHIVED_AT) != 0,
		.owner_name = column_text(st, work->arena, more + OWNER_NAME),
		.owner_email = column_text(st, work->arena, more + OWNER_EMAIL),
		.owner_since = column_i64(st, more + OWNER_SINCE),
	};
	return true;
}

STATEMENT(project_key_get, .text = "SELECT " SHOWN_COLUMNS " FROM project_key"
				   " WHERE id = ?1 AND organization = ?2"
				   " AND project = ?3");

enum result find_project_key(const struct work *work, int64_t project,
			     int64_t id, struct shown_key *ret_shown)
{
	struct statement *st;
	struct project owner;

	if (!find_project(work, project, &owner))
		return RESULT_PROJECT_NOT_FOUND;
	st = db_statement(work->db, &sql_project_key_get);
	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, project);
	if (!db_row(work->db, st))
		return RESULT_API_KEY_NOT_FOUND;
	if (!read_key(work, st, ret_shown, NULL))
		(void)db_damaged(work->db);
	db_done(st);
	return ret_shown->key.revoked_at ? RESULT_API_KEY_NOT_FOUND : RESULT_OK;
}

/* ---- create ---- */

#define KEY_DETAIL(FIRST, MORE)                            \
	FIRST(LINES, "scopes", struct project_key, scopes) \
	MORE(LINES, "models", struct project_key, models)

DETAIL(api_key, KEY_DETAIL);

void remember_project_key(const struct work *work, enum audit_type type,
			  const struct project_key *key, const char *detail)
{
	work_audit_event(work, &(struct audit_event){ .type = type,
						      .target = key->id,
						      .project = key->project,
						      .detail = detail });
}

STATEMENT(project_key_insert,
	  .text = INSERT_OF("project_key", PROJECT_KEY_TABLE));

STATEMENT(project_key_life,
	  .text = "SELECT p.max_key_lifetime_seconds, coalesce((SELECT"
		  " s.max_key_lifetime_seconds FROM organization_settings s"
		  " WHERE s.organization = ?2), 0) FROM project p"
		  " WHERE p.id = ?1 AND p.organization = ?2");

int64_t longest_key_life(const struct work *work, int64_t project)
{
	struct statement *st = db_statement(work->db, &sql_project_key_life);
	int64_t of_project, of_organization;

	db_bind_i64(st, 1, project);
	db_bind_i64(st, 2, work->organization);
	if (!db_row(work->db, st))
		return 0;
	of_project = column_i64(st, 0);
	of_organization = column_i64(st, 1);
	db_done(st);
	return of_project && (!of_organization || of_project < of_organization)
		   ? of_project
		   : of_organization;
}

enum result limit_lifetime(const struct work *work, int64_t project,
			   int64_t *lifetime)
{
	int64_t longest = longest_key_life(work, project);

	if (longest == 0)
		return RESULT_OK;
	if (*lifetime > longest)
		return RESULT_KEY_LIFETIME_ABOVE_MAX;
	if (*lifetime == 0)
		*lifetime = longest;
	return RESULT_OK;
}

/* A list that is empty restricts to nothing. */
static const char *restriction(const char *lines)
{
	return lines && *lines ? lines : NULL;
}

/* From now on; it is warned of as if it were new. */
static void set_end(const struct work *work, struct project_key *key,
		    int64_t lifetime)
{
	key->lifetime = lifetime;
	key->expires_at = lifetime ? work->now + lifetime : 0;
	key->warned = 0;
	key->warn_at = key_warning_at(key, work->now).next_at;
}

void insert_project_key(const struct work *work, const struct new_key *made,
			struct project_key *key, char text[KEY_TEXT_SIZE])
{
	struct statement *st = db_statement(work->db, &sql_project_key_insert);
	struct project_key_row row;
	char redacted[REDACTED_SIZE];

	key->id = work_id(work);
	key->organization = work->organization;
	key->name = made->name ? made->name : PROJECT_KEY_NAME;
	key->scopes = restriction(made->scopes);
	key->models = restriction(made->models);
	key->created_at = work->now;
	set_end(work, key, made->lifetime);
	key_format(key->service_account ? KEY_OF_SERVICE_ACCOUNT : KEY_OF_USER,
		   key->id, made->secret, text);
	key_redact(str_of(text), redacted);
	key->redacted = arena_str(work->arena, str_of(redacted));
	if (!key->redacted)
		db_no_memory(work->db);
	row.key = *key;
	sha256(str_of(text), row.secret_hash);
	table_bind(&project_key_table, st, &row);
	db_run(work->db, st);
	remember_project_key(work, AUDIT_API_KEY_CREATED, key,
			     audit_detail(work, &api_key_detail, key));
}

static enum result project_key_create(struct work *work, const void *input,
				      void *output)
{
	const struct project_key_create_in *in = input;
	struct project_key_create_out *out = output;
	struct project_key key = { .project = in->project, .user = in->user };
	struct new_key made = in->made;
	struct project project;
	enum result result;

	result = find_active_project(work, in->project, &project);
	if (result != RESULT_OK)
		return result;
	if (find_standing(work, in->user, in->project) == STANDING_NONE)
		return RESULT_PROJECT_USER_NOT_FOUND;
	result = limit_lifetime(work, in->project, &made.lifetime);
	if (result != RESULT_OK)
		return result;
	insert_project_key(work, &made, &key, out->text);
	return find_project_key(work, in->project, key.id, &out->shown);
}

const struct verb verb_project_key_create = {
	VERB(project_key_create),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct project_key_create_in),
	.size_out = sizeof(struct project_key_create_out),
	.locks = lock_rights,
	.run = project_key_create,
};

/* ---- get, list ---- */

static enum result project_key_get(struct work *work, const void *input,
				   void *output)
{
	const struct project_key_in *in = input;
	struct project_key_out *out = output;

	return find_project_key(work, in->project, in->id, &out->shown);
}

const struct verb verb_project_key_get = {
	VERB(project_key_get),
	.flags = VERB_READ,
	.size_in = sizeof(struct project_key_in),
	.size_out = sizeof(struct project_key_out),
	.run = project_key_get,
};

#define LISTED INDEXED_BY("project_key_list")
STATEMENT(project_key_list,
	  .text = "SELECT " SHOWN_COLUMNS " FROM project_key" LISTED
		  " WHERE organization = ?1 AND project = ?4"
		  " AND revoked_at = 0 AND id < ?2"
		  " ORDER BY id DESC LIMIT ?3",
	  .pgsql = "SELECT " SHOWN_COLUMNS " FROM project_key"
		   " WHERE (organization, project, id) < (?1, ?4, ?2)"
		   " AND (organization, project) >= (?1, ?4)"
		   " AND revoked_at = 0 ORDER BY organization DESC,"
		   " project DESC, id DESC LIMIT ?3");

static bool is_wanted(const struct project_key_list_in *in,
		      const struct shown_key *shown)
{
	bool active =
	    access_of_owner(shown->standing, shown->archived) == ACCESS_ALLOWED;

	if (!in->by_access)
		return shown->standing != STANDING_NONE;
	return in->access == OWNER_ANY ||
	       active == (in->access == OWNER_ACTIVE);
}

struct key_page {
	const struct project_key_list_in *in;
	struct list_in chunk; /* the next one */
	struct shown_key *rows;
	size_t count;
};

static bool is_full(const struct key_page *page)
{
	return page->count > (size_t)page->in->page.limit;
}

/* One chunk of the project's keys; false where there are no more. */
static bool look_through(const struct work *work, struct key_page *page)
{
	struct statement *st =
	    work_list(work, &sql_project_key_list, &page->chunk);
	int seen = 0;

	db_bind_i64(st, 4, page->in->project);
	while (!is_full(page) && db_row(work->db, st)) {
		struct shown_key *shown = &page->rows[page->count];

		seen++;
		page->chunk.after = column_i64(st, 0);
		if (read_key(work, st, shown, NULL) &&
		    is_wanted(page->in, shown))
			page->count++;
	}
	db_done(st);
	return seen > page->chunk.limit;
}

static enum result project_key_list(struct work *work, const void *input,
				    void *output)
{
	const struct project_key_list_in *in = input;
	struct key_page page = {
		.in = in,
		.chunk = { .after = in->page.after,
			   .limit = 2 * in->page.limit + 1 },
		.rows = work_rows(work, &in->page, sizeof(*page.rows)),
	};
	struct project project;

	if (!find_project(work, in->project, &project))
		return RESULT_PROJECT_NOT_FOUND;
	while (page.rows && !work->db->error && look_through(work, &page) &&
	       !is_full(&page) && !work_leaves(work))
		page.chunk.limit = CHUNK - 1;
	*(struct list_out *)output =
	    list_end(work, &in->page, page.rows, page.count, page.count);
	return RESULT_OK;
}

const struct verb verb_project_key_list = {
	VERB(project_key_list),
	.flags = VERB_READ,
	.size_in = sizeof(struct project_key_list_in),
	.size_out = sizeof(struct list_out),
	.run = project_key_list,
};

/* ---- find ---- */

/* Behind SHOWN_COLUMNS. */
enum { FOUND_PROJECT = OWNER_SINCE + 1, FOUND_GENERATION };

STATEMENT(project_key_find,
	  .text = "SELECT " SHOWN_COLUMNS ", (SELECT p.name FROM project p"
		  " WHERE p.organization = project_key.organization"
		  " AND p.id = project_key.project), (SELECT r.generation"
		  " FROM rights r WHERE r.organization ="
		  " project_key.organization) FROM project_key WHERE id = ?1");

static enum result project_key_find(struct work *work, const void *input,
				    void *output)
{
	const struct id_in *in = input;
	struct found_key *out = output;
	struct statement *st = db_statement(work->db, &sql_project_key_find);
	int more = COLUMN_BEHIND(&project_key_table) + STANDING_COLUMNS;

	db_bind_i64(st, 1, in->id);
	if (!db_row(work->db, st))
		return RESULT_API_KEY_NOT_FOUND;
	if (!read_key(work, st, &out->shown, out->secret_hash))
		(void)db_damaged(work->db);
	out->project_name = column_text(st, work->arena, more + FOUND_PROJECT);
	out->generation = column_i64(st, more + FOUND_GENERATION);
	db_done(st);
	return RESULT_OK;
}

const struct verb verb_project_key_find = {
	VERB(project_key_find),
	.flags = VERB_READ | VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct id_in),
	.size_out = sizeof(struct found_key),
	.run = project_key_find,
};

/* ---- update ---- */

#define REQUESTED_DETAIL(FIRST, MORE)                                \
	FIRST(LINES, "scopes", struct project_key_update_in, scopes) \
	MORE(LINES, "models", struct project_key_update_in, models)

DETAIL(api_key_update, REQUESTED_DETAIL);

STATEMENT(project_key_update,
	  .text = "UPDATE project_key SET scopes = ?3, models = ?4,"
		  " expires_at = ?5, lifetime = ?6, warn_at = ?7,"
		  " warned = ?8, replaced_by = ?9 WHERE id = ?1"
		  " AND organization = ?2");

/* What an update asks for, in the key. */
static void change_key(const struct work *work,
		       const struct project_key_update_in *in,
		       struct project_key *key)
{
	if (in->scopes)
		key->scopes = restriction(in->scopes);
	if (in->models)
		key->models = restriction(in->models);
	if (in->lifetime)
		set_end(work, key, in->lifetime);
}

void write_project_key(const struct work *work, const struct project_key *key)
{
	struct statement *st = db_statement(work->db, &sql_project_key_update);

	db_bind_i64(st, 1, key->id);
	db_bind_i64(st, 2, work->organization);
	db_bind_text(st, 3, key->scopes);
	db_bind_text(st, 4, key->models);
	db_bind_i64(st, 5, key->expires_at);
	db_bind_i64(st, 6, key->lifetime);
	db_bind_i64(st, 7, key->warn_at);
	db_bind_i64(st, 8, key->warned);
	db_bind_i64(st, 9, key->replaced_by);
	db_run(work->db, st);
}

enum result find_changeable_key(const struct work *work, int64_t project,
				int64_t id, struct shown_key *ret_shown)
{
	enum result result = find_project_key(work, project, id, ret_shown);
	const struct project_key *key = &ret_shown->key;

	if (result != RESULT_OK)
		return result;
	if (work->db->damaged)
		return RESULT_DAMAGED;
	if (ret_shown->archived)
		return RESULT_PROJECT_ARCHIVED;
	if (key->expires_at && work->now >= key->expires_at)
		return RESULT_API_KEY_EXPIRED;
	return RESULT_OK;
}

/* Shortening a key's life is always allowed. */
static bool is_too_long(const struct work *work,
			const struct project_key_update_in *in,
			const struct project_key *key)
{
	int64_t longest;

	if (in->lifetime == 0 || key->expires_at == 0 ||
	    work->now + in->lifetime <= key->expires_at)
		return false;
	longest = longest_key_life(work, in->project);
	return longest && in->lifetime > longest;
}

static enum result project_key_update(struct work *work, const void *input,
				      void *output)
{
	const struct project_key_update_in *in = input;
	struct project_key_out *out = output;
	struct project_key *key = &out->shown.key;
	struct project_key_row before = { .secret_hash = { 0 } },
			       after = before;
	enum result result =
	    find_changeable_key(work, in->project, in->id, &out->shown);

	if (result != RESULT_OK)
		return result;
	if (is_too_long(work, in, key))
		return RESULT_KEY_LIFETIME_ABOVE_MAX;
	before.key = *key;
	change_key(work, in, key);
	after.key = *key;
	if (table_differs(&project_key_table, &before, &after)) {
		write_project_key(work, key);
		remember_project_key(
		    work, AUDIT_API_KEY_UPDATED, key,
		    audit_detail(work, &api_key_update_detail, in));
	}
	return RESULT_OK;
}

const struct verb verb_project_key_update = {
	VERB(project_key_update),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct project_key_update_in),
	.size_out = sizeof(struct project_key_out),
	.locks = lock_rights,
	.run = project_key_update,
};

/* ---- delete ---- */

/* The + 0 keeps the planner from the index of the organization's keys. */
STATEMENT(project_key_revoke, .text = "UPDATE project_key SET revoked_at = ?3"
				      " WHERE id = ?1 AND organization = ?2"
				      " AND revoked_at + 0 = 0");

void revoke_project_key(const struct work *work, const struct project_key *key)
{
	struct statement *st = db_statement(work->db, &sql_project_key_revoke);

	db_bind_i64(st, 1, key->id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, work->now);
	db_run(work->db, st);
	remember_project_key(work, AUDIT_API_KEY_DELETED, key, NULL);
}

/* In an archived project, too: such a key opens nothing. */
static enum result project_key_delete(struct work *work, const void *input,
				      void *output)
{
	const struct project_key_in *in = input;
	struct shown_key shown;
	enum result result =
	    find_project_key(work, in->project, in->id, &shown);

	(void)output;
	if (result != RESULT_OK || work->db->damaged)
		return result;
	revoke_project_key(work, &shown.key);
	return RESULT_OK;
}

const struct verb verb_project_key_delete = {
	VERB(project_key_delete),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct project_key_in),
	.locks = lock_rights,
	.run = project_key_delete,
};
