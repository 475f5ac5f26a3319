/*
 * listen.c: binds TCP and UNIX sockets.
 */
#include "base/base.h"

#include "http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"

#define BACKLOG 4096

static int name_socket(struct listener *listener, struct fail *fail)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof(address);
	char host[INET6_ADDRSTRLEN] = "";

	if (getsockname(listener->fd, (struct sockaddr *)&address, &size) < 0)
		return fail_errno(fail, errno, "could not name a socket");
	if (address.ss_family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)&address;

		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		snprintf(listener->name, sizeof(listener->name), "http://%s:%d",
			 host, ntohs(in->sin_port));
	} else if (address.ss_family == AF_INET6) {
		struct sockaddr_in6 *in = (struct sockaddr_in6 *)&address;

		inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof(host));
		snprintf(listener->name, sizeof(listener->name),
			 "http://[%s]:%d", host, ntohs(in->sin6_port));
	} else {
		struct sockaddr_un *un = (struct sockaddr_un *)&address;

		snprintf(listener->name, sizeof(listener->name), "unix:%s",
			 un->sun_path);
	}
	return 0;
}

static int bind_and_listen(int fd, const struct sockaddr *address,
			   socklen_t size, const char *text, struct fail *fail)
{
	if (bind(fd, address, size) == 0 && listen(fd, BACKLOG) == 0)
		return 0;
	if (errno == EADDRINUSE && address->sa_family != AF_UNIX)
		return fail_set(fail,
				"could not listen at %s: the port is in use; "
				"choose another with --listen 127.0.0.1:8081",
				text);
	return fail_errno(fail, errno, "could not listen at %s", text);
}

/* A socket's file that nobody answers at is left over, and removed. */
static int remove_stale(const struct sockaddr_un *address, struct fail *fail)
{
	struct stat info;
	int fd, status;

	if (lstat(address->sun_path, &info) < 0)
		return 0;
	if (!S_ISSOCK(info.st_mode))
		return fail_set(fail, "%s is there and is not a socket",
				address->sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail_errno(fail, errno, "could not make a socket");
	status =
	    connect(fd, (const struct sockaddr *)address, sizeof(*address));
	if (status < 0)
		status = errno;
	close(fd);
	if (status != ECONNREFUSED)
		return fail_set(fail, "another program listens at unix:%s",
				address->sun_path);
	unlink(address->sun_path);
	return 0;
}

/*
 * Everybody who can reach the socket's directory may connect, as with a port,
 * whatever the umask: a proxy runs as another user. Keys and links control the
 * access.
 */
#define SOCKET_MODE 0666

static int open_unix(const char *path, struct listener *listener,
		     struct fail *fail)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		return fail_set(fail, "the path of unix:%s is too long", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (remove_stale(&address, fail) < 0)
		return -1;
	listener->path = strdup(path);
	listener->fd =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (!listener->path || listener->fd < 0)
		return fail_errno(fail, errno, "could not make a socket");
	if (bind_and_listen(listener->fd, (struct sockaddr *)&address,
			    sizeof(address), path, fail) < 0)
		return -1;
	if (chmod(path, SOCKET_MODE) < 0)
		return fail_errno(fail, errno,
				  "could not let all users connect to unix:%s",
				  path);
	return 0;
}

static int open_tcp(const char *text, struct listener *listener,
		    struct fail *fail)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *found;
	const char *colon = strrchr(text, ':');
	struct str host = { text, colon ? (size_t)(colon - text) : 0 };
	char name[256];
	int status, yes = 1;

	if (!colon || host.len >= sizeof(name))
		return fail_set(fail, "%s is not ADDRESS:PORT", text);
	if (str_starts_with(host, "[") && host.data[host.len - 1] == ']')
		host = (struct str){ host.data + 1, host.len - 2 };
	snprintf(name, sizeof(name), "%.*s", STR_ARG(host));
	status = getaddrinfo(host.len ? name : NULL, colon + 1, &hints, &found);
	if (status != 0)
		return fail_set(fail, "could not find the address %s: %s", text,
				gai_strerror(status));
	listener->fd = socket(found->ai_family,
			      SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->fd < 0) {
		freeaddrinfo(found);
		return fail_errno(fail, errno, "could not make a socket");
	}
	setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (found->ai_family == AF_INET6)
		setsockopt(listener->fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes,
			   sizeof(yes));
	status = bind_and_listen(listener->fd, found->ai_addr,
				 found->ai_addrlen, text, fail);
	freeaddrinfo(found);
	return status;
}

int listener_open(const char *address, struct listener *ret_listener,
		  struct fail *fail)
{
	struct listener listener = { .fd = -1 };
	int status;

	if (strncmp(address, "unix:", 5) == 0)
		status = open_unix(address + 5, &listener, fail);
	else
		status = open_tcp(address, &listener, fail);
	if (status < 0 || name_socket(&listener, fail) < 0) {
		if (listener.fd >= 0)
			close(listener.fd);
		free(listener.path);
		return -1;
	}
	*ret_listener = listener;
	return 0;
}

int listener_adopt(int fd, struct listener *ret_listener, struct fail *fail)
{
	struct listener listener = { .fd = fd };

	if (name_socket(&listener, fail) < 0)
		return -1;
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	*ret_listener = listener;
	return 0;
}

void listener_close(struct listener *listener)
{
	if (listener->fd >= 0)
		close(listener->fd);
	listener->fd = -1;
}

void listener_release(struct listener *listener)
{
	listener_close(listener);
	if (listener->path)
		unlink(listener->path);
	free(listener->path);
	*listener = (struct listener){ .fd = -1 };
}
