/*
 * server.c: groups of listening sockets, and the threads that serve them.
 */
#include "base/base.h"

#include "http/server.h"

#include <errno.h>
#include <sys/resource.h>

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "base/thread.h"
#include "http/loop.h"

#define CONNECTIONS_MAX 16384
#define SPARE_FILES	128 /* descriptors for everything else */
#define THREAD_FILES	8   /* and for each thread */

#define CROWD_SHARE	8  /* 1/8 of all for one address */
#define ROOM_SHARE	16 /* 1/16 kept for new clients */

_Static_assert(SERVER_THREADS_MAX <= LOOPS_MAX, "LOOPS_MAX");

struct helper {
	struct server *server;
	struct loop *loop;
	pthread_t thread;
};

struct server {
	struct http_service *service;
	struct group groups[SERVER_GROUPS_MAX];
	size_t group_count;

	/* All loops but the first, which runs in the thread of server_run(). */
	struct helper helpers[SERVER_GROUPS_MAX * LOOPS_MAX];
	size_t helper_count;

	pthread_mutex_t mutex; /* of: */
	pthread_cond_t changed;
	enum { SERVER_WAITS, SERVER_RUNS, SERVER_ENDS } state;
};

/* ---- running ---- */

/* False: it never will. */
static bool wait_for_start(struct server *server)
{
	bool runs;

	pthread_mutex_lock(&server->mutex);
	while (server->state == SERVER_WAITS)
		pthread_cond_wait(&server->changed, &server->mutex);
	runs = server->state == SERVER_RUNS;
	pthread_mutex_unlock(&server->mutex);
	return runs;
}

static void *run_helper(void *context)
{
	struct helper *helper = context;

	if (wait_for_start(helper->server))
		loop_run(helper->loop);
	return NULL;
}

/* From SERVER_WAITS on, once. */
static void decide(struct server *server, bool runs)
{
	pthread_mutex_lock(&server->mutex);
	if (server->state == SERVER_WAITS)
		server->state = runs ? SERVER_RUNS : SERVER_ENDS;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->mutex);
}

static void join_helpers(struct server *server)
{
	while (server->helper_count > 0)
		pthread_join(server->helpers[--server->helper_count].thread,
			     NULL);
}

void server_run(struct server *server)
{
	decide(server, true);
	loop_run(server->groups[0].loops[0]);
	join_helpers(server);
}

void server_stop(struct server *server)
{
	server->service->stopping = true;
	for (size_t i = 0; i < server->group_count; i++) {
		for (size_t j = 0; j < server->groups[i].loop_count; j++)
			loop_wake(server->groups[i].loops[j]);
	}
}

/* ---- listening ---- */

/* Where there are few descriptors, connections get a third: some forty are the
 * store's, the threads' and the mails'. */
static unsigned connection_limit(size_t threads)
{
	rlim_t spare = SPARE_FILES + THREAD_FILES * threads;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return 512;
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	(void)getrlimit(RLIMIT_NOFILE, &files);
	if (files.rlim_cur > CONNECTIONS_MAX + spare)
		return CONNECTIONS_MAX;
	return files.rlim_cur > 2 * spare ? (unsigned)(files.rlim_cur - spare)
					  : (unsigned)files.rlim_cur / 3;
}

/* Sockets from the service manager, if there are any. */
static int adopt_sockets(struct group *group, struct fail *fail)
{
#ifdef HAVE_SYSTEMD
	int n = sd_listen_fds(1);

	if (n > LISTENERS_MAX)
		return fail_set(fail, "the service manager handed over too "
				      "many sockets");
	for (int i = 0; i < n; i++) {
		if (listener_adopt(SD_LISTEN_FDS_START + i,
				   &group->listeners[i], fail) < 0)
			return -1;
		group->listener_count++;
	}
#else
	(void)group;
	(void)fail;
#endif
	return 0;
}

static int open_listeners(struct group *group,
			  const struct server_group *wanted, struct fail *fail)
{
	for (size_t i = 0; i < wanted->count; i++) {
		if (listener_open(wanted->addresses[i], &group->listeners[i],
				  fail) < 0)
			return -1;
		group->listener_count++;
	}
	return 0;
}

static int open_group(struct server *server, const struct server_group *wanted,
		      unsigned places, struct fail *fail)
{
	struct group *group = &server->groups[server->group_count++];

	group->places.most = places;
	group->places.many = places - places / ROOM_SHARE;
	group->accepting = wanted->threads;
	if (server->group_count == 1 && adopt_sockets(group, fail) < 0)
		return -1;
	if (group->listener_count == 0 &&
	    open_listeners(group, wanted, fail) < 0)
		return -1;
	for (size_t i = 0; i < wanted->threads; i++) {
		if (loop_new(group, wanted->router, server->service, fail) < 0)
			return -1;
	}
	return 0;
}

/* ---- beginning and end ---- */

/* So that they can be counted in order. */
static void link_threads(struct server *server)
{
	struct http_thread **end = &server->service->threads;

	for (size_t i = 0; i < server->group_count; i++) {
		struct group *group = &server->groups[i];

		for (size_t j = 0; j < group->loop_count; j++) {
			*end = &group->loops[j]->thread;
			end = &(*end)->next;
		}
	}
	*end = NULL;
}

static int start_helper(struct server *server, struct loop *loop,
			struct fail *fail)
{
	struct helper *helper = &server->helpers[server->helper_count];

	helper->server = server;
	helper->loop = loop;
	if (thread_start(&helper->thread, run_helper, helper))
		return fail_set(fail, "could not start a thread for requests: "
				      "ask for fewer with --threads");
	server->helper_count++;
	return 0;
}

static int start_helpers(struct server *server, struct fail *fail)
{
	for (size_t i = 0; i < server->group_count; i++) {
		struct group *group = &server->groups[i];

		for (size_t j = i == 0; j < group->loop_count; j++) {
			if (start_helper(server, group->loops[j], fail) < 0)
				return -1;
		}
	}
	return 0;
}

static int prepare(struct server *server, const struct server_group *groups,
		   size_t count, struct fail *fail)
{
	unsigned limit;
	size_t threads = 0;

	for (size_t i = 0; i < count; i++)
		threads += groups[i].threads;
	limit = connection_limit(threads);
	server->service->crowd.most = limit / CROWD_SHARE + 1;
	for (size_t i = 0; i < count; i++) {
		if (open_group(server, &groups[i], limit / (unsigned)count,
			       fail) < 0)
			return -1;
	}
	server->groups[0].loops[0]->keeps_house = true;
	link_threads(server);
	return start_helpers(server, fail);
}

int server_new(const struct server_group *groups, size_t count,
	       struct http_service *service, struct server **ret_server,
	       struct fail *fail)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server)
		return fail_set(fail, "out of memory");
	server->service = service;
	crowd_init(&service->crowd);
	pthread_mutex_init(&server->mutex, NULL);
	pthread_cond_init(&server->changed, NULL);
	if (prepare(server, groups, count, fail) < 0) {
		server_free(server);
		return -1;
	}
	*ret_server = server;
	return 0;
}

const char *server_address(const struct server *server, size_t group,
			   size_t index)
{
	if (group >= server->group_count ||
	    index >= server->groups[group].listener_count)
		return NULL;
	return server->groups[group].listeners[index].name;
}

static void free_group(struct group *group)
{
	while (group->loop_count > 0)
		loop_free(group->loops[--group->loop_count]);
	while (group->listener_count > 0)
		listener_release(&group->listeners[--group->listener_count]);
}

void server_free(struct server *server)
{
	if (!server)
		return;
	decide(server, false);
	join_helpers(server);
	for (size_t i = 0; i < server->group_count; i++)
		free_group(&server->groups[i]);
	server->service->threads = NULL;
	crowd_release(&server->service->crowd);
	pthread_cond_destroy(&server->changed);
	pthread_mutex_destroy(&server->mutex);
	free(server);
}
