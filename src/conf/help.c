/*
 * help.c: prints the tables of conf.c for people.
 */
#include "base/base.h"
#include "conf/conf.h"

#include "conf/table.h"

#define HELP_WIDTH  79 /* columns */
#define HELP_INDENT 28 /* where the help texts begin */

/* Prints `text` from the help's column on, wrapped; ends the line. */
static void print_wrapped(FILE *out, const char *text)
{
	size_t column = HELP_INDENT;

	while (*text) {
		size_t word = strcspn(text, " ");

		if (column > HELP_INDENT && column + 1 + word > HELP_WIDTH) {
			fprintf(out, "\n%*s", HELP_INDENT, "");
			column = HELP_INDENT;
		}
		if (column > HELP_INDENT)
			column += fprintf(out, " ");
		column += fprintf(out, "%.*s", (int)word, text);
		text += word + strspn(text + word, " ");
	}
	fprintf(out, "\n");
}

static void print_setting(FILE *out, const struct setting *setting)
{
	char name[64], text[512];

	snprintf(name, sizeof(name), "%s %s", setting->flag,
		 setting->value_name);
	snprintf(text, sizeof(text), "%s%s%s%s", setting->help,
		 setting->standard ? " (default: " : "",
		 setting->standard ? setting->standard : "",
		 setting->standard ? ")" : "");
	fprintf(out, "  %-*s", HELP_INDENT - 2, name);
	print_wrapped(out, text);
}

static void print_command(FILE *out, const struct command_line *line)
{
	char name[64];

	snprintf(name, sizeof(name), "%s%s%s%s%s%s%s", line->word,
		 line->verb ? " " : "", line->verb ? line->verb : "",
		 line->argument ? " " : "", line->optional ? "[" : "",
		 line->argument ? line->argument : "",
		 line->optional ? "]" : "");
	fprintf(out, "  %-*s", HELP_INDENT - 2, name);
	print_wrapped(out, line->help);
}

static void print_settings(FILE *out)
{
	fprintf(out,
		"\nSettings (a flag wins over its environment variable; that "
		"of --mail-from\nis INVITED_MAIL_FROM, and so with each):\n");
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (SETTINGS[i].flag)
			print_setting(out, &SETTINGS[i]);
	fprintf(out,
		"\nSecrets (environment only; from a file where its name with "
		"_FILE behind it is\nset, as INVITED_MAIL_PASSWORD_FILE; "
		"so INVITED_DATABASE_FILE, too):\n");
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (SETTINGS[i].flag)
			continue;
		fprintf(out, "  %-*s", HELP_INDENT - 2, SETTINGS[i].variable);
		print_wrapped(out, SETTINGS[i].help);
	}
}

void conf_print_help(FILE *out)
{
	fprintf(out, "Usage: invited [COMMAND] [SETTING]...\n\n"
		     "Invites people to an organization by e-mail. Speaks the "
		     "organization part of\nOpenAI's Admin API.\n\n"
		     "Commands:\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		print_command(out, &COMMANDS[i]);
	print_settings(out);
	fprintf(out,
		"\nExamples:\n"
		"  invited --mail smtp://localhost --mail-from "
		"no-reply@example.com\n"
		"  invited --listen 0.0.0.0:8080 --public-url "
		"https://invited.example.com\n"
		"  invited --database "
		"postgres://invited@db1.example.com/invited\n"
		"  invited key create deploy --data /var/lib/invited\n"
		"  invited copy --data /var/lib/invited --to "
		"postgres://invited@db/invited\n\n"
		"Exit codes: 0 done, 1 failed, 2 wrong usage, 75 try again "
		"later.\n"
		"More: man invited\n");
}

