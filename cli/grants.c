/*
 * grants.c: see grants.h. Reads the little of YAML's flow style that a list of
 * projects needs, which takes JSON in.
 */
#include "grants.h"

#include <stdlib.h>
#include <string.h>

#include "directory.h"
#include "print.h"
#include "text.h"

static const char *skip(const char *text)
{
	return text + strspn(text, " \t\r\n");
}

/* A word, quoted or bare, up to one of `stop`; NULL where there is none. */
static char *read_word(const char **text, const char *stop)
{
	const char *start = skip(*text), *end;
	char quote = *start == '"' || *start == '\'' ? *start : '\0';
	size_t len;
	char *word;

	if (quote) {
		start++;
		end = strchr(start, quote);
		if (!end)
			return NULL;
		len = (size_t)(end - start);
		*text = skip(end + 1);
	} else {
		len = strcspn(start, stop);
		*text = start + len;
		while (len > 0 && strchr(" \t\r\n", start[len - 1]))
			len--;
	}
	word = text_of("%.*s", (int)len, start);
	if (*word)
		return word;
	free(word);
	return NULL;
}

static void set_role(struct inv_grant *grant, char *role)
{
	grant->role = inv_project_role_of(role);
	if (grant->role != INV_PROJECT_ROLE_UNKNOWN) {
		free(role);
		role = NULL;
	}
	free((char *)grant->role_text);
	grant->role_text = role;
}

static struct inv_grant *begin(struct grants *grants)
{
	grants->list =
	    grown(grants->list, grants->count, sizeof(*grants->list));
	grants->list[grants->count] = (struct inv_grant){ 0 };
	return &grants->list[grants->count++];
}

static bool set_member(struct inv_grant *grant, const char *name, char *value)
{
	if (strcmp(name, "id") == 0) {
		free((char *)grant->id);
		grant->id = value;
		return true;
	}
	if (strcmp(name, "role") == 0) {
		set_role(grant, value);
		return true;
	}
	free(value);
	return false;
}

/* "id: X", up to the comma or brace behind it. */
static bool read_member(const char **text, struct inv_grant *grant)
{
	char *name = read_word(text, ":,}"), *value = NULL;
	bool ok = false;

	if (name && **text == ':') {
		++*text;
		value = read_word(text, ",}");
	}
	if (value)
		ok = set_member(grant, name, value);
	free(name);
	return ok;
}

static bool read_object(const char **text, struct grants *grants)
{
	struct inv_grant *grant = begin(grants);

	do {
		++*text; /* the brace or comma */
		if (!read_member(text, grant))
			return false;
	} while (**text == ',');
	if (**text != '}')
		return false;
	*text = skip(*text + 1);
	return grant->id != NULL;
}

/* "ID" or "ID:ROLE". */
static bool read_short(const char **text, struct grants *grants)
{
	struct inv_grant *grant = begin(grants);
	char *role;

	grant->id = read_word(text, ":,]");
	if (!grant->id)
		return false;
	if (**text != ':')
		return true;
	++*text;
	role = read_word(text, ",]");
	if (role)
		set_role(grant, role);
	return role != NULL;
}

static bool read_one(const char **text, struct grants *grants)
{
	*text = skip(*text);
	return **text == '{' ? read_object(text, grants)
			     : read_short(text, grants);
}

static bool read_list(const char **text, struct grants *grants)
{
	++*text;
	*text = skip(*text);
	if (**text == ']') {
		grants->none = true;
		*text = skip(*text + 1);
		return true;
	}
	if (!read_one(text, grants))
		return false;
	while (**text == ',') {
		++*text;
		if (!read_one(text, grants))
			return false;
	}
	if (**text != ']')
		return false;
	*text = skip(*text + 1);
	return true;
}

bool grants_add(struct grants *grants, const char *text)
{
	bool ok;

	text = skip(text);
	ok = *text == '[' ? read_list(&text, grants) : read_one(&text, grants);
	return ok && !*skip(text);
}

/* --project.id and --project.role fill the same grant until it has both. */
static void add_part(struct grants *grants, const char *part, const char *value,
		     bool *is_open)
{
	struct inv_grant *last =
	    grants->count ? &grants->list[grants->count - 1] : NULL;
	bool is_id = strcmp(part, "id") == 0;

	if (!last || !*is_open || (is_id && last->id) ||
	    (!is_id && (last->role || last->role_text)))
		last = begin(grants);
	*is_open = true;
	if (is_id)
		last->id = copy_of(value);
	else
		set_role(last, copy_of(value));
}

static bool check(const struct grants *grants)
{
	for (size_t i = 0; i < grants->count; i++) {
		if (!grants->list[i].id) {
			print_problem("--project.role without --project.id");
			return false;
		}
	}
	if (!grants->none || grants->count == 0)
		return true;
	print_problem("give either --no-projects or --project, not both");
	return false;
}

/* Once all is read: without a word about the role, it is member. */
static void complete(struct grants *grants)
{
	for (size_t i = 0; i < grants->count; i++)
		if (!grants->list[i].role && !grants->list[i].role_text)
			grants->list[i].role = INV_PROJECT_ROLE_MEMBER;
}

bool grants_read(struct grants *grants, const struct args *args)
{
	bool is_open = false;

	*grants = (struct grants){ .none = args_has(args, "no-projects") };
	for (size_t i = 0; i < args->count; i++) {
		const char *name = args->list[i].option->name;
		const char *value = args->list[i].value;

		if (strncmp(name, "project.", 8) == 0) {
			add_part(grants, name + 8, value, &is_open);
		} else if (strcmp(name, "project") == 0) {
			is_open = false;
			if (!grants_add(grants, value)) {
				print_problem(
				    "--project takes ID, ID:ROLE or "
				    "{id: ID, role: ROLE}, not \"%s\"",
				    value);
				return false;
			}
		}
	}
	return check(grants);
}

void grants_release(struct grants *grants)
{
	for (size_t i = 0; i < grants->count; i++) {
		free((char *)grants->list[i].id);
		free((char *)grants->list[i].role_text);
	}
	free(grants->list);
	*grants = (struct grants){ 0 };
}

bool grants_have_names(const struct grants *grants)
{
	for (size_t i = 0; i < grants->count; i++)
		if (!is_id_of(NAMED_PROJECT, grants->list[i].id))
			return true;
	return false;
}

char *grants_resolve(struct grants *grants, const struct directory *directory,
		     bool check_ids)
{
	for (size_t i = 0; i < grants->count; i++) {
		struct inv_grant *grant = &grants->list[i];
		const char *id;
		char *problem;

		if (is_id_of(NAMED_PROJECT, grant->id) && !check_ids)
			continue;
		problem = directory_find(directory, grant->id, &id);
		if (problem)
			return problem;
		free((char *)grant->id);
		grant->id = copy_of(id);
	}
	return NULL;
}

void grants_into(struct grants *grants, struct inv_invite_create_params *params)
{
	complete(grants);
	if (grants->list || grants->none)
		params->projects = INV_GRANTS(grants->list, grants->count);
}
