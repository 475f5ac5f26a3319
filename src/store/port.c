/*
 * port.c: submits operations and collects finished ones.
 *
 * The surprise: what is submitted stays in the port until HANDOVER of them are
 * there or the owner is idle. So the writer is not woken for the first of fifty
 * requests that arrived together, and still has work while the rest is read.
 */
#include "base/base.h"

#include "store/front.h"

#include "base/clock.h"

#define HANDOVER 16

/* ---- handing back ---- */

/* Whether the port's owner has to be woken for it, by who gave it back. */
static bool give_back(struct store_op *op)
{
	struct store_port *port = op->port;
	bool first;

	pthread_mutex_lock(&port->mutex);
	list_add(&port->finished, op);
	first = !port->touched;
	port->touched = true;
	pthread_mutex_unlock(&port->mutex);
	return first;
}

/*
 * Not under the mutex, which the woken thread wants at once; but counted, so
 * that a port is not closed while it is being woken.
 */
static void wake_owner(struct store_port *port)
{
	pthread_mutex_lock(&port->mutex);
	port->touched = false;
	port->waking++;
	pthread_mutex_unlock(&port->mutex);
	if (port->wake)
		port->wake(port->context);
	pthread_mutex_lock(&port->mutex);
	port->waking--;
	pthread_cond_broadcast(&port->came_back);
	pthread_mutex_unlock(&port->mutex);
}

/*
 * Gives the batch back, then wakes each port once. Exactly once: a port that
 * was woken may be closed at once.
 */
void finish_batch(struct store_op **ops, size_t n)
{
	struct store_port *ports[BATCH_MAX];
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		struct store_port *port = ops[i]->port;

		if (give_back(ops[i]))
			ports[count++] = port;
	}
	for (size_t i = 0; i < count; i++)
		wake_owner(ports[i]);
}

/* ---- opening and closing ---- */

int store_port_open(struct store *store, void (*wake)(void *context),
		    void *context, struct store_port **ret_port,
		    struct fail *fail)
{
	struct store_port *port = calloc(1, sizeof(*port));

	if (!port)
		return fail_set(fail, "out of memory");
	port->store = store;
	port->wake = wake;
	port->context = context;
	list_init(&port->writes);
	list_init(&port->reads);
	list_init(&port->finished);
	if (store->type->read &&
	    store->type->reader_open(store->engine, &port->reader, fail) < 0) {
		free(port);
		return -1;
	}
	pthread_mutex_init(&port->mutex, NULL);
	pthread_cond_init(&port->came_back, NULL);
	*ret_port = port;
	return 0;
}

void store_port_close(struct store_port *port)
{
	if (!port)
		return;
	/* What was collected may have come before its wake-up. */
	pthread_mutex_lock(&port->mutex);
	while (port->touched || port->waking > 0)
		pthread_cond_wait(&port->came_back, &port->mutex);
	pthread_mutex_unlock(&port->mutex);
	if (port->reader)
		port->store->type->reader_close(port->reader);
	pthread_cond_destroy(&port->came_back);
	pthread_mutex_destroy(&port->mutex);
	free(port);
}

/* ---- submitting ---- */

void *op_begin(struct store_op *op, const struct verb *verb)
{
	size_t align = _Alignof(max_align_t);
	size_t offset = (verb->size_in + align - 1) / align * align;
	char *room = arena_alloc(op->arena, offset + verb->size_out);

	op->verb = verb;
	op->in = room;
	op->out = room ? room + offset : NULL;
	return room;
}

static void hand_over(struct op_queue *queue, struct op_list *list)
{
	if (list->first)
		queue_put(queue, list);
}

static void send_off(struct op_queue *queue, struct op_list *list,
		     struct store_op *op)
{
	list_add(list, op);
	if (list->count >= HANDOVER)
		hand_over(queue, list);
}

bool submit_slow(struct store *store, struct store_op *op)
{
	op->slow = true;
	if (lane_put(&store->slow_reads, op))
		return false;
	op->result = RESULT_STORE_BUSY;
	counts_add_refused(&store->counts);
	return true;
}

static bool submit_read(struct store_port *port, struct store_op *op)
{
	struct store *store = port->store;

	counts_add_read(&store->counts, op);
	if (op->verb->slow && op->verb->slow(op->in))
		return submit_slow(store, op);
	if (port->reader) {
		store->type->read(port->reader, op);
		return !op->leaves || submit_slow(store, op);
	}
	send_off(&store->reads, &port->reads, op);
	return false;
}

void store_drop(struct store_port *port, struct store_op *op)
{
	if (!lane_drop(&port->store->slow_reads, op))
		return;
	op->result = RESULT_STORE_BUSY;
	finish_batch(&op, 1);
}

void store_refuse_slow(struct store *store)
{
	struct store_op *op = lane_close(&store->slow_reads), *next;

	for (; op; op = next) {
		next = op->next;
		op->result = RESULT_STORE_BUSY;
		finish_batch(&op, 1);
	}
}

bool store_submit(struct store_port *port, struct store_op *op)
{
	op->port = port;
	op->dropped = op->slow = false;
	if (op->verb->flags & VERB_READ)
		return submit_read(port, op);
	send_off(&port->store->writes, &port->writes, op);
	return false;
}

struct store_op *store_collect(struct store_port *port)
{
	struct store_op *first;

	pthread_mutex_lock(&port->mutex);
	first = port->finished.first;
	list_init(&port->finished);
	pthread_mutex_unlock(&port->mutex);
	return first;
}

void store_renew(struct store_port *port)
{
	if (port->reader)
		port->store->type->reader_idle(port->reader);
}

void store_idle(struct store_port *port)
{
	store_renew(port);
	hand_over(&port->store->reads, &port->reads);
	hand_over(&port->store->writes, &port->writes);
}

/* Until `count` operations of the port have come back. */
static void wait_for(struct store_port *port, size_t count)
{
	pthread_mutex_lock(&port->mutex);
	while (port->finished.count < count)
		pthread_cond_wait(&port->came_back, &port->mutex);
	list_init(&port->finished);
	pthread_mutex_unlock(&port->mutex);
}

void store_call(struct store_port *port, struct store_op *op)
{
	bool done = store_submit(port, op);

	store_idle(port);
	if (!done)
		wait_for(port, 1);
}

enum result store_ask(struct store_port *port, struct arena *arena,
		      const struct verb *verb, int64_t organization,
		      const void *in, void *out)
{
	struct store_op op = {
		.verb = verb,
		.in = in,
		.out = out,
		.organization = organization,
		.now_ms = clock_now_ms(),
		.arena = arena,
	};

	store_call(port, &op);
	return op.result;
}

void store_call_many(struct store_port *port, struct store_op *const *ops,
		     size_t count)
{
	size_t pending = 0;

	for (size_t i = 0; i < count; i++)
		pending += !store_submit(port, ops[i]);
	store_idle(port);
	wait_for(port, pending);
}
