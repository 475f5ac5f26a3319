/*
 * lock.h: the rows that a batch of writes is going to change. Private to
 * store/.
 *
 * Two daemons that want the same rows in different orders wait for each other,
 * and the database takes a second to see that. So a verb names what it will
 * lock, and a batch takes all of that at its beginning, in one order for
 * everybody: that of the classes below, and of the ids within a class.
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "base/base.h"

/* What many verbs change, in the order of locking. */
enum lock_class {
	LOCK_RIGHTS,	       /* the id is an organization's */
	LOCK_RIGHTS_OF_INVITE, /* of whatever organization the invite is in */
	LOCK_PROJECT,
	LOCK_INVITE, /* and the mail of it, which nobody locks without it */
	LOCK_CLASSES
};

#define LOCKS_MAX 1024 /* of a batch; any more are not taken in order */

struct lock {
	enum lock_class class;
	int64_t organization; /* of who asks for it; 0: not known */
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

/* What `locks` of a verb may be that changes its organization's rights. */
void lock_rights(const void *in, int64_t organization, struct lock_set *set);

#endif
