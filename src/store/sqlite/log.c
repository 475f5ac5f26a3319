/*
 * log.c: a VFS that gathers what goes to the write-ahead log.
 *
 * SQLite writes each page of a commit as two pieces, 24 and 4096 bytes, each a
 * system call: about 250 for a batch of 64 creates. They lie one behind the
 * other, so they can be one. Nothing else changes: what was gathered is
 * written before anything else is done with the file, above all before it is
 * synced, read, truncated or measured; so the order of writes and syncs on
 * which SQLite builds is kept. Where that write fails, the operation that
 * caused it reports it: for a commit that is the sync.
 *
 * Nobody else can miss what is still here: other connections look at the log
 * only as far as the shared index says, and the index is written after the
 * sync (synchronous=FULL).
 */
#include "base/base.h"

#include "store/sqlite/log.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "store/sqlite/db.h"

/*
 * Octets; a batch of 256 creates is about 2 M. Not more than SQLite's own VFS
 * writes at once: it uses only the lower 17 bits of a length, and would take
 * 128 KiB for 0 and report a full disk.
 */
#define GATHER_MAX (120 * 1024)

/* The real VFS's file follows in memory, as sqlite3_vfs.szOsFile promises. */
struct log_file {
	sqlite3_file file;
	char *data; /* gathered, to be written at `start` */
	sqlite3_int64 start;
	int len;
	const char *name; /* SQLite's; NULL where the file is in memory */
	struct stat at_first;
	sqlite3_int64 end;    /* of what was written since the last sync */
	sqlite3_int64 synced; /* where the last commit ended */
	atomic_bool cut;      /* by others: see log.h */
};

static sqlite3_vfs *real_vfs(void)
{
	return sqlite3_vfs_find(NULL);
}

static struct log_file *log_of(sqlite3_file *file)
{
	return (struct log_file *)file;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
	return (sqlite3_file *)(log_of(file) + 1);
}

/* ---- the file ---- */

/* A commit begins where the one before has ended, or at the beginning; while
 * it is being written nobody else may empty the log. */
static int write_all(sqlite3_file *file, const void *data, int len,
		     sqlite3_int64 at)
{
	struct log_file *log = log_of(file);
	sqlite3_int64 size;
	int code = real_of(file)->pMethods->xFileSize(real_of(file), &size);

	if (code != SQLITE_OK)
		return code;
	if (at > size)
		log->cut = true;
	if (log->cut)
		return SQLITE_IOERR_WRITE;
	if (at + len > log->end)
		log->end = at + len;
	return real_of(file)->pMethods->xWrite(real_of(file), data, len, at);
}

/* After a failure the rest is dropped: the transaction has failed with it. */
static int flush(sqlite3_file *file)
{
	struct log_file *log = log_of(file);
	int len = log->len;

	log->len = 0;
	if (len == 0)
		return SQLITE_OK;
	return write_all(file, log->data, len, log->start);
}

static int log_close(sqlite3_file *file)
{
	int flushed = flush(file);
	int closed = real_of(file)->pMethods->xClose(real_of(file));

	wipe(log_of(file)->data, GATHER_MAX); /* pages may hold secrets */
	free(log_of(file)->data);
	return flushed == SQLITE_OK ? closed : flushed;
}

static int log_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
	int code = flush(file);

	if (code != SQLITE_OK)
		return code;
	return real_of(file)->pMethods->xRead(real_of(file), out, len, at);
}

static int log_write(sqlite3_file *file, const void *data, int len,
		     sqlite3_int64 at)
{
	struct log_file *log = log_of(file);
	int code;

	if (at != log->start + log->len || len > GATHER_MAX - log->len) {
		code = flush(file);
		if (code != SQLITE_OK)
			return code;
		log->start = at;
	}
	if (len > GATHER_MAX)
		return write_all(file, data, len, at);
	memcpy(log->data + log->len, data, (size_t)len);
	log->len += len;
	return SQLITE_OK;
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct log_file *log = log_of(file);
	int code = flush(file);

	if (code != SQLITE_OK)
		return code;
	log->end = 0;
	if (log->synced > size)
		log->synced = size;
	return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

/*
 * Checks that everything written since the last sync is still there, and under
 * its name. A checkpoint syncs, too, before it begins, without having written:
 * it must not move half of a log that was truncated, but may move one that was
 * deleted.
 */
static bool is_all_there(sqlite3_file *file)
{
	struct log_file *log = log_of(file);
	bool written = log->end > 0;
	sqlite3_int64 size;

	if (written)
		log->synced = log->end;
	log->end = 0;
	return real_of(file)->pMethods->xFileSize(real_of(file), &size) ==
		   SQLITE_OK &&
	       size >= log->synced && (!written || sqlite_log_in_place(file));
}

static int log_sync(sqlite3_file *file, int flags)
{
	int code = flush(file);

	if (code != SQLITE_OK)
		return code;
	if (!is_all_there(file))
		return SQLITE_IOERR_FSYNC;
	return real_of(file)->pMethods->xSync(real_of(file), flags);
}

bool sqlite_log_in_place(sqlite3_file *file)
{
	struct log_file *log = log_of(file);
	struct stat now;

	return !log->name || (stat(log->name, &now) == 0 &&
			      now.st_ino == log->at_first.st_ino &&
			      now.st_dev == log->at_first.st_dev);
}

bool sqlite_log_is_whole(sqlite3_file *file)
{
	return !log_of(file)->cut;
}

static int log_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
	int code = flush(file);

	if (code != SQLITE_OK)
		return code;
	return real_of(file)->pMethods->xFileSize(real_of(file), ret_size);
}

static int log_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int log_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int log_is_reserved(sqlite3_file *file, int *ret_reserved)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file),
							   ret_reserved);
}

static int log_control(sqlite3_file *file, int what, void *argument)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), what,
						     argument);
}

static int log_sector_size(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int log_characteristics(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

/* Version 1: the shared index belongs to the database's file, not to this. */
static const sqlite3_io_methods log_methods = {
	.iVersion = 1,
	.xClose = log_close,
	.xRead = log_read,
	.xWrite = log_write,
	.xTruncate = log_truncate,
	.xSync = log_sync,
	.xFileSize = log_size,
	.xLock = log_lock,
	.xUnlock = log_unlock,
	.xCheckReservedLock = log_is_reserved,
	.xFileControl = log_control,
	.xSectorSize = log_sector_size,
	.xDeviceCharacteristics = log_characteristics,
};

/* ---- the VFS ---- */

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
		    int flags, int *ret_flags)
{
	sqlite3_vfs *real = real_vfs();
	int code;

	(void)vfs;
	/* All but the log is the real VFS's own file, in place. */
	if (!(flags & SQLITE_OPEN_WAL))
		return real->xOpen(real, name, file, flags, ret_flags);
	*log_of(file) =
	    (struct log_file){ .data = malloc(GATHER_MAX), .name = name };
	if (!log_of(file)->data)
		return SQLITE_NOMEM;
	code = real->xOpen(real, name, real_of(file), flags, ret_flags);
	if (code == SQLITE_OK && name &&
	    stat(name, &log_of(file)->at_first) < 0) {
		real_of(file)->pMethods->xClose(real_of(file));
		code = SQLITE_CANTOPEN;
	}
	if (code == SQLITE_OK)
		file->pMethods = &log_methods;
	else
		free(log_of(file)->data);
	return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_directory)
{
	(void)vfs;
	return real_vfs()->xDelete(real_vfs(), name, sync_directory);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags,
		      int *ret_allowed)
{
	(void)vfs;
	return real_vfs()->xAccess(real_vfs(), name, flags, ret_allowed);
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int size,
			 char *out)
{
	(void)vfs;
	return real_vfs()->xFullPathname(real_vfs(), name, size, out);
}

static int vfs_randomness(sqlite3_vfs *vfs, int size, char *out)
{
	(void)vfs;
	return real_vfs()->xRandomness(real_vfs(), size, out);
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
	(void)vfs;
	return real_vfs()->xSleep(real_vfs(), microseconds);
}

static int vfs_time(sqlite3_vfs *vfs, double *ret_days)
{
	(void)vfs;
	return real_vfs()->xCurrentTime(real_vfs(), ret_days);
}

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *out)
{
	(void)vfs;
	return real_vfs()->xGetLastError(real_vfs(), size, out);
}

static sqlite3_vfs gathering = {
	.iVersion = 1,
	.zName = "invited",
	.xOpen = vfs_open,
	.xDelete = vfs_delete,
	.xAccess = vfs_access,
	.xFullPathname = vfs_full_path,
	.xRandomness = vfs_randomness,
	.xSleep = vfs_sleep,
	.xCurrentTime = vfs_time,
	.xGetLastError = vfs_last_error,
};

const char *sqlite_log_vfs(void)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	sqlite3_vfs *real;
	int code;

	sqlite_db_configure();
	if (sqlite3_initialize() != SQLITE_OK)
		return NULL;
	pthread_mutex_lock(&mutex);
	real = real_vfs();
	gathering.szOsFile = (int)sizeof(struct log_file) + real->szOsFile;
	gathering.mxPathname = real->mxPathname;
	code = sqlite3_vfs_register(&gathering, 0);
	pthread_mutex_unlock(&mutex);
	return code == SQLITE_OK ? gathering.zName : NULL;
}
