/*
 * conf.c: the commands, and how a command line and the environment are
 * understood. What a setting takes stands in settings.c.
 */
#include "base/base.h"
#include "conf/conf.h"

#include "base/hash.h"
#include "base/str.h"
#include "conf/secret.h"
#include "conf/table.h"
#include "conf/value.h"

/* Bytes for all strings of a `struct conf`. */
#define CONF_MEMORY_MAX (1 << 20)

const struct command_line COMMANDS[] = {
	{ COMMAND_SERVE, "serve", NULL, NULL, false,
	  "serve requests and send mail (the default)" },
	{ COMMAND_KEY_CREATE, "key", "create", "NAME", true,
	  "make an admin key and print it, this once" },
	{ COMMAND_KEY_FIRST, "key", "first", NULL, false,
	  "print the key that the first start left in a file, this once" },
	{ COMMAND_KEY_LIST, "key", "list", NULL, false, "list the admin keys" },
	{ COMMAND_KEY_REVOKE, "key", "revoke", "ID", false,
	  "end an admin key" },
	{ COMMAND_KEY_REVOKE_BEFORE, "key", "revoke-before", "TIME", false,
	  "end all keys, of any kind, that were made before TIME in UTC: "
	  "2026-11-27, 2026-11-27T09:30:00Z" },
	{ COMMAND_KEY_LEAKED, "key", "leaked", "ID", true,
	  "revoke the keys, of any kind, that are found on standard input; or "
	  "the one with this id" },
	{ COMMAND_ORGANIZATION_CREATE, "organization", "create", "NAME", false,
	  "make another organization" },
	{ COMMAND_ORGANIZATION_LIST, "organization", "list", NULL, false,
	  "list the organizations" },
	{ COMMAND_ORGANIZATION_RENAME, "organization", "rename", "NAME", false,
	  "give the organization another name" },
	{ COMMAND_USER_ERASE, "user", "erase", "PERSON", false,
	  "erase a person's name and addresses everywhere; PERSON is an "
	  "address that they have or had, or a user's id" },
	{ COMMAND_MAIL_TEST, "mail", "test", "ADDRESS", false,
	  "send a mail to ADDRESS now, and show what the mail server says and, "
	  "if it refuses, what to do" },
	{ COMMAND_BOUNCE, "bounce", NULL, "ADDRESS", true,
	  "read from a mail server a message to ADDRESS (default: as its "
	  "header says), and record it if an invite's mail has bounced" },
	{ COMMAND_CHECK, "check", NULL, NULL, false,
	  "look for damage in the database" },
	{ COMMAND_BACKUP, "backup", NULL, "FILE", false,
	  "copy the SQLite database to a new file, also while it is in use; "
	  "into a directory, under a name with the time" },
	{ COMMAND_RESTORE, "restore", NULL, "FILE", false,
	  "put a backup in the place of the SQLite database, while no server "
	  "runs; the old database is kept beside it" },
	{ COMMAND_COPY, "copy", NULL, NULL, false,
	  "make the database --to URL equal to the database --from URL "
	  "(default: the daemon's own), of whichever kind, also while that is "
	  "in use" },
	{ COMMAND_HEALTH, "health", NULL, NULL, false,
	  "ask the running server whether it answers" },
	{ COMMAND_HELP, "help", NULL, NULL, false,
	  "print this; as --help does" },
	{ COMMAND_VERSION, "version", NULL, NULL, false,
	  "print the version; as --version does" },
};

const size_t COMMAND_COUNT = COUNT_OF(COMMANDS);

/* The first `words` words of the command line that are not flags. */
struct words {
	const char *at[4];
	size_t count;
};

/* Takes over `value`, which came from the flag or variable `origin`. */
static int take(struct conf *conf, const struct setting *setting,
		const char *origin, const char *value, struct fail *fail)
{
	const char *reason = setting->take(conf, setting, value);

	if (!reason)
		return 0;
	if (may_be_secret(setting))
		return fail_set(fail, "%s: %s", origin, reason);
	return fail_set(fail, "%s \"%.100s\": %s", origin, value, reason);
}

static const struct setting *setting_of(struct str flag)
{
	for (size_t i = 0; i < SETTING_COUNT; i++)
		if (SETTINGS[i].flag && str_is(flag, SETTINGS[i].flag))
			return &SETTINGS[i];
	return NULL;
}

static int unknown_flag(struct str flag, struct fail *fail)
{
	const char *nearest = NULL;
	char typed[32];
	size_t best; /* as many letters wrong are too many for a guess */

	snprintf(typed, sizeof(typed), "%.*s", STR_ARG(flag));
	best = flag.len < 8 ? flag.len / 2 : 4;
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const char *known = SETTINGS[i].flag;
		size_t distance = known ? word_distance(typed, known) : best;
		if (distance < best) {
			best = distance;
			nearest = known;
		}
	}
	if (!nearest)
		return fail_set(
		    fail, "unknown flag \"%s\"; --help lists them all", typed);
	return fail_set(fail, "unknown flag \"%s\"; did you mean %s?", typed,
			nearest);
}

/* argv[*index] is a flag; with its value if that is the next argument. */
static int parse_flag(struct conf *conf, char **argv, int *index, bool *seen,
		      struct fail *fail)
{
	const struct setting *setting;
	struct str flag;
	const char *value = NULL;

	if (str_cut(str_of(argv[*index]), '=', &flag, &(struct str){ 0 }))
		value = flag.data + flag.len + 1;
	setting = setting_of(flag);
	if (!setting)
		return unknown_flag(flag, fail);
	if (!value) {
		value = argv[*index + 1];
		if (!value || strncmp(value, "--", 2) == 0)
			return fail_set(fail, "%s needs a value: %s %s",
					setting->flag, setting->flag,
					setting->value_name);
		++*index;
	}
	if (!*value)
		return fail_set(fail, "%s must not be empty", setting->flag);
	seen[setting - SETTINGS] = true;
	return take(conf, setting, setting->flag, value, fail);
}

static bool is_help(const char *argument)
{
	return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

/* Flags into `conf`, the rest into `words`. Stops at --help and --version. */
static int parse_arguments(struct conf *conf, char **argv, bool *seen,
			   struct words *words, struct fail *fail)
{
	bool flags = true;

	for (int i = 1; argv[i]; i++) {
		if (flags && is_help(argv[i])) {
			conf->command = COMMAND_HELP;
			return 0;
		}
		if (flags && strcmp(argv[i], "--version") == 0) {
			conf->command = COMMAND_VERSION;
			return 0;
		}
		if (flags && strcmp(argv[i], "--") == 0) {
			flags = false;
		} else if (flags && argv[i][0] == '-' && argv[i][1]) {
			if (parse_flag(conf, argv, &i, seen, fail) < 0)
				return -1;
		} else {
			if (words->count == COUNT_OF(words->at))
				return fail_set(fail, "too many arguments");
			words->at[words->count++] = argv[i];
		}
	}
	return 0;
}

/* Whether the words begin with this command, and how many it has. */
static size_t matches(const struct command_line *line,
		      const struct words *words)
{
	if (strcmp(words->at[0], line->word) != 0)
		return 0;
	if (!line->verb)
		return 1;
	return words->count > 1 && strcmp(words->at[1], line->verb) == 0 ? 2
									 : 0;
}

/* "key" alone, "key mkae", "chekc": says what there is instead. */
static int unknown_command(const struct words *words, struct fail *fail)
{
	const struct command_line *nearest = NULL;
	char verbs[64] = "";
	size_t best = 3, len = 0;

	for (size_t i = 0; i < COUNT_OF(COMMANDS); i++) {
		const struct command_line *line = &COMMANDS[i];
		size_t distance = word_distance(words->at[0], line->word);
		if (distance == 0)
			len += snprintf(verbs + len, sizeof(verbs) - len,
					"%s%s", len ? ", " : "", line->verb);
		if (distance < best) {
			best = distance;
			nearest = line;
		}
	}
	if (len)
		return fail_set(fail, "\"%s\" needs one of these after it: %s",
				words->at[0], verbs);
	if (!nearest)
		return fail_set(
		    fail, "unknown command \"%.100s\"; --help lists them all",
		    words->at[0]);
	return fail_set(fail, "unknown command \"%s\"; did you mean %s?",
			words->at[0], nearest->word);
}

/* The argument behind a command of `used` words, if it takes one. */
static int take_argument(struct conf *conf, const struct command_line *line,
			 const struct words *words, size_t used,
			 struct fail *fail)
{
	const char *verb = line->verb ? line->verb : "";
	const char *between = line->verb ? " " : "";
	const char *reason = NULL;

	if (words->count > used + (line->argument != NULL))
		return fail_set(fail, "unexpected argument \"%.100s\"",
				words->at[words->count - 1]);
	if (words->count == used) {
		if (line->argument && !line->optional)
			return fail_set(fail, "%s%s%s needs an argument: %s",
					line->word, between, verb,
					line->argument);
		return 0;
	}
	conf->argument = arena_str(&conf->arena, str_of(words->at[used]));
	if (!conf->argument)
		return fail_set(fail, "out of memory");
	if (strcmp(line->argument, "NAME") == 0)
		reason = check_name(str_of(conf->argument));
	return reason ? fail_set(fail, "%s%s%s: %s", line->word, between, verb,
				 reason)
		      : 0;
}

static int parse_command(struct conf *conf, const struct words *words,
			 struct fail *fail)
{
	if (words->count == 0)
		return 0; /* serve */
	for (size_t i = 0; i < COUNT_OF(COMMANDS); i++) {
		size_t used = matches(&COMMANDS[i], words);
		if (used) {
			conf->command = COMMANDS[i].command;
			return take_argument(conf, &COMMANDS[i], words, used,
					     fail);
		}
	}
	return unknown_command(words, fail);
}

/* The variable's value, or what is in the file that NAME_FILE names, which only
 * secrets have. NULL in `ret_value` where there is neither. */
static int look_up(struct conf *conf, const struct setting *setting,
		   conf_lookup *lookup, const char **ret_value,
		   struct fail *fail)
{
	char variable[64];
	const char *path;

	*ret_value = lookup(setting->variable);
	if (*ret_value && !**ret_value)
		*ret_value = NULL;
	if (!may_be_secret(setting))
		return 0;
	snprintf(variable, sizeof(variable), "%s_FILE", setting->variable);
	path = lookup(variable);
	if (!path || !*path)
		return 0;
	if (*ret_value)
		return fail_set(fail, "%s and %s are both set: unset one",
				setting->variable, variable);
	*ret_value = secret_from_file(variable, path, &conf->arena, fail);
	return *ret_value ? 0 : -1;
}

/* What no flag gave comes from the environment, or else is the default. */
static int take_rest(struct conf *conf, const bool *seen, conf_lookup *lookup,
		     struct fail *fail)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting *setting = &SETTINGS[i];
		const char *value;

		if (seen[i])
			continue;
		if (look_up(conf, setting, lookup, &value, fail) < 0)
			return -1;
		if (!value)
			value = setting->standard;
		if (value &&
		    take(conf, setting, setting->variable, value, fail) < 0)
			return -1;
	}
	return 0;
}

/* A relative path behind `scheme` begins in the data directory. */
static int place_in_data(struct conf *conf, const char *scheme,
			 const char **url, struct fail *fail)
{
	const char *path = *url + strlen(scheme);

	if (!str_starts_with(str_of(*url), scheme) || !*path || *path == '/')
		return 0;
	*url = arena_printf(&conf->arena, "%s%s/%s", scheme, conf->data, path);
	return *url ? 0 : fail_set(fail, "out of memory");
}

/* Whoever asks for the key need not know what the server was told. */
static int place_first_key(struct conf *conf, struct fail *fail)
{
	if (!conf->first_key && conf->command == COMMAND_KEY_FIRST)
		conf->first_key = "first-key";
	return conf->first_key ? place_in_data(conf, "", &conf->first_key, fail)
			       : 0;
}

/* Whoever serves an SQLite database does it alone, so the key may be made here;
 * daemons that share a database have to be given the same one. */
static int place_secrets_key(struct conf *conf, struct fail *fail)
{
	if (!conf->secrets_key &&
	    str_starts_with(str_of(conf->database), "sqlite:"))
		conf->secrets_key = "secrets.key";
	return conf->secrets_key
		   ? place_in_data(conf, "", &conf->secrets_key, fail)
		   : 0;
}

/* URLs are not repeated: they may hold a password. */
static int finish_copy(struct conf *conf, struct fail *fail)
{
	if (!conf->to)
		return fail_set(fail,
				"copy needs a database to fill: --to sqlite:"
				"PATH or --to postgres://HOST/NAME");
	if (place_in_data(conf, "sqlite:", &conf->to, fail) < 0 ||
	    (conf->from &&
	     place_in_data(conf, "sqlite:", &conf->from, fail) < 0))
		return -1;
	conf->from_given = conf->from != NULL;
	if (!conf->from_given)
		conf->from = conf->database; /* which is placed already */
	if (strcmp(conf->from, conf->to) == 0)
		return fail_set(fail, "--from and --to name the same database");
	return 0;
}

/* Whether mail goes to a server; the URL is not repeated, as above. */
static bool is_smtp(const char *url)
{
	return strncasecmp(url, "smtp://", 7) == 0 ||
	       strncasecmp(url, "smtps://", 8) == 0;
}

static int finish_mail(const struct conf *conf, struct fail *fail)
{
	if (is_smtp(conf->mail) && !conf->mail_from_given)
		return fail_set(fail,
				"--mail-from is needed with --mail smtp://...: "
				"an address that the mail server lets this "
				"daemon send from");
	if (!is_smtp(conf->mail) && conf->mail_return_path)
		return fail_set(fail,
				"--mail-return-path has no effect without "
				"--mail smtp://... or smtps://...");
	if (!is_smtp(conf->mail) && conf->mail_helo)
		return fail_set(fail, "--mail-helo has no effect without "
				      "--mail smtp://... or smtps://...");
	return 0;
}

static int finish_serve(const struct conf *conf, struct fail *fail)
{
	if (!conf->public_url && !listens_on_loopback(str_of(conf->listen[0])))
		return fail_set(fail,
				"--public-url is needed with --listen %s: the "
				"links that are mailed have to lead somewhere",
				conf->listen[0]);
	return finish_mail(conf, fail);
}

/* Checks that need all settings. */
static int finish(struct conf *conf, struct fail *fail)
{
	if (place_in_data(conf, "sqlite:", &conf->database, fail) < 0 ||
	    place_in_data(conf, "maildir:", &conf->mail, fail) < 0 ||
	    place_first_key(conf, fail) < 0 ||
	    place_secrets_key(conf, fail) < 0)
		return -1;
	if (conf->command == COMMAND_COPY)
		return finish_copy(conf, fail);
	if (conf->command == COMMAND_MAIL_TEST)
		return finish_mail(conf, fail);
	if (conf->command == COMMAND_SERVE)
		return finish_serve(conf, fail);
	return 0;
}

int conf_parse(struct conf *conf, char **argv, conf_lookup *lookup,
	       struct fail *fail)
{
	bool seen[SETTINGS_MAX] = { false };
	struct words words = { .count = 0 };
	struct fail unused;

	*conf = (struct conf){ .command = COMMAND_SERVE };
	arena_init(&conf->arena, CONF_MEMORY_MAX);
	if (parse_arguments(conf, argv, seen, &words, fail) < 0) {
		/* The checks that depend on the command. */
		(void)parse_command(conf, &words, &unused);
		return -1;
	}
	if (conf->command == COMMAND_SERVE &&
	    parse_command(conf, &words, fail) < 0)
		return -1;
	if (conf->command == COMMAND_HELP || conf->command == COMMAND_VERSION)
		return 0;
	if (take_rest(conf, seen, lookup, fail) < 0)
		return -1;
	return finish(conf, fail);
}

void conf_clear_environment(void)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const char *variable = SETTINGS[i].variable;
		char *value =
		    may_be_secret(&SETTINGS[i]) ? getenv(variable) : NULL;

		if (!value)
			continue;
		wipe(value, strlen(value));
		unsetenv(variable);
	}
}

void conf_release(struct conf *conf)
{
	arena_release(&conf->arena);
}
