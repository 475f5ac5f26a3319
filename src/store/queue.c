/*
 * queue.c: lists and queues of operations.
 */
#include "base/base.h"

#include "store/queue.h"

#include <time.h>

#include "base/clock.h"

void list_init(struct op_list *list)
{
	*list = (struct op_list){ NULL, &list->first, 0 };
}

void list_add(struct op_list *list, struct store_op *op)
{
	op->next = NULL;
	*list->end = op;
	list->end = &op->next;
	list->count++;
}

void list_move(struct op_list *to, struct op_list *from)
{
	if (!from->first)
		return;
	*to->end = from->first;
	to->end = from->end;
	to->count += from->count;
	list_init(from);
}

void queue_init(struct op_queue *queue)
{
	pthread_condattr_t clock;

	*queue = (struct op_queue){ .waiting = 0 };
	pthread_mutex_init(&queue->mutex, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&queue->filled, &clock);
	pthread_condattr_destroy(&clock);
	list_init(&queue->list);
}

void queue_release(struct op_queue *queue)
{
	pthread_cond_destroy(&queue->filled);
	pthread_mutex_destroy(&queue->mutex);
}

void queue_put(struct op_queue *queue, struct op_list *list)
{
	bool waiting;

	pthread_mutex_lock(&queue->mutex);
	list_move(&queue->list, list);
	waiting = queue->waiting > 0;
	pthread_mutex_unlock(&queue->mutex);
	if (waiting)
		pthread_cond_signal(&queue->filled);
}

void queue_close(struct op_queue *queue)
{
	pthread_mutex_lock(&queue->mutex);
	queue->closed = true;
	pthread_cond_broadcast(&queue->filled);
	pthread_mutex_unlock(&queue->mutex);
}

bool queue_wait(struct op_queue *queue, int64_t ms)
{
	int64_t end = clock_mono_ms() + ms;
	struct timespec until = { .tv_sec = end / 1000,
				  .tv_nsec = end % 1000 * 1000000 };
	bool there;
	int error = 0;

	pthread_mutex_lock(&queue->mutex);
	while (!queue->list.first && !queue->closed && error == 0) {
		queue->waiting++;
		error = pthread_cond_timedwait(&queue->filled, &queue->mutex,
					       &until);
		queue->waiting--;
	}
	there = queue->list.first || queue->closed;
	pthread_mutex_unlock(&queue->mutex);
	return there;
}

size_t queue_take(struct op_queue *queue, struct store_op **ops, size_t max)
{
	size_t n = 0;

	pthread_mutex_lock(&queue->mutex);
	while (!queue->list.first && !queue->closed) {
		queue->waiting++;
		pthread_cond_wait(&queue->filled, &queue->mutex);
		queue->waiting--;
	}
	while (queue->list.first && n < max) {
		ops[n] = queue->list.first;
		queue->list.first = ops[n++]->next;
	}
	queue->list.count -= n;
	if (!queue->list.first)
		list_init(&queue->list);
	pthread_mutex_unlock(&queue->mutex);
	return n;
}
