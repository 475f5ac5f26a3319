/*
 * arrival.c: the inbox of a thread.
 */
#include "base/base.h"

#include "http/arrival.h"

void inbox_init(struct inbox *inbox)
{
	*inbox = (struct inbox){ .count = 0 };
	pthread_mutex_init(&inbox->mutex, NULL);
}

void inbox_release(struct inbox *inbox)
{
	pthread_mutex_destroy(&inbox->mutex);
}

bool inbox_put(struct inbox *inbox, const struct arrival *arrival,
	       bool *ret_first)
{
	bool taken;

	pthread_mutex_lock(&inbox->mutex);
	taken = !inbox->closed && inbox->count < INBOX_MAX;
	*ret_first = taken && inbox->count == 0;
	if (taken)
		inbox->all[inbox->count++] = *arrival;
	pthread_mutex_unlock(&inbox->mutex);
	return taken;
}

size_t inbox_take(struct inbox *inbox, struct arrival out[INBOX_MAX])
{
	size_t count;

	pthread_mutex_lock(&inbox->mutex);
	count = inbox->count;
	memcpy(out, inbox->all, count * sizeof(out[0]));
	inbox->count = 0;
	pthread_mutex_unlock(&inbox->mutex);
	return count;
}

void inbox_close(struct inbox *inbox)
{
	pthread_mutex_lock(&inbox->mutex);
	inbox->closed = true;
	pthread_mutex_unlock(&inbox->mutex);
}
