/*
 * log_queue.c: a ring of lines, and the thread that writes them.
 *
 * Standard error may be a pipe that nobody reads, or a disk that is slow. Only
 * the thread waits for it. Lines that do not fit into the ring are counted, and
 * the count is logged once there is room again.
 */
#include "base/base.h"

#include "base/log_queue.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"

#define QUEUE_OCTETS (256 * 1024)
#define GRAVE_OCTETS (32 * 1024)     /* of these: for warnings and errors */
#define END_MS	     (2 * SECOND_MS) /* that the last lines may take */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t filled, ended;
	pthread_t thread;
	bool running, ending, done;
	char text[QUEUE_OCTETS];
	size_t start, len;
	uint64_t lost, said; /* lines; the second: of them in the log */
} queue = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.filled = PTHREAD_COND_INITIALIZER,
};

static uint64_t count_lines(const char *text, size_t len)
{
	uint64_t lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return lines;
}

/* Writes all of it, unless standard error is closed or broken; or full,
 * non-blocking, and `patient` is false. */
static bool write_out(const char *text, size_t len, bool patient)
{
	while (len > 0) {
		ssize_t done = write(STDERR_FILENO, text, len);
		if (done < 0 && errno == EAGAIN && patient) {
			struct pollfd pipe = { .fd = STDERR_FILENO,
					       .events = POLLOUT };
			poll(&pipe, 1, -1);
			continue;
		}
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		text += done;
		len -= (size_t)done;
	}
	return true;
}

/* ---- in: under the lock ---- */

static void copy_in(const char *text, size_t len)
{
	size_t at = (queue.start + queue.len) % QUEUE_OCTETS;
	size_t first = QUEUE_OCTETS - at < len ? QUEUE_OCTETS - at : len;

	memcpy(queue.text + at, text, first);
	memcpy(queue.text, text + first, len - first);
	queue.len += len;
}

static void put(const char *text, size_t len, bool grave)
{
	size_t room = QUEUE_OCTETS - (grave ? 0 : GRAVE_OCTETS);

	if (queue.len + len > room) {
		queue.lost += count_lines(text, len);
		return;
	}
	copy_in(text, len);
	pthread_cond_signal(&queue.filled);
}

void log_queue_put(const char *text, size_t len, bool grave)
{
	bool running;

	if (len == 0)
		return;
	pthread_mutex_lock(&queue.lock);
	running = queue.running;
	if (running)
		put(text, len, grave);
	pthread_mutex_unlock(&queue.lock);
	if (!running)
		write_out(text, len, false);
}

uint64_t log_lines_lost(void)
{
	uint64_t lost;

	pthread_mutex_lock(&queue.lock);
	lost = queue.lost;
	pthread_mutex_unlock(&queue.lock);
	return lost;
}

/* ---- out: the thread ---- */

/* Whole lines, as many as a pipe takes in one piece. */
static size_t take_out(char out[PIPE_BUF])
{
	size_t len = queue.len < PIPE_BUF ? queue.len : PIPE_BUF;
	size_t first = QUEUE_OCTETS - queue.start;

	first = first < len ? first : len;
	memcpy(out, queue.text + queue.start, first);
	memcpy(out + first, queue.text, len - first);
	while (len > 0 && out[len - 1] != '\n')
		len--;
	queue.start = (queue.start + len) % QUEUE_OCTETS;
	queue.len -= len;
	return len;
}

/* A line that counts the lost ones, if some are yet to be reported.
 */
static void say_lost(void)
{
	uint64_t lines = queue.lost - queue.said;

	if (lines == 0 || queue.len > QUEUE_OCTETS / 2)
		return;
	queue.said = queue.lost;
	pthread_mutex_unlock(&queue.lock);
	log_event(LOG_WARN, "log_lines_lost", LOG_I("lines", (int64_t)lines));
	log_flush(); /* this thread holds nothing */
	pthread_mutex_lock(&queue.lock);
}

static void *write_lines(void *unused)
{
	char text[PIPE_BUF];

	pthread_mutex_lock(&queue.lock);
	for (;;) {
		size_t len;

		while (queue.len == 0 && !queue.ending)
			pthread_cond_wait(&queue.filled, &queue.lock);
		if (queue.len == 0)
			break;
		len = take_out(text);
		pthread_mutex_unlock(&queue.lock);
		bool written = write_out(text, len, true);
		pthread_mutex_lock(&queue.lock);
		if (!written)
			queue.lost += count_lines(text, len);
		else
			say_lost();
	}
	queue.done = true;
	pthread_cond_signal(&queue.ended);
	pthread_mutex_unlock(&queue.lock);
	return unused;
}

/* ---- beginning and end ---- */

/* A child has no such thread, and its parent may have held the lock. */
static void forget_thread(void)
{
	pthread_mutex_init(&queue.lock, NULL);
	queue.running = false;
	queue.len = 0;
}

void log_start(void)
{
	static bool watching;

	if (!watching) {
		clock_condition_init(&queue.ended);
		watching = pthread_atfork(NULL, NULL, forget_thread) == 0;
	}
	pthread_mutex_lock(&queue.lock);
	queue.ending = queue.done = false;
	queue.running =
	    watching && thread_start(&queue.thread, write_lines, NULL) == 0;
	pthread_mutex_unlock(&queue.lock);
}

void log_stop(void)
{
	int64_t end = clock_mono_ms() + END_MS;
	bool done;

	pthread_mutex_lock(&queue.lock);
	if (queue.running) {
		queue.ending = true;
		pthread_cond_signal(&queue.filled);
		while (!queue.done &&
		       clock_condition_wait(&queue.ended, &queue.lock, end))
			;
	}
	done = queue.running && queue.done;
	if (done)
		queue.running = false;
	pthread_mutex_unlock(&queue.lock);
	if (done)
		pthread_join(queue.thread, NULL);
}
