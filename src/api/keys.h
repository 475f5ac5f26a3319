/*
 * keys.h: the fields of every request that makes a project's key.
 */
#ifndef API_KEYS_H
#define API_KEYS_H

#include "core/access.h"
#include "http/body.h"

/* The models that it is to be restricted to; "" for an empty list. */
#define TAKE_MODELS(type_, member)                                          \
	{                                                                   \
		.name = "models", .type = FIELD_STRINGS, .max = MODELS_MAX, \
		.check = model_check,                                       \
		.input = OFFSET_OF(type_, member, const char *) + 1,        \
	}

#endif
