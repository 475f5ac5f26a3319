/*
 * cancel.c URL: one thread cancels what eight others wait for: answers that
 * never come, and pauses that would be long. All end, and say why.
 */
#include <inv.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS 8

static struct inv_client *client;
static struct inv_canceller *cancel;

static void *wait_for_ever(void *arg)
{
	struct inv_call call = { .cancel = cancel };
	struct inv_error err;
	int *ended = arg;

	if (inv_invites_retrieve(client, "x", &call, NULL, &err) &&
	    err.kind == INV_ERROR_CANCELLED && err.attempts == 1)
		*ended = 1;
	else
		fprintf(stderr, "%d: %s\n", (int)err.kind, err.message);
	return NULL;
}

int main(int argc, char **argv)
{
	struct inv_options options = { .admin_api_key = "k" };
	pthread_t threads[THREADS];
	int ended[THREADS] = { 0 }, count = 0;

	if (argc != 2)
		return 2;
	options.base_url = argv[1];
	if (inv_client_new(&options, &client, NULL) ||
	    inv_canceller_new(&cancel, NULL))
		return 1;
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, wait_for_ever, &ended[i]);
	getchar(); /* the test says when all are waiting */
	inv_cancel(cancel);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		count += ended[i];
	}
	inv_free(cancel);
	inv_free(client);
	return count == THREADS ? 0 : 1;
}
