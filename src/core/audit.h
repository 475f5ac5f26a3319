/*
 * audit.h: what is worth remembering about who did what.
 *
 * Stored as numbers: never renumber. The API's names for those that it knows
 * stand behind them.
 */
#ifndef CORE_AUDIT_H
#define CORE_AUDIT_H

enum audit_type {
	AUDIT_NONE = 0, /* no event: marks a transaction that came to nothing,
			 * see store/pgsql/engine.c */
	AUDIT_INVITE_SENT = 1,		 /* invite.sent */
	AUDIT_INVITE_ACCEPTED = 2,	 /* invite.accepted */
	AUDIT_INVITE_DELETED = 3,	 /* invite.deleted */
	AUDIT_INVITE_DECLINED = 4,	 /* ours */
	AUDIT_USER_ADDED = 5,		 /* user.added */
	AUDIT_PROJECT_CREATED = 6,	 /* project.created */
	AUDIT_KEY_CREATED = 7,		 /* ours */
	AUDIT_KEY_REVOKED = 8,		 /* ours */
	AUDIT_ORGANIZATION_CREATED = 9,	 /* ours */
	AUDIT_ORGANIZATION_UPDATED = 10, /* organization.updated */
	AUDIT_GROUP_CREATED = 11,	 /* group.created */
	AUDIT_GROUP_UPDATED = 12,	 /* group.updated */
	AUDIT_GROUP_DELETED = 13,	 /* group.deleted */
	AUDIT_GROUP_USER_ADDED = 14,	 /* ours; of the group */
	AUDIT_GROUP_USER_REMOVED = 15	 /* likewise */
};

#endif
