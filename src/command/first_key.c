/*
 * first_key.c: written to a file of another name first, so that nobody ever
 * reads half a key.
 */
#include "base/base.h"

#include "command/first_key.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/hash.h"
#include "core/key.h"

static int write_all(int fd, const char *key)
{
	size_t length = strlen(key);

	if (write(fd, key, length) != (ssize_t)length ||
	    write(fd, "\n", 1) != 1 || fsync(fd) < 0) {
		close(fd);
		return -1;
	}
	return close(fd);
}

int first_key_leave(const char *path, const char *key, struct fail *fail)
{
	char partial[4096];
	int length = snprintf(partial, sizeof(partial), "%s.new", path), fd;

	if (length < 0 || (size_t)length >= sizeof(partial))
		return fail_set(fail, "the path of the first key's file is too "
				      "long");
	(void)unlink(partial);
	fd = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		  0600);
	if (fd < 0 || write_all(fd, key) < 0 || rename(partial, path) < 0)
		return fail_errno(fail, errno,
				  "could not write the first admin key to %s; "
				  "`invited key create` makes another",
				  path);
	return 0;
}

int first_key_show(const char *path, struct fail *fail)
{
	char line[KEY_MAX + 2];
	FILE *file = fopen(path, "re");
	bool found;

	if (!file && errno != ENOENT)
		return fail_errno(fail, errno, "could not read %s", path);
	found = file && fgets(line, sizeof(line), file);
	if (file)
		fclose(file);
	if (!found)
		return fail_set(fail,
				"there is no first key at %s: it was shown "
				"already, or printed by the server itself "
				"(`invited key create` makes another), or the "
				"server has not started yet",
				path);
	printf("admin key: %s", line);
	wipe(line, sizeof(line));
	if (fflush(stdout) != 0)
		return fail_errno(fail, errno, "could not print the key");
	if (unlink(path) < 0)
		return fail_errno(fail, errno,
				  "the key is still in %s: remove it", path);
	return 0;
}
