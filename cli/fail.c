/*
 * fail.c: why a call failed, and what may help.
 */
#include "cli.h"

#include "json.h"
#include "settings.h"

static enum status status_of(const struct inv_error *err)
{
	switch (err->kind) {
	case INV_ERROR_USAGE:
		return STATUS_USAGE;
	case INV_ERROR_NOT_FOUND:
		return STATUS_NOT_FOUND;
	case INV_ERROR_AUTHENTICATION:
	case INV_ERROR_PERMISSION:
		return STATUS_NO_ACCESS;
	case INV_ERROR_CANCELLED:
	case INV_ERROR_MEMORY:
		return STATUS_TRY_AGAIN;
	default: /* a certificate does not get better by waiting */
		return err->temporary ? STATUS_TRY_AGAIN : STATUS_REFUSED;
	}
}

/* The library names its own option for the key, which is none of ours. */
static const char *message_of(const struct cli *cli,
			      const struct inv_error *err)
{
	bool is_missing_key = !cli->is_invitee && err->status == 0 &&
			      err->kind == INV_ERROR_AUTHENTICATION &&
			      cli->settings->key_from == ORIGIN_DEFAULT;

	return is_missing_key ? "There is no admin key: use \"invite "
				"login\", " KEY_VARIABLE " or --admin-api-key."
			      : err->message;
}

static void print_json(struct cli *cli, const struct inv_error *err)
{
	series_add(&cli->series, NULL);
	fputs("{\"error\":{\"message\":", stdout);
	json_string(stdout, message_of(cli, err));
	fputs(",\"type\":", stdout);
	json_string(stdout, *err->type ? err->type : NULL);
	fputs(",\"param\":", stdout);
	json_string(stdout, *err->param ? err->param : NULL);
	fputs(",\"code\":", stdout);
	json_string(stdout, *err->code ? err->code : NULL);
	printf(",\"status\":%d,\"request_id\":", err->status);
	json_string(stdout, *err->request_id ? err->request_id : NULL);
	fputs("}}", stdout);
	if (!cli->series.is_array || cli->format != FORMAT_JSON)
		putchar('\n');
}

static void hint_at_address(const struct settings *settings)
{
	if (settings->base_from == ORIGIN_DEFAULT)
		print_note("Requests go to %s; a server of your own is named "
			   "by " BASE_VARIABLE " or \"invite login\".",
			   settings->base_url);
	else if (settings->base_from == ORIGIN_GIVEN)
		print_note("Requests go to %s, the address that you gave.",
			   settings->base_url);
	else
		print_note("Requests go to %s, as %s says.", settings->base_url,
			   origin_of_base(settings->base_from));
}

static void hint_at_key(const struct settings *settings)
{
	if (settings->key_withheld)
		print_note("The key of \"invite login\" is for %s, and is sent "
			   "nowhere else.",
			   settings->login_url ? settings->login_url
					       : "no address");
	else if (settings->key_from == ORIGIN_DEFAULT)
		return; /* the message itself says where one can come from */
	else if (settings->key_from == ORIGIN_GIVEN)
		print_note("The key that you gave was sent to %s.",
			   settings->base_url);
	else
		print_note("The key is from %s, and was sent to %s.",
			   origin_of_key(settings->key_from),
			   settings->base_url);
}

static void hint(const struct settings *settings, const struct inv_error *err)
{
	if (err->status == 0 && (err->kind == INV_ERROR_CONNECTION ||
				 err->kind == INV_ERROR_TIMEOUT))
		hint_at_address(settings);
	else if (err->kind == INV_ERROR_AUTHENTICATION)
		hint_at_key(settings);
}

enum status fail(struct cli *cli, const struct inv_error *err)
{
	print_problem("%s%s%s%s%s%s%s", message_of(cli, err),
		      *err->code ? " (" : "", err->code, *err->code ? ")" : "",
		      *err->request_id ? " [request " : "", err->request_id,
		      *err->request_id ? "]" : "");
	if (!cli->is_invitee)
		hint(cli->settings, err);
	if (cli->format_asked && format_is_json(cli->format))
		print_json(cli, err);
	return status_of(err);
}
