/*
 * model.h: a store in a few arrays, written to be read: what it answers is
 * what every engine has to answer. It knows nothing of disks, transactions,
 * threads or memory that runs out.
 *
 * After the store has finished an operation, model_follow() does the same to
 * the model and fails the test where the two do not agree. What the store may
 * choose (ids) is taken from its answer; everything else is compared.
 */
#ifndef MODEL_H
#define MODEL_H

#include "fixture.h"

#define MODEL_INVITES  4096
#define MODEL_PEOPLE   512
#define MODEL_PROJECTS 64
#define MODEL_GRANTS   4
#define MODEL_BLOCKS   512

struct model_invite {
	struct invite row; /* strings and grants in f.arena */
	uint8_t secret[SECRET_SIZE];
	uint8_t other[SECRET_SIZE]; /* opens it, too... */
	bool has_other;		    /* ...where this is set */
	uint8_t dead[SECRET_SIZE];  /* one that did, once */
	enum letter_kind letter;    /* what waits */
	bool holds_address;
	bool skipped[MODEL_GRANTS]; /* once accepted */
	bool waits;		    /* in the outbox */
	int64_t due_ms, queued_ms;
	int waiting_attempts;
};

struct model_member {
	int64_t project, user;
	enum project_role role;
};

struct model_block {
	int64_t organization, created_at;
	int64_t id; /* 0: not known yet */
	const char *email_key;
};

/* How far an organization's walks went. */
struct model_marks {
	int64_t organization;
	struct expiry_mark at[2]; /* by enum expiry_kind */
};

struct model {
	struct model_marks marks[4];
	size_t mark_count;
	int64_t told, reminded; /* in all */
	struct model_invite invites[MODEL_INVITES];
	struct user users[MODEL_PEOPLE];
	struct model_member members[MODEL_PEOPLE * MODEL_GRANTS];
	struct project projects[MODEL_PROJECTS];
	struct organization organizations[4];
	struct model_block blocks[MODEL_BLOCKS];
	size_t block_count, invite_count, user_count, member_count, project_count,
	    organization_count;
};

void model_follow(struct model *model, const struct store_op *op);

/* The store was closed and opened. */
void model_leases_end(struct model *model);

/* What of `model` the tests need to make up operations. */
struct model_invite *model_invite(struct model *model, int64_t id);
struct project *model_project(struct model *model, int64_t id);

/* What becomes of whoever has this link; and of an invite that is declined. */
enum result model_answerable(struct model *model, const struct store_op *op);
void model_decline(struct model_invite *invite, int64_t now);
bool model_is_member(struct model *model, int64_t organization,
		     const char *key);

/* ---- model_blocks.c: as model_follow(), of one verb each ---- */

bool model_is_blocked(struct model *model, int64_t organization,
		      const char *key);
enum result model_opt_out(struct model *model, const struct store_op *op);
enum result model_request(struct model *model, const struct store_op *op);
enum result model_block_list(struct model *model, const struct store_op *op);
enum result model_block_delete(struct model *model, const struct store_op *op);

/* ---- model_expiry.c: likewise; and what opens an invite ---- */

/* A new link: all others are dead, but that of a mail that waits. */
void model_renew_link(struct model_invite *invite,
		      const uint8_t secret[SECRET_SIZE]);
bool model_is_opened_by(const struct model_invite *invite,
			const uint8_t secret[SECRET_SIZE]);
enum result model_invite_link(struct model *model, const struct store_op *op);
enum result model_expiry_look(struct model *model, const struct store_op *op);
enum result model_expiry_settle(struct model *model, const struct store_op *op);

/* ---- model_people.c: as model_follow(), of one verb each ---- */

enum result model_user_update(struct model *model, const struct store_op *op);
enum result model_user_delete(struct model *model, const struct store_op *op);
enum result model_project_user_add(struct model *model,
				   const struct store_op *op);
enum result model_project_user_update(struct model *model,
				      const struct store_op *op);
enum result model_project_user_remove(struct model *model,
				      const struct store_op *op);

/* Compares all there is with what the store lists and counts. */
void model_compare_all(struct model *model);

#endif
