/*
 * resolve.c: see resolve.h. invited(8) finds an address itself; what another
 * server answers is looked through.
 */
#include "resolve.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "guess.h"
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

char *user_id(struct cli *cli, const char *word, enum status *ret_status)
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

/* ---- projects --------------------------------------------------------- */

struct project {
	char *id, *name; /* the name may be empty */
	bool is_archived;
};

struct directory {
	struct project *projects;
	size_t count;
};

bool is_project_id(const char *word)
{
	return strncmp(word, "proj_", 5) == 0;
}

static void add_project(struct directory *directory,
			const struct inv_project *project)
{
	directory->projects = grown(directory->projects, directory->count,
				    sizeof(*directory->projects));
	directory->projects[directory->count++] = (struct project){
		.id = copy_of(project->id),
		.name = copy_of(project->name ? project->name : ""),
		.is_archived = project->status == INV_PROJECT_STATUS_ARCHIVED,
	};
}

enum status directory_load(struct cli *cli)
{
	struct inv_project_list_params params = { .limit = PAGE,
						  .include_archived = true };
	const struct inv_project *project;
	struct inv_project_page *page;
	struct inv_error err;
	int rc;

	if (cli->directory)
		return STATUS_OK;
	if (inv_projects_list(cli->client, &params, NULL, &page, &err))
		return fail(cli, &err);
	cli->directory = grown(NULL, 0, sizeof(*cli->directory));
	*cli->directory = (struct directory){ 0 };
	while (!(rc = inv_next(page, &project, &err)) && project)
		add_project(cli->directory, project);
	inv_free(page);
	return rc ? fail(cli, &err) : STATUS_OK;
}

void directory_free(struct directory *directory)
{
	if (!directory)
		return;
	for (size_t i = 0; i < directory->count; i++) {
		free(directory->projects[i].id);
		free(directory->projects[i].name);
	}
	free(directory->projects);
	free(directory);
}

/* Their id, their name, their name in other letters: the first that is any. */
static bool is_called(const struct project *project, const char *word, int how)
{
	if (how == 0)
		return strcmp(project->id, word) == 0;
	if (how == 1)
		return strcmp(project->name, word) == 0;
	return strcasecmp(project->name, word) == 0;
}

/* Active ones before archived ones; how many there are of the kind found. */
static size_t matches(const struct directory *directory, const char *word,
		      const struct project **ret_found)
{
	for (int how = 0; how < 6; how++) {
		size_t count = 0;

		for (size_t i = directory->count; i > 0; i--) {
			const struct project *p = &directory->projects[i - 1];

			if (p->is_archived == (how >= 3) &&
			    is_called(p, word, how % 3)) {
				*ret_found = p;
				count++;
			}
		}
		if (count > 0)
			return count;
	}
	return 0;
}

static char *no_project(const struct directory *directory, const char *word)
{
	struct guess guess = { .word = word };

	for (size_t i = 0; i < directory->count; i++)
		if (!directory->projects[i].is_archived)
			guess_try(&guess, directory->projects[i].name,
				  strlen(directory->projects[i].name));
	return text_of("there is no project \"%s\"%s", word,
		       guess_text(&guess, ""));
}

char *directory_find(const struct directory *directory, const char *word,
		     const char **ret_id)
{
	const struct project *found = NULL;
	size_t count = matches(directory, word, &found);

	if (count == 0)
		return no_project(directory, word);
	if (count > 1)
		return text_of("%zu projects are called \"%s\"; give the id of "
			       "one, such as %s",
			       count, word, found->id);
	if (found->is_archived)
		return text_of("the project \"%s\" is archived", word);
	*ret_id = found->id;
	return NULL;
}

/* Archived ones may be looked at. */
char *project_id(struct cli *cli, const char *word, enum status *ret_status)
{
	const struct project *found = NULL;
	const char *id = NULL;
	char *problem;

	if (!*word || is_project_id(word))
		return copy_of(word);
	*ret_status = directory_load(cli);
	if (*ret_status != STATUS_OK)
		return NULL;
	if (matches(cli->directory, word, &found) == 1)
		return copy_of(found->id);
	problem = directory_find(cli->directory, word, &id);
	print_problem("%s", problem);
	free(problem);
	*ret_status = STATUS_NOT_FOUND;
	return NULL;
}
