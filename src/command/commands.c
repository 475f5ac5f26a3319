/*
 * commands.c: which function a command is, and the short ones: organization,
 * key, user, check, restore. The others have a file each beside this one.
 *
 * A command opens the store itself, prints what it did in words or in columns
 * that a script can cut, and ends.
 */
#include "base/base.h"

#include "command/commands.h"

#include <errno.h>
#include <stdarg.h>

#include "base/clock.h"
#include "base/random.h"
#include "command/first_key.h"
#include "command/service_settings.h"
#include "command/session.h"
#include "core/email.h"
#include "core/id.h"
#include "store/keys/admin_keys.h"
#include "store/members/users.h"
#include "store/organizations/organizations.h"
#include "store/store.h"

#define LIST_PAGE 100

int command_fail(int code, const char *format, ...)
{
	va_list arguments;

	fputs("invited: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return code;
}

enum result session_ask(struct session *session, const struct verb *verb,
			int64_t organization, const void *in, void *out)
{
	struct store_op op = {
		.verb = verb,
		.in = in,
		.out = out,
		.organization = organization,
		.now_ms = clock_now_ms(),
		.arena = &session->arena,
	};

	store_call(session->port, &op);
	return op.result;
}

int command_refused(enum result result)
{
	switch (result) {
	case RESULT_ORGANIZATION_EXISTS:
		return command_fail(EXIT_FAILED, "there is an organization of "
						 "this name already");
	case RESULT_ORGANIZATION_NOT_FOUND:
		return command_fail(EXIT_FAILED, "there is no such "
						 "organization; see `invited "
						 "organization list`");
	case RESULT_KEY_NOT_FOUND:
		return command_fail(EXIT_FAILED,
				    "there is no key in force with this id; "
				    "see `invited key list`");
	case RESULT_USER_NOT_FOUND:
		return command_fail(EXIT_FAILED,
				    "there is no such user, neither present "
				    "nor removed, or they were erased already");
	case RESULT_LAST_OWNER:
		return command_fail(EXIT_FAILED,
				    "this is the last owner of an "
				    "organization, which has to keep one: make "
				    "somebody else an owner first");
	case RESULT_OWNER_OF_LAST_KEY:
		return command_fail(EXIT_FAILED,
				    "the last admin key of an organization "
				    "that does not expire is this person's: "
				    "make another one first, with `invited key "
				    "create`");
	default:
		return command_fail(EXIT_TRY_AGAIN, "the database could not be "
						    "used; try again");
	}
}

/* ---- organizations ---- */

static enum result next_page(struct session *session, int64_t after,
			     struct list_out *out)
{
	const struct list_in in = { .after = after, .limit = LIST_PAGE };

	return session_ask(session, &verb_organization_list, 0, &in, out);
}

static bool is_named(const struct organization *organization,
		     const char *name_or_id)
{
	char id[ID_TEXT_SIZE];

	return strcmp(organization->name, name_or_id) == 0 ||
	       strcmp(id_format(ID_ORGANIZATION, organization->id, id),
		      name_or_id) == 0;
}

int visit_organizations(struct session *session,
			bool (*visit)(struct session *session,
				      const struct organization *o,
				      void *context),
			void *context)
{
	const struct conf *conf = session->conf;
	struct list_out page;
	int64_t after = 0;
	int visited = 0;

	do {
		enum result result = next_page(session, after, &page);
		const struct organization *o = page.rows;

		if (result != RESULT_OK)
			return command_refused(result), -1;
		for (size_t i = 0; i < page.count; i++, o++) {
			after = o->id;
			if (conf->organization_given &&
			    !is_named(o, conf->organization))
				continue;
			visited++;
			if (!visit(session, o, context))
				return visited;
		}
	} while (page.has_more);
	if (visited > 0)
		return visited;
	if (conf->organization_given)
		command_refused(RESULT_ORGANIZATION_NOT_FOUND);
	else
		command_fail(EXIT_FAILED, "there is no organization yet; the "
					  "first start of `invited serve` "
					  "makes one");
	return -1;
}

static bool note_organization(struct session *session,
			      const struct organization *o, void *context)
{
	int64_t *ret = context;

	(void)session;
	*ret = o->id;
	return true;
}

/* The one that --organization names, or the only one there is; 0 with the
 * reason printed. */
static int64_t find_organization(struct session *session)
{
	int64_t id = 0;
	int found = visit_organizations(session, note_organization, &id);

	if (found > 1)
		command_fail(EXIT_FAILED, "there are several organizations: "
					  "say which with --organization NAME "
					  "(`invited organization list`)");
	return found == 1 ? id : 0;
}

static int organization_create(struct session *session)
{
	const char *name = session->conf->argument;
	const struct organization_name_in in = { .name = name };
	struct organization_out out;
	enum result result =
	    session_ask(session, &verb_organization_create, 0, &in, &out);
	char id[ID_TEXT_SIZE];

	if (result != RESULT_OK)
		return command_refused(result);
	printf("organization: %s\n",
	       id_format(ID_ORGANIZATION, out.organization.id, id));
	printf("next: invited key create --organization \"%s\"\n", name);
	return EXIT_OK;
}

static int organization_list(struct session *session)
{
	struct list_out page;
	int64_t after = 0;
	char id[ID_TEXT_SIZE];

	do {
		enum result result = next_page(session, after, &page);
		const struct organization *o = page.rows;

		if (result != RESULT_OK)
			return command_refused(result);
		for (size_t i = 0; i < page.count; i++, o++) {
			printf("%s\t%s\n",
			       id_format(ID_ORGANIZATION, o->id, id), o->name);
			after = o->id;
		}
	} while (page.has_more);
	return EXIT_OK;
}

static int organization_rename(struct session *session)
{
	int64_t organization = find_organization(session);
	struct organization_name_in in = { .name = session->conf->argument };
	struct organization_out out;
	enum result result;
	char id[ID_TEXT_SIZE];

	if (!organization)
		return EXIT_FAILED;
	result = session_ask(session, &verb_organization_rename, organization,
			     &in, &out);
	if (result != RESULT_OK)
		return command_refused(result);
	printf("%s\t%s\n", id_format(ID_ORGANIZATION, organization, id),
	       out.organization.name);
	return EXIT_OK;
}

/* ---- keys ---- */

static int key_create(struct session *session)
{
	int64_t organization = find_organization(session);
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

static int key_list(struct session *session)
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
static int key_revoke(struct session *session)
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

/* ---- people ---- */

struct erasure {
	struct user_erase_in person;
	size_t users, invites;
	bool found;
	enum result result; /* of the last organization */
};

/* `context`: a struct erasure. */
static bool erase_in(struct session *session, const struct organization *o,
		     void *context)
{
	struct erasure *erasure = context;
	struct user_erase_out out;

	erasure->result = session_ask(session, &verb_user_erase, o->id,
				      &erasure->person, &out);
	if (erasure->result == RESULT_USER_NOT_FOUND)
		return true;
	if (erasure->result != RESULT_OK)
		return false;
	erasure->found = true;
	erasure->users += out.users;
	erasure->invites += out.invites;
	return true;
}

/* The API shows the person as erased from now on; the rest concerns the
 * database's files. */
static void scrub(struct session *session)
{
	struct fail fail;

	if (store_scrub(session->store, &fail) < 0)
		fprintf(stderr,
			"The files of the database may hold copies of what was "
			"erased, until this is run again with the server "
			"stopped: %s.\n",
			fail.message);
}

static int user_erase(struct session *session)
{
	const char *person = session->conf->argument;
	struct erasure erasure = { .found = false };
	struct email email;

	if (!id_parse(ID_USER, str_of(person), &erasure.person.id)) {
		if (email_parse(&session->arena, str_of(person), &email))
			return command_fail(EXIT_USAGE,
					    "%s is neither an address nor the "
					    "id of a user",
					    person);
		erasure.person.email_key = email.key;
	}
	if (visit_organizations(session, erase_in, &erasure) < 0)
		return EXIT_FAILED;
	if (erasure.result != RESULT_OK &&
	    erasure.result != RESULT_USER_NOT_FOUND)
		return command_refused(erasure.result);
	scrub(session);
	if (!erasure.found)
		return command_refused(RESULT_USER_NOT_FOUND);
	printf("erased: %zu users, %zu invites\n", erasure.users,
	       erasure.invites);
	return EXIT_OK;
}

/* ---- the database ---- */

static int check(struct session *session)
{
	struct fail fail;
	int faults = store_check(session->store, stdout, &fail);

	if (faults < 0)
		return command_fail(EXIT_FAILED, "%s", fail.message);
	if (faults > 0)
		return command_fail(EXIT_FAILED, "%d fault%s found", faults,
				    faults == 1 ? "" : "s");
	puts("ok");
	return EXIT_OK;
}

/* The older state is back, including keys that were revoked since. */
static int restore(const struct conf *conf)
{
	struct restored restored;
	struct fail fail;
	int code = command_check_database(conf);

	if (code != EXIT_OK)
		return code;
	if (store_restore(conf->database, conf->argument, stdout, &restored,
			  &fail) < 0)
		return command_fail(restored.again ? EXIT_TRY_AGAIN
						   : EXIT_FAILED,
				    "%s", fail.message);
	printf("restored: %s\n", conf->argument);
	if (restored.aside[0])
		printf("kept aside: %s\n", restored.aside);
	fputs(
	    "Whatever was ended after this backup was made is back. Keys that "
	    "were revoked work again: revoke them with `invited key revoke`, "
	    "or, if nobody knows which, all that were made before a time with "
	    "`invited key revoke-before TIME`. People who were removed are "
	    "members again, and people who were erased are in the database: "
	    "erase them again with `invited user erase`.\n",
	    stderr);
	return EXIT_OK;
}

static int key_first(const struct conf *conf)
{
	struct fail fail;

	if (first_key_show(conf->first_key, &fail) < 0)
		return command_fail(EXIT_FAILED, "%s", fail.message);
	return EXIT_OK;
}

int command_check_place(const char *variable, const char *place)
{
	switch (service_is_told(SERVICE_SETTINGS, variable)) {
	case TOLD_NOTHING:
		break;
	case TOLD_IT:
		return command_fail(EXIT_USAGE,
				    "the service has its own %s, in " //
				    SERVICE_SETTINGS ", which is not given to "
				    "commands: set it here, too; without it, "
				    "this would go by %s",
				    variable, place);
	case TOLD_UNKNOWN:
		fprintf(stderr,
			"invited: " SERVICE_SETTINGS " cannot be read (%s), so "
			"this goes by %s; if the service has an %s of its own, "
			"set it here, too.\n",
			strerror(errno), place, variable);
	}
	return EXIT_OK;
}

int command_check_database(const struct conf *conf)
{
	if (conf->database_given)
		return EXIT_OK;
	return command_check_place("INVITED_DATABASE", conf->database);
}

/* A command may run beside a daemon that serves the database. */
static int check_database(const struct session *session)
{
	if (store_is_served(session->store))
		return EXIT_OK;
	return command_check_database(session->conf);
}

int command_in_store(const struct conf *conf,
		     int (*run)(struct session *session, void *context),
		     void *context)
{
	struct session session = { .conf = conf };
	struct fail fail;
	int code;

	if (store_open(conf->database, false, &session.store, &fail) < 0)
		return command_fail(fail.passing ? EXIT_TRY_AGAIN : EXIT_FAILED,
				    "%s", fail.message);
	if (store_port_open(session.store, NULL, NULL, &session.port, &fail) <
	    0) {
		store_close(session.store);
		return command_fail(EXIT_FAILED, "%s", fail.message);
	}
	arena_init(&session.arena, COMMAND_ARENA);
	code = check_database(&session);
	if (code == EXIT_OK)
		code = run(&session, context);
	arena_release(&session.arena);
	store_port_close(session.port);
	store_close(session.store);
	return code;
}

static int run_command(struct session *session, void *context)
{
	static int (*const commands[])(struct session *) = {
		[COMMAND_KEY_CREATE] = key_create,
		[COMMAND_KEY_LIST] = key_list,
		[COMMAND_KEY_REVOKE] = key_revoke,
		[COMMAND_KEY_REVOKE_BEFORE] = command_revoke_before,
		[COMMAND_KEY_LEAKED] = command_leaked,
		[COMMAND_ORGANIZATION_CREATE] = organization_create,
		[COMMAND_ORGANIZATION_LIST] = organization_list,
		[COMMAND_ORGANIZATION_RENAME] = organization_rename,
		[COMMAND_USER_ERASE] = user_erase,
		[COMMAND_CHECK] = check,
		[COMMAND_BACKUP] = command_backup,
	};

	(void)context;
	return commands[session->conf->command](session);
}

int command_run(const struct conf *conf)
{
	switch (conf->command) {
	case COMMAND_COPY:
		return command_copy(conf);
	case COMMAND_HEALTH:
		return command_health(conf);
	case COMMAND_KEY_FIRST:
		return key_first(conf);
	case COMMAND_RESTORE:
		return restore(conf);
	case COMMAND_MAIL_TEST:
		return command_mail_test(conf);
	case COMMAND_BOUNCE:
		return command_bounce(conf);
	default:
		return command_in_store(conf, run_command, NULL);
	}
}
