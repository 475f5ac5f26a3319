/*
 * invite.h: what an invite is, and the rules of its life.
 *
 *	          create
 *	            |
 *	          OPEN ---- accept ----> ACCEPTED
 *	            |------ delete ----> WITHDRAWN  (gone for the API)
 *	            '------ decline ---> DECLINED   (expired for the API)
 *	                                    '--- delete ---> WITHDRAWN
 *
 * Expiry is no state but a comparison with now, so that no job has to run in
 * time. The API has three words for what an invite is; a declined one is
 * expired from then on, and says when it was declined. Pure: no I/O, no clock;
 * every engine of the store asks here.
 */
#ifndef CORE_INVITE_H
#define CORE_INVITE_H

#include "base/base.h"
#include "base/hash.h"
#include "base/str.h"
#include "core/grants.h"
#include "core/result.h"
#include "core/vocabulary.h"

/* Stored as numbers: never renumber. */
enum role { ROLE_READER = 0, ROLE_OWNER = 1 };
enum invite_state {
	INVITE_OPEN = 0,
	INVITE_ACCEPTED = 1,
	INVITE_WITHDRAWN = 2,
	INVITE_DECLINED = 3
};
enum invite_status { STATUS_PENDING, STATUS_ACCEPTED, STATUS_EXPIRED };
enum delivery_status {
	DELIVERY_NONE = 0,     /* no mail was asked for */
	DELIVERY_QUEUED = 1,   /* waiting for its first attempt */
	DELIVERY_SENT = 2,     /* the mail server took it */
	DELIVERY_DEFERRED = 3, /* refused for now; will be tried again */
	DELIVERY_FAILED = 4    /* refused for good, or given up */
};

/* The API's words: "reader", "pending", ... */
extern const struct vocabulary roles;
extern const struct vocabulary invite_states;
extern const struct vocabulary invite_statuses;
extern const struct vocabulary delivery_statuses;
extern const struct vocabulary invite_reminders;

/* Whether the invited person is reminded before it expires. */
enum invite_reminder { REMINDER_WANTED = 0, REMINDER_UNWANTED = 1 };

struct delivery {
	enum delivery_status status;
	int attempts;
	const char *last_error; /* the server's last words, or NULL */
	int64_t updated_at;	/* Unix seconds; 0 with DELIVERY_NONE */
};

/* Who invites, as mail and page say it. NULL: that is not known. */
struct inviter {
	const char *name, *email;
};

struct invite {
	int64_t id, organization;
	const char *email, *email_key;
	enum role role;
	struct grants grants;
	enum invite_state state;
	int64_t created_at, expires_at; /* Unix seconds */
	int64_t accepted_at;		/* Unix seconds; 0 unless accepted */
	int64_t declined_at;		/* Unix seconds; 0 unless declined or
					 * withdrawn */
	/* When the recipient said that it was not meant for them; 0: they did
	 * not. */
	int64_t opted_out_at;
	/* When a new one was asked for, after this one expired; 0: it was
	 * not. */
	int64_t resend_requested_at;
	int64_t user; /* who accepted; 0 unless accepted */
	struct inviter inviter;
	const char *metadata;	 /* a JSON object of texts; NULL: none */
	const char *external_id; /* the caller's own id of the person; NULL:
				  * none */
	const char *locale;	 /* of its page and mails; NULL: not said */
	/* The hashes of two secrets, either of which opens the invite. The
	 * first is that of the last mail (or of the link, if no mail was
	 * wanted); the other is that of a link copied since, or of the mail
	 * before. All zero: there is no other. */
	uint8_t secret_hash[SHA256_SIZE], other_hash[SHA256_SIZE];
	enum invite_reminder reminder;
	int64_t reminded_at; /* Unix seconds; 0: not, of this expiry */
	int64_t expiry_told; /* the expiry that webhooks were told of */
	struct delivery delivery;
};

/* What an inviter is called: the name, or else the address; NULL: nothing. */
const char *inviter_called(const struct inviter *inviter);

/* Accepted if accepted; expired if declined or now >= expires_at; else
 * pending. */
enum invite_status invite_status(const struct invite *invite,
				 int64_t now_seconds);

/*
 * What a create does where `open` (or NULL) is the organization's open invite
 * to the same address.
 */
enum create_verdict {
	CREATE_NEW,	  /* nothing stands in the way */
	CREATE_SUPERSEDE, /* the open one has expired: it gives up its place */
	CREATE_REPLAY,	  /* pending with the same grants: answer that one */
	CREATE_CONFLICT	  /* pending with others: RESULT_INVITE_EXISTS */
};

/* What a repeat has to ask for again. */
struct asked {
	enum role role;
	struct grants grants;
	const char *external_id; /* or NULL */
};
enum create_verdict invite_on_create(const struct invite *open,
				     struct asked asked, int64_t now_seconds);

/* Whether a secret with this hash is one of the two. Takes as long whichever it
 * is, or is not. */
bool invite_is_opened_by(const struct invite *invite,
			 const uint8_t hash[SHA256_SIZE]);

/*
 * What the holder of a secret may do. RESULT_OK for an invite that can be
 * accepted or declined now; RESULT_INVITE_ACCEPTED where it was accepted before
 * (an accept answers as the first did and changes nothing; a decline is
 * refused); otherwise the reason. A wrong secret gets
 * RESULT_INVITATION_NOT_FOUND, whatever the state; so does a NULL invite.
 */
enum result invite_on_answer(const struct invite *invite,
			     const uint8_t hash[SHA256_SIZE],
			     int64_t now_seconds);

/* Given that result, whether a new invite may be asked for: only after it has
 * expired. RESULT_INVITATION_OPEN if it can still be accepted. */
enum result invite_on_request(enum result on_answer);

/* The invite is declined now, and so does not expire later than now. */
void invite_decline(struct invite *invite, int64_t now_seconds);

/* RESULT_OK, RESULT_INVITE_NOT_FOUND or RESULT_INVITE_ACCEPTED. */
enum result invite_on_delete(const struct invite *invite);

/* The same, whether it may be sent again, pending or expired; or, of whoever
 * declined, RESULT_ADDRESS_OPTED_OUT. */
enum result invite_on_resend(const struct invite *invite);

/* The same, whether it may grant something else; or RESULT_INVITE_EXPIRED. */
enum result invite_on_change(const struct invite *invite, int64_t now_seconds);

/* Whether a mail with its link waits to be sent: one is enough. */
bool invite_mail_waits(const struct invite *invite);

/* ---- what opens it ---- */

/*
 * A new link: the others stop working. But a waiting mail may be in a worker's
 * hands, and nobody should get a mail with a dead link: the secret in it, which
 * nobody has seen yet, goes on opening the invite.
 */
void invite_renew_link(struct invite *invite, const uint8_t hash[SHA256_SIZE]);

/* One more link, beside that of the mail; one that was copied before stops
 * working.
 */
void invite_copy_link(struct invite *invite, const uint8_t hash[SHA256_SIZE]);

/* The link of a reminder, beside the one that was copied; or that of the mail
 * before, where none was. */
void invite_remind(struct invite *invite, const uint8_t hash[SHA256_SIZE],
		   int64_t now_seconds);

/* ---- its expiry ---- */

/*
 * Whether it is time for a reminder, which goes out `lead` seconds before the
 * invite expires, once: if the mail went out before that time, and so not if
 * the invite was never open for that long.
 */
bool invite_wants_reminder(const struct invite *invite, int64_t lead,
			   int64_t now_seconds);

/* Whether it has expired, and that was not told. */
bool invite_expiry_is_news(const struct invite *invite, int64_t now_seconds);

/* It expires at another time, so reminders and events about the old time are
 * forgotten. */
void invite_renew_expiry(struct invite *invite, int64_t expires_at);

#endif
