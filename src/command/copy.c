/*
 * copy.c: copy, for an operator who moves to another database.
 *
 * Standard output has a line for each table, of columns that a script can cut:
 * name, rows, digest, and what was done. Standard error says how far it is: at
 * a terminal in one line that changes, elsewhere now and then in a new one.
 */
#include "base/base.h"

#include "command/commands.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"
#include "store/copy.h"

#define TERMINAL_PAUSE 200 /* ms between two reports */
#define LOG_PAUSE      (10 * SECOND_MS)

struct watch {
	bool terminal;
	bool dirty; /* the terminal's line says something */
	int64_t next_at;
};

static void show_progress(void *context, const char *what, const char *table,
			  int64_t rows)
{
	struct watch *watch = context;
	int64_t now = clock_mono_ms();

	if (now < watch->next_at)
		return;
	watch->next_at = now + (watch->terminal ? TERMINAL_PAUSE : LOG_PAUSE);
	watch->dirty = watch->terminal;
	fprintf(stderr, "%sinvited: %s %s: %lld rows%s",
		watch->terminal ? "\r\033[K" : "", what, table, (long long)rows,
		watch->terminal ? "" : "\n");
}

static void print_result(const struct store_copy *copy)
{
	for (size_t i = 0; i < copy->count; i++) {
		const struct store_copy_table *table = &copy->tables[i];
		char digest[HEX_LEN(SHA256_SIZE) + 1];

		hex_encode(table->digest, sizeof(table->digest), digest);
		printf("%-12s\t%10lld\t%s\t%s\n", table->name,
		       (long long)table->rows, digest,
		       table->written ? "copied" : "unchanged");
	}
	printf("copied %s to %s\n", copy->from_name, copy->to_name);
}

int command_copy(const struct conf *conf)
{
	struct watch watch = { .terminal = isatty(STDERR_FILENO) };
	struct store_copy copy = { .from = conf->from,
				   .to = conf->to,
				   .progress = show_progress,
				   .context = &watch };
	struct fail fail;
	int status;

	if (!conf->from_given) {
		status = command_check_database(conf);
		if (status != EXIT_OK)
			return status;
	}
	watch.next_at =
	    clock_mono_ms() + (watch.terminal ? TERMINAL_PAUSE : LOG_PAUSE);
	status = store_copy(&copy, &fail);
	if (watch.dirty)
		fputs("\r\033[K", stderr);
	if (status < 0)
		return command_fail(copy.again ? EXIT_TRY_AGAIN : EXIT_FAILED,
				    "%s", fail.message);
	print_result(&copy);
	return EXIT_OK;
}
