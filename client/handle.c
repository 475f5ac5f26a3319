/*
 * handle.c: see handle.h.
 */
#include "base/base.h"
#include "handle.h"

void inv_free(void *handed_out)
{
	struct handle *handle;

	if (!handed_out)
		return;
	handle = handle_of(handed_out);
	if (handle->release) /* an item goes with its page */
		handle->release(handed_out);
}

const struct inv_metadata *inv_meta(const void *result)
{
	static const struct inv_metadata none = NO_META;

	return result ? &handle_of(result)->meta : &none;
}
