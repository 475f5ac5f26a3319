/*
 * audit.c: types of events.
 */
#include "base/base.h"

#include "core/audit.h"

static const char *const words[] = {
#define X(name, number, word, ...) [number] = (word),
	AUDIT_EVENTS(X)
#undef X
};

const struct vocabulary audit_types = OPTIONAL_VOCABULARY(words);

const struct audit_kind audit_kinds[] = {
#define X(name_, number_, word_, whose_, target_, place_) \
	{                                                 \
		.type = AUDIT_##name_,                    \
		.word = (word_),                          \
		.whose = AUDIT_##whose_,                  \
		.target = ID_##target_,                   \
		.place = (place_),                        \
	},
	AUDIT_EVENTS(X)
#undef X
};

const size_t audit_kind_count = COUNT_OF(audit_kinds);

const struct audit_kind *audit_kind_of(int64_t type)
{
	for (size_t i = 0; i < audit_kind_count; i++) {
		if ((int64_t)audit_kinds[i].type == type)
			return &audit_kinds[i];
	}
	return NULL;
}
