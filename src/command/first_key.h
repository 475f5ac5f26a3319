/*
 * first_key.h: the first admin key in a file, where printing it would leave it
 * in a journal.
 */
#ifndef FIRST_KEY_H
#define FIRST_KEY_H

#include "base/base.h"
#include "base/fail.h"

/* Leaves the key in a new file for its owner alone; another that was left there
 * is replaced. */
int first_key_leave(const char *path, const char *key,
		    struct fail *fail) MUST_CHECK;

/* Prints the key, and takes the file away: it is shown once. */
int first_key_show(const char *path, struct fail *fail) MUST_CHECK;

#endif
