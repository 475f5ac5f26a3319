/*
 * together.h: many writes of one verb, whose invites are read by one query.
 * Private to store/; see struct verb_together.
 */
#ifndef STORE_TOGETHER_H
#define STORE_TOGETHER_H

#include "store/engine.h"
#include "store/rows.h"

/* An operation and the invite that it is about. */
struct together_one {
	struct store_op *op;
	int64_t id;	  /* of the invite */
	enum found found; /* FOUND_ONE: all of this is there */
	struct invite_row row;
	const char *organization_name;
	struct organization_settings settings; /* TOGETHER_PROJECTS */
	bool is_member; /* of the organization: who was invited */
	struct user member;

	/* To be done apart: something is wrong with it, or another one is about
	 * the same person. */
	bool apart;
};

struct together {
	struct db *db;
	struct arena arena; /* of the projects */
	struct statement *invites, *members, *projects, *settings, *keys;
	struct project *at_projects; /* in order, see project_among() */
	size_t project_count;
	struct buf ids; /* of the invites, as a list */
	size_t count;
	struct together_one at[];
};

/* What else to read, besides the invites. */
enum together_wish {
	TOGETHER_PROJECTS = 1, /* that the invites name; and who invites */
	TOGETHER_MEMBERS = 2,  /* who has their addresses */
	TOGETHER_KEYS = 4      /* whether the callers' keys are in force */
};

/* How a verb takes part: what it needs to read, and what it does then. */
struct together_verb {
	struct verb_together verb; /* TOGETHER */
	int wishes;
	int64_t (*id_of)(const void *in); /* the invite that it is about */

	/* As `run`, for one that is not apart; may set that. */
	enum result (*one)(struct work *work, const struct together *all,
			   struct together_one *one);
};

#define TOGETHER .verb = { .ask = together_ask, .finish = together_finish }

void *together_ask(struct db *db, struct id_source *ids, struct store_op **ops,
		   size_t n);
size_t together_finish(struct db *db, struct id_source *ids,
		       struct store_op *const *ops, size_t n, void *asked,
		       struct store_op **ret_left);

#endif
