/*
 * report.c: what became of everybody, for people and for machines.
 */
#include "bulk.h"

static const char *const outcome_names[] = {
	[OUTCOME_NONE] = "not_tried",	 [OUTCOME_INVITED] = "invited",
	[OUTCOME_EXISTING] = "existing", [OUTCOME_REFUSED] = "refused",
	[OUTCOME_FAILED] = "failed",
};

struct tally tally_of(const struct roster *roster)
{
	struct tally tally = { 0 };

	for (size_t i = 0; i < roster->count; i++)
		tally.of[roster->people[i].outcome]++;
	return tally;
}

static void json_person(const struct person *person)
{
	printf("{\"line\":%zu,\"email\":", person->line);
	say_quoted(stdout, person->email);
	printf(",\"outcome\":\"%s\",\"id\":", outcome_names[person->outcome]);
	say_quoted(stdout, person->id);
	if (person->err) {
		fputs(",\"error\":{\"message\":", stdout);
		say_quoted(stdout, person->err->message);
		fputs(",\"code\":", stdout);
		say_quoted(stdout,
			   *person->err->code ? person->err->code : NULL);
		printf(",\"status\":%d}", person->err->status);
	}
	putchar('}');
}

static void json_report(const struct roster *roster)
{
	struct tally tally = tally_of(roster);

	putchar('{');
	for (size_t i = 0; i <= OUTCOME_FAILED; i++)
		printf("\"%s\":%zu,", outcome_names[i], tally.of[i]);
	fputs("\"results\":[", stdout);
	for (size_t i = 0; i < roster->count; i++) {
		fputs(i > 0 ? ",\n" : "\n", stdout);
		json_person(&roster->people[i]);
	}
	puts("\n]}");
}

static void text_report(const struct roster *roster)
{
	struct tally tally = tally_of(roster);

	for (size_t i = 0; i < roster->count; i++) {
		const struct person *person = &roster->people[i];

		if (person->err)
			say_problem("line %zu: %s: %s", person->line,
				    person->email, person->err->message);
	}
	printf("%zu invited, %zu already there, %zu refused, %zu failed",
	       tally.of[OUTCOME_INVITED], tally.of[OUTCOME_EXISTING],
	       tally.of[OUTCOME_REFUSED], tally.of[OUTCOME_FAILED]);
	if (tally.of[OUTCOME_NONE])
		printf(", %zu not tried: run it again to go on",
		       tally.of[OUTCOME_NONE]);
	putchar('\n');
}

void report(const struct cli *cli, const struct roster *roster)
{
	if (cli->format == FORMAT_TABLE)
		text_report(roster);
	else
		json_report(roster);
}
