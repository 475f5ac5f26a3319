/*
 * external_ids.c: external_id, the caller's own id for a person.
 *
 * It is unique among an organization's open invites and members, and passes
 * from the invite to the user who accepts. An expired invite gives it up, like
 * its address, when another one needs it; declined and withdrawn invites and
 * removed members have given it up already.
 */
#include "base/base.h"

#include "store/invites/create.h"
#include "store/rows.h"

#define OPEN_WITH                                                     \
	"SELECT " INVITE_COLUMNS " FROM invite"                       \
	" WHERE organization = ?1 AND external_id = ?2 AND slot <= 0" \
	" ORDER BY slot"
STATEMENT(invite_namesake, .text = OPEN_WITH, .pgsql = OPEN_WITH " FOR UPDATE");

STATEMENT(user_namesake, .text = "SELECT id FROM \"user\""
				 " WHERE organization = ?1"
				 " AND external_id = ?2 AND removed_at = 0"
				 " ORDER BY id LIMIT 1");

static bool find_namesake(const struct work *work, const char *external_id,
			  struct invite *ret_invite)
{
	struct statement *st = db_statement(work->db, &sql_invite_namesake);
	struct invite_row row;

	db_bind_i64(st, 1, work->organization);
	db_bind_text(st, 2, external_id);
	if (!find_invite_row(work, st, &row))
		return false;
	*ret_invite = row.invite;
	return true;
}

static int64_t find_member_called(const struct work *work,
				  const char *external_id)
{
	struct statement *st = db_statement(work->db, &sql_user_namesake);
	int64_t user;

	db_bind_i64(st, 1, work->organization);
	db_bind_text(st, 2, external_id);
	if (!db_row(work->db, st))
		return 0;
	user = column_i64(st, 0);
	db_done(st);
	return user;
}

/* In this order, as in creation_check(): if the invite is just being accepted
 * by another daemon, that one holds the lock, and once we have it the person is
 * a member. */
enum result external_id_check(const struct work *work, const char *external_id,
			      int64_t invite, struct invite *ret_namesake,
			      struct invite_create_out *out)
{
	struct invite open;

	if (!external_id)
		return RESULT_OK;
	if (find_namesake(work, external_id, &open) && open.id != invite) {
		if (invite_status(&open, work->now) != STATUS_EXPIRED) {
			out->invite = open;
			return RESULT_EXTERNAL_ID_TAKEN;
		}
		*ret_namesake = open;
	}
	out->user = find_member_called(work, external_id);
	return out->user ? RESULT_EXTERNAL_ID_TAKEN : RESULT_OK;
}
