/*
 * erase.c: invited user erase.
 */
#include "base/base.h"

#include "command/commands.h"
#include "command/session.h"
#include "core/email.h"
#include "core/id.h"
#include "store/members/users.h"

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

int command_user_erase(struct session *session)
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
