/*
 * invitations.h: the invited person's verbs, authorised by the link's secret.
 *
 *	invitation_lookup	changes nothing
 *	invitation_accept	makes the user and the memberships; accepted
 *				before, it answers as the first did
 *	invitation_decline	also of one that was declined before
 *	invitation_opt_out	likewise; declines, tells the inviter, and
 *				keeps the address from being invited again
 *				(blocked_addresses.h)
 *	invitation_request	of one that has expired: tells the inviter,
 *				once, that a new one is wanted; else
 *				INVITATION_OPEN
 *
 * All are given an invitation_in and return an invitation_out, or one of
 * INVITATION_NOT_FOUND, INVITATION_EXPIRED, INVITATION_WITHDRAWN,
 * INVITATION_DECLINED, INVITATION_OPTED_OUT, INVITE_ACCEPTED.
 */
#ifndef STORE_INVITATIONS_H
#define STORE_INVITATIONS_H

#include "core/invite.h"
#include "core/settings.h"
#include "core/token.h"
#include "store/verb.h"

/* A grant with the project's name, for people. */
struct named_grant {
	const char *project_name;
	enum project_role role;
	bool archived;
};

/* What the holder of a link is shown. */
struct invitation {
	struct invite invite;
	const char *organization_name; /* as it wants to be called */
	struct organization_settings settings;
	struct named_grant *grants; /* invite.grants.count, in their order */
};

struct invitation_in {
	struct token token;
	const char *name; /* accept: the person's; may be "" */
};

struct invitation_out {
	struct invitation invitation;
	int64_t user;
	bool again; /* answered so before, by an earlier request */
};

/* ---- private to store/ ---- */

struct lock_set;
struct sql;
struct user;
struct work;

/* What may be done with what the token opens, as invite_on_answer() says; with
 * names. By sql_invitation_get or, where it is going to be changed, _take. */
enum result find_answerable(struct work *work, const struct sql *sql,
			    const struct invitation_in *in,
			    struct invitation *invitation) MUST_CHECK;

extern const struct sql sql_invitation_take;

/* The `locks` of a verb that changes that invite. */
void lock_invitation(const void *input, int64_t organization,
		     struct lock_set *set);

/* Declines the invite, without writing an event yet. */
void record_decline(const struct work *work, struct invite *invite);

/*
 * Admits the invited person, called `name`: as a new user, or as `member`, who
 * has the address already (or NULL). Afterwards the invite is accepted, and
 * names the user.
 */
void admit_invited(struct work *work, struct invitation *invitation,
		   const struct user *member, const char *name);

#endif
