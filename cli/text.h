/*
 * text.h: memory that is always there, and texts of others: what may not
 * reach a terminal, how wide the rest is, what is blank around it.
 */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* `count` elements of `size` bytes and room for one more; exits if none. */
void *grown(void *list, size_t count, size_t size);

/* Copies, to be freed; exit where there is no memory. */
char *copy_of(const char *text);
char *text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* `text`, which it frees, with `more` behind it, and `between` where there was
 * something; NULL is nothing. To be freed. */
char *text_joined(char *text, const char *between, const char *more);

/* All of them with commas between; NULL where there is none. To be freed. */
char *text_list(const char *const *items, size_t count);

#define TEXT_INVALID UINT32_MAX

/* The character at the beginning, and its bytes; TEXT_INVALID with 1 where it
 * is not UTF-8. Not to be called at the end. */
uint32_t text_char(const char *text, size_t *ret_len);

/*
 * Whether it could drive a terminal or turn the reading order around: C0, DEL,
 * C1, the separators of lines and paragraphs, and the bidirectional controls.
 */
bool text_is_control(uint32_t c);

/* Prints or copies with a ? for each of these, and for what is not UTF-8. */
void text_print(FILE *out, const char *text);
char *text_clean(const char *text);

/* Columns of the terminal that it takes. */
int text_width(const char *text);

/* Cuts off blanks at both ends, in place; also those that are not ASCII. */
char *text_trim(char *text);

/* In lower case, as far as ASCII goes, in place. */
char *text_lower(char *text);

/* The value of a header in "Name: value" lines, to be freed, or NULL. */
char *text_header(const char *headers, const char *name);

/* With everything but letters, digits and "-._~" as %XX; to be freed. */
char *text_percent(const char *text);

#endif
