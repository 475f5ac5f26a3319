/*
 * inv/word.h: the words that the API has closed lists for.
 */
#ifndef INV_H_WORD
#define INV_H_WORD

#include "base.h"

INV_BEGIN_DECLS

/* In an organization. */
enum inv_role { INV_ROLE_UNKNOWN = 0, INV_ROLE_READER = 1, INV_ROLE_OWNER = 2 };

enum inv_project_role {
	INV_PROJECT_ROLE_UNKNOWN = 0,
	INV_PROJECT_ROLE_MEMBER = 1,
	INV_PROJECT_ROLE_OWNER = 2,
	INV_PROJECT_ROLE_NONE = 3, /* a service account's */
	INV_PROJECT_ROLE_VIEWER = 4
};

enum inv_invite_status {
	INV_INVITE_STATUS_UNKNOWN = 0,
	INV_INVITE_STATUS_PENDING = 1,
	INV_INVITE_STATUS_ACCEPTED = 2,
	INV_INVITE_STATUS_EXPIRED = 3
};

enum inv_project_status {
	INV_PROJECT_STATUS_UNKNOWN = 0,
	INV_PROJECT_STATUS_ACTIVE = 1,
	INV_PROJECT_STATUS_ARCHIVED = 2
};

/* Whether the owner of a key has access to the key's project. */
enum inv_access {
	INV_ACCESS_UNKNOWN = 0,
	INV_ACCESS_ACTIVE = 1,
	INV_ACCESS_INACTIVE = 2
};

/* The API's word, such as "reader"; "" for UNKNOWN. Never NULL. */
INV_API const char *inv_role_text(enum inv_role role);
INV_API const char *inv_project_role_text(enum inv_project_role role);
INV_API const char *inv_invite_status_text(enum inv_invite_status status);
INV_API const char *inv_project_status_text(enum inv_project_status status);
INV_API const char *inv_access_text(enum inv_access access);

/* The other way round; UNKNOWN for any other text, and for NULL. */
INV_API enum inv_role inv_role_of(const char *text);
INV_API enum inv_project_role inv_project_role_of(const char *text);
INV_API enum inv_invite_status inv_invite_status_of(const char *text);
INV_API enum inv_project_status inv_project_status_of(const char *text);
INV_API enum inv_access inv_access_of(const char *text);

INV_END_DECLS

#endif
