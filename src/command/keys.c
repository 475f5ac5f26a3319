/*
 * keys.c: invited key create, list and revoke.
 */
#include "base/base.h"

#include "base/clock.h"
#include "base/random.h"
#include "command/commands.h"
#include "command/session.h"
#include "core/id.h"
#include "store/keys/admin_keys.h"

int command_key_create(struct session *session)
{
	int64_t organization = command_organization(session);
	const char *name = session->conf->argument;
	struct key_create_in in = { .name = name ? name : "admin key" };
	struct key_create_out out;
	enum result result;
	char id[ID_TEXT_SIZE];

	if (!organization)
		return EXIT_FAILED;
	random_bytes(in.secret, sizeof(in.secret));
	result =
	    session_ask(session, &verb_key_create, organization, &in, &out);
	if (result != RESULT_OK)
		return command_refused(result);
	printf("key: %s\n", id_format(ID_KEY, out.key.id, id));
	printf("admin key: %s\n", out.text);
	fprintf(stderr, "The key is shown only now: keep it in a safe "
			"place.\n");
	wipe(out.text, sizeof(out.text));
	wipe(in.secret, sizeof(in.secret));
	return EXIT_OK;
}

static void print_date(int64_t seconds)
{
	struct tm when;
	time_t time = (time_t)seconds;
	char text[32] = "never";

	if (seconds && gmtime_r(&time, &when))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%MZ", &when);
	fputs(text, stdout);
}

static void print_key(const struct admin_key *key, const char *organization)
{
	char id[ID_TEXT_SIZE];

	printf("%s\t%s\t%s\tcreated ", id_format(ID_KEY, key->id, id),
	       key->redacted,
	       key->revoked_at ? "revoked"
	       : admin_key_in_force(key, clock_now_ms() / 1000)
		   ? "in force"
		   : "not in force");
	print_date(key->created_at);
	fputs("\tused ", stdout);
	print_date(key->last_used_at);
	printf("\t%s\t%s\n", key->name, organization);
}

/* `context`: the exit code. */
static bool list_keys_of(struct session *session, const struct organization *o,
			 void *context)
{
	struct key_list_in in = { .page.limit = LIST_PAGE,
				  .revoked_too = true };
	struct list_out page;

	do {
		enum result result =
		    session_ask(session, &verb_key_list, o->id, &in, &page);
		const struct admin_key *key = page.rows;

		if (result != RESULT_OK) {
			*(int *)context = command_refused(result);
			return false;
		}
		for (size_t i = 0; i < page.count; i++, key++) {
			print_key(key, o->name);
			in.page.after = key->id;
		}
	} while (page.has_more);
	return true;
}

int command_key_list(struct session *session)
{
	int code = EXIT_OK;

	if (visit_organizations(session, list_keys_of, &code) < 0)
		return EXIT_FAILED;
	return code;
}

struct revocation {
	struct id_in key;
	enum result result;
};

/* `context`: a struct revocation. */
static bool revoke_key_of(struct session *session, const struct organization *o,
			  void *context)
{
	struct revocation *revocation = context;

	revocation->result = session_ask(session, &verb_key_revoke, o->id,
					 &revocation->key, NULL);
	return revocation->result == RESULT_KEY_NOT_FOUND;
}

/* Ids are unique, so the organization need not be named. */
int command_key_revoke(struct session *session)
{
	struct revocation revocation = { .result = RESULT_OK };

	if (!id_parse(ID_KEY, str_of(session->conf->argument),
		      &revocation.key.id))
		return command_fail(EXIT_USAGE,
				    "%s is not the id of a key; see `invited "
				    "key list`",
				    session->conf->argument);
	if (visit_organizations(session, revoke_key_of, &revocation) < 0)
		return EXIT_FAILED;
	if (revocation.result != RESULT_OK)
		return command_refused(revocation.result);
	printf("revoked: %s\n", session->conf->argument);
	return EXIT_OK;
}
