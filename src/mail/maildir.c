/*
 * maildir.c: mail into a directory that any mail reader opens.
 *
 * A file is written whole into tmp/, brought to the disk, and only then moved
 * to new/, where readers look. Its name there comes from the invite alone: if
 * the daemon dies between that move and its record, the repeat replaces the
 * same file, and the person sees one mail, not two.
 *
 * Lines end in LF there, as in every file, and not in CRLF as on the wire.
 */
#include "base/base.h"
#include "mail/transport.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"

#define STALE_SECONDS (36 * 60 * 60) /* nobody writes a file for that long */
#define NAME_SIZE     200	     /* of a file; NAME_MAX is 255 */

struct maildir {
	struct transport transport;
	char *path;    /* directory; its parent has to be there */
	char host[64]; /* ours, as file names may have it */
};

/* The directories themselves, opened. -1: not open. */
struct parts {
	int tmp, new;
};

static void maildir_close(struct transport *transport)
{
	struct maildir *maildir =
	    CONTAINER_OF(transport, struct maildir, transport);

	free(maildir->path);
	free(maildir);
}

/* Makes `name` in `parent` if it is not there; opens it. */
static int open_directory(int parent, const char *name, struct fail *fail)
{
	int fd;

	/* A file system keeps a new directory once its parent is written. */
	if (mkdirat(parent, name, 0700) == 0) {
		if (parent != AT_FDCWD && fsync(parent) < 0)
			return fail_errno(fail, errno,
					  "could not write the maildir");
	} else if (errno != EEXIST) {
		return fail_errno(fail, errno, "could not make the maildir %s",
				  name);
	}
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail_errno(fail, errno, "could not open the maildir %s",
				  name);
	return fd;
}

static void close_parts(struct parts *parts)
{
	if (parts->tmp >= 0)
		close(parts->tmp);
	if (parts->new >= 0)
		close(parts->new);
	parts->tmp = parts->new = -1;
}

/* Each time anew: somebody may have cleared it all away meanwhile. */
static int open_parts(const char *path, struct parts *parts, struct fail *fail)
{
	int root = open_directory(AT_FDCWD, path, fail), cur = -1;

	*parts = (struct parts){ -1, -1 };
	if (root < 0)
		return -1;
	parts->tmp = open_directory(root, "tmp", fail);
	if (parts->tmp >= 0)
		parts->new = open_directory(root, "new", fail);
	if (parts->new >= 0)
		cur = open_directory(root, "cur", fail);
	close(root);
	if (cur < 0) {
		close_parts(parts);
		return -1;
	}
	close(cur);
	return 0;
}

/* Removes what a crash left behind in tmp/: there are secrets in it. */
static void remove_stale(int tmp)
{
	int fd = openat(tmp, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	int64_t now = clock_now_ms() / 1000;
	struct dirent *entry;
	struct stat st;

	if (!directory) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(directory)))
		if (fstatat(tmp, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) ==
			0 &&
		    S_ISREG(st.st_mode) && now - st.st_mtime > STALE_SECONDS)
			(void)unlinkat(tmp, entry->d_name, 0);
	closedir(directory);
}

/* The host's name; '/' and ':' mean something else in a maildir. */
static void find_host(char *out, size_t size)
{
	if (gethostname(out, size - 1) < 0)
		snprintf(out, size, "localhost");
	out[size - 1] = '\0';
	for (char *p = out; *p; p++)
		if (*p == '/' || *p == ':' || (unsigned char)*p <= ' ')
			*p = '_';
}

static int maildir_open(const struct transport_options *options,
			struct transport **ret_transport, struct fail *fail)
{
	const char *path = strchr(options->url, ':') + 1;
	struct maildir *maildir;
	struct parts parts;

	if (!*path)
		return fail_set(fail, "the maildir's path is missing: "
				      "maildir:PATH");
	if (open_parts(path, &parts, fail) < 0)
		return -1;
	remove_stale(parts.tmp);
	close_parts(&parts);
	maildir = calloc(1, sizeof(*maildir));
	if (maildir)
		maildir->path = strdup(path);
	if (!maildir || !maildir->path) {
		free(maildir);
		return fail_set(fail, "out of memory");
	}
	find_host(maildir->host, sizeof(maildir->host));
	*ret_transport = &maildir->transport;
	return 0;
}

/* ---- delivery ---- */

/* All of `data`; -1 with errno. */
static int write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The message with LF at its lines' ends. */
static int write_message(int fd, struct str text)
{
	struct buf lines;
	struct str line;
	int result;

	buf_init(&lines, MESSAGE_MAX);
	if (buf_reserve(&lines, text.len)) /* growing would leave copies */
		while (text.len > 0) {
			str_cut(text, '\n', &line, &text);
			if (line.len > 0 && line.data[line.len - 1] == '\r')
				line.len--;
			buf_add_str(&lines, line);
			buf_add_char(&lines, '\n');
		}
	errno = ENOMEM;
	result = buf_ok(&lines) ? write_all(fd, lines.data, lines.len) : -1;
	if (lines.data)
		wipe(lines.data, lines.len);
	buf_release(&lines);
	return result;
}

/* The message as a file in tmp/, on the disk; -1 with errno. */
static int write_file(int tmp, const char *name, struct str text)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(tmp, name, flags, 0600);
	int error = 0;

	if (fd < 0)
		return -1;
	if (write_message(fd, text) < 0 || fsync(fd) < 0)
		error = errno;
	if (close(fd) < 0 && error == 0)
		error = errno;
	errno = error;
	return error == 0 ? 0 : -1;
}

/* Into new/ by way of tmp/; -1 with errno, and nothing left behind. */
static int add_mail(const struct parts *parts, const char *name,
		    struct str text)
{
	char draft[NAME_SIZE + 20];
	int error;

	snprintf(draft, sizeof(draft), "%s.%" PRIx64, name, random_u64());
	if (write_file(parts->tmp, draft, text) == 0 &&
	    renameat(parts->tmp, draft, parts->new, name) == 0)
		return fsync(parts->new);
	error = errno;
	(void)unlinkat(parts->tmp, draft, 0);
	errno = error;
	return -1;
}

static void maildir_deliver(struct transport *transport,
			    const struct letter *letter, struct report *report)
{
	struct maildir *maildir =
	    CONTAINER_OF(transport, struct maildir, transport);
	char name[NAME_SIZE];
	struct parts parts;
	struct fail fail;

	if (open_parts(maildir->path, &parts, &fail) < 0) {
		report_set(report, OUTBOX_DEFERRED, WAY_CLOSED, "%s",
			   fail.message);
		return;
	}
	snprintf(name, sizeof(name), "%" PRId64 ".%s.%s", letter->seconds,
		 letter->id, maildir->host);
	if (add_mail(&parts, name, letter->text) == 0)
		report_set(report, OUTBOX_SENT, WAY_OPEN,
			   "delivered to %s/new/%s", maildir->path, name);
	else
		report_set(report, OUTBOX_DEFERRED, WAY_CLOSED,
			   "could not write into the maildir: %s",
			   strerrordesc_np(errno));
	close_parts(&parts);
}

static void maildir_probe(struct transport *transport,
			  const struct letter *letter, struct report *report)
{
	struct maildir *maildir =
	    CONTAINER_OF(transport, struct maildir, transport);
	struct parts parts;
	struct fail fail;

	(void)letter;
	if (open_parts(maildir->path, &parts, &fail) < 0) {
		report_set(report, OUTBOX_DEFERRED, WAY_CLOSED, "%s",
			   fail.message);
		return;
	}
	if (faccessat(parts.tmp, ".", W_OK | X_OK, AT_EACCESS) < 0 ||
	    faccessat(parts.new, ".", W_OK | X_OK, AT_EACCESS) < 0)
		report_set(report, OUTBOX_DEFERRED, WAY_CLOSED,
			   "the maildir cannot be written to: %s",
			   strerrordesc_np(errno));
	else
		report_set(report, OUTBOX_SENT, WAY_OPEN,
			   "the maildir is there");
	close_parts(&parts);
}

const struct transport_kind transport_maildir = {
	.scheme = "maildir:",
	.open = maildir_open,
	.deliver = maildir_deliver,
	.probe = maildir_probe,
	.close = maildir_close,
};
