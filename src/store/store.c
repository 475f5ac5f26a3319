/*
 * store.c: the front of the store: threads and ports.
 *
 * Threads of the store: the writer, which takes whatever waits and has the
 * engine apply it as one batch; the slow readers, for reads that may have to
 * look at many rows (lane.h); and, where reads have to travel to the database,
 * readers that send all that wait together. Everything else happens in the
 * threads of those who own the ports.
 *
 * The surprise: what is submitted stays in the port until HANDOVER of them are
 * there or the owner is idle. So the writer is not woken for the first of fifty
 * requests that arrived together, and still has work while the rest is read.
 */
#include "base/base.h"

#include "store/store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/metric.h"
#include "store/counts.h"
#include "store/engine.h"
#include "store/lane.h"
#include "store/queue.h"

#define HANDOVER 16
#define REST_MS	 SECOND_MS /* without a write, until the engine may rest */
#define READERS	 2	   /* where reads travel */
#define NICE	 10	   /* of threads whose work nobody else waits for */

static const struct engine_type *const engine_types[] = {
	&sqlite_engine,
	&pgsql_engine,
};

/* A thread that answers reads which have waited. */
struct reading {
	struct store *store;
	struct reader *reader;
	pthread_t thread;
	bool runs;
};

struct store {
	const struct engine_type *type;
	struct engine *engine;
	struct op_queue writes, reads;
	struct lane slow_reads;
	pthread_t writer_thread;
	bool writer_runs;
	struct reading readers[READERS], slow_readers[LANE_THREADS];
	pthread_mutex_t mutex; /* of these three */
	void (*mail_wake)(void *context);
	void *mail_context;
	struct fail why_not; /* what the last failed write failed of */
	atomic_bool healthy;
	const struct verb *failed; /* the writer's: for which there was no
				    * room; or NULL */
	struct store_counts counts;
};

struct store_port {
	struct store *store;
	struct reader *reader; /* NULL where reads travel */
	void (*wake)(void *context);
	void *context;
	struct op_list writes, reads; /* outgoing; the owner's thread only */
	pthread_mutex_t mutex;
	pthread_cond_t came_back;
	struct op_list finished; /* under mutex */
	bool touched;		 /* the owner is about to be woken */
	int waking;		 /* how many are just doing it */
};

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
 * Not under the mutex, for whoever is woken comes for it at once; but counted,
 * so that a port is not closed while it is being woken.
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
static void finish_batch(struct store_op **ops, size_t n)
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

/* ---- threads ---- */

static void note_trouble(struct store *store, const struct fail *fail)
{
	pthread_mutex_lock(&store->mutex);
	store->why_not = *fail;
	pthread_mutex_unlock(&store->mutex);
	store->healthy = false;
}

/*
 * After a failure, whether this batch tells that it is over. A full disk takes
 * something small at any time: there it has to have what failed in it, or the
 * probe, which is made for that.
 */
static bool heals(const struct store *store, struct store_op **ops, size_t n)
{
	if (!store->failed)
		return true;
	for (size_t i = 0; i < n; i++) {
		if (ops[i]->verb == &verb_probe ||
		    ops[i]->verb == store->failed)
			return true;
	}
	return false;
}

/* Of many that failed together, one that can be anything but small. */
static const struct verb *to_be_seen_again(struct store_op **ops, size_t n)
{
	size_t i = 0;

	while (i + 1 < n && (ops[i]->verb->flags & VERB_REPEATABLE))
		i++;
	return ops[i]->verb;
}

static void apply_batch(struct store *store, struct store_op **ops, size_t n)
{
	struct fail fail;

	if (!store->type->apply(store->engine, ops, n, &fail)) {
		store->failed =
		    store->type->full && store->type->full(store->engine)
			? to_be_seen_again(ops, n)
			: NULL;
		note_trouble(store, &fail);
	} else if (!store->healthy && heals(store, ops, n)) {
		store->healthy = true;
	}
}

static void wake_mailer(struct store *store)
{
	pthread_mutex_lock(&store->mutex);
	if (store->mail_wake)
		store->mail_wake(store->mail_context);
	pthread_mutex_unlock(&store->mutex);
}

/* As queue_take(); what nobody waits for is done meanwhile. */
static size_t take_writes(struct store *store, struct store_op **ops)
{
	bool more = store->type->rest;

	while (more && !queue_wait(&store->writes, REST_MS))
		more = store->type->rest(store->engine);
	return queue_take(&store->writes, ops, BATCH_MAX);
}

static void *run_writer(void *context)
{
	struct store *store = context;
	struct store_op *ops[BATCH_MAX];
	size_t n;

	while ((n = take_writes(store, ops)) > 0) {
		bool mail = false;

		apply_batch(store, ops, n);
		for (size_t i = 0; i < n; i++)
			mail = mail || (ops[i]->result == RESULT_OK &&
					ops[i]->mail_queued);
		counts_add_batch(&store->counts, ops, n);
		finish_batch(ops, n);
		if (mail)
			wake_mailer(store);
		if (store->type->tidy)
			store->type->tidy(store->engine);
	}
	return NULL;
}

/* A read that succeeds says nothing of writes: only apply_batch() heals. */
static void *run_reader(void *context)
{
	struct reading *reading = context;
	struct store *store = reading->store;
	struct store_op *ops[BATCH_MAX];
	struct fail fail;
	size_t n;

	while ((n = queue_take(&store->reads, ops, BATCH_MAX)) > 0) {
		if (!store->type->read_many(reading->reader, ops, n, &fail))
			note_trouble(store, &fail);
		finish_batch(ops, n);
	}
	return NULL;
}

/* Behind everybody else, so that it takes nothing from who asks little. */
static void *run_slow_reader(void *context)
{
	struct reading *reading = context;
	struct store *store = reading->store;
	size_t thread = (size_t)(reading - store->slow_readers);
	struct store_op *op;
	struct fail fail;

	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	while ((op = lane_take(&store->slow_reads, thread))) {
		if (!store->type->read_many(reading->reader, &op, 1, &fail) &&
		    !op->dropped)
			note_trouble(store, &fail);
		lane_done(&store->slow_reads, thread);
		finish_batch(&op, 1);
	}
	return NULL;
}

/* ---- opening and closing ---- */

/* Whether `url` begins with "<scheme>:". */
static bool has_scheme(const char *url, const char *scheme)
{
	size_t len = strlen(scheme);

	return strncmp(url, scheme, len) == 0 && url[len] == ':';
}

const struct engine_type *engine_type_of(const char *url,
					 const char **ret_place,
					 struct fail *fail)
{
	for (size_t i = 0; i < COUNT_OF(engine_types); i++) {
		const char *const *scheme = engine_types[i]->schemes;

		for (; *scheme; scheme++) {
			if (!has_scheme(url, *scheme))
				continue;
			*ret_place = url + strlen(*scheme) + 1;
			return engine_types[i];
		}
	}
	fail_set(fail, "the database must be given as sqlite:PATH or "
		       "postgres://HOST/NAME");
	return NULL;
}

static int start_reader(struct store *store, struct reading *reading,
			void *(*run)(void *reading), struct fail *fail)
{
	reading->store = store;
	if (store->type->reader_open(store->engine, &reading->reader, fail) < 0)
		return -1;
	if (pthread_create(&reading->thread, NULL, run, reading))
		return fail_set(fail, "could not start a reader's thread");
	reading->runs = true;
	return 0;
}

static int start_threads(struct store *store, struct fail *fail)
{
	size_t readers = store->type->read ? 0 : READERS;

	for (size_t i = 0; i < readers; i++) {
		if (start_reader(store, &store->readers[i], run_reader, fail) <
		    0)
			return -1;
	}
	for (size_t i = 0; i < LANE_THREADS; i++) {
		if (start_reader(store, &store->slow_readers[i],
				 run_slow_reader, fail) < 0)
			return -1;
	}
	if (pthread_create(&store->writer_thread, NULL, run_writer, store))
		return fail_set(fail, "could not start the writer's thread");
	store->writer_runs = true;
	return 0;
}

static void stop_reader(struct store *store, struct reading *reading)
{
	if (reading->runs)
		pthread_join(reading->thread, NULL);
	if (reading->reader)
		store->type->reader_close(reading->reader);
}

/* Also half opened. */
void store_close(struct store *store)
{
	if (!store)
		return;
	queue_close(&store->writes);
	queue_close(&store->reads);
	store_refuse_slow(store);
	if (store->writer_runs)
		pthread_join(store->writer_thread, NULL);
	for (size_t i = 0; i < READERS; i++)
		stop_reader(store, &store->readers[i]);
	for (size_t i = 0; i < LANE_THREADS; i++)
		stop_reader(store, &store->slow_readers[i]);
	if (store->engine)
		store->type->close(store->engine);
	queue_release(&store->writes);
	queue_release(&store->reads);
	lane_release(&store->slow_reads);
	pthread_mutex_destroy(&store->mutex);
	free(store);
}

int store_open(const char *url, bool serve, struct store **ret_store,
	       struct fail *fail)
{
	const char *place;
	const struct engine_type *type = engine_type_of(url, &place, fail);
	struct store *store;

	if (!type)
		return -1;
	store = calloc(1, sizeof(*store));
	if (!store)
		return fail_set(fail, "out of memory");
	store->type = type;
	store->healthy = true;
	queue_init(&store->writes);
	queue_init(&store->reads);
	lane_init(&store->slow_reads);
	pthread_mutex_init(&store->mutex, NULL);
	if (type->open(place, serve, &store->engine, fail) < 0 ||
	    start_threads(store, fail) < 0) {
		store_close(store);
		return -1;
	}
	*ret_store = store;
	store_look(store);
	if (!store->healthy) /* what writes little would heal it */
		store->failed = &verb_probe;
	return 0;
}

bool store_is_shared(const struct store *store)
{
	return store->type->shared;
}

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

/* True: it is refused. */
static bool submit_slow(struct store *store, struct store_op *op)
{
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
		return true;
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
	op->dropped = false;
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

void store_idle(struct store_port *port)
{
	if (port->reader)
		port->store->type->reader_idle(port->reader);
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

void store_call_many(struct store_port *port, struct store_op *const *ops,
		     size_t count)
{
	size_t pending = 0;

	for (size_t i = 0; i < count; i++)
		pending += !store_submit(port, ops[i]);
	store_idle(port);
	wait_for(port, pending);
}

void store_on_mail(struct store *store, void (*wake)(void *context),
		   void *context)
{
	pthread_mutex_lock(&store->mutex);
	store->mail_context = context;
	store->mail_wake = wake;
	pthread_mutex_unlock(&store->mutex);
}

/* ---- watching ---- */

bool store_healthy(struct store *store, struct fail *fail)
{
	if (store->healthy)
		return true;
	pthread_mutex_lock(&store->mutex);
	*fail = store->why_not;
	pthread_mutex_unlock(&store->mutex);
	return false;
}

void store_look(struct store *store)
{
	struct fail fail;

	if (store->type->look && !store->type->look(store->engine, &fail))
		note_trouble(store, &fail);
}

static const struct metric healthy = {
	.name = "invited_store_healthy",
	.type = METRIC_GAUGE,
	.help = "Whether the last write reached the disk.",
};

void store_metrics(const struct store *store, struct buf *out)
{
	counts_write(&store->counts, out);
	metric_write(out, &healthy, store->healthy);
	if (store->type->metrics)
		store->type->metrics(store->engine, out);
}

int store_check(struct store *store, FILE *out, struct fail *fail)
{
	return store->type->check(store->engine, out, fail);
}

int store_scrub(struct store *store, struct fail *fail)
{
	const struct engine_type *type = store->type;

	return type->scrub ? type->scrub(store->engine, fail) : 0;
}

int store_backup(struct store *store, const char *path, struct fail *fail)
{
	return store->type->backup(store->engine, path, fail);
}

int store_restore(const char *url, const char *file, FILE *out,
		  struct restored *ret_restored, struct fail *fail)
{
	const char *place;
	const struct engine_type *type = engine_type_of(url, &place, fail);

	*ret_restored = (struct restored){ .again = false };
	return type ? type->restore(place, file, out, ret_restored, fail) : -1;
}
