/*
 * directory.c: see directory.h.
 */
#include "directory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "guess.h"
#include "list.h"
#include "text.h"

#define PAGE 100

struct entry {
	char *id, *name; /* the name may be empty */
	bool is_past;	 /* archived, or expired */
};

struct directory {
	const char *noun;
	struct entry *entries;
	size_t count;
};

/* ---- what is fetched -------------------------------------------------- */

LIST_FETCH(fetch_projects, project, inv_projects_list, cli->client);
LIST_FETCH(fetch_groups, group, inv_groups_list, cli->client);
LIST_FETCH_PLAIN(fetch_roles_of_all, role_details, inv_roles_list, cli->client);
LIST_FETCH_PLAIN(fetch_roles_of_project, role_details, inv_projects_roles_list,
		 cli->client, id[0]);
LIST_FETCH_PLAIN(fetch_accounts, service_account,
		 inv_projects_service_accounts_list, cli->client, id[0]);
LIST_FETCH(fetch_keys, project_api_key, inv_projects_api_keys_list, cli->client,
	   id[0]);
LIST_FETCH_PLAIN(fetch_admin_keys, admin_api_key, inv_admin_api_keys_list,
		 cli->client);
LIST_FETCH_PLAIN(fetch_webhooks, webhook, inv_webhooks_list, cli->client);

static int fetch_roles(struct cli *cli, const char *const *id,
		       const struct list_params *params, void **ret_page,
		       struct inv_error *err)
{
	return id[0] ? fetch_roles_of_project(cli, id, params, ret_page, err)
		     : fetch_roles_of_all(cli, id, params, ret_page, err);
}

/* Where the members of an item are that make an entry. */
#define ENTRY(thing)                            \
	.id = offsetof(struct inv_##thing, id), \
	.name = offsetof(struct inv_##thing, name)

static const struct {
	const char *noun;
	const char *id_prefixes[2];
	const char *query; /* for all of them; or NULL */
	list_fetch *fetch;
	size_t id, name;
} kinds[NAMED_COUNT] = {
	[NAMED_PROJECT] = { .noun = "project",
			    .id_prefixes = { "proj_" },
			    .query = "include_archived=true",
			    .fetch = fetch_projects,
			    ENTRY(project) },
	[NAMED_GROUP] = { .noun = "group",
			  .id_prefixes = { "group_" },
			  .fetch = fetch_groups,
			  ENTRY(group) },
	[NAMED_ROLE] = { .noun = "role",
			 .id_prefixes = { "role_", "role-api-" },
			 .fetch = fetch_roles,
			 ENTRY(role_details) },
	[NAMED_ACCOUNT] = { .noun = "service account",
			    .id_prefixes = { "svc_acct_", "user-" },
			    .fetch = fetch_accounts,
			    ENTRY(service_account) },
	[NAMED_KEY] = { .noun = "key",
			.id_prefixes = { "key_" },
			.query = "owner_project_access=any",
			.fetch = fetch_keys,
			ENTRY(project_api_key) },
	[NAMED_ADMIN_KEY] = { .noun = "admin key",
			      .id_prefixes = { "key_" },
			      .fetch = fetch_admin_keys,
			      ENTRY(admin_api_key) },
	[NAMED_WEBHOOK] = { .noun = "webhook",
			    .id_prefixes = { "webhook_" },
			    .fetch = fetch_webhooks,
			    .id = offsetof(struct inv_webhook, id),
			    .name = offsetof(struct inv_webhook, url) },
};

bool is_id_of(enum named kind, const char *word)
{
	for (size_t i = 0; i < 2; i++) {
		const char *prefix = kinds[kind].id_prefixes[i];

		if (prefix && strncmp(word, prefix, strlen(prefix)) == 0)
			return true;
	}
	return false;
}

/* The text at a place in an item; a name may be missing. */
static char *text_at(const void *item, size_t offset)
{
	const char *text;

	memcpy(&text, (const char *)item + offset, sizeof(text));
	return copy_of(text ? text : "");
}

static bool is_over(int64_t expires_at)
{
	return expires_at != 0 && expires_at <= (int64_t)time(NULL);
}

static bool is_past(enum named kind, const void *item)
{
	const struct inv_project *project = item;
	const struct inv_project_api_key *key = item;
	const struct inv_admin_api_key *admin_key = item;

	switch (kind) {
	case NAMED_PROJECT:
		return project->status == INV_PROJECT_STATUS_ARCHIVED;
	case NAMED_KEY:
		return is_over(key->expires_at);
	case NAMED_ADMIN_KEY:
		return is_over(admin_key->expires_at);
	default:
		return false;
	}
}

static struct entry entry_of(enum named kind, const void *item)
{
	return (struct entry){
		.id = text_at(item, kinds[kind].id),
		.name = text_at(item, kinds[kind].name),
		.is_past = is_past(kind, item),
	};
}

static void add(struct directory *directory, struct entry entry)
{
	directory->entries = grown(directory->entries, directory->count,
				   sizeof(*directory->entries));
	directory->entries[directory->count++] = entry;
}

enum status directory_load(struct cli *cli, enum named kind, const char *within)
{
	const struct list_params params = { .limit = PAGE,
					    .extra_query = kinds[kind].query };
	struct directory *directory;
	struct inv_error err;
	const void *item;
	void *page;
	int rc;

	if (cli->directories[kind])
		return STATUS_OK;
	if (kinds[kind].fetch(cli, &within, &params, &page, &err))
		return fail(cli, &err);
	directory = grown(NULL, 0, sizeof(*directory));
	*directory = (struct directory){ .noun = kinds[kind].noun };
	cli->directories[kind] = directory;
	while (!(rc = (inv_next)(page, &item, &err)) && item)
		add(directory, entry_of(kind, item));
	inv_free(page);
	return rc ? fail(cli, &err) : STATUS_OK;
}

void directory_free(struct directory *directory)
{
	if (!directory)
		return;
	for (size_t i = 0; i < directory->count; i++) {
		free(directory->entries[i].id);
		free(directory->entries[i].name);
	}
	free(directory->entries);
	free(directory);
}

/* ---- what is found ---------------------------------------------------- */

/* Their id, their name, their name in other letters: the first that is any. */
static bool is_called(const struct entry *entry, const char *word, int how)
{
	if (how == 0)
		return strcmp(entry->id, word) == 0;
	if (how == 1)
		return strcmp(entry->name, word) == 0;
	return strcasecmp(entry->name, word) == 0;
}

/*
 * Those in use before those that are past, such as a key that was rotated and
 * has left its name to the next; how many there are of the kind found.
 */
static size_t matches(const struct directory *directory, const char *word,
		      const struct entry **ret_found)
{
	for (int how = 0; how < 6; how++) {
		size_t count = 0;

		for (size_t i = directory->count; i > 0; i--) {
			const struct entry *entry = &directory->entries[i - 1];

			if (entry->is_past == (how >= 3) &&
			    is_called(entry, word, how % 3)) {
				*ret_found = entry;
				count++;
			}
		}
		if (count > 0)
			return count;
	}
	return 0;
}

static char *none_found(const struct directory *directory, const char *word)
{
	struct guess guess = { .word = word };

	for (size_t i = 0; i < directory->count; i++)
		if (!directory->entries[i].is_past)
			guess_try(&guess, directory->entries[i].name,
				  strlen(directory->entries[i].name));
	return text_of("there is no %s \"%s\"%s", directory->noun, word,
		       guess_text(&guess, ""));
}

char *directory_find(const struct directory *directory, const char *word,
		     const char **ret_id)
{
	const struct entry *found = NULL;
	size_t count = matches(directory, word, &found);

	if (count == 0)
		return none_found(directory, word);
	if (count > 1)
		return text_of("%zu %ss are called \"%s\"; give the id of "
			       "one, such as %s",
			       count, directory->noun, word, found->id);
	if (found->is_past)
		return text_of("the %s \"%s\" is archived", directory->noun,
			       word);
	*ret_id = found->id;
	return NULL;
}

char *directory_id(struct cli *cli, enum named kind, const char *word,
		   const char *within, enum status *ret_status)
{
	const struct directory *directory;
	const struct entry *found = NULL;
	const char *id = NULL;
	char *problem;

	if (!*word || is_id_of(kind, word))
		return copy_of(word);
	*ret_status = directory_load(cli, kind, within);
	if (*ret_status != STATUS_OK)
		return NULL;
	directory = cli->directories[kind];
	if (matches(directory, word, &found) == 1)
		return copy_of(found->id);
	problem = directory_find(directory, word, &id);
	print_problem("%s", problem);
	free(problem);
	*ret_status = STATUS_NOT_FOUND;
	return NULL;
}
