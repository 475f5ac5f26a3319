/*
 * create.c: creates many invites by one statement.
 *
 * Arrays go in, one element for each create; the ids of the invites that were
 * made come out. The statement makes those that nothing prevents: the address
 * is no member's and has no open invite, and each project exists. All others,
 * usually few, are left out and then go through the same verb as SQLite's
 * creates (invites.c), which finds the reason. Both go in the order of
 * addresses, so that two daemons that are given the same addresses at once do
 * not deadlock.
 *
 * The surprises: an audit event's id is its invite's plus one: both are drawn
 * from one source, one right after the other.
 *
 * And of several creates for one address only the first takes part: if that one
 * were left out and a later one made, they would be out of order. The same
 * holds for an external_id.
 */
#include "base/base.h"

#include "store/invites/create.h"

#include "base/random.h"
#include "store/engine.h"
#include "store/pgsql/array.h"
#include "store/pgsql/create_columns.h"
#include "store/pgsql/db.h"

/* The arrays, in the protocol's binary form. */
struct columns {
	struct buf at[COLUMNS];
};

/* The creates that go into the statement, in order. */
struct batch {
	struct statement *st;
	size_t count;
	struct store_op *ops[BATCH_MAX];
	size_t places[BATCH_MAX]; /* among those that were handed in */
	int64_t hashes[BATCH_MAX];
	int64_t ids[BATCH_MAX];
};

static int64_t address_hash(const struct db *db, const struct store_op *op)
{
	const struct invite_create_in *in = op->in;

	return hash63(db->hash_key, str_of(in->email.key));
}

/* ---- columns ---- */

static void begin_columns(struct columns *columns, size_t n)
{
	for (int i = 0; i < COLUMNS; i++)
		array_begin(&columns->at[i],
			    create_column_type((enum create_column)i), n);
}

static void add_create(struct columns *columns, const struct store_op *op,
		       int64_t id, int64_t address_hash)
{
	const struct invite_create_in *in = op->in;
	struct buf *at = columns->at;
	int64_t now = op->now_ms / 1000;
	uint8_t hash[SHA256_SIZE];

	secret_hash(in->secret, hash);
	array_add_i64(&at[COLUMN_ID], id);
	array_add_i64(&at[COLUMN_ORGANIZATION], op->organization);
	array_add_i64(&at[COLUMN_ACTOR], op->actor.key);
	array_add_i64(&at[COLUMN_ACTOR_USER], op->actor.user);
	array_add_i64(&at[COLUMN_HASH], address_hash);
	array_add_i64(&at[COLUMN_ROLE], in->role);
	array_add_i64(&at[COLUMN_AT], now);
	array_add_i64(&at[COLUMN_AT_MS], op->now_ms);
	array_add_i64(&at[COLUMN_EXPIRES], now + in->ttl_seconds);
	array_add_bytes(&at[COLUMN_SECRET_HASH], hash, sizeof(hash));
	array_add_bytes(&at[COLUMN_SECRET], in->queue_mail ? in->secret : NULL,
			SECRET_SIZE);
	array_add_text(&at[COLUMN_EMAIL], in->email.typed);
	array_add_text(&at[COLUMN_EMAIL_KEY], in->email.key);
	array_add_text(&at[COLUMN_LOCALE], in->locale);
	array_add_text(&at[COLUMN_METADATA], in->metadata);
	array_add_text(&at[COLUMN_EXTERNAL_ID], in->external_id);
	array_add_i64(&at[COLUMN_REMINDER],
		      in->remind ? REMINDER_WANTED : REMINDER_UNWANTED);
	array_add_text(&at[COLUMN_INVITER_NAME], in->inviter_name);
	array_add_text(&at[COLUMN_INVITER_EMAIL], in->inviter_email.typed);
	array_add_text(
	    &at[COLUMN_INVITER_KEY],
	    key_unless_email(in->inviter_email.typed, in->inviter_email.key));
}

/* NULL stands for the default project. */
static void add_projects(struct columns *columns, struct pgsql_db *db,
			 const struct store_op *op)
{
	const struct invite_create_in *in = op->in;
	struct project_texts texts = { NULL, NULL };

	if (!in->default_project)
		texts = project_texts_of(&db->base, op->arena, in->grants);
	array_add_text(&columns->at[COLUMN_PROJECTS], texts.sorted);
	array_add_text(&columns->at[COLUMN_PROJECTS_SENT], texts.sent);
}

static void bind_columns(struct statement *st, struct columns *columns)
{
	for (int i = 0; i < COLUMNS; i++) {
		if (!buf_ok(&columns->at[i]))
			db_no_memory(st->db);
		else
			db_bind_blob(st, i + 1, columns->at[i].data,
				     columns->at[i].len);
	}
}

static void end_columns(struct columns *columns)
{
	for (int i = 0; i < COLUMNS; i++)
		buf_release(&columns->at[i]);
}

/* ---- the statement ---- */

#define SEEN_SIZE (4 * BATCH_MAX) /* for two of each; a power of two */

/* Addresses and external_ids, by their hashes. */
struct seen {
	struct {
		int64_t organization, hash; /* organization 0: free */
	} at[SEEN_SIZE];
};

/* Whether it is seen for the first time. */
static bool is_first(struct seen *seen, int64_t organization, int64_t hash)
{
	size_t slot = (size_t)hash % SEEN_SIZE;

	for (; seen->at[slot].organization; slot = (slot + 1) % SEEN_SIZE) {
		if (seen->at[slot].hash == hash &&
		    seen->at[slot].organization == organization)
			return false;
	}
	seen->at[slot].organization = organization;
	seen->at[slot].hash = hash;
	return true;
}

/* Takes the first create for each address and each external_id. */
static void gather(struct batch *batch, const struct pgsql_db *db,
		   struct store_op **ops, size_t n)
{
	struct seen seen = { 0 };

	batch->count = 0;
	for (size_t i = 0; i < n; i++) {
		const struct invite_create_in *in = ops[i]->in;
		int64_t organization = ops[i]->organization;
		int64_t hash = address_hash(&db->base, ops[i]);
		bool first = is_first(&seen, organization, hash);

		if (in->external_id)
			first = is_first(&seen, organization,
					 hash63(db->base.hash_key,
						str_of(in->external_id))) &&
				first;
		if (!first)
			continue;
		batch->ops[batch->count] = ops[i];
		batch->places[batch->count] = i;
		batch->hashes[batch->count++] = hash;
	}
}

/* Increasing ids, each followed by a free one. */
static void draw_ids(struct batch *batch, struct id_source *ids)
{
	for (size_t i = 0; i < batch->count; i++) {
		int64_t now_ms = batch->ops[i]->now_ms;

		batch->ids[i] = id_next(ids, now_ms, random_u64());
		(void)id_next(ids, now_ms, 0);
	}
}

static size_t find_id(const struct batch *batch, int64_t id)
{
	size_t low = 0, high = batch->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (batch->ids[middle] <= id)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The row that came back: id, default project, and the owner of the key if the
 * create names no inviter. */
static void take_made(struct db *db, struct store_op *op, struct statement *st)
{
	const struct invite_create_in *in = op->in;
	struct invite_create_out *out = op->out;
	int64_t id = column_i64(st, 0);
	struct work work = work_begin(db, NULL, op);
	struct grants grants = in->grants;

	if (in->default_project &&
	    !default_grants(op->arena, column_i64(st, 1), &grants))
		db_no_memory(db);
	invite_begin(&work, in, grants, id, out);
	if (column_bytes(st, 3).data)
		out->invite.inviter = (struct inviter){
			column_text(st, op->arena, 2),
			column_text(st, op->arena, 3),
		};
	if (column_i64(st, 4))
		work_event_as(&work, EVENT_INVITE_CREATED, id + 1, id);
	op->result = RESULT_OK;
	op->mail_queued = work.mail_queued;
	db->marker = (struct commit_marker){ op->organization, id + 1 };
}

#define GRANTED_PROJECTS "json_array_elements(r.projects::json) g"

/* What was asked for, with the default project and the key's owner. */
#define ROWS                                                                 \
	"SELECT r.*, (SELECT o.default_project"                              \
	"  FROM organization o WHERE o.id = r.organization) AS standard,"    \
	"  owner.*"                                                          \
	" FROM unnest(?1::bigint[], ?2::bigint[], ?3::bigint[],"             \
	"  ?4::bigint[], ?5::bigint[], ?6::bigint[], ?7::bigint[],"          \
	"  ?8::bigint[], ?9::bigint[], ?10::bytea[], ?11::bytea[],"          \
	"  ?12::text[], ?13::text[], ?14::text[], ?15::text[], ?16::text[]," \
	"  ?17::text[], ?18::text[], ?19::text[], ?20::text[],"              \
	"  ?21::text[], ?22::bigint[])"                                      \
	" AS r(id, organization, actor, actor_user, address_hash, role,"     \
	" at, at_ms,"                                                        \
	"  expires_at, secret_hash, secret, email, email_key, projects,"     \
	"  projects_sent, inviter_name, inviter_email, inviter_key, locale," \
	"  metadata, external_id, reminder)"                                 \
	" LEFT JOIN LATERAL (" KEY_OWNER ") owner ON true"
#define KEY_OWNER                                                             \
	"SELECT nullif(w.name, '') AS owner_name,"                            \
	"  w.email AS owner_email, nullif(w.email_key, w.email) AS owner_key" \
	"  FROM \"user\" w WHERE r.actor_user <> 0"                           \
	"  AND r.inviter_email IS NULL"                                       \
	"  AND w.organization = r.organization AND w.id = r.actor_user"       \
	"  AND w.removed_at = 0 LIMIT 1"

/* Those that nothing stands in the way of. */
#define MAY_ACT                                      \
	"(r.actor = 0 OR (SELECT 1 FROM admin_key k" \
	"  WHERE k.id = r.actor"                     \
	" AND " KEY_IN_FORCE("k", "r.at") ") IS NOT NULL)"
#define UNLIMITED LIMITS_INVITES("r.organization") " IS NULL"
#define NO_MEMBER                                          \
	"(SELECT 1 FROM \"user\" u WHERE u.organization =" \
	"  r.organization AND u.email_key = r.email_key) IS NULL"
#define NO_INVITE                                              \
	"(SELECT 1 FROM invite i WHERE i.organization ="       \
	"  r.organization AND i.address_hash = r.address_hash" \
	"  AND i.slot <= 0 ORDER BY i.slot LIMIT 1) IS NULL"
#define EXTERNAL_ID_FREE                                         \
	"(r.external_id IS NULL OR"                              \
	"  (SELECT 1 FROM invite i WHERE i.organization ="       \
	"   r.organization AND i.external_id = r.external_id"    \
	"   AND i.slot <= 0 ORDER BY i.slot LIMIT 1) IS NULL"    \
	"  AND (SELECT 1 FROM \"user\" u WHERE u.organization =" \
	"   r.organization AND u.external_id = r.external_id"    \
	"   AND u.removed_at = 0 ORDER BY u.id LIMIT 1) IS NULL)"
#define NOT_BLOCKED                              \
	"(SELECT 1 FROM blocked_address b WHERE" \
	"  b.organization = r.organization"      \
	"  AND b.address_hash = r.address_hash) IS NULL"
#define PROJECTS_ARE_THERE                                        \
	"NOT EXISTS (SELECT 1 FROM " GRANTED_PROJECTS             \
	"  WHERE (SELECT 1 FROM project p WHERE p.organization =" \
	"   r.organization AND p.id = (g->>0)::bigint"            \
	"   AND p.archived_at = 0) IS NULL)"

#define INSERT_INVITES                                                       \
	"INSERT INTO invite(id, organization, address_hash, slot,"           \
	"  state, role, created_at, expires_at, accepted_at, \"user\","      \
	"  delivery, delivery_attempts, delivery_at, secret_hash, email,"    \
	"  email_key, projects, projects_sent, inviter_name,"                \
	"  inviter_email, inviter_key, locale, metadata,"                    \
	"  external_id, reminder)"                                           \
	" SELECT id, organization, address_hash, 0, 0, role, at,"            \
	"  expires_at, 0, 0, CASE WHEN secret IS NULL THEN 0 ELSE 1 END, 0," \
	"  CASE WHEN secret IS NULL THEN 0 ELSE at END, secret_hash, email," \
	"  nullif(email_key, email),"                                        \
	"  coalesce(projects, '[[' || standard::text || ',0]]'),"            \
	"  projects_sent, coalesce(inviter_name, owner_name),"               \
	"  coalesce(inviter_email, owner_email),"                            \
	"  coalesce(inviter_key, owner_key), locale, metadata,"              \
	"  external_id, reminder"                                            \
	" FROM r WHERE standard IS NOT NULL"                                 \
	" ORDER BY organization, address_hash"                               \
	" ON CONFLICT(organization, address_hash, slot) DO NOTHING"          \
	" RETURNING id"
#define INSERT_MAILS                                       \
	"INSERT INTO outbox(invite, organization, secret," \
	"  queued_at_ms, due_at_ms, attempts)"             \
	" SELECT id, organization, secret, at_ms, at_ms +" \
	" ?23::bigint, 0"                                  \
	"  FROM done WHERE secret IS NOT NULL"
/* The event's id: see above. 1: AUDIT_INVITE_SENT */
#define INSERT_EVENTS                                          \
	"INSERT INTO audit(id, organization, at, actor, type," \
	"  target, \"user\")"                                  \
	" SELECT id + 1, organization, at, actor, 1, id,"      \
	"  actor_user FROM done"

/*
 * Lookups are subqueries of their own, each by an index (of several that begin
 * with the organization, the one whose order is asked for, for on an empty
 * table all look alike), for a join with the unknown number of rows in `r`
 * might be planned as a scan of the whole table. The insertion is sorted, so
 * that two daemons with the same addresses wait for each other in one direction
 * only. Of the unique indexes it asks that of addresses alone: looking into the
 * others for each row costs a twentieth of the whole, and an id that somebody
 * else has drawn too is an error, after which the batch is run with new ones.
 *
 * Not for Citus, which looks up no row of a distributed table for each row of
 * `r`: there, let pgsql_create() leave all to the careful verb.
 */
STATEMENT(create_many,
	  .pgsql = "WITH r AS MATERIALIZED (" ROWS " WHERE " MAY_ACT
		   " AND " UNLIMITED " AND " NO_MEMBER " AND " NO_INVITE
		   " AND " EXTERNAL_ID_FREE " AND " NOT_BLOCKED
		   " AND " PROJECTS_ARE_THERE "),"
		   " made AS (" INSERT_INVITES "),"
		   " done AS MATERIALIZED (SELECT * FROM r"
		   "  WHERE id = ANY(ARRAY(SELECT id FROM made))),"
		   " mail AS (" INSERT_MAILS "),"
		   " event AS (" INSERT_EVENTS ")"
		   " SELECT id, standard, owner_name, owner_email,"
		   " " HAS_WEBHOOKS("done.organization") " FROM done");

static void ask_for_all(struct pgsql_db *db, struct batch *batch)
{
	struct statement *st = db_statement(&db->base, &sql_create_many);
	struct columns columns;

	begin_columns(&columns, batch->count);
	for (size_t i = 0; i < batch->count; i++) {
		add_create(&columns, batch->ops[i], batch->ids[i],
			   batch->hashes[i]);
		add_projects(&columns, db, batch->ops[i]);
	}
	if (st) {
		bind_columns(st, &columns);
		db_bind_i64(st, COLUMNS + 1, db->base.clock_ahead_ms);
	}
	db_ask(&db->base, st);
	end_columns(&columns);
	batch->st = st;
}

static void *ask(struct db *base, struct id_source *ids, struct store_op **ops,
		 size_t n)
{
	struct pgsql_db *db = (struct pgsql_db *)base;
	struct batch *batch = calloc(1, sizeof(*batch));

	if (!batch) {
		db_no_memory(base);
		return NULL;
	}
	gather(batch, db, ops, n);
	draw_ids(batch, ids);
	ask_for_all(db, batch);
	return batch;
}

/* Answers those that were made, and sets `made` for them. */
static void take_all(struct db *db, const struct batch *batch, bool *made)
{
	struct statement *st = batch->st;

	while (db_row(db, st)) {
		int64_t id = column_i64(st, 0);
		size_t at = find_id(batch, id);

		take_made(db, batch->ops[at], st);
		made[batch->places[at]] = true;
	}
}

/* ---- those that were left out ---- */

struct leftover {
	struct store_op *op;
	int64_t hash;
	size_t place;
};

/* By address, as in the statement; then by arrival. */
static int compare(const void *left, const void *right)
{
	const struct leftover *a = left, *b = right;

	if (a->op->organization != b->op->organization)
		return a->op->organization < b->op->organization ? -1 : 1;
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return a->place < b->place ? -1 : 1;
}

static size_t finish(struct db *db, struct id_source *ids,
		     struct store_op *const *ops, size_t n, void *asked,
		     struct store_op **ret_left)
{
	struct batch *batch = asked;
	struct leftover left[BATCH_MAX];
	bool made[BATCH_MAX] = { false };
	size_t count = 0;

	(void)ids;
	take_all(db, batch, made);
	free(batch);
	for (size_t i = 0; i < n; i++) {
		if (!made[i])
			left[count++] =
			    (struct leftover){ ops[i], address_hash(db, ops[i]),
					       i };
	}
	qsort(left, count, sizeof(*left), compare);
	for (size_t i = 0; i < count; i++)
		ret_left[i] = left[i].op;
	return count;
}

const struct verb_together pgsql_create = { ask, finish };
