/*
 * smtp.c: hands mail to a mail server (libcurl speaks SMTP).
 *
 * The surprise: most refusals are not final. Only what a server says about this
 * recipient or this text is (refusal.h); the rest the operator will mend, and
 * the mails that wait must not be lost to a password that has expired.
 */
#include "base/base.h"
#include "mail/transport.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/hash.h"
#include "mail/mime.h"
#include "mail/refusal.h"
#include "mail/smtp_url.h"

#define CONNECT_MS    (10 * SECOND_MS)
#define REUSE_SECONDS 30L  /* a connection that was idle for longer is stale */
#define SETTINGS_MAX  8192 /* octets */
#define COMMAND_MAX   1024 /* octets: an address three times as long, encoded */

/* A reply of the server, its lines joined. */
struct reply {
	int code;  /* 0 = none yet */
	bool more; /* lines to come */
	char text[WORDS_MAX + 1];
};

/* What the server would have to offer; then the attempt ends there. */
enum missing { MISSING_NOTHING, MISSING_AUTH, MISSING_UTF8 };

struct smtp {
	struct transport transport;
	struct arena arena; /* of the settings */
	struct smtp_settings settings;
	CURL *curl; /* with the connection; NULL until needed */
	char error[CURL_ERROR_SIZE];

	/* Of the attempt under way. */
	const struct letter *letter;
	size_t given;	       /* octets of the message that curl took */
	enum smtp_stage first; /* what follows once the session stands */
	enum smtp_stage stage; /* what the next reply, or `reply`, is to */
	enum missing missing;
	struct reply reply;

	struct dialogue dialogue; /* with the server, if somebody follows it */
	bool offers_utf8, offers_auth; /* the server, when it was greeted */
	atomic_llong give_up_at;       /* clock_mono_ms(); 0 = never */
};

static struct smtp *smtp_of(struct transport *transport)
{
	return CONTAINER_OF(transport, struct smtp, transport);
}

/* ---- what curl tells us ---- */

/* The keyword that a line of the answer to EHLO begins with. */
static bool is_keyword(struct str line, const char *keyword)
{
	struct str word, rest;

	str_cut(line, ' ', &word, &rest);
	return str_is_nocase(str_trim(word), keyword);
}

/* Every line of a reply may begin with its status ("5.1.1"): once will do. */
static struct str without_status(const struct reply *reply, struct str text)
{
	struct str status, rest;

	if (!str_cut(text, ' ', &status, &rest) || status.len < 5 ||
	    status.data[1] != '.' ||
	    strncmp(reply->text + 4, status.data, status.len) != 0)
		return text;
	return rest;
}

/* Adds one line's text to the reply; what does not fit is dropped. */
static void reply_add(struct reply *reply, struct str text)
{
	size_t len = strlen(reply->text);

	if (len > 4)
		text = without_status(reply, text);
	snprintf(reply->text + len, sizeof(reply->text) - len, " %.*s",
		 STR_ARG(text));
}

/* A line of a reply that is not the last one's continuation. */
static void begin_reply(struct smtp *smtp, int code)
{
	struct reply *reply = &smtp->reply;

	if (smtp->stage != SMTP_SESSION && reply->code != 0 && !reply->more)
		smtp->stage++;
	reply->code = code;
	snprintf(reply->text, sizeof(reply->text), "%03d", code);
	if (smtp->stage == SMTP_SESSION && code == 250)
		smtp->offers_utf8 = smtp->offers_auth = false;
}

/* A line of the answer to EHLO. */
static void note_offer(struct smtp *smtp, struct str line)
{
	smtp->offers_utf8 |= is_keyword(line, "SMTPUTF8");
	smtp->offers_auth |= is_keyword(line, "AUTH");
}

static size_t on_reply(char *data, size_t size, size_t count, void *context)
{
	struct smtp *smtp = context;
	struct reply *reply = &smtp->reply;
	struct str line = str_trim((struct str){ data, size * count });
	struct str text;
	int64_t code;

	while (line.len > 0 && strchr("\r\n", line.data[line.len - 1]))
		line.len--;
	if (line.len < 3 || !str_to_i64((struct str){ line.data, 3 }, &code) ||
	    code == 221) /* good-bye: says nothing about what went before */
		return size * count;
	text = line.len > 4 ? (struct str){ line.data + 4, line.len - 4 }
			    : STR("");
	if (!reply->more || code != reply->code)
		begin_reply(smtp, (int)code);
	reply->more = line.len > 3 && line.data[3] == '-';
	reply_add(reply, text);
	if (smtp->stage == SMTP_SESSION && code == 250)
		note_offer(smtp, text);
	return size * count;
}

static enum missing what_is_missing(const struct smtp *smtp)
{
	if (smtp->settings.username && !smtp->offers_auth)
		return MISSING_AUTH;
	if (smtp->letter->utf8 && !smtp->offers_utf8)
		return MISSING_UTF8;
	return MISSING_NOTHING;
}

/* The session stands, the mail comes next. */
static int on_session(void *context, char *remote_ip, char *local_ip,
		      int remote_port, int local_port)
{
	struct smtp *smtp = context;

	(void)remote_ip;
	(void)local_ip;
	(void)remote_port;
	(void)local_port;
	smtp->stage = smtp->first;
	smtp->reply = (struct reply){ 0 };
	smtp->missing = what_is_missing(smtp);
	return smtp->missing == MISSING_NOTHING ? CURL_PREREQFUNC_OK
						: CURL_PREREQFUNC_ABORT;
}

static size_t on_read(char *out, size_t size, size_t count, void *context)
{
	struct smtp *smtp = context;
	struct str text = smtp->letter->text;
	size_t len = size * count;

	if (len > text.len - smtp->given)
		len = text.len - smtp->given;
	memcpy(out, text.data + smtp->given, len);
	smtp->given += len;
	return len;
}

/* What is behind the reply to a command: of no interest. */
static size_t on_data(char *data, size_t size, size_t count, void *context)
{
	(void)data;
	(void)context;
	return size * count;
}

/* Called now and then; ends the attempt when the program is to end. */
static int on_progress(void *context, curl_off_t total_down, curl_off_t down,
		       curl_off_t total_up, curl_off_t up)
{
	struct smtp *smtp = context;
	int64_t at = atomic_load(&smtp->give_up_at);

	(void)total_down;
	(void)down;
	(void)total_up;
	(void)up;
	return at != 0 && clock_mono_ms() >= at;
}

static int on_debug(CURL *curl, curl_infotype type, char *data, size_t size,
		    void *context)
{
	struct smtp *smtp = context;
	const struct str lines = { data, size };

	(void)curl;
	if (type == CURLINFO_HEADER_OUT)
		dialogue_add(&smtp->dialogue, STEP_SAID, lines);
	else if (type == CURLINFO_HEADER_IN)
		dialogue_add(&smtp->dialogue, STEP_HEARD, lines);
	else if (type == CURLINFO_TEXT)
		dialogue_add(&smtp->dialogue, STEP_NOTE, lines);
	return 0;
}

/* ---- the handle ---- */

static void set_tls(CURL *curl, const struct smtp_settings *settings)
{
	static const long use[] = {
		[SMTP_TLS_IF_OFFERED] = CURLUSESSL_TRY,
		[SMTP_TLS_REQUIRED] = CURLUSESSL_ALL,
		[SMTP_TLS_NONE] = CURLUSESSL_NONE,
	};

	curl_easy_setopt(curl, CURLOPT_USE_SSL, use[settings->tls]);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, (long)settings->verify);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST,
			 settings->verify ? 2L : 0L);
	if (settings->cafile)
		curl_easy_setopt(curl, CURLOPT_CAINFO, settings->cafile);
}

static void set_times(CURL *curl, const struct smtp_settings *settings)
{
	int64_t whole = settings->whole_ms;

	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)whole);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
			 (long)(whole < CONNECT_MS ? whole : CONNECT_MS));
	/* A server may think about the message for as long as all of it may
	 * take: a client that gives up sends it twice. This bounds QUIT. */
	curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
			 (long)(whole / SECOND_MS));
	curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, REUSE_SECONDS);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
}

static void set_callbacks(CURL *curl, struct smtp *smtp)
{
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_reply);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, smtp);
	curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, on_session);
	curl_easy_setopt(curl, CURLOPT_PREREQDATA, smtp);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(curl, CURLOPT_READDATA, smtp);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, smtp);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, smtp->error);
	if (!smtp->dialogue.trace)
		return;
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, on_debug);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, smtp);
}

/* False when out of memory. */
static bool make_handle(struct smtp *smtp)
{
	const struct smtp_settings *settings = &smtp->settings;
	CURL *curl;

	if (smtp->curl)
		return true;
	curl = curl_easy_init();
	if (!curl)
		return false;
	set_tls(curl, settings);
	set_times(curl, settings);
	set_callbacks(curl, smtp);
	/* Whatever proxy the environment names is not for mail. */
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	if (curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps") ||
	    curl_easy_setopt(curl, CURLOPT_URL, settings->url) ||
	    (settings->username &&
	     (curl_easy_setopt(curl, CURLOPT_USERNAME, settings->username) ||
	      curl_easy_setopt(curl, CURLOPT_PASSWORD, settings->password)))) {
		curl_easy_cleanup(curl);
		return false;
	}
	smtp->curl = curl;
	return true;
}

/*
 * Says good-bye and closes. curl would wait for the answer for minutes; with
 * nothing more to read it does not.
 */
static void smtp_idle(struct transport *transport)
{
	struct smtp *smtp = smtp_of(transport);
	curl_socket_t fd;

	if (!smtp->curl)
		return;
	if (curl_easy_getinfo(smtp->curl, CURLINFO_ACTIVESOCKET, &fd) ==
		CURLE_OK &&
	    fd != CURL_SOCKET_BAD)
		(void)shutdown(fd, SHUT_RD);
	curl_easy_cleanup(smtp->curl);
	smtp->curl = NULL;
}

/* ---- attempts ---- */

static CURLcode perform(struct smtp *smtp)
{
	smtp->given = 0;
	smtp->stage = SMTP_SESSION;
	smtp->missing = MISSING_NOTHING;
	smtp->reply = (struct reply){ 0 };
	smtp->error[0] = '\0';
	return curl_easy_perform(smtp->curl);
}

/*
 * Whether all that failed was a connection from before that the server had
 * closed meanwhile, with nothing of the mail given away: then it is worth a
 * second try at once.
 */
static bool was_stale(struct smtp *smtp, CURLcode result)
{
	long connects = 1;

	if (result == CURLE_OK || smtp->given > 0 ||
	    smtp->missing != MISSING_NOTHING ||
	    result == CURLE_OPERATION_TIMEDOUT ||
	    result == CURLE_ABORTED_BY_CALLBACK)
		return false;
	if (smtp->reply.code != 0 && smtp->reply.code != 421)
		return false;
	curl_easy_getinfo(smtp->curl, CURLINFO_NUM_CONNECTS, &connects);
	return connects == 0;
}

static CURLcode perform_fresh_if_stale(struct smtp *smtp)
{
	CURLcode result = perform(smtp);

	if (!was_stale(smtp, result))
		return result;
	curl_easy_setopt(smtp->curl, CURLOPT_FRESH_CONNECT, 1L);
	result = perform(smtp);
	curl_easy_setopt(smtp->curl, CURLOPT_FRESH_CONNECT, 0L);
	return result;
}

static const char *stage_of(const struct smtp *smtp)
{
	if (smtp->stage == SMTP_SESSION)
		return "while connecting";
	if (smtp->given == 0)
		return "before the message was sent";
	return "after the message was sent";
}

/* Nothing was refused in so many words: the network, TLS or time. */
static void judge_fault(struct smtp *smtp, CURLcode result,
			struct report *report)
{
	const char *error =
	    smtp->error[0] ? smtp->error : curl_easy_strerror(result);

	if (result == CURLE_RECV_ERROR)
		error = "the mail server closed the connection";
	if (result == CURLE_ABORTED_BY_CALLBACK)
		report_set(report, OUTBOX_DEFERRED, WAY_OPEN,
			   "the daemon was stopped while it waited for the "
			   "mail server");
	else
		report_set(report, OUTBOX_DEFERRED, WAY_CLOSED, "%s (%s)",
			   error, stage_of(smtp));
}

static void judge_refusal(struct smtp *smtp, struct report *report)
{
	static const enum way ways[] = {
		[REFUSAL_OF_MAIL] = WAY_OPEN,
		[REFUSAL_OF_SETUP] = WAY_CLOSED,
		[REFUSAL_DOUBTFUL] = WAY_DOUBTFUL,
	};
	enum refusal refusal = refusal_read(smtp->stage, smtp->reply.text);
	bool final = refusal == REFUSAL_OF_MAIL && smtp->reply.code >= 500;
	bool own = smtp->letter->own_sender && refusal != REFUSAL_OF_MAIL &&
		   refusal_may_be_of_sender(smtp->stage, smtp->reply.text);

	report_set(report, final ? OUTBOX_FAILED : OUTBOX_DEFERRED,
		   own ? WAY_UNTOLD : ways[refusal], "%s", smtp->reply.text);
}

static void judge_missing(struct smtp *smtp, struct report *report)
{
	if (smtp->missing == MISSING_AUTH)
		report_set(report, OUTBOX_DEFERRED, WAY_CLOSED,
			   "the mail server offers no login (AUTH) over this "
			   "connection, but a user name is set: nothing was "
			   "sent");
	else if (!str_is_ascii(str_of(smtp->letter->from)))
		report_set(report, OUTBOX_DEFERRED, WAY_CLOSED,
			   "the mail server cannot take a sender with letters "
			   "beyond ASCII before the @ (it does not offer "
			   "SMTPUTF8)");
	else
		report_set(report, OUTBOX_FAILED, WAY_OPEN,
			   "the mail server cannot take an address with "
			   "letters beyond ASCII before the @ (it does not "
			   "offer SMTPUTF8)");
}

/* The reply counts more than the result: curl takes a 553 to a command of ours
 * for an answer like others. */
static void judge(struct smtp *smtp, CURLcode result, struct report *report)
{
	int code = smtp->reply.code;

	if (smtp->missing != MISSING_NOTHING)
		judge_missing(smtp, report);
	else if (code >= 400 && code < 600)
		judge_refusal(smtp, report);
	else if (result == CURLE_OK)
		report_set(report, OUTBOX_SENT, WAY_OPEN, "%s",
			   smtp->reply.text);
	else
		judge_fault(smtp, result, report);
}

static void report_memory(struct report *report)
{
	report_set(report, OUTBOX_DEFERRED, WAY_CLOSED, "out of memory");
}

static void smtp_deliver(struct transport *transport,
			 const struct letter *letter, struct report *report)
{
	struct smtp *smtp = smtp_of(transport);
	struct curl_slist *to = curl_slist_append(NULL, letter->to);
	CURL *curl;

	if (!to || !make_handle(smtp)) {
		report_memory(report);
		curl_slist_free_all(to);
		return;
	}
	curl = smtp->curl;
	smtp->letter = letter;
	smtp->first = SMTP_MAIL;
	curl_easy_setopt(curl, CURLOPT_NOBODY, 0L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, NULL);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE,
			 (curl_off_t)letter->text.len);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	if (curl_easy_setopt(curl, CURLOPT_MAIL_FROM, letter->from))
		report_memory(report);
	else
		judge(smtp, perform_fresh_if_stale(smtp), report);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(to);
	smtp->letter = NULL;
}

/* `address` behind `prefix`, as curl wants it: it decodes what it is given. */
static void write_command(char out[COMMAND_MAX], const char *prefix,
			  const char *address, const char *suffix)
{
	size_t len = (size_t)snprintf(out, COMMAND_MAX, "%s<", prefix);

	for (; *address && len + 5 < COMMAND_MAX; address++)
		len +=
		    (size_t)snprintf(out + len, COMMAND_MAX - len,
				     *address == '%' ? "%%25" : "%c", *address);
	snprintf(out + len, COMMAND_MAX - len, ">%s", suffix);
}

/* One command instead of a mail; whether it was granted. */
static bool try_command(struct smtp *smtp, enum smtp_stage stage,
			const char *command, struct report *report)
{
	CURL *curl = smtp->curl;

	smtp->first = stage;
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 0L);
	curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	if (curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, command))
		report_memory(report);
	else
		judge(smtp, perform_fresh_if_stale(smtp), report);
	return report->outcome == OUTBOX_SENT;
}

/*
 * A session with nothing in it, TLS and password included, up to the sender
 * and perhaps the recipient: many servers take any login and then refuse
 * these. RSET makes the connection fit for a mail.
 */
static void smtp_probe(struct transport *transport, const struct letter *letter,
		       struct report *report)
{
	struct smtp *smtp = smtp_of(transport);
	char command[COMMAND_MAX];
	struct report unused;
	bool granted;

	if (!make_handle(smtp)) {
		report_memory(report);
		return;
	}
	smtp->letter = letter;
	write_command(command, "MAIL FROM:", letter->from,
		      letter->utf8 ? " SMTPUTF8" : "");
	granted = try_command(smtp, SMTP_MAIL, command, report);
	if (granted && letter->to) {
		write_command(command, "RCPT TO:", letter->to, "");
		granted = try_command(smtp, SMTP_RCPT, command, report);
	}
	if (!granted || !try_command(smtp, SMTP_MAIL, "RSET", &unused))
		smtp_idle(transport);
	smtp->letter = NULL;
}

static void smtp_hurry(struct transport *transport)
{
	atomic_store(&smtp_of(transport)->give_up_at,
		     clock_mono_ms() + HURRY_MS);
}

/* ---- life ---- */

static void init_curl(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void smtp_close(struct transport *transport)
{
	struct smtp *smtp = smtp_of(transport);

	smtp_idle(transport);
	if (smtp->settings.password)
		wipe(smtp->settings.password, strlen(smtp->settings.password));
	arena_release(&smtp->arena);
	free(smtp);
}

static int smtp_open(const struct transport_options *options,
		     struct transport **ret_transport, struct fail *fail)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct smtp *smtp = calloc(1, sizeof(*smtp));

	if (!smtp)
		return fail_set(fail, "out of memory");
	pthread_once(&once, init_curl);
	arena_init(&smtp->arena, SETTINGS_MAX);
	if (smtp_url_parse(&smtp->arena, options, &smtp->settings, fail) < 0) {
		smtp_close(&smtp->transport);
		return -1;
	}
	smtp->dialogue.trace = options->trace;
	*ret_transport = &smtp->transport;
	return 0;
}

#define SMTP_KIND(name)                                                       \
	{                                                                     \
		.scheme = (name), .open = smtp_open, .deliver = smtp_deliver, \
		.probe = smtp_probe, .idle = smtp_idle, .hurry = smtp_hurry,  \
		.close = smtp_close                                           \
	}

const struct transport_kind transport_smtp = SMTP_KIND("smtp:");
const struct transport_kind transport_smtps = SMTP_KIND("smtps:");
