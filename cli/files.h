/*
 * files.h: reading a file, or standard input, whole.
 */
#ifndef CLI_FILES_H
#define CLI_FILES_H

#include <stddef.h>

/*
 * The content with a NUL behind it, to be freed; "-" is standard input. The
 * length goes to `ret_len` (may be NULL: then a NUL inside is refused). NULL
 * after saying what is wrong: not readable, or more than `max` bytes.
 */
char *file_read(const char *path, size_t max, size_t *ret_len);

#endif
