/*
 * id.c: numbers that grow with time, and their texts.
 *
 * Milliseconds that do not fit (before 2024, after 2093) are taken as the
 * nearest that do, so that an id is never negative, whatever the clock says.
 */
#include "base/base.h"
#include "base/encode.h"
#include "core/id.h"

#define EPOCH_MS     1704067200000LL /* 2024-01-01T00:00:00Z */
#define LOW_BITS     22
#define LOW_MASK     ((1LL << LOW_BITS) - 1)
#define BELIEVED_MAX (INT64_MAX - (1LL << 40))
#define TIME_MAX     ((1LL << 41) - 1)

static const struct {
	const char *prefix, *param;
} kinds[] = {
#define X(name, prefix, param) { prefix, param },
	ID_LIST(X)
#undef X
};

bool id_kind_of_param(struct str name, enum id_kind *ret_kind)
{
	for (size_t kind = 0; kind < ID_KINDS; kind++) {
		if (!str_is(name, kinds[kind].param))
			continue;
		*ret_kind = (enum id_kind)kind;
		return true;
	}
	return false;
}

const char *id_format(enum id_kind kind, int64_t id, char out[ID_TEXT_SIZE])
{
	size_t len = strlen(kinds[kind].prefix);

	memcpy(out, kinds[kind].prefix, len);
	base32_encode((uint64_t)id, out + len);
	return out;
}

bool id_parse(enum id_kind kind, struct str text, int64_t *ret_id)
{
	size_t len = strlen(kinds[kind].prefix);
	uint64_t number;

	if (!str_starts_with(text, kinds[kind].prefix))
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

void id_start_after(struct id_source *source, int64_t greatest)
{
	if (greatest > source->last && greatest < BELIEVED_MAX)
		source->last = greatest;
}

int64_t id_next(struct id_source *source, int64_t now_ms, uint64_t random)
{
	int64_t first = id_first_at(now_ms);

	/*
	 * Count up inside a millisecond, and where the clock is behind the last
	 * id. A full millisecond runs over into the next.
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
