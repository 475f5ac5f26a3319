/*
 * action.c: see action.h.
 */
#include "action.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "each.h"
#include "text.h"

/* What each_word() hands on. */
struct each {
	const struct action *action;
	char **ids; /* of the words before it, and room for its own */
	size_t place;
};

static enum status act_on(struct cli *cli, const char *word, const void *arg)
{
	const struct each *each = arg;
	const struct action *action = each->action;
	enum status status = STATUS_OK;
	char *id = word_id(cli, action->words[each->place], word,
			   each->place > 0 ? each->ids[0] : NULL, &status);
	struct inv_error err;
	void *result;
	int rc;

	if (!id)
		return status;
	each->ids[each->place] = id;
	rc = action->call(cli, (const char *const *)each->ids, &result, &err);
	if (rc == 0) {
		print_done(cli, result, action->did, word, id);
		inv_free(result);
	} else if (rc == ACTION_SAID) {
		status = STATUS_USAGE;
	} else {
		print_problem("could not %s %s:", action->verb, word);
		status = fail(cli, &err);
	}
	each->ids[each->place] = NULL;
	free(id);
	return status;
}

/* "Delete ci, deploy, with their keys? [y/N]" */
static bool is_agreed(const struct cli *cli, const struct action *action,
		      size_t first)
{
	char *question = copy_of(action->verb);
	bool yes;

	*question = (char)toupper((unsigned char)*question);
	for (size_t i = first; i < cli->args->rest_count; i++) {
		char *word = text_clean(cli->args->rest[i]);

		question = text_joined(question, i > first ? ", " : " ", word);
		free(word);
	}
	question = text_joined(question, "", action->warning);
	question = text_joined(question, "", "?");
	yes = ask_yes(question);
	free(question);
	if (!yes)
		print_problem("nothing was done");
	return yes;
}

static enum status confirm(const struct cli *cli, const struct action *action,
			   size_t first)
{
	if (!action->warning || args_has(cli->args, "yes"))
		return STATUS_OK;
	if (!can_ask())
		return STATUS_USAGE;
	return is_agreed(cli, action, first) ? STATUS_OK : STATUS_REFUSED;
}

enum status action_on_each(struct cli *cli, const struct action *action,
			   char **ids, size_t place, size_t first)
{
	const struct each each = { action, ids, place };
	enum status status = confirm(cli, action, first);

	return status == STATUS_OK ? each_word(cli, first, act_on, &each)
				   : status;
}

static enum status act_on_rest(struct cli *cli, const struct action *action)
{
	size_t last = words_count(action->words) - 1;
	enum word before[WORDS_MAX] = { WORD_NONE };
	char *ids[WORDS_MAX];
	enum status status;

	memcpy(before, action->words, last * sizeof(before[0]));
	status = words_read(cli, before, ids);
	if (status == STATUS_OK)
		status = action_on_each(cli, action, ids, last, last);
	words_free(ids);
	return status;
}

static enum status act_once(struct cli *cli, const struct action *action)
{
	char *ids[WORDS_MAX];
	enum status status = words_read(cli, action->words, ids);
	struct inv_error err;
	void *result = NULL;
	bool no;
	int rc;

	if (status == STATUS_OK) {
		rc = action->call(cli, (const char *const *)ids, &result, &err);
		no = rc == 0 && action->is_no && action->is_no(result);
		status = rc == ACTION_SAID ? STATUS_USAGE
					   : print_result(cli, action->view, rc,
							  result, &err);
		if (status == STATUS_OK && no)
			status = STATUS_REFUSED;
	}
	words_free(ids);
	return status;
}

enum status action_run(struct cli *cli, const struct action *action)
{
	return action->view ? act_once(cli, action) : act_on_rest(cli, action);
}

bool args_seconds(const struct args *args, const char *name,
		  int64_t *ret_seconds)
{
	long long ms;

	if (!args_duration(args, name, 0, &ms))
		return false;
	if (args_has(args, name) && ms < 1000) {
		print_problem("--%s takes at least a second", name);
		return false;
	}
	*ret_seconds = ms / 1000;
	return true;
}

bool args_said_seconds(const struct args *args, const char *name,
		       struct inv_number *ret_seconds)
{
	const char *text = args_text(args, name);
	int64_t seconds;

	if (!text)
		return true;
	if (!*text) {
		*ret_seconds = (struct inv_number){ .said = INV_NULL };
		return true;
	}
	if (!args_seconds(args, name, &seconds))
		return false;
	*ret_seconds = INV_NUMBER(seconds);
	return true;
}

bool args_grace(const struct args *args, struct inv_number *ret_seconds)
{
	long long ms;

	if (!args_duration(args, "grace", 0, &ms))
		return false;
	if (args_has(args, "grace"))
		*ret_seconds = INV_NUMBER(ms / 1000);
	return true;
}

char *days_of(int64_t seconds)
{
	const int64_t day = 24 * 60 * 60;

	if (seconds == 0)
		return NULL;
	return seconds % day == 0 ? text_of("%lldd", (long long)(seconds / day))
				  : text_of("%llds", (long long)seconds);
}
