/*
 * bulk.h: a file of people to invite: reading it (rows.c), who is in already
 * (existing.c), inviting them (bulk.c) and the report (report.c).
 */
#ifndef CLI_BULK_H
#define CLI_BULK_H

#include "cli.h"
#include "grants.h"

/* What became of a row: the name in the report, and in a sentence. */
#define OUTCOMES(X)                                 \
	X(INVITED, "invited", "invited")            \
	X(REMAILED, "mailed_again", "mailed again") \
	X(EXISTING, "existing", "already there")    \
	X(REFUSED, "refused", "refused")            \
	X(FAILED, "failed", "failed") /* for now */ \
	X(NONE, "not_tried", "not tried")

enum outcome {
#define X(name, word, words) OUTCOME_##name,
	OUTCOMES(X)
#undef X
	    OUTCOMES_COUNT
};

struct row {
	size_t line; /* in the file, from 1 */
	char *email; /* borrowed from the file's text, as is the role */
	char *role;
	char *external_id; /* NULL: none; borrowed likewise */
	char *metadata;	   /* a JSON object, or NULL */
	struct grants grants;
	enum outcome outcome;
	bool mail_failed;      /* pending, but the mail did not arrive */
	char *id;	       /* of the invite, or NULL */
	struct inv_error *err; /* why not, or NULL */
};

struct row_problem {
	size_t line; /* 0: the file as a whole */
	char *text;
};

struct rows {
	char *text; /* the file */
	struct row *list;
	size_t count;
	struct row_problem *problems;
	size_t problem_count;
	bool is_dry; /* outcomes are what would become of them */
};

/*
 * Reads the file whole; what is wrong with it is said and kept, line by line.
 * `role` (or NULL) is for rows without. Columns that are not known are a
 * problem unless they are to be ignored. False where there is any.
 */
bool rows_read(struct rows *rows, const char *path, const char *role,
	       bool ignore_columns);
void rows_release(struct rows *rows);

/* Names of projects become ids; with `check_ids`, ids are looked up too. What
 * is not found is a problem; the status is not 0 where the server failed. */
enum status rows_resolve(struct cli *cli, struct rows *rows, bool check_ids);

/*
 * Marks who is pending as existing, or as one whose mail has failed; and with
 * `and_members` who is a member. Not 0 with the reason in `err`.
 */
int find_existing(struct cli *cli, struct rows *rows, bool and_members,
		  struct inv_error *err);

/* Pointers to the rows, sorted by address; to be freed, NULL for none. */
struct row **rows_sorted(const struct rows *rows);

/* How many came to each outcome, and what became of whom. */
struct tally {
	size_t of[OUTCOMES_COUNT];
};
struct tally tally_of(const struct rows *rows);
void print_report(const struct cli *cli, const struct rows *rows);

#endif
