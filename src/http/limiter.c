/*
 * limiter.c: debts of wrong codes, by address, in one table of fixed size.
 *
 * An account holds what was charged: look-ups under way, and wrong codes, each
 * for MISTAKE_MS. Who has made no mistake may have many under way at once;
 * who has, only as many as are left.
 *
 * An account is one of the WAYS of a set, found by its whole key, so that no
 * stranger shares the debt of another. Where a set is full, the least indebted
 * goes. A flood from one network cannot fill the table: once the network (/48,
 * /32) is in debt, no account is opened for its parts.
 *
 * What was sent away is remembered by its code in a second table, without
 * regard for whose it was; the oldest make room.
 */
#include "base/base.h"

#include "http/limiter.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/random.h"

#define SETS	      1024 /* a power of two */
#define WAYS	      4
#define MISTAKE_MS    (5 * SECOND_MS) /* after which one is forgiven */

#define TICKET_SETS   8192	/* a power of two */
#define TICKET_MS     SECOND_MS /* before it is good */
#define TICKET_END_MS (30 * SECOND_MS)
#define RETURNS_MAX   64 /* look-ups of those in debt: at once, and a second */

/* What each level may owe: an address, a network, a provider. */
static const struct {
	int mistakes;  /* that cost nothing yet */
	int under_way; /* at once, where none was made */
} levels[LIMITER_LEVELS] = { { 10, 64 }, { 80, 256 }, { 640, 1024 } };

struct account {
	uint64_t key;
	int64_t clear_at_ms; /* when the level's debt is paid */
	int32_t forgive_ms;  /* of the level: for one mistake */
	int32_t under_way;
};

/* Someone was sent away with this code, and may come back from then on. */
struct ticket {
	uint32_t code, good_at; /* milliseconds / 16, since they need no more */
};

struct limiter {
	pthread_mutex_t lock;
	uint8_t key[SHA256_SIZE]; /* nobody can aim at another's account */
	struct account accounts[SETS][WAYS];
	struct ticket tickets[TICKET_SETS][WAYS];
	int64_t returns_clear_at_ms; /* when the allowance is whole again */
};

struct limiter *limiter_new(void)
{
	struct limiter *limiter = calloc(1, sizeof(*limiter));

	if (!limiter)
		return NULL;
	pthread_mutex_init(&limiter->lock, NULL);
	random_bytes(limiter->key, sizeof(limiter->key));
	return limiter;
}

void limiter_free(struct limiter *limiter)
{
	if (!limiter)
		return;
	pthread_mutex_destroy(&limiter->lock);
	free(limiter);
}

uint64_t limiter_hash(const struct limiter *limiter, struct str data)
{
	return (uint64_t)hash63(limiter->key, data);
}

/* ---- accounts ---- */

static int32_t forgive_ms(size_t level)
{
	return (int32_t)(MISTAKE_MS * levels[0].mistakes /
			 levels[level].mistakes);
}

/* Mistakes that are not forgiven yet, the last of them counted as whole. */
static int64_t mistakes_of(const struct account *account, int64_t now_ms)
{
	int64_t left = account->clear_at_ms - now_ms;

	return left > 0 ? (left + account->forgive_ms - 1) / account->forgive_ms
			: 0;
}

static struct account *find(struct limiter *limiter, uint64_t key)
{
	struct account *set = limiter->accounts[key % SETS];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
	}
	return NULL;
}

static int64_t debt_ms(const struct account *account, int64_t now_ms)
{
	int64_t left = account->clear_at_ms - now_ms;

	return (left > 0 ? left : 0) + account->under_way;
}

/* An account for `key`, in the place of the least indebted. */
static struct account *open_account(struct limiter *limiter, uint64_t key,
				    size_t level, int64_t now_ms)
{
	struct account *set = limiter->accounts[key % SETS];
	struct account *least = find(limiter, key);

	if (least)
		return least;
	least = &set[0];
	for (size_t i = 1; i < WAYS; i++) {
		if (debt_ms(&set[i], now_ms) < debt_ms(least, now_ms))
			least = &set[i];
	}
	*least =
	    (struct account){ .key = key, .forgive_ms = forgive_ms(level) };
	return least;
}

/* Whether one more may be under way. */
static bool has_credit(struct limiter *limiter, uint64_t key, size_t level,
		       int64_t now_ms)
{
	const struct account *account = find(limiter, key);
	int64_t mistakes;

	if (!account)
		return true;
	mistakes = mistakes_of(account, now_ms);
	if (mistakes == 0)
		return account->under_way < levels[level].under_way;
	return mistakes + account->under_way < levels[level].mistakes;
}

static bool all_have_credit(struct limiter *limiter,
			    const struct limiter_client *client, int64_t now_ms)
{
	for (size_t i = 0; i < client->count; i++) {
		if (!has_credit(limiter, client->keys[i], i, now_ms))
			return false;
	}
	return true;
}

static void charge(struct limiter *limiter, const struct limiter_client *client,
		   int64_t now_ms)
{
	for (size_t i = 0; i < client->count; i++)
		open_account(limiter, client->keys[i], i, now_ms)->under_way++;
}

/* However many mistakes there were, no debt is longer than the level allows. */
static void add_mistake(struct account *account, size_t level, int64_t now_ms)
{
	int64_t most =
	    now_ms + (int64_t)levels[level].mistakes * account->forgive_ms;

	if (account->clear_at_ms < now_ms)
		account->clear_at_ms = now_ms;
	account->clear_at_ms += account->forgive_ms;
	if (account->clear_at_ms > most)
		account->clear_at_ms = most;
}

/* ---- those who come back ---- */

static uint32_t ticks(int64_t ms)
{
	return (uint32_t)(ms / 16);
}

/* Whether there is something left of the allowance; takes it. */
static bool take_return(struct limiter *limiter, int64_t now_ms)
{
	if (limiter->returns_clear_at_ms < now_ms)
		limiter->returns_clear_at_ms = now_ms;
	if (limiter->returns_clear_at_ms - now_ms >= SECOND_MS)
		return false;
	limiter->returns_clear_at_ms += SECOND_MS / RETURNS_MAX;
	return true;
}

/* For how long a ticket has been good; below 0: not yet. */
static int32_t age_of(const struct ticket *ticket, int64_t now_ms)
{
	return (int32_t)(ticks(now_ms) - ticket->good_at);
}

/* The ticket of the code; a new one, in the place of the oldest, where there
 * is none that is still good. */
static struct ticket *ticket_of(struct limiter *limiter, struct str code,
				int64_t now_ms)
{
	uint64_t hash = limiter_hash(limiter, code);
	struct ticket *set = limiter->tickets[hash % TICKET_SETS];
	struct ticket *oldest = &set[0];
	uint32_t check = (uint32_t)(hash >> 31) | 1;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].code == check &&
		    age_of(&set[i], now_ms) <= (int32_t)ticks(TICKET_END_MS))
			return &set[i];
		if (set[i].code == 0 ||
		    age_of(&set[i], now_ms) > age_of(oldest, now_ms))
			oldest = &set[i];
	}
	*oldest = (struct ticket){ check, ticks(now_ms + TICKET_MS) };
	return oldest;
}

/* Sends away with a ticket, or lets in who comes back with a good one. */
static int ask_for_return(struct limiter *limiter, struct str code,
			  int64_t now_ms)
{
	struct ticket *ticket = ticket_of(limiter, code, now_ms);

	if (age_of(ticket, now_ms) < 0 || !take_return(limiter, now_ms))
		return 1;
	ticket->code = 0;
	return LIMITER_GO;
}

/* ---- the two questions ---- */

int limiter_ask(struct limiter *limiter, const struct limiter_client *client,
		struct str code, int64_t now_ms)
{
	int wait = LIMITER_GO;

	pthread_mutex_lock(&limiter->lock);
	if (!all_have_credit(limiter, client, now_ms))
		wait = ask_for_return(limiter, code, now_ms);
	if (wait == LIMITER_GO)
		charge(limiter, client, now_ms);
	pthread_mutex_unlock(&limiter->lock);
	return wait;
}

void limiter_settle(struct limiter *limiter,
		    const struct limiter_client *client, bool wrong,
		    int64_t now_ms)
{
	pthread_mutex_lock(&limiter->lock);
	for (size_t i = 0; i < client->count; i++) {
		struct account *account =
		    open_account(limiter, client->keys[i], i, now_ms);

		if (account->under_way > 0)
			account->under_way--;
		if (wrong)
			add_mistake(account, i, now_ms);
	}
	pthread_mutex_unlock(&limiter->lock);
}
