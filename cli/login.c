/*
 * login.c: invite login, logout and whoami: address and key, kept in a file
 * for nobody but the user. A login is tried before it is kept.
 */
#include "settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "ask.h"
#include "json.h"
#include "table.h"
#include "text.h"

#define USUAL_URL "http://127.0.0.1:8080/v1"

/* ---- who that is ------------------------------------------------------ */

struct organization {
	char *id, *name; /* NULL where the server does not say */
};

static void organization_release(struct organization *organization)
{
	free(organization->id);
	free(organization->name);
}

/*
 * Asks for the organization, which only invited(8) knows; elsewhere for any
 * list, to see whether the key is taken, and which organization a header names.
 */
static int find_organization(struct inv_client *client,
			     struct organization *organization,
			     struct inv_error *err)
{
	struct inv_project_list_params params = { .limit = 1 };
	struct inv_project_page *page;
	struct inv_answer *answer;

	*organization = (struct organization){ 0 };
	if (inv_request(client, "GET", "/organization", NULL, NULL, &answer,
			err) == 0) {
		organization->id = json_member(answer->json, "id");
		organization->name = json_member(answer->json, "name");
		inv_free(answer);
		return 0;
	}
	if (err->kind != INV_ERROR_NOT_FOUND &&
	    err->kind != INV_ERROR_BAD_REQUEST && err->status != 405)
		return -1;
	if (inv_projects_list(client, &params, NULL, &page, err))
		return -1;
	organization->id =
	    text_header(inv_meta(page)->headers, "openai-organization");
	inv_free(page);
	return 0;
}

static void print_json(struct cli *cli, const char *base_url,
		       const struct organization *organization)
{
	series_add(&cli->series, NULL);
	fputs("{\"organization\":{\"id\":", stdout);
	json_string(stdout, organization->id);
	fputs(",\"name\":", stdout);
	json_string(stdout, organization->name);
	fputs("},\"base_url\":", stdout);
	json_string(stdout, base_url);
	puts("}");
}

static void print_organization(struct cli *cli, const char *base_url,
			       const struct organization *organization)
{
	struct table table = { .columns = 2 };

	if (format_is_json(cli->format)) {
		print_json(cli, base_url, organization);
		return;
	}
	if (cli->format == FORMAT_ID) {
		print_id(organization->id);
		putchar('\n');
		return;
	}
	table_add_pair(&table, "organization", organization->name);
	table_add_pair(&table, "id", organization->id);
	table_add_pair(&table, "address", base_url);
	table_print(&table);
}

enum status cmd_whoami(struct cli *cli)
{
	struct organization organization;
	struct inv_error err;

	if (find_organization(cli->client, &organization, &err))
		return fail(cli, &err);
	print_organization(cli, cli->settings->base_url, &organization);
	if (cli->format == FORMAT_TABLE)
		print_note("The address is from %s, the key from %s.",
			   origin_of_base(cli->settings->base_from),
			   origin_of_key(cli->settings->key_from));
	organization_release(&organization);
	return STATUS_OK;
}

/* ---- login ------------------------------------------------------------ */

/* "http://host:8080" is short for ".../v1", where both programs have it. */
static char *with_path(const char *url)
{
	const char *host = strstr(url, "://");
	size_t len = strlen(url);

	while (len > 0 && url[len - 1] == '/')
		len--;
	if (!host || memchr(host + 3, '/', len - (size_t)(host + 3 - url)))
		return text_of("%.*s", (int)len, url);
	return text_of("%.*s/v1", (int)len, url);
}

/* To be freed; NULL after saying what is missing. */
static char *read_url(const struct cli *cli)
{
	const struct settings *settings = cli->settings;
	const char *usual = settings->base_from == ORIGIN_DEFAULT
				? USUAL_URL
				: settings->base_url;
	char *question, *answer, *url;

	if (cli->args->rest_count > 0)
		return with_path(cli->args->rest[0]);
	if (settings->base_from == ORIGIN_OPTION)
		return with_path(settings->base_url);
	if (!isatty(STDIN_FILENO)) {
		print_problem("give the server's address, such as %s", usual);
		return NULL;
	}
	question = text_of("Address of the server [%s]:", usual);
	answer = ask_line(question);
	url = with_path(answer && *answer ? answer : usual);
	free(question);
	free(answer);
	return url;
}

static char *read_key(const struct cli *cli)
{
	char *key;

	if (cli->settings->key_from == ORIGIN_OPTION)
		return copy_of(cli->settings->options.admin_api_key);
	key = ask_secret("Admin key (not shown):");
	if (key && *key)
		return key;
	free(key);
	print_problem("the admin key is read from standard input, which is "
		      "empty");
	return NULL;
}

static enum status try_and_keep(struct cli *cli, const char *url,
				const char *key)
{
	struct settings settings = *cli->settings;
	struct organization organization;
	struct inv_client *client;
	struct inv_error err;
	int rc;

	settings.options.base_url = settings.base_url = url;
	settings.options.admin_api_key = key;
	settings.base_from = settings.key_from = ORIGIN_GIVEN;
	cli->settings = &settings;
	if (inv_client_new(&settings.options, &client, &err))
		return fail(cli, &err);
	rc = find_organization(client, &organization, &err);
	inv_free(client);
	if (rc) {
		enum status status = fail(cli, &err);

		print_note("Nothing was saved.");
		return status;
	}
	rc = login_write(url, key);
	if (rc == 0)
		print_organization(cli, url, &organization);
	organization_release(&organization);
	return rc ? STATUS_REFUSED : STATUS_OK;
}

static bool is_loopback(const char *host)
{
	static const char *const hosts[] = { "localhost", "127.", "[::1]" };

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (strncasecmp(host, hosts[i], strlen(hosts[i])) == 0)
			return true;
	return false;
}

static void note_plain_http(const char *url)
{
	if (strncasecmp(url, "http://", 7) == 0 && !is_loopback(url + 7))
		print_note("The key is sent unencrypted over http://; "
			   "https:// is better.");
}

static void note_what_wins(void)
{
	const char *const names[] = { BASE_VARIABLE, KEY_VARIABLE };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (getenv(names[i]) && *getenv(names[i]))
			print_note("%s is set and overrides the saved value.",
				   names[i]);
}

enum status cmd_login(struct cli *cli)
{
	const struct settings *settings = cli->settings;
	char *url = read_url(cli), *key = url ? read_key(cli) : NULL;
	enum status status = STATUS_USAGE;

	if (key) {
		note_plain_http(url);
		status = try_and_keep(cli, url, key);
		cli->settings = settings;
		explicit_bzero(key, strlen(key));
	}
	if (status == STATUS_OK)
		note_what_wins();
	free(url);
	free(key);
	return status;
}

enum status cmd_logout(struct cli *cli)
{
	char *path = login_path();
	enum status status = STATUS_OK;

	(void)cli;
	if (path && unlink(path) && errno != ENOENT) {
		print_problem("could not remove %s: %s", path, strerror(errno));
		status = STATUS_REFUSED;
	}
	free(path);
	return status;
}
