/*
 * write.c: sends a batch of writes in as few round trips as its queries allow.
 */
#include "base/base.h"

#include "store/pgsql/write.h"

#include "store/engine.h"
#include "store/lock.h"
#include "store/pgsql/lock.h"
#include "store/work.h"

/* The invite that the operation is about; 0: none in particular. */
static int64_t invite_of(const struct store_op *op)
{
	struct lock_set set;

	set.count = 0;
	if (op->verb->locks)
		op->verb->locks(op->in, op->organization, &set);
	for (size_t i = 0; i < set.count; i++) {
		if (set.at[i].class == LOCK_INVITE)
			return set.at[i].id;
	}
	return 0;
}

/* Moves operations on an invite that an earlier one of the batch is also about
 * to the end, since they need to see its effect. Returns how many stay. */
static size_t put_repeats_last(struct store_op **ops, size_t n)
{
	struct store_op *repeats[BATCH_MAX];
	int64_t seen[BATCH_MAX];
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t invite = invite_of(ops[i]);
		bool again = false;

		for (size_t k = 0; k < kept && invite && !again; k++)
			again = seen[k] == invite;
		if (again) {
			repeats[count++] = ops[i];
		} else {
			seen[kept] = invite;
			ops[kept++] = ops[i];
		}
	}
	memcpy(ops + kept, repeats, count * sizeof(struct store_op *));
	return kept;
}

/* Operations that are done together. */
struct group {
	struct store_op **ops;
	size_t count;
	void *asked;
};

/* Moves those that go with the first one to the front, in their order. */
static size_t put_same_first(struct store_op **ops, size_t n)
{
	struct store_op *others[BATCH_MAX];
	const struct verb_together *with = ops[0]->verb->together;
	size_t same = 0, count = 0;

	for (size_t i = 0; i < n; i++) {
		if (ops[i]->verb->together->ask == with->ask)
			ops[same++] = ops[i];
		else
			others[count++] = ops[i];
	}
	memcpy(ops + same, others, count * sizeof(struct store_op *));
	return same;
}

/* How many groups: nobody waits for their answers yet. */
static size_t ask_together(struct db *db, struct id_source *ids,
			   struct store_op **ops, size_t n,
			   struct group *groups)
{
	size_t count = 0;

	for (size_t i = 0; i < n && !db->error; count++) {
		struct group *group = &groups[count];

		group->ops = ops + i;
		group->count = put_same_first(ops + i, n - i);
		group->asked = ops[i]->verb->together->ask(db, ids, group->ops,
							   group->count);
		i += group->count;
	}
	return count;
}

/* In effect: first those that can be done together, verb by verb, then the
 * rest. */
static void write_together(struct db *db, struct id_source *ids,
			   struct store_op **ops, size_t n)
{
	struct group groups[VERB_COUNT];
	struct store_op *left[BATCH_MAX];
	size_t firsts = put_repeats_last(ops, n);
	size_t count = ask_together(db, ids, ops, firsts, groups), rest = 0;

	db_gather(db);
	for (size_t i = 0; i < count; i++) {
		const struct group *group = &groups[i];
		const struct verb *verb = group->ops[0]->verb;

		if (group->asked)
			rest += verb->together->finish(
			    db, ids, group->ops, group->count, group->asked,
			    left + rest);
	}
	db_flush(db);
	memcpy(left + rest, ops + firsts,
	       (n - firsts) * sizeof(struct store_op *));
	rest += n - firsts;
	for (size_t i = 0; i < rest && !db->error; i++)
		left[i]->result = work_run(db, ids, left[i]);
}

/* How many of the first can be done together. */
static size_t count_together(struct store_op *const *ops, size_t n)
{
	size_t count = 0;

	while (count < n && ops[count]->verb->together && !ops[count]->once)
		count++;
	return count;
}

/* Those that are better done together, such as creates; others one by one. */
void pgsql_write(struct pgsql_db *pgsql, struct id_source *ids,
		 struct store_op **ops, size_t n)
{
	struct db *db = &pgsql->base;
	size_t i = 0;

	pgsql_lock(pgsql, ops, n);
	while (i < n && !db->error) {
		size_t count = count_together(ops + i, n - i);

		if (count > 0)
			write_together(db, ids, ops + i, count);
		i += count;
		if (i < n && !db->error) {
			ops[i]->result = work_run(db, ids, ops[i]);
			i++;
		}
	}
}
