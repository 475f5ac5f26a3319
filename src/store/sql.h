/*
 * sql.h: a statement. Private to store/.
 *
 * Each stands beside the verb that runs it, in one wording for all engines
 * where they agree, or with PostgreSQL's beside it if that has to lock rows
 * that it reads in order to change them, or has a better way. A connection
 * prepares it when it is first used.
 *
 * Parameters are numbered ?1, ?2, ..., or are all a bare ?, in order. Every
 * statement names the organization, but for those that begin with a secret or
 * are about no one organization: keys by their hash, tokens, the outbox's
 * clock, the operator's lists.
 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

struct sql {
	const char *name;
	const char *text;
	const char *pgsql; /* PostgreSQL's wording; NULL: `text` */

	/* PostgreSQL's wording for many rows at once: its parameters are
	 * arrays, with an element for each row. See db_gather(); NULL: there is
	 * none. */
	const struct sql *many;
};

/* Defines sql_<id>. It has external linkage so that no two statements have the
 * same name, which is its name in PostgreSQL, too; and it is in a section of
 * its own, in which a test finds all statements and asks the database for the
 * plan of each (tests/store/t_plans.c). */
#define STATEMENT(id, ...)                                        \
	const struct sql sql_##id = { .name = #id, __VA_ARGS__ }; \
	static const struct sql *const statement_##id             \
	    __attribute__((used, section("sql_statements"))) = &sql_##id

/*
 * A list is found by one index, whatever the planner believes about the rows:
 * if one organization has nearly all of them, walking the ids of all
 * organizations looks just as good to the planner, but is a catastrophe for the
 * others. SQLite is told the index. PostgreSQL has no syntax for that; but a
 * list that is ordered by all the columns of an index, none of which is
 * compared by itself, can use no other index.
 */
#define INDEXED_BY(index) " INDEXED BY " index

/*
 * admin_key_in_force() as SQL: whether the row `k` of admin_key is in force at
 * the second `now`. Asked for wherever a key is looked up.
 */
#define KEY_IN_FORCE(k, now)                                    \
	"(" k ".revoked_at = 0 AND (" k ".expires_at = 0 OR " k \
	".expires_at > " now ") AND (" k                        \
	".\"user\" = 0 OR (" KEY_IS_OWNED(k) ") = 1))"

/* Whether the organization `o` has set a limit that its invites have to keep
 * to: 1, or NULL. */
#define LIMITS_INVITES(o)                                                  \
	"(SELECT 1 FROM organization_settings s WHERE s.organization = " o \
	" AND (s.max_seats <> 0 OR s.allowed_domains IS NOT NULL"          \
	" OR s.mails_per_day <> 0 OR s.invites_per_minute <> 0))"

/* Whether the organization `o` has a webhook that is told of what happens: 1,
 * or NULL. `o` names its table: a bare "organization" would be the webhook's
 * own. */
#define HAS_WEBHOOKS(o)                                      \
	"(SELECT 1 FROM webhook h WHERE h.organization = " o \
	" AND h.status = 1 ORDER BY h.organization, h.id LIMIT 1)"

/* Whether the key's person is an owner. */
#define KEY_IS_OWNED(k)                                              \
	"(SELECT count(*) FROM \"user\" o WHERE o.organization = " k \
	".organization AND o.id = " k ".\"user\" AND " IS_OWNER("o") ")"

/* Whether the row `u` of user is that of a member and owner (role 1,
 * ROLE_OWNER). */
#define IS_OWNER(u) u ".role = 1 AND " u ".removed_at = 0"

#endif
