/*
 * fixture.c: the store that a test is about, and operations on it.
 */
#include "base/base.h"
#include "fixture.h"

#include <dirent.h>
#include <stdarg.h>
#include <unistd.h>

#include "base/random.h"

struct fixture f;

/* ---- directories ---- */

void make_dir(char *out, size_t size)
{
	const char *base = getenv("TMPDIR");

	snprintf(out, size, "%s/invited-store-XXXXXX", base ? base : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(out));
}

void remove_dir(const char *dir)
{
	DIR *folder = opendir(dir);
	struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		if (strcmp(entry->d_name, ".") != 0)
			unlinkat(dirfd(folder), entry->d_name, 0);
	}
	if (folder)
		closedir(folder);
	ck_assert_int_eq(rmdir(dir), 0);
}

/* ---- the store ---- */

void open_store(void)
{
	struct fail fail = { .message = "" };

	ck_assert_msg(store_open(f.url, true, &f.store, &fail) == 0, "%s",
		      fail.message);
	ck_assert_msg(store_port_open(f.store, NULL, NULL, &f.port, &fail) == 0,
		      "%s", fail.message);
}

void close_store(void)
{
	store_port_close(f.port);
	store_close(f.store);
	f.port = NULL;
	f.store = NULL;
}

void bootstrap_store(void)
{
	struct store_op op = op_of(&verb_bootstrap);

	op.actor = (struct actor){ .kind = ACTOR_SELF };
	in_of(&op, bootstrap_in)->organization_name = "First";
	in_of(&op, bootstrap_in)->key.name = "first";
	in_of(&op, bootstrap_in)->key.chosen = STR(FIRST_KEY);
	assert_granted(&op);
	f.organization = out_of(&op, bootstrap_out)->organization.id;
	f.project = out_of(&op, bootstrap_out)->organization.default_project;
	op = find_key_op(STR(FIRST_KEY));
	assert_granted(&op);
	f.key = out_of(&op, key_find_out)->key.id;
}

/* What each test has a copy of. */
static char pattern_dir[sizeof(f.dir)], pattern_url[sizeof(f.url)];

static void make_pattern(void)
{
	f.now_ms = START_MS;
	arena_init(&f.arena, SIZE_MAX);
	make_dir(pattern_dir, sizeof(pattern_dir));
	f.engine->make_url(pattern_dir, NULL, pattern_url, sizeof(pattern_url));
	memcpy(f.url, pattern_url, sizeof(f.url));
	open_store();
	bootstrap_store();
	close_store();
	arena_release(&f.arena);
}

static void drop_pattern(void)
{
	f.engine->drop(pattern_url);
	remove_dir(pattern_dir);
}

static void start(void)
{
	f.now_ms = START_MS;
	arena_init(&f.arena, SIZE_MAX);
	make_dir(f.dir, sizeof(f.dir));
	f.engine->make_url(f.dir, pattern_url, f.url, sizeof(f.url));
	open_store();
}

static void end(void)
{
	if (f.store) {
		assert_sound();
		close_store();
	}
	arena_release(&f.arena);
	f.engine->drop(f.url);
	remove_dir(f.dir);
}

void assert_sound(void)
{
	struct fail fail = { .message = "" };
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int faults;

	ck_assert_ptr_nonnull(out);
	faults = store_check(f.store, out, &fail);
	fclose(out);
	ck_assert_msg(faults == 0, "%d faults: %s%s", faults, text,
		      fail.message);
	free(text);
	/* What waits to be sent says so, and nothing else does. */
	ck_assert_int_eq(rows("invite WHERE state < 2 AND delivery IN (1, 3)"
			      " AND NOT EXISTS"
			      " (SELECT 1 FROM outbox o WHERE o.invite = id)"),
			 0);
	ck_assert_int_eq(
	    rows("invite WHERE delivery NOT IN (1, 3, 4) AND EXISTS"
		 " (SELECT 1 FROM outbox o WHERE o.invite = id)"),
	    0);
	ck_assert_int_eq(rows("invite i WHERE state = 0 AND EXISTS (SELECT 1"
			      " FROM \"user\" u WHERE u.id = i.\"user\")"),
			 0);
}

int64_t sql(const char *format, ...)
{
	char text[2048];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ck_assert_int_lt(len, (int)sizeof(text));
	return f.engine->sql(f.url, text);
}

int64_t rows(const char *what)
{
	return sql("SELECT count(*) FROM %s", what);
}

int store_tests(const char *name, int argc, char **argv,
		void (*add)(TCase *tests))
{
	Suite *suite;
	TCase *tests;
	SRunner *runner;
	int ran, failed;

	f.engine = argc == 2 ? engine_named(argv[1]) : NULL;
	if (!f.engine) {
		fprintf(stderr, "usage: %s ENGINE\n", argv[0]);
		return 2;
	}
	suite = suite_create(name);
	tests = tcase_create(name);
	runner = srunner_create(suite);
	suite_add_tcase(suite, tests);
	tcase_set_timeout(tests, 240);
	tcase_add_unchecked_fixture(tests, make_pattern, drop_pattern);
	tcase_add_checked_fixture(tests, start, end);
	add(tests);
	srunner_run_all(runner, CK_ENV);
	ran = srunner_ntests_run(runner);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	printf("%s: %d passed, %d failed\n", name, ran - failed, failed);
	return ran > 0 && failed == 0 ? 0 : 1;
}

/* ---- operations ---- */

const char *result_word(enum result result)
{
	static const char *const words[] = {
#define X(name, status, code, sentence) #name,
		RESULTS(X)
#undef X
	};

	return words[result];
}

const struct verb *const all_verbs[VERB_COUNT] = {
#define X(name) [VERB_##name] = &verb_##name,
	VERBS(X)
#undef X
};

struct store_op op_of(const struct verb *verb)
{
	struct store_op op = {
		.organization = f.organization,
		.actor = actor_of_key(f.key, 0),
		.now_ms = f.now_ms,
		.arena = &f.arena,
		.result = RESULT_COUNT,
	};

	ck_assert_ptr_nonnull(op_begin(&op, verb));
	return op;
}

struct store_op copy_of(const struct store_op *op)
{
	struct store_op copy = *op;

	ck_assert_ptr_nonnull(op_begin(&copy, op->verb));
	memcpy(in_of(&copy, id_in), op->in, op->verb->size_in);
	return copy;
}

enum result run(struct store_op *op)
{
	store_call(f.port, op);
	store_idle(f.port);
	ck_assert_int_lt(op->result, RESULT_COUNT);
	return op->result;
}

struct email email_of(const char *address)
{
	struct email email;
	const char *why = email_parse(&f.arena, str_of(address), &email);

	ck_assert_msg(!why, "%s: %s", address, why);
	return email;
}

struct grants grants_of(size_t count, const struct grant *grants)
{
	struct grants copy = { arena_array(&f.arena, count, sizeof(*grants)),
			       count };

	ck_assert_ptr_nonnull(copy.at);
	memcpy(copy.at, grants, count * sizeof(*grants));
	return copy;
}

struct store_op invite_op(const char *address)
{
	struct store_op op = op_of(&verb_invite_create);

	in_of(&op, invite_create_in)->email = email_of(address);
	in_of(&op, invite_create_in)->default_project = true;
	in_of(&op, invite_create_in)->ttl_seconds = TTL;
	in_of(&op, invite_create_in)->queue_mail = true;
	in_of(&op, invite_create_in)->remind = true;
	random_bytes(in_of(&op, invite_create_in)->secret, SECRET_SIZE);
	return op;
}

/* The inputs of `lines` are those of creates that nobody submits. */
struct store_op invite_all_op(const struct store_op *lines, size_t count)
{
	struct store_op op = op_of(&verb_invite_create_all);
	struct invite_create_all_in *in = in_of(&op, invite_create_all_in);

	in->lines = arena_array(op.arena, count, sizeof(*in->lines));
	ck_assert_ptr_nonnull(in->lines);
	for (; in->count < count; in->count++)
		in->lines[in->count] = lines[in->count].in;
	return op;
}

struct store_op invited(const char *address)
{
	struct store_op op = invite_op(address);

	assert_granted(&op);
	return op;
}

struct token token_of(const struct store_op *create)
{
	struct token token = {
		.invite = out_of(create, invite_create_out)->invite.id
	};

	memcpy(token.secret, in_of(create, invite_create_in)->secret,
	       SECRET_SIZE);
	return token;
}

struct store_op answer_op(const struct verb *verb, struct token token)
{
	struct store_op op = op_of(verb);

	op.organization = 0; /* the token says where */
	op.actor = (struct actor){ .kind = ACTOR_SELF };
	in_of(&op, invitation_in)->token = token;
	in_of(&op, invitation_in)->name = "Ada";
	return op;
}

int64_t member(const char *address)
{
	struct store_op create = invited(address);
	struct store_op accept =
	    answer_op(&verb_invitation_accept, token_of(&create));

	assert_granted(&accept);
	return out_of(&accept, invitation_out)->user;
}

struct store_op find_key_op(struct str text)
{
	struct store_op op = op_of(&verb_key_find);

	op.organization = 0; /* the key says where */
	sha256(text, in_of(&op, key_find_in)->hash);
	return op;
}

struct store_op by_id(const struct verb *verb, int64_t id)
{
	struct store_op op = op_of(verb);

	ck_assert_uint_eq(verb->size_in, sizeof(struct id_in));
	in_of(&op, id_in)->id = id;
	return op;
}

struct store_op list_op(const struct verb *verb, int64_t after, int limit)
{
	struct store_op op = op_of(verb);

	*in_of(&op, list_in) =
	    (struct list_in){ .after = after, .limit = limit };
	return op;
}

struct store_op claim_op(int limit, int64_t lease_ms)
{
	struct store_op op = op_of(&verb_outbox_claim);

	in_of(&op, outbox_claim_in)->limit = limit;
	in_of(&op, outbox_claim_in)->lease_ms = lease_ms;
	return op;
}

struct store_op renew_op(const struct outbox_mail *mail, int64_t until_ms)
{
	struct store_op op = op_of(&verb_outbox_renew);

	in_of(&op, outbox_renew_in)->invite = mail->token.invite;
	in_of(&op, outbox_renew_in)->leased_until_ms = mail->leased_until_ms;
	in_of(&op, outbox_renew_in)->until_ms = until_ms;
	return op;
}

struct store_op settle_op(int64_t invite, enum outbox_outcome outcome)
{
	struct store_op op = op_of(&verb_outbox_settle);

	in_of(&op, outbox_settle_in)->invite = invite;
	in_of(&op, outbox_settle_in)->outcome = outcome;
	in_of(&op, outbox_settle_in)->error =
	    outcome == OUTBOX_SENT ? NULL : "550 no such user";
	in_of(&op, outbox_settle_in)->pause_ms =
	    outcome == OUTBOX_DEFERRED ? MINUTE_MS : 0;
	return op;
}

struct store_op mailed(const char *address)
{
	struct store_op create = invited(address);
	struct store_op settle = settle_op(
	    out_of(&create, invite_create_out)->invite.id, OUTBOX_SENT);

	assert_granted(&settle);
	return create;
}

struct store_op expiry_op(enum expiry_kind kind, bool *ret_more)
{
	struct store_op look = op_of(&verb_expiry_look);
	struct store_op op = op_of(&verb_expiry_settle);
	const struct expiry_look_out *found = look.out;
	struct expiry_settle_in *in = in_of(&op, expiry_settle_in);

	in_of(&look, expiry_look_in)->kind = kind;
	assert_granted(&look);
	in->kind = kind;
	in->mark = found->mark;
	in->invites = found->invites;
	in->count = found->count;
	random_bytes(in->secrets, sizeof(in->secrets));
	*ret_more = found->has_more;
	return op;
}

size_t walk_expiry(enum expiry_kind kind)
{
	size_t count = 0;
	bool more;

	do {
		struct store_op op = expiry_op(kind, &more);

		assert_granted(&op);
		count += out_of(&op, expiry_settle_out)->count;
	} while (more);
	return count;
}

struct invite invite_now(int64_t id)
{
	struct store_op op = by_id(&verb_invite_get, id);

	assert_granted(&op);
	return out_of(&op, invite_out)->invite;
}

int64_t add_project(const char *name)
{
	struct store_op op = op_of(&verb_project_create);

	in_of(&op, project)->name = name;
	assert_granted(&op);
	return out_of(&op, project)->id;
}

int64_t add_organization(const char *name)
{
	struct store_op op = op_of(&verb_organization_create);

	in_of(&op, organization_name_in)->name = name;
	assert_granted(&op);
	return out_of(&op, organization_out)->organization.id;
}

void archive(int64_t project)
{
	sql("UPDATE project SET archived_at = %lld WHERE id = %lld",
	    (long long)(f.now_ms / 1000), (long long)project);
}
