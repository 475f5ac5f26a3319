/*
 * audit_logs.h: searching audit events.
 *
 *	audit_log_list	of struct audit_log; heeds `before`;
 *			SEARCH_TOO_LONG
 *
 * A page is found by walking the events from its end, which ends after so many
 * that do not match: then what was found is the page, and more may follow.
 * Where nothing was found there would be no place to go on from, so that is
 * refused. What happened to one thing is found by an index.
 */
#ifndef STORE_AUDIT_LOGS_H
#define STORE_AUDIT_LOGS_H

#include "core/audit.h"
#include "core/invite.h"
#include "store/verb.h"

#define AUDIT_FILTER_MAX 100 /* values of one filter */

/* What a filter lets through: all, unless it was given. */
struct audit_filter {
	bool given;
	size_t count;
	int64_t at[AUDIT_FILTER_MAX];
};

struct audit_log_list_in {
	struct list_in page;
	struct time_range effective;
	bool ours;    /* our own types, too */
	bool tenants; /* only events of tenants, so none */
	struct audit_filter types, projects, actors, resources;
	bool by_email; /* of the actor: one of these */
	const char *email_keys[AUDIT_FILTER_MAX];
	size_t email_count;
};

struct audit_log {
	int64_t id, organization, at;
	enum audit_type type;
	int64_t target;
	int64_t project; /* 0: none */
	const char *project_name;
	const char *detail; /* JSON; NULL: none */
	/* The actor: the program itself if all are 0 or NULL. */
	int64_t key, user;
	const char *email, *address, *agent;
	/* What the row of an invite that was sent, or of a user who was added,
	 * says; NULL, and 0: nothing any more. */
	const char *target_email;
	bool has_role;
	enum role role;
};

#endif
