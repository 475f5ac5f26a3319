/*
 * secret.c: a secret from a file, as containers are given theirs.
 */
#include "base/base.h"

#include "conf/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/str.h"

#define SECRET_MAX 4096 /* octets */

/* The first line of `file`; "" where it is empty. NULL: it is too long, or was
 * not to be had. */
static const char *first_line(FILE *file, struct arena *arena)
{
	char line[SECRET_MAX + 1] = "";
	const char *secret = NULL;
	size_t length = fread(line, 1, sizeof(line), file);

	if (length < sizeof(line) && !ferror(file)) {
		size_t end = strcspn(line, "\r\n");
		bool broken = end < length && line[end] == '\0';

		line[broken ? 0 : end] = '\0'; /* not only a piece of it */
		secret = arena_str(arena, str_of(line));
	}
	wipe(line, sizeof(line));
	return secret;
}

/* A FIFO that nobody writes to is empty, rather than waited for without a
 * word; one that somebody is about to write to is waited for. */
static FILE *open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	FILE *file;

	if (fd < 0)
		return NULL;
	(void)fcntl(fd, F_SETFL, O_RDONLY);
	file = fdopen(fd, "r");
	if (!file)
		close(fd);
	return file;
}

const char *secret_from_file(const char *variable, const char *path,
			     struct arena *arena, struct fail *fail)
{
	FILE *file = open_file(path);
	const char *secret;

	if (!file) {
		(void)fail_errno(fail, errno, "%s: could not read %s", variable,
				 path);
		return NULL;
	}
	setvbuf(file, NULL, _IONBF, 0); /* no copy that is not wiped */
	secret = first_line(file, arena);
	fclose(file);
	if (secret && *secret)
		return secret;
	(void)fail_set(fail,
		       "%s: the first line of %s has to be the secret, of at "
		       "most %d bytes",
		       variable, path, SECRET_MAX);
	return NULL;
}
