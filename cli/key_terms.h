/*
 * key_terms.h: what a key may do, and for how long: the options of every
 * command that makes a key or changes one.
 */
#ifndef CLI_KEY_TERMS_H
#define CLI_KEY_TERMS_H

#include "action.h"

struct key_terms {
	struct inv_texts scopes, models;
	int64_t expires_in_seconds; /* 0: not said */
};

/* False after saying what is wrong. Released in either case. */
bool key_terms_read(const struct cli *cli, struct key_terms *ret_terms);
void key_terms_release(struct key_terms *terms);

#define EXPIRES_OPTION(help_)                                              \
	{                                                                  \
		.name = "expires-in", .value = "DURATION", .help = (help_) \
	}

/* Of a new key. */
#define KEY_TERMS_OPTIONS                                                   \
	{ .name = "scope",                                                  \
	  .value = "SCOPE",                                                 \
	  .help = "what it may do; can be repeated; all by default" },      \
	    { .name = "model",                                              \
	      .value = "MODEL",                                             \
	      .help = "for which model; can be repeated; all by default" }, \
	    EXPIRES_OPTION("how long it works, such as 90d; for ever by "   \
			   "default")

#endif
