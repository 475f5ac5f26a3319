/*
 * csv: invites everybody in the lines "ADDRESS,ROLE" of its input, and waits
 * until each of them has accepted or let the invite expire.
 */
#include <inv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PEOPLE_MAX 1000

static struct inv_invite *invites[PEOPLE_MAX];
static size_t invites_len;

static int invite(struct inv_client *client, char *line, struct inv_error *err)
{
	struct inv_invite_create_params params = { .email = line };
	char *comma = strchr(line, ',');

	line[strcspn(line, "\r\n")] = '\0';
	if (comma) {
		*comma = '\0';
		params.role_text = comma + 1;
	}
	if (inv_invites_create(client, &params, NULL, &invites[invites_len],
			       err))
		return -1;
	printf("%s is invited\n", invites[invites_len++]->email);
	return 0;
}

static int invite_all(struct inv_client *client, FILE *in,
		      struct inv_error *err)
{
	char line[512];

	while (invites_len < PEOPLE_MAX && fgets(line, sizeof(line), in))
		if (line[0] != '\n' && invite(client, line, err))
			return -1;
	return 0;
}

/* Asks for one whose end is not known, and says so once it is. */
static int look_at(struct inv_client *client, struct inv_invite **invite,
		   struct inv_error *err)
{
	struct inv_invite *now;

	if (inv_invites_retrieve(client, (*invite)->id, NULL, &now, err))
		return -1;
	inv_free(*invite);
	*invite = now;
	if (now->status != INV_INVITE_STATUS_PENDING)
		printf("%s: %s\n", now->email, now->status_text);
	return 0;
}

static int wait_for_all(struct inv_client *client, struct inv_error *err)
{
	struct timespec pause = { .tv_sec = 2 };
	size_t pending;

	for (;;) {
		pending = 0;
		for (size_t i = 0; i < invites_len; i++) {
			if (invites[i]->status != INV_INVITE_STATUS_PENDING)
				continue;
			if (look_at(client, &invites[i], err))
				return -1;
			pending +=
			    invites[i]->status == INV_INVITE_STATUS_PENDING;
		}
		if (pending == 0)
			return 0;
		nanosleep(&pause, NULL);
	}
}

int main(void)
{
	struct inv_client *client = NULL;
	struct inv_error err;
	int rc = 0;

	if (inv_client_new(NULL, &client, &err) ||
	    invite_all(client, stdin, &err) || wait_for_all(client, &err)) {
		fprintf(stderr, "%s\n", err.message);
		rc = 1;
	}
	for (size_t i = 0; i < invites_len; i++)
		inv_free(invites[i]);
	inv_free(client);
	return rc;
}
