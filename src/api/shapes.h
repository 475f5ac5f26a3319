/*
 * shapes.h: what more than one resource shows.
 */
#ifndef API_SHAPES_H
#define API_SHAPES_H

#include "http/shape.h"

/* Of struct user. */
extern const struct shape organization_user_shape;

/* Of struct assignable_role: as it is, and as one that somebody has. */
extern const struct shape role_shape, assigned_role_shape;

struct email;
struct inviter;
struct request;

/* An address of a body or a query; -1 with the request answered. */
int read_email(struct request *request, const char *param, struct str text,
	       struct email *ret_email) MUST_CHECK;

#define LOCALE_MAX 35 /* octets of a tag */

/* Puts a language of ours in the place of the tag, "de" in that of "de-AT"; or
 * -1 with the request answered, naming those that there are. NULL stays. */
int read_locale(struct request *request, const char **locale);

/* {"name", "email"}, or null: of an invite, and of who was invited. */
void shape_inviter(struct jw *jw, const struct inviter *inviter);

/*
 * The role of this id among the organization's, or else those of the project
 * whose id is the path's first; 0 for none, and for NULL.
 */
int64_t read_role(const struct request *request, const char *text,
		  bool of_project);

#endif
