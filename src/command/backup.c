/*
 * backup.c: `invited backup`: a copy of the SQLite database under a
 * name that was chosen; or, in a directory, under one that says when, and of
 * those only the newest are kept.
 */
#include "base/base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "command/commands.h"
#include "command/session.h"

/* Names sort as their times do. */
#define NAME_FORMAT  "invited-%Y-%m-%dT%H%M%SZ.db"
#define NAME_PATTERN "invited-0000-00-00T000000Z.db"
#define NAME_SIZE    sizeof(NAME_PATTERN)

static bool is_directory(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Whether it begins with a name as backups here have. */
static bool is_ours(const char *name)
{
	for (const char *p = NAME_PATTERN; *p; p++, name++) {
		bool fits =
		    *p == '0' ? '0' <= *name && *name <= '9' : *name == *p;

		if (!fits)
			return false;
	}
	return true;
}

static bool is_backup(const char *name)
{
	return is_ours(name) && strlen(name) == NAME_SIZE - 1;
}

/* What a backup that was killed left there. */
static bool is_remnant(const char *name)
{
	return is_ours(name) && strcmp(name + NAME_SIZE - 1, ".partial") == 0;
}

static int backups_only(const struct dirent *entry)
{
	return is_backup(entry->d_name);
}

static int ours_only(const struct dirent *entry)
{
	return is_backup(entry->d_name) || is_remnant(entry->d_name);
}

/* The oldest name that is kept; what sorts before it goes. All but `own` come
 * from the directory: a clock that was wrong must not cost us what we have just
 * made. */
static int find_oldest(const char *directory, const char *own, int keep,
		       char ret_name[NAME_SIZE])
{
	struct dirent **found;
	int count = scandir(directory, &found, backups_only, alphasort);

	if (count < 0)
		return -1;
	ret_name[0] = '\0';
	if (count > keep)
		memcpy(ret_name, found[count - keep]->d_name, NAME_SIZE);
	if (strcmp(own, ret_name) < 0)
		snprintf(ret_name, NAME_SIZE, "%s", own);
	for (int i = 0; i < count; i++)
		free(found[i]);
	free(found);
	return 0;
}

/* How many backups went; -1 with errno set. */
static int remove_before(const char *directory, const char *oldest)
{
	struct dirent **found;
	int count = scandir(directory, &found, ours_only, alphasort);
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int removed = 0;

	for (int i = 0; i < count; i++) {
		const char *name = found[i]->d_name;

		if (fd >= 0 && strncmp(name, oldest, NAME_SIZE - 1) < 0 &&
		    unlinkat(fd, name, 0) == 0)
			removed += is_backup(name);
		free(found[i]);
	}
	if (count >= 0)
		free(found);
	if (fd >= 0)
		close(fd);
	return count < 0 || fd < 0 ? -1 : removed;
}

static int rotate(const char *directory, const char *own, int keep)
{
	char oldest[NAME_SIZE];
	int removed = -1;

	if (find_oldest(directory, own, keep, oldest) == 0)
		removed = remove_before(directory, oldest);
	if (removed < 0)
		return command_fail(EXIT_FAILED,
				    "the backup was made, but old backups "
				    "could not be listed: %s",
				    strerror(errno));
	if (removed > 0)
		printf("removed: %d older\n", removed);
	return EXIT_OK;
}

static int make(struct session *session, const char *path)
{
	struct fail fail;

	if (store_backup(session->store, path, &fail) < 0)
		return command_fail(EXIT_FAILED, "%s", fail.message);
	printf("backup: %s\n", path);
	return EXIT_OK;
}

static int make_in(struct session *session, const char *directory)
{
	time_t now = clock_now_ms() / SECOND_MS;
	const char *slash = directory[strlen(directory) - 1] == '/' ? "" : "/";
	char name[NAME_SIZE], path[4096];
	struct tm utc;
	int code;

	gmtime_r(&now, &utc);
	if (strftime(name, sizeof(name), NAME_FORMAT, &utc) == 0 ||
	    snprintf(path, sizeof(path), "%s%s%s", directory, slash, name) >=
		(int)sizeof(path))
		return command_fail(EXIT_FAILED,
				    "the backup's path is too long");
	code = make(session, path);
	if (code != EXIT_OK || session->conf->keep == 0)
		return code;
	return rotate(directory, name, session->conf->keep);
}

int command_backup(struct session *session)
{
	const char *path = session->conf->argument;

	if (is_directory(path))
		return make_in(session, path);
	if (session->conf->keep > 0)
		return command_fail(EXIT_USAGE,
				    "--keep is for backups into a directory, "
				    "and %s is not one: make it first",
				    path);
	return make(session, path);
}
