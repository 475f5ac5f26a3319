/*
 * bulk.h: a file of people to invite: reading it (roster.c), inviting them
 * (bulk.c) and the report (report.c).
 */
#ifndef CLI_BULK_H
#define CLI_BULK_H

#include "cli.h"
#include "grants.h"

enum outcome {
	OUTCOME_NONE, /* not tried */
	OUTCOME_INVITED,
	OUTCOME_EXISTING, /* left alone */
	OUTCOME_REFUSED,
	OUTCOME_FAILED /* may succeed later */
};

struct person {
	size_t line; /* in the file, from 1 */
	char *email; /* borrowed from the roster's text */
	const char *role;
	struct grants grants;
	enum outcome outcome;
	char *id;	       /* of the invite, or NULL */
	struct inv_error *err; /* why not, or NULL */
};

struct roster {
	char *text; /* the file */
	struct person *people;
	size_t count;
};

/*
 * Reads the file whole. Every line that cannot be is named on standard error;
 * false if there was one. `role` (or NULL) is for lines without.
 */
bool roster_read(struct roster *roster, const char *path, const char *role);
void roster_release(struct roster *roster);

/* Addresses compared as this program can: without regard to ASCII case. */
int compare_emails(const void *a, const void *b);

/* How many came to each outcome, and what became of whom. */
struct tally {
	size_t of[OUTCOME_FAILED + 1];
};
struct tally tally_of(const struct roster *roster);
void report(const struct cli *cli, const struct roster *roster);

#endif
