/*
 * limiter.c: debts of wrong codes, by address, in one table of fixed size.
 *
 * An account holds what was charged: look-ups under way, and wrong codes, each
 * for MISTAKE_MS. An address without mistakes may have many under way at once;
 * one with mistakes only as many as are left.
 *
 * An account is one of the WAYS of a set, found by its whole key, so that no
 * stranger shares the debt of another. Where a set is full, the least indebted
 * goes. A flood from one network cannot fill the table: once the network (/48,
 * /32) is in debt, no account is opened for its parts.
 *
 * A code that was sent away is remembered in a table of tickets, whoever sent
 * it; the oldest make room. A code that comes back with a good ticket is looked
 * up, from an allowance of which each address and network has a share. A code
 * that came back and was wrong gets no ticket for a while, so that repeating
 * wrong codes is of no use, and something is left for right ones.
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
#define BARRED_MS     (4 * MINUTE_MS) /* after it came back and was wrong */
#define RETURNS_MAX   500 /* look-ups of those in debt: at once, and a second */

/* What each level may owe: an address, a network, a provider. */
static const struct {
	int mistakes;  /* that cost nothing yet */
	int under_way; /* at once, where none was made */
	int returns;   /* of RETURNS_MAX */
} levels[LIMITER_LEVELS] = { { 10, 64, 125 },
			     { 80, 256, 200 },
			     { 640, 1024, 250 } };

struct account {
	uint64_t key;
	int64_t clear_at_ms;	   /* when the level's debt is paid */
	int64_t share_whole_at_ms; /* its share of those who come back */
	int32_t forgive_ms;	   /* of the level: for one mistake */
	int32_t under_way;
};

/* This code was sent away, and may come back from `good_ms` on; or it came back
 * and was wrong, and gets no ticket until then. */
struct ticket {
	uint32_t code, good_at; /* milliseconds / 16, since they need no more */
};

struct tickets {
	struct ticket sets[TICKET_SETS][WAYS];
};

struct limiter {
	pthread_mutex_t lock;
	uint8_t key[SHA256_SIZE]; /* nobody can aim at another's account */
	struct account accounts[SETS][WAYS];
	struct tickets sent_away, barred;
	int64_t returns_whole_at_ms; /* the allowance of all */
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

/* An account for `key`, replacing the least indebted. */
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

/* The look-up of a code that comes back is charged to the address alone, so
 * that one address's repeats put no network into debt. */
static size_t charged_levels(const struct limiter_client *client)
{
	return client->came_back ? 1 : client->count;
}

static void charge(struct limiter *limiter, const struct limiter_client *client,
		   int64_t now_ms)
{
	for (size_t i = 0; i < charged_levels(client); i++)
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

/* ---- codes that come back ---- */

static uint32_t ticks(int64_t ms)
{
	return (uint32_t)(ms / 16);
}

static bool has_left(int64_t whole_at_ms, int64_t now_ms)
{
	return whole_at_ms - now_ms < SECOND_MS;
}

static void take(int64_t *whole_at_ms, int a_second, int64_t now_ms)
{
	if (*whole_at_ms < now_ms)
		*whole_at_ms = now_ms;
	*whole_at_ms += SECOND_MS / a_second;
}

static bool have_share(struct limiter *limiter,
		       const struct limiter_client *client, int64_t now_ms)
{
	for (size_t i = 0; i < client->count; i++) {
		const struct account *account = find(limiter, client->keys[i]);

		if (account && !has_left(account->share_whole_at_ms, now_ms))
			return false;
	}
	return true;
}

/* Takes one from the allowance; false if nothing is left. */
static bool take_return(struct limiter *limiter,
			const struct limiter_client *client, int64_t now_ms)
{
	if (!has_left(limiter->returns_whole_at_ms, now_ms) ||
	    !have_share(limiter, client, now_ms))
		return false;
	take(&limiter->returns_whole_at_ms, RETURNS_MAX, now_ms);
	for (size_t i = 0; i < client->count; i++)
		take(&open_account(limiter, client->keys[i], i, now_ms)
			  ->share_whole_at_ms,
		     levels[i].returns, now_ms);
	return true;
}

/* For how long a ticket has been good; below 0: not yet. */
static int32_t age_of(const struct ticket *ticket, int64_t now_ms)
{
	return (int32_t)(ticks(now_ms) - ticket->good_at);
}

static uint32_t check_of(uint64_t code)
{
	return (uint32_t)(code >> 31) | 1;
}

/* The code's ticket, or else the place of the oldest ticket in its set. */
static struct ticket *place_of(struct tickets *tickets, uint64_t code,
			       int64_t now_ms)
{
	struct ticket *set = tickets->sets[code % TICKET_SETS];
	struct ticket *oldest = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].code == check_of(code))
			return &set[i];
		if (set[i].code == 0 ||
		    (oldest->code != 0 &&
		     age_of(&set[i], now_ms) > age_of(oldest, now_ms)))
			oldest = &set[i];
	}
	return oldest;
}

static bool is_barred(struct limiter *limiter, uint64_t code, int64_t now_ms)
{
	const struct ticket *ticket = place_of(&limiter->barred, code, now_ms);

	return ticket->code == check_of(code) && age_of(ticket, now_ms) < 0;
}

static void bar(struct limiter *limiter, uint64_t code, int64_t now_ms)
{
	*place_of(&limiter->barred, code, now_ms) =
	    (struct ticket){ check_of(code), ticks(now_ms + BARRED_MS) };
}

/* The code's ticket; a new one if there is none that is still good. */
static struct ticket *ticket_of(struct limiter *limiter, uint64_t code,
				int64_t now_ms)
{
	struct ticket *ticket = place_of(&limiter->sent_away, code, now_ms);

	if (ticket->code != check_of(code) ||
	    age_of(ticket, now_ms) > (int32_t)ticks(TICKET_END_MS))
		*ticket = (struct ticket){ check_of(code),
					   ticks(now_ms + TICKET_MS) };
	return ticket;
}

/* Sends the code away with a ticket, or lets it in if it came back with a good
 * one. */
static int ask_for_return(struct limiter *limiter,
			  struct limiter_client *client, int64_t now_ms)
{
	struct ticket *ticket;

	if (is_barred(limiter, client->code, now_ms))
		return 1;
	ticket = ticket_of(limiter, client->code, now_ms);
	if (age_of(ticket, now_ms) < 0 || !take_return(limiter, client, now_ms))
		return 1;
	ticket->code = 0;
	client->came_back = true;
	return LIMITER_GO;
}

/* ---- the two questions ---- */

int limiter_ask(struct limiter *limiter, struct limiter_client *client,
		struct str code, int64_t now_ms)
{
	int wait = LIMITER_GO;

	client->code = limiter_hash(limiter, code);
	client->came_back = false;
	pthread_mutex_lock(&limiter->lock);
	if (!all_have_credit(limiter, client, now_ms))
		wait = ask_for_return(limiter, client, now_ms);
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
	if (wrong && client->came_back)
		bar(limiter, client->code, now_ms);
	for (size_t i = 0; i < charged_levels(client); i++) {
		struct account *account =
		    open_account(limiter, client->keys[i], i, now_ms);

		if (account->under_way > 0)
			account->under_way--;
		if (wrong)
			add_mistake(account, i, now_ms);
	}
	pthread_mutex_unlock(&limiter->lock);
}
