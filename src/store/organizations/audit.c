/*
 * audit.c: events: what was done, by whom and to what, in the transaction that
 * did it.
 *
 * An event holds ids and nothing personal, so that it can stay for good.
 * Personal data of the actor lies in a side row: erasure empties that, and the
 * event, with the hash of what was there, stays as it was. Of a key nothing
 * personal is stored: its own row says whose it is.
 *
 * The surprise: the event of an invite that was sent has its invite's id plus
 * one, here as in pgsql/create.c, since the two ids are drawn one after the
 * other. That is how it is found by its invite: the index of targets leaves it
 * out.
 */
#include "base/base.h"

#include "store/work.h"

#include "base/hash.h"
#include "base/jw.h"
#include "base/random.h"

#define SALT_SIZE 16

/* ---- the side row ---- */

/* Only if a person acts, not a program with a key. */
static bool has_side(const struct actor *actor)
{
	return actor->kind != ACTOR_KEY &&
	       (actor->email || actor->address || actor->agent);
}

static void add_part(struct buf *text, const char *part)
{
	buf_add_text(text, part ? part : "");
	buf_add_char(text, '\0');
}

static bool hash_side(const struct actor *actor, const uint8_t salt[SALT_SIZE],
		      uint8_t out[SHA256_SIZE])
{
	struct buf text;
	bool whole;

	buf_init(&text, SIZE_MAX);
	buf_add(&text, salt, SALT_SIZE);
	add_part(&text, actor->email);
	add_part(&text, actor->address);
	add_part(&text, actor->agent);
	whole = buf_ok(&text);
	if (whole)
		sha256(buf_str(&text), out);
	buf_release(&text);
	return whole;
}

#define SIDE                                                        \
	"INSERT INTO audit_side(organization, event, person, salt," \
	" email, address, agent)"

STATEMENT(audit_side_insert_many,
	  .pgsql = SIDE " SELECT * FROM unnest(?1::bigint[], ?2::bigint[],"
			" ?3::bigint[], ?4::bytea[], ?5::text[], ?6::text[],"
			" ?7::text[])");
STATEMENT(audit_side_insert, .text = SIDE " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	  .many = &sql_audit_side_insert_many);

static void insert_side(const struct work *work, int64_t event, int64_t person,
			uint8_t ret_hash[SHA256_SIZE])
{
	struct statement *st = db_statement(work->db, &sql_audit_side_insert);
	uint8_t salt[SALT_SIZE];

	random_bytes(salt, sizeof(salt));
	if (!hash_side(&work->actor, salt, ret_hash))
		db_no_memory(work->db);
	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, event);
	db_bind_i64(st, 3, person);
	db_bind_blob(st, 4, salt, sizeof(salt));
	db_bind_text(st, 5, work->actor.email);
	db_bind_text(st, 6, work->actor.address);
	db_bind_text(st, 7, work->actor.agent);
	db_run(work->db, st);
}

STATEMENT(audit_erase, .text = "UPDATE audit_side SET salt = ?3, email = NULL,"
			       " address = NULL, agent = NULL"
			       " WHERE person = ?1 AND organization = ?2");

void audit_erase(const struct work *work, int64_t person)
{
	static const uint8_t none[SALT_SIZE];
	struct statement *st = db_statement(work->db, &sql_audit_erase);

	db_bind_i64(st, 1, person);
	db_bind_i64(st, 2, work->organization);
	db_bind_blob(st, 3, none, sizeof(none));
	db_run(work->db, st);
	events_erase(work, person);
}

/* ---- events ---- */

#define EVENT                                                          \
	"INSERT INTO audit(id, organization, at, actor, type, target," \
	" \"user\", project, detail, side_hash)"

STATEMENT(audit_insert_many, .pgsql = EVENT
			     " SELECT * FROM unnest(?1::bigint[], ?2::bigint[],"
			     " ?3::bigint[], ?4::bigint[], ?5::bigint[],"
			     " ?6::bigint[], ?7::bigint[], ?8::bigint[],"
			     " ?9::text[], ?10::bytea[])");
STATEMENT(audit_insert,
	  .text = EVENT " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	  .many = &sql_audit_insert_many);

/* An event about a project belongs to that project. */
static int64_t project_of(const struct audit_event *event)
{
	const struct audit_kind *kind = audit_kind_of(event->type);

	if (event->project == 0 && kind && kind->target == ID_PROJECT)
		return event->target;
	return event->project;
}

void work_audit_event(const struct work *work, const struct audit_event *event)
{
	const struct actor *actor = &work->actor;
	bool side = has_side(actor);
	int64_t person = actor->user ? actor->user : event->target;
	enum event told = event_of_audit(event->type);
	int64_t id = work_id(work);
	uint8_t hash[SHA256_SIZE];
	struct statement *st;

	if (side)
		insert_side(work, id, person, hash);
	st = db_statement(work->db, &sql_audit_insert);
	if (!st)
		return;
	work->db->marker = (struct commit_marker){ work->organization, id };
	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, work->now);
	db_bind_i64(st, 4, actor->key);
	db_bind_i64(st, 5, event->type);
	db_bind_i64(st, 6, event->target);
	db_bind_i64(st, 7, actor->user);
	db_bind_i64(st, 8, project_of(event));
	db_bind_text(st, 9, event->detail);
	db_bind_blob(st, 10, side ? hash : NULL, SHA256_SIZE);
	db_run(work->db, st);
	if (told != EVENT_NONE)
		work_event_as(work, told, id, event->target);
}

void work_audit(const struct work *work, enum audit_type type, int64_t target)
{
	work_audit_event(
	    work, &(struct audit_event){ .type = type, .target = target });
}

/* By the index, which leaves out type 1. */
STATEMENT(audit_find, .text = "SELECT 1 FROM audit WHERE organization = ?1"
			      " AND target = ?2 AND type = ?3 AND type > 1"
			      " LIMIT 1");

bool work_has_audit(const struct work *work, enum audit_type type,
		    int64_t target)
{
	struct statement *st = db_statement(work->db, &sql_audit_find);

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, target);
	db_bind_i64(st, 3, type);
	if (!db_row(work->db, st))
		return false;
	db_done(st);
	return true;
}

/* ---- details ---- */

static void write_text(struct jw *jw, const char *name, const char *text)
{
	if (!text)
		return;
	jw_key(jw, name);
	jw_text(jw, text);
}

static void write_number(struct jw *jw, const struct column *column,
			 const void *row)
{
	int64_t number = column_number(column, row);
	char id[ID_TEXT_SIZE];

	if (column->words) {
		write_text(jw, column->name,
			   vocabulary_word(column->words, number));
	} else if (column->id) {
		write_text(jw, column->name,
			   number ? id_format((enum id_kind)(column->id - 1),
					      number, id)
				  : NULL);
	} else if (number || !column->some) {
		jw_key(jw, column->name);
		jw_i64(jw, number);
	}
}

static void write_lines(struct jw *jw, const char *name, const char *text)
{
	if (!text)
		return;
	jw_key(jw, name);
	jw_lines(jw, str_of(text));
}

static void write_column(struct jw *jw, const struct column *column,
			 const void *row)
{
	const char *text;

	switch (column->type) {
	case COLUMN_NUMBER:
		write_number(jw, column, row);
		break;
	case COLUMN_TEXT:
		memcpy(&text, (const char *)row + column->offset, sizeof(text));
		(column->lines ? write_lines : write_text)(jw, column->name,
							   text);
		break;
	case COLUMN_BLOB: /* nothing that anybody should read */
		break;
	}
}

const char *audit_detail(const struct work *work, const struct table *columns,
			 const void *row)
{
	const char *detail = NULL;
	struct buf text;
	struct jw jw;

	buf_init(&text, SIZE_MAX);
	jw_init(&jw, &text);
	jw_object(&jw);
	for (size_t i = 0; i < columns->count; i++)
		write_column(&jw, &columns->columns[i], row);
	jw_end_object(&jw);
	if (buf_ok(&text))
		detail = arena_str(work->arena, buf_str(&text));
	buf_release(&text);
	if (!detail)
		db_no_memory(work->db);
	return detail;
}
