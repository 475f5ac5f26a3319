/*
 * nth_alloc.c URL: makes every call of libinv while the n-th allocation fails,
 * for n = 1, 2, ... until nothing fails any more.
 *
 * The program's own malloc() stands before the C library's, so that libcurl's
 * and jansson's allocations fail too. Whatever is returned must be success or
 * an error, and nothing may be left allocated, not even by a thread that
 * libcurl resolves names in. (What the C library keeps of a finished thread is
 * left once: so a leak is one that a second run adds to.)
 */
#include <inv.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void __libc_free(void *memory);

static _Thread_local long countdown = -1; /* -1: nothing is counted */
static _Thread_local bool has_failed;
static atomic_long alive;
static atomic_bool is_watched;

static bool fails(void)
{
	if (countdown < 0)
		return false;
	if (countdown-- > 1)
		return false;
	countdown = -1;
	has_failed = true;
	errno = ENOMEM;
	return true;
}

static void *count(void *memory)
{
	alive += is_watched && memory;
	return memory;
}

void *malloc(size_t size)
{
	return fails() ? NULL : count(__libc_malloc(size));
}

void *calloc(size_t n, size_t size)
{
	return fails() ? NULL : count(__libc_calloc(n, size));
}

void *realloc(void *old, size_t size)
{
	void *new;

	if (fails())
		return NULL;
	new = __libc_realloc(old, size);
	return old ? new : count(new);
}

void free(void *memory)
{
	alive -= is_watched && memory;
	__libc_free(memory);
}

static void fail(const char *what, long n, const char *why)
{
	countdown = -1;
	fprintf(stderr, "%s, allocation %ld: %s\n", what, n, why);
	exit(1);
}

static int create(struct inv_client *client, struct inv_error *err)
{
	struct inv_invite *invite;
	struct inv_grant grants[] = { { .id = "p", .role_text = "member" } };

	if (inv_invites_create(client,
			       &(struct inv_invite_create_params){
				   .email = "ada@example.com",
				   .role = INV_ROLE_READER,
				   .projects = INV_GRANTS(grants, 1),
				   .extra_body = "{\"send_email\":false}",
			       },
			       &(struct inv_call){ .headers = "X-E: f",
						   .idempotency_key = "k" },
			       &invite, err))
		return -1;
	if (strcmp(invite->id, "invite-1") != 0)
		fail("create", 0, "another id");
	inv_free(invite);
	return 0;
}

static int list(struct inv_client *client, struct inv_error *err)
{
	struct inv_invite_list_params params = { .after = "x",
						 .limit = 2,
						 .extra_query = "a=b" };
	const struct inv_invite *invite;
	struct inv_invite_page *page;
	int rc;

	if (inv_invites_list(client, &params, NULL, &page, err))
		return -1;
	while (!(rc = inv_next(page, &invite, err)) && invite)
		;
	inv_free(page);
	return rc;
}

static int refused(struct inv_client *client, struct inv_error *err)
{
	int rc = inv_invites_delete(client, "refused", NULL, NULL, err);

	if (rc == 0)
		fail("refused", 0, "not refused");
	return err->status == 400 || err->status == 0 ? 0 : -1;
}

static int accepts(struct inv_client *client, struct inv_error *err)
{
	struct inv_invitation *invitation;

	if (inv_invitations_accept(
		client,
		&(struct inv_invitation_params){ .link = "code", .name = "A" },
		NULL, &invitation, err))
		return -1;
	inv_free(invitation);
	return 0;
}

/* Without I/O: built and parsed. */
static int builds(struct inv_client *client, struct inv_error *err)
{
	static const char body[] = "{\"id\":\"invite-1\"}";
	struct inv_http_answer answer = { .status = 200,
					  .headers = "X-Request-Id: a",
					  .body = body,
					  .body_len = sizeof(body) - 1 };
	struct inv_http_request *request;
	struct inv_call call = { .ret_request = &request };
	struct inv_invite *invite;
	int rc;

	if (inv_invites_retrieve(client, "x", &call, NULL, err))
		return -1;
	rc = inv_parse(request, &answer, &invite, err);
	inv_free(request);
	if (rc == 0)
		inv_free(invite);
	return rc;
}

static int cancels(struct inv_client *client, struct inv_error *err)
{
	struct inv_canceller *cancel;

	if (inv_canceller_new(&cancel, err))
		return -1;
	inv_cancel(cancel);
	if (inv_invites_delete(client, "x",
			       &(struct inv_call){ .cancel = cancel }, NULL,
			       err) == 0)
		fail("cancels", 0, "not cancelled");
	inv_free(cancel);
	return err->kind == INV_ERROR_CANCELLED ? 0 : -1;
}

static int webhook(struct inv_client *client, struct inv_error *err)
{
	static const char body[] = "{\"test\": 2432232314}";
	const struct inv_webhook_unwrap_params params = {
		.webhook_id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
		.webhook_timestamp = "1614265330",
		.webhook_signature =
		    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
		.body = body,
		.body_len = sizeof(body) - 1,
		.secrets = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		.now = 1614265330,
	};
	struct inv_webhook_event *event;

	(void)client;
	if (inv_webhook_unwrap(&params, &event, err))
		return -1;
	inv_free(event);
	return 0;
}

static const char *url;

static int with_client(int (*call)(struct inv_client *client,
				   struct inv_error *err),
		       struct inv_error *err)
{
	struct inv_options options = { .base_url = url,
				       .admin_api_key = "sk-admin-x",
				       .organization = "org-1",
				       .headers = "X-A: b\nX-C: d",
				       .max_retries = INV_NO_RETRIES };
	struct inv_client *client;
	int rc;

	if (inv_client_new(&options, &client, err))
		return -1;
	rc = call(client, err);
	inv_free(client);
	return rc;
}

/* One run in which the n-th allocation fails; says what is left of it. */
static long run(const char *what,
		int (*call)(struct inv_client *client, struct inv_error *err),
		long n)
{
	struct inv_error err = { 0 };
	int rc;

	has_failed = false;
	alive = 0;
	is_watched = true;
	countdown = n > 0 ? n : -1;
	rc = with_client(call, &err);
	countdown = -1;
	is_watched = false;
	if (rc && (err.kind == INV_ERROR_NONE || !err.message[0]))
		fail(what, n, "an error without reason");
	if (rc && !has_failed)
		fail(what, n, err.message);
	return alive;
}

/* Returns how many allocations the call makes. */
static long exhaust(const char *what, int (*call)(struct inv_client *client,
						  struct inv_error *err))
{
	run(what, call, 0); /* fills what the libraries keep for good */
	for (long n = 1;; n++) {
		if (run(what, call, n) > 0 && run(what, call, n) > 0)
			fail(what, n, "not all was freed");
		if (!has_failed)
			return n;
	}
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	url = argv[1];
	printf("%ld %ld %ld %ld %ld %ld %ld\n", exhaust("create", create),
	       exhaust("list", list), exhaust("refused", refused),
	       exhaust("accepts", accepts), exhaust("builds", builds),
	       exhaust("cancels", cancels), exhaust("webhook", webhook));
	return 0;
}
