/*
 * audit.h: the types of audit events: who did what.
 *
 * One list holds all there is to say of each type of event; a line here is all
 * that a new one takes, besides whoever writes it (work_audit() in
 * store/work.h).
 */
#ifndef CORE_AUDIT_H
#define CORE_AUDIT_H

#include "core/id.h"
#include "core/vocabulary.h"

/*
 * X(NAME, number, word, whose, TARGET, place):
 *
 *	number	as it is stored: never change one
 *	word	as it is told; a type of the contract, or else ours
 *	whose	PUBLISHED: strict clients know it. OURS: shown on request only
 *	TARGET	the kind of id of what it happened to
 *	place	the member that holds its detail, as the contract has it; NULL:
 *		it has none, or that stands beside the id
 *
 * What the invite's row says is not said again: an invite that was sent has no
 * detail, and nothing personal stands in any.
 */
#define AUDIT_EVENTS(X)                                                        \
	X(INVITE_SENT, 1, "invite.sent", PUBLISHED, INVITE, "data")            \
	X(INVITE_ACCEPTED, 2, "invite.accepted", PUBLISHED, INVITE, NULL)      \
	X(INVITE_DELETED, 3, "invite.deleted", PUBLISHED, INVITE, NULL)        \
	X(INVITE_DECLINED, 4, "invite.declined", OURS, INVITE, NULL)           \
	X(USER_ADDED, 5, "user.added", PUBLISHED, USER, "data")                \
	X(PROJECT_CREATED, 6, "project.created", PUBLISHED, PROJECT, "data")   \
	X(KEY_CREATED, 7, "admin_api_key.created", OURS, KEY, "data")          \
	X(KEY_REVOKED, 8, "admin_api_key.deleted", OURS, KEY, NULL)            \
	X(ORGANIZATION_CREATED, 9, "organization.created", OURS, ORGANIZATION, \
	  "data")                                                              \
	X(ORGANIZATION_UPDATED, 10, "organization.updated", PUBLISHED,         \
	  ORGANIZATION, "changes_requested")                                   \
	X(GROUP_CREATED, 11, "group.created", PUBLISHED, GROUP, "data")        \
	X(GROUP_UPDATED, 12, "group.updated", PUBLISHED, GROUP,                \
	  "changes_requested")                                                 \
	X(GROUP_DELETED, 13, "group.deleted", PUBLISHED, GROUP, NULL)          \
	X(GROUP_USER_ADDED, 14, "group.user.added", OURS, GROUP, "data")       \
	X(GROUP_USER_REMOVED, 15, "group.user.removed", OURS, GROUP, "data")   \
	/* made again, which put a new secret in the place of the old */       \
	X(INVITE_RENEWED, 16, "invite.renewed", OURS, INVITE, NULL)            \
	X(PROJECT_UPDATED, 17, "project.updated", PUBLISHED, PROJECT,          \
	  "changes_requested")                                                 \
	X(PROJECT_ARCHIVED, 18, "project.archived", PUBLISHED, PROJECT, NULL)  \
	X(USER_UPDATED, 19, "user.updated", PUBLISHED, USER,                   \
	  "changes_requested")                                                 \
	X(USER_DELETED, 20, "user.deleted", PUBLISHED, USER, NULL)             \
	/* with the project in which it happened */                            \
	X(PROJECT_USER_ADDED, 21, "project.user.added", OURS, USER, "data")    \
	X(PROJECT_USER_UPDATED, 22, "project.user.updated", OURS, USER,        \
	  "changes_requested")                                                 \
	X(PROJECT_USER_REMOVED, 23, "project.user.removed", OURS, USER,        \
	  "data")                                                              \
	X(USER_ERASED, 24, "user.erased", OURS, USER, NULL)                    \
	X(INVITE_ERASED, 25, "invite.erased", OURS, INVITE, NULL)              \
	/* permanently: no more attempts are made */                           \
	X(INVITE_UNDELIVERED, 28, "invite.delivery_failed", OURS, INVITE,      \
	  NULL)                                                                \
	/* by the holder of the link; the first time */                        \
	X(INVITE_REFUSED, 29, "invite.acceptance_refused", OURS, INVITE,       \
	  "data")                                                              \
	/* with a new link */                                                  \
	X(INVITE_RESENT, 70, "invite.resent", OURS, INVITE, NULL)              \
	X(INVITE_UPDATED, 71, "invite.updated", OURS, INVITE,                  \
	  "changes_requested")                                                 \
	/* by mail, with a link beside the one that there was */               \
	X(INVITE_REMINDED, 75, "invite.reminded", OURS, INVITE, NULL)          \
	/* copied by an administrator, beside the one in the mail */           \
	X(INVITE_LINK_CREATED, 76, "invite.link.created", OURS, INVITE, NULL)  \
	/* declined, as not meant for whoever has the address */               \
	X(INVITE_OPTED_OUT, 80, "invite.opted_out", OURS, INVITE, NULL)        \
	/* a new one, by the holder of a link that has expired */              \
	X(INVITE_REQUESTED, 81, "invite.resend_requested", OURS, INVITE, NULL) \
	X(ADDRESS_UNBLOCKED, 82, "blocked_address.deleted", OURS,              \
	  BLOCKED_ADDRESS, NULL)                                               \
	X(API_KEY_CREATED, 41, "api_key.created", PUBLISHED, API_KEY, "data")  \
	X(API_KEY_UPDATED, 42, "api_key.updated", PUBLISHED, API_KEY,          \
	  "changes_requested")                                                 \
	X(API_KEY_DELETED, 43, "api_key.deleted", PUBLISHED, API_KEY, NULL)    \
	/* with the key that takes its place */                                \
	X(API_KEY_ROTATED, 60, "api_key.rotated", OURS, API_KEY, "data")       \
	/* reported by the operator; its revocation is an event, too */        \
	X(API_KEY_LEAKED, 61, "api_key.leaked", OURS, API_KEY, NULL)           \
	X(KEY_LEAKED, 62, "admin_api_key.leaked", OURS, KEY, NULL)             \
	X(SERVICE_ACCOUNT_CREATED, 44, "service_account.created", PUBLISHED,   \
	  SERVICE_ACCOUNT, "data")                                             \
	X(SERVICE_ACCOUNT_UPDATED, 45, "service_account.updated", PUBLISHED,   \
	  SERVICE_ACCOUNT, "changes_requested")                                \
	X(SERVICE_ACCOUNT_DELETED, 46, "service_account.deleted", PUBLISHED,   \
	  SERVICE_ACCOUNT, NULL)                                               \
	X(ROLE_CREATED, 31, "role.created", PUBLISHED, ROLE, NULL)             \
	X(ROLE_UPDATED, 32, "role.updated", PUBLISHED, ROLE,                   \
	  "changes_requested")                                                 \
	X(ROLE_DELETED, 33, "role.deleted", PUBLISHED, ROLE, NULL)             \
	X(ROLE_ASSIGNED, 34, "role.assignment.created", PUBLISHED, ROLE, NULL) \
	X(ROLE_UNASSIGNED, 35, "role.assignment.deleted", PUBLISHED, ROLE,     \
	  NULL)                                                                \
	X(WEBHOOK_CREATED, 90, "webhook.created", OURS, WEBHOOK, NULL)         \
	X(WEBHOOK_UPDATED, 91, "webhook.updated", OURS, WEBHOOK, NULL)         \
	X(WEBHOOK_DELETED, 92, "webhook.deleted", OURS, WEBHOOK, NULL)         \
	X(WEBHOOK_ROTATED, 93, "webhook.rotated", OURS, WEBHOOK, NULL)         \
	/* its receiver has failed for three days, or said that it is gone */  \
	X(WEBHOOK_WAS_DISABLED, 94, "webhook.disabled", OURS, WEBHOOK, NULL)   \
	X(WEBHOOK_TESTED, 95, "webhook.tested", OURS, WEBHOOK, NULL)           \
	X(WEBHOOK_REDELIVERED, 96, "webhook.redelivered", OURS, WEBHOOK, NULL) \
	/* which, not to what */                                               \
	X(SETTINGS_UPDATED, 50, "organization.settings.updated", OURS,         \
	  ORGANIZATION, "changes_requested")

enum audit_type {
	AUDIT_NONE = 0, /* no event: marks a transaction that came to nothing,
			 * see store/pgsql/engine.c; in no list */
#define X(name, number, ...) AUDIT_##name = (number),
	AUDIT_EVENTS(X)
#undef X
};

/* What is said of a type, by its number. */
struct audit_kind {
	enum audit_type type;
	const char *word;
	enum { AUDIT_PUBLISHED, AUDIT_OURS } whose;
	enum id_kind target;
	const char *place;
};

extern const struct audit_kind audit_kinds[];
extern const size_t audit_kind_count;

/* NULL: no type of this number. */
const struct audit_kind *audit_kind_of(int64_t type);

/* Whether the contract has a type that is called so. */
bool audit_is_published(struct str word);

/* The numbers as they are stored. */
extern const struct vocabulary audit_types;

#endif
