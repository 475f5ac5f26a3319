/*
 * rekey.h: renews the keys of addresses that an older program made by another
 * rule. Private to store/.
 */
#ifndef STORE_REKEY_H
#define STORE_REKEY_H

#include "store/db.h"

/*
 * Within a transaction, where addresses are written: gives every address beyond
 * ASCII the key that core/email.h makes of it today, and notes in `meta` that
 * this was done; does nothing where it was. Today's rule keeps more addresses
 * apart than the one before, so that no two rows can come to have the same key.
 * Whether it worked stands in `db->error`.
 */
void rekey_addresses(struct db *db);

#endif
