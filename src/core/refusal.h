/*
 * refusal.h: every way in which the rules or the store can say no.
 *
 * One list: http/errors.c gives each its status and sentence, and a refusal
 * that it forgets does not compile.
 */
#ifndef CORE_REFUSAL_H
#define CORE_REFUSAL_H

#define REFUSALS(X)                                                          \
	X(GRANTED)              /* not refused */                            \
	X(KEY_UNKNOWN)          /* no such key, or revoked, or expired */    \
	X(INVITE_NOT_FOUND)     /* unknown, deleted or another's */          \
	X(INVITE_EXISTS)        /* pending with other role or projects */    \
	X(INVITE_ACCEPTED)      /* accepted: cannot be deleted or declined */\
	X(USER_EXISTS)          /* already a member */                       \
	X(USER_NOT_FOUND)                                                    \
	X(PROJECT_NOT_FOUND)                                                 \
	X(PROJECT_ARCHIVED)                                                  \
	X(INVITATION_NOT_FOUND) /* wrong link: unknown number or secret */   \
	X(INVITATION_EXPIRED)                                                \
	X(INVITATION_WITHDRAWN) /* deleted by an administrator */            \
	X(INVITATION_DECLINED)                                               \
	X(ORGANIZATION_EXISTS)                                               \
	X(ORGANIZATION_NOT_FOUND)                                            \
	X(KEY_NOT_FOUND)                                                     \
	X(KEY_EXISTS)           /* the secret is in use already */           \
	X(OUT_OF_MEMORY)                                                     \
	X(STORE_UNAVAILABLE)    /* nothing was written; try again */         \
	X(STORE_UNCERTAIN)      /* nobody knows; read back before retrying */

enum refusal {
#define X(name) REFUSAL_##name,
	REFUSALS(X)
#undef X
	    REFUSAL_COUNT
};

#endif
