/*
 * retry.c: see retry.h. Nothing is sent and nobody sleeps here.
 */
#include "base/base.h"
#include "retry.h"

/*
 * A number of seconds or milliseconds as the server may write it: decimal,
 * fractions allowed. Not strtod(), which heeds the program's locale. False
 * for anything else.
 */
static bool parse_number(const char *text, double *ret_value)
{
	double value = 0, unit = 1;
	size_t digits = strspn(text, "0123456789");

	if (digits == 0)
		return false;
	for (; digits > 0; digits--)
		value = value * 10 + (*text++ - '0');
	if (*text == '.')
		for (text++; *text >= '0' && *text <= '9'; text++)
			value += (*text - '0') * (unit /= 10);
	if (*text != '\0')
		return false;
	*ret_value = value;
	return true;
}

static int month_of(const char *name)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++)
		if (memcmp(names + i * 3, name, 3) == 0)
			return i;
	return -1;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT", the one form that is still written. */
static bool parse_date(const char *text, int64_t *ret_time)
{
	struct tm tm = { 0 };
	char month[4], zone[4];

	if (sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d %3[A-Z]",
		   &tm.tm_mday, month, &tm.tm_year, &tm.tm_hour, &tm.tm_min,
		   &tm.tm_sec, zone) != 7)
		return false;
	tm.tm_mon = strlen(month) == 3 ? month_of(month) : -1;
	tm.tm_year -= 1900;
	if (tm.tm_mon < 0 || strcmp(zone, "GMT") != 0)
		return false;
	*ret_time = timegm(&tm);
	return true;
}

/* Any fraction is a millisecond; what no number can hold is just very long. */
static int64_t to_ms(double milliseconds)
{
	static const double longest = 1e15;

	if (milliseconds <= 0)
		return 0;
	if (milliseconds >= longest)
		return (int64_t)longest;
	return milliseconds < 1 ? 1 : (int64_t)milliseconds;
}

int64_t retry_after(const char *retry_after_ms, const char *retry_after,
		    int64_t now)
{
	double value;
	int64_t date;

	if (retry_after_ms && parse_number(retry_after_ms, &value))
		return to_ms(value);
	if (!retry_after)
		return 0;
	if (parse_number(retry_after, &value))
		return to_ms(value * 1000);
	if (parse_date(retry_after, &date))
		return to_ms((double)(date - now) * 1000);
	return 0;
}

bool retry_status(int status, const char *should_retry)
{
	if (should_retry && strcmp(should_retry, "true") == 0)
		return true;
	if (should_retry && strcmp(should_retry, "false") == 0)
		return false;
	return status == 408 || status == 409 || status == 429 || status >= 500;
}

int64_t retry_pause(int retries, int64_t wanted_ms, uint64_t chance)
{
	int64_t pause = RETRY_MAX_MS;

	if (wanted_ms > 0 && wanted_ms <= RETRY_AFTER_MAX_MS)
		return wanted_ms;
	if (retries < 4) /* beyond, doubling has reached the longest pause */
		pause = (int64_t)RETRY_FIRST_MS << retries;
	return pause - (int64_t)(chance % (uint64_t)(pause / 4 + 1));
}
