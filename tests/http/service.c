/*
 * service.c: does for one request what the server does for many.
 */
#include "base/base.h"
#include "service.h"

#include <dirent.h>
#include <sched.h>
#include <unistd.h>

#include "base/clock.h"
#include "core/id.h"
#include "http/dispatch.h"
#include "http/limiter.h"
#include "http/router.h"
#include "routes.h"
#include "store/invites/invites.h"
#include "store/invites/invitations.h"
#include "store/organizations/organizations.h"

static struct http_service the_service;
static struct router *router;
static struct http_thread thread;
static struct arena arena;
static char dir[128];
static int64_t organization, project, invite, user;
static struct token token;

#define needed(condition)                                                \
	do {                                                             \
		if (!(condition)) {                                      \
			fprintf(stderr, "%s:%d: needed: %s\n", __FILE__, \
				__LINE__, #condition);                   \
			abort();                                         \
		}                                                        \
	} while (0)

/* ---- what is there from the beginning ---- */

/* Has `verb` done, which has to succeed. */
static void ask(const struct verb *verb, const void *in, void *out)
{
	struct store_op op = {
		.verb = verb,
		.in = in,
		.out = out,
		.organization = organization,
		.now_ms = clock_now_ms(),
		.arena = &arena,
	};

	store_call(thread.port, &op);
	needed(op.result == RESULT_OK);
}

static void make_organization(void)
{
	const struct bootstrap_in in = {
		.organization_name = "Test & \"Sons\"",
		.key = { .name = "first", .chosen = STR(SERVICE_KEY) },
	};
	struct bootstrap_out out;

	ask(&verb_bootstrap, &in, &out);
	organization = out.organization.id;
	project = out.organization.default_project;
}

static void make_invite(const char *address)
{
	struct invite_create_in in = { .default_project = true,
				       .ttl_seconds = 3600 };
	struct invite_create_out out;

	needed(!email_parse(&arena, str_of(address), &in.email));
	memset(in.secret, 7, SECRET_SIZE);
	ask(&verb_invite_create, &in, &out);
	invite = token.invite = out.invite.id;
	memset(token.secret, 7, SECRET_SIZE);
}

static void make_user(void)
{
	struct invitation_in in = { .name = "Ada <b>Lovelace</b>" };
	struct invitation_out out;

	make_invite("member@example.com");
	in.token = token;
	ask(&verb_invitation_accept, &in, &out);
	user = out.user;
}

/* ---- opening and closing ---- */

static bool ready(void *context, struct buf *out)
{
	(void)context;
	(void)out;
	return true;
}

static void metrics(void *context, struct buf *out)
{
	(void)context;
	(void)out;
}

struct http_thread *service_thread(void)
{
	return &thread;
}

void service_open(void)
{
	const char *base = getenv("TMPDIR");
	struct fail fail = { .message = "" };
	char url[192];

	snprintf(dir, sizeof(dir), "%s/invited-http-XXXXXX",
		 base ? base : "/tmp");
	needed(mkdtemp(dir));
	snprintf(url, sizeof(url), "sqlite:%s/http.db", dir);
	arena_init(&arena, SIZE_MAX);
	router = router_new(&all_routes);
	needed(router);
	the_service = (struct http_service){
		.mutex = PTHREAD_MUTEX_INITIALIZER,
		.threads = &thread,
		.public_url = "https://invited.example.com",
		.base_path = "",
		.welcome_url = "https://welcome.example.com/",
		.invite_ttl_seconds = 7 * 24 * 3600,
		.mail_sends = true,
		.limiter = limiter_new(),
		.ready = ready,
		.metrics = metrics,
	};
	needed(the_service.limiter);
	needed(store_open(url, true, &the_service.store, &fail) == 0);
	thread.service = &the_service;
	thread.router = router;
	needed(store_port_open(the_service.store, NULL, NULL, &thread.port,
			       &fail) == 0);
	make_organization();
	make_user();
	make_invite("pending@example.com");
}

void service_close(void)
{
	DIR *folder = opendir(dir);
	struct dirent *entry;

	store_port_close(thread.port);
	store_close(the_service.store);
	limiter_free(the_service.limiter);
	router_free(router);
	arena_release(&arena);
	while (folder && (entry = readdir(folder)))
		unlinkat(dirfd(folder), entry->d_name, 0);
	closedir(folder);
	rmdir(dir);
}

/* ---- requests ---- */

/* What "{name}" at the beginning of `text` stands for; NULL: itself. */
static const char *meant_by(struct str text, size_t *ret_len)
{
	static char out[TOKEN_TEXT_SIZE + ID_TEXT_SIZE];
	static const struct {
		const char *name;
		enum id_kind kind;
		int64_t *id;
	} names[] = {
		{ "{project}", ID_PROJECT, &project },
		{ "{invite}", ID_INVITE, &invite },
		{ "{user}", ID_USER, &user },
	};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (!str_starts_with(text, names[i].name))
			continue;
		*ret_len = strlen(names[i].name);
		return id_format(names[i].kind, *names[i].id, out);
	}
	if (!str_starts_with(text, "{token}"))
		return NULL;
	*ret_len = strlen("{token}");
	token_format(&token, out);
	return out;
}

static void add_meant(struct buf *out, struct str text)
{
	while (text.len > 0) {
		size_t len = 1;
		const char *meant = meant_by(text, &len);

		if (meant)
			buf_add_text(out, meant);
		else
			buf_add_char(out, text.data[0]);
		text.data += len;
		text.len -= len;
	}
}

/* A copy that ends in NUL, as the server's are. */
static struct str kept(struct request *request, struct str text)
{
	struct buf meant;
	struct str copy;

	buf_init(&meant, SIZE_MAX);
	add_meant(&meant, text);
	copy = buf_str(&meant);
	copy.data = arena_str(&request->arena, copy);
	needed(copy.data);
	buf_release(&meant);
	return copy;
}

/* The library gives us targets and headers as C strings. */
static struct str until_nul(struct str text)
{
	text.len = strlen(text.data);
	return text;
}

static struct str cut_line(struct str *text)
{
	struct str line;

	str_cut(*text, '\n', &line, text);
	return line;
}

void service_read(struct request *request, struct str text)
{
	struct str line, method, target, name, value;

	request_init(request, &thread);
	line = cut_line(&text);
	str_cut(line, ' ', &method, &target);
	request->method_name = kept(request, method).data;
	request->method = http_method_of(request->method_name);
	request->target = until_nul(kept(request, target));
	for (line = cut_line(&text); line.len > 0; line = cut_line(&text)) {
		str_cut(line, ':', &name, &value);
		request_header(request, until_nul(kept(request, name)),
			       until_nul(kept(request, str_trim(value))));
	}
	add_meant(&request->body, text);
	if (!buf_ok(&request->body))
		buf_clear(&request->body); /* the server refuses it: 413 */
}

void service_answer(struct request *request)
{
	struct http_thread *its = request->thread;
	const atomic_llong *parked = &its->counts.parked;

	its->round++;
	request_dispatch(request);
	while (!request->answered) {
		struct store_op *op, *next;

		needed(request->parked && http_counted(parked) > 0);
		store_idle(its->port);
		op = store_collect(its->port);
		if (!op)
			sched_yield();
		for (; op; op = next) {
			next = op->next;
			request_resume(op->context);
		}
	}
	needed(!request->parked && http_counted(parked) == 0);
	store_idle(its->port);
}

const char *service_header(const struct request *request, const char *name)
{
	for (size_t i = 0; i < request->header_count; i++) {
		if (str_is_nocase(str_of(request->headers[i].name), name))
			return request->headers[i].value;
	}
	return NULL;
}
