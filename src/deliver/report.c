/*
 * report.c: from how an attempt went to what becomes of the delivery.
 */
#include "base/base.h"
#include "deliver/report.h"

#include <stdarg.h>

#include "base/random.h"
#include "core/backoff.h"

void report_set(struct report *report, enum outbox_outcome outcome,
		enum way way, const char *format, ...)
{
	va_list args;

	report->outcome = outcome;
	report->way = way;
	va_start(args, format);
	vsnprintf(report->words, sizeof(report->words), format, args);
	va_end(args);
}

void verdict_decide(struct verdict *verdict, int attempts, int64_t retry_ms)
{
	struct report *report = &verdict->report;

	verdict->attempts = attempts + 1;
	verdict->pause_ms =
	    backoff_delay_ms(verdict->attempts, retry_ms, random_u64());
	snprintf(verdict->words, sizeof(verdict->words), "%s", report->words);
	if (report->outcome == OUTBOX_DEFERRED &&
	    backoff_exhausted(verdict->attempts, retry_ms)) {
		report->outcome = OUTBOX_FAILED;
		snprintf(verdict->words, sizeof(verdict->words),
			 "gave up after %d attempts: %s", verdict->attempts,
			 report->words);
	}
	verdict->error = report->outcome == OUTBOX_SENT ? NULL : verdict->words;
}
