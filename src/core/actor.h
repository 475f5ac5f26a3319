/*
 * actor.h: on whose behalf something is done. Every verb of the store is given
 * one.
 */
#ifndef CORE_ACTOR_H
#define CORE_ACTOR_H

#include "base/base.h"

enum actor_kind {
	ACTOR_SELF, /* the program itself, or its operator */
	ACTOR_LINK, /* whoever has the link of an invitation */
	ACTOR_KEY,  /* an admin key */
	ACTOR_USER  /* a person who has signed in */
};

/* Ids are 0 and the address is NULL if there is none or it is not known. */
struct actor {
	enum actor_kind kind;
	int64_t key;
	int64_t user; /* whose key or session it is */
	int64_t session;
	/* Of a person; borrowed. */
	const char *address; /* of the network */
	const char *agent;   /* the program that they use */
	const char *email;
};

static inline struct actor actor_of_key(int64_t key, int64_t user)
{
	return (struct actor){ .kind = ACTOR_KEY, .key = key, .user = user };
}

#endif
