/*
 * threads.c URL THREADS CALLS own|shared|debug|fork: many calls at once, each
 * thread with a client of its own, or all with one, or with one that says what
 * it does; or a client that goes on in a child process.
 */
#include <inv.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *url;
static int calls;
static struct inv_client *shared;
static bool debugging;

/* With one write(), which others do not come into. */
static void show(void *arg, const char *line)
{
	char text[4096]; /* PIPE_BUF */
	int len = snprintf(text, sizeof(text), "%s\n", line);

	(void)arg;
	if (len >= (int)sizeof(text) ||
	    write(STDOUT_FILENO, text, (size_t)len) != len)
		abort();
}

static struct inv_client *client_new(void)
{
	struct inv_options options = { .base_url = url,
				       .admin_api_key = "sk-admin-x",
				       .debug = debugging ? show : NULL };
	struct inv_client *client;
	struct inv_error err;

	if (inv_client_new(&options, &client, &err)) {
		fprintf(stderr, "%s\n", err.message);
		exit(1);
	}
	return client;
}

static int call(struct inv_client *client, const char *id)
{
	struct inv_invite *invite;
	struct inv_error err;

	if (inv_invites_retrieve(client, id, NULL, &invite, &err)) {
		fprintf(stderr, "%s: %s\n", id, err.message);
		return 1;
	}
	/* The peer answers with the id that it was asked for. */
	if (strcmp(invite->id, id) != 0) {
		fprintf(stderr, "asked for %s, got %s\n", id, invite->id);
		return 1;
	}
	inv_free(invite);
	return 0;
}

static void *work(void *arg)
{
	struct inv_client *client = shared ? shared : client_new();
	long failures = 0;

	for (int i = 0; i < calls; i++) {
		char id[64];

		snprintf(id, sizeof(id), "%s-%d", (const char *)arg, i);
		failures += call(client, id);
	}
	if (!shared)
		inv_free(client);
	return (void *)failures;
}

static int run_threads(int count)
{
	pthread_t threads[64];
	char names[64][16];
	long failures = 0;

	for (int i = 0; i < count; i++) {
		snprintf(names[i], sizeof(names[i]), "t%d", i);
		pthread_create(&threads[i], NULL, work, names[i]);
	}
	for (int i = 0; i < count; i++) {
		void *result;

		pthread_join(threads[i], &result);
		failures += (long)result;
	}
	return failures ? 1 : 0;
}

/* Parent, child and parent again, with a connection open across fork(). */
static int run_fork(void)
{
	struct inv_client *client = client_new();
	int failures = call(client, "before"), status = 1;
	pid_t child = fork();

	if (child == 0) {
		failures = call(client, "child-1") + call(client, "child-2");
		inv_free(client);
		_exit(failures ? 1 : 0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	failures += call(client, "after");
	inv_free(client);
	return failures || status ? 1 : 0;
}

int main(int argc, char **argv)
{
	int rc;

	if (argc != 5)
		return 2;
	url = argv[1];
	calls = (int)strtol(argv[3], NULL, 10);
	if (strcmp(argv[4], "fork") == 0)
		return run_fork();
	debugging = strcmp(argv[4], "debug") == 0;
	if (debugging || strcmp(argv[4], "shared") == 0)
		shared = client_new();
	rc = run_threads((int)strtol(argv[2], NULL, 10));
	inv_free(shared);
	return rc;
}
