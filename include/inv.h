/*
 * inv.h: libinv, OpenAI's Admin API for C: invite people to an organization.
 *
 *	struct inv_client *client = NULL;
 *	struct inv_invite *invite = NULL;
 *	struct inv_error err;
 *
 *	if (inv_client_new(NULL, &client, &err) ||
 *	    inv_invites_create(client,
 *		&(struct inv_invite_create_params){
 *			.email = "ada@example.com",
 *			.role = INV_ROLE_READER,
 *		}, NULL, &invite, &err))
 *		fprintf(stderr, "%s\n", err.message);
 *	else
 *		puts(invite->id);
 *	inv_free(invite);
 *	inv_free(client);
 *
 * It speaks to api.openai.com and to an invited(8) of your own alike; the key
 * and the address come from the environment unless you give them.
 *
 * What holds for every function:
 *
 * - An int is 0 for success, or -1 with the reason in `*err`. On failure the
 *   results are not touched; on success the error is not touched.
 * - What a function hands out through a `ret_...` is yours: inv_free() frees
 *   it and all that it points to. Results outlive the client; only inv_next()
 *   still needs it.
 * - What you pass in is only read during the call. Texts are UTF-8.
 * - Parameters are structs to be filled in by name. Members marked INV_OPT may
 *   be left out. Zero the whole struct: later versions use what is reserved.
 * - NULL is accepted for `err`, for `params` (nothing is said), for `call` (no
 *   options), for the `ret_...` of a call whose result you do not want, and by
 *   inv_free(). Anywhere else it is refused with INV_ERROR_USAGE.
 * - A word that the API has a closed list for is an enum, with the text as
 *   received beside it: a newer server's word is INV_..._UNKNOWN and its text.
 *   Members that this header does not know are in inv_meta()->json.
 * - Times are Unix seconds; 0 means that there is none.
 * - The library prints nothing, never exits, installs no signal handler and
 *   reads the environment only in inv_client_new().
 *
 * Programs include this file; what it is made of is listed here to be read.
 */
#ifndef INV_H
#define INV_H

/* What is common to all calls, in the order in which it is best read. */
#include "inv/base.h"	/* versions, inv_free() */
#include "inv/error.h"	/* why a call failed */
#include "inv/client.h" /* a client and its options */
#include "inv/call.h"	/* options of a call, inv_cancel(), inv_meta() */
#include "inv/value.h"	/* what is omitted, null or a value */
#include "inv/word.h"	/* enums, and the API's words for them */
#include "inv/list.h"	/* pages, inv_next() */

/* The calls, by what they are about. */
#include "inv/invites.h"	  /* inviting people */
#include "inv/users.h"		  /* who is in the organization */
#include "inv/projects.h"	  /* projects, and who is in them */
#include "inv/groups.h"		  /* groups, who and what is in them */
#include "inv/roles.h"		  /* roles, and who has them */
#include "inv/service_accounts.h" /* members that are programs */
#include "inv/api_keys.h"	  /* keys of projects, and admin keys */
#include "inv/audit_logs.h"	  /* who did what, and when */
#include "inv/webhooks.h"	  /* what a server tells of its own accord */

/* Those that only invited(8) has. */
#include "inv/invitations.h"	   /* the side of whoever is invited */
#include "inv/blocked_addresses.h" /* whom one may not invite */
#include "inv/settings.h"    /* of the organization */
#include "inv/gate.h"	     /* whether a key is good */

#include "inv/request.h" /* any other call; calls without I/O */

#endif
