/*
 * sink.c: a mail server that takes every mail and keeps none: what is left to
 * measure is who sends them.
 *
 *	sink
 *
 * Prints its port, and from then on, for each line that it reads, how many
 * mails it has taken. Ends with its input.
 */
#include "base/base.h"

#include <arpa/inet.h>
#include <err.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

static atomic_long taken;

static void say(FILE *to, const char *reply)
{
	fputs(reply, to);
	fflush(to);
}

/* Reads the text through its final dot. */
static void take_text(FILE *from)
{
	char line[2048];

	while (fgets(line, sizeof(line), from) && strcmp(line, ".\r\n") != 0)
		;
}

static void converse(FILE *from, FILE *to)
{
	char line[2048];

	say(to, "220 sink\r\n");
	while (fgets(line, sizeof(line), from)) {
		if (strncmp(line, "DATA", 4) == 0) {
			say(to, "354 go on\r\n");
			take_text(from);
			taken++;
		}
		say(to, "250 ok\r\n");
	}
}

static void *serve(void *context)
{
	int fd = *(int *)context, on = 1;
	FILE *from = fdopen(fd, "r"), *to = fdopen(dup(fd), "w");

	free(context);
	if (!from || !to)
		err(1, "a connection");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	converse(from, to);
	fclose(to);
	fclose(from);
	return NULL;
}

static void *accept_all(void *context)
{
	int listener = *(int *)context;

	for (;;) {
		int *fd = malloc(sizeof(*fd));
		pthread_t thread;

		if (!fd || (*fd = accept(listener, NULL, NULL)) < 0 ||
		    pthread_create(&thread, NULL, serve, fd) != 0)
			err(1, "a connection");
		pthread_detach(thread);
	}
}

int main(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	pthread_t thread;
	char line[64];

	signal(SIGPIPE, SIG_IGN);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (listener < 0 ||
	    bind(listener, (struct sockaddr *)&address, len) < 0 ||
	    listen(listener, 64) < 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &len) < 0 ||
	    pthread_create(&thread, NULL, accept_all, &listener) != 0)
		err(1, "sink");
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		printf("%ld\n", atomic_load(&taken));
		fflush(stdout);
	}
	return 0;
}
