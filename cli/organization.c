/*
 * organization.c: invite settings: what the organization has set.
 */
#include "action.h"

#include <stdlib.h>

#include "text.h"

static char *lifetime_cell(const void *item)
{
	const struct inv_settings *settings = item;

	return days_of(settings->max_key_lifetime_seconds);
}

static char *domains_cell(const void *item)
{
	const struct inv_settings *settings = item;
	char *all = NULL;

	for (size_t i = 0; i < settings->allowed_domains_len; i++)
		all = text_joined(all, all ? ", " : "",
				  settings->allowed_domains[i]);
	return all;
}

static char *limit_cell(int64_t limit)
{
	return limit ? text_of("%lld", (long long)limit) : NULL;
}

static char *seats_cell(const void *item)
{
	return limit_cell(((const struct inv_settings *)item)->max_seats);
}

static char *mails_cell(const void *item)
{
	return limit_cell(((const struct inv_settings *)item)->mails_per_day);
}

static char *invites_cell(const void *item)
{
	return limit_cell(
	    ((const struct inv_settings *)item)->invites_per_minute);
}

static char *reminder_cell(const void *item)
{
	const struct inv_settings *settings = item;

	return settings->reminder_hours_before
		   ? text_of("%lld hours before",
			     (long long)settings->reminder_hours_before)
		   : NULL;
}

static const struct column columns[] = {
	{ .name = "object", COLUMN(struct inv_settings, object) },
	{ .name = "name", COLUMN(struct inv_settings, display_name) },
	{ .name = "line", COLUMN(struct inv_settings, line) },
	{ .name = "color", COLUMN(struct inv_settings, color) },
	{ .name = "reply to", COLUMN(struct inv_settings, reply_to) },
	{ .name = "mails from", COLUMN(struct inv_settings, sender_email) },
	{ .name = "called", COLUMN(struct inv_settings, sender_name) },
	{ .name = "language", COLUMN(struct inv_settings, locale) },
	{ .name = "invites only", .make = domains_cell },
	{ .name = "seats", .make = seats_cell },
	{ .name = "reminder", .make = reminder_cell },
	{ .name = "mails a day", .make = mails_cell },
	{ .name = "invites a minute", .make = invites_cell },
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

/* An empty one takes the limit back. */
static bool read_limit(const struct args *args, const char *name,
		       struct inv_number *ret_limit)
{
	const char *text = args_text(args, name);
	char *end;

	if (!text)
		return true;
	*ret_limit = (struct inv_number){ .said = INV_NULL };
	if (!*text)
		return true;
	*ret_limit = INV_NUMBER(strtoll(text, &end, 10));
	if (!*end && ret_limit->value > 0)
		return true;
	print_problem(
	    "--%s takes a number, 1 or more; an empty text removes it", name);
	return false;
}

/* Likewise. */
static struct inv_texts read_domains(const struct args *args)
{
	size_t count;
	const char **domains = args_all(args, "allow-domain", &count);

	if (count > 0 && *domains[0])
		return INV_TEXTS(domains, count);
	free(domains);
	return count > 0 ? (struct inv_texts){ .said = INV_NULL }
			 : (struct inv_texts){ 0 };
}

static int call_set(struct cli *cli, const char *const *id, void **ret,
		    struct inv_error *err)
{
	struct inv_settings_update_params params = {
		.display_name = args_said(cli->args, "name"),
		.line = args_said(cli->args, "line"),
		.color = args_said(cli->args, "color"),
		.reply_to = args_said(cli->args, "reply-to"),
		.sender_email = args_said(cli->args, "sender-email"),
		.sender_name = args_said(cli->args, "sender-name"),
		.locale = args_said(cli->args, "locale"),
	};
	struct inv_settings *settings;
	int rc;

	(void)id;
	if (!args_said_seconds(cli->args, "max-key-lifetime",
			       &params.max_key_lifetime_seconds) ||
	    !read_limit(cli->args, "max-seats", &params.max_seats) ||
	    !read_limit(cli->args, "mails-per-day", &params.mails_per_day) ||
	    !read_limit(cli->args, "reminder-hours",
			&params.reminder_hours_before) ||
	    !read_limit(cli->args, "invites-per-minute",
			&params.invites_per_minute))
		return ACTION_SAID;
	params.allowed_domains = read_domains(cli->args);
	rc = inv_settings_update(cli->client, &params, NULL, &settings, err);
	free((void *)params.allowed_domains.items);
	if (rc)
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
	{ .name = "sender-email",
	  .value = "ADDRESS",
	  .help = "whom the mails are from; the server has to be allowed to "
		  "send for that domain" },
	{ .name = "sender-name",
	  .value = "NAME",
	  .help = "what the sender of the mails is called" },
	{ .name = "locale",
	  .value = "TAG",
	  .words = "en de fr es ja ar",
	  .help = "the language of the page and the mails" },
	{ .name = "allow-domain",
	  .value = "DOMAIN",
	  .help = "invite only addresses of this domain; can be repeated" },
	{ .name = "max-seats",
	  .value = "N",
	  .help = "members and pending invites that there may be" },
	{ .name = "reminder-hours",
	  .value = "N",
	  .help = "how many hours before an invite expires its person is "
		  "reminded; empty: never" },
	{ .name = "mails-per-day",
	  .value = "N",
	  .help = "how many mails an address may get within a day; empty: any "
		  "number" },
	{ .name = "invites-per-minute",
	  .value = "N",
	  .help = "how many invites a key may make within a minute; empty: "
		  "any number" },
	MAX_KEY_LIFETIME_OPTION,
	{ 0 },
};

const struct command organization_commands[] = {
	{ .name = "settings show",
	  .alias = "settings",
	  .help = "show what the organization has set",
	  .examples = "invite settings show",
	  .action = &show },
	{ .name = "settings set",
	  .is_change = true,
	  .help =
	      "change the organization's settings; an empty text removes one",
	  .examples = "invite settings set --color '#3b5bdb' "
		      "--reply-to team@example.com\n"
		      "invite settings set --line ''",
	  .options = set_options,
	  .action = &set },
	{ 0 },
};
