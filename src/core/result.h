/*
 * result.h: how an operation can end: done, or one of the ways in which the
 * rules or the store say no.
 *
 * One list holds all there is to say of each: its name here, the HTTP status,
 * the code for programs, and the sentence for people. A line that lacks one of
 * them does not compile.
 */
#ifndef CORE_RESULT_H
#define CORE_RESULT_H

#include "core/id.h"

/* X(NAME, status, code, sentence); those of an id that is not found are made
 * from THINGS in id.h. */
#define RESULTS(X)                                                     \
	/* done; for writes: durable */                                \
	X(OK, 200, NULL, NULL)                                         \
	/* PROJECT_NOT_FOUND and the like */                           \
	THINGS(NOT_FOUND_OF, X)                                        \
	/* not in the group; perhaps not even a member */              \
	X(GROUP_USER_NOT_FOUND, 404, "user_not_found",                 \
	  "This user is not in the group.")                            \
	X(PROJECT_USER_NOT_FOUND, 404, "user_not_found",               \
	  "This user is not in the project.")                          \
	/* whoever is to be added is not in the organization */        \
	X(NO_MEMBER_WITH_ID, 400, "user_not_found",                    \
	  "There is no user with this id in your organization. "       \
	  "Invite people first.")                                      \
	X(NO_MEMBER_WITH_ADDRESS, 400, "email_not_found",              \
	  "There is no user with this address in your organization. "  \
	  "Invite people first.")                                      \
	/* with another role */                                        \
	X(PROJECT_GROUP_NOT_FOUND, 404, "group_not_found",             \
	  "This group is not in the project.")                         \
	/* with another role */                                        \
	X(GROUP_IN_PROJECT, 400, "group_already_exists",               \
	  "The group already exists in project, with another role. "   \
	  "Assign the role to it to change that.")                     \
	X(USER_IN_PROJECT, 400, "user_already_exists",                 \
	  "The user already exists in project, with another role. "    \
	  "Modify the project user to change it.")                     \
	X(LAST_OWNER, 400, "last_owner",                               \
	  "This is the last owner of the organization, which has to "  \
	  "keep one. Make somebody else an owner first.")              \
	/* there is such a role */                                     \
	X(ROLE_NOT_ASSIGNED, 404, "role_not_found",                    \
	  "This role is not assigned here.")                           \
	X(ROLE_NEEDS_PROJECT, 400, "role_needs_project",               \
	  "Custom roles of a project are for its members. Assign "     \
	  "`role-api-project-member` first, or another predefined "    \
	  "role of the project.")                                      \
	X(ROLE_EXISTS, 400, "role_already_exists",                     \
	  "There is a role of this name already.")                     \
	X(ROLE_PREDEFINED, 400, "role_predefined",                     \
	  "Predefined roles cannot be changed or deleted.")            \
	/* no such key, or revoked, or expired */                      \
	X(KEY_UNKNOWN, 401, "invalid_api_key",                         \
	  "The admin key is not known or was revoked. Make a new one " \
	  "with `invited key create`.")                                \
	/* pending with other role or projects */                      \
	X(INVITE_EXISTS, 400, "invite_already_exists",                 \
	  "An invite to this address is pending already. Change that " \
	  "one, or send it again.")                                    \
	/* by another invite, or by a member */                        \
	X(EXTERNAL_ID_TAKEN, 400, "external_id_taken",                 \
	  "Another invite or user of your organization has this "      \
	  "`external_id`.")                                            \
	/* all or nothing was asked for, and nothing was done */       \
	X(INVITES_REFUSED, 400, "invites_refused",                     \
	  "Some of the invites cannot be made, so none was.")          \
	/* accepted: cannot be deleted or declined */                  \
	X(INVITE_ACCEPTED, 400, "invite_already_accepted",             \
	  "The invite was already accepted, so it cannot be "          \
	  "changed, sent again or deleted any more.")                  \
	/* declined too: cannot be changed */                          \
	X(INVITE_EXPIRED, 400, "invite_expired",                       \
	  "The invite has expired. Send it again to change it, or "    \
	  "invite the person anew.")                                   \
	/* by whoever has the address */                               \
	X(ADDRESS_OPTED_OUT, 400, "address_opted_out",                 \
	  "The person does not want this invite: it was declined.")    \
	/* by whoever has it, of any invite */                         \
	X(ADDRESS_BLOCKED, 400, "address_opted_out",                   \
	  "The holder of this address said that an invite was not "    \
	  "meant for them, so your organization cannot invite it. An " \
	  "owner can allow that again: find it with GET "              \
	  "/organization/blocked_addresses?email=..., then delete "    \
	  "it there.")                                                 \
	/* already a member */                                         \
	X(USER_EXISTS, 400, "user_already_exists",                     \
	  "The user already exists in this organization.")             \
	/* as the organization has set it */                           \
	X(DOMAIN_NOT_ALLOWED, 400, "domain_not_allowed",               \
	  "Your organization invites only addresses of the domains "   \
	  "that `allowed_domains` in its settings lists.")             \
	X(SEAT_LIMIT_REACHED, 400, "seat_limit_reached",               \
	  "All seats of your organization are taken, by members and "  \
	  "pending invites. Remove members or delete invites, or "     \
	  "raise `max_seats` in its settings.")                        \
	X(MAILS_PER_DAY, 429, "rate_limit_exceeded",                   \
	  "This address got as many mails within a day as your "       \
	  "organization allows (`mails_per_day` in its settings).")    \
	X(INVITES_PER_MINUTE, 429, "rate_limit_exceeded",              \
	  "This key made as many invites within a minute as your "     \
	  "organization allows (`invites_per_minute` in its "          \
	  "settings).")                                                \
	X(PROJECT_ARCHIVED, 400, "project_archived",                   \
	  "The project is archived. Use one that is active.")          \
	X(PROJECT_IS_DEFAULT, 400, "project_is_default",               \
	  "This is the organization's default project, which cannot "  \
	  "be changed or archived: invites that name no project lead " \
	  "to it.")                                                    \
	/* a search that gave up; the next page would do so, too */    \
	X(SEARCH_TOO_LONG, 400, "search_too_long",                     \
	  "None of the half million events that were searched "        \
	  "matches. Narrow the search by time, with "                  \
	  "effective_at[gte] and effective_at[lte], or by target, "    \
	  "with resource_ids[].")                                      \
	X(INVITES_TOO_MANY, 400, "search_too_long",                    \
	  "None of the half million invites that were searched "       \
	  "matches. Narrow the search by time, with created_at[gte] "  \
	  "and created_at[lte].")                                      \
	/* wrong link: unknown number or secret */                     \
	X(INVITATION_NOT_FOUND, 404, "invitation_not_found",           \
	  "This invitation link is not valid. Check that it was "      \
	  "copied whole; a newer link replaces an older one.")         \
	X(INVITATION_EXPIRED, 410, "invitation_expired",               \
	  "This invitation has expired. Ask for a new one.")           \
	/* deleted by an administrator */                              \
	X(INVITATION_WITHDRAWN, 410, "invitation_withdrawn",           \
	  "This invitation was withdrawn. Ask whoever sent it.")       \
	X(INVITATION_DECLINED, 410, "invitation_declined",             \
	  "This invitation was declined. Ask for a new one.")          \
	/* declined, as not meant for whoever has the address */       \
	X(INVITATION_OPTED_OUT, 410, "invitation_opted_out",           \
	  "The holder of this address said that the invitation was "   \
	  "not meant for them, so it was withdrawn.")                  \
	/* a new one was asked for while it can still be accepted */   \
	X(INVITATION_OPEN, 400, "invitation_not_expired",              \
	  "This invitation has not expired: it can be accepted.")      \
	X(ORGANIZATION_EXISTS, 400, "organization_already_exists",     \
	  "There is an organization of this name already.")            \
	/* the secret is in use already */                             \
	X(KEY_EXISTS, 400, "key_already_exists",                       \
	  "This key is in use already.")                               \
	X(API_KEY_EXPIRED, 400, "api_key_expired",                     \
	  "This key has expired, so it cannot be changed. Make "       \
	  "another one.")                                              \
	/* by a request before, perhaps this one's own */              \
	X(API_KEY_ROTATED, 400, "api_key_already_rotated",             \
	  "This key was rotated already: its 'replaced_by' names the " \
	  "new key. Rotate that one; or, if nobody has its "           \
	  "value, delete it and rotate this one again.")               \
	/* the organization or the project has a maximum */            \
	X(KEY_LIFETIME_ABOVE_MAX, 400, "expires_in_seconds_above_max", \
	  "Keys of this project may not live that long. Ask for "      \
	  "less, or omit 'expires_in_seconds': then the key lives "    \
	  "as long as is allowed.")                                    \
	/* an admin key for somebody who is not an owner */            \
	X(USER_NOT_OWNER, 400, "user_not_owner",                       \
	  "An admin key can belong to an owner only. Make this user "  \
	  "an owner first.")                                           \
	X(LAST_KEY, 400, "last_admin_key",                             \
	  "This is the last admin key in force of your organization, " \
	  "or the last that does not expire. Make another one before " \
	  "you delete it.")                                            \
	/* and would end with them as owner */                         \
	X(OWNER_OF_LAST_KEY, 400, "last_admin_key",                    \
	  "The last admin key of your organization that does not "     \
	  "expire is this user's, and would end, too. Make another "   \
	  "one first: for another owner, or with `invited key "        \
	  "create` on the machine.")                                   \
	/* most likely made by the same request before */              \
	X(WEBHOOK_EXISTS, 400, "webhook_already_exists",               \
	  "There is a webhook with this URL already. Modify it; if "   \
	  "its secret is lost, rotate it.")                            \
	X(WEBHOOK_LIMIT_REACHED, 400, "webhook_limit_reached",         \
	  "An organization has at most 20 webhooks. Delete one "       \
	  "first.")                                                    \
	X(WEBHOOK_IS_DISABLED, 400, "webhook_disabled",                \
	  "The webhook is disabled. Enable it first.")                 \
	/* by another request that had the same */                     \
	X(IDEMPOTENCY_KEY_REUSED, 400, "idempotency_key_reused",       \
	  "This Idempotency-Key was used within the last day for a "   \
	  "request with another body. Take a new key.")                \
	/* its row in the database is damaged */                       \
	X(DAMAGED, 500, "damaged",                                     \
	  "The stored data is damaged, or was written by a newer "     \
	  "version. Nothing was changed; `invited check` says where "  \
	  "the damage is.")                                            \
	/* see store/lane.h */                                         \
	X(STORE_BUSY, 503, "service_unavailable",                      \
	  "Too many slow searches are waiting already. Try again "     \
	  "in a moment.")                                              \
	X(OUT_OF_MEMORY, 503, "service_unavailable",                   \
	  "The server is out of memory. Nothing was changed; try "     \
	  "again in a moment.")                                        \
	/* nothing was written; try again */                           \
	X(STORE_UNAVAILABLE, 503, "service_unavailable",               \
	  "The server's storage is unavailable. Nothing was changed; " \
	  "try again in a moment.")                                    \
	/* nobody knows; read back before retrying */                  \
	X(STORE_UNCERTAIN, 503, "service_unavailable",                 \
	  "The server lost its storage while it wrote. Try again: "    \
	  "repeating the request is safe.")

#define NOT_FOUND_OF(X, name, prefix, parameter, code, sentence) \
	X(name##_NOT_FOUND, 404, code, sentence)

enum result {
#define X(name, status, code, sentence) RESULT_##name,
	RESULTS(X)
#undef X
	    RESULT_COUNT
};

#endif
