/*
 * gate.c: invite gate check: whether a key is good. The key comes from standard
 * input: a command line is for anybody to read.
 */
#include "action.h"

#include <stdlib.h>

#include "ask.h"
#include "print.h"
#include "text.h"

static char *key_cell(const void *item)
{
	const struct inv_gate_decision *decision = item;

	return decision->key ? copy_of(decision->key->id) : NULL;
}

static char *owner_cell(const void *item)
{
	const struct inv_gate_decision *decision = item;

	if (!decision->owner)
		return NULL;
	return copy_of(decision->owner->email ? decision->owner->email
					      : decision->owner->id);
}

static char *role_cell(const void *item)
{
	const struct inv_gate_decision *decision = item;

	return decision->owner && decision->owner->role
		   ? copy_of(decision->owner->role)
		   : NULL;
}

static char *project_cell(const void *item)
{
	const struct inv_gate_decision *decision = item;

	return decision->project ? copy_of(decision->project->id) : NULL;
}

static const struct column columns[] = {
	{ .name = "code", COLUMN(struct inv_gate_decision, code) },
	{ .name = "key", .make = key_cell },
	{ .name = "owner", .make = owner_cell },
	{ .name = "role", .make = role_cell },
	{ .name = "project", .make = project_cell },
	{ 0 },
};

static const struct view view = { .columns = columns };

static int call_check(struct cli *cli, const char *const *id, void **ret,
		      struct inv_error *err)
{
	char *key = ask_secret("Key to be checked (not shown):");
	struct inv_gate_decision *decision;
	int rc;

	(void)id;
	if (!key || !*key) {
		print_problem("there is no key on standard input");
		free(key);
		return ACTION_SAID;
	}
	rc =
	    inv_gate_check(cli->client,
			   &(struct inv_gate_check_params){
			       .key = key,
			       .project_id = args_text(cli->args, "project"),
			       .permission = args_text(cli->args, "permission"),
			       .model = args_text(cli->args, "model") },
			   NULL, &decision, err);
	free(key);
	if (rc == 0)
		*ret = decision;
	return rc;
}

static bool is_refused(const void *item)
{
	const struct inv_gate_decision *decision = item;

	return !decision->allowed;
}

static const struct action check = { .call = call_check,
				     .is_no = is_refused,
				     .view = &view };

static const struct option check_options[] = {
	{ .name = "project",
	  .value = "ID",
	  .help = "what it is to open; its own project by default" },
	{ .name = "permission",
	  .value = "WORD",
	  .words = "model.read model.request",
	  .help = "what it is to permit" },
	{ .name = "model",
	  .value = "NAME",
	  .help = "the model that is wanted" },
	{ 0 },
};

const struct command gate_commands[] = {
	{ .name = "gate check",
	  .alias = "gate",
	  .help = "check the key on standard input, as a gateway would; "
		  "whoever asks needs a service account's key with the "
		  "scope gate.check",
	  .examples = "invite gate check < key\n"
		      "invite gate check --model llama-3 < key",
	  .options = check_options,
	  .action = &check },
	{ 0 },
};
