/*
 * cancel.c: see cancel.h.
 */
#include "base/base.h"
#include "cancel.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "handle.h"
#include "request.h"

struct inv_canceller {
	int fd;
};

struct block {
	struct handle handle;
	struct inv_canceller cancel;
};

static void release(void *handed_out)
{
	struct inv_canceller *cancel = handed_out;

	close(cancel->fd);
	free(CONTAINER_OF(cancel, struct block, cancel));
}

int inv_canceller_new(struct inv_canceller **ret_canceller,
		      struct inv_error *err)
{
	struct block *block;

	if (!ret_canceller)
		return error_null(err, "ret_canceller");
	block = calloc(1, sizeof(*block));
	if (!block)
		return error_memory(err);
	block->handle = (struct handle){ release, NO_META };
	block->cancel.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (block->cancel.fd < 0) {
		free(block);
		return error_set(err, INV_ERROR_MEMORY,
				 "There are no more file descriptors.");
	}
	*ret_canceller = &block->cancel;
	return 0;
}

/* Nothing here that a signal handler must not do; errno is the caller's. */
void inv_cancel(struct inv_canceller *cancel)
{
	static const uint64_t one = 1;
	int before = errno;

	if (!cancel)
		return;
	while (write(cancel->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	errno = before;
}

int cancel_fd(const struct inv_canceller *cancel)
{
	return cancel ? cancel->fd : -1;
}

bool cancel_is_set(const struct inv_canceller *cancel)
{
	struct pollfd fd = { .fd = cancel_fd(cancel), .events = POLLIN };

	return cancel && poll(&fd, 1, 0) > 0;
}

int cancel_wait(const struct inv_canceller *cancel, int64_t milliseconds)
{
	struct pollfd fd = { .fd = cancel_fd(cancel), .events = POLLIN };
	int64_t until = clock_mono_ms() + milliseconds, left;

	while ((left = until - clock_mono_ms()) > 0)
		if (poll(&fd, 1, left < INT_MAX ? (int)left : INT_MAX) > 0)
			return -1;
	return 0;
}
