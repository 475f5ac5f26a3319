/*
 * store.c: the front of the store: it is opened, watched and closed here.
 *
 * Threads of the store: the writer (writer.c); the slow readers, for reads that
 * may have to look at many rows; and, for a remote database, readers that send
 * all queued reads together (readers.c). Everything else happens in the threads
 * that own the ports (port.c).
 */
#include "base/base.h"

#include "store/store.h"

#include "base/metric.h"
#include "store/front.h"

static const struct engine_type *const engine_types[] = {
	&sqlite_engine,
	&pgsql_engine,
};

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

/* Also half opened. */
void store_close(struct store *store)
{
	if (!store)
		return;
	queue_close(&store->writes);
	queue_close(&store->reads);
	store_refuse_slow(store);
	stop_writer(store);
	stop_readers(store);
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
	    start_readers(store, fail) < 0 || start_writer(store, fail) < 0) {
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

bool store_is_served(const struct store *store)
{
	return !store->type->is_served || store->type->is_served(store->engine);
}

uint64_t store_rights_moved(const struct store *store)
{
	return atomic_load(&store->rights_moved);
}

static void set_waker(struct store *store, struct waker *waker,
		      void (*wake)(void *context), void *context)
{
	pthread_mutex_lock(&store->mutex);
	*waker = (struct waker){ wake, context };
	pthread_mutex_unlock(&store->mutex);
}

void store_on_mail(struct store *store, void (*wake)(void *context),
		   void *context)
{
	set_waker(store, &store->mail, wake, context);
}

void store_on_event(struct store *store, void (*wake)(void *context),
		    void *context)
{
	set_waker(store, &store->event, wake, context);
}

/* ---- watching ---- */

void note_trouble(struct store *store, const struct fail *fail)
{
	pthread_mutex_lock(&store->mutex);
	store->why_not = *fail;
	pthread_mutex_unlock(&store->mutex);
	store->healthy = false;
}

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
