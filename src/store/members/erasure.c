/*
 * erasure.c: erases the names and addresses of a person everywhere.
 *
 * What is left are rows with nothing personal in them: the ids that audit
 * events name. A person is an address: all invites ever sent to it, and all
 * users who had it. The address of whoever was removed stands in front of the
 * key of their row (users.c), so that they are found by the index.
 */
#include "base/base.h"

#include "store/members/users.h"

#include "store/invites/invites.h"
#include "store/lock.h"
#include "store/rows.h"

#define PAGE 100 /* rows at a time */

struct page {
	int64_t ids[PAGE];
	size_t count;
};

/* As many rows of a statement as one page takes. */
static void read_page(const struct work *work, struct statement *st,
		      struct page *page)
{
	page->count = 0;
	while (page->count < PAGE && db_row(work->db, st))
		page->ids[page->count++] = column_i64(st, 0);
	db_done(st);
}

/* Those of `sql` whose address is `key`, and whose hash is that where it asks
 * for one. */
static void find_page(const struct work *work, const struct sql *sql,
		      const char *key, bool by_hash, struct page *page)
{
	struct statement *st = db_statement(work->db, sql);

	db_bind_i64(st, 1, work->organization);
	db_bind_text(st, 2, key);
	db_bind_i64(st, 3, PAGE);
	if (by_hash)
		db_bind_i64(st, 4, hash63(work->db->hash_key, str_of(key)));
	read_page(work, st, page);
}

/* Erases all of them; an erased row no longer matches. */
static size_t erase_all(const struct work *work, const struct sql *sql,
			const char *key, bool by_hash,
			void (*erase)(const struct work *work, int64_t id))
{
	struct page page;
	size_t count = 0;

	do {
		find_page(work, sql, key, by_hash, &page);
		for (size_t i = 0; i < page.count; i++)
			erase(work, page.ids[i]);
		count += page.count;
	} while (page.count == PAGE && !work->db->error);
	return count;
}

/* ---- who it is ---- */

STATEMENT(user_key, .text = "SELECT email_key FROM \"user\""
			    " WHERE id = ?1 AND organization = ?2");

/* The key of a member or of a removed user; "" if they were erased. NULL: there
 * is no such user. */
static const char *key_of_user(const struct work *work, int64_t id)
{
	struct statement *st = db_statement(work->db, &sql_user_key);
	struct str key;
	const char *copy;

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, work->organization);
	if (!db_row(work->db, st))
		return NULL;
	str_cut(column_bytes(st, 0), ' ', &key, &(struct str){ 0 });
	copy = arena_str(work->arena, key);
	db_done(st);
	if (!copy)
		db_no_memory(work->db);
	return copy;
}

/* ---- users ---- */

/* A blank stands between the address and the id. */
STATEMENT(users_removed, .text = "SELECT id FROM \"user\""
				 " WHERE organization = ?1"
				 " AND email_key >= ?2 || ' '"
				 " AND email_key < ?2 || '!' LIMIT ?3");

STATEMENT(user_empty,
	  .text = "UPDATE \"user\" SET email = '', name = '',"
		  " email_key = ' ' || CAST(id AS TEXT),"
		  " technical_level = NULL, developer_persona = NULL,"
		  " metadata = NULL, external_id = NULL"
		  " WHERE id = ?1 AND organization = ?2");

static void erase_user(const struct work *work, int64_t id)
{
	work_run_for(work, &sql_user_empty, id);
	audit_erase(work, id);
	work_audit(work, AUDIT_USER_ERASED, id);
}

/* ---- invites ---- */

#define INVITES_OF_ADDRESS(condition)                                  \
	"SELECT id FROM invite WHERE organization = ?1 AND " condition \
	" AND coalesce(email_key, email) = ?2 LIMIT ?3"

STATEMENT(invites_of_address, .text = INVITES_OF_ADDRESS("address_hash = ?4"),
	  .pgsql = INVITES_OF_ADDRESS("address_hash = ?4") " FOR UPDATE");

/* These are in no index of addresses: all of the organization's are looked
 * through. */
STATEMENT(
    invites_withdrawn_of,
    .text = INVITES_OF_ADDRESS("state = 2 AND email <> ''"),
    .pgsql = INVITES_OF_ADDRESS("state = 2 AND email <> ''") " FOR UPDATE");

/* Withdrawn (state 2, INVITE_WITHDRAWN) from then on, whatever it was. */
STATEMENT(invite_empty,
	  .text = "UPDATE invite SET email = '', email_key = NULL,"
		  " address_hash = id, slot = id, state = 2,"
		  " delivery_error = NULL, metadata = NULL,"
		  " external_id = NULL, inviter_name = NULL,"
		  " inviter_email = NULL, inviter_key = NULL"
		  " WHERE id = ?1 AND organization = ?2");

static void erase_invite(const struct work *work, int64_t id)
{
	work_run_for(work, &sql_outbox_delete, id);
	work_run_for(work, &sql_invite_empty, id);
	audit_erase(work, id);
	work_audit(work, AUDIT_INVITE_ERASED, id);
}

/* Invites of other people stay, but no longer name the inviter. */
STATEMENT(invite_inviter_empty,
	  .text = "UPDATE invite SET inviter_name = NULL,"
		  " inviter_email = NULL, inviter_key = NULL"
		  " WHERE organization = ?1 AND inviter_email IS NOT NULL"
		  " AND coalesce(inviter_key, inviter_email) = ?2");

static void erase_inviter(const struct work *work, const char *key)
{
	struct statement *st =
	    db_statement(work->db, &sql_invite_inviter_empty);

	db_bind_i64(st, 1, work->organization);
	db_bind_text(st, 2, key);
	db_run(work->db, st);
}

/* ---- invites that ended long ago ---- */

/*
 * By indexes, which an invite leaves as it loses its address; the states are
 * open, declined and withdrawn. Rows that others have locked are left for
 * later.
 */
#define ENDED_INVITES(condition, at)                                   \
	"SELECT id FROM invite WHERE organization = ?1 AND " condition \
	" AND " at " <= ?2 ORDER BY " at " LIMIT ?3"
#define ENDED(id, condition, at)                                      \
	STATEMENT(id, .text = ENDED_INVITES(condition, at),           \
		  .pgsql = ENDED_INVITES(condition, at) " FOR UPDATE" \
							" SKIP LOCKED")
ENDED(invites_expired, "state = 0", "expires_at");
ENDED(invites_declined, "state = 3", "expires_at");
ENDED(invites_withdrawn, "state = 2 AND email <> ''", "declined_at");

static size_t forget(const struct work *work, const struct sql *sql,
		     int64_t ended_before)
{
	struct statement *st = db_statement(work->db, sql);
	struct page page;

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, ended_before);
	db_bind_i64(st, 3, PAGE);
	read_page(work, st, &page);
	for (size_t i = 0; i < page.count; i++)
		erase_invite(work, page.ids[i]);
	return page.count;
}

static enum result invite_forget(struct work *work, const void *input,
				 void *output)
{
	static const struct sql *const ended[] = { &sql_invites_expired,
						   &sql_invites_declined,
						   &sql_invites_withdrawn };
	const struct invite_forget_in *in = input;
	struct invite_forget_out *out = output;

	for (size_t i = 0; i < COUNT_OF(ended); i++)
		out->count += forget(work, ended[i], in->ended_before);
	return RESULT_OK;
}

/* If there is none left, there is no event, and doing it twice does no harm. */
const struct verb verb_invite_forget = {
	VERB(invite_forget),
	.size_in = sizeof(struct invite_forget_in),
	.size_out = sizeof(struct invite_forget_out),
	.run = invite_forget,
};

/* ---- all of it ---- */

/* A present member is removed first. */
static enum result remove_member(const struct work *work, const char *key)
{
	struct taken_user taken;
	struct user user;
	enum result result;

	if (!find_member(work, key, &user))
		return RESULT_OK;
	result = take_user(work, user.id, &taken);
	return result == RESULT_OK ? remove_user(work, &taken) : result;
}

static enum result user_erase(struct work *work, const void *input,
			      void *output)
{
	const struct user_erase_in *in = input;
	struct user_erase_out *out = output;
	const char *key =
	    in->email_key ? in->email_key : key_of_user(work, in->id);
	enum result result;

	if (!key)
		return RESULT_USER_NOT_FOUND;
	if (!*key)
		return RESULT_OK;
	result = remove_member(work, key);
	if (result != RESULT_OK)
		return result;
	out->users =
	    erase_all(work, &sql_users_removed, key, false, erase_user);
	out->invites =
	    erase_all(work, &sql_invites_of_address, key, true, erase_invite) +
	    erase_all(work, &sql_invites_withdrawn_of, key, false,
		      erase_invite);
	erase_inviter(work, key);
	return out->users + out->invites ? RESULT_OK : RESULT_USER_NOT_FOUND;
}

const struct verb verb_user_erase = {
	VERB(user_erase),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct user_erase_in),
	.size_out = sizeof(struct user_erase_out),
	.locks = lock_rights,
	.run = user_erase,
};
