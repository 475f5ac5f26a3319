/*
 * invited.c: main. Wires the layers together and owns the order in which they
 * start and stop:
 *
 *	store, mail, http: each needs those before it. Stopping goes the
 *	other way round, so that whatever is under way finds all it needs.
 */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "base/clock.h"
#include "base/directory.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/random.h"
#include "base/thread.h"
#include "command/commands.h"
#include "commit.h"
#include "conf/conf.h"
#include "core/id.h"
#include "expiry_news.h"
#include "command/first_key.h"
#include "core/language.h"
#include "gate/gate.h"
#include "http/limiter.h"
#include "http/server.h"
#include "hook/hook.h"
#include "mail/mail.h"
#include "key_warnings.h"
#include "retention.h"
#include "sweep.h"
#include "routes.h"
#include "store/organizations/organizations.h"
#include "store/store.h"
#include "waiting.h"

/* Everything that runs; zeroed, and safe to stop half started. */
struct daemon {
	const struct conf *conf;
	struct store *store;
	struct mailer *mailer; /* NULL: no mail is sent */
	struct hooks *hooks;   /* NULL: no webhook is told anything */
	struct sweep *sweep;
	struct router *router, *gate_router;
	struct gate *gate;
	struct seal_key seal_key; /* where the settings name one */
	struct http_service service;
	struct server *server;
	struct arena arena;
};

static struct server *server_to_stop; /* for the signal handler */
static pthread_t main_thread;

/* In the thread that will free it, so that it is never freed meanwhile. */
static void on_signal(int number)
{
	int error = errno;

	if (pthread_equal(pthread_self(), main_thread))
		server_stop(server_to_stop);
	else
		pthread_kill(main_thread, number);
	errno = error;
}

static void catch_signals(struct server *server)
{
	struct sigaction action = { .sa_handler = on_signal,
				    .sa_flags = SA_RESTART };

	server_to_stop = server;
	main_thread = pthread_self();
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

/* ---- first start ---- */

/* Each missing directory of `path`, for nobody else to look into; the last one
 * nobody else may write to. */
static int make_directories(const char *path, struct fail *fail)
{
	char part[4096];

	if (strlen(path) >= sizeof(part))
		return fail_set(fail, "the data directory's path is too long");
	for (size_t i = 1; i <= strlen(path); i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)i, path);
		if (mkdir(part, 0700) < 0 && errno != EEXIST)
			return fail_errno(fail, errno,
					  "could not make the directory %s",
					  part);
	}
	return directory_check(path, fail);
}

static int announce_organization(const struct conf *conf,
				 const struct bootstrap_out *out,
				 struct fail *fail)
{
	char id[ID_TEXT_SIZE];

	id_format(ID_ORGANIZATION, out->organization.id, id);
	log_event(LOG_INFO, "organization_created", LOG_S("id", id),
		  LOG_S("name", out->organization.name));
	printf("organization: %s\n", id);
	if (out->key.text[0] && conf->first_key)
		return first_key_leave(conf->first_key, out->key.text, fail);
	if (out->key.text[0])
		printf("admin key: %s\n", out->key.text);
	return 0;
}

/* The first organization and its key, where the database is new. A generated
 * key is printed: once, for it is not stored. */
static int bootstrap(struct daemon *daemon, struct fail *fail)
{
	const struct conf *conf = daemon->conf;
	struct bootstrap_in in = {
		.organization_name = conf->organization,
		.key = { .name = "first admin key",
			 .chosen = str_of(conf->admin_key) },
	};
	struct bootstrap_out out;
	struct store_port *port;
	enum result done;
	int result = 0;

	if (store_port_open(daemon->store, NULL, NULL, &port, fail) < 0)
		return -1;
	random_bytes(in.key.secret, sizeof(in.key.secret));
	done = store_ask(port, &daemon->arena, &verb_bootstrap, 0, &in, &out);
	store_port_close(port);
	wipe(in.key.secret, sizeof(in.key.secret));
	if (done != RESULT_OK)
		return fail_set(fail, "the database could not be written");
	if (out.created)
		result = announce_organization(conf, &out, fail);
	else if (conf->organization_given && !out.named)
		log_event(LOG_WARN, "organization_name_unused",
			  LOG_S("name", conf->organization),
			  LOG_S("hint", "it names the first organization when "
					"it is made; `invited organization "
					"rename` changes it"));
	wipe(out.key.text, sizeof(out.key.text));
	return result;
}

/* ---- what http asks of the others ---- */

static bool mail_ready(void *context, struct buf *out)
{
	struct daemon *daemon = context;
	struct fail fail;

	if (!daemon->mailer || mailer_healthy(daemon->mailer, &fail))
		return true;
	buf_addf(out, "mail: %s\n", fail.message);
	return false;
}

static const struct metric build = {
	.name = "invited_build_info",
	.type = METRIC_GAUGE,
	.help = "The program.",
};

static const struct metric lines_lost = {
	.name = "invited_log_lines_lost_total",
	.type = METRIC_COUNTER,
	.help = "Lines that found no room, since nobody read the log.",
};

static void others_metrics(void *context, struct buf *out)
{
	struct daemon *daemon = context;

	if (daemon->mailer)
		mailer_metrics(daemon->mailer, out);
	if (daemon->hooks)
		hooks_metrics(daemon->hooks, out);
	gate_metrics(daemon->gate, out);
	metric_write(out, &lines_lost, (int64_t)log_lines_lost());
	metric_begin(out, &build);
	buf_addf(out, "%s{version=\"%s\",commit=\"%s\"} 1\n", build.name,
		 INVITED_VERSION, INVITED_COMMIT);
}

/* ---- start and stop ---- */

/* Behind the host: "" or "/team". */
static const char *path_of_url(const char *url)
{
	const char *host = strstr(url, "://");
	const char *path = host ? strchr(host + 3, '/') : NULL;

	return path ? path : "";
}

/* More than that would rather wait for each other, unless somebody knows. */
#define THREADS_BY_ITSELF 8

static size_t thread_count(const struct conf *conf)
{
	cpu_set_t ours;
	int processors = 1;

	if (conf->threads > 0)
		return (size_t)conf->threads;
	if (sched_getaffinity(0, sizeof(ours), &ours) == 0)
		processors = CPU_COUNT(&ours);
	return processors < THREADS_BY_ITSELF ? (size_t)processors
					      : THREADS_BY_ITSELF;
}

/* A check is short, and waits for nobody: a thread that has many in one round
 * answers more of them than two that are woken for each. */
static size_t gate_thread_count(const struct conf *conf)
{
	return (thread_count(conf) + 1) / 2;
}

/* The groups of listeners: what is served where. */
enum { LISTEN_ALL, LISTEN_GATE };

static int start_server(struct daemon *daemon, struct fail *fail)
{
	const struct conf *conf = daemon->conf;
	struct server_group groups[] = {
		[LISTEN_ALL] = { .addresses = conf->listen,
				 .count = conf->listen_count,
				 .threads = thread_count(conf) },
		[LISTEN_GATE] = { .addresses = conf->gate_listen,
				  .count = conf->gate_listen_count,
				  .threads = gate_thread_count(conf) },
	};
	size_t count = conf->gate_listen_count > 0 ? 2 : 1;

	groups[LISTEN_ALL].router = daemon->router = router_new(&all_routes);
	groups[LISTEN_GATE].router = daemon->gate_router =
	    router_new(&gateway_routes);
	if (!daemon->router || !daemon->gate_router)
		return fail_set(fail, "out of memory");
	return server_new(groups, count, &daemon->service, &daemon->server,
			  fail);
}

static int start_http(struct daemon *daemon, struct fail *fail)
{
	const struct conf *conf = daemon->conf;
	struct http_service *service = &daemon->service;
	const char *address;

	*service = (struct http_service){
		.mutex = PTHREAD_MUTEX_INITIALIZER,
		.store = daemon->store,
		.welcome_url = conf->welcome_url,
		.language = language_called(conf->locale),
		.invite_ttl_seconds = conf->invite_ttl_seconds,
		.mail_sends = mail_sends(conf->mail),
		.limiter = limiter_new(),
		.gate = daemon->gate,
		.seal_key = conf->secrets_key ? &daemon->seal_key : NULL,
		.reach = { conf->webhook_allow, conf->webhook_allow_count },
		.proxies = conf->proxies,
		.proxy_count = conf->proxy_count,
		.ready = mail_ready,
		.metrics = others_metrics,
		.context = daemon,
	};
	if (!service->limiter)
		return fail_set(fail, "out of memory");
	if (start_server(daemon, fail) < 0)
		return -1;
	address = server_address(daemon->server, LISTEN_ALL, 0);
	if (strncmp(address, "http", 4) != 0)
		address = "http://localhost";
	service->public_url = conf->public_url ? conf->public_url : address;
	service->base_path = path_of_url(service->public_url);
	return 0;
}

static int start_mail(struct daemon *daemon, struct fail *fail)
{
	const struct conf *conf = daemon->conf;
	struct mail_options options = {
		.url = conf->mail,
		.username = conf->mail_username,
		.password = conf->mail_password,
		.helo = conf->mail_helo,
		.return_path = conf->mail_return_path,
		.from = conf->mail_from,
		.public_url = daemon->service.public_url,
		.language = daemon->service.language,
		.retry_ms = conf->mail_retry_ms,
		.connections = conf->mail_connections,
	};

	if (!mail_sends(conf->mail))
		return 0;
	if (mailer_start(&options, daemon->store, &daemon->mailer, fail) < 0)
		return -1;
	store_on_mail(daemon->store, mailer_wake, daemon->mailer);
	mailer_wake(daemon->mailer); /* what was left from the last run */
	return 0;
}

/* It may be brought up to date, by us or by another daemon; or be far away. */
static int open_store(struct daemon *daemon, struct fail *fail)
{
	int result;

	waiting_begin("the database, to open it or bring its schema up to "
		      "date");
	result = store_open(daemon->conf->database, true, &daemon->store, fail);
	waiting_end();
	return result;
}

/* Where no mail is sent, nobody can be told of anything. */
static int start_sweep(struct daemon *daemon, struct fail *fail)
{
	const struct conf *conf = daemon->conf;
	struct sweep_task tasks[5];
	size_t count = 0;

	tasks[count++] = (struct sweep_task){ .look = expired_look,
					      .every_ms = EXPIRY_EVERY_MS };

	tasks[count++] = (struct sweep_task){ .look = tidy_look };
	if (conf->forget_invites_seconds)
		tasks[count++] = (struct sweep_task){
			.look = retention_look,
			.seconds = conf->forget_invites_seconds,
		};
	if (mail_sends(conf->mail)) {
		tasks[count++] =
		    (struct sweep_task){ .look = key_warnings_look };
		tasks[count++] =
		    (struct sweep_task){ .look = reminders_look,
					 .every_ms = EXPIRY_EVERY_MS };
	}
	return sweep_start(daemon->store, tasks, count, &daemon->sweep, fail);
}

static int start_gate(struct daemon *daemon, struct fail *fail)
{
	const struct conf *conf = daemon->conf;
	const struct gate_options options = {
		.stale_ms = conf->gate_stale_seconds * SECOND_MS,
		.key_headers = conf->gate_key_headers,
	};

	return gate_start(daemon->store, &options, &daemon->gate, fail);
}

static int load_seal_key(struct daemon *daemon, struct fail *fail)
{
	const char *path = daemon->conf->secrets_key;

	return path ? seal_key_load(path, &daemon->seal_key, fail) : 0;
}

/* Without the key of their secrets nothing could be signed. */
static int start_hooks(struct daemon *daemon, struct fail *fail)
{
	const struct conf *conf = daemon->conf;
	const struct hook_options options = {
		.key = daemon->service.seal_key,
		.reach = daemon->service.reach,
		.ca_file = getenv("SSL_CERT_FILE"),
		.retry_ms = conf->webhook_retry_ms,
	};

	if (!options.key)
		return 0;
	if (hooks_start(&options, daemon->store, &daemon->hooks, fail) < 0)
		return -1;
	store_on_event(daemon->store, hooks_wake, daemon->hooks);
	hooks_wake(daemon->hooks); /* what was left from the last run */
	return 0;
}

/* The key is made last: it is printed once, and nothing may fail after. */
static int start(struct daemon *daemon, struct fail *fail)
{
	if (make_directories(daemon->conf->data, fail) < 0 ||
	    load_seal_key(daemon, fail) < 0 || open_store(daemon, fail) < 0 ||
	    start_gate(daemon, fail) < 0 || start_http(daemon, fail) < 0 ||
	    start_mail(daemon, fail) < 0 || start_hooks(daemon, fail) < 0 ||
	    start_sweep(daemon, fail) < 0 || bootstrap(daemon, fail) < 0)
		return -1;
	return 0;
}

static void stop(struct daemon *daemon)
{
	sweep_stop(daemon->sweep);
	if (daemon->store)
		store_on_mail(daemon->store, NULL, NULL);
	if (daemon->mailer)
		mailer_stop(daemon->mailer);
	if (daemon->store)
		store_on_event(daemon->store, NULL, NULL);
	if (daemon->hooks)
		hooks_stop(daemon->hooks);
	server_free(daemon->server);
	gate_stop(daemon->gate);
	limiter_free(daemon->service.limiter);
	router_free(daemon->router);
	router_free(daemon->gate_router);
	store_close(daemon->store);
	arena_release(&daemon->arena);
}

static void announce_group(const struct daemon *daemon, size_t group,
			   const char *words, const char *event)
{
	const char *address;

	for (size_t i = 0; (address = server_address(daemon->server, group, i));
	     i++) {
		printf("%s %s\n", words, address);
		log_event(LOG_INFO, event, LOG_S("address", address),
			  LOG_S("version", INVITED_VERSION));
	}
}

static void announce(const struct daemon *daemon)
{
	announce_group(daemon, LISTEN_GATE, "gate at", "gate_listening");
	announce_group(daemon, LISTEN_ALL, "listening on", "listening");
	fflush(stdout);
#ifdef HAVE_SYSTEMD
	sd_notify(0, "READY=1");
#endif
}

/*
 * Batches allocate and free together: without the first, glibc would give the
 * memory back and ask for it again each time.
 *
 * Of limited address space (ulimit -v) each thread's heap reserves 64 MiB, and
 * what a crowd has had stays reserved by the thread that served it: the others
 * would find none for good. So there all of them have one heap.
 */
static void set_up_memory(void)
{
	struct rlimit space;

	mallopt(M_TRIM_THRESHOLD, 64 * 1024 * 1024);
	if (getrlimit(RLIMIT_AS, &space) == 0 &&
	    space.rlim_cur != RLIM_INFINITY)
		mallopt(M_ARENA_MAX, 1);
}

static int serve(const struct conf *conf)
{
	struct daemon daemon = { .conf = conf };
	struct fail fail;

	set_up_memory();
	thread_set_default();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a full quota is an error like others */
	umask(0077);
	arena_init(&daemon.arena, 1024 * 1024);
	log_start();
	if (start(&daemon, &fail) < 0) {
		stop(&daemon);
		log_stop();
		return command_fail(fail.passing ? EXIT_TRY_AGAIN : EXIT_FAILED,
				    "%s", fail.message);
	}
	catch_signals(daemon.server);
	announce(&daemon);
	server_run(daemon.server);
	signal(SIGTERM, SIG_IGN); /* what they stop is about to go */
	signal(SIGINT, SIG_IGN);
#ifdef HAVE_SYSTEMD
	sd_notify(0, "STOPPING=1");
#endif
	stop(&daemon);
	log_event(LOG_INFO, "stopped", LOG_S("version", INVITED_VERSION));
	log_stop();
	return EXIT_OK;
}

static int run(const struct conf *conf)
{
	switch (conf->command) {
	case COMMAND_HELP:
		conf_print_help(stdout);
		return EXIT_OK;
	case COMMAND_VERSION:
		printf("invited %s (commit %s)\n", INVITED_VERSION,
		       INVITED_COMMIT);
		return EXIT_OK;
	case COMMAND_SERVE:
		return serve(conf);
	default:
		return command_run(conf);
	}
}

/* A stream that is closed must not become a database or a connection: it is
 * opened the wrong way round, so that whoever uses it is told still. */
static void occupy_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null",
			 fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			return;
}

int main(int argc, char **argv)
{
	struct conf conf;
	struct fail fail;
	int code;

	(void)argc;
	/* Keys and passwords are in no core dump, and no debugger's business.
	 */
	prctl(PR_SET_DUMPABLE, 0);
	occupy_streams();
	if (conf_parse(&conf, argv, getenv, &fail) < 0) {
		conf_release(&conf);
		/* A mail server would send the message back. */
		return command_fail(conf.command == COMMAND_BOUNCE
					? EXIT_TRY_AGAIN
					: EXIT_USAGE,
				    "%s", fail.message);
	}
	conf_clear_environment();
	log_set_level(conf.log_level);
	log_set_routine(conf.log_routine);
	code = run(&conf);
	if (conf.command != COMMAND_SERVE &&
	    (fflush(stdout) != 0 || ferror(stdout)) && code == EXIT_OK)
		code = command_fail(EXIT_FAILED, "could not write the output");
	conf_release(&conf);
	return code;
}
