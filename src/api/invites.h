/*
 * invites.h: a create, for those who make several of them.
 */
#ifndef API_INVITES_H
#define API_INVITES_H

#include "base/base.h"
#include "http/request.h"
#include "store/invites.h"

/* The header of an answer whose invite was there before. */
#define INVITE_EXISTING "x-invite-existing"

/* POST /organization/invites, whole. */
void invites_create(struct request *request);

/* Its two halves: what the body asks for, as the request's operation (NULL with
 * the request answered), and the answer to how that ended. */
struct invite_create_in *invite_create_read(struct request *request) MUST_CHECK;
void invite_create_answer(struct request *request);

#endif
