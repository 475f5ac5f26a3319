/*
 * secret.h: a secret from a file, as containers are given theirs.
 */
#ifndef CONF_SECRET_H
#define CONF_SECRET_H

#include "base/arena.h"
#include "base/base.h"
#include "base/fail.h"

/*
 * The first line of the file, whose name `variable` held, without its end: in
 * the arena. NULL with `fail` where there is none, or it cannot be read.
 */
const char *secret_from_file(const char *variable, const char *path,
			     struct arena *arena, struct fail *fail) MUST_CHECK;

#endif
