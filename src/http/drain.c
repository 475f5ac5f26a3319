/*
 * drain.c: reads and forgets.
 */
#include "base/base.h"

#include "http/drain.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

int drain_init(struct drain *drain)
{
	drain->count = 0;
	drain->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	return drain->epoll_fd < 0 ? -1 : 0;
}

/* The others keep their order: the first is the oldest. */
static void end(struct drain *drain, size_t index)
{
	close(drain->all[index].fd);
	drain->count--;
	memmove(&drain->all[index], &drain->all[index + 1],
		(drain->count - index) * sizeof(drain->all[0]));
}

void drain_release(struct drain *drain)
{
	while (drain->count > 0)
		end(drain, drain->count - 1);
	if (drain->epoll_fd >= 0)
		close(drain->epoll_fd);
	drain->epoll_fd = -1;
}

void drain_add(struct drain *drain, int fd, int64_t now_ms)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (shutdown(fd, SHUT_WR) < 0 ||
	    epoll_ctl(drain->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
		close(fd);
		return;
	}
	if (drain->count == DRAINS_MAX)
		end(drain, 0);
	drain->all[drain->count++] = (struct drained){
		.fd = fd, .until_ms = now_ms + DRAIN_MS, .left = DRAIN_OCTETS
	};
}

/* Whether there may come more. */
static bool forget(struct drained *one)
{
	char rest[16384];
	ssize_t n;

	do {
		n = recv(one->fd, rest, sizeof(rest), MSG_DONTWAIT);
		if (n > 0)
			one->left -=
			    (size_t)n < one->left ? (size_t)n : one->left;
	} while ((n > 0 && one->left > 0) || (n < 0 && errno == EINTR));
	return n < 0 && errno == EAGAIN;
}

void drain_run(struct drain *drain, int64_t now_ms)
{
	for (size_t i = drain->count; i-- > 0;) {
		struct drained *one = &drain->all[i];

		if (now_ms >= one->until_ms || !forget(one))
			end(drain, i);
	}
}
