/*
 * event.h: the events that webhooks are told of.
 *
 * Most are queued along with the audit event that is written when they happen;
 * the others by a call of work_event() (store/work.h). A webhook has a set of
 * them, a bit for each.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include "core/audit.h"
#include "core/vocabulary.h"

/*
 * X(NAME, number, word, AUDIT): the number is stored, and is a bit of a set:
 * never change one. Each family has a range of numbers, so that "invite.*"
 * includes events that are yet to come.
 */
#define EVENTS(X)                                                     \
	X(INVITE_CREATED, 0, "invite.created", INVITE_SENT)           \
	/* its mail was taken by a mail server */                     \
	X(INVITE_SENT, 1, "invite.sent", NONE)                        \
	X(INVITE_DELIVERY_FAILED, 2, "invite.delivery_failed",        \
	  INVITE_UNDELIVERED)                                         \
	X(INVITE_ACCEPTED, 3, "invite.accepted", INVITE_ACCEPTED)     \
	X(INVITE_DECLINED, 4, "invite.declined", INVITE_DECLINED)     \
	X(INVITE_EXPIRED, 5, "invite.expired", NONE)                  \
	X(INVITE_DELETED, 6, "invite.deleted", INVITE_DELETED)        \
	/* by whoever has a link that has expired */                  \
	X(INVITE_RESEND_REQUESTED, 7, "invite.resend_requested",      \
	  INVITE_REQUESTED)                                           \
	X(INVITE_RESENT, 8, "invite.resent", INVITE_RESENT)           \
	X(INVITE_UPDATED, 9, "invite.updated", INVITE_UPDATED)        \
	/* as not meant for them; sent instead of declined */         \
	X(INVITE_OPTED_OUT, 10, "invite.opted_out", INVITE_OPTED_OUT) \
	X(USER_ADDED, 24, "user.added", USER_ADDED)                   \
	X(USER_UPDATED, 25, "user.updated", USER_UPDATED)             \
	X(USER_DELETED, 26, "user.deleted", USER_DELETED)             \
	X(USER_ERASED, 27, "user.erased", USER_ERASED)                \
	X(API_KEY_CREATED, 40, "api_key.created", API_KEY_CREATED)    \
	X(API_KEY_UPDATED, 41, "api_key.updated", API_KEY_UPDATED)    \
	X(API_KEY_DELETED, 42, "api_key.deleted", API_KEY_DELETED)    \
	X(API_KEY_ROTATED, 43, "api_key.rotated", API_KEY_ROTATED)    \
	X(API_KEY_LEAKED, 44, "api_key.leaked", API_KEY_LEAKED)       \
	/* to one webhook, whichever events it wants */               \
	X(WEBHOOK_TEST, 60, "webhook.test", NONE)

enum event {
#define X(name, number, ...) EVENT_##name = (number),
	EVENTS(X)
#undef X
	    EVENT_COUNT,
	EVENT_NONE = -1
};

extern const struct vocabulary events;

/* The webhook event for an audit event of this type; or EVENT_NONE. */
enum event event_of_audit(enum audit_type type);

/* ---- sets ---- */

#define EVENTS_ALL INT64_MAX /* those that are yet to come, too */

static inline int64_t event_bit(enum event event)
{
	return (int64_t)1 << event;
}

/* Takes an event's name, "invite.*" or "*" into the set; false: it is none. */
bool events_add(struct str name, int64_t *set);

/* The names that make up a set, as few as possible. */
void events_name(int64_t set, void (*take)(void *context, const char *name),
		 void *context);

#endif
