/*
 * thread.c: see thread.h.
 */
#include "base/base.h"
#include "base/thread.h"

/*
 * Measured over the tests of webhooks, mail, bulk, the gate, long lists and
 * failing servers, by the pages that each stack had touched in the end: 12 to
 * 64 KiB; and 178 KiB where a body nests as many values as its parser takes,
 * which calls itself for each. The rest is room for what a machine's name
 * service or TLS may bring. Sanitizers need more, and so they get what is the
 * default.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || \
    __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef SANITIZED
#define THREAD_STACK (8 * 1024 * 1024)
#else
#define THREAD_STACK (512 * 1024)
#endif

static int start(pthread_t *thread, int detached, void *(*run)(void *context),
		 void *context)
{
	pthread_attr_t attributes;
	int error = pthread_attr_init(&attributes);

	if (error != 0)
		return error;
	error = pthread_attr_setstacksize(&attributes, THREAD_STACK);
	if (error == 0)
		error = pthread_attr_setdetachstate(&attributes, detached);
	if (error == 0)
		error = pthread_create(thread, &attributes, run, context);
	pthread_attr_destroy(&attributes);
	return error;
}

int thread_start(pthread_t *thread, void *(*run)(void *context), void *context)
{
	return start(thread, PTHREAD_CREATE_JOINABLE, run, context);
}

int thread_start_detached(void *(*run)(void *context), void *context)
{
	pthread_t thread;

	return start(&thread, PTHREAD_CREATE_DETACHED, run, context);
}

void thread_set_default(void)
{
	pthread_attr_t attributes;

	if (pthread_attr_init(&attributes) != 0)
		return;
	if (pthread_attr_setstacksize(&attributes, THREAD_STACK) == 0)
		(void)pthread_setattr_default_np(&attributes);
	pthread_attr_destroy(&attributes);
}
