/*
 * invites.h: the verbs of invites, for administrators.
 *
 *	invite_create	with its mail, if one is wanted, and its audit event
 *			USER_EXISTS, ADDRESS_BLOCKED, INVITE_EXISTS,
 *			EXTERNAL_ID_TAKEN, PROJECT_NOT_FOUND,
 *			PROJECT_ARCHIVED, or a limit of the organization's
 *			(limits.c)
 *	invite_create_all  many, or none: INVITES_REFUSED, with the reasons
 *	invite_delete	id_in; INVITE_NOT_FOUND, INVITE_ACCEPTED
 *	invite_resend	a new link, by mail if one is wanted, and a new time;
 *			the old links stop working. A mail that waits already
 *			goes as it is. INVITE_NOT_FOUND, INVITE_ACCEPTED,
 *			ADDRESS_OPTED_OUT, ADDRESS_BLOCKED; of one that has
 *			expired, USER_EXISTS, INVITE_EXISTS, EXTERNAL_ID_TAKEN
 *	invite_change	what a pending one grants, and how long; the link stays
 *			INVITE_NOT_FOUND, INVITE_ACCEPTED, INVITE_EXPIRED,
 *			EXTERNAL_ID_TAKEN, PROJECT_NOT_FOUND,
 *			PROJECT_ARCHIVED
 *	invite_link	one more link to a pending one, beside that of its mail
 *			INVITE_NOT_FOUND, INVITE_ACCEPTED, INVITE_EXPIRED
 *	invite_get	id_in; INVITE_NOT_FOUND
 *	invite_list	of struct invite; those that are pending, or expired, by
 *			their expiry, the last one first, behind the invite
 *			`after`; INVITES_TOO_MANY if none of half a million
 *			invites matched
 *	invite_forget	erases the addresses of some invites that expired, were
 *			declined or were withdrawn before a time; they then
 *			count as withdrawn (members/erasure.c)
 */
#ifndef STORE_INVITES_H
#define STORE_INVITES_H

#include "core/email.h"
#include "core/invite.h"
#include "core/token.h"
#include "store/verb.h"

struct invite_create_in {
	struct email email;
	/* The inviter; without an address, the owner of the key, if it has
	 * one. */
	const char *inviter_name;
	struct email inviter_email;
	const char *locale;	 /* NULL: it is not said */
	const char *metadata;	 /* likewise; checked */
	const char *external_id; /* likewise */
	enum role role;
	bool default_project; /* instead of `grants` */
	struct grants grants; /* each project once */
	int64_t ttl_seconds;
	bool queue_mail;
	bool remind;  /* before it expires, as the organization has set it */
	bool replace; /* one that is pending with other grants gets these */
	uint8_t secret[SECRET_SIZE];
};

struct invite_create_out {    /* of invite_resend, _change and _link, too */
	struct invite invite; /* with INVITE_EXISTS, and EXTERNAL_ID_TAKEN by an
			       * invite: that invite */
	int64_t user;	      /* with EXTERNAL_ID_TAKEN: or whoever has it */
	int64_t wait_seconds; /* with MAILS_PER_DAY, INVITES_PER_MINUTE */
	bool created;	      /* false: it was there before (a retry) */
	bool link;	      /* the input's secret opens it */
	size_t index;	      /* which of `grants`, with PROJECT_* */
};

#define INVITES_ATOMIC_MAX 256

struct invite_create_all_in {
	size_t count;
	/* NULL: refused before it came here, and so are the others. */
	const struct invite_create_in **lines;
	bool refused; /* there is one of those */
};

/* An array each, in the order of the lines. */
struct invite_create_all_out {
	enum result *results; /* OK also where only others were refused */
	struct invite_create_out *lines;
};

struct invite_resend_in {
	int64_t id;
	bool has_ttl; /* else it expires no earlier than before */
	int64_t ttl_seconds;
	bool queue_mail;
	uint8_t secret[SECRET_SIZE];
};

struct invite_link_in {
	int64_t id;
	uint8_t secret[SECRET_SIZE];
};

struct invite_change_in {
	int64_t id;
	/* else they stay as they are */
	bool has_role, has_grants, has_external_id, has_metadata;
	enum role role;
	struct grants grants;		    /* each project once */
	const char *external_id, *metadata; /* NULL: none from now on */
	int64_t ttl_seconds;		    /* from now on; 0: it stays */
};

struct invite_out { /* of invite_get and invite_delete */
	struct invite invite;
};

struct invite_list_in {
	struct list_in page;
	bool by_status;
	enum invite_status status;
	bool declined;		 /* these alone, instead of a status */
	const char *email_key;	 /* NULL = any */
	const char *external_id; /* likewise; with another of these it is
				  * searched for, too */

	/* Any of these requires a search, by id, which may take long. */
	unsigned wishes;  /* enum invite_wish: of several statuses; 0 = any */
	const char *part; /* of the address, see email_part(); NULL = any */
	bool by_project;
	int64_t project;
	bool by_delivery;
	enum delivery_status delivery;
	struct time_range created;
};

/* Bits; declined ones are among the expired. */
enum invite_wish {
	WISH_PENDING = 1,
	WISH_ACCEPTED = 2,
	WISH_EXPIRED = 4,
	WISH_DECLINED = 8
};

struct invite_forget_in {
	int64_t ended_before; /* Unix seconds */
};

struct invite_forget_out {
	size_t count; /* 0: none is left */
};

#endif
