/*
 * bare.c: the store alone, without HTTP, JSON and mail: what the daemon's
 * creates are measured against.
 *
 *	bare URL KEY		reads commands, one a line, from standard input:
 *
 *	create WIDTH SECONDS WARM MAIL	measures creates with WIDTH operations
 *					under way; MAIL 1 queues their mails
 *	fill COUNT			makes COUNT invites as fast as it goes
 *
 * Each answers with a line of JSON. The operations are those that the daemon
 * makes of the bench's requests: same role, same kind of address, the default
 * project. They are submitted as soon as their predecessor is done, so that
 * batches form as they do under the daemon; `batch` says how large they were.
 */
#include "base/base.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "core/id.h"
#include "sample.h"
#include "store/invites/invites.h"
#include "store/keys/admin_keys.h"
#include "store/organizations/organizations.h"
#include "store/store.h"

#define WIDTH_MAX     4096
#define FILL_WIDTH    1024
#define TTL_SECONDS   (7 * 24 * 60 * 60)
#define NUMBER_DIGITS 16
#define ADDRESS_SIZE  64
#define SCRATCH_SIZE  2048
#define ARENA_MAX     (64 * 1024)
#define PAGE	      20

/* One operation that is submitted again and again. */
struct slot {
	struct store_op op;
	struct invite_create_in in;
	struct invite_create_out out;
	struct arena arena;
	int64_t sent_ns;
	char address[ADDRESS_SIZE];
	_Alignas(16) char scratch[SCRATCH_SIZE];
};

struct bare {
	struct store *store;
	struct store_port *port;
	int wake; /* eventfd */
	int64_t organization, key;
	bool queue_mail;
	int64_t to_submit; /* how many more; -1 = until `stopping` */
	int64_t under_way;
	int64_t next_number;
	int64_t oldest[PAGE + 1]; /* the first that were made, for paging */
	size_t oldest_count;
	FILE *links; /* where each that is made is written; or NULL */
	uint64_t collections;
	struct sample sample;
	struct slot *slots;
};

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bare: %s: %s\n", what, why);
	exit(1);
}

static void wake(void *context)
{
	const struct bare *bare = context;
	const uint64_t one = 1;

	if (write(bare->wake, &one, sizeof one) != sizeof one)
		abort();
}

static void slot_fill(struct bare *bare, struct slot *slot)
{
	struct store_op *op = &slot->op;

	arena_init_with(&slot->arena, slot->scratch, SCRATCH_SIZE, ARENA_MAX);
	memset(op, 0, sizeof *op);
	op->verb = &verb_invite_create;
	op->in = &slot->in;
	op->out = &slot->out;
	op->organization = bare->organization;
	op->actor = actor_of_key(bare->key, 0);
	op->now_ms = clock_now_ms();
	op->arena = &slot->arena;
	op->context = slot;
	snprintf(slot->address, ADDRESS_SIZE, "person-%0*lld@bench.example",
		 NUMBER_DIGITS, (long long)bare->next_number);
	slot->in = (struct invite_create_in){
		.email = { .typed = slot->address, .key = slot->address },
		.role = ROLE_READER,
		.default_project = true,
		.ttl_seconds = TTL_SECONDS,
		.queue_mail = bare->queue_mail,
	};
	memcpy(slot->in.secret, &bare->next_number, sizeof bare->next_number);
	bare->next_number++;
}

/* Its id and what opens it. */
static void write_link(const struct bare *bare, const struct slot *slot)
{
	struct token token = { .invite = slot->out.invite.id };
	char id[ID_TEXT_SIZE], text[TOKEN_TEXT_SIZE];

	if (!bare->links)
		return;
	memcpy(token.secret, slot->in.secret, sizeof token.secret);
	token_format(&token, text);
	fprintf(bare->links, "%s %s\n", id_format(ID_INVITE, token.invite, id),
		text);
}

static void slot_done(struct bare *bare, struct slot *slot)
{
	struct store_op *op = &slot->op;

	if (op->result != RESULT_OK) {
		if (bare->sample.failures++ == 0)
			fprintf(stderr, "bare: refused, number %d\n",
				(int)op->result);
	} else {
		sample_add(&bare->sample, sample_now_ns() - slot->sent_ns);
		write_link(bare, slot);
		if (bare->oldest_count < COUNT_OF(bare->oldest))
			bare->oldest[bare->oldest_count++] =
			    slot->out.invite.id;
	}
	arena_release(&slot->arena);
	bare->under_way--;
}

/* Submits the slot's next operation, unless enough were. */
static void slot_submit(struct bare *bare, struct slot *slot)
{
	while (bare->to_submit != 0) {
		if (bare->to_submit > 0)
			bare->to_submit--;
		slot_fill(bare, slot);
		slot->sent_ns = sample_now_ns();
		bare->under_way++;
		if (!store_submit(bare->port, &slot->op))
			return;
		slot_done(bare, slot);
	}
}

/* Waits for the store, and gives it as much again as it has done. */
static void turn(struct bare *bare)
{
	struct pollfd awake = { .fd = bare->wake, .events = POLLIN };
	struct store_op *op, *next;
	uint64_t count;

	store_idle(bare->port); /* hands over what was submitted */
	if (poll(&awake, 1, -1) < 0 ||
	    read(bare->wake, &count, sizeof count) < 0)
		die("eventfd", "cannot be read");
	op = store_collect(bare->port);
	if (op != NULL)
		bare->collections++;
	for (; op != NULL; op = next) {
		struct slot *slot = op->context;

		next = op->next;
		slot_done(bare, slot);
		slot_submit(bare, slot);
	}
}

static void submit_all(struct bare *bare, int64_t width)
{
	for (int64_t i = 0; i < width; i++)
		slot_submit(bare, &bare->slots[i]);
}

static void turn_for(struct bare *bare, double seconds)
{
	int64_t end = sample_now_ns() + (int64_t)(seconds * 1e9);

	while (sample_now_ns() < end)
		turn(bare);
}

static void create(struct bare *bare, int width, double seconds, double warm)
{
	char extra[64];

	bare->sample.mode = "bare";
	bare->sample.width = width;
	bare->to_submit = -1;
	submit_all(bare, width);
	turn_for(bare, warm);
	sample_start(&bare->sample);
	bare->collections = 0;
	turn_for(bare, seconds);
	sample_stop(&bare->sample);
	snprintf(extra, sizeof extra, ",\"batch\":%.1f",
		 (double)bare->sample.count /
		     (double)(bare->collections + (bare->collections == 0)));
	sample_print(&bare->sample, extra);
	bare->to_submit = 0;
	while (bare->under_way > 0)
		turn(bare);
}

/* `last_page` is where the page of the oldest invites begins, as `after`. */
static void fill(struct bare *bare, int64_t count)
{
	char extra[128], id[ID_TEXT_SIZE];

	bare->sample.mode = "fill";
	bare->sample.width = FILL_WIDTH;
	bare->to_submit = count;
	bare->oldest_count = 0;
	sample_start(&bare->sample);
	submit_all(bare, count < FILL_WIDTH ? count : FILL_WIDTH);
	while (bare->under_way > 0)
		turn(bare);
	sample_stop(&bare->sample);
	if (bare->oldest_count == 0)
		die("fill", "nothing was made");
	snprintf(
	    extra, sizeof extra, ",\"last_page\":\"%s\"",
	    id_format(ID_INVITE, bare->oldest[bare->oldest_count - 1], id));
	sample_print(&bare->sample, extra);
}

/* The same, each of them written into a file. */
static void fill_file(struct bare *bare, int64_t count, const char *path)
{
	bare->links = fopen(path, "we");
	if (bare->links == NULL)
		die(path, "cannot be written");
	fill(bare, count);
	if (fclose(bare->links) != 0)
		die(path, "cannot be written");
	bare->links = NULL;
}

/* One operation by itself; what it returns lies in `arena`. */
static void call(struct bare *bare, const struct verb *verb, const void *in,
		 void *out, struct arena *arena)
{
	struct store_op op = { .verb = verb,
			       .in = in,
			       .out = out,
			       .now_ms = clock_now_ms(),
			       .arena = arena };

	store_call(bare->port, &op);
	if (op.result != RESULT_OK)
		die(verb->name, "refused");
}

/* Makes the organization and its key where there are none, and finds both. */
static void bootstrap(struct bare *bare, const char *key)
{
	struct arena arena;
	const struct bootstrap_in make = { .organization_name = "Bench",
					   .key = { .name = "bench",
						    .chosen = str_of(key) } };
	struct key_find_in find;
	struct bootstrap_out made;
	struct key_find_out found;

	arena_init(&arena, ARENA_MAX);
	sha256(str_of(key), find.hash);
	call(bare, &verb_bootstrap, &make, &made, &arena);
	call(bare, &verb_key_find, &find, &found, &arena);
	bare->organization = found.key.organization;
	bare->key = found.key.id;
	store_idle(bare->port);
	arena_release(&arena);
}

/* sk-admin-many-NUMBER, counted from 0. */
static void make_keys(struct bare *bare, int64_t count)
{
	char text[64];

	for (int64_t i = 0; i < count; i++) {
		struct key_create_in in = { .name = "many" };
		struct key_create_out out;
		struct arena arena;
		struct store_op op = { .verb = &verb_key_create,
				       .in = &in,
				       .out = &out,
				       .organization = bare->organization,
				       .now_ms = clock_now_ms(),
				       .arena = &arena };

		snprintf(text, sizeof text, "sk-admin-many-%020lld",
			 (long long)i);
		in.chosen = str_of(text);
		arena_init(&arena, ARENA_MAX);
		store_call(bare->port, &op);
		arena_release(&arena);
		if (op.result != RESULT_OK)
			die("keys", "refused");
	}
	printf("{\"failures\":0}\n");
	fflush(stdout);
}

static void open_store(struct bare *bare, const char *url)
{
	struct fail fail;

	bare->wake = eventfd(0, EFD_CLOEXEC);
	bare->slots = calloc(WIDTH_MAX, sizeof *bare->slots);
	if (bare->wake < 0 || bare->slots == NULL)
		die("start", "out of memory or files");
	if (store_open(url, true, &bare->store, &fail) != 0 ||
	    store_port_open(bare->store, wake, bare, &bare->port, &fail) != 0)
		die(url, fail.message);
}

static void obey(struct bare *bare, const char *line)
{
	double seconds, warm;
	long long count;
	int width, mail;
	char path[256];

	if (sscanf(line, "create %d %lf %lf %d", &width, &seconds, &warm,
		   &mail) == 4 &&
	    width >= 1 && width <= WIDTH_MAX) {
		bare->queue_mail = mail != 0;
		create(bare, width, seconds, warm);
	} else if (sscanf(line, "fill %lld %d %255s", &count, &mail, path) ==
		       3 &&
		   count > 0) {
		bare->queue_mail = mail != 0;
		fill_file(bare, count, path);
	} else if (sscanf(line, "fill %lld", &count) == 1 && count > 0) {
		bare->queue_mail = false;
		fill(bare, count);
	} else if (sscanf(line, "keys %lld", &count) == 1 && count > 0) {
		make_keys(bare, count);
	} else {
		die("unknown command", line);
	}
}

int main(int argc, char **argv)
{
	static struct bare bare;
	char line[512];

	if (argc != 3) {
		fprintf(stderr, "usage: bare URL KEY\n");
		return 2;
	}
	open_store(&bare, argv[1]);
	bootstrap(&bare, argv[2]);
	bare.next_number = clock_now_ms() * 1000;
	while (fgets(line, sizeof line, stdin) != NULL)
		obey(&bare, line);
	store_port_close(bare.port);
	store_close(bare.store);
	return 0;
}
