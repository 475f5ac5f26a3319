/*
 * each.c: see each.h.
 */
#include "each.h"

#include "text.h"

enum status each_word(struct cli *cli, size_t first, each_action *action,
		      const void *arg)
{
	enum status result = STATUS_OK;

	if (cli->args->rest_count > first + 1)
		cli->series.is_array = true;
	for (size_t i = first; i < cli->args->rest_count; i++) {
		enum status status = action(cli, cli->args->rest[i], arg);

		if (result == STATUS_OK)
			result = status;
	}
	return result;
}

void print_done(struct cli *cli, const void *result, const char *did,
		const char *name, const char *id)
{
	if (format_is_json(cli->format)) {
		series_add(&cli->series, inv_meta(result)->json);
		return;
	}
	if (cli->format == FORMAT_TABLE)
		printf("%s ", did);
	text_print(stdout, cli->format == FORMAT_TABLE ? name : id);
	putchar('\n');
}
