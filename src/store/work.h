/*
 * work.h: a verb at work: what it is given besides its inputs. Private to
 * store/.
 *
 * A write finds every reason to refuse before it changes anything, so that one
 * transaction can hold many verbs and a refused one leaves no trace: no
 * savepoints. Whether the database failed is asked by who commits.
 */
#ifndef STORE_WORK_H
#define STORE_WORK_H

#include "core/audit.h"
#include "store/db.h"
#include "store/store.h"

struct work {
	struct db *db;
	const struct verb *verb;
	struct arena *arena;   /* for what is returned */
	struct id_source *ids; /* NULL: a read */
	int64_t organization;  /* that it is about, once that is known */
	struct actor actor;
	int64_t now_ms, now; /* Unix: milliseconds, seconds */
	bool mail_queued;    /* to be set where a mail is due from now on */
};

/*
 * Has an operation done and returns how it ended: inside a transaction, and a
 * write with `ids`. Whether the database failed stands in `db->error`.
 */
enum result work_run(struct db *db, struct id_source *ids,
		     struct store_op *op) MUST_CHECK;

/* With its results zeroed, for who does the operation by other means. */
struct work work_begin(struct db *db, struct id_source *ids,
		       const struct store_op *op) MUST_CHECK;

int64_t work_id(const struct work *work);
void work_audit(const struct work *work, enum audit_type type, int64_t target);

/*
 * The organization's rights are about to change, by a verb of VERB_RIGHTS. The
 * first thing that is written: its row is the lock under which such rules are
 * checked as that there is always an owner, and its number says to whoever
 * keeps rights in memory that they are out of date. work_run() does it, but for
 * verbs of VERB_ANY_ORGANIZATION, which do so once they know the organization.
 */
void work_move_rights(const struct work *work);

/* Runs a statement whose parameters are an id and the organization. */
void work_run_for(const struct work *work, const struct sql *sql, int64_t id);

/* ---- pages of lists ---- */

/* Every list by id binds these first: whose, before which id, how many. One
 * more is asked for than is wanted: whether it came is `has_more`. */
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

/* The one of them that the page wants; heeds `ascending`. */
#define work_list_either(work, id, page) \
	work_list_by(work, &sql_##id, &sql_##id##_ascending, page)
struct statement *work_list_by(const struct work *work,
			       const struct sql *descending,
			       const struct sql *ascending,
			       const struct list_in *page);

/* Room for the rows of a page, the extra one included; NULL notes the error. */
void *work_rows(const struct work *work, const struct list_in *page,
		size_t size) MUST_CHECK;

/* The id that a page begins below. */
int64_t list_before(const struct list_in *page);

/* `count` rows of the `seen` ones are sound. Damaged ones are left out of a
 * list; where that leaves nothing of a page that is not the last, the list ends
 * as damaged, or whoever reads it would take it for the end. */
struct list_out list_end(const struct work *work, const struct list_in *page,
			 void *rows, size_t count, size_t seen);

#endif
