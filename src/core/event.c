/*
 * event.c: events and sets of them.
 */
#include "base/base.h"
#include "core/event.h"

static const char *const words[EVENT_COUNT] = {
#define X(name, number, word, audit) [number] = (word),
	EVENTS(X)
#undef X
};

const struct vocabulary events = VOCABULARY(words);

static const enum audit_type audits[EVENT_COUNT] = {
#define X(name, number, word, audit) [number] = AUDIT_##audit,
	EVENTS(X)
#undef X
};

/* "*" is all bits but the highest, since stored numbers are not negative. */
static const struct family {
	const char *name;
	int first, count;
} families[] = {
	{ "*", 0, 63 },
	{ "invite.*", 0, 24 },
	{ "user.*", 24, 16 },
	{ "api_key.*", 40, 16 },
};

static int64_t set_of(const struct family *family)
{
	uint64_t all = ((uint64_t)1 << family->count) - 1;

	return (int64_t)(all << family->first);
}

enum event event_of_audit(enum audit_type type)
{
	if (type == AUDIT_NONE)
		return EVENT_NONE;
	for (int event = 0; event < EVENT_COUNT; event++) {
		if (audits[event] == type)
			return (enum event)event;
	}
	return EVENT_NONE;
}

bool events_add(struct str name, int64_t *set)
{
	int event = vocabulary_find(&events, name);

	for (size_t i = 0; i < COUNT_OF(families); i++) {
		if (str_is(name, families[i].name)) {
			*set |= set_of(&families[i]);
			return true;
		}
	}
	if (event < 0 || event == EVENT_WEBHOOK_TEST)
		return false;
	*set |= event_bit((enum event)event);
	return true;
}

void events_name(int64_t set, void (*take)(void *context, const char *name),
		 void *context)
{
	for (size_t i = 0; i < COUNT_OF(families); i++) {
		int64_t all = set_of(&families[i]);

		if ((set & all) != all)
			continue;
		take(context, families[i].name);
		set &= ~all;
	}
	for (int event = 0; event < EVENT_WEBHOOK_TEST; event++) {
		if (words[event] && (set & event_bit((enum event)event)))
			take(context, words[event]);
	}
}
