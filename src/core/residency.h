/*
 * residency.h: where a project's data is to stay, as the contract names it.
 * Stored and shown; nothing here acts on it.
 */
#ifndef CORE_RESIDENCY_H
#define CORE_RESIDENCY_H

#include "core/vocabulary.h"

/* Stored as numbers, from 1 on in this order: only add to the end. */
#define RESIDENCIES(X)           \
	X(GLOBAL)                \
	X(US_STORAGE_PROCESSING) \
	X(EU_STORAGE_PROCESSING) \
	X(JP_STORAGE)            \
	X(JP_STORAGE_PROCESSING) \
	X(KR_STORAGE)            \
	X(CA_STORAGE)            \
	X(SG_STORAGE)            \
	X(IN_STORAGE)            \
	X(IN_STORAGE_PROCESSING) \
	X(AU_STORAGE)            \
	X(AU_STORAGE_PROCESSING) \
	X(GB_STORAGE)            \
	X(AE_STORAGE)            \
	X(AE_STORAGE_PROCESSING)

enum residency {
	RESIDENCY_NONE = 0,
#define X(name) RESIDENCY_##name,
	RESIDENCIES(X)
#undef X
};

/* The older name of `residency`, whose values name only the region. */
#define GEOGRAPHIES(X) \
	X(US) X(EU) X(JP) X(IN) X(KR) X(CA) X(AU) X(SG) X(GB) X(AE)

enum geography {
	GEOGRAPHY_NONE = 0,
#define X(name) GEOGRAPHY_##name,
	GEOGRAPHIES(X)
#undef X
};

extern const struct vocabulary residencies, geographies;

#endif
