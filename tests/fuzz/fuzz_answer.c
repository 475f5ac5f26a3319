/*
 * fuzz_answer.c: any bytes as a server's answer to calls of libinv: a first
 * octet for the status, the headers up to an empty line, the body. There is a
 * result whose texts can be read to their ends, or a reason that can be
 * printed.
 */
#include "base/base.h"
#include "base/str.h"
#include "fuzz.h"
#include "inv.h"

static struct inv_client *client;
static struct inv_http_request *list, *get;

static void set_up(void)
{
	const struct inv_options options = { .base_url = "http://host/v1/",
					     .admin_api_key = "key" };
	struct inv_call call = { .ret_request = &list };

	require(inv_client_new(&options, &client, NULL) == 0);
	require(inv_invites_list(client, NULL, &call, NULL, NULL) == 0);
	call.ret_request = &get;
	require(inv_invites_retrieve(client, "invite-x", &call, NULL, NULL) ==
		0);
}

static size_t read_texts(const struct inv_invite *invite)
{
	size_t octets = strlen(invite->id) + strlen(invite->email) +
			strlen(invite->role_text) + strlen(invite->status_text);

	for (size_t i = 0; i < invite->projects_len; i++)
		octets += strlen(invite->projects[i]->id);
	return octets;
}

static void check_error(const struct inv_error *err)
{
	struct str message = str_of(err->message);

	require(err->kind != INV_ERROR_NONE && message.len > 0);
	require(str_is_utf8(message) && !str_has_control(message));
}

static void check_get(const struct inv_http_answer *answer)
{
	struct inv_invite *invite = NULL;
	struct inv_error err;

	if (inv_parse(get, answer, &invite, &err))
		check_error(&err);
	else
		require(read_texts(invite) < SIZE_MAX);
	inv_free(invite);
}

static void check_list(const struct inv_http_answer *answer)
{
	struct inv_invite_page *page = NULL;
	struct inv_error err;

	if (inv_parse(list, answer, &page, &err)) {
		check_error(&err);
		return;
	}
	for (size_t i = 0; i < page->data_len; i++)
		require(read_texts(page->data[i]) < SIZE_MAX);
	inv_free(page);
}

int fuzz_one(const uint8_t *data, size_t size)
{
	static const int statuses[] = {
		200, 200, 400, 401, 404, 429, 500, 302
	};
	struct inv_http_answer answer = { .status = 200 };
	char *text = malloc(size + 1), *body;

	if (!client)
		set_up();
	require(text);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (size > 0)
		answer.status = statuses[data[0] % COUNT_OF(statuses)];
	body = size > 1 ? memmem(text + 1, size - 1, "\n\n", 2) : NULL;
	if (body) {
		*body = '\0';
		answer.headers = text + 1;
		answer.body = body + 2;
		answer.body_len = (size_t)(text + size - (body + 2));
	}
	check_get(&answer);
	check_list(&answer);
	free(text);
	return 0;
}
