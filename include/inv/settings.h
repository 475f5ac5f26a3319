/*
 * inv/settings.h: what an organization has set. Only with invited(8).
 */
#ifndef INV_H_SETTINGS
#define INV_H_SETTINGS

#include "call.h"
#include "list.h"
#include "value.h"
#include "word.h"

INV_BEGIN_DECLS

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
	int64_t mails_per_day, invites_per_minute;
	const char *sender_email; /* whom the mails are from, or NULL */
	const char *sender_name;  /* or NULL */
	int64_t reminder_hours_before;
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
	const char *extra_body INV_OPT;		      /* as for an invite */
	struct inv_number mails_per_day INV_OPT;      /* to an address */
	struct inv_number invites_per_minute INV_OPT; /* by a key */
	struct inv_text sender_email INV_OPT;
	struct inv_text sender_name INV_OPT;
	struct inv_number reminder_hours_before
	    INV_OPT; /* null: none is sent */
	int64_t reserved[22] INV_OPT;
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

INV_END_DECLS

#endif
