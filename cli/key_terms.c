/*
 * key_terms.c: what a key may do, and for how long.
 */
#include "key_terms.h"

#include <stdlib.h>

bool key_terms_read(const struct cli *cli, struct key_terms *ret_terms)
{
	const struct args *args = cli->args;

	*ret_terms = (struct key_terms){
		.scopes = args_said_texts(args, "scope", "all-scopes"),
		.models = args_said_texts(args, "model", "all-models"),
	};
	return args_seconds(args, "expires-in", &ret_terms->expires_in_seconds);
}

void key_terms_release(struct key_terms *terms)
{
	free((void *)terms->scopes.items);
	free((void *)terms->models.items);
}
