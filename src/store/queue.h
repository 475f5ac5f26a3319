/*
 * queue.h: lists and queues of operations. Private to store/.
 */
#ifndef STORE_QUEUE_H
#define STORE_QUEUE_H

#include "base/base.h"

#include <pthread.h>

#include "store/store.h"

/* Operations in order of arrival. */
struct op_list {
	struct store_op *first, **end; /* end: where the next one goes */
	size_t count;
};

void list_init(struct op_list *list);
void list_add(struct op_list *list, struct store_op *op);

/* Moves all of `from` behind `to`. */
void list_move(struct op_list *to, struct op_list *from);

/* A queue that others fill and the store's threads empty. */
struct op_queue {
	pthread_mutex_t mutex;
	pthread_cond_t filled;
	struct op_list list;
	size_t waiting; /* threads */
	bool closed;
};

void queue_init(struct op_queue *queue);
void queue_release(struct op_queue *queue);

/* Appends all of `list`, and leaves that empty. */
void queue_put(struct op_queue *queue, struct op_list *list);

/* Closes it: nothing may be put any more. */
void queue_close(struct op_queue *queue);

/* Waits for work and takes up to `max`; 0 once closed and empty. */
size_t queue_take(struct op_queue *queue, struct store_op **ops, size_t max);

/* Waits for work or for closing; false if neither came within `ms`. */
bool queue_wait(struct op_queue *queue, int64_t ms) MUST_CHECK;

#endif
