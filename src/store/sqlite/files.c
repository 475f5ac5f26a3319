/*
 * files.c: ensures that only one daemon serves a database, by whatever name,
 * and that the file it serves is still the one under that name.
 *
 * The file is found by its resolved path, as SQLite finds it, so that a
 * symbolic link leads to the same lock file. Where that was removed, or another
 * name leads to the same file, a lock on the first byte of the database itself
 * holds. SQLite never locks that byte; but its own locks are dropped whenever
 * the file is closed anywhere in the process, so what is opened here stays open
 * until SQLite has closed the file.
 */
#include "base/base.h"

#include "store/sqlite/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/directory.h"
#include "store/sqlite/log.h"

/* ---- before it is opened ---- */

char *sqlite_files_resolve(const char *place, struct fail *fail)
{
	sqlite3_vfs *vfs;
	char *path;

	sqlite_db_configure();
	vfs = sqlite3_vfs_find(NULL);
	path = vfs ? malloc((size_t)vfs->mxPathname + 1) : NULL;
	if (!path) {
		fail_set(fail, "out of memory");
		return NULL;
	}
	/* Where it followed a link, it says so in the upper bits. */
	if ((vfs->xFullPathname(vfs, place, vfs->mxPathname + 1, path) &
	     0xff) != SQLITE_OK) {
		fail_set(fail, "could not find %s", place);
		free(path);
		return NULL;
	}
	return path;
}

int sqlite_files_check_directory(const char *path, struct fail *fail)
{
	const char *slash = strrchr(path, '/');
	char name[4096];

	if (!slash)
		return 0;
	snprintf(name, sizeof(name), "%.*s",
		 slash == path ? 1 : (int)(slash - path), path);
	return directory_check(name, fail);
}

/* ---- while it is served ---- */

int sqlite_files_hold(struct engine *engine, struct fail *fail)
{
	struct flock first = { .l_type = F_WRLCK, .l_len = 1 };
	const struct stat *file = &engine->at_first;

	engine->held = open(engine->path, O_RDWR | O_CLOEXEC);
	if (engine->held < 0 || fstat(engine->held, &engine->at_first) < 0)
		return fail_errno(fail, errno, "could not open %s",
				  engine->path);
	if (file->st_nlink > 1)
		return fail_set(fail,
				"the file has %u names (hard links), and each "
				"would get a log of its own: leave it one "
				"(`find -samefile %s` finds them)",
				(unsigned)file->st_nlink, engine->path);
	engine->served = fcntl(engine->held, F_OFD_SETLK, &first) < 0;
	if (engine->served)
		return fail_set(fail,
				"another invited is serving %s; stop it first",
				engine->path);
	return 0;
}

void sqlite_files_let_go(struct engine *engine)
{
	if (engine->held >= 0)
		close(engine->held);
	if (engine->lock_file >= 0)
		close(engine->lock_file);
}

static bool same_file(const char *path, const struct stat *known)
{
	struct stat now;

	return stat(path, &now) == 0 && now.st_ino == known->st_ino &&
	       now.st_dev == known->st_dev;
}

static bool is_named(const char *path, int fd)
{
	struct stat file;

	return fstat(fd, &file) == 0 && same_file(path, &file);
}

bool sqlite_files_are_served(const struct engine *engine)
{
	return engine->held < 0 || same_file(engine->path, &engine->at_first);
}

static const char *name_of(const struct engine *engine)
{
	const char *slash = strrchr(engine->path, '/');

	return slash ? slash + 1 : engine->path;
}

bool sqlite_files_in_place(struct engine *engine, struct fail *fail)
{
	if (engine->held < 0)
		return true; /* a guest: it looks and leaves */
	if (!sqlite_files_are_served(engine))
		fail_set(fail,
			 "%s was moved, replaced or deleted while it was "
			 "served: stop invited, put the right file there and "
			 "start it again",
			 name_of(engine));
	else if (!sqlite_log_is_whole(engine->log))
		fail_set(fail,
			 "%s-wal was cut short while it was in use: start "
			 "invited again and run `invited check`",
			 name_of(engine));
	else if (!sqlite_log_in_place(engine->log))
		fail_set(fail,
			 "%s-wal was moved, replaced or deleted while it was "
			 "in use: start invited again; what it has answered "
			 "is saved as it stops",
			 name_of(engine));
	else
		return true;
	return false;
}

/* Removing it does not let a second daemon in, but commands would no longer
 * find the daemon's lock. */
void sqlite_files_renew_lock(struct engine *engine)
{
	char name[4096];
	int old = engine->lock_file;

	snprintf(name, sizeof(name), "%s-lock", engine->path);
	if (is_named(name, old))
		return;
	engine->lock_file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (engine->lock_file >= 0 && sqlite_lock(engine, LOCK_SERVE, false)) {
		close(old);
		return;
	}
	if (engine->lock_file >= 0)
		close(engine->lock_file);
	engine->lock_file = old;
}
