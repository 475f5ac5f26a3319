/*
 * roster.c: the file of invite bulk. All of it is checked before anybody is
 * invited, and every bad line is named, so that a file is mended in one go.
 */
#include "bulk.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "csv.h"
#include "files.h"

#define ROSTER_MAX ((size_t)256 << 20)
#define EMAIL_MAX  254 /* octets, RFC 5321 */
#define LOCAL_MAX  64

/* Where the columns are; -1: nowhere. */
struct columns {
	int email, role, projects;
};

static const char *field(const struct csv *csv, int column)
{
	return column >= 0 && (size_t)column < csv->count ? csv->fields[column]
							  : "";
}

/* By the names in the first record; false where it is not a header. */
static bool read_header(const struct csv *csv, struct columns *columns)
{
	struct columns found = { -1, -1, -1 };

	for (size_t i = 0; i < csv->count; i++) {
		if (strcasecmp(csv->fields[i], "email") == 0)
			found.email = (int)i;
		else if (strcasecmp(csv->fields[i], "role") == 0)
			found.role = (int)i;
		else if (strcasecmp(csv->fields[i], "projects") == 0)
			found.projects = (int)i;
	}
	if (found.email < 0)
		return false;
	*columns = found;
	return true;
}

static bool has_odd_character(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || strchr("<>(),;\x7f", *text))
			return true;
	return false;
}

/* Only what no server can mean; the rest is the server's to say. */
static const char *email_problem(const char *email)
{
	const char *at = strrchr(email, '@');

	if (!*email)
		return "there is no email";
	if (!at || at == email || !at[1])
		return "the email is not of the form NAME@DOMAIN";
	if (strlen(email) > EMAIL_MAX || at - email > LOCAL_MAX)
		return "the email is too long";
	if (has_odd_character(email))
		return "the email holds a character that it cannot";
	return NULL;
}

/* "proj_a:member; proj_b", "none", or nothing for the default project. */
static const char *read_projects(struct grants *grants, char *text)
{
	char *part, *state = NULL;

	text += strspn(text, " \t");
	if (strcmp(text, "none") == 0 || strcmp(text, "[]") == 0) {
		grants->none = true;
		return NULL;
	}
	if (*text == '[' || *text == '{')
		return grants_add(grants, text) ? NULL
						: "the projects are unclear";
	for (part = strtok_r(text, "; \t", &state); part;
	     part = strtok_r(NULL, "; \t", &state))
		if (!grants_add(grants, part))
			return "a project is not of the form ID or ID:ROLE";
	return NULL;
}

static const char *read_person(struct person *person, const struct csv *csv,
			       const struct columns *columns, const char *role)
{
	const char *problem = csv->problem;

	person->line = csv->line;
	person->email = (char *)field(csv, columns->email);
	person->role = field(csv, columns->role);
	if (!*person->role)
		person->role = role;
	if (!problem)
		problem = email_problem(person->email);
	if (!problem && !person->role)
		problem = "there is no role, and no --role for all";
	if (!problem && inv_role_of(person->role) == INV_ROLE_UNKNOWN)
		problem = "the role is not reader or owner";
	if (!problem)
		problem = read_projects(&person->grants,
					(char *)field(csv, columns->projects));
	return problem;
}

static bool read_people(struct roster *roster, struct csv *csv,
			const char *role)
{
	struct columns columns = { 0, 1, 2 };
	bool ok = true, is_first = true;

	while (csv_next(csv)) {
		struct person *person;
		const char *problem;

		if (is_first && read_header(csv, &columns)) {
			is_first = false;
			continue;
		}
		is_first = false;
		roster->people = grown(roster->people, roster->count,
				       sizeof(*roster->people));
		person = &roster->people[roster->count++];
		*person = (struct person){ 0 };
		problem = read_person(person, csv, &columns, role);
		if (problem) {
			say_problem("line %zu: %s", csv->line, problem);
			ok = false;
		}
	}
	return ok;
}

int compare_emails(const void *a, const void *b)
{
	const struct person *const *left = a, *const *right = b;

	return strcasecmp((*left)->email, (*right)->email);
}

static int compare_lines(const void *a, const void *b)
{
	const struct person *const *left = a, *const *right = b;
	int order = compare_emails(a, b);

	if (order)
		return order;
	return (*left)->line < (*right)->line ? -1 : 1;
}

/* Nobody twice: two lines may want two things. */
static bool check_doubles(const struct roster *roster)
{
	struct person **sorted = NULL;
	bool ok = true;

	for (size_t i = 0; i < roster->count; i++) {
		sorted = grown(sorted, i, sizeof(struct person *));
		sorted[i] = &roster->people[i];
	}
	if (sorted)
		qsort(sorted, roster->count, sizeof(struct person *),
		      compare_lines);
	for (size_t i = 1; i < roster->count; i++) {
		if (!*sorted[i]->email ||
		    compare_emails(&sorted[i - 1], &sorted[i]) != 0)
			continue;
		say_problem("line %zu: %s is in line %zu already",
			    sorted[i]->line, sorted[i]->email,
			    sorted[i - 1]->line);
		ok = false;
	}
	free(sorted);
	return ok;
}

bool roster_read(struct roster *roster, const char *path, const char *role)
{
	struct csv csv;
	size_t len;
	bool ok;

	*roster = (struct roster){ 0 };
	roster->text = file_read(path, ROSTER_MAX, &len);
	if (!roster->text)
		return false;
	if (memchr(roster->text, '\0', len)) {
		say_problem("%s holds a NUL: it is no text", path);
		return false;
	}
	csv_begin(&csv, roster->text, len);
	ok = read_people(roster, &csv, role);
	csv_end(&csv);
	return check_doubles(roster) && ok;
}

void roster_release(struct roster *roster)
{
	for (size_t i = 0; i < roster->count; i++) {
		grants_release(&roster->people[i].grants);
		free(roster->people[i].id);
		free(roster->people[i].err);
	}
	free(roster->people);
	free(roster->text);
	*roster = (struct roster){ 0 };
}
