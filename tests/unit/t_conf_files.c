/*
 * t_conf_files.c: files that settings stand in: of a secret, and of the
 * service.
 */
#include "base/base.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/service_settings.h"
#include "conf/secret.h"
#include "unit.h"

static struct arena arena;
static struct fail failure;

static const char *secret_in(const char *path)
{
	failure.message[0] = '\0';
	return secret_from_file("X_FILE", path, &arena, &failure);
}

START_TEST(test_a_nul_does_not_end_a_secret)
{
	char path[] = "/tmp/t_conf_files.XXXXXX";
	int fd = mkstemp(path);

	arena_init(&arena, 65536);
	ck_assert_int_eq(write(fd, "hun\0ter2\n", 9), 9);
	ck_assert_ptr_null(secret_in(path));
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	ck_assert_int_eq(write(fd, "hunter2\n\0", 9), 9);
	ck_assert_str_eq(secret_in(path), "hunter2");
	close(fd);
	unlink(path);
	arena_release(&arena);
}
END_TEST

#define ck_no_secret_in(path)                \
	ck_assert_ptr_null(secret_in(path)); \
	ck_assert_ptr_nonnull(strstr(failure.message, "has to be the secret"))

START_TEST(test_a_secret_is_not_waited_for)
{
	char directory[] = "/tmp/t_conf_files.XXXXXX", fifo[64];
	int writer;

	arena_init(&arena, 65536);
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(fifo, sizeof(fifo), "%s/fifo", directory);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	ck_no_secret_in(fifo); /* nobody writes to it */
	ck_no_secret_in(directory);
	ck_no_secret_in("/dev/zero");
	writer = open(fifo, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	ck_assert_int_eq(write(writer, (char[4097]){ "hunter2\n" }, 4097),
			 4097);
	ck_no_secret_in(fifo); /* there is too much of it */
	close(writer);
	unlink(fifo);
	rmdir(directory);
	arena_release(&arena);
}
END_TEST

/* What the settings of the service say of INVITED_DATABASE, when its file has
 * these lines. */
static enum told told_by(const char *lines)
{
	char path[] = "/tmp/invited-settings-XXXXXX";
	int fd = mkstemp(path);
	enum told told;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, lines, strlen(lines)), strlen(lines));
	close(fd);
	told = service_is_told(path, "INVITED_DATABASE");
	unlink(path);
	return told;
}

START_TEST(test_what_the_service_is_told_is_looked_up)
{
	char loop[] = "/tmp/invited-loop-XXXXXX", path[64];

	ck_assert_int_eq(told_by(""), TOLD_NOTHING);
	ck_assert_int_eq(told_by("#INVITED_DATABASE=postgres://h/db\n"
				 "INVITED_DATABASE=\n"
				 "INVITED_DATABASES=postgres://h/db\n"
				 "INVITED_DATA=/srv\n"),
			 TOLD_NOTHING);
	ck_assert_int_eq(told_by("# ours\r\n INVITED_DATABASE = 'x:y'\r\n"),
			 TOLD_IT);
	ck_assert_int_eq(told_by("INVITED_DATABASE_FILE=/run/url"), TOLD_IT);
	ck_assert_int_eq(service_is_told("/none/invited.conf", "X"),
			 TOLD_NOTHING);
	/* Root may read everything, but not this. */
	ck_assert_ptr_nonnull(mkdtemp(loop));
	snprintf(path, sizeof(path), "%s/conf", loop);
	ck_assert_int_eq(symlink("conf", path), 0);
	ck_assert_int_eq(service_is_told(path, "X"), TOLD_UNKNOWN);
	ck_assert_int_eq(service_is_told(loop, "X"), TOLD_UNKNOWN);
	unlink(path);
	rmdir(loop);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_a_nul_does_not_end_a_secret);
	tcase_add_test(tests, test_a_secret_is_not_waited_for);
	tcase_add_test(tests, test_what_the_service_is_told_is_looked_up);
}

int main(void)
{
	return unit_run("conf_files", add);
}
