/*
 * inv/audit_logs.h: who did what, and when.
 */
#ifndef INV_H_AUDIT_LOGS
#define INV_H_AUDIT_LOGS

#include "call.h"
#include "list.h"
#include "value.h"
#include "word.h"

INV_BEGIN_DECLS

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

INV_END_DECLS

#endif
