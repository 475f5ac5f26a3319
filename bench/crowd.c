/*
 * crowd.c: many clients that are in no hurry.
 *
 *	crowd idle|slow --port P --connections N [--key KEY] [--target T]
 *
 * idle asks once on each connection and then keeps it open. slow begins a
 * request on each and goes on with its header, a byte a second, for ever; who
 * is thrown out comes back at once. Prints "ready" when all are there, stays
 * until its standard input ends, and then says in JSON how many were thrown
 * out.
 */
#include "base/base.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer.h"
#include "net.h"
#include "sample.h"

#define CONNECTIONS_MAX 10000
#define REQUEST_MAX	1024
#define RECEIVE_SIZE	65536
#define BYTE_NS		1000000000LL /* between two bytes of one client */
#define TICK_MS		5

struct crowd {
	int port, count;
	const char *key, *target;
	int *fds;
	int64_t bytes; /* of all clients together, so far */
	int64_t thrown_out;
};

static void join(struct crowd *crowd, int at)
{
	crowd->fds[at] = net_connect(crowd->port);
	if (crowd->fds[at] < 0)
		net_die("connect");
}

static void ask_once(struct crowd *crowd, int fd)
{
	static char received[RECEIVE_SIZE];
	struct answer answer = { 0 };
	char request[REQUEST_MAX];
	enum answer_state state = ANSWER_PARTIAL;
	int len = snprintf(request, sizeof request,
			   "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
			   "Authorization: Bearer %s\r\n\r\n",
			   crowd->target, crowd->port, crowd->key);

	if (send(fd, request, (size_t)len, MSG_NOSIGNAL) != len)
		net_die("send");
	while (state == ANSWER_PARTIAL) {
		ssize_t got = recv(fd, received, sizeof received, 0);

		if (got <= 0)
			net_die("an idle client got no answer");
		state = answer_feed(&answer, received, (size_t)got);
	}
	if (state != ANSWER_WHOLE || answer.status != 200) {
		fprintf(stderr, "crowd: status %d\n", answer.status);
		exit(1);
	}
}

static void begin_request(struct crowd *crowd, int fd)
{
	char head[REQUEST_MAX];
	int len = snprintf(head, sizeof head,
			   "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
			   "X-Slow: ",
			   crowd->target, crowd->port);

	/* Whoever was refused at once is noticed with the next byte. */
	(void)send(fd, head, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Whether the server has hung up; what it said before does not matter. */
static bool hung_up(int fd)
{
	char said[4096];
	ssize_t got;

	do
		got = recv(fd, said, sizeof said, MSG_DONTWAIT);
	while (got > 0);
	return got == 0 || (errno != EAGAIN && errno != EINTR);
}

static void one_more_byte(struct crowd *crowd, int at)
{
	int fd = crowd->fds[at];

	if (!hung_up(fd) && send(fd, "a", 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1)
		return;
	crowd->thrown_out++;
	close(fd);
	join(crowd, at);
	begin_request(crowd, crowd->fds[at]);
}

/* Sends what is due by now, evenly spread over the clients. */
static void trickle(struct crowd *crowd, int64_t since)
{
	int64_t due = (int64_t)((double)(sample_now_ns() - since) / BYTE_NS *
				crowd->count);

	for (; crowd->bytes < due; crowd->bytes++)
		one_more_byte(crowd, (int)(crowd->bytes % crowd->count));
}

static void stay(struct crowd *crowd, bool slow)
{
	struct pollfd until = { .fd = STDIN_FILENO, .events = POLLIN };
	int64_t since = sample_now_ns();

	while (poll(&until, 1, slow ? TICK_MS : -1) == 0)
		trickle(crowd, since);
}

static void gather(struct crowd *crowd, bool slow)
{
	crowd->fds = calloc((size_t)crowd->count, sizeof *crowd->fds);
	if (crowd->fds == NULL)
		net_die("crowd");
	for (int i = 0; i < crowd->count; i++) {
		join(crowd, i);
		if (slow)
			begin_request(crowd, crowd->fds[i]);
		else
			ask_once(crowd, crowd->fds[i]);
	}
	puts("ready");
	fflush(stdout);
}

static void read_options(struct crowd *crowd, int argc, char **argv)
{
	static const struct option options[] = {
		{ "port", required_argument, NULL, 'p' },
		{ "connections", required_argument, NULL, 'c' },
		{ "key", required_argument, NULL, 'k' },
		{ "target", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'p':
			crowd->port = (int)strtol(optarg, NULL, 10);
			break;
		case 'c':
			crowd->count = (int)strtol(optarg, NULL, 10);
			break;
		case 'k':
			crowd->key = optarg;
			break;
		case 't':
			crowd->target = optarg;
			break;
		default:
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	struct crowd crowd = { .count = 1, .key = "", .target = "/" };
	bool slow;

	if (argc < 2) {
		fprintf(stderr, "usage: crowd idle|slow --port P ...\n");
		return 2;
	}
	slow = strcmp(argv[1], "slow") == 0;
	read_options(&crowd, argc - 1, argv + 1);
	if (crowd.count < 1 || crowd.count > CONNECTIONS_MAX)
		return 2;
	net_allow_many();
	gather(&crowd, slow);
	stay(&crowd, slow);
	printf("{\"connections\":%d,\"thrown_out\":%lld}\n", crowd.count,
	       (long long)crowd.thrown_out);
	return 0;
}
