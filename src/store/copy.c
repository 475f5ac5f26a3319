/*
 * copy.c: copies the whole of one database into another.
 *
 * Nothing is taken on trust: the digest of each table is made from the rows
 * that were read in the source, and again from those that are read back from
 * the target before its transaction is committed. It is a sum, so that each
 * database may read in the order that suits it, and neither has to sort.
 *
 * A database's hash key was drawn at random when it was made, and its rows are
 * of no use without. So it is copied too, and it shows whether two databases
 * have one origin. A target also remembers the digest with which it was left
 * ('copy' in meta): as long as its rows still have that digest, nobody has
 * written to it, and making it equal to the source again loses nothing.
 *
 * A table that has changed is emptied and written anew. To look for the
 * changed rows would need both sides in one order and a third way of writing,
 * to save less time than reading both costs.
 */
#include "base/base.h"

#include "store/copy.h"

#include <endian.h>

#include "base/encode.h"
#include "store/copy_end.h"
#include "store/engine.h"

#define PROGRESS_ROWS 4096 /* between two reports */
#define STATE_LEN     HEX_LEN(SHA256_SIZE)

/* How many rows, and the sum of their digests, least significant first. */
struct tally {
	int64_t rows;
	uint64_t sum[SHA256_SIZE / sizeof(uint64_t)];
};

struct side {
	const struct copy_type *type;
	struct copy_end *end;
	struct tally tallies[STORE_COPY_TABLES];
};

struct copying {
	struct store_copy *copy;
	struct side source, target;
	/* Of the pass under way. */
	const char *what;
	const struct table *table;
	struct tally *tally;
	bool write; /* the row goes to the target, too */
};

/* ---- digests ---- */

static void tally_add(struct tally *tally, struct str row)
{
	uint64_t digest[COUNT_OF(tally->sum)];
	bool carry = false;

	sha256(row, (uint8_t *)digest);
	for (size_t i = 0; i < COUNT_OF(digest); i++) {
		uint64_t *sum = &tally->sum[i];
		bool first =
		    __builtin_add_overflow(*sum, le64toh(digest[i]), sum);

		carry =
		    __builtin_add_overflow(*sum, (uint64_t)carry, sum) || first;
	}
	tally->rows++;
}

static bool tally_equal(const struct tally *a, const struct tally *b)
{
	return a->rows == b->rows &&
	       memcmp(a->sum, b->sum, sizeof(a->sum)) == 0;
}

static void tally_digest(const struct tally *tally, uint8_t out[SHA256_SIZE])
{
	for (size_t i = 0; i < COUNT_OF(tally->sum); i++) {
		uint64_t wire =
		    htobe64(tally->sum[COUNT_OF(tally->sum) - 1 - i]);

		memcpy(out + i * sizeof(wire), &wire, sizeof(wire));
	}
}

/* One digest of all tables. */
static void state_of(const struct tally *tallies, char out[STATE_LEN + 1])
{
	uint8_t digest[SHA256_SIZE];
	char hex[STATE_LEN + 1];
	struct buf text;

	buf_init(&text, 64 * 1024);
	for (size_t i = 0; i < table_count; i++) {
		tally_digest(&tallies[i], digest);
		hex_encode(digest, sizeof(digest), hex);
		buf_addf(&text, "%s %lld %s\n", tables[i]->name,
			 (long long)tallies[i].rows, hex);
	}
	sha256(buf_str(&text), digest);
	hex_encode(digest, sizeof(digest), out);
	buf_release(&text);
}

/* ---- passes over a table ---- */

static void report(struct copying *copying)
{
	struct store_copy *copy = copying->copy;

	if (copy->progress)
		copy->progress(copy->context, copying->what,
			       copying->table->name, copying->tally->rows);
}

static int take_row(void *context, struct str row, struct fail *fail)
{
	struct copying *copying = context;
	struct side *target = &copying->target;

	tally_add(copying->tally, row);
	if (copying->tally->rows % PROGRESS_ROWS == 0)
		report(copying);
	return copying->write ? target->type->write(target->end, row, fail) : 0;
}

/* Reads a table of one side, and notes what is in it. */
static int pass(struct copying *copying, struct side *side, const char *what,
		size_t number, struct fail *fail)
{
	copying->what = what;
	copying->table = tables[number];
	copying->tally = &side->tallies[number];
	*copying->tally = (struct tally){ 0 };
	report(copying);
	return side->type->read(side->end, copying->table, take_row, copying,
				fail);
}

static int pass_all(struct copying *copying, struct side *side,
		    struct fail *fail)
{
	for (size_t i = 0; i < table_count; i++) {
		if (pass(copying, side, "comparing", i, fail) < 0)
			return -1;
	}
	return 0;
}

static int run_around(struct side *side, const struct sql_around *sql,
		      const char *word, struct fail *fail)
{
	char text[512];

	snprintf(text, sizeof(text), "%s%s%s", sql->before, word, sql->behind);
	return side->type->ask(side->end, text, NULL, NULL, fail);
}

static int write_table(struct copying *copying, size_t number,
		       struct fail *fail)
{
	struct side *target = &copying->target;
	const struct table *table = tables[number];
	int status;

	if (target->tallies[number].rows > 0 &&
	    run_around(target, &target->type->empty, table->name, fail) < 0)
		return -1;
	if (target->type->write_begin(target->end, table, fail) < 0)
		return -1;
	copying->write = true;
	status = pass(copying, &copying->source, "copying", number, fail);
	copying->write = false;
	if (status < 0 || target->type->write_end(target->end, fail) < 0 ||
	    pass(copying, target, "verifying", number, fail) < 0)
		return -1;
	if (tally_equal(&copying->source.tallies[number],
			&target->tallies[number]))
		return 0;
	return fail_set(fail,
			"%s is different in the copy: %lld rows were read, "
			"%lld are there, and their digests differ",
			table->name,
			(long long)copying->source.tallies[number].rows,
			(long long)target->tallies[number].rows);
}

/* ---- the source and the target ---- */

struct columns_seen {
	const struct side *side;
	const struct table *table;
	size_t count;
};

static int see_column(void *context, struct str name, struct fail *fail)
{
	struct columns_seen *seen = context;

	seen->count++;
	if (table_has(seen->table, name))
		return 0;
	return fail_set(fail,
			"%s has a column that this program does not know: "
			"%s.%.*s",
			seen->side->end->name, seen->table->name,
			STR_ARG(name));
}

/* Whether the target holds exactly what would be copied. */
static int check_columns(struct side *side, struct fail *fail)
{
	const struct sql_around *sql = &side->type->columns;

	for (size_t i = 0; i < table_count; i++) {
		struct columns_seen seen = { side, tables[i], 0 };
		char text[512];

		snprintf(text, sizeof(text), "%s%s%s", sql->before,
			 tables[i]->name, sql->behind);
		if (side->type->ask(side->end, text, see_column, &seen, fail) <
		    0)
			return -1;
		if (seen.count != tables[i]->count)
			return fail_set(fail, "%s lacks columns of %s",
					side->end->name, tables[i]->name);
	}
	return 0;
}

static int take_state(void *context, struct str value, struct fail *fail)
{
	char *state = context;

	(void)fail;
	snprintf(state, STATE_LEN + 1, "%.*s", STR_ARG(value));
	return 0;
}

static bool is_empty(const struct side *side)
{
	for (size_t i = 0; i < table_count; i++) {
		if (side->tallies[i].rows > 0)
			return false;
	}
	return true;
}

/* Nothing may be lost: the target is empty, or as a copy of this source left
 * it. */
static int check_target(struct copying *copying, struct fail *fail)
{
	struct side *target = &copying->target;
	const char *name = target->end->name;
	char left[STATE_LEN + 1] = "", found[STATE_LEN + 1];

	if (target->type->ask(target->end,
			      "SELECT value FROM meta WHERE key = 'copy'",
			      take_state, left, fail) < 0 ||
	    pass_all(copying, target, fail) < 0)
		return -1;
	if (is_empty(target))
		return 0;
	if (!left[0])
		return fail_set(fail,
				"%s has data of its own; copy to a new, empty "
				"database",
				name);
	if (!same_bytes(target->end->hash_key, copying->source.end->hash_key,
			SHA256_SIZE))
		return fail_set(fail,
				"%s is a copy of another database; copy to a "
				"new, empty one",
				name);
	state_of(target->tallies, found);
	if (strcmp(left, found) == 0)
		return 0;
	return fail_set(fail,
			"%s has been written to since it was copied, which "
			"would be lost; copy to a new, empty database",
			name);
}

static int open_end(struct side *side, const char *url, enum copy_side which,
		    struct fail *fail)
{
	const char *place;
	const struct engine_type *type = engine_type_of(url, &place, fail);

	if (!type)
		return -1;
	side->type = type->copy;
	side->end = calloc(1, side->type->size);
	if (!side->end)
		return fail_set(fail, "out of memory");
	if (side->type->open(side->end, place, which, fail) < 0)
		return -1;
	return check_columns(side, fail);
}

/* A failure before a name is known is that of one side or the other. */
static int open_side(struct side *side, const char *url, enum copy_side which,
		     struct fail *fail)
{
	struct fail why;

	if (open_end(side, url, which, &why) == 0)
		return 0;
	return fail_set(fail, "%s: %s",
			which == COPY_SOURCE ? "the source" : "the target",
			why.message);
}

static void close_side(struct copying *copying, struct side *side)
{
	if (!side->end)
		return;
	copying->copy->again = copying->copy->again || side->end->again;
	side->type->close(side->end);
	free(side->end);
}

/* ---- the copy ---- */

static int copy_tables(struct copying *copying, struct fail *fail)
{
	bool first = is_empty(&copying->target);

	if (!first && pass_all(copying, &copying->source, fail) < 0)
		return -1;
	for (size_t i = 0; i < table_count; i++) {
		struct store_copy_table *result = &copying->copy->tables[i];
		struct tally *tally = &copying->source.tallies[i];

		result->written =
		    first || !tally_equal(tally, &copying->target.tallies[i]);
		if (result->written && write_table(copying, i, fail) < 0)
			return -1;
		result->name = tables[i]->name;
		result->rows = tally->rows;
		tally_digest(tally, result->digest);
	}
	copying->copy->count = table_count;
	if (is_empty(&copying->source))
		return fail_set(fail, "%s is empty: there is nothing to copy",
				copying->source.end->name);
	return 0;
}

/* Remembered for the next copy. */
static int leave_mark(struct copying *copying, struct fail *fail)
{
	static const struct sql_around mark = {
		"INSERT INTO meta(key, value) VALUES('copy', '",
		"') ON CONFLICT(key) DO UPDATE SET value = excluded.value"
	};
	struct side *target = &copying->target;
	char key[STATE_LEN + 1], state[STATE_LEN + 1];

	hex_encode(copying->source.end->hash_key, SHA256_SIZE, key);
	state_of(target->tallies, state);
	if (run_around(target, &target->type->hash_key, key, fail) < 0 ||
	    run_around(target, &mark, state, fail) < 0)
		return -1;
	return 0;
}

static int do_copy(struct copying *copying, struct fail *fail)
{
	struct store_copy *copy = copying->copy;
	struct side *source = &copying->source, *target = &copying->target;

	if (open_side(source, copy->from, COPY_SOURCE, fail) < 0 ||
	    open_side(target, copy->to, COPY_TARGET, fail) < 0)
		return -1;
	snprintf(copy->from_name, sizeof(copy->from_name), "%s",
		 source->end->name);
	snprintf(copy->to_name, sizeof(copy->to_name), "%s", target->end->name);
	if (check_target(copying, fail) < 0 || copy_tables(copying, fail) < 0 ||
	    leave_mark(copying, fail) < 0)
		return -1;
	return target->type->commit(target->end, fail);
}

int store_copy(struct store_copy *copy, struct fail *fail)
{
	struct copying copying = { .copy = copy };
	int status;

	copy->count = 0;
	copy->again = false;
	status = do_copy(&copying, fail);
	close_side(&copying, &copying.target);
	close_side(&copying, &copying.source);
	return status;
}
