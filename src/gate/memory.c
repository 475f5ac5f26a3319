/*
 * memory.c: keys and organizations in tables of sets.
 *
 * A key lies in a block of its own, with its texts behind it, so that it is
 * copied in one piece and its pointers are moved along.
 */
#include "base/base.h"

#include "gate/memory.h"

#include <pthread.h>

#include "core/organization.h"

#define WAYS	    8
#define KEY_SETS    32768			  /* a quarter of a million */
#define SETS	    (MEMORY_ORGANIZATIONS / WAYS) /* of organizations */
#define IN_USE_MS   (10 * 1000) /* since an organization's last check */
#define GOLDEN_BITS 0x9E3779B97F4A7C15u

struct held_key {
	struct found_key key;
	size_t size; /* of the block */
	int64_t asked_ms;
};

/* The id beside it, so that a set is searched without a look at the blocks. */
struct key_place {
	int64_t id;
	struct held_key *key; /* NULL: free */
};

struct held_organization {
	int64_t id, generation; /* id 0: none */
	struct moment confirmed;
	int64_t asked_ms;
};

struct memory {
	pthread_mutex_t lock;
	size_t count; /* of keys */
	struct held_organization organizations[SETS][WAYS];
	struct key_place keys[KEY_SETS][WAYS];
};

struct memory *memory_new(void)
{
	struct memory *memory = calloc(1, sizeof(*memory));

	if (memory)
		pthread_mutex_init(&memory->lock, NULL);
	return memory;
}

void memory_free(struct memory *memory)
{
	if (!memory)
		return;
	for (size_t set = 0; set < KEY_SETS; set++) {
		for (size_t way = 0; way < WAYS; way++)
			free(memory->keys[set][way].key);
	}
	pthread_mutex_destroy(&memory->lock);
	free(memory);
}

/* ---- blocks ---- */

/* Where in a key its texts are. */
static const size_t texts[] = {
#define TEXT_AT(member) OFFSET_OF(struct found_key, member, const char *)
	TEXT_AT(shown.key.name),   TEXT_AT(shown.key.redacted),
	TEXT_AT(shown.key.scopes), TEXT_AT(shown.key.models),
	TEXT_AT(shown.owner_name), TEXT_AT(shown.owner_email),
	TEXT_AT(project_name),
#undef TEXT_AT
};

static const char **text_of(struct found_key *key, size_t index)
{
	return (const char **)((char *)key + texts[index]);
}

static struct held_key *block_of(const struct found_key *key)
{
	struct found_key copy = *key;
	size_t size = sizeof(struct held_key);
	struct held_key *held;
	char *at;

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		size += *text_of(&copy, i) ? strlen(*text_of(&copy, i)) + 1 : 0;
	held = malloc(size);
	if (!held)
		return NULL;
	at = (char *)(held + 1);
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		const char **text = text_of(&copy, i);
		size_t len = *text ? strlen(*text) + 1 : 0;

		if (*text)
			*text = memcpy(at, *text, len);
		at += len;
	}
	*held = (struct held_key){ .key = copy, .size = size };
	return held;
}

static struct found_key *copy_of(const struct held_key *held,
				 struct arena *arena)
{
	char *block = arena_alloc(arena, held->size);
	struct found_key *key = (struct found_key *)block;

	if (!block)
		return NULL;
	memcpy(block, held, held->size);
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		const char **text = text_of(key, i);

		if (*text)
			*text = block + (*text - (const char *)held);
	}
	return key;
}

/* ---- organizations ---- */

/* By the product's uppermost bits, the only ones that all of the id's reach. */
static size_t set_of(int64_t id, size_t sets)
{
	return (size_t)(((uint64_t)id * GOLDEN_BITS) >> 49) % sets;
}

static struct held_organization *find_organization(struct memory *memory,
						   int64_t id)
{
	struct held_organization *set = memory->organizations[set_of(id, SETS)];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].id == id)
			return &set[i];
	}
	return NULL;
}

/* In the place of the one that was asked for longest ago. */
static struct held_organization *take_organization(struct memory *memory,
						   int64_t id)
{
	struct held_organization *set = memory->organizations[set_of(id, SETS)];
	struct held_organization *oldest = find_organization(memory, id);

	if (oldest)
		return oldest;
	oldest = &set[0];
	for (size_t i = 1; i < WAYS; i++) {
		if (set[i].asked_ms < oldest->asked_ms)
			oldest = &set[i];
	}
	*oldest = (struct held_organization){ .id = id };
	return oldest;
}

/*
 * Answers may come in another order than they were asked for, and generations
 * only grow: what says less is older, unless a database was put back to an
 * earlier state.
 */
static void confirm(struct held_organization *organization, int64_t generation,
		    const struct moment *asked)
{
	struct moment *confirmed = &organization->confirmed;

	if (generation < organization->generation &&
	    asked->mono_ms - confirmed->mono_ms < FRESH_MS)
		return;
	if (generation != organization->generation ||
	    asked->mono_ms >= confirmed->mono_ms)
		*confirmed = *asked;
	organization->generation = generation;
}

size_t memory_organizations(struct memory *memory, int64_t now_ms,
			    int64_t ret_ids[MEMORY_ORGANIZATIONS])
{
	const struct held_organization *all = memory->organizations[0];
	size_t count = 0;

	pthread_mutex_lock(&memory->lock);
	for (size_t i = 0; i < MEMORY_ORGANIZATIONS; i++) {
		if (all[i].id && now_ms - all[i].asked_ms < IN_USE_MS)
			ret_ids[count++] = all[i].id;
	}
	pthread_mutex_unlock(&memory->lock);
	return count;
}

void memory_confirm(struct memory *memory, const int64_t *ids,
		    const int64_t *generations, size_t count,
		    const struct moment *asked)
{
	pthread_mutex_lock(&memory->lock);
	for (size_t i = 0; i < count; i++) {
		struct held_organization *organization =
		    find_organization(memory, ids[i]);

		if (organization)
			confirm(organization, generations[i], asked);
	}
	pthread_mutex_unlock(&memory->lock);
}

/* ---- keys ---- */

static struct key_place *place_of(struct memory *memory, int64_t id)
{
	struct key_place *set = memory->keys[set_of(id, KEY_SETS)];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].id == id && set[i].key)
			return &set[i];
	}
	return NULL;
}

/* One that is free, or that of the key that was asked for longest ago. */
static struct key_place *room_for(struct memory *memory, int64_t id)
{
	struct key_place *set = memory->keys[set_of(id, KEY_SETS)];
	struct key_place *oldest = place_of(memory, id);

	for (size_t i = 0; i < WAYS && !oldest; i++) {
		if (!set[i].key)
			oldest = &set[i];
	}
	if (oldest)
		return oldest;
	oldest = &set[0];
	for (size_t i = 1; i < WAYS; i++) {
		if (set[i].key->asked_ms < oldest->key->asked_ms)
			oldest = &set[i];
	}
	return oldest;
}

static enum held look_at(struct memory *memory, struct held_key *held,
			 const struct moment *now, int64_t *ret_age_ms)
{
	struct held_organization *organization =
	    find_organization(memory, held->key.shown.key.organization);

	held->asked_ms = now->mono_ms;
	*ret_age_ms = INT64_MAX;
	if (!organization)
		return HELD_STALE;
	organization->asked_ms = now->mono_ms;
	if (held->key.generation != organization->generation ||
	    organization->confirmed.moved != now->moved)
		return HELD_STALE;
	*ret_age_ms = now->mono_ms - organization->confirmed.mono_ms;
	return *ret_age_ms < FRESH_MS ? HELD_FRESH : HELD_STALE;
}

enum held memory_find(struct memory *memory, int64_t id,
		      const uint8_t hash[SHA256_SIZE], const struct moment *now,
		      struct arena *arena, const struct found_key **ret_key,
		      int64_t *ret_age_ms)
{
	static const uint8_t nobodys[SHA256_SIZE];
	enum held how = HELD_NOT;
	const struct key_place *place;

	pthread_mutex_lock(&memory->lock);
	place = place_of(memory, id);
	/* The same work, whether there is one or not. */
	if (same_bytes(hash, place ? place->key->key.secret_hash : nobodys,
		       SHA256_SIZE) &&
	    place) {
		how = look_at(memory, place->key, now, ret_age_ms);
		*ret_key = copy_of(place->key, arena);
	}
	pthread_mutex_unlock(&memory->lock);
	return how;
}

/* When it was used may not be in the database yet. */
static void keep_use(struct held_key *held, const struct held_key *before)
{
	struct project_key *key = &held->key.shown.key;
	const struct project_key *old = &before->key.shown.key;

	if (key->id == old->id && old->last_used_at > key->last_used_at)
		key->last_used_at = old->last_used_at;
}

/* Without memory for it, it is asked for again. */
void memory_put(struct memory *memory, const struct found_key *key,
		const struct moment *asked)
{
	struct held_key *held = block_of(key);
	struct key_place *place;
	struct held_organization *organization;

	if (!held)
		return;
	held->asked_ms = asked->mono_ms;
	pthread_mutex_lock(&memory->lock);
	organization = take_organization(memory, key->shown.key.organization);
	organization->asked_ms = asked->mono_ms;
	confirm(organization, key->generation, asked);
	place = room_for(memory, key->shown.key.id);
	memory->count += place->key == NULL;
	if (place->key)
		keep_use(held, place->key);
	free(place->key);
	*place = (struct key_place){ key->shown.key.id, held };
	pthread_mutex_unlock(&memory->lock);
}

bool memory_use(struct memory *memory, int64_t id, int64_t now_seconds)
{
	const struct key_place *place;
	bool news = false;

	pthread_mutex_lock(&memory->lock);
	place = place_of(memory, id);
	if (place) {
		struct project_key *key = &place->key->key.shown.key;

		news = key_use_is_news(key->last_used_at, now_seconds);
		if (news)
			key->last_used_at = now_seconds;
	}
	pthread_mutex_unlock(&memory->lock);
	return news;
}

size_t memory_count(struct memory *memory)
{
	size_t count;

	pthread_mutex_lock(&memory->lock);
	count = memory->count;
	pthread_mutex_unlock(&memory->lock);
	return count;
}
