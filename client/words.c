/*
 * words.c: the closed lists of inv.h, both ways.
 */
#include "base/base.h"
#include "decode.h"

#define WORD(name)                                                       \
	const char *inv_##name##_text(enum inv_##name value)             \
	{                                                                \
		return word_text(&name##_words, (int)value);             \
	}                                                                \
	enum inv_##name inv_##name##_of(const char *text)                \
	{                                                                \
		return (enum inv_##name)word_value(&name##_words, text); \
	}

WORD(role)
WORD(project_role)
WORD(invite_status)
WORD(project_status)
WORD(access)
