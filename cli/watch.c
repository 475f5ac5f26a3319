/*
 * watch.c: invite watch: looks at an invite until it is settled. An invite
 * whose mail has failed is settled too: nobody will accept it.
 */
#include "invites.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "resolve.h"
#include "text.h"

#define WATCH_INTERVAL_MS 2000

const struct option watch_options[] = {
	{ .name = "invite-id", .value = "ID", .help = "the same as ID" },
	{ .name = "interval",
	  .value = "DURATION",
	  .help = "time between two checks; 2s by default" },
	{ .name = "max-wait",
	  .value = "DURATION",
	  .help = "give up after this time; never by default" },
	{ 0 },
};

struct watch {
	struct cli *cli;
	char *id;
	char *seen; /* how the mail stood at the last look, or NULL */
};

static void wait_ms(long long milliseconds)
{
	struct timespec time = { .tv_sec = milliseconds / 1000,
				 .tv_nsec = milliseconds % 1000 * 1000000 };

	while (nanosleep(&time, &time) != 0)
		;
}

static long long mono_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* To whoever sits at the terminal: what is waited for, when it changes. */
static void print_progress(struct watch *watch, const struct inv_invite *invite)
{
	const char *mail = delivery_of(invite);

	if (!isatty(STDERR_FILENO) ||
	    (watch->seen && strcmp(watch->seen, mail) == 0))
		return;
	free(watch->seen);
	watch->seen = copy_of(mail);
	print_note("%s is pending%s%s", invite->email, *mail ? ", mail " : "",
		   mail);
}

/* Shows an invite that is settled; false while there is hope. */
static bool is_settled(struct watch *watch, const struct inv_invite *invite,
		       enum status *ret_status)
{
	bool has_failed = has_failed_mail(invite);

	if (invite->status == INV_INVITE_STATUS_PENDING && !has_failed) {
		print_progress(watch, invite);
		return false;
	}
	print_item(watch->cli, &invite_view, invite);
	if (has_failed)
		print_problem("the mail to %s could not be delivered",
			      invite->email);
	*ret_status = has_failed ? STATUS_UNDELIVERED
		      : invite->status == INV_INVITE_STATUS_ACCEPTED
			  ? STATUS_OK
			  : STATUS_EXPIRED;
	return true;
}

/* One look: whether that was the last, and then with which status. */
static bool look(struct watch *watch, enum status *ret_status)
{
	struct inv_invite *invite;
	struct inv_error err;
	bool done;

	if (inv_invites_retrieve(watch->cli->client, watch->id, NULL, &invite,
				 &err)) {
		if (err.temporary) /* a watcher outlives a restart */
			return false;
		*ret_status = fail(watch->cli, &err);
		return true;
	}
	done = is_settled(watch, invite, ret_status);
	inv_free(invite);
	return done;
}

static enum status run(struct watch *watch, long long interval,
		       long long max_wait)
{
	long long start = mono_ms();
	enum status status;

	while (!look(watch, &status)) {
		if (max_wait >= 0 && mono_ms() - start >= max_wait) {
			print_problem("%s is still pending", watch->id);
			return STATUS_TRY_AGAIN;
		}
		wait_ms(interval);
	}
	return status;
}

enum status cmd_watch(struct cli *cli)
{
	struct watch watch = { .cli = cli };
	long long interval, max_wait;
	enum status status;

	if (!args_duration(cli->args, "interval", WATCH_INTERVAL_MS,
			   &interval) ||
	    !args_duration(cli->args, "max-wait", -1, &max_wait))
		return STATUS_USAGE;
	watch.id = asked_invite(cli, &status);
	if (watch.id)
		status = run(&watch, interval, max_wait);
	free(watch.id);
	free(watch.seen);
	return status;
}
