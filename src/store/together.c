/*
 * together.c: reads what is needed to change many invites, at once.
 *
 * For PostgreSQL alone: a local database is asked for one after another at no
 * greater cost.
 */
#include "base/base.h"

#include "store/together.h"

#define PROJECTS_ROOM (64 * 1024 * 1024) /* octets, of a whole batch */

/* ---- asking ---- */

#define THESE IN_ID_LIST("?1")

/* The rows stay locked: they are about to change. */
STATEMENT(invite_take_many,
	  .pgsql = "SELECT " INVITE_COLUMNS ", (SELECT o.name"
		   " FROM organization o WHERE o.id = invite.organization)"
		   " FROM invite WHERE id" THESE
		   " ORDER BY id FOR UPDATE OF invite");

STATEMENT(key_many, .pgsql = "SELECT k.id FROM admin_key k WHERE k.id" THESE
			     " AND " KEY_IN_FORCE("k", "?2"));

static struct statement *ask_about(struct together *all, const struct sql *sql)
{
	struct statement *st = db_statement(all->db, sql);

	db_bind_text(st, 1, all->ids.data);
	db_ask(all->db, st);
	return st;
}

/* The keys of all callers, as of the latest of their times: a caller that this
 * refuses is checked alone. */
static struct statement *ask_for_keys(struct together *all)
{
	struct statement *st = db_statement(all->db, &sql_key_many);
	int64_t now = 0;
	struct buf keys;

	id_list_begin(&keys, all->count);
	for (size_t i = 0; i < all->count; i++) {
		const struct store_op *op = all->at[i].op;

		id_list_add(&keys, op->actor.key);
		if (now < op->now_ms / 1000)
			now = op->now_ms / 1000;
	}
	id_list_bind(&keys, st, 1);
	db_bind_i64(st, 2, now);
	db_ask(all->db, st);
	buf_release(&keys);
	return st;
}

static const struct together_verb *verb_of(const struct store_op *op)
{
	return CONTAINER_OF(op->verb->together, const struct together_verb,
			    verb);
}

/* What all of them together need. */
static int add_all(struct together *all, struct store_op **ops, size_t n)
{
	int wishes = 0;

	id_list_begin(&all->ids, n);
	for (size_t i = 0; i < n; i++) {
		const struct together_verb *verb = verb_of(ops[i]);

		all->at[i].op = ops[i];
		all->at[i].id = verb->id_of(ops[i]->in);
		id_list_add(&all->ids, all->at[i].id);
		wishes |= verb->wishes;
	}
	buf_add_text(&all->ids, "]");
	all->count = n;
	if (!buf_ok(&all->ids))
		db_no_memory(all->db);
	return wishes;
}

void *together_ask(struct db *db, struct id_source *ids, struct store_op **ops,
		   size_t n)
{
	struct together *all = calloc(1, sizeof(*all) + n * sizeof(*all->at));
	int wishes;

	(void)ids;
	if (!all) {
		db_no_memory(db);
		return NULL;
	}
	all->db = db;
	arena_init(&all->arena, PROJECTS_ROOM);
	wishes = add_all(all, ops, n);
	all->invites = ask_about(all, &sql_invite_take_many);
	if (wishes & TOGETHER_MEMBERS)
		all->members = ask_about(all, &sql_user_of_invites);
	if (wishes & TOGETHER_PROJECTS) {
		all->projects = ask_about(all, &sql_invite_projects);
		all->settings = ask_about(all, &sql_invite_settings);
	}
	if (wishes & TOGETHER_KEYS)
		all->keys = ask_for_keys(all);
	return all;
}

/* ---- reading ---- */

/* The operation on this invite; NULL: none, or to be done apart. */
static struct together_one *find_one(struct together *all, int64_t id)
{
	for (size_t i = 0; i < all->count; i++) {
		if (all->at[i].id == id && !all->at[i].apart)
			return &all->at[i];
	}
	return NULL;
}

static bool may_see(const struct store_op *op, const struct invite *invite)
{
	return (op->verb->flags & VERB_ANY_ORGANIZATION) ||
	       op->organization == invite->organization;
}

static void read_one(struct together *all, struct together_one *one)
{
	struct statement *st = all->invites;
	const struct work work = { .db = all->db, .arena = one->op->arena };

	if (!read_invite(&work, st, &one->row)) {
		one->apart = true; /* and is answered as damaged */
		return;
	}
	if (!may_see(one->op, &one->row.invite))
		return;
	one->organization_name =
	    column_text(st, work.arena, COLUMN_BEHIND(&invite_table));
	if (!one->organization_name)
		one->organization_name = "";
	one->settings = settings_default(one->row.invite.organization);
	one->found = FOUND_ONE;
}

static void read_members(struct together *all)
{
	struct statement *st = all->members;

	while (db_row(all->db, st)) {
		struct together_one *one =
		    find_one(all, column_i64(st, COLUMN_BEHIND(&user_table)));

		if (!one)
			continue;
		one->is_member = true;
		one->apart = !read_user(
		    &(struct work){ .db = all->db, .arena = one->op->arena },
		    st, &one->member);
	}
}

/* A damaged one counts as missing, and is found by those who look for it
 * alone. */
static void read_projects(struct together *all)
{
	struct project *more;
	size_t room = 0;

	while (db_row(all->db, all->projects)) {
		if (all->project_count == room) {
			room = room ? room * 2 : 64;
			more = realloc(all->at_projects, room * sizeof(*more));
			if (!more) {
				db_no_memory(all->db);
				return;
			}
			all->at_projects = more;
		}
		if (table_read(&project_table, &all->arena, all->projects,
			       &all->at_projects[all->project_count]))
			all->project_count++;
	}
}

static void read_all_settings(struct together *all)
{
	struct statement *st = all->settings;

	while (db_row(all->db, st)) {
		int64_t organization = column_i64(st, 0);

		for (size_t i = 0; i < all->count; i++) {
			struct together_one *one = &all->at[i];
			const struct work work = { .db = all->db,
						   .arena = one->op->arena };

			if (one->found &&
			    one->row.invite.organization == organization &&
			    !read_settings(&work, st, organization,
					   &one->settings))
				one->apart = true;
		}
	}
}

/* Two invites for one person: the second meets the user that the first made. */
static void part_same_people(struct together *all)
{
	for (size_t i = 1; i < all->count; i++) {
		struct together_one *one = &all->at[i];

		for (size_t k = 0; k < i && !one->apart; k++) {
			const struct invite_row *other = &all->at[k].row;

			one->apart =
			    one->found && all->at[k].found &&
			    other->address_hash == one->row.address_hash &&
			    other->invite.organization ==
				one->row.invite.organization;
		}
	}
}

static void part_refused_keys(struct together *all)
{
	bool *allowed = calloc(all->count, sizeof(*allowed));

	if (!allowed) {
		db_no_memory(all->db);
		return;
	}
	while (db_row(all->db, all->keys)) {
		int64_t key = column_i64(all->keys, 0);

		for (size_t i = 0; i < all->count; i++)
			if (all->at[i].op->actor.key == key)
				allowed[i] = true;
	}
	for (size_t i = 0; i < all->count; i++)
		if (!allowed[i] && all->at[i].op->actor.key != 0)
			all->at[i].apart = true;
	free(allowed);
}

static void read_all(struct together *all)
{
	while (db_row(all->db, all->invites)) {
		struct together_one *one =
		    find_one(all, column_i64(all->invites, 0));

		if (one)
			read_one(all, one);
	}
	if (all->members) {
		read_members(all);
		part_same_people(all);
	}
	if (all->projects) {
		read_projects(all);
		read_all_settings(all);
	}
	if (all->keys)
		part_refused_keys(all);
}

/* The operations to be done apart; returns how many. */
static size_t leave(const struct together *all, struct store_op **ret_left)
{
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++) {
		if (all->at[i].apart)
			ret_left[count++] = all->at[i].op;
	}
	return count;
}

size_t together_finish(struct db *db, struct id_source *ids,
		       struct store_op *const *ops, size_t n, void *asked,
		       struct store_op **ret_left)
{
	struct together *all = asked;
	size_t count;

	(void)ops;
	read_all(all);
	for (size_t i = 0; i < n && !db->error; i++) {
		struct together_one *one = &all->at[i];
		struct work work = work_begin(db, ids, one->op);

		if (!one->apart)
			one->op->result =
			    verb_of(one->op)->one(&work, all, one);
	}
	count = leave(all, ret_left);
	arena_release(&all->arena);
	buf_release(&all->ids);
	free(all->at_projects);
	free(all);
	return count;
}
