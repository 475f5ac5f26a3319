/*
 * lock.c: locks the rows of a batch in one order: see store/lock.h.
 *
 * Verbs that answer, delete or settle invites lock their rows in the order in
 * which the requests arrived. Two daemons that are given the same invites at
 * once (a proxy that repeats slow requests is enough) would lock them in
 * different orders and deadlock, which PostgreSQL takes a second to detect. So
 * a batch that has several locks them at its beginning, lowest first. That
 * costs no round trip, since the answer is not waited for.
 *
 * The rest is kept in order by its statements: an invite is locked before its
 * mail, and creates go by address.
 */
#include "base/base.h"

#include "store/pgsql/lock.h"

#include "store/lock.h"
#include "store/pgsql/array.h"

/* Of many organizations, some of which nobody knows yet: Citus has no such
 * locks, and does without. Row by row: for a list of ids PostgreSQL 17 may go
 * through all rows of an organization, by an index with more between the two.
 */
#define LOCK_MANY(table)                                                       \
	"SELECT 1 FROM (SELECT * FROM unnest(?1::bigint[], ?2::bigint[])"      \
	" AS l(id, organization) ORDER BY 1) l, LATERAL (SELECT 1 FROM " table \
	" WHERE organization = l.organization AND id = l.id LIMIT 1"           \
	" FOR UPDATE) t"

STATEMENT(lock_rights, .pgsql = "SELECT 1 FROM rights WHERE organization = ANY("
				"?1::bigint[] || ARRAY(SELECT organization"
				" FROM invite WHERE id = ANY(?2::bigint[])))"
				" ORDER BY organization FOR UPDATE");
STATEMENT(lock_projects, .pgsql = LOCK_MANY("project"));
/* The holder of a link does not say which organization it belongs to. */
STATEMENT(lock_invites,
	  .pgsql = "SELECT 1 FROM invite WHERE id = ANY(?1::bigint[])"
		   " ORDER BY id FOR UPDATE");

static const struct sql *const statements[LOCK_CLASSES] = {
	[LOCK_PROJECT] = &sql_lock_projects,
	[LOCK_INVITE] = &sql_lock_invites,
};

static size_t count_class(const struct lock_set *set, enum lock_class class)
{
	size_t count = 0;

	for (size_t i = 0; i < set->count; i++)
		count += set->at[i].class == class;
	return count;
}

static void bind_array(struct statement *st, int index, const struct buf *array)
{
	if (!st)
		return;
	if (!buf_ok(array))
		db_no_memory(st->db);
	db_bind_blob(st, index, array->data, array->len);
}

static void bind_class(struct statement *st, int index,
		       const struct lock_set *set, enum lock_class class,
		       struct buf *ids)
{
	array_begin(ids, OID_BIGINT, count_class(set, class));
	for (size_t i = 0; i < set->count; i++) {
		if (set->at[i].class == class)
			array_add_i64(ids, set->at[i].id);
	}
	bind_array(st, index, ids);
}

static void bind_organizations(struct statement *st, int index,
			       const struct lock_set *set,
			       enum lock_class class, struct buf *ids)
{
	array_begin(ids, OID_BIGINT, count_class(set, class));
	for (size_t i = 0; i < set->count; i++) {
		if (set->at[i].class == class)
			array_add_i64(ids, set->at[i].organization);
	}
	bind_array(st, index, ids);
}

static void take_class(struct db *db, const struct lock_set *set,
		       enum lock_class class)
{
	struct statement *st = db_statement(db, statements[class]);
	struct buf ids, organizations;

	bind_class(st, 1, set, class, &ids);
	buf_init(&organizations, 0);
	if (class != LOCK_INVITE)
		bind_organizations(st, 2, set, class, &organizations);
	db_run(db, st);
	buf_release(&ids);
	buf_release(&organizations);
}

/* Both classes at once, to have one order for all. */
static void take_rights(struct db *db, const struct lock_set *set)
{
	struct statement *st = db_statement(db, &sql_lock_rights);
	struct buf organizations, invites;

	bind_class(st, 1, set, LOCK_RIGHTS, &organizations);
	bind_class(st, 2, set, LOCK_RIGHTS_OF_INVITE, &invites);
	db_run(db, st);
	buf_release(&organizations);
	buf_release(&invites);
}

/* Whether all of them are asked for together, and want invites: that locks them
 * in order itself. */
static bool is_one_group(struct store_op *const *ops, size_t n)
{
	const struct verb_together *group = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct verb_together *with = ops[i]->verb->together;

		if (!with || !ops[i]->verb->locks ||
		    (group && with->ask != group->ask))
			return false;
		group = with;
	}
	return true;
}

/* A single operation's lock is taken by the verb itself. */
void pgsql_lock(struct pgsql_db *db, struct store_op *const *ops, size_t n)
{
	struct lock_set set;

	set.count = 0;
	for (size_t i = 0; i < n; i++) {
		const struct verb *verb = ops[i]->verb;

		set.organization = ops[i]->organization;
		if (verb->locks)
			verb->locks(ops[i]->in, ops[i]->organization, &set);
	}
	if (set.count == 0 || n == 1)
		return;
	if (count_class(&set, LOCK_RIGHTS) +
	    count_class(&set, LOCK_RIGHTS_OF_INVITE))
		take_rights(&db->base, &set);
	for (enum lock_class c = LOCK_PROJECT; c < LOCK_CLASSES; c++) {
		if (c == LOCK_INVITE && is_one_group(ops, n))
			continue;
		if (count_class(&set, c))
			take_class(&db->base, &set, c);
	}
}
