/*
 * service_settings.h: the file that has the settings of the service, for
 * commands, which are not given what is in it.
 */
#ifndef SERVICE_SETTINGS_H
#define SERVICE_SETTINGS_H

#include "base/base.h"

/* As in packaging/invited.service.in. Often only root may read it. */
#define SERVICE_SETTINGS "/etc/invited.conf"

enum told {
	TOLD_NOTHING, /* no such file, or it does not say */
	TOLD_IT,      /* it gives the variable a value */
	TOLD_UNKNOWN  /* it could not be read; errno says why */
};

/* Whether the service is told what `variable` names by the file `path`. */
enum told service_is_told(const char *path, const char *variable) MUST_CHECK;

#endif
