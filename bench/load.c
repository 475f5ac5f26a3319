/*
 * load.c: as many requests as the server will answer, over a fixed number of
 * kept-alive connections, each with one request under way.
 *
 *	load create|bulk|get|once --port P --connections N --seconds S
 *	     [--warm S] [--key KEY] [--targets FILE] [--pid PID]
 *
 * create posts invites to addresses that were never used before, and bulk a
 * thousand of them by each request, every one of which must be made; get walks
 * through the request targets in FILE, one a line; once sends what is in FILE,
 * each line once, "KEY METHOD TARGET BODY" (KEY is - for none), and ends when
 * there are no more. Prints one line of JSON: rate, latencies, failures, and
 *CPU per request of PID and of itself.
 *
 * The server shares the machine with this program, so it does as little as it
 * can: requests are rendered once, and an answer is a status and a count of
 * bytes.
 */
#include "base/base.h"

#include <getopt.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer.h"
#include "net.h"
#include "sample.h"

#define CONNECTIONS_MAX 4096
#define EVENTS_MAX	256
#define RECEIVE_SIZE	65536
#define REQUEST_MAX	1024
#define BULK_LINES	1000
#define BULK_BODY_MAX	(BULK_LINES * 128)
#define BULK_END	"\"existing\":0,\"refused\":0}\n"
#define LINE_SIZE	512
#define NUMBER_DIGITS	16 /* of the address's running number */
#define DRAIN_NS	(60 * 1000000000LL)
#define STEP_NS		10000000LL
#define COMPLAINTS_MAX	3 /* unexpected answers that are shown */

struct request {
	char *data;
	size_t len;
};

struct client {
	int fd;
	int64_t sent_ns; /* 0 = nothing under way */
	struct answer answer;
};

struct load {
	int port, connections;
	double seconds, warm;
	const char *key, *targets;

	struct request *requests; /* taken in turn */
	size_t request_count, request_next;
	char *number; /* the first in the only request of create; or NULL */
	size_t numbers, apart; /* how many, and octets from one to the next */
	const char *end;       /* of each answer's body; or NULL */
	bool once; /* each request; those that are left end the run */

	int epoll, complaints;
	bool stopping;
	int under_way;
	struct client *clients;
	struct sample sample;
	char received[RECEIVE_SIZE];
};

static void add_request(struct load *load, const char *text)
{
	struct request *added;

	load->requests = reallocarray(load->requests, load->request_count + 1,
				      sizeof *load->requests);
	if (load->requests == NULL)
		net_die("requests");
	added = &load->requests[load->request_count++];
	added->data = strdup(text);
	if (added->data == NULL)
		net_die("requests");
	added->len = strlen(text);
}

static size_t render_line(char *out, size_t size, const char *name,
			  int64_t number)
{
	return (size_t)snprintf(out, size,
				"{\"email\":\"%s-%0*lld@bench.example\","
				"\"role\":\"reader\"}",
				name, NUMBER_DIGITS, (long long)number);
}

static void render_post(struct load *load, const char *path, const char *name,
			const char *body)
{
	static char text[REQUEST_MAX + BULK_BODY_MAX];

	snprintf(text, sizeof text,
		 "POST /v1/organization/invites%s HTTP/1.1\r\n"
		 "Host: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n"
		 "Content-Type: application/json\r\n"
		 "Content-Length: %zu\r\n\r\n%s",
		 path, load->port, load->key, strlen(body), body);
	add_request(load, text);
	load->number = strstr(load->requests[0].data, name) + strlen(name) + 1;
}

/*
 * One request whose numbers are counted up in place. They start at the time in
 * microseconds: nobody creates a million a second, so that runs after one
 * another never meet.
 */
static int64_t first_number(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void render_create(struct load *load)
{
	char body[BULK_BODY_MAX / BULK_LINES];

	render_line(body, sizeof body, "person", first_number());
	render_post(load, "", "person", body);
	load->numbers = 1;
}

static void render_bulk(struct load *load)
{
	static char body[BULK_BODY_MAX];
	size_t len = (size_t)snprintf(body, sizeof body, "{\"invites\":[");
	size_t begun = len;
	int64_t number = first_number();

	for (int i = 0; i < BULK_LINES; i++) {
		len += render_line(body + len, sizeof body - len, "staff",
				   number + i);
		body[len++] = ',';
	}
	load->apart = (len - begun) / BULK_LINES;
	snprintf(body + len - 1, sizeof body - len, "]}");
	render_post(load, "/bulk", "staff", body);
	load->numbers = BULK_LINES;
	load->end = BULK_END;
}

static void render_targets(struct load *load)
{
	char target[REQUEST_MAX / 2], text[REQUEST_MAX];
	FILE *file = fopen(load->targets, "re");

	if (file == NULL)
		net_die(load->targets);
	while (fgets(target, sizeof target, file) != NULL) {
		target[strcspn(target, "\n")] = '\0';
		snprintf(text, sizeof text,
			 "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
			 "Authorization: Bearer %s\r\n\r\n",
			 target, load->port, load->key);
		add_request(load, text);
	}
	fclose(file);
	if (load->request_count == 0) {
		fprintf(stderr, "%s: no targets\n", load->targets);
		exit(2);
	}
}

/* "KEY METHOD TARGET BODY", as for load.once. */
static void add_line(struct load *load, char *line)
{
	char text[REQUEST_MAX], authorization[LINE_SIZE] = "", *rest = line;
	const char *key = strsep(&rest, " "), *method = strsep(&rest, " ");
	const char *target = strsep(&rest, " "), *body = rest ? rest : "";

	if (target == NULL) {
		fprintf(stderr, "%s: not a request\n", load->targets);
		exit(2);
	}
	if (strcmp(key, "-") != 0)
		snprintf(authorization, sizeof authorization,
			 "Authorization: Bearer %s\r\n", key);
	snprintf(text, sizeof text,
		 "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s"
		 "Content-Type: application/json\r\n"
		 "Content-Length: %zu\r\n\r\n%s",
		 method, target, load->port, authorization, strlen(body), body);
	add_request(load, text);
}

static void render_lines(struct load *load)
{
	char line[LINE_SIZE];
	FILE *file = fopen(load->targets, "re");

	if (file == NULL)
		net_die(load->targets);
	while (fgets(line, sizeof line, file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		add_line(load, line);
	}
	fclose(file);
	load->once = true;
}

/* Adds one to the digit at `at`: "...0199" becomes "...0200". */
static void count_up(char *digits, int at)
{
	while (at > 0 && digits[at] == '9')
		digits[at--] = '0';
	digits[at]++;
}

/* Each line of a bulk goes on by as many as there are. */
static void count_all_up(struct load *load)
{
	int at = NUMBER_DIGITS - (load->numbers == BULK_LINES ? 4 : 1);

	for (size_t i = 0; i < load->numbers; i++)
		count_up(load->number + i * load->apart, at);
}

/* NULL: there are no more. */
static const struct request *next_request(struct load *load)
{
	const struct request *request = &load->requests[load->request_next];

	if (load->once)
		return load->request_next++ < load->request_count ? request
								  : NULL;
	if (load->number != NULL)
		count_all_up(load);
	else if (++load->request_next == load->request_count)
		load->request_next = 0;
	return request;
}

static void client_connect(struct load *load, struct client *client)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };

	memset(client, 0, sizeof *client);
	client->fd = net_connect(load->port);
	if (client->fd < 0)
		net_die("connect");
	if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, client->fd, &event) != 0)
		net_die("epoll_ctl");
}

/* Over a socket with nothing under way: there is always room for all of it. */
static void client_send(struct load *load, struct client *client, int64_t now)
{
	const struct request *request;

	if (load->stopping)
		return;
	request = next_request(load);
	if (request == NULL) {
		load->request_next = load->request_count;
		return;
	}
	client->sent_ns = now;
	load->under_way++;
	if (send(client->fd, request->data, request->len, MSG_NOSIGNAL) !=
	    (ssize_t)request->len)
		client->sent_ns = -now; /* its end will be noticed */
}

static void complain(struct load *load, const char *what, size_t len)
{
	load->sample.failures++;
	if (load->complaints++ < COMPLAINTS_MAX)
		fprintf(stderr, "load: unexpected: %.*s\n", (int)len, what);
}

/* The server hung up, or talks nonsense: a failure, and a new connection. */
static void client_lost(struct load *load, struct client *client)
{
	complain(load, "the connection was lost", 23);
	if (client->sent_ns != 0)
		load->under_way--;
	close(client->fd);
	client_connect(load, client);
	client_send(load, client, sample_now_ns());
}

/* Whether what came last of an answer, `len` octets, ends as it should. */
static bool ends_well(const struct load *load, size_t len)
{
	size_t end = load->end ? strlen(load->end) : 0;
	size_t seen = end < len ? end : len;

	return memcmp(load->received + len - seen,
		      load->end ? load->end + end - seen : "", seen) == 0;
}

static void client_read(struct load *load, struct client *client)
{
	ssize_t len =
	    recv(client->fd, load->received, RECEIVE_SIZE, MSG_DONTWAIT);
	enum answer_state state;
	int64_t now;

	if (len <= 0 || client->sent_ns <= 0) {
		client_lost(load, client);
		return;
	}
	state = answer_feed(&client->answer, load->received, (size_t)len);
	if (state == ANSWER_BROKEN)
		client_lost(load, client);
	if (state != ANSWER_WHOLE)
		return;
	now = sample_now_ns();
	if (client->answer.status != 200 || !ends_well(load, (size_t)len))
		complain(load, load->received, (size_t)len);
	else if (!load->stopping)
		sample_add(&load->sample, now - client->sent_ns);
	client->sent_ns = 0;
	load->under_way--;
	client_send(load, client, now);
}

static void run_until(struct load *load, int64_t end)
{
	struct epoll_event events[EVENTS_MAX];
	int64_t left;

	while (load->under_way > 0 && (left = end - sample_now_ns()) > 0) {
		int count = epoll_wait(load->epoll, events, EVENTS_MAX,
				       (int)(left / 1000000) + 1);

		for (int i = 0; i < count; i++)
			client_read(load, events[i].data.ptr);
	}
}

static void run_until_one(struct load *load, int64_t end)
{
	while (load->sample.count == 0 && load->under_way > 0 &&
	       sample_now_ns() < end)
		run_until(load, sample_now_ns() + STEP_NS);
}

static void run(struct load *load)
{
	int64_t now;

	load->epoll = epoll_create1(EPOLL_CLOEXEC);
	load->clients =
	    calloc((size_t)load->connections, sizeof *load->clients);
	if (load->epoll < 0 || load->clients == NULL)
		net_die("load");
	for (int i = 0; i < load->connections; i++)
		client_connect(load, &load->clients[i]);
	now = sample_now_ns();
	for (int i = 0; i < load->connections; i++)
		client_send(load, &load->clients[i], now);
	run_until(load, now + (int64_t)(load->warm * 1e9));
	sample_start(&load->sample);
	run_until(load, load->sample.since_ns + (int64_t)(load->seconds * 1e9));
	/* A bulk may take longer than a short window. */
	if (load->sample.count == 0)
		run_until_one(load, sample_now_ns() + DRAIN_NS);
	sample_stop(&load->sample);
}

/* Lets the server answer what is under way, so that all of it is accounted. */
static void drain(struct load *load)
{
	load->stopping = true;
	run_until(load, sample_now_ns() + DRAIN_NS);
	if (load->under_way > 0)
		complain(load, "some requests were never answered", 33);
}

static void read_options(struct load *load, int argc, char **argv)
{
	static const struct option options[] = {
		{ "port", required_argument, NULL, 'p' },
		{ "connections", required_argument, NULL, 'c' },
		{ "seconds", required_argument, NULL, 's' },
		{ "warm", required_argument, NULL, 'w' },
		{ "key", required_argument, NULL, 'k' },
		{ "targets", required_argument, NULL, 't' },
		{ "pid", required_argument, NULL, 'P' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'p':
			load->port = (int)strtol(optarg, NULL, 10);
			break;
		case 'c':
			load->connections = (int)strtol(optarg, NULL, 10);
			break;
		case 's':
			load->seconds = strtod(optarg, NULL);
			break;
		case 'w':
			load->warm = strtod(optarg, NULL);
			break;
		case 'k':
			load->key = optarg;
			break;
		case 't':
			load->targets = optarg;
			break;
		case 'P':
			load->sample.server = (pid_t)strtol(optarg, NULL, 10);
			break;
		default:
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	static struct load load = { .connections = 1, .seconds = 1, .key = "" };

	if (argc < 2) {
		fprintf(stderr,
			"usage: load create|bulk|get|once --port P ...\n");
		return 2;
	}
	read_options(&load, argc - 1, argv + 1);
	if (load.connections < 1 || load.connections > CONNECTIONS_MAX)
		return 2;
	load.sample.mode = argv[1];
	load.sample.width = load.connections;
	if (strcmp(argv[1], "create") == 0)
		render_create(&load);
	else if (strcmp(argv[1], "bulk") == 0)
		render_bulk(&load);
	else if (strcmp(argv[1], "once") == 0)
		render_lines(&load);
	else
		render_targets(&load);
	net_allow_many();
	run(&load);
	drain(&load);
	sample_print(&load.sample, NULL);
	return 0;
}
