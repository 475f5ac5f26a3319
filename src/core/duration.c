/*
 * duration.c: durations as an operator writes them.
 */
#include "base/base.h"
#include "core/duration.h"

/* Seconds in the unit `c`; 0 where it is none. */
static int64_t unit_seconds(char c)
{
	switch (c) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 60 * 60;
	case 'd':
		return 24 * 60 * 60;
	default:
		return 0;
	}
}

bool duration_parse(struct str text, int64_t *ret_seconds)
{
	int64_t unit = text.len > 0 ? unit_seconds(text.data[text.len - 1]) : 0;
	int64_t number, seconds;

	if (unit > 0)
		text.len--;
	else
		unit = 1;
	if (!str_to_i64(text, &number) || number <= 0 ||
	    __builtin_mul_overflow(number, unit, &seconds))
		return false;
	*ret_seconds = seconds;
	return true;
}
