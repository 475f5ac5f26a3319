/*
 * log.h: one event, one line, key=value, on standard error.
 *
 *	log_event(LOG_WARN, "mail_deferred", LOG_S("invite", id),
 *	          LOG_I("attempts", n));
 *
 * prints
 *
 *	2026-01-31T12:00:00.000Z warn mail_deferred invite=invite-... attempts=2
 *
 * Values are quoted and escaped when they need it, so that no input can forge
 * a line. Never pass a secret or a body. Only programs log: main, the HTTP
 * server, the mail worker; libraries return a `struct fail`.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/base.h"
#include "base/str.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct log_field {
	const char *key;
	enum { LOG_FIELD_STR, LOG_FIELD_INT } type;
	struct str text;
	int64_t number;
};

#define LOG_S(name, value) \
	((struct log_field){ (name), LOG_FIELD_STR, str_of(value), 0 })
#define LOG_STR(name, value) \
	((struct log_field){ (name), LOG_FIELD_STR, (value), 0 })
#define LOG_I(name, value) \
	((struct log_field){ (name), LOG_FIELD_INT, { NULL, 0 }, (value) })

/* Events less severe than `level` are not written. Default LOG_INFO. */
void log_set_level(enum log_level level);
/* Whether events of `level` are written; for events that are costly to
 * compose. */
bool log_takes(enum log_level level) MUST_CHECK;
bool log_level_of(const char *name, enum log_level *ret_level) MUST_CHECK;

#define log_event(level, event, ...)                                   \
	log_fields((level), (event),                                   \
		   (const struct log_field[]){ __VA_ARGS__ },          \
		   sizeof((const struct log_field[]){ __VA_ARGS__ }) / \
		       sizeof(struct log_field))

/* An event without fields: ISO C does not let a macro's "..." be empty. */
#define log_bare(level, event) log_fields((level), (event), NULL, 0)

void log_fields(enum log_level level, const char *event,
		const struct log_field *fields, size_t count);

/*
 * From log_hold() on, this thread's lines wait for log_flush() or for the
 * first warning or error: one write for all the requests of a round.
 */
void log_hold(void);
void log_flush(void);

/*
 * From log_start() on, lines are written by a thread, and logging never waits.
 * Lines for which there is no room are lost, counted, and the count is logged
 * when there is room again. log_stop() waits for the last lines, but no longer
 * than two seconds: by then nobody is reading. Without the thread, a line is
 * written at once.
 */
void log_start(void);
void log_stop(void);
uint64_t log_lines_lost(void);

/*
 * Events that unauthenticated clients can cause, of which a sample is logged:
 * the first LOG_SAMPLE_BURST, and then LOG_SAMPLE_RATE a second. All zero at
 * first.
 */
#define LOG_SAMPLE_BURST 200
#define LOG_SAMPLE_RATE	 20

struct log_sample {
	int64_t whole_at_ms; /* when the whole burst is there again */
	int64_t skipped;     /* since the last that was logged */
	int64_t skipped_total;
};

/* Whether to log this one; if so, also logs how many were left out. Monotonic
 * time. */
bool log_sample_take(struct log_sample *sample, int64_t now_ms) MUST_CHECK;

/*
 * Routine events, such as a request that was answered or a mail that was sent,
 * of which there may be one for each read and write. How many of them are
 * logged is a setting; one sample is taken of all together.
 */
enum log_routine { ROUTINE_ALL, ROUTINE_SAMPLED, ROUTINE_NONE };

void log_set_routine(enum log_routine routine); /* default ROUTINE_ALL */
bool log_routine_of(const char *name, enum log_routine *ret_routine) MUST_CHECK;

/* Whether to log this one. */
bool log_takes_routine(void) MUST_CHECK;

#endif
