/*
 * inv.h: libinv, OpenAI's Admin API for C: invite people to an organization.
 *
 *	struct inv_client *client = NULL;
 *	struct inv_invite *invite = NULL;
 *	struct inv_error err;
 *
 *	if (inv_client_new(NULL, &client, &err) ||
 *	    inv_invites_create(client,
 *		&(struct inv_invite_create_params){
 *			.email = "ada@example.com",
 *			.role = INV_ROLE_READER,
 *		}, NULL, &invite, &err))
 *		fprintf(stderr, "%s\n", err.message);
 *	else
 *		puts(invite->id);
 *	inv_free(invite);
 *	inv_free(client);
 *
 * It speaks to api.openai.com and to an invited(8) of your own alike; the key
 * and the address come from the environment unless you give them.
 *
 * What holds for every function:
 *
 * - An int is 0 for success, or -1 with the reason in `*err`. On failure the
 *   results are not touched; on success the error is not touched.
 * - What a function hands out through a `ret_...` is yours: inv_free() frees
 *   it and all that it points to. Results outlive the client; only inv_next()
 *   still needs it.
 * - What you pass in is only read during the call. Texts are UTF-8.
 * - Parameters are structs to be filled in by name. Members marked INV_OPT may
 *   be left out. Zero the whole struct: later versions use what is reserved.
 * - NULL is accepted for `err`, for `params` (nothing is said), for `call` (no
 *   options), for the `ret_...` of a call whose result you do not want, and by
 *   inv_free(). Anywhere else it is refused with INV_ERROR_USAGE.
 * - A word that the API has a closed list for is an enum, with the text as
 *   received beside it: a newer server's word is INV_..._UNKNOWN and its text.
 *   Members that this header does not know are in inv_meta()->json.
 * - Times are Unix seconds; 0 means that there is none.
 * - The library prints nothing, never exits, installs no signal handler and
 *   reads the environment only in inv_client_new().
 */
#ifndef INV_H
#define INV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define INV_API __attribute__((visibility("default")))
#else
#define INV_API
#endif

/*
 * Marks a member that may be left out. Where C++ warns of members that are
 * missing in an initialiser, it warns of the others only.
 */
#if defined(__cplusplus) && __cplusplus >= 201402L
#define INV_OPT \
	{       \
	}
#else
#define INV_OPT
#endif

#define INV_VERSION	"0.1.0"
#define INV_VERSION_NUM 0x000100 /* two hexadecimal digits for each part */

/* The version of the library that is loaded; INV_VERSION is the header's. */
INV_API const char *inv_version(void);

/* ---- errors ----------------------------------------------------------- */

enum inv_error_kind {
	INV_ERROR_NONE = 0,
	INV_ERROR_USAGE = 1,	      /* the call itself; nothing was sent */
	INV_ERROR_MEMORY = 2,	      /* out of memory */
	INV_ERROR_CONNECTION = 3,     /* no answer, or half of one */
	INV_ERROR_TIMEOUT = 4,	      /* no answer in time */
	INV_ERROR_CANCELLED = 5,      /* by you */
	INV_ERROR_ANSWER = 6,	      /* an answer that makes no sense */
	INV_ERROR_BAD_REQUEST = 7,    /* 400 */
	INV_ERROR_AUTHENTICATION = 8, /* 401, or there is no key to send */
	INV_ERROR_PERMISSION = 9,     /* 403 */
	INV_ERROR_NOT_FOUND = 10,     /* 404, and 410 */
	INV_ERROR_CONFLICT = 11,      /* 409 */
	INV_ERROR_UNPROCESSABLE = 12, /* 422 */
	INV_ERROR_RATE_LIMIT = 13,    /* 429 */
	INV_ERROR_SERVER = 14,	      /* 500 and above */
	INV_ERROR_STATUS = 15	      /* any other status */
};

/* The cause, where the kind and the status do not tell it. */
enum inv_cause {
	INV_CAUSE_NONE = 0,
	INV_CAUSE_DNS = 1,	   /* the host has no address */
	INV_CAUSE_REFUSED = 2,	   /* nobody listens, or no way leads there */
	INV_CAUSE_PROXY = 3,	   /* the proxy is not found, or refuses */
	INV_CAUSE_TLS = 4,	   /* no TLS, or not the same */
	INV_CAUSE_CERTIFICATE = 5, /* not trusted, expired, another's */
	INV_CAUSE_CUT = 6,	   /* the connection ended too early */
	INV_CAUSE_PROTOCOL = 7,	   /* not HTTP */
	INV_CAUSE_ENCODING = 8,	   /* not compressed as it says */
	INV_CAUSE_TOO_LARGE = 9,   /* head or body beyond our limits */
	INV_CAUSE_REDIRECT = 10,   /* to another host, in a circle, of a POST */
	INV_CAUSE_JSON = 11,	   /* not JSON, or not what the API says */
	INV_CAUSE_PAGE = 12,	   /* a list that cannot be gone through */
	INV_CAUSE_DEADLINE = 13	   /* the call's own, not one attempt's */
};

/*
 * Why a call failed. Nothing in it is allocated; keep it, copy it, forget it.
 * Texts are never NULL, cut where they would not fit, UTF-8 and free of
 * control characters, so that they can be printed as they are.
 */
struct inv_error {
	enum inv_error_kind kind;
	enum inv_cause cause;
	int status;		/* HTTP status; 0 where there was no answer */
	int attempts;		/* requests made, the lost ones included */
	int64_t retry_after_ms; /* what the server asks for; 0: nothing */
	bool temporary;		/* the same call, made later, may succeed */
	char message[512];	/* a sentence for people */
	char detail[256];     /* what libcurl says; "" where it says nothing */
	char type[64];	      /* of the API's error object; "" where absent */
	char code[64];	      /* such as "invite_already_exists" */
	char param[128];      /* such as "projects[1].id" */
	char request_id[128]; /* to quote when asking who runs the server */
	char body[2048];      /* the beginning of the answer's body */
	int64_t reserved[64];
};

/* The kind as a word, such as "not_found". Never NULL. */
INV_API const char *inv_error_kind_name(enum inv_error_kind kind);

/* ---- client ----------------------------------------------------------- */

struct inv_client;
struct inv_http_request;
struct inv_receiver;

#define INV_NO_RETRIES (-1)

struct inv_options {
	const char *admin_api_key INV_OPT; /* else OPENAI_ADMIN_KEY */
	const char *base_url INV_OPT; /* else OPENAI_BASE_URL, else OpenAI's */
	const char *organization INV_OPT; /* else OPENAI_ORG_ID */
	const char *project INV_OPT;	  /* else OPENAI_PROJECT_ID */

	/*
	 * More request headers, "Name: value" in lines, on top of those in
	 * OPENAI_CUSTOM_HEADERS. They win over the library's own. Like the
	 * organization and the project, they go to the server of the base URL
	 * only: no redirect to another host is followed.
	 */
	const char *headers INV_OPT;

	int64_t timeout_ms INV_OPT;	    /* of one attempt; 0: ten minutes */
	int64_t connect_timeout_ms INV_OPT; /* its beginning; 0: five seconds */
	int max_retries INV_OPT;	    /* 0: two; or INV_NO_RETRIES */

	const char *proxy INV_OPT;   /* as libcurl's; NULL: http_proxy etc. */
	const char *ca_file INV_OPT; /* PEM; else SSL_CERT_FILE, the system's */
	const char *ca_path INV_OPT; /* directory; else SSL_CERT_DIR */

	/*
	 * Told, a line at a time and without newline, what is sent and
	 * received: never the key, never a body. May come from any thread that
	 * makes a call; each line begins with the number of its call in
	 * brackets.
	 */
	void (*debug)(void *arg, const char *line) INV_OPT;
	void *debug_arg INV_OPT;

	/*
	 * Called instead of waiting before another attempt. Not 0 gives up:
	 * the call fails with INV_ERROR_CANCELLED.
	 */
	int (*pause)(void *arg, int64_t milliseconds) INV_OPT;
	void *pause_arg INV_OPT;

	/*
	 * Called instead of libcurl, once an attempt: sends the request and
	 * gives what comes back to inv_receive(). Returns INV_CAUSE_NONE, or
	 * why nothing came. May come from any thread that makes a call.
	 */
	enum inv_cause (*transport)(
	    void *arg, const struct inv_http_request *request,
	    struct inv_receiver *to) INV_OPT;
	void *transport_arg INV_OPT;

	int64_t reserved[16] INV_OPT;
};

/*
 * A client, with connections that it keeps open between calls. `options` may
 * be NULL: all from the environment. That there is no key is found by the
 * first call that needs one. Any number of threads may use a client at once;
 * each waits for its own answer only. After fork() the child may go on with
 * the client: it makes connections of its own. (Not while another thread of
 * the parent was inside a call: then make a new one.)
 */
INV_API int inv_client_new(
    const struct inv_options *options, struct inv_client **ret_client,
    struct inv_error *err);

/*
 * Frees whatever this library handed out: results, pages, clients and the
 * rest; NULL is nothing. No call may be using it any more.
 */
INV_API void inv_free(void *handed_out);

/* ---- one call --------------------------------------------------------- */

struct inv_canceller;

/* Options of a single call. What is zero is as the client has it. */
struct inv_call {
	int64_t timeout_ms INV_OPT;  /* of one attempt */
	int64_t deadline_ms INV_OPT; /* for all: attempts, pauses, redirects */
	int max_retries INV_OPT;     /* or INV_NO_RETRIES */
	const char *headers INV_OPT; /* "Name: value" in lines; they win */
	const char *idempotency_key INV_OPT;  /* the header of that name */
	struct inv_canceller *cancel INV_OPT; /* what inv_cancel() ends it by */

	/*
	 * Not NULL: nothing is sent, and no result is made. The request is
	 * handed out here instead: see "without I/O" below.
	 */
	struct inv_http_request **ret_request INV_OPT;
	int64_t reserved[16] INV_OPT;
};

/* For any number of calls, at once or one after the other. */
INV_API int inv_canceller_new(
    struct inv_canceller **ret_canceller, struct inv_error *err);

/*
 * Ends the calls that have it, now and from now on, with INV_ERROR_CANCELLED.
 * From any thread, and from a signal handler. NULL does nothing.
 */
INV_API void inv_cancel(struct inv_canceller *cancel);

/* What came with a result. Texts are never NULL. */
struct inv_metadata {
	const char *json; /* all of it as text, "" where there was nothing */
	int status;	  /* HTTP status */
	int attempts;	  /* how many requests it took */
	const char *request_id; /* "" where the server gave none */
	const char *headers;	/* the answer's, "Name: value" in lines */
};

/*
 * Of a result, a page, or an item of a page (then `json` is the item's); lives
 * as long as that. Never NULL.
 */
INV_API const struct inv_metadata *inv_meta(const void *result);

/* ---- what is said ----------------------------------------------------- */

/*
 * An optional member that can also be null is one of three things. You say
 * which; it is never guessed from a pointer, since an empty list may well have
 * none.
 */
enum inv_said {
	INV_OMITTED = 0, /* the request does not mention it */
	INV_NULL = 1,	 /* it is null */
	INV_VALUE = 2	 /* it has the value given beside, empty or not */
};

struct inv_text {
	enum inv_said said;
	const char *value;
};

struct inv_number {
	enum inv_said said;
	int64_t value;
};

struct inv_texts {
	enum inv_said said;
	const char *const *items;
	size_t len;
};

/* clang-format off */
#if defined(__cplusplus) && __cplusplus >= 201103L
#define INV_LITERAL(type) type
#else
#define INV_LITERAL(type) (struct type)
#endif

/* .external_key_id = INV_TEXT("hr-7"), .emails = INV_TEXTS(list, 2) */
#define INV_TEXT(value)	       INV_LITERAL(inv_text){ INV_VALUE, value }
#define INV_NUMBER(value)      INV_LITERAL(inv_number){ INV_VALUE, value }
#define INV_TEXTS(items, len)  INV_LITERAL(inv_texts){ INV_VALUE, items, len }
#define INV_GRANTS(items, len) INV_LITERAL(inv_grants){ INV_VALUE, items, len }
/* clang-format on */

/* ---- words ------------------------------------------------------------ */

/* In an organization. */
enum inv_role { INV_ROLE_UNKNOWN = 0, INV_ROLE_READER = 1, INV_ROLE_OWNER = 2 };

enum inv_project_role {
	INV_PROJECT_ROLE_UNKNOWN = 0,
	INV_PROJECT_ROLE_MEMBER = 1,
	INV_PROJECT_ROLE_OWNER = 2,
	INV_PROJECT_ROLE_NONE = 3, /* a service account's */
	INV_PROJECT_ROLE_VIEWER = 4
};

enum inv_invite_status {
	INV_INVITE_STATUS_UNKNOWN = 0,
	INV_INVITE_STATUS_PENDING = 1,
	INV_INVITE_STATUS_ACCEPTED = 2,
	INV_INVITE_STATUS_EXPIRED = 3
};

enum inv_project_status {
	INV_PROJECT_STATUS_UNKNOWN = 0,
	INV_PROJECT_STATUS_ACTIVE = 1,
	INV_PROJECT_STATUS_ARCHIVED = 2
};

/* Whether the owner of a key has access to the key's project. */
enum inv_access {
	INV_ACCESS_UNKNOWN = 0,
	INV_ACCESS_ACTIVE = 1,
	INV_ACCESS_INACTIVE = 2
};

/* The API's word, such as "reader"; "" for UNKNOWN. Never NULL. */
INV_API const char *inv_role_text(enum inv_role role);
INV_API const char *inv_project_role_text(enum inv_project_role role);
INV_API const char *inv_invite_status_text(enum inv_invite_status status);
INV_API const char *inv_project_status_text(enum inv_project_status status);
INV_API const char *inv_access_text(enum inv_access access);

/* The other way round; UNKNOWN for any other text, and for NULL. */
INV_API enum inv_role inv_role_of(const char *text);
INV_API enum inv_project_role inv_project_role_of(const char *text);
INV_API enum inv_invite_status inv_invite_status_of(const char *text);
INV_API enum inv_project_status inv_project_status_of(const char *text);
INV_API enum inv_access inv_access_of(const char *text);

/* ---- lists ------------------------------------------------------------ */

/* What every list can be asked for; the first members of its params. */
#define INV_LIST_PARAMS                                                     \
	const char *after INV_OPT; /* the id that the page begins behind */ \
	int limit INV_OPT; /* items per page; 0: as the server likes */     \
	const char *extra_query INV_OPT /* more, encoded, such as "a=b" */

/* Of the lists that can be asked for nothing else. */
struct inv_list_params {
	INV_LIST_PARAMS;
	const char *order INV_OPT; /* "asc", "desc"; not of every list */
	int64_t reserved[16] INV_OPT;
};

/* A page: items as received, in an array of pointers. */
#define INV_PAGE_OF(thing)                             \
	struct inv_##thing##_page {                    \
		const struct inv_##thing *const *data; \
		size_t data_len;                       \
		const char *first_id; /* or NULL */    \
		const char *last_id;  /* or NULL */    \
		bool has_more;                         \
		const char *next; /* or NULL */        \
	}

/*
 * The next item of a list: those of the page, then those of the pages behind
 * it, which replace its contents as they are needed.
 *
 *	rc = inv_invites_list(client, NULL, NULL, &page, &err);
 *	while (!rc && !(rc = inv_next(page, &invite, &err)) && invite)
 *		puts(invite->email);
 *	inv_free(page);
 *
 * The item is borrowed until the next call, and NULL behind the last. After a
 * failure the same call may be tried again: nothing is skipped or repeated.
 * The client, and what the list was called with for cancelling, must still be
 * there. For one thread at a time.
 */
INV_API int inv_next(void *page, void *ret_item, struct inv_error *err);

/* So that the compiler sees whether page and item belong together. */
#define inv_next(page, ret_item, err)                  \
	((void)sizeof(*(ret_item) == (page)->data[0]), \
	 (inv_next)((page), (void *)(ret_item), (err)))

/* ---- invites ---------------------------------------------------------- */

/* A project that the invite grants, as sent. */
struct inv_grant {
	const char *id;
	enum inv_project_role role INV_OPT;
	const char *role_text INV_OPT; /* instead: a word not listed here */
	int64_t reserved[4] INV_OPT;
};

struct inv_grants {
	enum inv_said said;
	const struct inv_grant *items;
	size_t len;
};

/* Who invites; only with invited(8). */
struct inv_inviter {
	const char *name;  /* or NULL */
	const char *email; /* NULL only where it is received */
};

struct inv_invite_create_params {
	const char *email;
	enum inv_role role INV_OPT;
	const char *role_text INV_OPT; /* instead: a word not listed here */

	/*
	 * Omitted: the person joins the default project. INV_GRANTS(p, n):
	 * these; INV_GRANTS(NULL, 0): none at all.
	 */
	struct inv_grants projects INV_OPT;

	/*
	 * A JSON object with more members for the body, such as
	 * "{\"send_email\":false}". Members that are said above win over it.
	 */
	const char *extra_body INV_OPT;
	/* Omitted: the owner of the key, if it has one. */
	const struct inv_inviter *inviter INV_OPT;
	const char *locale INV_OPT; /* "de": of the page and the mails */
	int64_t reserved[14] INV_OPT;
};

/* Many at once; only with invited(8). */
struct inv_invite_bulk_params {
	const struct inv_invite_create_params *invites; /* up to 1000 */
	size_t invites_len;
	bool atomic INV_OPT; /* all of them, up to 256, or none */
	const char *extra_body INV_OPT;
	int64_t reserved[16] INV_OPT;
};

/* Only invited(8) has these two calls. */
struct inv_invite_update_params { /* what is omitted stays as it is */
	enum inv_role role INV_OPT;
	const char *role_text INV_OPT; /* instead: a word not listed here */
	struct inv_grants projects INV_OPT;
	int64_t expires_in_seconds INV_OPT; /* from now on */
	const char *extra_body INV_OPT;	    /* as for an invite */
	int64_t reserved[8] INV_OPT;
};

struct inv_invite_resend_params {
	int64_t expires_in_seconds INV_OPT; /* from now on */
	const char *extra_body INV_OPT;	    /* as for an invite */
	int64_t reserved[8] INV_OPT;
};

/* The filters are invited(8)'s; other servers may ignore them. */
struct inv_invite_list_params {
	INV_LIST_PARAMS;
	struct inv_texts status INV_OPT; /* pending, accepted, expired, or
					  * declined; any of them */
	const char *email INV_OPT;	 /* to this address */
	const char *query INV_OPT;	 /* to addresses with this in them */
	const char *project_id INV_OPT;	 /* that name this project */
	const char *delivery INV_OPT;	 /* whose mail is in this state */
	int64_t created_at_gte INV_OPT;	 /* made then or later */
	int64_t created_at_lt INV_OPT;	 /* made before */
	int64_t reserved[7] INV_OPT;
};

/* A project that the invite grants, as received. */
struct inv_invite_project {
	const char *id; /* never NULL */
	enum inv_project_role role;
	const char *role_text; /* never NULL */
};

/* What became of the mail; only invited(8) says. */
struct inv_delivery {
	const char *status; /* queued, sent, deferred, failed, none */
	int64_t attempts;
	const char *last_error; /* or NULL */
	int64_t updated_at;
};

struct inv_invite {
	const char *id;	    /* never NULL, never empty */
	const char *object; /* never NULL */
	const char *email;  /* never NULL */
	enum inv_role role;
	const char *role_text; /* never NULL */
	enum inv_invite_status status;
	const char *status_text; /* never NULL */
	int64_t created_at;
	int64_t expires_at;
	int64_t accepted_at;
	int64_t declined_at; /* only invited(8) says */
	const struct inv_invite_project *const *projects;
	size_t projects_len;
	const struct inv_delivery *delivery; /* or NULL */
	const char *accept_url;		     /* or NULL */
	const struct inv_inviter *inviter;   /* or NULL */
	const char *locale;		     /* or NULL */
	const char *metadata; /* a JSON object of texts, or NULL */
};

INV_PAGE_OF(invite);

/* Why one of many was refused. */
struct inv_refusal {
	const char *message; /* never NULL, a sentence for people */
	const char *type;    /* never NULL */
	const char *param;   /* or NULL */
	const char *code;    /* never NULL, such as "user_already_exists" */
};

/* What became of one of many: what a create of it alone would have given. */
struct inv_invite_line {
	int64_t index;
	int64_t status;			 /* HTTP status */
	bool existing;			 /* the invite was there already */
	const struct inv_invite *invite; /* or NULL */
	const struct inv_refusal *error; /* or NULL */
};

struct inv_invite_bulk {
	const char *object;			   /* never NULL */
	const struct inv_invite_line *const *data; /* in the order given */
	size_t data_len;
	int64_t created;
	int64_t existing;
	int64_t refused;
};

/* What is left of a deleted thing. */
struct inv_deleted {
	const char *id;	    /* never NULL */
	const char *object; /* never NULL */
	bool deleted;
};

/* The same where the server does not say of which. */
struct inv_removed {
	const char *object; /* never NULL */
	bool deleted;
};

/*
 * POST /organization/invites: sends the person a mail; they are in once they
 * accept. Safe to repeat against invited(8): the same invite comes back.
 */
INV_API int inv_invites_create(
    struct inv_client *client, const struct inv_invite_create_params *params,
    const struct inv_call *call, struct inv_invite **ret_invite,
    struct inv_error *err);
/*
 * POST /organization/invites/bulk: each of them as by a create of its own, of
 * which some may fail. With `atomic` the call fails where one of them would:
 * INV_ERROR_BAD_REQUEST with the code "invites_refused". Safe to repeat.
 */
INV_API int inv_invites_create_bulk(
    struct inv_client *client, const struct inv_invite_bulk_params *params,
    const struct inv_call *call, struct inv_invite_bulk **ret_bulk,
    struct inv_error *err);
/* GET /organization/invites/{invite_id} */
INV_API int inv_invites_retrieve(
    struct inv_client *client, const char *invite_id,
    const struct inv_call *call, struct inv_invite **ret_invite,
    struct inv_error *err);
/* GET /organization/invites */
INV_API int inv_invites_list(
    struct inv_client *client, const struct inv_invite_list_params *params,
    const struct inv_call *call, struct inv_invite_page **ret_page,
    struct inv_error *err);
/* DELETE /organization/invites/{invite_id} */
INV_API int inv_invites_delete(
    struct inv_client *client, const char *invite_id,
    const struct inv_call *call, struct inv_deleted **ret_deleted,
    struct inv_error *err);

/*
 * POST /organization/invites/{invite_id}: changes what it grants and how long
 * it is open; the link stays.
 */
INV_API int inv_invites_update(
    struct inv_client *client, const char *invite_id,
    const struct inv_invite_update_params *params, const struct inv_call *call,
    struct inv_invite **ret_invite, struct inv_error *err);
/*
 * POST /organization/invites/{invite_id}/resend: a new link, by mail or, with
 * "send_email": false in the extra body, in the answer; old ones no longer
 * work.
 */
INV_API int inv_invites_resend(
    struct inv_client *client, const char *invite_id,
    const struct inv_invite_resend_params *params, const struct inv_call *call,
    struct inv_invite **ret_invite, struct inv_error *err);

/* The same four, by the path that the official clients have for them. */
INV_API int inv_admin_organization_invites_create(
    struct inv_client *client, const struct inv_invite_create_params *params,
    struct inv_invite **ret_invite, struct inv_error *err);
INV_API int inv_admin_organization_invites_retrieve(
    struct inv_client *client, const char *invite_id,
    struct inv_invite **ret_invite, struct inv_error *err);
INV_API int inv_admin_organization_invites_list(
    struct inv_client *client, const struct inv_invite_list_params *params,
    struct inv_invite_page **ret_page, struct inv_error *err);
INV_API int inv_admin_organization_invites_delete(
    struct inv_client *client, const char *invite_id,
    struct inv_deleted **ret_deleted, struct inv_error *err);

/* ---- users ------------------------------------------------------------ */

struct inv_user_list_params {
	INV_LIST_PARAMS;
	struct inv_texts emails INV_OPT; /* only those with these addresses */
	int64_t reserved[16] INV_OPT;
};

struct inv_user {
	const char *id;	    /* never NULL, never empty */
	const char *object; /* never NULL */
	const char *name;   /* or NULL */
	const char *email;  /* or NULL */
	enum inv_role role;
	const char *role_text; /* never NULL */
	int64_t added_at;
	const char *technical_level;   /* or NULL */
	const char *developer_persona; /* or NULL */
	bool is_service_account;
	bool is_scim_managed;
	int64_t api_key_last_used_at;
};

INV_PAGE_OF(user);

struct inv_user_update_params { /* null takes away what there is */
	enum inv_role role INV_OPT;
	const char *role_text INV_OPT;	 /* instead: a word not listed here */
	struct inv_text role_id INV_OPT; /* instead: of a predefined role */
	struct inv_text technical_level INV_OPT;
	struct inv_text developer_persona INV_OPT;
	const char *extra_body INV_OPT; /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

/* GET /organization/users/{user_id} */
INV_API int inv_users_retrieve(
    struct inv_client *client, const char *user_id, const struct inv_call *call,
    struct inv_user **ret_user, struct inv_error *err);
/* GET /organization/users */
INV_API int inv_users_list(
    struct inv_client *client, const struct inv_user_list_params *params,
    const struct inv_call *call, struct inv_user_page **ret_page,
    struct inv_error *err);
/* POST /organization/users/{user_id} */
INV_API int inv_users_update(
    struct inv_client *client, const char *user_id,
    const struct inv_user_update_params *params, const struct inv_call *call,
    struct inv_user **ret_user, struct inv_error *err);
/* DELETE /organization/users/{user_id}: they and all that was theirs go. */
INV_API int inv_users_delete(
    struct inv_client *client, const char *user_id, const struct inv_call *call,
    struct inv_deleted **ret_deleted, struct inv_error *err);

/* ---- projects --------------------------------------------------------- */

struct inv_project_create_params {
	const char *name;
	struct inv_text external_key_id INV_OPT;
	const char *residency INV_OPT;	/* "EU_STORAGE_PROCESSING" */
	const char *extra_body INV_OPT; /* as for an invite */
	struct inv_number max_key_lifetime_seconds INV_OPT; /* invited(8) */
	int64_t reserved[14] INV_OPT;
};

struct inv_project_update_params {
	const char *name INV_OPT;
	struct inv_text external_key_id INV_OPT;
	const char *residency INV_OPT;
	const char *extra_body INV_OPT; /* as for an invite */
	struct inv_number max_key_lifetime_seconds INV_OPT; /* invited(8) */
	int64_t reserved[14] INV_OPT;
};

struct inv_project_list_params {
	INV_LIST_PARAMS;
	bool include_archived INV_OPT;
	int64_t reserved[16] INV_OPT;
};

struct inv_project {
	const char *id;	    /* never NULL, never empty */
	const char *object; /* never NULL */
	const char *name;   /* or NULL */
	int64_t created_at;
	int64_t archived_at;
	enum inv_project_status status;
	const char *status_text;     /* never NULL */
	const char *external_key_id; /* or NULL */
	const char *residency;	     /* or NULL */
	int64_t max_key_lifetime_seconds;
};

INV_PAGE_OF(project);

/* POST /organization/projects */
INV_API int inv_projects_create(
    struct inv_client *client, const struct inv_project_create_params *params,
    const struct inv_call *call, struct inv_project **ret_project,
    struct inv_error *err);
/* GET /organization/projects/{project_id} */
INV_API int inv_projects_retrieve(
    struct inv_client *client, const char *project_id,
    const struct inv_call *call, struct inv_project **ret_project,
    struct inv_error *err);
/* GET /organization/projects */
INV_API int inv_projects_list(
    struct inv_client *client, const struct inv_project_list_params *params,
    const struct inv_call *call, struct inv_project_page **ret_page,
    struct inv_error *err);
/* POST /organization/projects/{project_id} */
INV_API int inv_projects_update(
    struct inv_client *client, const char *project_id,
    const struct inv_project_update_params *params, const struct inv_call *call,
    struct inv_project **ret_project, struct inv_error *err);
/* POST /organization/projects/{project_id}/archive: for good. */
INV_API int inv_projects_archive(
    struct inv_client *client, const char *project_id,
    const struct inv_call *call, struct inv_project **ret_project,
    struct inv_error *err);

/* ---- who is in a project ---------------------------------------------- */

struct inv_project_user_params {
	const char *user_id INV_OPT; /* to create: the id or the address */
	const char *email INV_OPT;
	enum inv_project_role role INV_OPT;
	const char *role_text INV_OPT;	/* instead: a word not listed here */
	const char *extra_body INV_OPT; /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

struct inv_project_user_list_params {
	INV_LIST_PARAMS;
	int64_t reserved[16] INV_OPT;
};

struct inv_project_user {
	const char *id;	    /* never NULL, never empty */
	const char *object; /* never NULL */
	const char *name;   /* or NULL */
	const char *email;  /* or NULL */
	enum inv_project_role role;
	const char *role_text; /* never NULL */
	int64_t added_at;
};

INV_PAGE_OF(project_user);

/* GET /organization/projects/{project_id}/users */
INV_API int inv_projects_users_list(
    struct inv_client *client, const char *project_id,
    const struct inv_project_user_list_params *params,
    const struct inv_call *call, struct inv_project_user_page **ret_page,
    struct inv_error *err);
/* POST /organization/projects/{project_id}/users */
INV_API int inv_projects_users_create(
    struct inv_client *client, const char *project_id,
    const struct inv_project_user_params *params, const struct inv_call *call,
    struct inv_project_user **ret_user, struct inv_error *err);
/* GET /organization/projects/{project_id}/users/{user_id} */
INV_API int inv_projects_users_retrieve(
    struct inv_client *client, const char *project_id, const char *user_id,
    const struct inv_call *call, struct inv_project_user **ret_user,
    struct inv_error *err);
/* POST /organization/projects/{project_id}/users/{user_id} */
INV_API int inv_projects_users_update(
    struct inv_client *client, const char *project_id, const char *user_id,
    const struct inv_project_user_params *params, const struct inv_call *call,
    struct inv_project_user **ret_user, struct inv_error *err);
/* DELETE /organization/projects/{project_id}/users/{user_id} */
INV_API int inv_projects_users_delete(
    struct inv_client *client, const char *project_id, const char *user_id,
    const struct inv_call *call, struct inv_deleted **ret_deleted,
    struct inv_error *err);

/* ---- groups ----------------------------------------------------------- */

struct inv_group_params {
	const char *name;
	const char *extra_body INV_OPT; /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

struct inv_group_list_params { /* of groups, and of who is in one */
	INV_LIST_PARAMS;
	const char *order INV_OPT; /* "asc", "desc" */
	int64_t reserved[16] INV_OPT;
};

struct inv_group {
	const char *id;	    /* never NULL, never empty */
	const char *object; /* never NULL */
	const char *name;   /* or NULL */
	int64_t created_at;
	bool is_scim_managed;
	const char *group_type; /* or NULL */
};

INV_PAGE_OF(group);

/* POST /organization/groups */
INV_API int inv_groups_create(
    struct inv_client *client, const struct inv_group_params *params,
    const struct inv_call *call, struct inv_group **ret_group,
    struct inv_error *err);
/* GET /organization/groups/{group_id} */
INV_API int inv_groups_retrieve(
    struct inv_client *client, const char *group_id,
    const struct inv_call *call, struct inv_group **ret_group,
    struct inv_error *err);
/* POST /organization/groups/{group_id} */
INV_API int inv_groups_update(
    struct inv_client *client, const char *group_id,
    const struct inv_group_params *params, const struct inv_call *call,
    struct inv_group **ret_group, struct inv_error *err);
/* GET /organization/groups */
INV_API int inv_groups_list(
    struct inv_client *client, const struct inv_group_list_params *params,
    const struct inv_call *call, struct inv_group_page **ret_page,
    struct inv_error *err);
/* DELETE /organization/groups/{group_id} */
INV_API int inv_groups_delete(
    struct inv_client *client, const char *group_id,
    const struct inv_call *call, struct inv_deleted **ret_deleted,
    struct inv_error *err);

/* ---- who is in a group ------------------------------------------------ */

struct inv_group_user_params {
	const char *user_id;
	int64_t reserved[16] INV_OPT;
};

struct inv_group_user {
	const char *id;	     /* never NULL, never empty */
	const char *name;    /* or NULL */
	const char *email;   /* or NULL */
	const char *picture; /* or NULL; this and the rest: one alone */
	bool is_service_account;
	const char *user_type; /* or NULL */
};

INV_PAGE_OF(group_user);

/* That somebody is in a group, or not any more. */
struct inv_group_membership {
	const char *object;   /* never NULL */
	const char *user_id;  /* or NULL: the server need not say it */
	const char *group_id; /* likewise */
	bool deleted;
};

/* POST /organization/groups/{group_id}/users */
INV_API int inv_groups_users_create(
    struct inv_client *client, const char *group_id,
    const struct inv_group_user_params *params, const struct inv_call *call,
    struct inv_group_membership **ret_membership, struct inv_error *err);
/* GET /organization/groups/{group_id}/users/{user_id} */
INV_API int inv_groups_users_retrieve(
    struct inv_client *client, const char *group_id, const char *user_id,
    const struct inv_call *call, struct inv_group_user **ret_user,
    struct inv_error *err);
/* GET /organization/groups/{group_id}/users */
INV_API int inv_groups_users_list(
    struct inv_client *client, const char *group_id,
    const struct inv_group_list_params *params, const struct inv_call *call,
    struct inv_group_user_page **ret_page, struct inv_error *err);
/* DELETE /organization/groups/{group_id}/users/{user_id} */
INV_API int inv_groups_users_delete(
    struct inv_client *client, const char *group_id, const char *user_id,
    const struct inv_call *call, struct inv_group_membership **ret_membership,
    struct inv_error *err);

/* ---- the groups that are in a project --------------------------------- */

struct inv_project_group_params {
	const char *group_id;
	const char *role;		/* the id of a role in projects */
	const char *extra_body INV_OPT; /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

struct inv_project_group_retrieve_params {
	const char *group_type INV_OPT; /* "group", "tenant_group" */
	int64_t reserved[16] INV_OPT;
};

struct inv_project_group {
	const char *group_id;	/* never NULL, never empty */
	const char *object;	/* never NULL */
	const char *project_id; /* or NULL */
	const char *group_name; /* or NULL */
	const char *group_type; /* or NULL */
	int64_t created_at;
};

INV_PAGE_OF(project_group);

/* POST /organization/projects/{project_id}/groups */
INV_API int inv_projects_groups_create(
    struct inv_client *client, const char *project_id,
    const struct inv_project_group_params *params, const struct inv_call *call,
    struct inv_project_group **ret_group, struct inv_error *err);
/* GET /organization/projects/{project_id}/groups/{group_id} */
INV_API int inv_projects_groups_retrieve(
    struct inv_client *client, const char *project_id, const char *group_id,
    const struct inv_project_group_retrieve_params *params,
    const struct inv_call *call, struct inv_project_group **ret_group,
    struct inv_error *err);
/* GET /organization/projects/{project_id}/groups */
INV_API int inv_projects_groups_list(
    struct inv_client *client, const char *project_id,
    const struct inv_list_params *params, const struct inv_call *call,
    struct inv_project_group_page **ret_page, struct inv_error *err);
/* DELETE /organization/projects/{project_id}/groups/{group_id} */
INV_API int inv_projects_groups_delete(
    struct inv_client *client, const char *project_id, const char *group_id,
    const struct inv_call *call, struct inv_removed **ret_removed,
    struct inv_error *err);

/* ---- roles ------------------------------------------------------------ */

struct inv_role_params {
	const char *role_name INV_OPT;	      /* has to be given to create */
	struct inv_texts permissions INV_OPT; /* likewise */
	struct inv_text description INV_OPT;
	const char *extra_body INV_OPT; /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

/* Who somebody has a role through. */
struct inv_assignment_source {
	const char *principal_id;   /* never NULL */
	const char *principal_type; /* never NULL */
};

/* A role, predefined or your own. */
struct inv_role_details {
	const char *id;		 /* never NULL, never empty */
	const char *object;	 /* never NULL */
	const char *name;	 /* or NULL */
	const char *description; /* or NULL */
	const char *const *permissions;
	size_t permissions_len;
	const char *resource_type; /* "api.organization", "api.project" */
	bool predefined_role;

	/* Only of one that is assigned. */
	int64_t created_at, updated_at;
	const char *created_by; /* or NULL */
	const struct inv_assignment_source *const *assignment_sources;
	size_t assignment_sources_len;
};

INV_PAGE_OF(role_details);

/* POST /organization/roles */
INV_API int inv_roles_create(
    struct inv_client *client, const struct inv_role_params *params,
    const struct inv_call *call, struct inv_role_details **ret_role,
    struct inv_error *err);
/* GET /organization/roles/{role_id} */
INV_API int inv_roles_retrieve(
    struct inv_client *client, const char *role_id, const struct inv_call *call,
    struct inv_role_details **ret_role, struct inv_error *err);
/* POST /organization/roles/{role_id} */
INV_API int inv_roles_update(
    struct inv_client *client, const char *role_id,
    const struct inv_role_params *params, const struct inv_call *call,
    struct inv_role_details **ret_role, struct inv_error *err);
/* GET /organization/roles */
INV_API int inv_roles_list(
    struct inv_client *client, const struct inv_list_params *params,
    const struct inv_call *call, struct inv_role_details_page **ret_page,
    struct inv_error *err);
/* DELETE /organization/roles/{role_id} */
INV_API int inv_roles_delete(
    struct inv_client *client, const char *role_id, const struct inv_call *call,
    struct inv_deleted **ret_deleted, struct inv_error *err);
/* POST /projects/{project_id}/roles */
INV_API int inv_projects_roles_create(
    struct inv_client *client, const char *project_id,
    const struct inv_role_params *params, const struct inv_call *call,
    struct inv_role_details **ret_role, struct inv_error *err);
/* GET /projects/{project_id}/roles/{role_id} */
INV_API int inv_projects_roles_retrieve(
    struct inv_client *client, const char *project_id, const char *role_id,
    const struct inv_call *call, struct inv_role_details **ret_role,
    struct inv_error *err);
/* POST /projects/{project_id}/roles/{role_id} */
INV_API int inv_projects_roles_update(
    struct inv_client *client, const char *project_id, const char *role_id,
    const struct inv_role_params *params, const struct inv_call *call,
    struct inv_role_details **ret_role, struct inv_error *err);
/* GET /projects/{project_id}/roles */
INV_API int inv_projects_roles_list(
    struct inv_client *client, const char *project_id,
    const struct inv_list_params *params, const struct inv_call *call,
    struct inv_role_details_page **ret_page, struct inv_error *err);
/* DELETE /projects/{project_id}/roles/{role_id} */
INV_API int inv_projects_roles_delete(
    struct inv_client *client, const char *project_id, const char *role_id,
    const struct inv_call *call, struct inv_deleted **ret_deleted,
    struct inv_error *err);

/* ---- who has a role ---------------------------------------------------- */

struct inv_role_assignment_params {
	const char *role_id;
	int64_t reserved[16] INV_OPT;
};

struct inv_role_assignment {
	const char *object;		     /* never NULL */
	const struct inv_user *user;	     /* who has it; or NULL */
	const struct inv_group *group;	     /* or a group; or NULL */
	const struct inv_role_details *role; /* or NULL */
};

/* POST /organization/users/{user_id}/roles */
INV_API int inv_users_roles_create(
    struct inv_client *client, const char *user_id,
    const struct inv_role_assignment_params *params,
    const struct inv_call *call, struct inv_role_assignment **ret_assignment,
    struct inv_error *err);
/* GET /organization/users/{user_id}/roles/{role_id} */
INV_API int inv_users_roles_retrieve(
    struct inv_client *client, const char *user_id, const char *role_id,
    const struct inv_call *call, struct inv_role_details **ret_role,
    struct inv_error *err);
/* GET /organization/users/{user_id}/roles */
INV_API int inv_users_roles_list(
    struct inv_client *client, const char *user_id,
    const struct inv_list_params *params, const struct inv_call *call,
    struct inv_role_details_page **ret_page, struct inv_error *err);
/* DELETE /organization/users/{user_id}/roles/{role_id} */
INV_API int inv_users_roles_delete(
    struct inv_client *client, const char *user_id, const char *role_id,
    const struct inv_call *call, struct inv_removed **ret_removed,
    struct inv_error *err);
/* POST /organization/groups/{group_id}/roles */
INV_API int inv_groups_roles_create(
    struct inv_client *client, const char *group_id,
    const struct inv_role_assignment_params *params,
    const struct inv_call *call, struct inv_role_assignment **ret_assignment,
    struct inv_error *err);
/* GET /organization/groups/{group_id}/roles/{role_id} */
INV_API int inv_groups_roles_retrieve(
    struct inv_client *client, const char *group_id, const char *role_id,
    const struct inv_call *call, struct inv_role_details **ret_role,
    struct inv_error *err);
/* GET /organization/groups/{group_id}/roles */
INV_API int inv_groups_roles_list(
    struct inv_client *client, const char *group_id,
    const struct inv_list_params *params, const struct inv_call *call,
    struct inv_role_details_page **ret_page, struct inv_error *err);
/* DELETE /organization/groups/{group_id}/roles/{role_id} */
INV_API int inv_groups_roles_delete(
    struct inv_client *client, const char *group_id, const char *role_id,
    const struct inv_call *call, struct inv_removed **ret_removed,
    struct inv_error *err);
/* POST /projects/{project_id}/users/{user_id}/roles */
INV_API int inv_projects_users_roles_create(
    struct inv_client *client, const char *project_id, const char *user_id,
    const struct inv_role_assignment_params *params,
    const struct inv_call *call, struct inv_role_assignment **ret_assignment,
    struct inv_error *err);
/* GET /projects/{project_id}/users/{user_id}/roles/{role_id} */
INV_API int inv_projects_users_roles_retrieve(
    struct inv_client *client, const char *project_id, const char *user_id,
    const char *role_id, const struct inv_call *call,
    struct inv_role_details **ret_role, struct inv_error *err);
/* GET /projects/{project_id}/users/{user_id}/roles */
INV_API int inv_projects_users_roles_list(
    struct inv_client *client, const char *project_id, const char *user_id,
    const struct inv_list_params *params, const struct inv_call *call,
    struct inv_role_details_page **ret_page, struct inv_error *err);
/* DELETE /projects/{project_id}/users/{user_id}/roles/{role_id} */
INV_API int inv_projects_users_roles_delete(
    struct inv_client *client, const char *project_id, const char *user_id,
    const char *role_id, const struct inv_call *call,
    struct inv_removed **ret_removed, struct inv_error *err);
/* POST /projects/{project_id}/groups/{group_id}/roles */
INV_API int inv_projects_groups_roles_create(
    struct inv_client *client, const char *project_id, const char *group_id,
    const struct inv_role_assignment_params *params,
    const struct inv_call *call, struct inv_role_assignment **ret_assignment,
    struct inv_error *err);
/* GET /projects/{project_id}/groups/{group_id}/roles/{role_id} */
INV_API int inv_projects_groups_roles_retrieve(
    struct inv_client *client, const char *project_id, const char *group_id,
    const char *role_id, const struct inv_call *call,
    struct inv_role_details **ret_role, struct inv_error *err);
/* GET /projects/{project_id}/groups/{group_id}/roles */
INV_API int inv_projects_groups_roles_list(
    struct inv_client *client, const char *project_id, const char *group_id,
    const struct inv_list_params *params, const struct inv_call *call,
    struct inv_role_details_page **ret_page, struct inv_error *err);
/* DELETE /projects/{project_id}/groups/{group_id}/roles/{role_id} */
INV_API int inv_projects_groups_roles_delete(
    struct inv_client *client, const char *project_id, const char *group_id,
    const char *role_id, const struct inv_call *call,
    struct inv_removed **ret_removed, struct inv_error *err);

/* ---- service accounts -------------------------------------------------- */

struct inv_service_account_create_params {
	const char *name;
	bool create_service_account_only INV_OPT; /* without a key */
	int64_t expires_in_seconds INV_OPT;	  /* the key; 0: never */
	const char *extra_body INV_OPT;		  /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

struct inv_service_account_update_params {
	const char *name INV_OPT;
	enum inv_project_role role INV_OPT;
	const char *role_text INV_OPT;	/* instead: a word not listed here */
	const char *extra_body INV_OPT; /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

struct inv_service_account_api_key_params {
	const char *name INV_OPT;
	struct inv_texts scopes INV_OPT;    /* none: all permissions */
	int64_t expires_in_seconds INV_OPT; /* 0: never */
	const char *extra_body INV_OPT;	    /* as for an invite */
	struct inv_texts models INV_OPT;    /* none: all; invited(8) */
	int64_t reserved[13] INV_OPT;
};

/* A key as it is shown once, to whoever has it made. */
struct inv_service_account_api_key {
	const char *id;	    /* never NULL, never empty */
	const char *object; /* never NULL */
	const char *value;  /* the secret; never NULL, never empty */
	const char *name;   /* or NULL */
	int64_t created_at;
	int64_t expires_at;
};

struct inv_service_account {
	const char *id;	    /* never NULL, never empty */
	const char *object; /* never NULL */
	const char *name;   /* or NULL */
	enum inv_project_role role;
	const char *role_text; /* never NULL */
	int64_t created_at;
	const struct inv_service_account_api_key *api_key; /* a new one's */
};

INV_PAGE_OF(service_account);

/* POST /organization/projects/{project_id}/service_accounts */
INV_API int inv_projects_service_accounts_create(
    struct inv_client *client, const char *project_id,
    const struct inv_service_account_create_params *params,
    const struct inv_call *call, struct inv_service_account **ret_account,
    struct inv_error *err);

/* GET /organization/projects/{project_id}/service_accounts/{service_account_id}
 */
INV_API int inv_projects_service_accounts_retrieve(
    struct inv_client *client, const char *project_id,
    const char *service_account_id, const struct inv_call *call,
    struct inv_service_account **ret_account, struct inv_error *err);

/* POST
 * /organization/projects/{project_id}/service_accounts/{service_account_id} */
INV_API int inv_projects_service_accounts_update(
    struct inv_client *client, const char *project_id,
    const char *service_account_id,
    const struct inv_service_account_update_params *params,
    const struct inv_call *call, struct inv_service_account **ret_account,
    struct inv_error *err);
/* GET /organization/projects/{project_id}/service_accounts */
INV_API int inv_projects_service_accounts_list(
    struct inv_client *client, const char *project_id,
    const struct inv_list_params *params, const struct inv_call *call,
    struct inv_service_account_page **ret_page, struct inv_error *err);

/* DELETE
 * /organization/projects/{project_id}/service_accounts/{service_account_id} */
INV_API int inv_projects_service_accounts_delete(
    struct inv_client *client, const char *project_id,
    const char *service_account_id, const struct inv_call *call,
    struct inv_deleted **ret_deleted, struct inv_error *err);

/*
 * POST
 * /organization/projects/{project_id}/service_accounts/{service_account_id}/api_keys
 */
INV_API int inv_projects_service_accounts_api_keys_create(
    struct inv_client *client, const char *project_id,
    const char *service_account_id,
    const struct inv_service_account_api_key_params *params,
    const struct inv_call *call, struct inv_service_account_api_key **ret_key,
    struct inv_error *err);

/* ---- the keys of a project --------------------------------------------- */

struct inv_project_api_key_list_params {
	INV_LIST_PARAMS;
	const char *owner_project_access INV_OPT; /* active, inactive, any */
	int64_t reserved[16] INV_OPT;
};

struct inv_project_api_key_update_params {
	struct inv_texts scopes INV_OPT; /* INV_TEXTS(NULL, 0): all */
	int64_t expires_in_seconds INV_OPT;
	const char *extra_body INV_OPT;	 /* as for an invite */
	struct inv_texts models INV_OPT; /* likewise; invited(8) */
	int64_t reserved[13] INV_OPT;
};

struct inv_project_api_key_create_params {
	const char *user_id;
	const char *name INV_OPT;
	struct inv_texts scopes INV_OPT;    /* none: all permissions */
	struct inv_texts models INV_OPT;    /* none: all */
	int64_t expires_in_seconds INV_OPT; /* 0: never */
	const char *extra_body INV_OPT;	    /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

struct inv_project_api_key_rotate_params {
	struct inv_number grace_seconds INV_OPT; /* else a day */
	const char *extra_body INV_OPT;		 /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

/* Whose a key is. */
struct inv_key_owner {
	const char *id;	   /* never NULL */
	const char *name;  /* or NULL */
	const char *email; /* or NULL */
	int64_t created_at;
	const char *role;   /* or NULL */
	const char *type;   /* or NULL; this and `object`: of an admin key */
	const char *object; /* or NULL */
};

struct inv_project_api_key_owner { /* one of the two */
	const char *type;	   /* "user" or "service_account"; never NULL */
	const struct inv_key_owner *user;	     /* or NULL */
	const struct inv_key_owner *service_account; /* or NULL */
};

struct inv_project_api_key {
	const char *id;		    /* never NULL, never empty */
	const char *object;	    /* never NULL */
	const char *redacted_value; /* or NULL */
	const char *name;	    /* or NULL */
	int64_t created_at;
	int64_t last_used_at;
	int64_t expires_at;
	enum inv_access owner_project_access;
	const char *owner_project_access_text;	       /* never NULL */
	const struct inv_project_api_key_owner *owner; /* or NULL */
	const char *const *scopes; /* none: everything is allowed */
	size_t scopes_len;
	const char *const *models; /* none: all of them */
	size_t models_len;
	const char *value; /* the secret, of a new one; else NULL */
};

INV_PAGE_OF(project_api_key);

/* POST /organization/projects/{project_id}/api_keys, of invited(8) */
INV_API int inv_projects_api_keys_create(
    struct inv_client *client, const char *project_id,
    const struct inv_project_api_key_create_params *params,
    const struct inv_call *call, struct inv_project_api_key **ret_key,
    struct inv_error *err);
/* POST /organization/projects/{project_id}/api_keys/{api_key_id}/rotate, of
 * invited(8) */
INV_API int inv_projects_api_keys_rotate(
    struct inv_client *client, const char *project_id, const char *api_key_id,
    const struct inv_project_api_key_rotate_params *params,
    const struct inv_call *call, struct inv_project_api_key **ret_key,
    struct inv_error *err);

/* GET /organization/projects/{project_id}/api_keys/{api_key_id} */
INV_API int inv_projects_api_keys_retrieve(
    struct inv_client *client, const char *project_id, const char *api_key_id,
    const struct inv_call *call, struct inv_project_api_key **ret_key,
    struct inv_error *err);
/* POST /organization/projects/{project_id}/api_keys/{api_key_id} */
INV_API int inv_projects_api_keys_update(
    struct inv_client *client, const char *project_id, const char *api_key_id,
    const struct inv_project_api_key_update_params *params,
    const struct inv_call *call, struct inv_project_api_key **ret_key,
    struct inv_error *err);
/* GET /organization/projects/{project_id}/api_keys */
INV_API int inv_projects_api_keys_list(
    struct inv_client *client, const char *project_id,
    const struct inv_project_api_key_list_params *params,
    const struct inv_call *call, struct inv_project_api_key_page **ret_page,
    struct inv_error *err);
/* DELETE /organization/projects/{project_id}/api_keys/{api_key_id} */
INV_API int inv_projects_api_keys_delete(
    struct inv_client *client, const char *project_id, const char *api_key_id,
    const struct inv_call *call, struct inv_deleted **ret_deleted,
    struct inv_error *err);

/* ---- admin keys -------------------------------------------------------- */

struct inv_admin_api_key_create_params {
	const char *name;
	int64_t expires_in_seconds INV_OPT; /* 0: never */
	const char *extra_body INV_OPT;	    /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

struct inv_admin_api_key {
	const char *id;		    /* never NULL, never empty */
	const char *object;	    /* never NULL */
	const char *name;	    /* or NULL */
	const char *redacted_value; /* or NULL */
	const char *value;	    /* the secret, of a new one; else NULL */
	int64_t created_at;
	int64_t expires_at;
	int64_t last_used_at;
	const struct inv_key_owner *owner; /* or NULL */
};

INV_PAGE_OF(admin_api_key);

/* POST /organization/admin_api_keys */
INV_API int inv_admin_api_keys_create(
    struct inv_client *client,
    const struct inv_admin_api_key_create_params *params,
    const struct inv_call *call, struct inv_admin_api_key **ret_key,
    struct inv_error *err);
/* GET /organization/admin_api_keys/{key_id} */
INV_API int inv_admin_api_keys_retrieve(
    struct inv_client *client, const char *key_id, const struct inv_call *call,
    struct inv_admin_api_key **ret_key, struct inv_error *err);
/* GET /organization/admin_api_keys */
INV_API int inv_admin_api_keys_list(
    struct inv_client *client, const struct inv_list_params *params,
    const struct inv_call *call, struct inv_admin_api_key_page **ret_page,
    struct inv_error *err);
/* DELETE /organization/admin_api_keys/{key_id} */
INV_API int inv_admin_api_keys_delete(
    struct inv_client *client, const char *key_id, const struct inv_call *call,
    struct inv_deleted **ret_deleted, struct inv_error *err);

/* ---- settings --------------------------------------------------------- */

/* What an organization has set; NULL or 0 where it has set nothing. */
struct inv_settings {
	const char *object;	  /* never NULL */
	const char *display_name; /* for those who are invited, or NULL */
	const char *line;	  /* of text, or NULL */
	const char *color;	  /* "#3b5bdb", or NULL */
	const char *reply_to;	  /* an address, or NULL */
	int64_t updated_at;
	const char *locale; /* "de", or NULL */
	int64_t max_key_lifetime_seconds;
	const char *const *allowed_domains; /* or NULL */
	size_t allowed_domains_len;
	int64_t max_seats;
};

struct inv_settings_update_params { /* null removes a setting */
	struct inv_text display_name INV_OPT;
	struct inv_text line INV_OPT;
	struct inv_text color INV_OPT;
	struct inv_text reply_to INV_OPT;
	struct inv_text locale INV_OPT;
	struct inv_number max_key_lifetime_seconds INV_OPT;
	struct inv_texts allowed_domains INV_OPT;
	struct inv_number max_seats INV_OPT;
	const char *extra_body INV_OPT; /* as for an invite */
	int64_t reserved[32] INV_OPT;
};

/* GET /organization/settings */
INV_API int inv_settings_retrieve(
    struct inv_client *client, const struct inv_call *call,
    struct inv_settings **ret_settings, struct inv_error *err);
/* POST /organization/settings: what is omitted stays as it is. */
INV_API int inv_settings_update(
    struct inv_client *client, const struct inv_settings_update_params *params,
    const struct inv_call *call, struct inv_settings **ret_settings,
    struct inv_error *err);

/* ---- the gate ----------------------------------------------------------- */

struct inv_gate_check_params {
	const char *key;		/* the one in question */
	const char *project_id INV_OPT; /* NULL: its own */
	const char *permission INV_OPT; /* "model.read", "model.request" */
	const char *model INV_OPT;	/* NULL: none in particular */
	const char *extra_body INV_OPT; /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

struct inv_gate_key {
	const char *id;	  /* never NULL, never empty */
	const char *name; /* or NULL */
	int64_t expires_at;
	const char *const *models; /* none: all of them */
	size_t models_len;
};

struct inv_gate_owner {
	const char *type;  /* "user" or "service_account" */
	const char *id;	   /* never NULL, never empty */
	const char *name;  /* or NULL */
	const char *email; /* of a user, or NULL */
	const char *role;  /* in the project: "none", "viewer", ...; or NULL */
};

struct inv_gate_project {
	const char *id;	  /* never NULL, never empty */
	const char *name; /* or NULL */
};

/* key, owner and project are NULL where the key is unknown. */
struct inv_gate_decision {
	const char *object; /* never NULL */
	bool allowed;
	const char *code; /* "valid", or why not: "expired", ... */
	int64_t ttl;	  /* seconds for which it may be kept */
	const struct inv_gate_key *key;
	const struct inv_gate_owner *owner;
	const struct inv_gate_project *project;
};

/* POST /gate/check, of invited(8): whether a key is good. The client asks with
 * a service account's key that has the scope gate.check. */
INV_API int inv_gate_check(
    struct inv_client *client, const struct inv_gate_check_params *params,
    const struct inv_call *call, struct inv_gate_decision **ret_decision,
    struct inv_error *err);

/* ---- the audit log ------------------------------------------------------ */

struct inv_audit_log_list_params {
	INV_LIST_PARAMS;
	const char *before INV_OPT;	 /* the id that the page ends at */
	int64_t effective_at_gt INV_OPT; /* later than; 0: whenever */
	int64_t effective_at_gte INV_OPT, effective_at_lt INV_OPT;
	int64_t effective_at_lte INV_OPT;
	struct inv_texts project_ids INV_OPT;
	struct inv_texts event_types INV_OPT; /* such as "invite.sent" */
	struct inv_texts actor_ids INV_OPT, actor_emails INV_OPT;
	struct inv_texts resource_ids INV_OPT;
	bool tenant_only INV_OPT;
	int64_t reserved[16] INV_OPT;
};

/* A user with an address, or a project with a name, or an id alone. */
struct inv_audit_log_thing {
	const char *id;	   /* or NULL */
	const char *email; /* or NULL */
	const char *name;  /* or NULL */
};

struct inv_audit_log_session {
	const struct inv_audit_log_thing *user; /* or NULL */
	const char *ip_address;			/* or NULL */
};

struct inv_audit_log_api_key {
	const char *id;					   /* or NULL */
	const char *type;				   /* or NULL */
	const struct inv_audit_log_thing *user;		   /* or NULL */
	const struct inv_audit_log_thing *service_account; /* or NULL */
};

struct inv_audit_log_actor { /* one of the two */
	const char *type;    /* "session" or "api_key"; never NULL */
	const struct inv_audit_log_session *session; /* or NULL */
	const struct inv_audit_log_api_key *api_key; /* or NULL */
};

struct inv_audit_log {
	const char *id;	  /* never NULL, never empty */
	const char *type; /* never NULL */
	int64_t effective_at;
	const struct inv_audit_log_thing *project; /* or NULL */
	const struct inv_audit_log_actor *actor;   /* or NULL */
	const char
	    *details; /* JSON: the member called like the type; or NULL */
};

INV_PAGE_OF(audit_log);

/* GET /organization/audit_logs, newest first */
INV_API int inv_audit_logs_list(
    struct inv_client *client, const struct inv_audit_log_list_params *params,
    const struct inv_call *call, struct inv_audit_log_page **ret_page,
    struct inv_error *err);

/* ---- the invited person's side (invited(8) only) ---------------------- */

/*
 * The link from the mail, or the code alone. The request goes to where the
 * link points, with a code to the client's base URL; the admin key,
 * organization, project and the client's headers are never sent with it.
 */
struct inv_invitation_params {
	const char *link;	  /* "https://host/accept#CODE", or "CODE" */
	const char *name INV_OPT; /* the person's; for accepting */
	int64_t reserved[16] INV_OPT;
};

struct inv_invitation_project {
	const char *name; /* never NULL */
	enum inv_project_role role;
	const char *role_text; /* never NULL */
};

struct inv_invitation_organization {
	const char *name; /* never NULL */
};

struct inv_invitation {
	const char *object; /* never NULL */
	const char *status; /* pending, accepted, declined; never NULL */
	const struct inv_invitation_organization *organization; /* or NULL */
	const char *email;					/* never NULL */
	enum inv_role role;
	const char *role_text; /* never NULL */
	const struct inv_invitation_project *const *projects;
	size_t projects_len;
	const char *const *skipped_projects; /* names of archived ones */
	size_t skipped_projects_len;
	int64_t expires_at;
	int64_t accepted_at;
	const char *user_id;		   /* or NULL */
	const char *welcome_url;	   /* or NULL */
	const struct inv_inviter *inviter; /* or NULL */
};

/* POST /invitations/lookup: what the invitation says; changes nothing. */
INV_API int inv_invitations_lookup(
    struct inv_client *client, const struct inv_invitation_params *params,
    const struct inv_call *call, struct inv_invitation **ret_invitation,
    struct inv_error *err);
/* POST /invitations/accept: joins. A second time answers as the first did. */
INV_API int inv_invitations_accept(
    struct inv_client *client, const struct inv_invitation_params *params,
    const struct inv_call *call, struct inv_invitation **ret_invitation,
    struct inv_error *err);
/* POST /invitations/decline: refuses for good. */
INV_API int inv_invitations_decline(
    struct inv_client *client, const struct inv_invitation_params *params,
    const struct inv_call *call, struct inv_invitation **ret_invitation,
    struct inv_error *err);

/* ---- any other call --------------------------------------------------- */

/* An answer that the library does not look into. */
struct inv_answer {
	const char *json; /* a whole JSON value; "" where there is no body */
};

struct inv_request_params {
	const char *query INV_OPT; /* encoded */
	const char *body INV_OPT;  /* JSON */
	int64_t reserved[8] INV_OPT;
};

/*
 * `path` begins with a slash, is encoded, and goes behind the base URL. With
 * the key, retries and errors as everywhere.
 */
INV_API int inv_request(
    struct inv_client *client, const char *method, const char *path,
    const struct inv_request_params *params, const struct inv_call *call,
    struct inv_answer **ret_answer, struct inv_error *err);

/* ---- without I/O ------------------------------------------------------ */

/*
 * For an event loop or transport of your own, and for tests. A call with
 * `.ret_request` in its struct inv_call builds the request and sends nothing;
 * when the answer is there, inv_parse() makes of it what the call would have
 * handed out. Sending again is then yours: err->temporary says whether it can
 * help, err->retry_after_ms when.
 */
struct inv_http_request {
	const char *method;
	const char *url;
	const char *const *headers; /* "Name: value"; NULL behind the last */
	size_t headers_len;
	const char *body; /* or NULL */
	size_t body_len;
	int64_t timeout_ms; /* for this attempt, the deadline considered */
	int cancel_fd;	    /* readable once the call is cancelled; or -1 */
};

/* What came back; yours, and only read. */
struct inv_http_answer {
	int status;
	const char *headers INV_OPT; /* "Name: value" in lines */
	const char *body INV_OPT;
	size_t body_len INV_OPT;
	int64_t reserved[8] INV_OPT;
};

/*
 * `ret_result` is the address of a pointer to what the built call hands out,
 * such as a struct inv_invite *; NULL where you do not want it.
 */
INV_API int inv_parse(
    const struct inv_http_request *request,
    const struct inv_http_answer *answer, void *ret_result,
    struct inv_error *err);

/*
 * Inside options.transport: takes a copy of the answer. 0, or -1 where it is
 * too large or there is no memory: then return INV_CAUSE_NONE all the same.
 */
INV_API int inv_receive(
    struct inv_receiver *to, const struct inv_http_answer *answer);

#ifdef __cplusplus
}
#endif

#endif
