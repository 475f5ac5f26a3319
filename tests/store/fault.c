/*
 * fault.c: counts what could fail, and says when it does.
 */
#include "base/base.h"
#include "fault.h"

#include <stdatomic.h>

static atomic_int kind, code, mode;
static atomic_long left, planned;
static atomic_bool on, struck;

void fault_plan(enum fault_kind new_kind, int new_code, long n,
		enum fault_mode new_mode)
{
	on = false;
	kind = (int)new_kind;
	code = new_code;
	mode = (int)new_mode;
	left = planned = n;
	struck = false;
}

void fault_on(void)
{
	on = true;
}

void fault_off(void)
{
	on = false;
}

bool fault_struck(void)
{
	return struck;
}

long fault_count(void)
{
	return planned - left;
}

int fault_now(enum fault_kind asked)
{
	long before;

	if (!on || kind != (int)asked)
		return 0;
	before = atomic_fetch_sub(&left, 1);
	if (before > 1 || (before < 1 && mode == FAULT_ONCE))
		return 0;
	struck = true;
	return code;
}
