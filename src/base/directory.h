/*
 * directory.h: whose directory is it?
 */
#ifndef BASE_DIRECTORY_H
#define BASE_DIRECTORY_H

#include "base/base.h"
#include "base/fail.h"

/*
 * Whether nobody but this user (and root) can put files into the directory, or
 * take them out. Where others can, -1 with a `fail` that names the command
 * that mends it. 0 also where it cannot be looked at: whoever uses it will
 * say why.
 */
int directory_check(const char *path, struct fail *fail) MUST_CHECK;

#endif
