/*
 * action.h: a command that is one call of libinv about what its words name.
 * Words are names, addresses or ids; the call takes ids.
 */
#ifndef CLI_ACTION_H
#define CLI_ACTION_H

#include "list.h"

/*
 * Makes the call with the ids of the words; `*ret` is what it hands out. Not 0
 * with the reason in `*err`, or ACTION_SAID where that was said already.
 */
typedef int action_call(struct cli *cli, const char *const *id, void **ret,
			struct inv_error *err);

#define ACTION_SAID 1 /* the options are wrong */

struct action {
	enum word words[WORDS_MAX];
	action_call *call;

	/* The answer is no, which the exit status says; NULL: it never is. */
	bool (*is_no)(const void *result);

	/* How what comes of it is shown; else it is done with the last word and
	 * each one behind that, which says what is done and was. */
	const struct view *view;
	const char *verb, *did; /* "delete", "deleted" */

	/* Asked for first, unless --yes: what follows the names in the question
	 * "Delete them, ...?"; NULL: nothing is asked. */
	const char *warning;
};

enum status action_run(struct cli *cli, const struct action *action);

/*
 * Does it, after asking, with each word from number `first` on, whose id is put
 * into ids[place]; the others are there. For whoever has them from elsewhere
 * than the words in front.
 */
enum status action_on_each(struct cli *cli, const struct action *action,
			   char **ids, size_t place, size_t first);

/*
 * Defines `name`, which makes libinv's call `call` of struct inv_THING; behind
 * it stands what that takes between client and options: id[0], or
 * id[0], &(struct inv_..._params){ ... }.
 */
#define ACTION_CALL(name, thing, call, ...)                                 \
	static int name(struct cli *cli, const char *const *id, void **ret, \
			struct inv_error *err)                              \
	{                                                                   \
		struct inv_##thing *result;                                 \
                                                                            \
		if (call(cli->client, __VA_ARGS__, NULL, &result, err))     \
			return -1;                                          \
		*ret = result;                                              \
		return 0;                                                   \
	}                                                                   \
	static_assert(true, "a semicolon follows")

/* Seconds of a duration such as 30d, at least one; 0 where not given. False
 * after saying what is wrong. */
bool args_seconds(const struct args *args, const char *name,
		  int64_t *ret_seconds);

/* The same for a member that can be null, which it is where it is empty. */
bool args_said_seconds(const struct args *args, const char *name,
		       struct inv_number *ret_seconds);

/* The duration --grace; nothing is said where it was not given. Likewise. */
bool args_grace(const struct args *args, struct inv_number *ret_seconds);

/* "90d", or seconds where it is no whole days; NULL for 0. To be freed. */
char *days_of(int64_t seconds);

#define MAX_KEY_LIFETIME_OPTION                                        \
	{                                                              \
		.name = "max-key-lifetime", .value = "DURATION",       \
		.help = "how long new keys may work at most, such as " \
			"90d; empty: for ever"                         \
	}

#endif
