/*
 * bare_http.c: the HTTP library alone: answers every request with the headers
 *of an answer of the gate, and knows nothing. What a check costs beyond that is
 * ours.
 *
 *	bare_http		prints its port, answers until its input ends
 */
#include "base/base.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS 4096
#define POOL	    (16 * 1024)

static const char *const headers[][2] = {
	{ "X-Invited-Organization", "org-0ANFPNCG9QKG5" },
	{ "X-Invited-Project", "proj_0ANFPND237GC1" },
	{ "X-Invited-Key", "key_0ANFPNE8HX9P3" },
	{ "X-Invited-Owner", "svc_acct_0ANFPNE8HX9P1" },
	{ "X-Invited-Role", "member" },
	{ "X-Invited-User-Email", " " },
	{ "X-Invited-Models", " " },
	{ "Cache-Control", "no-store" },
	{ "Content-Type", "text/plain; charset=utf-8" },
	{ "x-request-id", "req_5d455d18036c1d1827694d61488b41ca" },
};

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection,
				  const char *url, const char *method,
				  const char *version, const char *data,
				  size_t *size, void **context)
{
	struct MHD_Response *response;
	enum MHD_Result result = MHD_YES;

	(void)cls, (void)url, (void)method, (void)version, (void)data;
	*size = 0;
	if (!*context) { /* the library takes no answer that early */
		*context = (void *)headers;
		return MHD_YES;
	}
	response =
	    MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	for (size_t i = 0; response && i < COUNT_OF(headers); i++)
		result = MHD_add_response_header(response, headers[i][0],
						 headers[i][1]);
	if (result == MHD_YES)
		result = MHD_queue_response(connection, 200, response);
	MHD_destroy_response(response);
	return result;
}

static int listen_anywhere(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 ||
	    listen(fd, CONNECTIONS) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		return -1;
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

/* In this thread, as the daemon does. */
static void serve(struct MHD_Daemon *daemon)
{
	const union MHD_DaemonInfo *info =
	    MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd fds[] = { { .fd = info->epoll_fd, .events = POLLIN },
				{ .fd = STDIN_FILENO, .events = POLLIN } };

	while (fds[1].revents == 0) {
		MHD_UNSIGNED_LONG_LONG wait = 1000;

		(void)MHD_get_timeout(daemon, &wait);
		poll(fds, COUNT_OF(fds), wait < 1000 ? (int)wait : 1000);
		MHD_run(daemon);
	}
}

int main(void)
{
	int fd = listen_anywhere();
	struct MHD_Daemon *daemon =
	    fd < 0
		? NULL
		: MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_TURBO, 0, NULL, NULL,
				   on_request, NULL, MHD_OPTION_LISTEN_SOCKET,
				   fd, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
				   (size_t)POOL, MHD_OPTION_CONNECTION_LIMIT,
				   (unsigned)CONNECTIONS, MHD_OPTION_END);

	if (!daemon) {
		fprintf(stderr, "bare_http: could not serve\n");
		return 1;
	}
	serve(daemon);
	MHD_stop_daemon(daemon);
	return 0;
}
