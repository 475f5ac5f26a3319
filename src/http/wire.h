/*
 * wire.h: the JSON of each resource, once for all answers that hold it.
 *
 * Members are those that the published schemas require together with those
 * that the documented examples show; ours come last.
 */
#ifndef HTTP_WIRE_H
#define HTTP_WIRE_H

#include "base/base.h"
#include "base/jw.h"
#include "core/id.h"
#include "core/organization.h"
#include "http/request.h"
#include "store/invitations.h"

/* `accept_url` (or NULL) is shown only where the link is the caller's. */
void wire_invite(struct jw *jw, const struct invite *invite,
		 int64_t now_seconds, const char *accept_url);
void wire_project(struct jw *jw, const struct project *project);
void wire_user(struct jw *jw, const struct user *user);
void wire_project_user(struct jw *jw, const struct project_user *user);

/* What the holder of a link sees; `user` = 0 before there is one. */
void wire_invitation(struct jw *jw, const struct invitation *invitation,
		     int64_t user, const char *welcome_url);

void wire_id(struct jw *jw, enum id_kind kind, int64_t id);

/* Unix seconds, or null for 0 (never). */
void wire_time(struct jw *jw, int64_t seconds);

/* {"object": "<object>.deleted", "id", "deleted": true} */
void wire_deleted(struct jw *jw, const char *object, enum id_kind kind,
		  int64_t id);

/*
 * A list's envelope: between the two come the items. `ids` are those of the
 * first and the last item; has_more needs at least one.
 */
void wire_list_begin(struct jw *jw);
void wire_list_end(struct jw *jw, const struct list_out *page,
		   enum id_kind kind, int64_t first, int64_t last);

#endif
