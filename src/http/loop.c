/*
 * loop.c: the rounds of one event thread.
 *
 * The surprise: while requests are parked the library asks for no pause (see
 * mhd.c), so we wait for events ourselves.
 */
#include "base/base.h"

#include "http/loop.h"

#include <errno.h>
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/parts.h"
#include "http/timing.h"

#define SWEEP_MS   SECOND_MS
#define PARKED_MS  50 /* bound of a wait while requests are parked */
#define GOODBYE_MS (10 * SECOND_MS) /* for requests under way at the end */

/* ---- waking ---- */

void loop_wake(struct loop *loop)
{
	uint64_t one = 1;

	(void)!write(loop->wake_fd, &one, sizeof(one));
}

static void wake(void *context)
{
	loop_wake(context);
}

/* ---- rounds ---- */

static void finish(struct store_op *op)
{
	struct request *request = op->context, *whole = parts_whole(request);
	struct exchange *exchange =
	    CONTAINER_OF(whole, struct exchange, request);

	request_resume(request);
	mhd_wake(exchange);
	if (exchange->orphan && !whole->parked)
		exchange_free(exchange);
}

static void collect(struct loop *loop)
{
	struct store_op *op = store_collect(loop->thread.port), *next;
	bool written = false;

	for (next = op; next; next = next->next)
		written = written || !(next->verb->flags & VERB_READ);
	if (written)
		service_tell(loop->thread.service);
	for (; op; op = next) {
		next = op->next;
		finish(op);
	}
}

static void forget_wake(struct loop *loop)
{
	uint64_t ignored;

	(void)!read(loop->wake_fd, &ignored, sizeof(ignored));
}

static bool is_listener(const struct group *group, int fd)
{
	for (size_t i = 0; i < group->listener_count; i++) {
		if (group->listeners[i].fd == fd)
			return true;
	}
	return false;
}

/* Waits for at most so long; returns how much there was to see. */
static int wait_for_events(struct loop *loop, int wait)
{
	struct epoll_event events[LISTENERS_MAX + 3];
	int n = epoll_wait(loop->epoll_fd, events, COUNT_OF(events), wait);

	loop->exchanges.now_ms = clock_mono_ms();
	for (int i = 0; i < n; i++) {
		if (events[i].data.fd == loop->wake_fd)
			forget_wake(loop);
		else if (loop->watches &&
			 is_listener(loop->group, events[i].data.fd))
			loop_accept(loop, events[i].data.fd);
	}
	return n;
}

/* Whether nothing had happened. */
static bool run_round(struct loop *loop, int wait)
{
	struct exchanges *all = &loop->exchanges;
	int n = wait_for_events(loop, wait);

	log_hold();
	collect(loop);
	service_note_store(loop->thread.service, all->now_ms);
	loop_take_arrivals(loop);
	mhd_run(loop->daemon, all);
	drain_run(&all->drain, all->now_ms);
	store_idle(loop->thread.port);
	loop->thread.round++;
	loop_watch_door(loop);
	log_flush();
	return n <= 0;
}

static bool has_parked(const struct loop *loop)
{
	return http_counted(&loop->thread.counts.parked) > 0;
}

static int wait_ms(const struct loop *loop)
{
	return has_parked(loop) ? PARKED_MS
				: mhd_wait_ms(loop->daemon, SWEEP_MS);
}

/* Returns the memory of a peak of bodies once it is over. */
static void give_memory_back(struct http_service *service)
{
	if (!service->trim || service->bodies > TRIM_BELOW)
		return;
	service->trim = false;
	malloc_trim(0);
}

static void sweep(struct loop *loop, int64_t now_ms)
{
	struct http_service *service = loop->thread.service;

	if (loop->keeps_house) {
		store_look(service->store);
		give_memory_back(service);
	}
	deadline_sweep(&loop->exchanges.connections, now_ms);
	exchanges_drop_deserted(&loop->exchanges);
	loop->out_of_files = false;
}

/* ---- the end ---- */

static void begin_to_stop(struct loop *loop)
{
	loop->exchanges.closing = true;
	loop->exchanges.now_ms = clock_mono_ms();
	loop_leave_door(loop);
	store_refuse_slow(loop->thread.service->store);
}

/*
 * Whether a stopping loop owes no more answers, or has tried for long enough;
 * but never while the store works on a request. Requests whose heads are
 * incomplete are not waited for, but what has arrived is read.
 */
static bool is_done(const struct loop *loop, bool quiet, bool late)
{
	size_t begun = loop->exchanges.begun;

	if (has_parked(loop))
		return false;
	if (begun > 0 && late)
		log_event(LOG_WARN, "requests_cut_off", LOG_I("count", begun));
	return late || (quiet && begun == 0);
}

/* Once it stops: as long as an answer may take, or a look at what has come. */
static int last_wait_ms(const struct loop *loop)
{
	return has_parked(loop) || loop->exchanges.begun > 0 ? PARKED_MS : 0;
}

static void run_until_done(struct loop *loop)
{
	int64_t end = clock_mono_ms() + GOODBYE_MS;
	bool quiet = false;

	while (!is_done(loop, quiet, clock_mono_ms() > end))
		quiet = run_round(loop, last_wait_ms(loop));
}

void loop_run(struct loop *loop)
{
	int64_t next_sweep = clock_mono_ms() + SWEEP_MS;

	loop_watch_door(loop);
	while (!loop->thread.service->stopping) {
		int64_t now = clock_mono_ms();

		if (now >= next_sweep) {
			sweep(loop, now);
			next_sweep = now + SWEEP_MS;
		}
		run_round(loop, wait_ms(loop));
	}
	begin_to_stop(loop);
	run_until_done(loop);
}

/* ---- making and freeing ---- */

static int watch(struct loop *loop, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static int open_queue(struct loop *loop)
{
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (loop->epoll_fd < 0 || loop->wake_fd < 0 ||
	    exchanges_init(&loop->exchanges) < 0)
		return -1;
	loop->daemon = mhd_start(&loop->exchanges);
	if (!loop->daemon || watch(loop, loop->wake_fd) < 0 ||
	    watch(loop, loop->exchanges.drain.epoll_fd) < 0)
		return -1;
	return watch(loop, mhd_epoll_fd(loop->daemon));
}

int loop_new(struct group *group, const struct router *router,
	     struct http_service *service, struct fail *fail)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return fail_set(fail, "out of memory");
	group->loops[group->loop_count++] = loop;
	loop->group = group;
	loop->epoll_fd = loop->wake_fd = loop->exchanges.drain.epoll_fd = -1;
	loop->thread.service = service;
	loop->thread.router = router;
	loop->exchanges.thread = &loop->thread;
	loop->exchanges.places = &group->places;
	inbox_init(&loop->inbox);
	if (open_queue(loop) < 0)
		return fail_errno(fail, errno,
				  "could not create an event queue");
	if (timing_open(&loop->thread, fail) < 0)
		return -1;
	return store_port_open(service->store, wake, loop, &loop->thread.port,
			       fail);
}

void loop_free(struct loop *loop)
{
	if (loop->daemon)
		mhd_stop(loop->daemon, &loop->exchanges);
	store_port_close(loop->thread.port);
	exchanges_release(&loop->exchanges);
	inbox_release(&loop->inbox);
	if (loop->epoll_fd >= 0)
		close(loop->epoll_fd);
	if (loop->wake_fd >= 0)
		close(loop->wake_fd);
	free(loop->thread.timings);
	free(loop);
}
