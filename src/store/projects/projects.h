/*
 * projects.h: the verbs of projects.
 *
 *	project_create, _get, _update
 *				see resource.h; of struct project; an update
 *				sets what it is given, and a residency takes the
 *				place of a geography and the other way round;
 *				PROJECT_NOT_FOUND, PROJECT_ARCHIVED,
 *				PROJECT_IS_DEFAULT
 *	project_archive		id_in; struct project; once more it stays as it
 *				is; PROJECT_NOT_FOUND, PROJECT_IS_DEFAULT
 *	project_list		of struct project
 */
#ifndef STORE_PROJECTS_H
#define STORE_PROJECTS_H

#include "core/organization.h"
#include "store/verb.h"

struct project_list_in {
	struct list_in page;
	bool include_archived;
};

#endif
