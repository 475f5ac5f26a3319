/*
 * invites.h: what all routes of invites read and show alike; and a create, for
 * requests that make several.
 */
#ifndef API_INVITES_H
#define API_INVITES_H

#include "base/base.h"
#include "core/token.h"
#include "http/body.h"
#include "http/query.h"
#include "http/request.h"
#include "http/shape.h"
#include "store/invites/invites.h"

#define TTL_MIN_SECONDS 60
#define TTL_MAX_SECONDS (365 * 24 * 60 * 60)

/* The header of an answer whose invite was there before. */
#define INVITE_EXISTING "x-invite-existing"

/* POST /organization/invites, whole. */
void invites_create(struct request *request);

/* Its two halves: what the body asks for, as the request's operation (NULL with
 * the request answered), and the answer to how that ended. */
struct invite_create_in *invite_create_read(struct request *request) MUST_CHECK;
void invite_create_answer(struct request *request);

extern const struct shape invite_shape;

/* What a list of them may be asked for. One status that is alone is not
 * searched for: it has an index. */
extern const struct list_query invite_query;
int prepare_invite_query(struct request *request, void *input) MUST_CHECK;

/* -1 with the request answered. */
int read_email(struct request *request, const char *param, struct str text,
	       struct email *ret_email) MUST_CHECK;

/* The projects of a body. */
struct named_projects {
	struct grants grants; /* each once */
	size_t *places;	      /* where in the request each stands */
};

/* -1 with the request answered. */
int read_projects(struct request *request, const struct value *projects,
		  struct named_projects *ret) MUST_CHECK;

/* For RESULT_PROJECT_NOT_FOUND and _ARCHIVED: the one at `index` of those. */
void refuse_project(struct request *request, const struct named_projects *named,
		    size_t index);

/* For RESULT_EXTERNAL_ID_TAKEN: by which other. */
void refuse_external_id(struct request *request);

/* For RESULT_MAILS_PER_DAY and _INVITES_PER_MINUTE: until when. */
void refuse_rate(struct request *request);

/* The invite; with its link where `secret` is not NULL. */
void answer_invite(struct request *request, const struct invite *invite,
		   const uint8_t *secret);

/* Whether a body that may say "send_email" has a mail sent. */
bool mail_is_sent(const struct request *request, const struct value *wanted);

#endif
