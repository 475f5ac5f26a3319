/*
 * disk.c: an SQLite VFS over the real one.
 *
 * A name that is unlinked or created is taken as durable at once: the files
 * are made when the store is opened, and stay.
 */
#include "base/base.h"
#include "disk.h"

#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <unistd.h>

#include "fault.h"

#define SECTOR 512
#define FILES  8

enum event_kind { EVENT_WRITE, EVENT_TRUNCATE, EVENT_SYNC, EVENT_DELETE };

struct event {
	enum event_kind kind;
	int file;
	int64_t offset;
	size_t size;
	uint8_t *data;
};

/* The record. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static bool recording;
static struct event *events;
static size_t event_count, event_room;
static char names[FILES][64];

struct shim {
	sqlite3_file base;
	int file; /* in `names` */
	sqlite3_file real[];
};

static struct shim *shim_of(sqlite3_file *file)
{
	return (struct shim *)file;
}

static sqlite3_vfs *real_vfs(sqlite3_vfs *vfs)
{
	return vfs->pAppData;
}

/* ---- the record ---- */

/* Which file of the record has this name. */
static int file_named(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	const char *name = slash ? slash + 1 : path ? path : "temporary";
	int i = 0;

	pthread_mutex_lock(&mutex);
	while (i < FILES - 1 && names[i][0] && strcmp(names[i], name) != 0)
		i++;
	snprintf(names[i], sizeof(names[i]), "%s", name);
	pthread_mutex_unlock(&mutex);
	return i;
}

static void record(struct event event, const void *data)
{
	pthread_mutex_lock(&mutex);
	if (recording) {
		if (event_count == event_room) {
			event_room = event_room ? event_room * 2 : 1024;
			events = realloc(events, event_room * sizeof(*events));
		}
		if (data) {
			event.data = malloc(event.size);
			memcpy(event.data, data, event.size);
		}
		events[event_count++] = event;
	}
	pthread_mutex_unlock(&mutex);
}

void disk_record(void)
{
	recording = true;
}

void disk_stop(void)
{
	recording = false;
}

size_t disk_events(void)
{
	size_t count;

	pthread_mutex_lock(&mutex);
	count = event_count;
	pthread_mutex_unlock(&mutex);
	return count;
}

void disk_forget(void)
{
	for (size_t i = 0; i < event_count; i++)
		free(events[i].data);
	free(events);
	events = NULL;
	event_count = event_room = 0;
	recording = false;
}

/* ---- what a power cut leaves ---- */

/* Every sector of the write, or those that chance has. */
static void apply_write(int fd, const struct event *event,
			uint64_t (*chance)(void))
{
	for (size_t at = 0; at < event->size;) {
		size_t left = event->size - at;
		size_t in_sector =
		    SECTOR - (size_t)(event->offset + (int64_t)at) % SECTOR;
		size_t size = left < in_sector ? left : in_sector;

		if (!chance || chance() % 2 == 0)
			ck_assert_int_eq(pwrite(fd, event->data + at, size,
						event->offset + (int64_t)at),
					 (ssize_t)size);
		at += size;
	}
}

static void apply(int fd, const struct event *event, uint64_t (*chance)(void))
{
	if (event->kind == EVENT_WRITE)
		apply_write(fd, event, chance);
	else if (event->kind == EVENT_TRUNCATE && (!chance || chance() % 2))
		ck_assert_int_eq(ftruncate(fd, event->offset), 0);
}

/* The place after the last sync of `file`, among the first `count`. */
static size_t unsynced_from(int file, size_t count)
{
	while (count > 0 && (events[count - 1].file != file ||
			     events[count - 1].kind != EVENT_SYNC))
		count--;
	return count;
}

static void leave_file(const char *path, int file, size_t count,
		       uint64_t (*chance)(void))
{
	size_t synced = unsynced_from(file, count);
	/* All of what was not synced is lost, or there, or some of each. */
	uint64_t how = chance() % 4;
	int fd = -1;

	for (size_t i = 0; i < count; i++) {
		if (events[i].file != file)
			continue;
		if (events[i].kind == EVENT_DELETE) {
			if (fd >= 0)
				close(fd);
			unlink(path);
			fd = -1;
			continue;
		}
		if (i >= synced && how == 0)
			continue;
		if (fd < 0)
			fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		ck_assert_int_ge(fd, 0);
		apply(fd, &events[i], i < synced || how == 1 ? NULL : chance);
	}
	if (fd >= 0)
		close(fd);
}

void disk_after_power_cut(const char *dir, size_t count,
			  uint64_t (*chance)(void))
{
	for (int i = 0; i < FILES && names[i][0]; i++) {
		char path[1024];

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
		leave_file(path, i, count, chance);
	}
}

/* ---- the files ---- */

#define REAL(file)    (shim_of(file)->real)
#define METHODS(file) (REAL(file)->pMethods)

/* The next call of this kind fails, perhaps. */
#define MAY_FAIL(kind)                              \
	do {                                        \
		int fault_code = fault_now((kind)); \
		if (fault_code)                     \
			return fault_code;          \
	} while (0)

static int shim_close(sqlite3_file *file)
{
	return METHODS(file)->xClose(REAL(file));
}

static int shim_read(sqlite3_file *file, void *out, int size, sqlite3_int64 at)
{
	MAY_FAIL(FAULT_READ);
	return METHODS(file)->xRead(REAL(file), out, size, at);
}

static int shim_write(sqlite3_file *file, const void *data, int size,
		      sqlite3_int64 at)
{
	int code = fault_now(FAULT_WRITE);

	if (code) {
		(void)METHODS(file)->xWrite(REAL(file), data, size / 2, at);
		return code;
	}
	record((struct event){ EVENT_WRITE, shim_of(file)->file, at,
			       (size_t)size, NULL },
	       data);
	return METHODS(file)->xWrite(REAL(file), data, size, at);
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	MAY_FAIL(FAULT_OTHER);
	record((struct event){ EVENT_TRUNCATE, shim_of(file)->file, size, 0,
			       NULL },
	       NULL);
	return METHODS(file)->xTruncate(REAL(file), size);
}

static int shim_sync(sqlite3_file *file, int flags)
{
	(void)flags;
	MAY_FAIL(FAULT_SYNC);
	record((struct event){ EVENT_SYNC, shim_of(file)->file, 0, 0, NULL },
	       NULL);
	return SQLITE_OK;
}

static int shim_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
	MAY_FAIL(FAULT_OTHER);
	return METHODS(file)->xFileSize(REAL(file), ret_size);
}

static int shim_lock(sqlite3_file *file, int level)
{
	MAY_FAIL(FAULT_OTHER);
	return METHODS(file)->xLock(REAL(file), level);
}

static int shim_unlock(sqlite3_file *file, int level)
{
	return METHODS(file)->xUnlock(REAL(file), level);
}

static int shim_reserved(sqlite3_file *file, int *ret_is)
{
	MAY_FAIL(FAULT_OTHER);
	return METHODS(file)->xCheckReservedLock(REAL(file), ret_is);
}

static int shim_control(sqlite3_file *file, int what, void *argument)
{
	return METHODS(file)->xFileControl(REAL(file), what, argument);
}

static int shim_sector(sqlite3_file *file)
{
	return METHODS(file)->xSectorSize(REAL(file));
}

static int shim_character(sqlite3_file *file)
{
	return METHODS(file)->xDeviceCharacteristics(REAL(file));
}

static int shim_shm_map(sqlite3_file *file, int page, int size, int extend,
			void volatile **ret_memory)
{
	MAY_FAIL(FAULT_OTHER);
	return METHODS(file)->xShmMap(REAL(file), page, size, extend,
				      ret_memory);
}

static int shim_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	if (flags & SQLITE_SHM_LOCK)
		MAY_FAIL(FAULT_OTHER);
	return METHODS(file)->xShmLock(REAL(file), offset, n, flags);
}

static void shim_shm_barrier(sqlite3_file *file)
{
	METHODS(file)->xShmBarrier(REAL(file));
}

static int shim_shm_unmap(sqlite3_file *file, int with_delete)
{
	return METHODS(file)->xShmUnmap(REAL(file), with_delete);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2, /* no memory maps: they are off in the store */
	.xClose = shim_close,
	.xRead = shim_read,
	.xWrite = shim_write,
	.xTruncate = shim_truncate,
	.xSync = shim_sync,
	.xFileSize = shim_size,
	.xLock = shim_lock,
	.xUnlock = shim_unlock,
	.xCheckReservedLock = shim_reserved,
	.xFileControl = shim_control,
	.xSectorSize = shim_sector,
	.xDeviceCharacteristics = shim_character,
	.xShmMap = shim_shm_map,
	.xShmLock = shim_shm_lock,
	.xShmBarrier = shim_shm_barrier,
	.xShmUnmap = shim_shm_unmap,
};

/* ---- the file system ---- */

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
		    int flags, int *ret_flags)
{
	struct shim *shim = shim_of(file);
	int code;

	file->pMethods = NULL;
	MAY_FAIL(FAULT_OPEN);
	shim->file = file_named(name);
	code = real_vfs(vfs)->xOpen(real_vfs(vfs), name, shim->real, flags,
				    ret_flags);
	if (shim->real->pMethods)
		file->pMethods = &methods;
	return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_directory)
{
	MAY_FAIL(FAULT_OTHER);
	record((struct event){ EVENT_DELETE, file_named(name), 0, 0, NULL },
	       NULL);
	return real_vfs(vfs)->xDelete(real_vfs(vfs), name, sync_directory);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags,
		      int *ret_is)
{
	MAY_FAIL(FAULT_OTHER);
	return real_vfs(vfs)->xAccess(real_vfs(vfs), name, flags, ret_is);
}

static int vfs_full_name(sqlite3_vfs *vfs, const char *name, int size,
			 char *out)
{
	return real_vfs(vfs)->xFullPathname(real_vfs(vfs), name, size, out);
}

void disk_install(void)
{
	static sqlite3_vfs vfs;
	sqlite3_vfs *real = sqlite3_vfs_find(NULL);

	if (!real)
		abort();
	/* What is not ours (time, randomness, libraries) takes no state of
	 * the file system that it belongs to. */
	vfs = *real;
	vfs.pNext = NULL;
	vfs.zName = "disk";
	vfs.pAppData = real;
	vfs.szOsFile = (int)sizeof(struct shim) + real->szOsFile;
	vfs.xOpen = vfs_open;
	vfs.xDelete = vfs_delete;
	vfs.xAccess = vfs_access;
	vfs.xFullPathname = vfs_full_name;
	if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
		abort();
}
