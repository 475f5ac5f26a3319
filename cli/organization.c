/*
 * organization.c: invite settings: what the organization has set.
 */
#include "action.h"

static char *lifetime_cell(const void *item)
{
	const struct inv_settings *settings = item;

	return days_of(settings->max_key_lifetime_seconds);
}

static const struct column columns[] = {
	{ .name = "object", COLUMN(struct inv_settings, object) },
	{ .name = "name", COLUMN(struct inv_settings, display_name) },
	{ .name = "line", COLUMN(struct inv_settings, line) },
	{ .name = "color", COLUMN(struct inv_settings, color) },
	{ .name = "reply to", COLUMN(struct inv_settings, reply_to) },
	{ .name = "language", COLUMN(struct inv_settings, locale) },
	{ .name = "keys live at most", .make = lifetime_cell },
	{ .name = "set", COLUMN(struct inv_settings, updated_at) },
	{ 0 },
};

static const struct view view = { .columns = columns };

static int call_show(struct cli *cli, const char *const *id, void **ret,
		     struct inv_error *err)
{
	struct inv_settings *settings;

	(void)id;
	if (inv_settings_retrieve(cli->client, NULL, &settings, err))
		return -1;
	*ret = settings;
	return 0;
}

static const struct action show = { .call = call_show, .view = &view };

static int call_set(struct cli *cli, const char *const *id, void **ret,
		    struct inv_error *err)
{
	struct inv_settings_update_params params = {
		.display_name = args_said(cli->args, "name"),
		.line = args_said(cli->args, "line"),
		.color = args_said(cli->args, "color"),
		.reply_to = args_said(cli->args, "reply-to"),
		.locale = args_said(cli->args, "locale"),
	};
	struct inv_settings *settings;

	(void)id;
	if (!args_said_seconds(cli->args, "max-key-lifetime",
			       &params.max_key_lifetime_seconds))
		return ACTION_SAID;
	if (inv_settings_update(cli->client, &params, NULL, &settings, err))
		return -1;
	*ret = settings;
	return 0;
}

static const struct action set = { .call = call_set, .view = &view };

static const struct option set_options[] = {
	{ .name = "name",
	  .value = "TEXT",
	  .help = "what those who are invited see instead of the "
		  "organization's name" },
	{ .name = "line",
	  .value = "TEXT",
	  .help = "a line of text on the page and in mails" },
	{ .name = "color",
	  .value = "#RRGGBB",
	  .help = "the colour of the button on the page and in mails" },
	{ .name = "reply-to",
	  .value = "ADDRESS",
	  .help = "where answers to the mails go" },
	{ .name = "locale",
	  .value = "TAG",
	  .words = "en de fr es ja ar",
	  .help = "the language of the page and the mails" },
	MAX_KEY_LIFETIME_OPTION,
	{ 0 },
};

const struct command organization_commands[] = {
	{ .name = "settings show",
	  .alias = "settings",
	  .help = "show what the organization has set",
	  .examples = "invite settings",
	  .action = &show },
	{ .name = "settings set",
	  .help = "set something for the organization; empty takes it back",
	  .examples = "invite settings set --color '#3b5bdb' "
		      "--reply-to team@example.com\n"
		      "invite settings set --line ''",
	  .options = set_options,
	  .action = &set },
	{ 0 },
};
