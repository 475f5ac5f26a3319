/*
 * directory.h: who can write to a directory.
 */
#ifndef BASE_DIRECTORY_H
#define BASE_DIRECTORY_H

#include "base/base.h"
#include "base/fail.h"

/*
 * 0 if only this user (and root) can create or remove files in the directory.
 * If others can, -1 with a `fail` that names the command to fix it. 0 also if
 * it cannot be examined: the first use of it will say why.
 */
int directory_check(const char *path, struct fail *fail) MUST_CHECK;

#endif
