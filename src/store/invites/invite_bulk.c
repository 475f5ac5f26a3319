/*
 * invite_bulk.c: creates many invites, or none.
 *
 * Each line is checked as a create of its own, and against those before it;
 * then all are written. On PostgreSQL their queries are sent together, in the
 * order of addresses, as for many creates (pgsql/create.c), so that two daemons
 * wait for each other in one direction only.
 */
#include "base/base.h"

#include "store/invites/invites.h"

#include "store/invites/create.h"

struct line {
	struct creation creation;
	enum result *result;
	struct line *earlier; /* the one before it to the same address */
};

struct all {
	struct work *work;
	struct line *lines; /* by address, then in order */
	size_t count;
};

/* An earlier one stands in an earlier place of the results. */
static int by_address(const void *left, const void *right)
{
	const struct line *a = left, *b = right;

	if (a->creation.hash != b->creation.hash)
		return a->creation.hash < b->creation.hash ? -1 : 1;
	return a->result < b->result ? -1 : a->result > b->result;
}

static bool to_same_address(const struct line *a, const struct line *b)
{
	return a->creation.hash == b->creation.hash &&
	       strcmp(a->creation.in->email.key, b->creation.in->email.key) ==
		   0;
}

static bool gather_lines(struct work *work,
			 const struct invite_create_all_in *in,
			 struct invite_create_all_out *out, struct all *all)
{
	*all = (struct all){ .work = work };
	out->results =
	    arena_array(work->arena, in->count + 1, sizeof(*out->results));
	out->lines =
	    arena_array(work->arena, in->count + 1, sizeof(*out->lines));
	all->lines =
	    arena_array(work->arena, in->count + 1, sizeof(*all->lines));
	if (!out->results || !out->lines || !all->lines)
		return false;
	for (size_t i = 0; i < in->count; i++) {
		if (!in->lines[i])
			continue;
		all->lines[all->count++] = (struct line){
			.creation =
			    creation_of(work, in->lines[i], &out->lines[i]),
			.result = &out->results[i],
		};
	}
	qsort(all->lines, all->count, sizeof(*all->lines), by_address);
	return true;
}

static void check_line(void *context, size_t i)
{
	struct all *all = context;
	struct line *line = &all->lines[i];

	line->creation =
	    creation_of(all->work, line->creation.in, line->creation.out);
	*line->result = creation_check(all->work, &line->creation);
}

/* If the earlier line creates an invite, this one finds it. */
static void check_repeat(const struct work *work, struct line *line,
			 struct line *earlier)
{
	const struct creation *first = &earlier->creation;
	const struct invite made = {
		.state = INVITE_OPEN,
		.role = first->in->role,
		.grants = first->grants,
		.external_id = first->in->external_id,
		.expires_at = INT64_MAX,
	};

	line->earlier = earlier;
	line->creation.namesake.id = 0; /* the earlier one has that */
	if (*line->result != RESULT_OK || *earlier->result != RESULT_OK ||
	    first->verdict == CREATE_REPLAY)
		return;
	line->creation.verdict =
	    invite_on_create(&made, asked_by(&line->creation), work->now);
	if (line->creation.verdict == CREATE_CONFLICT &&
	    !line->creation.in->replace)
		*line->result = RESULT_INVITE_EXISTS;
}

static void check_repeats(const struct all *all)
{
	for (size_t i = 1; i < all->count; i++) {
		struct line *line = &all->lines[i], *earlier = line - 1;

		while (earlier > all->lines &&
		       !to_same_address(line, earlier) &&
		       earlier->creation.hash == line->creation.hash)
			earlier--;
		if (to_same_address(line, earlier))
			check_repeat(all->work, line, earlier);
	}
}

static bool shares_external_id(const struct line *a, const struct line *b)
{
	const char *one = a->creation.in->external_id;
	const char *other = b->creation.in->external_id;

	return one && other && strcmp(one, other) == 0 &&
	       !to_same_address(a, b);
}

static bool supersedes(const struct line *line, const struct invite *invite)
{
	return invite->id && line->creation.verdict == CREATE_SUPERSEDE &&
	       line->creation.open.id == invite->id;
}

/* Of two with one external_id the later is refused. An invite that both would
 * supersede, one for its address and one for its external_id, is superseded by
 * the first to be written. */
static void check_external_ids(struct line *first, struct line *second)
{
	struct line *later = first->result < second->result ? second : first;

	if (shares_external_id(first, second) && *later->result == RESULT_OK)
		*later->result = RESULT_EXTERNAL_ID_TAKEN;
	if (supersedes(second, &first->creation.namesake))
		second->creation.verdict = CREATE_NEW;
	if (supersedes(first, &second->creation.namesake))
		second->creation.namesake.id = 0;
}

static void check_pairs(const struct all *all)
{
	for (size_t i = 0; i < all->count; i++) {
		for (size_t k = i + 1; k < all->count; k++)
			check_external_ids(&all->lines[i], &all->lines[k]);
	}
}

/* Each new one uses up some of the limit that they share. */
static void check_limits(const struct all *all)
{
	const struct limits *limits = &all->work->db->limits;
	int64_t taken = 0;

	for (size_t i = 0; i < all->count && all->work->limited; i++) {
		struct line *line = &all->lines[i];

		if (*line->result != RESULT_OK || !takes_seat(&line->creation))
			continue;
		if (limits->seats_left <= taken)
			*line->result = RESULT_SEAT_LIMIT_REACHED;
		else if (limits->invites_left <= taken)
			*line->result = RESULT_INVITES_PER_MINUTE;
		line->creation.out->wait_seconds = limits->wait_seconds;
		taken++;
	}
}

static bool is_refused(const struct all *all)
{
	for (size_t i = 0; i < all->count; i++) {
		if (*all->lines[i].result != RESULT_OK)
			return true;
	}
	return false;
}

static void write_all(struct all *all)
{
	bool mail = false;

	for (size_t i = 0; i < all->count; i++) {
		struct line *line = &all->lines[i];

		if (line->earlier)
			line->creation.open =
			    line->earlier->creation.out->invite;
		creation_write(all->work, &line->creation);
		mail = mail || all->work->mail_queued;
	}
	all->work->mail_queued = mail;
}

static enum result invite_create_all(struct work *work, const void *input,
				     void *output)
{
	const struct invite_create_all_in *in = input;
	struct all all;

	if (!gather_lines(work, in, output, &all))
		return RESULT_OUT_OF_MEMORY;
	limits_hold(work);
	db_each(work->db, all.count, check_line, &all);
	check_repeats(&all);
	check_pairs(&all);
	check_limits(&all);
	if (in->refused || is_refused(&all))
		return RESULT_INVITES_REFUSED;
	write_all(&all);
	return RESULT_OK;
}

const struct verb verb_invite_create_all = {
	VERB(invite_create_all),
	.size_in = sizeof(struct invite_create_all_in),
	.size_out = sizeof(struct invite_create_all_out),
	.run = invite_create_all,
};
