/*
 * steps.c: finds a step by its number.
 */
#include "base/base.h"

#include "store/steps/steps.h"

static const struct step_part *const parts[] = { &steps_1_to_16,
						 &steps_from_17 };

size_t step_count(void)
{
	size_t count = 0;

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		count += parts[i]->count;
	return count;
}

const struct step *step_number(size_t number)
{
	size_t index = number - 1;

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (index < parts[i]->count)
			return &parts[i]->steps[index];
		index -= parts[i]->count;
	}
	return NULL;
}
