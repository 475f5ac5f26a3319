/*
 * directory.c: the owner and the mode of a directory.
 */
#include "base/base.h"

#include "base/directory.h"

#include <sys/stat.h>
#include <unistd.h>

/* With an access list, the bits of the group are all that it may allow. */
#define OTHERS_WRITE (S_IWGRP | S_IWOTH)

int directory_check(const char *path, struct fail *fail)
{
	struct stat dir;

	if (stat(path, &dir) < 0 || !S_ISDIR(dir.st_mode))
		return 0;
	if (dir.st_uid != geteuid() && dir.st_uid != 0)
		return fail_set(fail,
				"the directory %s belongs to another user, who "
				"could replace what is in it: chown %u '%s'",
				path, (unsigned)geteuid(), path);
	if (dir.st_mode & OTHERS_WRITE)
		return fail_set(fail,
				"others can write to the directory %s, and so "
				"replace what is in it: chmod go-w '%s'",
				path, path);
	return 0;
}
