/*
 * report.c: what became of everybody, for people and for programs.
 */
#include "bulk.h"

#include "json.h"

static const char *const outcome_names[] = {
#define X(name, word, words) [OUTCOME_##name] = word,
	OUTCOMES(X)
#undef X
};

static const char *const outcome_words[] = {
#define X(name, word, words) [OUTCOME_##name] = words,
	OUTCOMES(X)
#undef X
};

/* The same of a dry run. */
static const char *const outcome_plans[OUTCOMES_COUNT] = {
	[OUTCOME_INVITED] = "to invite",
	[OUTCOME_REMAILED] = "to mail again",
	[OUTCOME_EXISTING] = "already there",
};

struct tally tally_of(const struct rows *rows)
{
	struct tally tally = { 0 };

	for (size_t i = 0; i < rows->count; i++)
		tally.of[rows->list[i].outcome]++;
	return tally;
}

/* ---- for programs ----------------------------------------------------- */

static void json_row(const struct row *row)
{
	printf("{\"line\":%zu,\"email\":", row->line);
	json_string(stdout, row->email);
	printf(",\"outcome\":\"%s\",\"id\":", outcome_names[row->outcome]);
	json_string(stdout, row->id);
	if (row->err) {
		fputs(",\"error\":{\"message\":", stdout);
		json_string(stdout, row->err->message);
		fputs(",\"code\":", stdout);
		json_string(stdout, *row->err->code ? row->err->code : NULL);
		printf(",\"status\":%d}", row->err->status);
	}
	putchar('}');
}

static void json_problem(const struct row_problem *problem)
{
	printf("{\"line\":%zu,\"message\":", problem->line);
	json_string(stdout, problem->text);
	putchar('}');
}

static void json_report(const struct rows *rows, const char *line_end)
{
	struct tally tally = tally_of(rows);

	printf("{\"dry_run\":%s,", rows->is_dry ? "true" : "false");
	for (size_t i = 0; i < OUTCOMES_COUNT; i++)
		printf("\"%s\":%zu,", outcome_names[i], tally.of[i]);
	fputs("\"problems\":[", stdout);
	for (size_t i = 0; i < rows->problem_count; i++) {
		printf("%s%s", i > 0 ? "," : "", line_end);
		json_problem(&rows->problems[i]);
	}
	fputs("],\"results\":[", stdout);
	for (size_t i = 0; i < rows->count; i++) {
		printf("%s%s", i > 0 ? "," : "", line_end);
		json_row(&rows->list[i]);
	}
	printf("%s]}\n", line_end);
}

/* ---- for people ------------------------------------------------------- */

static void print_errors(const struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->list[i];

		if (row->err)
			print_problem("line %zu: %s: %s", row->line, row->email,
				      row->err->message);
		else if (rows->is_dry && row->outcome == OUTCOME_EXISTING)
			print_note("line %zu: %s is %s", row->line, row->email,
				   row->id ? "invited already"
					   : "a member already");
	}
}

static void text_report(const struct rows *rows)
{
	struct tally tally = tally_of(rows);
	bool is_any = false;

	if (rows->is_dry)
		fputs("Dry run, nobody was invited: ", stdout);
	for (size_t i = 0; i < OUTCOMES_COUNT; i++) {
		/* The usual ones always, so that nobody looks for them. */
		bool is_usual = i != OUTCOME_REMAILED && i != OUTCOME_NONE;
		const char *words =
		    rows->is_dry ? outcome_plans[i] : outcome_words[i];

		if (!words || (!is_usual && !tally.of[i]))
			continue;
		printf("%s%zu %s", is_any ? ", " : "", tally.of[i], words);
		is_any = true;
	}
	puts(tally.of[OUTCOME_NONE] ? ": run it again to go on" : "");
}

void print_report(const struct cli *cli, const struct rows *rows)
{
	if (format_is_json(cli->format)) {
		json_report(rows, cli->format == FORMAT_JSON ? "\n" : "");
		return;
	}
	print_errors(rows);
	if (cli->format != FORMAT_ID) {
		text_report(rows);
		return;
	}
	for (size_t i = 0; i < rows->count; i++) {
		if (rows->list[i].outcome > OUTCOME_REMAILED)
			continue;
		print_id(rows->list[i].id);
		putchar('\n');
	}
}
