/*
 * inv.h: libinv, OpenAI's Admin API for C: invite people to an organization.
 *
 *	struct inv_client *client;
 *	struct inv_invite *invite;
 *	struct inv_error err;
 *
 *	if (inv_client_new(NULL, &client, &err) ||
 *	    inv_admin_organization_invites_create(client,
 *		&(struct inv_invite_create_params){
 *			.email = "ada@example.com",
 *			.role = INV_ROLE_READER,
 *		}, &invite, &err)) {
 *		fprintf(stderr, "%s\n", err.message);
 *		return 1;
 *	}
 *	puts(invite->id);
 *	inv_invite_free(invite);
 *	inv_client_free(client);
 *
 * It speaks to api.openai.com and to an invited(8) of your own alike; the key
 * and the address come from the environment unless you give them.
 *
 * What holds for every function:
 *
 * - An int is 0, or -1 with the reason in `*err` (where err is not NULL). On
 *   failure the results are not touched; on success the error is not touched.
 * - What a function hands out (`ret_...`) is yours: give it to the _free of
 *   its type. What hangs from it (texts, items) is freed with it. Every _free
 *   takes NULL. A result does not need the client any more.
 * - What you pass in is only read during the call. Texts are UTF-8.
 * - Parameters are structs to be filled by name; a member left out is zero and
 *   means "not said". Do zero the whole struct: later versions put new members
 *   where `reserved` is now.
 * - A word that the API has a closed list for is an enum, beside it the text
 *   as received: a newer server's word is INV_..._UNKNOWN and its text.
 *   Members that this header does not know are in `json`.
 * - Times are Unix seconds; 0 says that there is none.
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

#define INV_VERSION "0.1.0"

/* The version of the library that is loaded; INV_VERSION is the header's. */
INV_API const char *inv_version(void);

/* ---- errors ----------------------------------------------------------- */

enum inv_error_kind {
	INV_ERROR_NONE = 0,
	INV_ERROR_USAGE = 1,	      /* the call itself; nothing was sent */
	INV_ERROR_MEMORY = 2,	      /* out of memory */
	INV_ERROR_CONNECTION = 3,     /* no answer, or half of one */
	INV_ERROR_TIMEOUT = 4,	      /* no answer in time */
	INV_ERROR_CANCELLED = 5,      /* you said so */
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

/* What is behind a kind without a status of its own, as a number. */
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
	INV_CAUSE_TOO_LARGE = 9,   /* head or body beyond every measure */
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
	int attempts;		/* how many requests were sent, or tried to */
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

#define INV_NO_RETRIES (-1)

struct inv_options {
	const char *admin_api_key; /* else OPENAI_ADMIN_KEY */
	const char *base_url;	   /* else OPENAI_BASE_URL, else OpenAI's */
	const char *organization;  /* else OPENAI_ORG_ID */
	const char *project;	   /* else OPENAI_PROJECT_ID */

	/*
	 * More request headers, "Name: value" in lines, on top of those in
	 * OPENAI_CUSTOM_HEADERS. They win over the library's own. Like the
	 * organization and the project, they go to the server of the base URL
	 * only: no redirect to another host is followed.
	 */
	const char *headers;

	int64_t timeout_ms;	    /* of one attempt; 0: ten minutes */
	int64_t connect_timeout_ms; /* of its beginning; 0: five seconds */
	int max_retries;	    /* 0: two; or INV_NO_RETRIES */

	const char *proxy;   /* as libcurl's; NULL: http_proxy and the like */
	const char *ca_file; /* PEM; else SSL_CERT_FILE, else the system's */
	const char *ca_path; /* directory; else SSL_CERT_DIR */

	/*
	 * Told, a line at a time and without newline, what is sent and
	 * received: never the key, never a body. May come from any thread that
	 * makes a call; each line begins with the number of its call in
	 * brackets.
	 */
	void (*debug)(void *arg, const char *line);
	void *debug_arg;

	/*
	 * Called instead of sleeping before another attempt. Not 0 gives up:
	 * the call fails with INV_ERROR_CANCELLED.
	 */
	int (*pause)(void *arg, int64_t milliseconds);
	void *pause_arg;

	void *reserved[8];
};

/*
 * A client, with connections that it keeps open between calls. `options` may
 * be NULL: all from the environment. That there is no key is found by the
 * first call that needs one. Any number of threads may use a client at once;
 * each waits for its own answer only. After fork() the child may go on with
 * the client: it makes connections of its own. (Not while another thread of
 * the parent was inside a call: then make a new one.)
 */
INV_API int inv_client_new(const struct inv_options *options,
			   struct inv_client **ret_client,
			   struct inv_error *err);

/* No call may be going on. */
INV_API void inv_client_free(struct inv_client *client);

/* ---- words ------------------------------------------------------------ */

enum inv_role { /* in an organization */
		INV_ROLE_UNKNOWN,
		INV_ROLE_READER,
		INV_ROLE_OWNER
};

enum inv_project_role {
	INV_PROJECT_ROLE_UNKNOWN,
	INV_PROJECT_ROLE_MEMBER,
	INV_PROJECT_ROLE_OWNER
};

enum inv_invite_status {
	INV_INVITE_STATUS_UNKNOWN,
	INV_INVITE_STATUS_PENDING,
	INV_INVITE_STATUS_ACCEPTED,
	INV_INVITE_STATUS_EXPIRED
};

enum inv_project_status {
	INV_PROJECT_STATUS_UNKNOWN,
	INV_PROJECT_STATUS_ACTIVE,
	INV_PROJECT_STATUS_ARCHIVED
};

/* The API's word, such as "reader"; "" for UNKNOWN. Never NULL. */
INV_API const char *inv_role_text(enum inv_role role);
INV_API const char *inv_project_role_text(enum inv_project_role role);
INV_API const char *inv_invite_status_text(enum inv_invite_status status);
INV_API const char *inv_project_status_text(enum inv_project_status status);

/* The other way round; UNKNOWN for any other text, and for NULL. */
INV_API enum inv_role inv_role_of(const char *text);
INV_API enum inv_project_role inv_project_role_of(const char *text);
INV_API enum inv_invite_status inv_invite_status_of(const char *text);
INV_API enum inv_project_status inv_project_status_of(const char *text);

/* ---- lists ------------------------------------------------------------ */

/* Which page of a list. NULL instead of the struct: the first one. */
struct inv_list_params {
	const char *after; /* the id that the page begins behind */
	int limit;	   /* items per page; 0: as the server likes */

	/* More of the query, encoded, such as "status=pending". */
	const char *extra_query;
	void *reserved[4];
};

/* ---- invites ---------------------------------------------------------- */

/* A project that the invite grants, as sent. */
struct inv_grant {
	const char *id;
	enum inv_project_role role;
	const char *role_text; /* instead of role, a word not listed here */
};

struct inv_invite_create_params {
	const char *email;
	enum inv_role role;
	const char *role_text; /* instead of role, a word not listed here */

	/*
	 * NULL: not said, and the person joins the default project. Not NULL:
	 * these, and with projects_len 0 none at all. no_projects says the
	 * same in a word.
	 */
	const struct inv_grant *projects;
	size_t projects_len;
	bool no_projects;

	/*
	 * A JSON object with more members for the body, such as
	 * "{\"send_email\":false}". Members that are said above win over it.
	 */
	const char *extra_body;
	void *reserved[8];
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
	const struct inv_invite_project *const *projects;
	size_t projects_len;
	const struct inv_delivery *delivery; /* or NULL */
	const char *accept_url;		     /* or NULL */
	const char *json;		     /* the whole of it */
	const char *request_id;		     /* "" where there was none */
	int64_t declined_at;		     /* only invited(8) says */
};

struct inv_invite_page {
	const struct inv_invite *const *data;
	size_t data_len;
	const char *first_id; /* or NULL */
	const char *last_id;  /* or NULL */
	bool has_more;
	const char *json; /* the whole page as received */
	const char *request_id;
};

/* What is left of a deleted thing. */
struct inv_deleted {
	const char *id;	    /* never NULL */
	const char *object; /* never NULL */
	bool deleted;
	const char *json;
	const char *request_id;
};

/*
 * POST /organization/invites: sends the person a mail; they are in once they
 * accept. Safe to repeat against invited(8): the same invite comes back.
 */
INV_API int inv_admin_organization_invites_create(
    struct inv_client *client, const struct inv_invite_create_params *params,
    struct inv_invite **ret_invite, struct inv_error *err);

/* GET /organization/invites/{invite_id} */
INV_API int inv_admin_organization_invites_retrieve(
    struct inv_client *client, const char *invite_id,
    struct inv_invite **ret_invite, struct inv_error *err);

/* GET /organization/invites: one page; `params` may be NULL. */
INV_API int inv_admin_organization_invites_list(
    struct inv_client *client, const struct inv_list_params *params,
    struct inv_invite_page **ret_page, struct inv_error *err);

/* DELETE /organization/invites/{invite_id}; `ret_deleted` may be NULL. */
INV_API int inv_admin_organization_invites_delete(
    struct inv_client *client, const char *invite_id,
    struct inv_deleted **ret_deleted, struct inv_error *err);

INV_API void inv_invite_free(struct inv_invite *invite);
INV_API void inv_invite_page_free(struct inv_invite_page *page);
INV_API void inv_deleted_free(struct inv_deleted *deleted);

/*
 * Every invite, page by page as they are needed:
 *
 *	while (!(rc = inv_invite_iter_next(iter, &invite, &err)) && invite)
 *		puts(invite->email);
 *
 * The client must outlive the iterator, which is for one thread at a time.
 */
struct inv_invite_iter;

/* Sends nothing yet; `params` may be NULL and is copied. */
INV_API int inv_admin_organization_invites_iterate(
    struct inv_client *client, const struct inv_list_params *params,
    struct inv_invite_iter **ret_iter, struct inv_error *err);

/*
 * The next one, borrowed until the next call or the iterator's end; NULL
 * behind the last. After a failure the same call may be tried again: it asks
 * for the page that failed, and nothing is skipped or repeated.
 */
INV_API int inv_invite_iter_next(struct inv_invite_iter *iter,
				 const struct inv_invite **ret_invite,
				 struct inv_error *err);

INV_API void inv_invite_iter_free(struct inv_invite_iter *iter);

/* ---- users ------------------------------------------------------------ */

struct inv_user {
	const char *id;	    /* never NULL, never empty */
	const char *object; /* never NULL */
	const char *name;   /* or NULL */
	const char *email;  /* or NULL */
	enum inv_role role;
	const char *role_text; /* never NULL */
	int64_t added_at;
	const char *json;
	const char *request_id;
};

struct inv_user_page {
	const struct inv_user *const *data;
	size_t data_len;
	const char *first_id; /* or NULL */
	const char *last_id;  /* or NULL */
	bool has_more;
	const char *json;
	const char *request_id;
};

struct inv_user_iter; /* as struct inv_invite_iter */

/* GET /organization/users/{user_id} */
INV_API int inv_admin_organization_users_retrieve(struct inv_client *client,
						  const char *user_id,
						  struct inv_user **ret_user,
						  struct inv_error *err);

/* GET /organization/users */
INV_API int inv_admin_organization_users_list(
    struct inv_client *client, const struct inv_list_params *params,
    struct inv_user_page **ret_page, struct inv_error *err);

INV_API int inv_admin_organization_users_iterate(
    struct inv_client *client, const struct inv_list_params *params,
    struct inv_user_iter **ret_iter, struct inv_error *err);

INV_API int inv_user_iter_next(struct inv_user_iter *iter,
			       const struct inv_user **ret_user,
			       struct inv_error *err);

INV_API void inv_user_free(struct inv_user *user);
INV_API void inv_user_page_free(struct inv_user_page *page);
INV_API void inv_user_iter_free(struct inv_user_iter *iter);

/* ---- projects --------------------------------------------------------- */

struct inv_project_create_params {
	const char *name;
	const char *external_key_id; /* or NULL */
	const char *extra_body;	     /* as for an invite */
	void *reserved[4];
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
	const char *json;
	const char *request_id;
};

struct inv_project_page {
	const struct inv_project *const *data;
	size_t data_len;
	const char *first_id; /* or NULL */
	const char *last_id;  /* or NULL */
	bool has_more;
	const char *json;
	const char *request_id;
};

struct inv_project_iter; /* as struct inv_invite_iter */

/* POST /organization/projects */
INV_API int inv_admin_organization_projects_create(
    struct inv_client *client, const struct inv_project_create_params *params,
    struct inv_project **ret_project, struct inv_error *err);

/* GET /organization/projects/{project_id} */
INV_API int inv_admin_organization_projects_retrieve(
    struct inv_client *client, const char *project_id,
    struct inv_project **ret_project, struct inv_error *err);

/* GET /organization/projects; extra_query "include_archived=true" for all. */
INV_API int inv_admin_organization_projects_list(
    struct inv_client *client, const struct inv_list_params *params,
    struct inv_project_page **ret_page, struct inv_error *err);

INV_API int inv_admin_organization_projects_iterate(
    struct inv_client *client, const struct inv_list_params *params,
    struct inv_project_iter **ret_iter, struct inv_error *err);

INV_API int inv_project_iter_next(struct inv_project_iter *iter,
				  const struct inv_project **ret_project,
				  struct inv_error *err);

INV_API void inv_project_free(struct inv_project *project);
INV_API void inv_project_page_free(struct inv_project_page *page);
INV_API void inv_project_iter_free(struct inv_project_iter *iter);

/* ---- who is in a project ---------------------------------------------- */

struct inv_project_user {
	const char *id;	    /* never NULL, never empty */
	const char *object; /* never NULL */
	const char *name;   /* or NULL */
	const char *email;  /* or NULL */
	enum inv_project_role role;
	const char *role_text; /* never NULL */
	int64_t added_at;
	const char *json;
	const char *request_id;
};

struct inv_project_user_page {
	const struct inv_project_user *const *data;
	size_t data_len;
	const char *first_id; /* or NULL */
	const char *last_id;  /* or NULL */
	bool has_more;
	const char *json;
	const char *request_id;
};

struct inv_project_user_iter; /* as struct inv_invite_iter */

/* GET /organization/projects/{project_id}/users */
INV_API int inv_admin_organization_projects_users_list(
    struct inv_client *client, const char *project_id,
    const struct inv_list_params *params,
    struct inv_project_user_page **ret_page, struct inv_error *err);

INV_API int inv_admin_organization_projects_users_iterate(
    struct inv_client *client, const char *project_id,
    const struct inv_list_params *params,
    struct inv_project_user_iter **ret_iter, struct inv_error *err);

INV_API int inv_project_user_iter_next(struct inv_project_user_iter *iter,
				       const struct inv_project_user **ret_user,
				       struct inv_error *err);

INV_API void inv_project_user_free(struct inv_project_user *user);
INV_API void inv_project_user_page_free(struct inv_project_user_page *page);
INV_API void inv_project_user_iter_free(struct inv_project_user_iter *iter);

/* ---- the invited person's side (invited(8) only) ---------------------- */

/*
 * The link from the mail, or the code alone. The request goes to where the
 * link points, with a code to the client's base URL; the admin key,
 * organization, project and added headers are never sent with it.
 */
struct inv_invitation_params {
	const char *link; /* "https://host/accept#CODE", or "CODE" */
	const char *name; /* the person's; for accepting */
	void *reserved[4];
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
	const char *user_id;	 /* or NULL */
	const char *welcome_url; /* or NULL */
	const char *json;
	const char *request_id;
};

/* What the invitation says; changes nothing. */
INV_API int inv_invitations_lookup(struct inv_client *client,
				   const struct inv_invitation_params *params,
				   struct inv_invitation **ret_invitation,
				   struct inv_error *err);

/* Joins. A second time answers as the first did. */
INV_API int inv_invitations_accept(struct inv_client *client,
				   const struct inv_invitation_params *params,
				   struct inv_invitation **ret_invitation,
				   struct inv_error *err);

/* Refuses for good. */
INV_API int inv_invitations_decline(struct inv_client *client,
				    const struct inv_invitation_params *params,
				    struct inv_invitation **ret_invitation,
				    struct inv_error *err);

INV_API void inv_invitation_free(struct inv_invitation *invitation);

/* ---- everything else -------------------------------------------------- */

/* An answer that the library does not look into. */
struct inv_answer {
	const char *json; /* a whole JSON value; "" where there is no body */
	const char *request_id;
};

/*
 * Any other call of the API: `path` begins with a slash and goes behind the
 * base URL; `query` (encoded) and `body` (JSON) may be NULL. With the key,
 * retries and errors as everywhere.
 */
INV_API int inv_request(struct inv_client *client, const char *method,
			const char *path, const char *query, const char *body,
			struct inv_answer **ret_answer, struct inv_error *err);

INV_API void inv_answer_free(struct inv_answer *answer);

#ifdef __cplusplus
}
#endif

#endif
