/*
 * gate.h: the verbs that gateways' questions need, besides project_key_find
 * (project_keys.h). None belongs to one organization.
 *
 *	rights_get	generations of organizations
 *	keys_touch	remembers when projects' keys were used
 */
#ifndef STORE_GATE_H
#define STORE_GATE_H

#include "store/verb.h"

#define RIGHTS_MAX 512	/* organizations in one query */
#define TOUCH_MAX  1024 /* keys in one update */

/* A generation moves with each change of the organization's rights. */
struct rights_get_in {
	const int64_t *organizations;
	size_t count;
};

struct rights_get_out {
	int64_t *generations; /* in the order of `organizations` */
};

struct keys_touch_in {
	const int64_t *keys;
	size_t count;
};

#endif
