/*
 * service.c: the state that HTTP threads share.
 */
#include "base/base.h"

#include "http/service.h"

#include "base/clock.h"

#define STORE_LINE_MS (10 * SECOND_MS) /* between two lines about it */

bool service_logs_stranger(struct http_service *service)
{
	bool taken;

	pthread_mutex_lock(&service->mutex);
	taken = log_sample_take(&service->strangers, clock_mono_ms());
	pthread_mutex_unlock(&service->mutex);
	return taken;
}

/* Notes it, where it is news. If the state flaps, at most every 10 s. */
static bool is_news(struct http_service *service, bool healthy, int64_t now_ms)
{
	bool news = healthy == service->store_failed &&
		    (healthy || service->store_failed_ms == 0 ||
		     now_ms - service->store_failed_ms >= STORE_LINE_MS);

	if (news)
		service->store_failed = !healthy;
	if (news && !healthy)
		service->store_failed_ms = now_ms;
	return news;
}

void service_note_store(struct http_service *service, int64_t now_ms)
{
	struct fail why;
	bool healthy = store_healthy(service->store, &why), news;

	if (healthy == !service->store_failed)
		return;
	pthread_mutex_lock(&service->mutex);
	news = is_news(service, healthy, now_ms);
	pthread_mutex_unlock(&service->mutex);
	if (news && healthy)
		log_event(LOG_INFO, "store_recovered", LOG_I("healthy", 1));
	else if (news)
		log_event(LOG_ERROR, "store_unavailable",
			  LOG_S("reason", why.message));
}

void service_tell(struct http_service *service)
{
	atomic_fetch_add(&service->told, 1);
}

void thread_catch_up(struct http_thread *thread)
{
	uint64_t told = atomic_load(&thread->service->told);

	if (told == thread->told)
		return;
	thread->told = told;
	thread->round++;
	store_renew(thread->port);
}
