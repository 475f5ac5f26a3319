/*
 * key_rotation.c: replaces a project's key by one like it; the old one goes on
 * working for a while.
 */
#include "base/base.h"

#include "store/keys/project_keys.h"

#include "store/lock.h"
#include "store/rows.h"

struct rotation {
	int64_t replaced_by, expires_at;
};

#define ROTATION_DETAIL(FIRST, MORE)                                       \
	FIRST(ID, "replaced_by", struct rotation, replaced_by, ID_API_KEY) \
	MORE(NUMBER, "expires_at", struct rotation, expires_at)

DETAIL(rotation, ROTATION_DETAIL);

/* Rotation never prolongs the life of the old one, whatever a clock did
 * before. */
static void end_soon(const struct work *work, int64_t grace,
		     const struct project_key *successor,
		     struct project_key *key)
{
	int64_t end = work->now + grace;
	struct rotation rotation = { .replaced_by = successor->id };

	if (key->expires_at == 0 || end < key->expires_at)
		key->expires_at = end;
	key->warn_at = 0; /* whoever rotates it knows */
	key->replaced_by = successor->id;
	rotation.expires_at = key->expires_at;
	write_project_key(work, key);
	remember_project_key(work, AUDIT_API_KEY_ROTATED, key,
			     audit_detail(work, &rotation_detail, &rotation));
}

/* One that opens nothing any more does not count. */
static bool has_successor(const struct work *work,
			  const struct project_key *key)
{
	struct shown_key next;

	return key->replaced_by &&
	       find_changeable_key(work, key->project, key->replaced_by,
				   &next) == RESULT_OK;
}

/* Either may be 0, for ever. */
static int64_t at_most(int64_t lifetime, int64_t longest)
{
	if (longest && (lifetime == 0 || lifetime > longest))
		return longest;
	return lifetime;
}

/* The new one is a copy of the old, with another secret and a full lifetime. */
static struct new_key like_it(const struct project_key_rotate_in *in,
			      const struct project_key *old)
{
	struct new_key made = { .name = old->name,
				.scopes = old->scopes,
				.models = old->models,
				.lifetime = old->lifetime };

	memcpy(made.secret, in->secret, sizeof(made.secret));
	return made;
}

static enum result project_key_rotate(struct work *work, const void *input,
				      void *output)
{
	const struct project_key_rotate_in *in = input;
	struct project_key_create_out *out = output;
	struct shown_key old;
	struct project_key key;
	struct new_key made;
	enum result result =
	    find_changeable_key(work, in->project, in->id, &old);

	if (result != RESULT_OK)
		return result;
	if (has_successor(work, &old.key))
		return RESULT_API_KEY_ROTATED;
	key = (struct project_key){
		.project = old.key.project,
		.user = old.key.user,
		.service_account = old.key.service_account,
	};
	made = like_it(in, &old.key);
	made.lifetime =
	    at_most(made.lifetime, longest_key_life(work, in->project));
	insert_project_key(work, &made, &key, out->text);
	wipe(made.secret, sizeof(made.secret));
	end_soon(work, in->has_grace ? in->grace : KEY_GRACE, &key, &old.key);
	return find_project_key(work, in->project, key.id, &out->shown);
}

const struct verb verb_project_key_rotate = {
	VERB(project_key_rotate),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct project_key_rotate_in),
	.size_out = sizeof(struct project_key_create_out),
	.locks = lock_rights,
	.run = project_key_rotate,
};
