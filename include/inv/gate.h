/*
 * inv/gate.h: whether a key is good. Only with invited(8).
 */
#ifndef INV_H_GATE
#define INV_H_GATE

#include "call.h"
#include "list.h"
#include "value.h"
#include "word.h"

INV_BEGIN_DECLS

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

INV_END_DECLS

#endif
