/*
 * organizations.c: invited organization create, list and rename; and which
 * organizations a command is about.
 */
#include "base/base.h"

#include "command/commands.h"
#include "command/session.h"
#include "core/id.h"
#include "store/organizations/organizations.h"

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

int64_t command_organization(struct session *session)
{
	int64_t id = 0;
	int found = visit_organizations(session, note_organization, &id);

	if (found > 1)
		command_fail(EXIT_FAILED, "there are several organizations: "
					  "say which with --organization NAME "
					  "(`invited organization list`)");
	return found == 1 ? id : 0;
}

int command_organization_create(struct session *session)
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

int command_organization_list(struct session *session)
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

int command_organization_rename(struct session *session)
{
	int64_t organization = command_organization(session);
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
