/*
 * inv/invites.h: inviting people.
 */
#ifndef INV_H_INVITES
#define INV_H_INVITES

#include "call.h"
#include "list.h"
#include "value.h"
#include "word.h"

INV_BEGIN_DECLS

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

/* clang-format off */
#define INV_GRANTS(items, len) INV_LITERAL(inv_grants){ INV_VALUE, items, len }
/* clang-format on */

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
	/* What you call whom it is for; the user who accepts has it, too. */
	const char *external_id INV_OPT;
	const char *metadata INV_OPT; /* likewise: a JSON object of texts */
	int64_t reserved[12] INV_OPT;
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
	const char *external_id INV_OPT;    /* "": none from now on */
	const char *metadata INV_OPT;	    /* "{}": none from now on */
	int64_t reserved[6] INV_OPT;
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
	const char *external_id INV_OPT; /* that were made with it */
	int64_t reserved[6] INV_OPT;
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
	const char *metadata;	     /* a JSON object of texts, or NULL */
	const char *external_id;     /* or NULL */
	int64_t opted_out_at;	     /* declined, as not meant for them */
	int64_t resend_requested_at; /* a new one is asked for */
	/* Only invited(8) says these. */
	bool remind;	     /* before it expires */
	int64_t reminded_at; /* 0: not, of when it expires now */
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
/*
 * POST /organization/invites/{invite_id}/link: one more link to a pending one,
 * in the answer; that of the mail goes on working. Only with invited(8).
 */
INV_API int inv_invites_link(
    struct inv_client *client, const char *invite_id,
    const struct inv_call *call, struct inv_invite **ret_invite,
    struct inv_error *err);

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

INV_END_DECLS

#endif
