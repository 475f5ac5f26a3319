/*
 * blocked_addresses.h: the verbs of addresses that an organization may not
 * invite, because whoever has one said that an invite was not meant for them
 * (invitation_opt_out, which makes them).
 *
 *	block_get	BLOCKED_ADDRESS_NOT_FOUND
 *	block_list	of struct block; of one address, or all
 *	block_delete	it may be invited again; BLOCKED_ADDRESS_NOT_FOUND
 *
 * What is stored is a keyed hash: only those who know an address can find out
 * whether it is blocked. It outlives the invite, and the person's erasure:
 * people who want to be forgotten do not want to be written to again.
 */
#ifndef STORE_BLOCKED_ADDRESSES_H
#define STORE_BLOCKED_ADDRESSES_H

#include "store/verb.h"

struct block {
	int64_t id, organization;
	int64_t created_at;   /* Unix seconds */
	int64_t address_hash; /* that of its invites */
};

struct block_list_in {
	struct list_in page;
	const char *email_key; /* NULL = any */
};

/* ---- private to store/ ---- */

struct work;

/* Blocks the address from now on; does nothing if it is blocked already. */
void block_address(struct work *work, const char *email_key);

/*
 * RESULT_OK, USER_EXISTS or ADDRESS_BLOCKED, of an address and its hash. On
 * PostgreSQL it has to be called after find_open(), which waits for a
 * transaction that is just ending an open invite by opting out.
 */
enum result check_address(const struct work *work, const char *email_key,
			  int64_t address_hash) MUST_CHECK;

#endif
