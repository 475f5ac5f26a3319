/*
 * files.c: see files.h.
 */
#include "files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"

#define STEP ((size_t)64 << 10)

/* Reads on until the end; NULL with errno set. */
static char *read_all(FILE *file, size_t max, size_t *ret_len)
{
	size_t len = 0, cap = 0, got;
	char *data = NULL;

	do {
		if (cap - len < STEP) {
			char *more = realloc(data, (cap = cap * 2 + STEP) + 1);

			if (!more)
				break;
			data = more;
		}
		got = fread(data + len, 1, STEP, file);
		len += got;
		if (len > max)
			errno = EFBIG;
	} while (got > 0 && len <= max);
	if (!data || ferror(file) || !feof(file) || len > max) {
		free(data);
		return NULL;
	}
	data[len] = '\0';
	*ret_len = len;
	return data;
}

char *file_read(const char *path, size_t max, size_t *ret_len)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(path, "re");
	char *data = NULL;
	size_t len = 0;

	errno = 0;
	if (file)
		data = read_all(file, max, &len);
	if (!data)
		print_problem("could not read %s: %s",
			      is_stdin ? "standard input" : path,
			      strerror(errno ? errno : ENOENT));
	if (file && !is_stdin)
		fclose(file);
	if (data && !ret_len && memchr(data, '\0', len)) {
		print_problem("%s holds a NUL", path);
		free(data);
		return NULL;
	}
	if (data && ret_len)
		*ret_len = len;
	return data;
}
