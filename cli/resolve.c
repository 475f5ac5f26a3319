/*
 * resolve.c: see resolve.h. invited(8) finds an address itself; what another
 * server answers is looked through.
 */
#include "resolve.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "directory.h"
#include "text.h"

#define PAGE 100

/* ---- addresses -------------------------------------------------------- */

static bool is_address(const char *word)
{
	return strchr(word, '@') != NULL;
}

/* A search for one address, by the server's filter or without; not 0 where
 * the server failed. */
typedef int search(struct cli *cli, const char *email, bool by_filter,
		   char **ret_id, struct inv_error *err);

/* Newest first, so that a pending one comes before what it replaced. */
static int search_invites(struct cli *cli, const char *email, bool by_filter,
			  char **ret_id, struct inv_error *err)
{
	char *coded = text_percent(email), *query = text_of("email=%s", coded);
	struct inv_invite_list_params params = {
		.limit = PAGE,
		.extra_query = by_filter ? query : NULL,
	};
	const struct inv_invite *invite;
	struct inv_invite_page *page = NULL;
	int rc = inv_invites_list(cli->client, &params, NULL, &page, err);

	while (!rc && !(rc = inv_next(page, &invite, err)) && invite) {
		if (strcasecmp(invite->email, email) == 0) {
			*ret_id = copy_of(invite->id);
			break;
		}
	}
	inv_free(page);
	free(query);
	free(coded);
	return rc;
}

static int search_users(struct cli *cli, const char *email, bool by_filter,
			char **ret_id, struct inv_error *err)
{
	struct inv_user_list_params params = { .limit = PAGE };
	const struct inv_user *user;
	struct inv_user_page *page = NULL;
	int rc;

	if (by_filter)
		params.emails = INV_TEXTS(&email, 1);
	rc = inv_users_list(cli->client, &params, NULL, &page, err);
	while (!rc && !(rc = inv_next(page, &user, err)) && user) {
		if (user->email && strcasecmp(user->email, email) == 0) {
			*ret_id = copy_of(user->id);
			break;
		}
	}
	inv_free(page);
	return rc;
}

static char *find(struct cli *cli, const char *word, search *look,
		  enum status *ret_status)
{
	char *id = NULL;
	struct inv_error err;
	int rc = look(cli, word, true, &id, &err);

	/* Not every server knows the filter. */
	if (rc && err.kind == INV_ERROR_BAD_REQUEST &&
	    strcmp(err.code, "invalid_email") != 0)
		rc = look(cli, word, false, &id, &err);
	if (rc)
		*ret_status = fail(cli, &err);
	return id;
}

char *invite_id(struct cli *cli, const char *word, enum status *ret_status)
{
	char *id;

	if (!is_address(word))
		return copy_of(word);
	*ret_status = STATUS_OK;
	id = find(cli, word, search_invites, ret_status);
	if (id || *ret_status != STATUS_OK)
		return id;
	print_problem("there is no invite for %s", word);
	*ret_status = STATUS_NOT_FOUND;
	return NULL;
}

static char *user_id(struct cli *cli, const char *word, enum status *ret_status)
{
	char *id;

	if (!is_address(word))
		return copy_of(word);
	*ret_status = STATUS_OK;
	id = find(cli, word, search_users, ret_status);
	if (id || *ret_status != STATUS_OK)
		return id;
	print_problem("there is no member with the address %s", word);
	*ret_status = STATUS_NOT_FOUND;
	return NULL;
}

/* The server alone can find it: it has no more than a hash of it. */
static char *blocked_id(struct cli *cli, const char *word,
			enum status *ret_status)
{
	const struct inv_blocked_address_list_params params = { .email = word };
	const struct inv_blocked_address *blocked = NULL;
	struct inv_blocked_address_page *page = NULL;
	struct inv_error err;
	char *id = NULL;
	int rc;

	if (!is_address(word))
		return copy_of(word);
	rc =
	    inv_blocked_addresses_list(cli->client, &params, NULL, &page, &err);
	if (!rc)
		rc = inv_next(page, &blocked, &err);
	if (rc) {
		*ret_status = fail(cli, &err);
	} else if (blocked) {
		id = copy_of(blocked->id);
	} else {
		print_problem("%s is not blocked", word);
		*ret_status = STATUS_NOT_FOUND;
	}
	inv_free(page);
	return id;
}

/* ---- all words -------------------------------------------------------- */

char *word_id(struct cli *cli, enum word what, const char *word,
	      const char *within, enum status *ret_status)
{
	static const enum named kinds[] = {
		[WORD_PROJECT] = NAMED_PROJECT,
		[WORD_GROUP] = NAMED_GROUP,
		[WORD_ROLE] = NAMED_ROLE,
		[WORD_ACCOUNT] = NAMED_ACCOUNT,
		[WORD_KEY] = NAMED_KEY,
		[WORD_ADMIN_KEY] = NAMED_ADMIN_KEY,
		[WORD_WEBHOOK] = NAMED_WEBHOOK,
	};

	if (what == WORD_TEXT)
		return copy_of(word);
	if (what == WORD_USER)
		return user_id(cli, word, ret_status);
	if (what == WORD_BLOCKED)
		return blocked_id(cli, word, ret_status);
	return directory_id(cli, kinds[what], word, within, ret_status);
}

bool option_id(struct cli *cli, const char *name, enum word what, char **ret_id,
	       enum status *ret_status)
{
	const char *word = args_text(cli->args, name);

	if (!word)
		return true;
	*ret_id = word_id(cli, what, word, NULL, ret_status);
	return *ret_id != NULL;
}

size_t words_count(const enum word *words)
{
	size_t count = 0;

	while (words[count] != WORD_NONE)
		count++;
	return count;
}

enum status words_read(struct cli *cli, const enum word *words,
		       char *ret_ids[WORDS_MAX])
{
	enum status status = STATUS_OK;
	size_t count = words_count(words);

	memset(ret_ids, 0, WORDS_MAX * sizeof(ret_ids[0]));
	for (size_t i = 0; i < count && i < cli->args->rest_count; i++) {
		ret_ids[i] = word_id(cli, words[i], cli->args->rest[i],
				     i > 0 ? ret_ids[0] : NULL, &status);
		if (!ret_ids[i])
			return status;
	}
	return STATUS_OK;
}

void words_free(char *ids[WORDS_MAX])
{
	for (size_t i = 0; i < WORDS_MAX; i++)
		free(ids[i]);
}
