/*
 * id.c: numbers that grow with time, and their texts.
 *
 * Milliseconds that do not fit (before 2024, after 2093) are taken as the
 * nearest that do, so that an id is never negative, whatever the clock says.
 */
#include "base/base.h"
#include "base/encode.h"
#include "core/id.h"

#define EPOCH_MS 1704067200000LL /* 2024-01-01T00:00:00Z */
#define LOW_BITS 22
#define LOW_MASK ((1LL << LOW_BITS) - 1)
#define TIME_MAX ((1LL << 41) - 1)

static const char *const prefixes[ID_KINDS] = {
	[ID_ORGANIZATION] = "org-", [ID_PROJECT] = "proj_",
	[ID_USER] = "user-",	    [ID_INVITE] = "invite-",
	[ID_KEY] = "key_",	    [ID_AUDIT_LOG] = "audit_log-",
};

const char *id_format(enum id_kind kind, int64_t id, char out[ID_TEXT_SIZE])
{
	size_t len = strlen(prefixes[kind]);

	memcpy(out, prefixes[kind], len);
	base32_encode((uint64_t)id, out + len);
	return out;
}

bool id_parse(enum id_kind kind, struct str text, int64_t *ret_id)
{
	size_t len = strlen(prefixes[kind]);
	uint64_t number;

	if (!str_starts_with(text, prefixes[kind]))
		return false;
	text = (struct str){ text.data + len, text.len - len };
	if (!base32_decode(text, &number) || number > INT64_MAX)
		return false;
	*ret_id = (int64_t)number;
	return true;
}

int64_t id_first_at(int64_t now_ms)
{
	int64_t time = now_ms < EPOCH_MS ? 0 : now_ms - EPOCH_MS;

	return (time > TIME_MAX ? TIME_MAX : time) << LOW_BITS;
}

int64_t id_last_at(int64_t now_ms)
{
	return id_first_at(now_ms) | LOW_MASK;
}

int64_t id_next(struct id_source *source, int64_t now_ms, uint64_t random)
{
	int64_t first = id_first_at(now_ms);

	/*
	 * Count up inside a millisecond, and where the clock is behind the
	 * last id. One that is full runs over into the next.
	 */
	if (source->last > 0 && source->last >= first) {
		if (source->last < INT64_MAX)
			source->last++;
	} else {
		source->last = first | (int64_t)(random & LOW_MASK);
		if (source->last == 0)
			source->last = 1; /* 0 is no id anywhere */
	}
	return source->last;
}
