/*
 * rows.c: the file of invite bulk. All of it is checked before anybody is
 * invited, and every bad line is named, so that a file is mended in one go.
 */
#include "bulk.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "csv.h"
#include "directory.h"
#include "files.h"
#include "guess.h"
#include "metadata.h"
#include "text.h"

#define ROWS_MAX ((size_t)256 << 20) /* bytes of a file */

/* Takes the text. */
static void add_problem(struct rows *rows, size_t line, char *text)
{
	rows->problems =
	    grown(rows->problems, rows->problem_count, sizeof(*rows->problems));
	rows->problems[rows->problem_count++] =
	    (struct row_problem){ line, text };
}

/* Says what is wrong with a line, and keeps it for the report. */
static void __attribute__((format(printf, 3, 4)))
rows_problem(struct rows *rows, size_t line, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (!text)
		text = copy_of("out of memory");
	add_problem(rows, line, text);
	print_problem("line %zu: %s", line, text);
}

/* ---- columns ---------------------------------------------------------- */

enum column_name { EMAIL, ROLE, PROJECTS, EXTERNAL_ID, COLUMNS };

static const char *const column_names[COLUMNS] = {
	[EMAIL] = "email",
	[ROLE] = "role",
	[PROJECTS] = "projects",
	[EXTERNAL_ID] = "external_id",
};

#define METADATA     "metadata." /* and a key */
#define PAIRS_MAX    16
#define COLUMNS_TEXT "email, role, projects, external_id and metadata.KEY"

struct columns {
	size_t at[COLUMNS]; /* from 1; 0: nowhere */
	bool is_ignoring;   /* what stands in other columns */
	struct {
		const char *key; /* borrowed from the file's text */
		size_t at;
	} pairs[PAIRS_MAX];
	size_t pair_count;
};

static const struct columns usual_columns = {
	.at = { [EMAIL] = 1, [ROLE] = 2, [PROJECTS] = 3 },
};

static char *field_of(const struct csv *csv, size_t at)
{
	static char none[1];

	return at > 0 && at <= csv->count ? csv->fields[at - 1] : none;
}

static bool is_header(const struct csv *csv)
{
	for (size_t i = 0; i < csv->count; i++)
		if (strcasecmp(csv->fields[i], column_names[EMAIL]) == 0)
			return true;
	return false;
}

static void refuse_column(struct rows *rows, size_t line, const char *name)
{
	struct guess guess = { .word = name };

	for (size_t i = 0; i < COLUMNS; i++)
		guess_try(&guess, column_names[i], strlen(column_names[i]));
	rows_problem(
	    rows, line,
	    "the column \"%s\" is not known%s%s Known are " COLUMNS_TEXT
	    "; --ignore-columns passes over others.",
	    name, guess_text(&guess, ""), guess.best ? "" : ".");
}

/* One without a name may stay empty; that is seen to row by row. */
static void read_column(struct rows *rows, struct columns *columns,
			const struct csv *csv, size_t index)
{
	const char *name = csv->fields[index];

	for (size_t i = 0; i < COLUMNS; i++) {
		if (strcasecmp(name, column_names[i]) != 0)
			continue;
		if (columns->at[i])
			rows_problem(rows, csv->line,
				     "there are two columns \"%s\"", name);
		columns->at[i] = index + 1;
		return;
	}
	if (strncasecmp(name, METADATA, strlen(METADATA)) == 0 &&
	    columns->pair_count < PAIRS_MAX) {
		columns->pairs[columns->pair_count].key =
		    name + strlen(METADATA);
		columns->pairs[columns->pair_count++].at = index + 1;
		return;
	}
	if (*name && !columns->is_ignoring)
		refuse_column(rows, csv->line, name);
}

static void read_header(struct rows *rows, struct columns *columns,
			const struct csv *csv)
{
	memset(columns->at, 0, sizeof(columns->at));
	columns->pair_count = 0;
	for (size_t i = 0; i < csv->count; i++)
		read_column(rows, columns, csv, i);
}

/* A field that no column is for, and that is to be passed over by nobody. */
static const char *stray_field(const struct csv *csv,
			       const struct columns *columns)
{
	for (size_t i = 1; i <= csv->count && !columns->is_ignoring; i++) {
		bool is_known = false;

		for (size_t j = 0; j < COLUMNS; j++)
			is_known = is_known || columns->at[j] == i;
		for (size_t j = 0; j < columns->pair_count; j++)
			is_known = is_known || columns->pairs[j].at == i;
		if (!is_known && *csv->fields[i - 1])
			return csv->fields[i - 1];
	}
	return NULL;
}

/* ---- rows ------------------------------------------------------------- */

/* As copied from a web page: "mailto:ada@example.com?subject=Hello" */
static char *without_mailto(char *email)
{
	if (strncasecmp(email, "mailto:", 7) != 0)
		return email;
	email[strcspn(email, "?")] = '\0';
	return text_trim(email + 7);
}

/* Ids may have blanks between them; a name may have them inside. */
static bool add_part(struct grants *grants, char *part)
{
	char *state = NULL;

	if (!is_id_of(NAMED_PROJECT, part))
		return grants_add(grants, part);
	for (part = strtok_r(part, " \t", &state); part;
	     part = strtok_r(NULL, " \t", &state))
		if (!grants_add(grants, part))
			return false;
	return true;
}

/* "proj_a:member; Engine", "none", or nothing for the default project. */
static const char *read_projects(struct grants *grants, char *text)
{
	char *part, *state = NULL;

	if (strcasecmp(text, "none") == 0 || strcmp(text, "[]") == 0) {
		grants->none = true;
		return NULL;
	}
	if (*text == '[' || *text == '{')
		return grants_add(grants, text) ? NULL
						: "the projects are unclear";
	for (part = strtok_r(text, ";,", &state); part;
	     part = strtok_r(NULL, ";,", &state)) {
		part = text_trim(part);
		if (*part && !add_part(grants, part))
			return "a project is not of the form PROJECT or "
			       "PROJECT:ROLE";
	}
	return NULL;
}

/* An empty field says nothing. */
static void read_extras(struct row *row, const struct csv *csv,
			const struct columns *columns)
{
	char *external_id = field_of(csv, columns->at[EXTERNAL_ID]);

	row->external_id = *external_id ? external_id : NULL;
	for (size_t i = 0; i < columns->pair_count; i++) {
		const char *key = columns->pairs[i].key;
		const char *value = field_of(csv, columns->pairs[i].at);

		if (*value)
			row->metadata = metadata_add(row->metadata, key,
						     strlen(key), value);
	}
}

static const char *read_row(struct row *row, const struct csv *csv,
			    const struct columns *columns, const char *role)
{
	const char *problem;

	row->line = csv->line;
	row->email = without_mailto(field_of(csv, columns->at[EMAIL]));
	row->role = text_lower(field_of(csv, columns->at[ROLE]));
	if (!*row->role)
		row->role = (char *)role;
	read_extras(row, csv, columns);
	if (csv->problem)
		return csv->problem;
	problem = address_problem(row->email);
	if (problem)
		return problem;
	if (!row->role)
		return "there is no role, and no --role for all";
	if (inv_role_of(row->role) == INV_ROLE_UNKNOWN)
		return "the role is not reader or owner";
	return read_projects(&row->grants,
			     field_of(csv, columns->at[PROJECTS]));
}

static void add_row(struct rows *rows, const struct csv *csv,
		    const struct columns *columns, const char *role)
{
	const char *stray = stray_field(csv, columns), *problem;
	struct row *row;

	rows->list = grown(rows->list, rows->count, sizeof(*rows->list));
	row = &rows->list[rows->count++];
	*row = (struct row){ .outcome = OUTCOME_NONE };
	problem = read_row(row, csv, columns, role);
	if (problem)
		rows_problem(rows, csv->line, "%s", problem);
	else if (stray)
		rows_problem(rows, csv->line, "\"%s\" is in no column", stray);
}

static void read_records(struct rows *rows, struct csv *csv, const char *role,
			 bool ignore_columns)
{
	struct columns columns = usual_columns;
	bool is_first = true;

	columns.is_ignoring = ignore_columns;
	for (; csv_next(csv); is_first = false) {
		if (is_first && is_header(csv))
			read_header(rows, &columns, csv);
		else if (is_first && !strchr(csv->fields[0], '@'))
			rows_problem(rows, csv->line,
				     "this is neither an address nor a header "
				     "with a column \"email\"");
		else
			add_row(rows, csv, &columns, role);
	}
}

/* Nobody twice: two lines may want two things. */
static void check_doubles(struct rows *rows)
{
	struct row **sorted = rows_sorted(rows);

	for (size_t i = 1; i < rows->count; i++) {
		if (!*sorted[i]->email ||
		    strcasecmp(sorted[i - 1]->email, sorted[i]->email) != 0)
			continue;
		rows_problem(rows, sorted[i]->line, "%s is in line %zu already",
			     sorted[i]->email, sorted[i - 1]->line);
	}
	free(sorted);
}

/* ---- the file --------------------------------------------------------- */

/* Names the lines that are not UTF-8; JSON and servers take nothing else. */
static void check_utf8(struct rows *rows, const char *text, size_t len)
{
	const char *end = text + len, *at = text;
	size_t line = 1, size, last = 0;

	if (len >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 ||
			 memcmp(text, "\xfe\xff", 2) == 0)) {
		rows_problem(rows, 1,
			     "the file is UTF-16; save it as CSV in UTF-8");
		return;
	}
	for (; at < end; at += size) {
		uint32_t c = text_char(at, &size);

		if (c == '\n')
			line++;
		if ((c != 0 && c != TEXT_INVALID) || line == last)
			continue;
		last = line;
		rows_problem(rows, line, "%s; save the file as CSV in UTF-8",
			     c == 0 ? "there is a NUL, which no text has"
				    : "this is not UTF-8, perhaps Latin-1");
	}
}

bool rows_read(struct rows *rows, const char *path, const char *role,
	       bool ignore_columns)
{
	struct csv csv;
	size_t len;

	*rows = (struct rows){ 0 };
	rows->text = file_read(path, ROWS_MAX, &len);
	if (!rows->text) {
		add_problem(rows, 0, copy_of("the file could not be read"));
		return false;
	}
	check_utf8(rows, rows->text, len);
	if (rows->problem_count > 0)
		return false;
	csv_begin(&csv, rows->text, len, column_names[EMAIL]);
	read_records(rows, &csv, role, ignore_columns);
	csv_end(&csv);
	check_doubles(rows);
	return rows->problem_count == 0;
}

static bool needs_directory(const struct rows *rows, bool check_ids)
{
	for (size_t i = 0; i < rows->count; i++)
		if (check_ids ? rows->list[i].grants.count > 0
			      : grants_have_names(&rows->list[i].grants))
			return true;
	return false;
}

enum status rows_resolve(struct cli *cli, struct rows *rows, bool check_ids)
{
	enum status status;

	if (!needs_directory(rows, check_ids))
		return STATUS_OK;
	status = directory_load(cli, NAMED_PROJECT, NULL);
	if (status != STATUS_OK)
		return status;
	for (size_t i = 0; i < rows->count; i++) {
		char *problem =
		    grants_resolve(&rows->list[i].grants,
				   cli->directories[NAMED_PROJECT], check_ids);

		if (problem)
			rows_problem(rows, rows->list[i].line, "%s", problem);
		free(problem);
	}
	return STATUS_OK;
}

void rows_release(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		grants_release(&rows->list[i].grants);
		free(rows->list[i].metadata);
		free(rows->list[i].id);
		free(rows->list[i].err);
	}
	for (size_t i = 0; i < rows->problem_count; i++)
		free(rows->problems[i].text);
	free(rows->problems);
	free(rows->list);
	free(rows->text);
	*rows = (struct rows){ 0 };
}
