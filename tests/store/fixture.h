/*
 * fixture.h: what every test of the store begins with: a database of the engine
 * under test, opened, with one organization and its key in it and nothing else,
 * and short ways to ask for things. To make one takes longer than most tests
 * do; so a program makes one, and each of its tests has a copy.
 *
 * Nothing here knows an engine but the table in engines.c; the engine's name
 * is the program's argument. Time stands still at `now_ms` until a test moves
 * it.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "base/base.h"

#include <check.h>

#include "base/clock.h"
#include "store/invites/expiry.h"
#include "store/members/groups.h"
#include "store/invites/invites.h"
#include "store/keys/admin_keys.h"
#include "store/organizations/organizations.h"
#include "store/mail/outbox.h"
#include "store/projects/project_users.h"
#include "store/projects/projects.h"
#include "store/store.h"
#include "store/members/users.h"

/* A database that can be a store. */
struct engine_under_test {
	const char *name;
	/* The URL of a copy of the database `pattern`, which nobody has open;
	 * NULL: of one that is not there yet. `dir` is empty. */
	void (*make_url)(const char *dir, const char *pattern, char *out,
			 size_t size);
	void (*drop)(const char *url); /* what is not in `dir` */
	/*
	 * Runs SQL past the store, for what no verb does, and returns the
	 * first column of the first row, or 0.
	 */
	int64_t (*sql)(const char *url, const char *sql);
};

const struct engine_under_test *engine_named(const char *name);

struct fixture {
	const struct engine_under_test *engine;
	char dir[64], url[256];
	struct store *store;
	struct store_port *port;
	struct arena arena; /* for everything, until the test ends */
	int64_t now_ms;
	int64_t organization, project, key; /* those of the beginning */
};

extern struct fixture f;

#define FIRST_KEY "sk-admin-the-first-key-of-all"
#define START_MS  2840140800000LL /* in 2060: after any lease's end */
#define TTL	  (7 * 24 * 3600) /* of invites, in seconds */

/* The main() of a test program. */
int store_tests(const char *name, int argc, char **argv,
		void (*add)(TCase *tests));

/* ---- the store ---- */

/* A directory of its own for this process, removed by remove_dir(). */
void make_dir(char *out, size_t size);
void remove_dir(const char *dir);

void open_store(void);
void bootstrap_store(void); /* fills in organization, project and key */
void close_store(void);

/* No fault is in the database; neither for the store nor for us. */
void assert_sound(void);

int64_t sql(const char *format, ...) PRINTF_LIKE(1, 2);

/* ---- operations ---- */

/* What an operation is given and returns, as the struct of that name, and the
 * rows of a list. */
#define in_of(op, name)	  ((struct name *)(op)->in)
#define out_of(op, name)  ((struct name *)(op)->out)
#define rows_of(op, name) ((struct name *)out_of(op, list_out)->rows)

/* In the first organization, by its key, now. */
struct store_op op_of(const struct verb *verb);

/* Every verb there is, by its index. */
extern const struct verb *const all_verbs[VERB_COUNT];

/* The same once more, with inputs and results of its own. */
struct store_op copy_of(const struct store_op *op);

/* Has it done and returns how it ended. */
enum result run(struct store_op *op);

const char *result_word(enum result result);

#define assert_ends(op, wanted)                                               \
	do {                                                                  \
		enum result ck_ended = run(op), ck_wanted = (wanted);         \
		ck_assert_msg(ck_ended == ck_wanted, "%s instead of %s",      \
			      result_word(ck_ended), result_word(ck_wanted)); \
	} while (0)

#define assert_granted(op) assert_ends(op, RESULT_OK)

/* A create: reader, default project, by mail, a secret of its own. */
struct store_op invite_op(const char *address);
struct store_op invite_all_op(const struct store_op *lines, size_t count);
struct store_op invited(const char *address); /* the same, done */
struct email email_of(const char *address);
struct grants grants_of(size_t count, const struct grant *grants);

struct token token_of(const struct store_op *create);
struct store_op answer_op(const struct verb *verb, struct token token);
/* Creates and accepts; the user's id. */
int64_t member(const char *address);

struct store_op find_key_op(struct str text);
struct store_op by_id(const struct verb *verb, int64_t id);
struct store_op list_op(const struct verb *verb, int64_t after, int limit);
struct store_op claim_op(int limit, int64_t lease_ms);
struct store_op renew_op(const struct outbox_mail *mail, int64_t until_ms);
struct store_op settle_op(int64_t invite, enum outbox_outcome outcome);

struct store_op mailed(const char *address); /* invited(), and it arrived */

/* What the sweep does, as far as the next transaction; and all of it: how many
 * were reminded, or told of. */
struct store_op expiry_op(enum expiry_kind kind, bool *ret_more);
size_t walk_expiry(enum expiry_kind kind);

struct invite invite_now(int64_t id);
int64_t add_project(const char *name);
int64_t add_organization(const char *name);
void archive(int64_t project);

/* Rows of a table, "outbox", or of a part of it, "invite WHERE ...". */
int64_t rows(const char *what);

#endif
