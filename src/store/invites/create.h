/*
 * create.h: what a create is, for who makes one and for who makes many by one
 * statement. Private to store/.
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

/* Who asks for the same again takes none, nor does who replaces what a pending
 * one grants. */
bool takes_seat(const struct creation *creation);

/* Asks only, so it may be run again. RESULT_OK, or a reason to refuse. */
enum result creation_check(const struct work *work,
			   struct creation *creation) MUST_CHECK;

/*
 * ---- limits.c ----
 *
 * Finds out, once a transaction, what the organization's settings leave to who
 * asks, and has the organization held until the end: two do not take the last
 * seat at once. Before any invite is locked, and before what asks for many at
 * once (db_each()).
 */
void limits_hold(const struct work *work);

/* Whether they have room for the invite, which takes a seat that it does not
 * have yet; and for its mail. */
enum result limits_check(const struct work *work,
			 const struct creation *creation) MUST_CHECK;

/* Whether the address may get a mail: RESULT_OK, or MAILS_PER_DAY. */
enum result limits_check_mail(const struct work *work, const char *email_key,
			      struct invite_create_out *out) MUST_CHECK;

/* The same for a mail that no key asks for, and which is counted at once; the
 * organization is not held, so one that is asked for at the same time may be
 * one more. */
bool limits_spare_mail(const struct work *work,
		       const struct organization_settings *settings,
		       const char *email_key) MUST_CHECK;

/* Takes away some of what was counted before a day; how many. */
size_t limits_forget(const struct work *work, int64_t most);

/* What is written: a mail to the address; a new invite. */
void limits_count_mail(const struct work *work, const char *email_key);
void limits_count_invite(const struct work *work);

/* For one that nothing stands in the way of. */
void creation_write(struct work *work, const struct creation *creation);

/* The open invite to the address, if any; and whether the slot for a new one
 * is taken. Two addresses with one hash (once in 10^18 pairs) share the
 * index's entry: the later one stands aside, at its own id below zero. */
bool find_open(const struct work *work, struct creation *creation) MUST_CHECK;

/* An expired invite gives up its place, and a mail that is too late now. */
void invite_supersede(const struct work *work, const struct invite *expired);

/*
 * Whether `invite` (0: a new one) may have the external_id: of open invites and
 * members one alone has it, at any time. An open one that has expired is
 * returned, and has to be superseded. EXTERNAL_ID_TAKEN says in `out` by whom.
 * NULL may be anybody's. (external_ids.c)
 */
enum result external_id_check(const struct work *work, const char *external_id,
			      int64_t invite, struct invite *ret_namesake,
			      struct invite_create_out *out) MUST_CHECK;

/* A fresh secret for an open invite, by mail or not: the links that it had
 * stop working. */
void renew_link(struct work *work, const uint8_t secret[SECRET_SIZE], bool mail,
		struct invite *invite);

/* Whether all are there and active; else which is not. */
enum result check_projects(const struct work *work, struct grants grants,
			   size_t *ret_index) MUST_CHECK;

/* Has an open invite grant and last what is asked for; the link stays. */
void change_invite(const struct work *work, const struct invite_change_in *in,
		   struct invite *invite);

/* A create without projects: membership of the default one. False when out of
 * memory. */
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

/* The column of an address' key: NULL where that is the address. */
const char *key_unless_email(const char *email, const char *key);

/* What a create returns that makes a new invite. */
void invite_begin(struct work *work, const struct invite_create_in *in,
		  struct grants grants, int64_t id,
		  struct invite_create_out *out);

/* Many by one statement. */
extern const struct verb_together pgsql_create;

#endif
