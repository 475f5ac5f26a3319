/*
 * report.h: how an attempt to deliver something went.
 */
#ifndef DELIVER_REPORT_H
#define DELIVER_REPORT_H

#include "base/base.h"
#include "store/mail/outbox.h"

#define WORDS_MAX                                                  \
	200 /* octets of the other side's last words that are kept \
	     */

/* What an attempt says about the way that all deliveries take. */
enum way {
	WAY_OPEN,     /* also where this one was refused */
	WAY_DOUBTFUL, /* refused for a reason that may concern all: it does
		       * if other parties' deliveries meet it too */
	WAY_CLOSED,
	WAY_UNTOLD, /* nothing: refused for the sake of a sender of its own */
};

struct report {
	enum outbox_outcome outcome;
	enum way way;
	char words[WORDS_MAX + 1]; /* the last reply, or what failed; printable
				    * UTF-8, one line */
};

/* Fills `report`; the words need not be printable nor short yet. */
void report_set(struct report *report, enum outbox_outcome outcome,
		enum way way, const char *format, ...) PRINTF_LIKE(4, 5);

/* What becomes of the delivery. */
struct verdict {
	struct report report;
	int attempts;	   /* this one included */
	int64_t pause_ms;  /* before the next attempt, when deferred */
	const char *error; /* what the administrator reads; NULL when sent */
	char words[WORDS_MAX + 64]; /* behind `error` */
};

/*
 * Decides, from the report that is in `verdict`, after `attempts` before this
 * one: when to try again, or that there was enough of that. `retry_ms` is the
 * pause after the first failed attempt.
 */
void verdict_decide(struct verdict *verdict, int attempts, int64_t retry_ms);

#endif
