/*
 * lock.h: the rows that a batch of writes is going to change. Private to
 * store/.
 *
 * Two daemons that lock the same rows in different orders deadlock, which takes
 * the database a second to detect. So a verb names what it will lock, and a
 * batch locks all of that at its beginning, in one order for everybody: that of
 * the classes below, and of the ids within a class.
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "base/base.h"

/* What many verbs change, in the order of locking. */
enum lock_class {
	LOCK_RIGHTS,	       /* the id is an organization's */
	LOCK_RIGHTS_OF_INVITE, /* whichever the invite belongs to */
	LOCK_PROJECT,
	LOCK_INVITE, /* and the mail of it, which nobody locks without it */
	LOCK_CLASSES
};

/* Of a batch; any beyond that are locked in no particular order. */
#define LOCKS_MAX 1024

struct lock {
	enum lock_class class;
	int64_t organization; /* of the caller; 0: not known */
	int64_t id;
};

struct lock_set {
	int64_t organization; /* of the verb that adds */
	size_t count;
	struct lock at[LOCKS_MAX];
};

static inline void lock_set_add(struct lock_set *set, enum lock_class class,
				int64_t id)
{
	if (set->count < LOCKS_MAX)
		set->at[set->count++] =
		    (struct lock){ class, set->organization, id };
}

/* The `locks` of a verb that only changes its organization's rights. */
void lock_rights(const void *in, int64_t organization, struct lock_set *set);

#endif
