/*
 * key_terms.c: what a key may do, and for how long.
 */
#include "key_terms.h"

#include <stdlib.h>

/* Those given under `name`; none at all where `all` is, which stands for all;
 * else nothing is said of them. */
static struct inv_texts read_texts(const struct args *args, const char *name,
				   const char *all)
{
	size_t count;
	const char **items = args_all(args, name, &count);

	if (count > 0)
		return INV_TEXTS(items, count);
	free(items);
	return args_has(args, all) ? INV_TEXTS(NULL, 0)
				   : (struct inv_texts){ 0 };
}

bool key_terms_read(const struct cli *cli, struct key_terms *ret_terms)
{
	const struct args *args = cli->args;

	*ret_terms = (struct key_terms){
		.scopes = read_texts(args, "scope", "all-scopes"),
		.models = read_texts(args, "model", "all-models"),
	};
	return args_seconds(args, "expires-in", &ret_terms->expires_in_seconds);
}

void key_terms_release(struct key_terms *terms)
{
	free((void *)terms->scopes.items);
	free((void *)terms->models.items);
}
