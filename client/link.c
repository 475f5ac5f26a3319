/*
 * link.c: see link.h.
 *
 * Surprising here: SIGPIPE is held back in the calling thread while libcurl
 * may write (a library must not change the process's signal handlers, and TLS
 * may write with write(2)); and a link that fork() has copied is cut from its
 * sockets before it is closed, so that a TLS farewell does not end the
 * parent's connection.
 */
#include "base/base.h"
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define WAIT_MS 60000 /* libcurl wakes up earlier where it has a timer */

static void note_socket(struct link *link, int from, int to)
{
	for (size_t i = 0; i < SOCKETS_MAX; i++) {
		if (link->sockets[i] == from) {
			link->sockets[i] = to;
			return;
		}
	}
}

/* Close-on-exec, so that a program the caller starts does not inherit it. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose,
				 struct curl_sockaddr *address)
{
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
			address->protocol);

	(void)purpose;
	if (fd < 0)
		return CURL_SOCKET_BAD;
	note_socket(arg, -1, fd);
	return fd;
}

static int close_socket(void *arg, curl_socket_t fd)
{
	note_socket(arg, fd, -1);
	return close(fd);
}

static void set_up(struct link *link, const struct inv_client *client)
{
	CURL *easy = link->easy;

	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, link->message);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
			 client->connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, link);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, link);
	if (client->proxy)
		curl_easy_setopt(easy, CURLOPT_PROXY, client->proxy);
	if (client->ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, client->ca_file);
	if (client->ca_path)
		curl_easy_setopt(easy, CURLOPT_CAPATH, client->ca_path);
}

/* After fork(): what is written from now on goes nowhere. */
static void cut_off(struct link *link)
{
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (size_t i = 0; i < SOCKETS_MAX; i++)
		if (link->sockets[i] >= 0 && nowhere >= 0)
			dup3(nowhere, link->sockets[i], O_CLOEXEC);
	if (nowhere >= 0)
		close(nowhere);
}

/* SIGPIPE in this thread, while libcurl may write. */
struct held_back {
	sigset_t pipe, before;
	bool was_pending;
};

static void hold_back(struct held_back *held)
{
	sigset_t pending;

	sigemptyset(&held->pipe);
	sigaddset(&held->pipe, SIGPIPE);
	sigpending(&pending);
	held->was_pending = sigismember(&pending, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &held->pipe, &held->before);
}

/* What came meanwhile is libcurl's and forgotten. */
static void let_go(struct held_back *held)
{
	struct timespec at_once = { 0 };

	if (!held->was_pending)
		while (sigtimedwait(&held->pipe, NULL, &at_once) < 0 &&
		       errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &held->before, NULL);
}

/* The multi handle first: it closes its connections through the link. */
static void link_free(struct link *link)
{
	struct held_back held;

	if (link->owner != getpid())
		cut_off(link);
	hold_back(&held);
	curl_multi_cleanup(link->multi);
	curl_easy_cleanup(link->easy);
	let_go(&held);
	free(link);
}

/*
 * libcurl guards what all handles share by a lock of its own making, which no
 * tool that looks for races understands. One that they do costs nothing here.
 */
static void make_handles(struct link *link)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&lock);
	link->easy = curl_easy_init();
	link->multi = curl_multi_init();
	pthread_mutex_unlock(&lock);
}

static struct link *link_new(const struct inv_client *client)
{
	struct link *link = calloc(1, sizeof(*link));

	if (!link)
		return NULL;
	link->owner = getpid();
	for (size_t i = 0; i < SOCKETS_MAX; i++)
		link->sockets[i] = -1;
	make_handles(link);
	if (link->easy && link->multi) {
		set_up(link, client);
		return link;
	}
	link_free(link);
	return NULL;
}

static struct link *link_pop(struct inv_client *client)
{
	struct link *link;

	pthread_mutex_lock(&client->lock);
	link = client->idle;
	if (link)
		client->idle = link->next;
	pthread_mutex_unlock(&client->lock);
	return link;
}

struct link *link_take(struct inv_client *client)
{
	struct link *link;

	while ((link = link_pop(client)) != NULL) {
		if (link->owner == getpid())
			return link;
		link_free(link);
	}
	return link_new(client);
}

void link_put(struct inv_client *client, struct link *link)
{
	pthread_mutex_lock(&client->lock);
	link->next = client->idle;
	client->idle = link;
	pthread_mutex_unlock(&client->lock);
}

void link_free_all(struct inv_client *client)
{
	struct link *link;

	while ((link = link_pop(client)) != NULL)
		link_free(link);
}

/* Until the transfer is done, or there is something to read in `wake`. */
static CURLcode wait_for(struct link *link, int wake)
{
	struct curl_waitfd extra = { .fd = wake, .events = CURL_WAIT_POLLIN };
	unsigned extras = wake >= 0 ? 1 : 0;
	CURLMsg *message;
	int running = 0, left;

	for (;;) {
		if (curl_multi_perform(link->multi, &running) != CURLM_OK)
			return CURLE_OUT_OF_MEMORY;
		message = curl_multi_info_read(link->multi, &left);
		if (message)
			return message->data.result;
		if (running == 0)
			return CURLE_FAILED_INIT;
		extra.revents = 0;
		if (curl_multi_poll(link->multi, extras ? &extra : NULL, extras,
				    WAIT_MS, NULL) != CURLM_OK)
			return CURLE_OUT_OF_MEMORY;
		if (extra.revents)
			return CURLE_ABORTED_BY_CALLBACK;
	}
}

/* A name that is being resolved in a thread is not waited for at the end. */
static CURLcode transfer(struct link *link, int wake)
{
	CURLcode code;

	if (curl_multi_add_handle(link->multi, link->easy) != CURLM_OK)
		return CURLE_OUT_OF_MEMORY;
	code = wait_for(link, wake);
	if (code == CURLE_ABORTED_BY_CALLBACK)
		curl_easy_setopt(link->easy, CURLOPT_QUICK_EXIT, 1L);
	curl_multi_remove_handle(link->multi, link->easy);
	curl_easy_setopt(link->easy, CURLOPT_QUICK_EXIT, 0L);
	return code;
}

CURLcode link_perform(struct link *link, int wake)
{
	struct held_back held;
	CURLcode code;

	hold_back(&held);
	code = transfer(link, wake);
	let_go(&held);
	return code;
}
