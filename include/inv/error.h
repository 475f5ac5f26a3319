/*
 * inv/error.h: why a call failed.
 */
#ifndef INV_H_ERROR
#define INV_H_ERROR

#include "base.h"

INV_BEGIN_DECLS

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
	INV_ERROR_STATUS = 15,	      /* any other status */
	INV_ERROR_WEBHOOK = 16	      /* not from whom it says, or not now */
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
	INV_CAUSE_DEADLINE = 13,   /* the call's own, not one attempt's */
	INV_CAUSE_SIGNATURE = 14,  /* a webhook's: none by a secret of yours */
	INV_CAUSE_CLOCK = 15	   /* a webhook's: sent long ago, or later */
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

INV_END_DECLS

#endif
