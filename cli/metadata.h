/*
 * metadata.h: the metadata of an invite or a member: pairs of texts.
 */
#ifndef CLI_METADATA_H
#define CLI_METADATA_H

#include "args.h"

/*
 * All that --metadata KEY=VALUE says, as a JSON object to be freed; NULL where
 * nothing is said, "{}" where that is a single empty word. False after saying
 * what is wrong.
 */
bool metadata_read(const struct args *args, char **ret_json);

/* The object `json` (taken; NULL: none yet) with one more pair, whose key is
 * `key_len` bytes long. */
char *metadata_add(char *json, const char *key, size_t key_len,
		   const char *value);

/* How it is shown: NULL where there is none. */
char *metadata_cell_of(const char *json);

#endif
