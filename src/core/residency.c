/*
 * residency.c: the words for where data stays.
 */
#include "base/base.h"

#include "core/residency.h"

static const char *const residency_words[] = {
#define X(name) [RESIDENCY_##name] = #name,
	RESIDENCIES(X)
#undef X
};

static const char *const geography_words[] = {
#define X(name) [GEOGRAPHY_##name] = #name,
	GEOGRAPHIES(X)
#undef X
};

const struct vocabulary residencies = OPTIONAL_VOCABULARY(residency_words);
const struct vocabulary geographies = OPTIONAL_VOCABULARY(geography_words);
