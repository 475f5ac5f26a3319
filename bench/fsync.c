/*
 * fsync.c: what the disk can do. Overwrites 4 KiB and waits for fdatasync(2),
 * over and over, which is what a store that syncs each write by itself does at
 * the very least.
 *
 *	fsync FILE SECONDS
 *
 * The file is written once before, so that no overwrite has to allocate.
 */
#include "base/base.h"

#include <fcntl.h>
#include <unistd.h>

#include "sample.h"

#define PAGE	   4096
#define FILE_PAGES 1024

static int fill(int fd)
{
	static const char page[PAGE];

	for (int i = 0; i < FILE_PAGES; i++)
		if (pwrite(fd, page, PAGE, (off_t)i * PAGE) != PAGE)
			return -1;
	return fsync(fd);
}

/* The next page in turn, as a log that is used again and again is written. */
static int overwrite(int fd, uint64_t turn)
{
	char page[PAGE];

	memset(page, (int)(turn & 0xff), sizeof page);
	if (pwrite(fd, page, PAGE, (off_t)(turn % FILE_PAGES) * PAGE) != PAGE)
		return -1;
	return fdatasync(fd);
}

static int measure(int fd, double seconds, struct sample *sample)
{
	int64_t now = sample_now_ns();
	int64_t end = now + (int64_t)(seconds * 1e9);

	sample_start(sample);
	while (now < end) {
		int64_t before = now;

		if (overwrite(fd, sample->count) != 0)
			return -1;
		now = sample_now_ns();
		sample_add(sample, now - before);
	}
	sample_stop(sample);
	return 0;
}

int main(int argc, char **argv)
{
	static struct sample sample = { .mode = "fsync", .width = 1 };
	int fd;

	if (argc != 3) {
		fprintf(stderr, "usage: fsync FILE SECONDS\n");
		return 2;
	}
	fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || fill(fd) != 0 ||
	    measure(fd, strtod(argv[2], NULL), &sample) != 0) {
		perror(argv[1]);
		return 1;
	}
	sample_print(&sample, NULL);
	return 0;
}
