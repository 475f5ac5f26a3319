/*
 * verdict.c: verdicts as words and as answers.
 */
#include "base/base.h"

#include "gate/verdict.h"

#include "http/errors.h"

static const struct {
	const char *word;
	int status;
	const char *code, *sentence;
} list[] = {
#define X(name, word, status, code, sentence) { word, status, code, sentence },
	VERDICT_LIST(X)
#undef X
};

const char *verdict_word(enum verdict verdict)
{
	return list[verdict].word;
}

enum verdict verdict_of(enum access access)
{
	switch (access) {
	case ACCESS_ALLOWED:
		return VERDICT_VALID;
	case ACCESS_REVOKED:
		return VERDICT_REVOKED;
	case ACCESS_EXPIRED:
		return VERDICT_EXPIRED;
	case ACCESS_WRONG_PROJECT:
		return VERDICT_WRONG_PROJECT;
	case ACCESS_PROJECT_ARCHIVED:
		return VERDICT_PROJECT_ARCHIVED;
	case ACCESS_OWNER_INACTIVE:
		return VERDICT_OWNER_INACTIVE;
	case ACCESS_INSUFFICIENT_SCOPE:
		return VERDICT_INSUFFICIENT_SCOPE;
	case ACCESS_MODEL_NOT_ALLOWED:
		return VERDICT_MODEL_NOT_ALLOWED;
	}
	return VERDICT_UNAVAILABLE;
}

void verdict_refuse(struct request *request, enum verdict verdict)
{
	(void)answer_error(request, list[verdict].status, list[verdict].code,
			   NULL, "%s", list[verdict].sentence);
}
