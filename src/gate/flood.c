/*
 * flood.c: look-ups of this half of a second, by source.
 *
 * No source has more than it leaves to all others: so n that ask alike have the
 * same share of n + 1, and one more finds something left. Sources that fall
 * into one place share what it has.
 */
#include "base/base.h"

#include "gate/flood.h"

#include <pthread.h>

#include "base/clock.h"

#define PLACES	4096
#define HALF_MS 500
#define MOST	(LOOKUPS_MAX * HALF_MS / SECOND_MS)

struct flood {
	pthread_mutex_t lock;
	int64_t half;
	unsigned total; /* in this half */
	struct {
		int64_t half;
		unsigned count;
	} places[PLACES];
};

struct flood *flood_new(void)
{
	struct flood *flood = calloc(1, sizeof(*flood));

	if (flood)
		pthread_mutex_init(&flood->lock, NULL);
	return flood;
}

void flood_free(struct flood *flood)
{
	if (!flood)
		return;
	pthread_mutex_destroy(&flood->lock);
	free(flood);
}

/* What the place has used of this half. */
static unsigned *used_by(struct flood *flood, size_t place)
{
	if (flood->places[place].half != flood->half) {
		flood->places[place].half = flood->half;
		flood->places[place].count = 0;
	}
	return &flood->places[place].count;
}

static bool charge(struct flood *flood, size_t place)
{
	unsigned *used = used_by(flood, place);

	if (*used >= MOST - flood->total)
		return false;
	flood->total++;
	++*used;
	return true;
}

bool flood_admits(struct flood *flood, uint64_t source, int64_t mono_ms,
		  struct charge *ret_charge)
{
	int64_t half = mono_ms / HALF_MS + 1; /* never that of a new place */
	size_t place = (size_t)(source % PLACES);
	bool admitted;

	pthread_mutex_lock(&flood->lock);
	if (half > flood->half) {
		flood->half = half;
		flood->total = 0;
	}
	admitted = charge(flood, place);
	*ret_charge = (struct charge){ flood->half, place };
	pthread_mutex_unlock(&flood->lock);
	return admitted;
}

void flood_give_back(struct flood *flood, const struct charge *charge)
{
	pthread_mutex_lock(&flood->lock);
	if (charge->half == flood->half &&
	    flood->places[charge->place].count > 0) {
		flood->places[charge->place].count--;
		flood->total--;
	}
	pthread_mutex_unlock(&flood->lock);
}
