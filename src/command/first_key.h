/*
 * first_key.h: the first admin key in a file, where printing it would leave it
 * in a journal.
 */
#ifndef FIRST_KEY_H
#define FIRST_KEY_H

#include "base/base.h"
#include "base/fail.h"

/* Writes the key to a new file that only its owner can read, replacing an older
 * one. */
int first_key_leave(const char *path, const char *key,
		    struct fail *fail) MUST_CHECK;

/* Prints the key and removes the file: it is shown once. */
int first_key_show(const char *path, struct fail *fail) MUST_CHECK;

#endif
