/*
 * existing.c: who in the file has an invite or is a member already.
 */
#include "bulk.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "invites.h"
#include "text.h"

#define PAGE		 100
#define ASKED_MAX	 50   /* addresses in one request for members */
#define ASKED_OCTETS_MAX 4000 /* of them, if each octet is encoded as three */

/* Addresses as this program can compare them: without regard to ASCII case. */
static int compare_emails(const void *a, const void *b)
{
	const struct row *const *left = a, *const *right = b;
	int order = strcasecmp((*left)->email, (*right)->email);

	if (order)
		return order;
	return (*left)->line < (*right)->line ? -1
					      : (*left)->line > (*right)->line;
}

struct row **rows_sorted(const struct rows *rows)
{
	struct row **sorted = NULL;

	for (size_t i = 0; i < rows->count; i++) {
		sorted = grown(sorted, i, sizeof(struct row *));
		sorted[i] = &rows->list[i];
	}
	if (sorted)
		qsort(sorted, rows->count, sizeof(struct row *),
		      compare_emails);
	return sorted;
}

static int compare_key(const void *key, const void *element)
{
	const struct row *const *row = element;

	return strcasecmp(key, (*row)->email);
}

static struct row *row_of(struct row **sorted, size_t count, const char *email)
{
	struct row **found =
	    bsearch(email, sorted, count, sizeof(struct row *), compare_key);

	return found ? *found : NULL;
}

/* ---- invites ---------------------------------------------------------- */

static void mark_invite(struct row **sorted, size_t count,
			const struct inv_invite *invite)
{
	struct row *row;

	if (invite->status != INV_INVITE_STATUS_PENDING)
		return;
	row = row_of(sorted, count, invite->email);
	if (!row || row->outcome != OUTCOME_NONE || row->id)
		return;
	row->mail_failed = has_failed_mail(invite);
	if (!row->mail_failed)
		row->outcome = OUTCOME_EXISTING;
	row->id = copy_of(invite->id);
}

static void print_looked_at(size_t count, bool is_last)
{
	if (isatty(STDERR_FILENO) &&
	    (is_last ? count >= PAGE : count % PAGE == 0))
		fprintf(stderr, "\r%zu invites looked at%s", count,
			is_last ? "\n" : "");
}

static int find_invites(struct cli *cli, struct row **sorted, size_t count,
			struct inv_error *err)
{
	struct inv_invite_list_params params = {
		.limit = PAGE,
		.extra_query = "status=pending",
	};
	const struct inv_invite *invite;
	struct inv_invite_page *page;
	size_t seen = 0;
	int rc = inv_invites_list(cli->client, &params, NULL, &page, err);

	/* Not every server knows the filter. */
	if (rc && err->kind == INV_ERROR_BAD_REQUEST) {
		params.extra_query = NULL;
		rc = inv_invites_list(cli->client, &params, NULL, &page, err);
	}
	if (rc)
		return -1;
	while (!(rc = inv_next(page, &invite, err)) && invite) {
		mark_invite(sorted, count, invite);
		print_looked_at(++seen, false);
	}
	print_looked_at(seen, true);
	inv_free(page);
	return rc;
}

/* ---- members ---------------------------------------------------------- */

static int find_some_members(struct cli *cli, struct row **sorted, size_t count,
			     struct inv_error *err)
{
	const char *emails[ASKED_MAX];
	struct inv_user_list_params params = {
		.limit = PAGE,
		.emails = INV_TEXTS(emails, count),
	};
	const struct inv_user *user;
	struct inv_user_page *page;
	int rc;

	for (size_t i = 0; i < count; i++)
		emails[i] = sorted[i]->email;
	if (inv_users_list(cli->client, &params, NULL, &page, err))
		return -1;
	while (!(rc = inv_next(page, &user, err)) && user) {
		struct row *row =
		    user->email ? row_of(sorted, count, user->email) : NULL;

		if (row)
			row->outcome = OUTCOME_EXISTING;
	}
	inv_free(page);
	return rc;
}

/* How many of them fit into one request: by count, and by what a URL holds. */
static size_t some_of(struct row **sorted, size_t count)
{
	size_t some = 0, octets = 0;

	while (some < count && some < ASKED_MAX) {
		octets += 3 * strlen(sorted[some]->email);
		if (some > 0 && octets > ASKED_OCTETS_MAX)
			break;
		some++;
	}
	return some;
}

static int find_members(struct cli *cli, struct row **sorted, size_t count,
			struct inv_error *err)
{
	while (count > 0) {
		size_t some = some_of(sorted, count);

		if (find_some_members(cli, sorted, some, err))
			return -1;
		sorted += some;
		count -= some;
	}
	return 0;
}

int find_existing(struct cli *cli, struct rows *rows, bool and_members,
		  struct inv_error *err)
{
	struct row **sorted = rows_sorted(rows);
	int rc = 0;

	if (sorted)
		rc = find_invites(cli, sorted, rows->count, err);
	if (sorted && !rc && and_members)
		rc = find_members(cli, sorted, rows->count, err);
	free(sorted);
	return rc;
}
