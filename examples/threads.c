/*
 * threads ID: asks for an invite a hundred times, from 16 threads that share
 * one client.
 */
#include <inv.h>
#include <pthread.h>
#include <stdio.h>

#define THREADS 16
#define CALLS	100

static struct inv_client *client;
static const char *id;

static void *work(void *arg)
{
	int *failed = arg;

	for (int i = 0; i < CALLS / THREADS + 1; i++) {
		struct inv_invite *invite = NULL;
		struct inv_error err;

		if (inv_invites_retrieve(client, id, NULL, &invite, &err)) {
			fprintf(stderr, "%s\n", err.message);
			++*failed;
		}
		inv_free(invite);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS];
	int failed[THREADS] = { 0 }, failures = 0;
	struct inv_error err;

	if (argc != 2) {
		fprintf(stderr, "usage: threads ID\n");
		return 2;
	}
	id = argv[1];
	if (inv_client_new(NULL, &client, &err)) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, work, &failed[i]);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		failures += failed[i];
	}
	inv_free(client);
	printf("%d failures\n", failures);
	return failures ? 1 : 0;
}
