/*
 * fail.c: sentences about failures, of a fixed size.
 *
 * The message is composed aside first, since the old message is often an
 * argument of the new one. A cut falls between characters, not inside one.
 */
#include "base/base.h"
#include "base/fail.h"
#include "base/str.h"

#include <stdarg.h>

/* Drops what a cut has left of a character at the end of `text`. */
static void drop_torn_char(char *text, size_t len)
{
	size_t start = len;

	while (start > 0 && len - start < 4) {
		start--;
		if ((text[start] & 0xC0) != 0x80)
			break;
	}
	if (str_utf8_char((struct str){ text + start, len - start }) == 0)
		text[start] = '\0';
}

PRINTF_LIKE(2, 0)
static void write_message(struct fail *fail, const char *format, va_list args)
{
	char text[sizeof(fail->message)];
	int len = vsnprintf(text, sizeof(text), format, args);

	if (len < 0)
		snprintf(text, sizeof(text), "unknown failure");
	else if ((size_t)len >= sizeof(text))
		drop_torn_char(text, sizeof(text) - 1);
	snprintf(fail->message, sizeof(fail->message), "%s", text);
	fail->passing = false;
}

int fail_set(struct fail *fail, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_message(fail, format, args);
	va_end(args);
	return -1;
}

int fail_errno(struct fail *fail, int error_number, const char *format, ...)
{
	/* strerror_r() may allocate, to look for a translation. */
	const char *reason = strerrordesc_np(error_number);
	char unknown[sizeof("Unknown error -2147483648")];
	size_t len;
	va_list args;

	va_start(args, format);
	write_message(fail, format, args);
	va_end(args);
	snprintf(unknown, sizeof(unknown), "Unknown error %d", error_number);
	len = strlen(fail->message);
	snprintf(fail->message + len, sizeof(fail->message) - len, ": %s",
		 reason ? reason : unknown);
	return -1;
}
