/*
 * write.h: what the writing verbs share. Private to store/.
 *
 * A verb finds every reason to refuse before its first write, so that one
 * transaction can hold many verbs and a refused one leaves no trace: no
 * savepoints. Whether the database failed is asked by who commits.
 */
#ifndef STORE_SQLITE_WRITE_H
#define STORE_SQLITE_WRITE_H

#include "core/audit.h"
#include "store/db.h"

struct writing {
	struct db *db;
	struct id_source *ids;
	struct store_op *op;
	int64_t now; /* Unix seconds */
};

int64_t writing_id(const struct writing *w);
void writing_audit(const struct writing *w, enum audit_type type,
		   int64_t target);

/* Runs a statement whose parameters are an id and the organization. */
void writing_run(const struct writing *w, enum sql which, int64_t id);

/* Whoever in the organization has this address. */
bool find_member(const struct writing *w, const char *email_key,
		 struct user *ret_user) MUST_CHECK;

/* An invite gives up its address and its mail, and ends in `state`. */
void let_go(const struct writing *w, const struct invite *invite,
	    enum invite_state state);

/* A create without projects: membership of the default one. */
enum result grant_default_project(struct store_op *op,
				  int64_t project) MUST_CHECK;

/* What a create returns that makes a new invite. */
void invite_begin(struct store_op *op, int64_t id);

/* Its mail is given up, for the invite has expired. */
void record_too_late(const struct writing *w, int64_t invite, int attempts);

/* write_admin.c */
enum result write_bootstrap(const struct writing *w);
enum result write_organization_create(const struct writing *w);
enum result write_key_create(const struct writing *w);
enum result write_key_revoke(const struct writing *w);
enum result write_key_touch(const struct writing *w);
enum result write_project_create(const struct writing *w);

/* write_invite.c */
enum result write_invite_create(const struct writing *w);
enum result write_invite_delete(const struct writing *w);

/* write_answer.c */
enum result write_invitation_accept(const struct writing *w);
enum result write_invitation_decline(const struct writing *w);

/* write_outbox.c */
enum result write_outbox_claim(const struct writing *w);
enum result write_probe(const struct writing *w);
enum result write_outbox_renew(const struct writing *w);
enum result write_outbox_settle(const struct writing *w);

#endif
