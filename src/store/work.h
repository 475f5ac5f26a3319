/*
 * work.h: a verb at work: what it is given besides its inputs. Private to
 * store/.
 *
 * A write finds every reason to refuse before it changes anything, so that one
 * transaction can hold many verbs and a refused one leaves no trace, without
 * savepoints. Whether the database failed is checked before the commit.
 */
#ifndef STORE_WORK_H
#define STORE_WORK_H

#include "core/audit.h"
#include "core/event.h"
#include "store/db.h"
#include "store/store.h"
#include "store/table.h"

struct work {
	struct db *db;
	const struct verb *verb;
	struct store_op *op;   /* which it is */
	struct arena *arena;   /* for what is returned */
	struct id_source *ids; /* NULL: a read */
	int64_t organization;  /* that it is about, once known */
	struct actor actor;
	int64_t now_ms, now; /* Unix: milliseconds, seconds */
	bool limited;	     /* the organization limits its invites */
	/* Whether it has a webhook, as far as that is known. */
	enum { LISTENERS_UNKNOWN, LISTENERS_NONE, LISTENERS_SOME } listeners;
	bool mail_queued; /* to be set if a mail becomes due */
};

/*
 * Runs an operation inside a transaction, a write with `ids`, and returns its
 * result. Whether the database failed is in `db->error`.
 */
enum result work_run(struct db *db, struct id_source *ids,
		     struct store_op *op) MUST_CHECK;

/* Zeroes the output, for operations that are not done by work_run(). */
struct work work_begin(struct db *db, struct id_source *ids,
		       struct store_op *op) MUST_CHECK;

int64_t work_id(const struct work *work);

/* ---- events.c: events for webhooks ---- */

/*
 * Queues an event about `target`, an invite, a user or a key, for each webhook
 * that wants it. An audit event whose type core/event.h names has done so
 * already.
 */
void work_event(const struct work *work, enum event event, int64_t target);

/* The same under an id that is known: the audit event's. */
void work_event_as(const struct work *work, enum event event, int64_t id,
		   int64_t target);

/* Erasure of sent and queued events about an invite or a user. */
void events_erase(const struct work *work, int64_t target);

/* ---- audit.c: audit events, in the transaction of what was done ---- */

struct audit_event {
	enum audit_type type;
	int64_t target;	    /* what it happened to */
	int64_t project;    /* in which it happened; 0: in none */
	const char *detail; /* JSON, see audit_detail(); NULL: none */
};

/*
 * Writes an event of the work's actor. If that is a person (not a key) whose IP
 * address and user agent are known, these go into a side row, whose hash is in
 * the event.
 */
void work_audit_event(const struct work *work, const struct audit_event *event);

/* An event without a detail. */
void work_audit(const struct work *work, enum audit_type type, int64_t target);

/* Whether there is such an event already; of any type but AUDIT_INVITE_SENT. */
bool work_has_audit(const struct work *work, enum audit_type type,
		    int64_t target) MUST_CHECK;

/*
 * The detail of an event: a JSON object of the columns that have a value (not
 * NULL, not the word for none), each by its name. NULL when out of memory,
 * which is noted.
 */
const char *audit_detail(const struct work *work, const struct table *columns,
			 const void *row);

/* The columns of a detail, as a list of table.h whose names are the contract's:
 * a `struct table` called <id>_detail. Besides the lines of table.h it may have
 *
 *	ID, "name", struct, member, kind	an id; 0 says nothing
 *	LINES, "name", struct, member		a list; NULL says nothing
 *	SOME, "name", struct, member		a number; 0 says nothing
 */
#define DETAIL(id, list)                                                      \
	static const struct column id##_detail_columns[] = { list(COLUMN_,    \
								  COLUMN_) }; \
	static const struct table id##_detail = {                             \
		.columns = id##_detail_columns,                               \
		.count = COUNT_OF(id##_detail_columns)                        \
	}

/*
 * Erasure: empties the side rows of the events that a person caused, with the
 * salts without which their hashes reveal nothing. `person` is the user, or for
 * somebody who declined, the invite.
 */
void audit_erase(const struct work *work, int64_t person);

/*
 * The organization's rights are about to change, by a verb of VERB_RIGHTS. To
 * be written first: its row is the lock under which rules are checked such as
 * that there is always an owner, and its number tells those who cache rights
 * that they are out of date. work_run() calls it, except for verbs of
 * VERB_ANY_ORGANIZATION, which do so once they know the organization.
 */
void work_move_rights(const struct work *work);

/* Runs a statement whose parameters are an id and the organization. */
void work_run_for(const struct work *work, const struct sql *sql, int64_t id);

/*
 * A read that has looked at about as many rows as a page has, which were not
 * enough, asks this before it looks at many more. True: it is where everybody
 * waits, and ends here, whatever it returns; the slow lane does it, from its
 * beginning. False: it is there, and goes on.
 */
bool work_leaves(const struct work *work) MUST_CHECK;

/* ---- pages of lists ---- */

/* Every list by id binds these first: the organization, the id before which the
 * page begins, the limit. One row more is read than is wanted, to set
 * `has_more`. */
struct statement *work_list(const struct work *work, const struct sql *sql,
			    const struct list_in *page);

/* A list that is asked for in either order, by `column`: two statements, whose
 * parameters are those of work_list(). `select` ends in its conditions. */
#define LIST_STATEMENTS(id, select, column)                                  \
	STATEMENT(id, .text = select " AND " column " < ?2 ORDER BY " column \
				     " DESC LIMIT ?3");                      \
	STATEMENT(id##_ascending, .text = select " AND " column              \
						 " > ?2 ORDER BY " column    \
						 " LIMIT ?3")

/*
 * The same for all of an organization's rows by their ids, for which `table`
 * has an index of that name: on SQLite on the organization, on PostgreSQL on it
 * and the id.
 */
#define ORGANIZATION_LIST(id, columns, table, index)                        \
	STATEMENT(id,                                                       \
		  .text = LIST_SQLITE_(columns, table, index, "<", "DESC"), \
		  .pgsql = LIST_PGSQL_(columns, table, "<", ">=", "DESC")); \
	STATEMENT(id##_ascending,                                           \
		  .text = LIST_SQLITE_(columns, table, index, ">", "ASC"),  \
		  .pgsql = LIST_PGSQL_(columns, table, ">", "<=", "ASC"))
#define LIST_SQLITE_(columns, table, index, than, order)         \
	"SELECT " columns " FROM " table INDEXED_BY(             \
	    index) " WHERE organization = ?1 AND id " than " ?2" \
		   " ORDER BY id " order " LIMIT ?3"
#define LIST_PGSQL_(columns, table, than, bound, order)                    \
	"SELECT " columns " FROM " table " WHERE (organization, id) " than \
	" (?1, ?2)"                                                        \
	" AND organization " bound " ?1"                                   \
	" ORDER BY organization " order ", id " order " LIMIT ?3"

/*
 * The same for present rows: those in which `since`, the time of removal, is 0.
 * `index` has no others; on PostgreSQL it is on the organization, `since`
 * negated, which nothing else asks for, and the id.
 */
#define LIST_OF_PRESENT(id, columns, table, index, since)                    \
	STATEMENT(id,                                                        \
		  .text = "SELECT " columns " FROM " table INDEXED_BY(       \
		      index) " WHERE organization = ?1 AND id < ?2"          \
			     " AND " since " = 0 ORDER BY id DESC LIMIT ?3", \
		  .pgsql = "SELECT " columns " FROM " table                  \
			   " WHERE (organization, -" since ", id)"           \
			   " < (?1, 0, ?2)"                                  \
			   " AND (organization, -" since ") >= (?1, 0)"      \
			   " ORDER BY organization DESC, -" since " DESC,"   \
			   " id DESC LIMIT ?3")
/* And oldest first. */
#define LIST_OF_PRESENT_ASCENDING(id, columns, table, index, since)     \
	STATEMENT(id##_ascending,                                       \
		  .text = "SELECT " columns " FROM " table INDEXED_BY(  \
		      index) " WHERE organization = ?1 AND id > ?2"     \
			     " AND " since " = 0 ORDER BY id LIMIT ?3", \
		  .pgsql = "SELECT " columns " FROM " table             \
			   " WHERE (organization, -" since ", id)"      \
			   " > (?1, 0, ?2)"                             \
			   " AND (organization, -" since ") <= (?1, 0)" \
			   " ORDER BY organization, -" since ", id"     \
			   " LIMIT ?3")

/* The one of them that the page wants; heeds `ascending`. */
#define work_list_either(work, id, page) \
	work_list_by(work, &sql_##id, &sql_##id##_ascending, page)
struct statement *work_list_by(const struct work *work,
			       const struct sql *descending,
			       const struct sql *ascending,
			       const struct list_in *page);

/* Room for the rows of a page, including the extra one; NULL with the error
 * noted. */
void *work_rows(const struct work *work, const struct list_in *page,
		size_t size) MUST_CHECK;

/* The id below which a page begins. */
int64_t list_before(const struct list_in *page);

/* `count` rows of the `seen` ones are sound. Damaged rows are left out of a
 * list; if that leaves a page empty that is not the last, the list fails as
 * damaged, since an empty page would be taken for the end. */
struct list_out list_end(const struct work *work, const struct list_in *page,
			 void *rows, size_t count, size_t seen);

#endif
