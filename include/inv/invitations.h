/*
 * inv/invitations.h: the side of whoever was invited. Only with invited(8).
 */
#ifndef INV_H_INVITATIONS
#define INV_H_INVITATIONS

#include "invites.h"

INV_BEGIN_DECLS

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
	const char *status; /* pending, accepted, declined, opted_out; never
			     * NULL */
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
/* POST /invitations/opt_out: it was not meant for whoever got it, who will not
 * be invited by that organization any more. */
INV_API int inv_invitations_opt_out(
    struct inv_client *client, const struct inv_invitation_params *params,
    const struct inv_call *call, struct inv_invitation **ret_invitation,
    struct inv_error *err);

/* That a new invitation was asked for. */
struct inv_resend_request {
	const char *object; /* never NULL */
	const char *status; /* "requested"; never NULL */
};

/* POST /invitations/request_resend: asks for a new one, since this one has
 * expired. */
INV_API int inv_invitations_request_resend(
    struct inv_client *client, const struct inv_invitation_params *params,
    const struct inv_call *call, struct inv_resend_request **ret_request,
    struct inv_error *err);

INV_END_DECLS

#endif
