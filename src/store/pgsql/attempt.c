/*
 * attempt.c: connects in a thread, since libpq may take any length of time.
 *
 * The surprise: the thread is not joined. An abandoned attempt is not waited
 * for, not even to stop; whichever of the two ends last frees it.
 */
#include "base/base.h"

#include "store/pgsql/attempt.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/thread.h"

struct attempt {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	char *url; /* ours */
	PGconn *conn;
	bool over, abandoned; /* under mutex */
};

/*
 * Defaults for what the URL does not say, so that trouble shows soon: a host
 * that does not answer is given up after seconds, and only a server that
 * accepts writes is used (of several hosts, the primary).
 */
static PGconn *connect_to(const char *url)
{
	static const char *const names[] = {
		"connect_timeout",     "target_session_attrs",
		"tcp_user_timeout",    "keepalives_idle",
		"keepalives_interval", "keepalives_count",
		"application_name",    "dbname",
		"client_encoding",     NULL,
	};
	const char *values[COUNT_OF(names)] = {
		"2", "read-write", "3000", "5",	   "2",
		"2", "invited",	   url,	   "UTF8", NULL,
	};

	return PQconnectdbParams(names, values, 1);
}

static void attempt_free(struct attempt *attempt)
{
	PQfinish(attempt->conn);
	pthread_cond_destroy(&attempt->changed);
	pthread_mutex_destroy(&attempt->mutex);
	free(attempt->url);
	free(attempt);
}

static void *run(void *context)
{
	struct attempt *attempt = context;
	PGconn *conn = connect_to(attempt->url);
	bool abandoned;

	pthread_mutex_lock(&attempt->mutex);
	attempt->conn = conn;
	attempt->over = true;
	abandoned = attempt->abandoned;
	pthread_cond_signal(&attempt->changed);
	pthread_mutex_unlock(&attempt->mutex);
	if (abandoned)
		attempt_free(attempt);
	return NULL;
}

struct attempt *attempt_begin(const char *url)
{
	struct attempt *attempt = calloc(1, sizeof(*attempt));

	if (!attempt)
		return NULL;
	pthread_mutex_init(&attempt->mutex, NULL);
	clock_condition_init(&attempt->changed);
	attempt->url = strdup(url);
	if (attempt->url && thread_start_detached(run, attempt) == 0)
		return attempt;
	attempt_free(attempt);
	return NULL;
}

bool attempt_wait(struct attempt *attempt, int64_t ms, PGconn **ret_conn)
{
	int64_t end = clock_mono_ms() + ms;
	bool over;

	pthread_mutex_lock(&attempt->mutex);
	while (!attempt->over &&
	       clock_condition_wait(&attempt->changed, &attempt->mutex, end))
		;
	over = attempt->over;
	pthread_mutex_unlock(&attempt->mutex);
	if (!over)
		return false;
	*ret_conn = attempt->conn;
	attempt->conn = NULL;
	attempt_free(attempt);
	return true;
}

void attempt_abandon(struct attempt *attempt)
{
	bool over;

	if (!attempt)
		return;
	pthread_mutex_lock(&attempt->mutex);
	attempt->abandoned = true;
	over = attempt->over;
	pthread_mutex_unlock(&attempt->mutex);
	if (over)
		attempt_free(attempt);
}
