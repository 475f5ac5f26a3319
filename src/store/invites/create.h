/*
 * create.h: a create in progress, whether alone or one of many in a statement.
 * Private to store/.
 */
#ifndef STORE_CREATE_H
#define STORE_CREATE_H

#include "store/invites/invites.h"
#include "store/work.h"

/* A create, in two steps: what stands in its way, then what it writes. */
struct creation {
	const struct invite_create_in *in;
	struct invite_create_out *out;
	struct inviter inviter;	 /* who invites */
	const char *inviter_key; /* of their address */
	struct grants grants; /* with the default project, if that is meant */
	int64_t hash;	      /* of the address */
	bool slot_taken;      /* see find_open() */
	enum create_verdict verdict;
	struct invite open;	/* unless the verdict is CREATE_NEW */
	struct invite namesake; /* has expired, and the external_id; id 0: no */
};

struct creation creation_of(const struct work *work,
			    const struct invite_create_in *in,
			    struct invite_create_out *out);

struct asked asked_by(const struct creation *creation);

/* A repeat takes no seat, nor does a create that replaces what a pending invite
 * grants. */
bool takes_seat(const struct creation *creation);

/* Asks only, so it may be run again. RESULT_OK, or a reason to refuse. */
enum result creation_check(const struct work *work,
			   struct creation *creation) MUST_CHECK;

/*
 * ---- limits.c ----
 *
 * Finds out, once a transaction, what the organization's limits leave, and
 * locks the organization until the end, so that two creates do not both take
 * the last seat. To be called before any invite is locked, and before
 * db_each().
 */
void limits_hold(const struct work *work);

/* Whether the limits allow the invite, with the seat that it does not have yet,
 * and its mail. */
enum result limits_check(const struct work *work,
			 const struct creation *creation) MUST_CHECK;

/* Whether the address may get a mail: RESULT_OK, or MAILS_PER_DAY. */
enum result limits_check_mail(const struct work *work, const char *email_key,
			      struct invite_create_out *out) MUST_CHECK;

/* The same for a mail that no key asks for, which is counted at once. The
 * organization is not locked, so a mail asked for at the same time may exceed
 * the limit by one. */
bool limits_spare_mail(const struct work *work,
		       const struct organization_settings *settings,
		       const char *email_key) MUST_CHECK;

/* Deletes some of the counts that are older than a day; returns how many. */
size_t limits_forget(const struct work *work, int64_t most);

/* Count a mail to the address; a new invite. */
void limits_count_mail(const struct work *work, const char *email_key);
void limits_count_invite(const struct work *work);

/* Writes an invite that creation_check() allows. */
void creation_write(struct work *work, const struct creation *creation);

/* The open invite to the address, if any; and whether the slot for a new one
 * is taken. Two addresses with one hash (once in 10^18 pairs) share the
 * index's entry: the later one stands aside, at its own id below zero. */
bool find_open(const struct work *work, struct creation *creation) MUST_CHECK;

/* An expired invite gives up its slot, and its mail if that still waits. */
void invite_supersede(const struct work *work, const struct invite *expired);

/*
 * Whether `invite` (0: a new one) may have the external_id, which is unique
 * among open invites and members. An open invite with it that has expired is
 * returned, and has to be superseded. With EXTERNAL_ID_TAKEN, `out` says who
 * has it. NULL is never taken. (external_ids.c)
 */
enum result external_id_check(const struct work *work, const char *external_id,
			      int64_t invite, struct invite *ret_namesake,
			      struct invite_create_out *out) MUST_CHECK;

/* A fresh secret for an open invite, by mail or not: the links that it had
 * stop working. */
void renew_link(struct work *work, const uint8_t secret[SECRET_SIZE], bool mail,
		struct invite *invite);

/* Whether all projects exist and are active; else which does not. */
enum result check_projects(const struct work *work, struct grants grants,
			   size_t *ret_index) MUST_CHECK;

/* Makes an open invite grant, and expire, as asked for; the link stays. */
void change_invite(const struct work *work, const struct invite_change_in *in,
		   struct invite *invite);

/* The grants of a create without projects: membership of the default one. False
 * when out of memory. */
bool default_grants(struct arena *arena, int64_t project,
		    struct grants *ret_grants) MUST_CHECK;

/* The projects of an invite as its row holds them: `sent` is NULL where they
 * were sent in the order of `sorted`. */
struct project_texts {
	const char *sorted, *sent;
};

/* Out of memory is noted. */
struct project_texts project_texts_of(struct db *db, struct arena *arena,
				      struct grants grants);

/* The column of an address's key: NULL if the key equals the address. */
const char *key_unless_email(const char *email, const char *key);

/* What a create returns if it makes a new invite. */
void invite_begin(struct work *work, const struct invite_create_in *in,
		  struct grants grants, int64_t id,
		  struct invite_create_out *out);

/* Many by one statement. */
extern const struct verb_together pgsql_create;

#endif
