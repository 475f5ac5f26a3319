/*
 * projects.h: the verbs of projects.
 *
 *	project_create
 *	project_get		id_in; PROJECT_NOT_FOUND
 *	project_list		of struct project
 *	project_user_list	of struct project_user
 *				PROJECT_NOT_FOUND, PROJECT_ARCHIVED
 */
#ifndef STORE_PROJECTS_H
#define STORE_PROJECTS_H

#include "core/organization.h"
#include "store/verb.h"

struct project_create_in {
	const char *name;
	enum residency residency;
	enum geography geography;
	const char *external_key_id; /* or NULL */
};

struct project_out { /* of project_create and project_get */
	struct project project;
};

struct project_list_in {
	struct list_in page;
	bool include_archived;
};

struct project_user_list_in {
	struct list_in page;
	int64_t project;
};

#endif
