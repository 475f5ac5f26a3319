/*
 * replay.c: runs a fuzz target over files and directories of files, without
 * a fuzzer. An empty corpus is a failure: it would test nothing.
 */
#include "base/base.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

/* In memory of exactly its size, so that a sanitizer sees one byte more. */
static void run_bytes(int file, size_t size)
{
	uint8_t *data = malloc(size ? size : 1);

	if (!data || read(file, data, size) != (ssize_t)size) {
		perror("replay");
		exit(1);
	}
	fuzz_one(data, size);
	free(data);
}

/* Runs what lies at `path`; returns how many inputs that were. */
static int run_path(const char *path)
{
	struct stat status;
	int file = open(path, O_RDONLY);
	struct dirent *entry;
	int inputs = 0;
	DIR *folder;

	if (file < 0 || fstat(file, &status) < 0) {
		perror(path);
		exit(1);
	}
	if (!S_ISDIR(status.st_mode)) {
		run_bytes(file, (size_t)status.st_size);
		close(file);
		return 1;
	}
	folder = fdopendir(file);
	while (folder && (entry = readdir(folder))) {
		char below[4096];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		inputs += run_path(below);
	}
	closedir(folder);
	return inputs;
}

int main(int argc, char **argv)
{
	int inputs = 0;

	for (int i = 1; i < argc; i++)
		inputs += run_path(argv[i]);
	printf("%d inputs passed\n", inputs);
	return inputs > 0 ? 0 : 1;
}
