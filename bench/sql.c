/*
 * sql.c: creates as SQL alone, without the daemon: what a PostgreSQL gives to
 * those who speak to it themselves.
 *
 *	sql URL each WIDTH SECONDS WARM
 *		a transaction for each create, on WIDTH connections: the
 *		lookups and the insertions of the store's careful way, one
 *		round trip a statement
 *	sql URL many WIDTH SECONDS WARM SIZE
 *		the store's statement for many creates, with SIZE of them in
 *		it, on WIDTH connections; SIZE 1 is a create in one round trip
 *
 * When it is connected it prints "ready" and waits for a line; then it measures
 * and prints a line of JSON. The texts, and the connections with their
 * settings, are the store's own. No mail is queued. The organization and its
 *key are those that a daemon has made before.
 *
 * It shares the machine with the server, so it does as little as it can: one
 * thread, and arrays that are made once and only changed in place.
 */
#include "base/base.h"

#include <endian.h>
#include <poll.h>

#include "base/buf.h"
#include "base/clock.h"
#include "core/id.h"
#include "sample.h"
#include "store/pgsql/create_columns.h"
#include "store/pgsql/db.h"

#define WIDTH_MAX     512
#define SIZE_MAX_MANY 256
/* An array for each column, and how far the clock of leases is ahead; one
 * create alone takes fewer. */
#define PARAMS	      (COLUMNS + 1)
#define ARRAY_HEAD    20
#define ADDRESS	      "person-0000000000000000@sql.bench.example"
#define NUMBER_AT     7
#define NUMBER_DIGITS 16
#define TTL_SECONDS   (7LL * 24 * 60 * 60)
#define CONNECT_MS    30000

/* Values of one statement, in the protocol's binary form. */
struct params {
	int count;
	const char *values[PARAMS];
	int lengths[PARAMS];
	uint64_t numbers[PARAMS];
};

/* What one create is about. */
struct create {
	int64_t id, hash;
	char address[sizeof ADDRESS];
};

struct client {
	struct pgsql_db db;
	int64_t sent_ns;
	size_t step; /* each: which statement is under way */
	struct create create;
	struct buf arrays[PARAMS]; /* of many; the last is none */
	bool refused;
};

struct bench {
	size_t width, size; /* size 0: each */
	int64_t organization, key, project, next_id;
	uint64_t number;
	bool stopping;
	size_t under_way;
	struct sample sample;
	struct client clients[WIDTH_MAX];
	char projects[64];
};

static void die(const char *what, const char *why)
{
	fprintf(stderr, "sql: %s: %s\n", what, why);
	exit(1);
}

/* ---- what is created ---- */

/* Numbers that are spread like hashes, and never the same twice. */
static int64_t spread(uint64_t x)
{
	x += 0x9e3779b97f4a7c15U;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
	return (int64_t)((x ^ (x >> 31)) >> 1);
}

static void next_create(struct bench *bench, struct create *create)
{
	uint64_t number = bench->number++;
	int64_t first = id_first_at(clock_now_ms());

	/* The number after it is its audit event's. */
	bench->next_id =
	    bench->next_id + 2 > first ? bench->next_id + 2 : first;
	create->id = bench->next_id;
	create->hash = spread(number);
	memcpy(create->address, ADDRESS, sizeof ADDRESS);
	for (int i = NUMBER_DIGITS - 1; i >= 0; i--, number /= 10)
		create->address[NUMBER_AT + i] = (char)('0' + number % 10);
}

/* ---- the careful way ---- */

static void put_number(struct params *params, int64_t value)
{
	params->numbers[params->count] = htobe64((uint64_t)value);
	params->values[params->count] =
	    (const char *)&params->numbers[params->count];
	params->lengths[params->count++] = sizeof(uint64_t);
}

static void put_bytes(struct params *params, const char *data, size_t len)
{
	params->values[params->count] = data;
	params->lengths[params->count++] = (int)len;
}

static void put_text(struct params *params, const char *text)
{
	put_bytes(params, text, text ? strlen(text) : 0);
}

static void put_invite(const struct bench *bench, const struct create *create,
		       struct params *params)
{
	static const char hash[SHA256_SIZE] = "what is hashed looks like this";
	int64_t now = clock_now_ms() / 1000;

	put_number(params, create->id);
	put_number(params, bench->organization);
	put_number(params, create->hash);
	put_number(params, 0); /* slot */
	put_number(params, 0); /* role */
	put_number(params, now);
	put_number(params, now + TTL_SECONDS);
	put_number(params, 0); /* delivery */
	put_number(params, 0);
	put_bytes(params, hash, sizeof hash);
	put_text(params, create->address);
	put_text(params, NULL);
	put_text(params, bench->projects);
	put_text(params, NULL); /* as they were sent */
}

static void put_event(const struct bench *bench, const struct create *create,
		      struct params *params)
{
	put_number(params, create->id + 1);
	put_number(params, bench->organization);
	put_number(params, clock_now_ms() / 1000);
	put_number(params, bench->key);
	put_number(params, 1); /* AUDIT_INVITE_SENT */
	put_number(params, create->id);
	put_number(params, 0); /* no user, project, detail, nor side */
	put_number(params, 0);
	put_text(params, NULL);
	put_bytes(params, NULL, 0);
}

static void put_nothing(const struct bench *bench, const struct create *create,
			struct params *params)
{
	(void)bench;
	(void)create;
	(void)params;
}

static void put_key(const struct bench *bench, const struct create *create,
		    struct params *params)
{
	(void)create;
	put_number(params, bench->key);
	put_number(params, clock_now_ms() / 1000);
}

static void put_hash(const struct bench *bench, const struct create *create,
		     struct params *params)
{
	put_number(params, bench->organization);
	put_number(params, create->hash);
}

static void put_address(const struct bench *bench, const struct create *create,
			struct params *params)
{
	put_number(params, bench->organization);
	put_text(params, create->address);
}

static void put_organization(const struct bench *bench,
			     const struct create *create, struct params *params)
{
	(void)create;
	put_number(params, bench->organization);
}

/* A new invite's columns, the others being constants of a new one. */
STATEMENT(bench_invite_insert,
	  .text = "INSERT INTO invite(id, organization, address_hash, slot,"
		  " role, created_at, expires_at, delivery, delivery_at,"
		  " secret_hash, email, email_key, projects, projects_sent,"
		  " state, accepted_at, declined_at, \"user\","
		  " delivery_attempts)"
		  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
		  " ?13, ?14, 0, 0, 0, 0, 0)");

/* The others are the store's own, beside its verbs. */
extern const struct sql sql_key_in_force, sql_invite_holders,
    sql_user_by_address, sql_organization_get, sql_audit_insert,
    sql_create_many;

static const struct {
	const struct sql *sql;
	void (*put)(const struct bench *bench, const struct create *create,
		    struct params *params);
} steps[] = {
	{ &sql_begin_write, put_nothing },
	{ &sql_key_in_force, put_key },
	{ &sql_invite_holders, put_hash },
	{ &sql_user_by_address, put_address },
	{ &sql_organization_get, put_organization },
	{ &sql_bench_invite_insert, put_invite },
	{ &sql_audit_insert, put_event },
	{ &sql_commit, put_nothing },
};

/* ---- many at once ---- */

static void make_arrays(const struct bench *bench, struct buf *arrays)
{
	static const char hash[SHA256_SIZE] = "what is hashed looks like this";
	int64_t now_ms = clock_now_ms();
	const int64_t numbers[] = {
		0,
		bench->organization,
		bench->key,
		0,
		0,
		0,
		now_ms / 1000,
		now_ms,
		now_ms / 1000 + TTL_SECONDS,
	};

	for (int i = 0; i < COLUMNS; i++)
		array_begin(&arrays[i],
			    create_column_type((enum create_column)i),
			    bench->size);
	for (size_t n = 0; n < bench->size; n++) {
		for (int i = 0; i <= COLUMN_EXPIRES; i++)
			array_add_i64(&arrays[i], numbers[i]);
		array_add_bytes(&arrays[COLUMN_SECRET_HASH], hash, sizeof hash);
		array_add_bytes(&arrays[COLUMN_SECRET], NULL, 0);
		array_add_text(&arrays[COLUMN_EMAIL], ADDRESS);
		array_add_text(&arrays[COLUMN_EMAIL_KEY], ADDRESS);
		for (int i = COLUMN_EMAIL_KEY + 1; i < COLUMN_REMINDER; i++)
			array_add_text(&arrays[i], NULL);
		array_add_i64(&arrays[COLUMN_REMINDER], 0);
	}
}

/* The `n`th element, of those whose length is `len`. */
static char *element(struct buf *array, size_t n, size_t len)
{
	return array->data + ARRAY_HEAD + n * (sizeof(int32_t) + len) +
	       sizeof(int32_t);
}

static void change_arrays(struct bench *bench, struct buf *arrays)
{
	const size_t len = sizeof ADDRESS - 1;
	struct create create;
	uint64_t number;

	for (size_t n = 0; n < bench->size; n++) {
		next_create(bench, &create);
		number = htobe64((uint64_t)create.id);
		memcpy(element(&arrays[COLUMN_ID], n, 8), &number, 8);
		number = htobe64((uint64_t)create.hash);
		memcpy(element(&arrays[COLUMN_HASH], n, 8), &number, 8);
		memcpy(element(&arrays[COLUMN_EMAIL], n, len), create.address,
		       len);
		memcpy(element(&arrays[COLUMN_EMAIL_KEY], n, len),
		       create.address, len);
	}
}

/* ---- a connection at work ---- */

/* One statement, and the mark behind it: a round trip. */
static void send_statement(struct client *client, const struct sql *sql,
			   const struct params *params)
{
	PGconn *conn = client->db.conn;
	int binary[PARAMS];

	for (int i = 0; i < params->count; i++)
		binary[i] = 1;
	if (!PQsendQueryPrepared(conn, sql->name, params->count, params->values,
				 params->lengths, binary, 1) ||
	    !PQpipelineSync(conn) || PQflush(conn) < 0)
		die("send", PQerrorMessage(conn));
}

static void send_next(struct bench *bench, struct client *client)
{
	struct params params = { .count = 0 };

	if (bench->size == 0) {
		steps[client->step].put(bench, &client->create, &params);
		send_statement(client, steps[client->step].sql, &params);
		return;
	}
	change_arrays(bench, client->arrays);
	for (int i = 0; i < COLUMNS; i++)
		put_bytes(&params, client->arrays[i].data,
			  client->arrays[i].len);
	put_number(&params, 0);
	send_statement(client, &sql_create_many, &params);
}

static void begin(struct bench *bench, struct client *client)
{
	if (bench->stopping)
		return;
	client->sent_ns = sample_now_ns();
	client->step = 0;
	bench->under_way++;
	if (bench->size == 0)
		next_create(bench, &client->create);
	send_next(bench, client);
}

static void finish(struct bench *bench, struct client *client)
{
	size_t count = bench->size ? bench->size : 1;
	int64_t took = sample_now_ns() - client->sent_ns;

	if (client->refused) {
		bench->sample.failures += count;
		client->refused = false;
	} else {
		for (size_t i = 0; i < count; i++)
			sample_add(&bench->sample, took);
	}
	bench->under_way--;
	begin(bench, client);
}

static void look_at(const struct bench *bench, struct client *client,
		    const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
		if (!client->refused)
			fprintf(stderr, "sql: %s",
				PQresultErrorMessage(result));
		client->refused = true;
	} else if (bench->size > 0 && PQntuples(result) != (int)bench->size) {
		client->refused = true;
	}
}

/* Takes what has come; true: the mark behind the statement was there. */
static bool take(const struct bench *bench, struct client *client)
{
	PGconn *conn = client->db.conn;
	bool mark = false;

	if (!PQconsumeInput(conn))
		die("receive", PQerrorMessage(conn));
	while (!mark && !PQisBusy(conn)) {
		PGresult *result = PQgetResult(conn);

		if (!result)
			continue;
		mark = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
		if (!mark)
			look_at(bench, client, result);
		PQclear(result);
	}
	return mark;
}

static void go_on(struct bench *bench, struct client *client)
{
	if (PQflush(client->db.conn) < 0)
		die("send", PQerrorMessage(client->db.conn));
	if (!take(bench, client))
		return;
	if (bench->size == 0 && ++client->step < COUNT_OF(steps))
		send_next(bench, client);
	else
		finish(bench, client);
}

static void run_until(struct bench *bench, int64_t end)
{
	static struct pollfd sockets[WIDTH_MAX];

	while (sample_now_ns() < end && bench->under_way > 0) {
		for (size_t i = 0; i < bench->width; i++)
			sockets[i] = (struct pollfd){
				.fd = PQsocket(bench->clients[i].db.conn),
				.events = POLLIN,
			};
		if (poll(sockets, bench->width, 1000) <= 0)
			die("poll", "the server does not answer");
		for (size_t i = 0; i < bench->width; i++) {
			if (sockets[i].revents)
				go_on(bench, &bench->clients[i]);
		}
	}
}

/* ---- beginning ---- */

static bool prepare(struct client *client)
{
	struct pgsql_db *db = &client->db;

	for (size_t i = 0; i < COUNT_OF(steps); i++)
		pgsql_prepare(db, db_statement(&db->base, steps[i].sql));
	pgsql_prepare(db, db_statement(&db->base, &sql_create_many));
	return pgsql_db_exchange(db, NULL, NULL);
}

static void connect_all(struct bench *bench, const char *url)
{
	for (size_t i = 0; i < bench->width; i++) {
		struct client *client = &bench->clients[i];

		pgsql_db_init(&client->db, url);
		pgsql_db_set_deadline(&client->db, CONNECT_MS);
		if (!pgsql_db_connect(&client->db) || !prepare(client))
			die(url, pgsql_db_why(&client->db));
	}
}

static void find_organization(struct bench *bench)
{
	struct pgsql_db *db = &bench->clients[0].db;
	PGresult *result = pgsql_db_query(
	    db, "SELECT o.id, o.default_project, k.id FROM organization o"
		" JOIN admin_key k ON k.organization = o.id LIMIT 1");

	if (!result || PQntuples(result) != 1)
		die("organization", "there is none");
	bench->organization = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	bench->project = strtoll(PQgetvalue(result, 0, 1), NULL, 10);
	bench->key = strtoll(PQgetvalue(result, 0, 2), NULL, 10);
	PQclear(result);
	snprintf(bench->projects, sizeof bench->projects, "[[%lld,0]]",
		 (long long)bench->project);
}

static void wait_for_word(void)
{
	char line[16];

	puts("ready");
	fflush(stdout);
	if (fgets(line, sizeof line, stdin) == NULL)
		exit(1);
}

static void run(struct bench *bench, double seconds, double warm)
{
	int64_t now = sample_now_ns();

	for (size_t i = 0; i < bench->width; i++) {
		if (bench->size > 0)
			make_arrays(bench, bench->clients[i].arrays);
		begin(bench, &bench->clients[i]);
	}
	run_until(bench, now + (int64_t)(warm * 1e9));
	sample_start(&bench->sample);
	run_until(bench, bench->sample.since_ns + (int64_t)(seconds * 1e9));
	sample_stop(&bench->sample);
	bench->stopping = true;
	run_until(bench, INT64_MAX);
}

int main(int argc, char **argv)
{
	static struct bench bench;

	if (argc < 6 || (strcmp(argv[2], "each") == 0) != (argc == 6)) {
		fprintf(stderr, "usage: sql URL each WIDTH SECONDS WARM\n"
				"       sql URL many WIDTH SECONDS WARM "
				"SIZE\n");
		return 2;
	}
	bench.width = strtoul(argv[3], NULL, 10);
	bench.size = argc > 6 ? strtoul(argv[6], NULL, 10) : 0;
	if (bench.width < 1 || bench.width > WIDTH_MAX ||
	    bench.size > SIZE_MAX_MANY || (argc > 6 && bench.size < 1))
		die("usage", "WIDTH or SIZE is out of bounds");
	bench.number = (uint64_t)clock_now_ms() * 1000;
	bench.sample.mode = argv[2];
	bench.sample.width = (int)bench.width;
	connect_all(&bench, argv[1]);
	find_organization(&bench);
	wait_for_word();
	run(&bench, strtod(argv[4], NULL), strtod(argv[5], NULL));
	sample_print(&bench.sample, NULL);
	for (size_t i = 0; i < bench.width; i++) {
		for (int p = 0; p < PARAMS && bench.size > 0; p++)
			buf_release(&bench.clients[i].arrays[p]);
		pgsql_db_close(&bench.clients[i].db);
	}
	return 0;
}
