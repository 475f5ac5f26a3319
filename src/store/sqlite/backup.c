/*
 * backup.c: a consistent copy of a database file, in use or not.
 */
#include "base/base.h"

#include "store/sqlite/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#define NAME_SIZE 4096

static int copy_pages(struct engine *engine, struct sqlite_db *copy,
		      struct fail *fail)
{
	sqlite3_backup *backup = sqlite3_backup_init(copy->handle, "main",
						     engine->db.handle, "main");
	int code;

	if (!backup)
		return sqlite_db_fail(copy, fail, "could not begin the backup");
	code = sqlite3_backup_step(backup, -1);
	sqlite3_backup_finish(backup);
	if (code != SQLITE_DONE)
		return fail_set(fail, "could not finish the backup: %s",
				sqlite3_errstr(code));
	/* One file, with nothing beside it. */
	return sqlite_db_exec(copy, "PRAGMA journal_mode=DELETE", fail);
}

/* The directory that `path` is in, and its name; -1 with errno set. */
static int open_directory_of(const char *path, char name[NAME_SIZE])
{
	char *slash;

	snprintf(name, NAME_SIZE, "%s", path);
	slash = strrchr(name, '/');
	if (slash)
		slash[1] = '\0';
	else
		snprintf(name, NAME_SIZE, ".");
	return open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int sqlite_sync_directory_of(const char *path, struct fail *fail)
{
	char name[NAME_SIZE];
	int fd = open_directory_of(path, name);

	if (fd < 0 || fsync(fd) < 0) {
		int error = errno;

		if (fd >= 0)
			close(fd);
		return fail_errno(fail, error, "could not sync %s", name);
	}
	close(fd);
	return 0;
}

/* A new, empty file at `path`; replaces what a killed backup left there. */
static int make_partial(const char *path, struct fail *fail)
{
	int fd;

	unlink(path);
	fd = open(path, O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail_errno(fail, errno, "could not make %s", path);
	close(fd);
	return 0;
}

static int copy_to(struct engine *engine, const char *path, struct fail *fail)
{
	struct sqlite_db copy;
	int status;

	if (make_partial(path, fail) < 0 ||
	    sqlite_db_open(&copy, path, SQLITE_OPEN_READWRITE, NULL, fail) < 0)
		return -1;
	status = copy_pages(engine, &copy, fail);
	sqlite_db_close(&copy);
	return status;
}

/* The copy gets its name when it is complete, and never replaces an existing
 * file. */
static int make_backup(struct engine *engine, const char *path,
		       struct fail *fail)
{
	char partial[NAME_SIZE];
	int status;

	if (access(path, F_OK) == 0)
		return fail_errno(fail, EEXIST, "could not make %s", path);
	if (snprintf(partial, sizeof(partial), "%s.partial", path) >=
	    (int)sizeof(partial))
		return fail_set(fail, "the backup's path is too long");
	status = copy_to(engine, partial, fail);
	if (status == 0 && link(partial, path) < 0)
		status = fail_errno(fail, errno, "could not make %s", path);
	unlink(partial);
	return status == 0 ? sqlite_sync_directory_of(path, fail) : -1;
}

/* One at a time in a directory: two of one name would overwrite each other's
 * partial copy, and an incomplete one might get the name. Where the directory
 * cannot be locked, as on some network file systems, the operator has to see to
 * that. */
int sqlite_backup(struct engine *engine, const char *path, struct fail *fail)
{
	char name[NAME_SIZE];
	int directory = open_directory_of(path, name), status;

	if (directory < 0)
		return fail_errno(fail, errno, "could not make %s", path);
	(void)flock(directory, LOCK_EX);
	status = make_backup(engine, path, fail);
	close(directory);
	return status;
}
