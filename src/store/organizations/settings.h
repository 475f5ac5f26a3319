/*
 * settings.h: the verbs of an organization's settings.
 *
 *	settings_get	takes nothing; a struct organization_settings
 *	settings_update	settings_in; the settings after that
 *
 * There is a row once something was set; without, all is as
 * settings_default() says.
 */
#ifndef STORE_SETTINGS_H
#define STORE_SETTINGS_H

#include "core/settings.h"
#include "store/verb.h"

struct settings_in {
	struct organization_settings settings;
	/* Which of them are given, each at its member's offset: the others stay
	 * as they are. */
	bool given[sizeof(struct organization_settings)];
};

#endif
