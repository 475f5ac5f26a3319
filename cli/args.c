/*
 * args.c: see args.h.
 */
#include "args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guess.h"
#include "print.h"
#include "text.h"

static const struct option *find(const struct option *options, const char *name,
				 size_t len)
{
	for (; options && options->name; options++)
		if (strlen(options->name) == len &&
		    memcmp(options->name, name, len) == 0)
			return options;
	return NULL;
}

static const struct option *find_letter(const struct option *options,
					char letter)
{
	for (; options && options->name; options++)
		if (options->letter == letter)
			return options;
	return NULL;
}

static void add(struct args *args, const struct option *option,
		const char *value)
{
	args->list = grown(args->list, args->count, sizeof(*args->list));
	args->list[args->count++] = (struct arg){ option, value };
}

static void add_rest(struct args *args, const char *word)
{
	args->rest = grown(args->rest, args->rest_count, sizeof(*args->rest));
	args->rest[args->rest_count++] = word;
}

static void guess_option(struct guess *guess, const struct option *options)
{
	for (; options && options->name; options++)
		guess_try(guess, options->name, strlen(options->name));
}

/* Never what stands behind it: that may be a secret. */
static void print_unknown(const char *word, const struct option *options,
			  const struct option *more)
{
	bool is_long = word[1] == '-';
	char *name = text_of("%.*s", (int)strcspn(word + 2, "="), word + 2);
	struct guess guess = { .word = name };

	if (is_long) {
		guess_option(&guess, options);
		guess_option(&guess, more);
	}
	print_problem("there is no option %.*s%s",
		      is_long ? (int)strlen(name) + 2 : 2, word,
		      guess.best ? guess_text(&guess, "--")
				 : "; --help lists them");
	free(name);
}

/* Reads one option at **argv and moves on to its last word. */
static bool read_option(struct args *args, char ***argv,
			const struct option *options, const struct option *more)
{
	const char *word = **argv;
	bool is_long = word[1] == '-';
	size_t len = is_long ? strcspn(word + 2, "=") : 1;
	const struct option *option = is_long ? find(options, word + 2, len)
					      : find_letter(options, word[1]);
	const char *value;

	if (!option)
		option = is_long ? find(more, word + 2, len)
				 : find_letter(more, word[1]);
	if (!option) {
		print_unknown(word, options, more);
		return false;
	}
	value = word + len + (is_long ? 2 : 1);
	if (!option->value && *value) {
		print_problem("--%s takes no value", option->name);
		return false;
	}
	if (option->value && *value == '=')
		value++;
	else if (option->value && !*value)
		value = *++*argv;
	if (!value) {
		print_problem("--%s needs a value", option->name);
		return false;
	}
	add(args, option, value);
	return true;
}

bool args_read(struct args *args, char **argv, const struct option *options,
	       const struct option *more, bool only_first)
{
	bool no_more = false;

	*args = (struct args){ 0 };
	for (; *argv; argv++) {
		if (!no_more && strcmp(*argv, "--") == 0) {
			no_more = true;
		} else if (!no_more && (*argv)[0] == '-' && (*argv)[1]) {
			if (!read_option(args, &argv, options, more))
				return false;
		} else {
			add_rest(args, *argv);
			no_more = no_more || only_first;
		}
	}
	return true;
}

void args_name_rest(struct args *args, const struct option *options,
		    const char *name)
{
	if (args->rest_count != 1 || args_has(args, name))
		return;
	while (strcmp(options->name, name) != 0)
		options++;
	add(args, options, args->rest[0]);
	args->rest_count = 0;
}

void args_release(struct args *args)
{
	free(args->list);
	free(args->rest);
	*args = (struct args){ 0 };
}

/* The last one given under this name, or NULL. */
static const struct arg *last(const struct args *args, const char *name)
{
	for (size_t i = args->count; i > 0; i--)
		if (strcmp(args->list[i - 1].option->name, name) == 0)
			return &args->list[i - 1];
	return NULL;
}

const char *args_text(const struct args *args, const char *name)
{
	const struct arg *arg = last(args, name);

	return arg ? arg->value : NULL;
}

bool args_has(const struct args *args, const char *name)
{
	return args_text(args, name) != NULL;
}

struct inv_text args_said(const struct args *args, const char *name)
{
	const char *text = args_text(args, name);

	if (!text)
		return (struct inv_text){ 0 };
	return *text ? INV_TEXT(text) : (struct inv_text){ .said = INV_NULL };
}

const char **args_all(const struct args *args, const char *name,
		      size_t *ret_count)
{
	const char **values = grown(NULL, 0, sizeof(*values));
	size_t count = 0;

	for (size_t i = 0; i < args->count; i++) {
		if (strcmp(args->list[i].option->name, name) != 0)
			continue;
		values = grown(values, count, sizeof(*values));
		values[count++] = args->list[i].value;
	}
	*ret_count = count;
	return values;
}

struct inv_texts args_said_texts(const struct args *args, const char *name,
				 const char *all)
{
	size_t count;
	const char **items = args_all(args, name, &count);

	if (count > 0)
		return INV_TEXTS(items, count);
	free(items);
	return all && args_has(args, all) ? INV_TEXTS(NULL, 0)
					  : (struct inv_texts){ 0 };
}

bool args_number(const struct args *args, const char *name, long from, long to,
		 long usual, long *ret_value)
{
	const char *text = args_text(args, name);
	char *end;

	*ret_value = usual;
	if (!text)
		return true;
	errno = 0;
	*ret_value = strtol(text, &end, 10);
	if (*text && !*end && !errno && *ret_value >= from && *ret_value <= to)
		return true;
	print_problem("--%s takes a whole number from %ld to %ld, not \"%s\"",
		      name, from, to, text);
	return false;
}

bool args_word(const struct args *args, const char *name)
{
	const struct arg *arg = last(args, name);
	const char *word = arg ? arg->option->words : "";
	size_t len;

	if (!arg)
		return true;
	for (; *word; word += len + (word[len] == ' ')) {
		len = strcspn(word, " ");
		if (strlen(arg->value) == len &&
		    memcmp(arg->value, word, len) == 0)
			return true;
	}
	print_problem("--%s: \"%s\" is not one of: %s", name, arg->value,
		      arg->option->words);
	return false;
}

static long long unit_ms(const char *unit)
{
	static const struct {
		const char *name;
		long long ms;
	} units[] = {
		{ "", 1000 },	    { "ms", 1 },      { "s", 1000 },
		{ "m", 60000 },	    { "h", 3600000 }, { "d", 86400000 },
		{ "w", 604800000 },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(units[i].name, unit) == 0)
			return units[i].ms;
	return 0;
}

bool args_duration(const struct args *args, const char *name, long long usual,
		   long long *ret_ms)
{
	const char *text = args_text(args, name);
	long long count;
	char *end;

	*ret_ms = usual;
	if (!text)
		return true;
	count = strtoll(text, &end, 10);
	if (end > text && count >= 0 && count <= 1000000 && unit_ms(end) > 0) {
		*ret_ms = count * unit_ms(end);
		return true;
	}
	print_problem("--%s takes a duration such as 30s, 5m, 12h or 7d, "
		      "not \"%s\"",
		      name, text);
	return false;
}
