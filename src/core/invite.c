/*
 * invite.c: the rules of an invite's life, and the words for its parts.
 *
 * Every engine of the store asks here, inside its transaction, so that what
 * may be done is decided in one place and from what is in the database at
 * that moment.
 */
#include "base/base.h"
#include "base/buf.h"
#include "core/invite.h"

static const char *const role_names[] = {
	[ROLE_READER] = "reader",
	[ROLE_OWNER] = "owner",
};

static const char *const project_role_names[] = {
	[PROJECT_MEMBER] = "member",
	[PROJECT_OWNER] = "owner",
};

static const char *const status_names[] = {
	[STATUS_PENDING] = "pending",
	[STATUS_ACCEPTED] = "accepted",
	[STATUS_EXPIRED] = "expired",
};

static const char *const delivery_names[] = {
	[DELIVERY_NONE] = "none",     [DELIVERY_QUEUED] = "queued",
	[DELIVERY_SENT] = "sent",     [DELIVERY_DEFERRED] = "deferred",
	[DELIVERY_FAILED] = "failed",
};

const char *role_name(enum role role)
{
	return role_names[role];
}

const char *project_role_name(enum project_role role)
{
	return project_role_names[role];
}

const char *invite_status_name(enum invite_status status)
{
	return status_names[status];
}

const char *delivery_status_name(enum delivery_status status)
{
	return delivery_names[status];
}

/* The place of `word` among `count` names, or -1. */
static int find_name(const char *const *names, int count, struct str word)
{
	for (int i = 0; i < count; i++)
		if (str_is(word, names[i]))
			return i;
	return -1;
}

bool role_of(struct str name, enum role *ret_role)
{
	int at = find_name(role_names, COUNT_OF(role_names), name);

	if (at < 0)
		return false;
	*ret_role = (enum role)at;
	return true;
}

bool project_role_of(struct str name, enum project_role *ret_role)
{
	int at =
	    find_name(project_role_names, COUNT_OF(project_role_names), name);

	if (at < 0)
		return false;
	*ret_role = (enum project_role)at;
	return true;
}

bool invite_status_of(struct str name, enum invite_status *ret)
{
	int at = find_name(status_names, COUNT_OF(status_names), name);

	if (at < 0)
		return false;
	*ret = (enum invite_status)at;
	return true;
}

bool grants_equal(struct grants a, struct grants b)
{
	if (a.count != b.count)
		return false;
	for (size_t i = 0; i < a.count; i++)
		if (a.at[i].project != b.at[i].project ||
		    a.at[i].role != b.at[i].role)
			return false;
	return true;
}

const char *grants_format(struct arena *arena, struct grants grants)
{
	struct buf text;
	const char *copy = NULL;

	if (grants.count == 0)
		return "[]";
	buf_init(&text, SIZE_MAX);
	for (size_t i = 0; i < grants.count; i++) {
		buf_add_text(&text, i == 0 ? "[[" : ",[");
		buf_add_i64(&text, grants.at[i].project);
		buf_add_char(&text, ',');
		buf_add_i64(&text, grants.at[i].role);
		buf_add_char(&text, ']');
	}
	buf_add_char(&text, ']');
	if (buf_ok(&text))
		copy = arena_str(arena, buf_str(&text));
	buf_release(&text);
	return copy;
}

/* "<project number>,<role>" */
static bool parse_grant(struct str text, struct grant *ret_grant)
{
	struct str project, role;
	int64_t number;

	if (!str_cut(text, ',', &project, &role) ||
	    !str_to_i64(project, &ret_grant->project) ||
	    !str_to_i64(role, &number) || number < 0 ||
	    number >= (int64_t)COUNT_OF(project_role_names))
		return false;
	ret_grant->role = (enum project_role)number;
	return true;
}

static size_t count_of(struct str text, char c)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += text.data[i] == c;
	return count;
}

/* "[1,0],[2,1]" into `grants`, which has room for as many as there are '['. */
static bool parse_list(struct str rest, struct grants *grants)
{
	struct str item;

	while (rest.len > 0) {
		struct grant *grant = &grants->at[grants->count];
		if (grants->count++ > 0 &&
		    (!str_cut(rest, ',', &item, &rest) || item.len > 0))
			return false;
		if (!str_starts_with(rest, "[") ||
		    !str_cut(rest, ']', &item, &rest))
			return false;
		item = (struct str){ item.data + 1, item.len - 1 };
		if (!parse_grant(item, grant) ||
		    (grants->count > 1 && grant[-1].project >= grant->project))
			return false;
	}
	return true;
}

int grants_parse(struct arena *arena, struct str text,
		 struct grants *ret_grants)
{
	struct grants grants = { 0 };

	if (text.len < 2 || text.data[0] != '[' ||
	    text.data[text.len - 1] != ']')
		return -1;
	text = (struct str){ text.data + 1, text.len - 2 };
	if (text.len > 0) {
		/* One more, so that a torn text cannot write past the end. */
		grants.at = arena_array(arena, count_of(text, '[') + 1,
					sizeof(*grants.at));
		if (!grants.at || !parse_list(text, &grants))
			return -1;
	}
	*ret_grants = grants;
	return 0;
}

enum invite_status invite_status(const struct invite *invite,
				 int64_t now_seconds)
{
	if (invite->state == INVITE_ACCEPTED)
		return STATUS_ACCEPTED;
	return now_seconds >= invite->expires_at ? STATUS_EXPIRED
						 : STATUS_PENDING;
}

enum create_verdict invite_on_create(const struct invite *open, enum role role,
				     struct grants grants, int64_t now_seconds)
{
	if (!open || open->state != INVITE_OPEN)
		return CREATE_NEW;
	if (invite_status(open, now_seconds) == STATUS_EXPIRED)
		return CREATE_SUPERSEDE;
	if (open->role == role && grants_equal(open->grants, grants))
		return CREATE_REPLAY;
	return CREATE_CONFLICT;
}

enum result invite_on_answer(const struct invite *invite,
			     const uint8_t hash[SHA256_SIZE],
			     int64_t now_seconds)
{
	if (!invite || !same_bytes(invite->secret_hash, hash, SHA256_SIZE))
		return RESULT_INVITATION_NOT_FOUND;
	switch (invite->state) {
	case INVITE_ACCEPTED:
		return RESULT_INVITE_ACCEPTED;
	case INVITE_WITHDRAWN:
		return RESULT_INVITATION_WITHDRAWN;
	case INVITE_DECLINED:
		return RESULT_INVITATION_DECLINED;
	case INVITE_OPEN:
		break;
	}
	return now_seconds >= invite->expires_at ? RESULT_INVITATION_EXPIRED
						 : RESULT_OK;
}

enum result invite_on_delete(const struct invite *invite)
{
	if (!invite || invite->state == INVITE_WITHDRAWN ||
	    invite->state == INVITE_DECLINED)
		return RESULT_INVITE_NOT_FOUND;
	if (invite->state == INVITE_ACCEPTED)
		return RESULT_INVITE_ACCEPTED;
	return RESULT_OK;
}
