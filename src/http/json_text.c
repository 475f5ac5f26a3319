/*
 * json_text.c: checks JSON before it becomes a part of an answer.
 *
 * Parsing each text into a tree took a third of the time of a page of the audit
 * log. What we write ourselves is nearly always plain: no blanks, no escapes,
 * ASCII and whole numbers only. That is recognized here in one pass; any other
 * text is left to the parser.
 */
#include "base/base.h"

#include "http/json_text.h"

#include "http/body.h"

#define DEPTH_MAX  8
#define DIGITS_MAX 18 /* fit into 64 bits */

struct scan {
	const char *at, *end;
};

static bool take(struct scan *scan, char c)
{
	if (scan->at == scan->end || *scan->at != c)
		return false;
	scan->at++;
	return true;
}

static bool take_word(struct scan *scan, struct str word)
{
	if ((size_t)(scan->end - scan->at) < word.len ||
	    memcmp(scan->at, word.data, word.len) != 0)
		return false;
	scan->at += word.len;
	return true;
}

static bool take_string(struct scan *scan)
{
	if (!take(scan, '"'))
		return false;
	while (scan->at < scan->end && *scan->at >= ' ' && *scan->at <= '~' &&
	       *scan->at != '"' && *scan->at != '\\')
		scan->at++;
	return take(scan, '"');
}

static bool take_number(struct scan *scan)
{
	const char *first;
	size_t digits;

	(void)take(scan, '-');
	first = scan->at;
	while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9')
		scan->at++;
	digits = (size_t)(scan->at - first);
	return digits == 1 ||
	       (digits > 1 && digits <= DIGITS_MAX && *first != '0');
}

static bool take_value(struct scan *scan, int depth);

/* What stands between brackets, and the closing one. */
static bool take_items(struct scan *scan, bool named, int depth)
{
	char end = named ? '}' : ']';

	if (take(scan, end))
		return true;
	do {
		if (named && !(take_string(scan) && take(scan, ':')))
			return false;
		if (!take_value(scan, depth))
			return false;
	} while (take(scan, ','));
	return take(scan, end);
}

static bool take_value(struct scan *scan, int depth)
{
	if (depth == 0)
		return false;
	if (take(scan, '{'))
		return take_items(scan, true, depth - 1);
	if (take(scan, '['))
		return take_items(scan, false, depth - 1);
	return take_string(scan) || take_word(scan, STR("true")) ||
	       take_word(scan, STR("false")) || take_word(scan, STR("null")) ||
	       take_number(scan);
}

static bool is_plain_object(struct str text)
{
	struct scan scan = { text.data, text.data + text.len };

	return take(&scan, '{') && take_items(&scan, true, DEPTH_MAX) &&
	       scan.at == scan.end;
}

bool json_is_object_text(struct str text)
{
	return is_plain_object(text) || body_holds_object(text);
}
