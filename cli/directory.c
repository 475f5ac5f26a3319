/*
 * directory.c: see directory.h.
 */
#include "directory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "guess.h"
#include "list.h"
#include "text.h"

#define PAGE 100

struct entry {
	char *id, *name; /* the name may be empty */
	bool is_archived;
};

struct directory {
	const char *noun;
	struct entry *entries;
	size_t count;
};

/* ---- what is fetched -------------------------------------------------- */

LIST_FETCH(fetch_projects, project, inv_projects_list, cli->client);

static struct entry project_entry(const void *item)
{
	const struct inv_project *project = item;

	return (struct entry){
		.id = copy_of(project->id),
		.name = copy_of(project->name ? project->name : ""),
		.is_archived = project->status == INV_PROJECT_STATUS_ARCHIVED,
	};
}

LIST_FETCH(fetch_groups, group, inv_groups_list, cli->client);

static struct entry group_entry(const void *item)
{
	const struct inv_group *group = item;

	return (struct entry){
		.id = copy_of(group->id),
		.name = copy_of(group->name ? group->name : ""),
	};
}

static const struct {
	const char *noun, *id_prefix;
	const char *query; /* for all of them; or NULL */
	list_fetch *fetch;
	struct entry (*entry)(const void *item);
} kinds[NAMED_COUNT] = {
	[NAMED_PROJECT] = { .noun = "project",
			    .id_prefix = "proj_",
			    .query = "include_archived=true",
			    .fetch = fetch_projects,
			    .entry = project_entry },
	[NAMED_GROUP] = { .noun = "group",
			  .id_prefix = "group_",
			  .fetch = fetch_groups,
			  .entry = group_entry },
};

bool is_id_of(enum named kind, const char *word)
{
	const char *prefix = kinds[kind].id_prefix;

	return strncmp(word, prefix, strlen(prefix)) == 0;
}

static void add(struct directory *directory, struct entry entry)
{
	directory->entries = grown(directory->entries, directory->count,
				   sizeof(*directory->entries));
	directory->entries[directory->count++] = entry;
}

enum status directory_load(struct cli *cli, enum named kind)
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
	if (kinds[kind].fetch(cli, NULL, &params, &page, &err))
		return fail(cli, &err);
	directory = grown(NULL, 0, sizeof(*directory));
	*directory = (struct directory){ .noun = kinds[kind].noun };
	cli->directories[kind] = directory;
	while (!(rc = (inv_next)(page, &item, &err)) && item)
		add(directory, kinds[kind].entry(item));
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

/* Active ones before archived ones; how many there are of the kind found. */
static size_t matches(const struct directory *directory, const char *word,
		      const struct entry **ret_found)
{
	for (int how = 0; how < 6; how++) {
		size_t count = 0;

		for (size_t i = directory->count; i > 0; i--) {
			const struct entry *entry = &directory->entries[i - 1];

			if (entry->is_archived == (how >= 3) &&
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
		if (!directory->entries[i].is_archived)
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
	if (found->is_archived)
		return text_of("the %s \"%s\" is archived", directory->noun,
			       word);
	*ret_id = found->id;
	return NULL;
}

char *directory_id(struct cli *cli, enum named kind, const char *word,
		   enum status *ret_status)
{
	const struct directory *directory;
	const struct entry *found = NULL;
	const char *id = NULL;
	char *problem;

	if (!*word || is_id_of(kind, word))
		return copy_of(word);
	*ret_status = directory_load(cli, kind);
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
