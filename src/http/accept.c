/*
 * accept.c: from the listening sockets to the loop that serves a connection.
 *
 * doc/notes/012 says why the kernel does not choose the thread.
 */
#include "base/base.h"

#include "http/loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#define ACCEPT_MAX 16 /* in one round; others may be awake, too */

static unsigned long long load_of(const struct loop *loop)
{
	return (unsigned long long)http_counted(
	    &loop->thread.counts.connections);
}

/* Itself, where none has fewer. */
static struct loop *with_fewest(struct loop *loop)
{
	const struct group *group = loop->group;
	struct loop *fewest = loop;

	for (size_t i = 0; i < group->loop_count; i++) {
		if (load_of(group->loops[i]) < load_of(fewest))
			fewest = group->loops[i];
	}
	return fewest;
}

static void serve(struct loop *loop, const struct arrival *arrival)
{
	mhd_add(loop->daemon, &loop->exchanges, arrival);
}

static void hand_on(struct loop *loop, const struct arrival *arrival)
{
	struct loop *to = with_fewest(loop);
	bool first;

	http_count(&to->thread.counts.connections, 1);
	if (to != loop && inbox_put(&to->inbox, arrival, &first)) {
		if (first)
			loop_wake(to);
		return;
	}
	http_count(&to->thread.counts.connections, -1);
	http_count(&loop->thread.counts.connections, 1);
	serve(loop, arrival);
}

/* Whether to look for the next one; it is another matter whether this one was
 * any good. */
static bool may_go_on(struct loop *loop, int error)
{
	if (error == ECONNABORTED || error == EINTR)
		return true;
	loop->out_of_files = error == EMFILE || error == ENFILE ||
			     error == ENOBUFS || error == ENOMEM;
	return false;
}

/* Takes one, which has its place already. */
static bool accept_one(struct loop *loop, int fd)
{
	struct http_service *service = loop->thread.service;
	struct arrival arrival = { .size = sizeof(arrival.peer) };
	struct sockaddr *peer = (struct sockaddr *)&arrival.peer;

	arrival.fd =
	    accept4(fd, peer, &arrival.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (arrival.fd >= 0 &&
	    crowd_join(&service->crowd, service, peer, &arrival.from)) {
		hand_on(loop, &arrival);
		return true;
	}
	places_give_back(&loop->group->places);
	if (arrival.fd < 0)
		return may_go_on(loop, errno);
	close(arrival.fd);
	return true;
}

bool loop_accept(struct loop *loop, int fd)
{
	int taken = 0;

	while (taken < ACCEPT_MAX && places_take(&loop->group->places)) {
		if (!accept_one(loop, fd))
			break;
		taken++;
	}
	return taken > 0;
}

void loop_take_arrivals(struct loop *loop)
{
	struct arrival arrivals[INBOX_MAX];
	size_t count = inbox_take(&loop->inbox, arrivals);

	for (size_t i = 0; i < count; i++)
		serve(loop, &arrivals[i]);
}

static void watch(struct loop *loop, bool on)
{
	struct group *group = loop->group;

	if (on == loop->watches)
		return;
	for (size_t i = 0; i < group->listener_count; i++) {
		int fd = group->listeners[i].fd;
		struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE,
					     .data.fd = fd };

		(void)epoll_ctl(loop->epoll_fd,
				on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, fd, &event);
	}
	loop->watches = on;
}

void loop_watch_door(struct loop *loop)
{
	watch(loop, !loop->exchanges.closing && !loop->out_of_files &&
			places_left(&loop->group->places));
}

void loop_leave_door(struct loop *loop)
{
	struct group *group = loop->group;

	watch(loop, false);
	inbox_close(&loop->inbox);
	if (atomic_fetch_sub(&group->accepting, 1) > 1)
		return;
	for (size_t i = 0; i < group->listener_count; i++) {
		while (loop_accept(loop, group->listeners[i].fd))
			mhd_run(loop->daemon, &loop->exchanges);
		listener_close(&group->listeners[i]);
	}
}
