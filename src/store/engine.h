/*
 * engine.h: what a database has to offer to be a store. Private to store/.
 *
 * The front (store.c) queues, batches, wakes and counts, once for all engines;
 * an engine only applies and answers.
 */
#ifndef STORE_ENGINE_H
#define STORE_ENGINE_H

#include "store/copy_end.h"
#include "store/store.h"

/* The most operations that an engine is given at once; more would only make
 * waits longer. */
#define BATCH_MAX 256

struct engine; /* the writer's side; used by one thread at a time */
struct reader; /* a reader's side; used by one thread at a time */

struct engine_type {
	const char *schemes[3]; /* what may stand before ':' in the URL */

	/* Others may write to the same database at any time. */
	bool shared;

	/* As store_open() and store_close(); `place` follows the scheme. */
	int (*open)(const char *place, bool serve, struct engine **ret_engine,
		    struct fail *fail);
	void (*close)(struct engine *engine);

	/* Whether a daemon serves it, ourselves included; or NULL. */
	bool (*is_served)(const struct engine *engine);

	/*
	 * Applies independent writes and returns when all that were granted are
	 * durable; each `result` is set. May be called repeatedly while the
	 * trouble lasts, so it takes a bounded time. False, and why in `fail`,
	 * where the database could not be written at all.
	 */
	bool (*apply)(struct engine *engine, struct store_op **ops, size_t n,
		      struct fail *fail);

	/* Whether the last apply() failed for want of room; or NULL. */
	bool (*full)(const struct engine *engine);

	/* Housekeeping after each batch, once it is answered; or NULL. */
	void (*tidy)(struct engine *engine);

	/* False, with the reason in `fail`, if writes would be lost although
	 * they have not failed yet; from any thread, at any time. Or NULL. */
	bool (*look)(struct engine *engine, struct fail *fail);

	/* Housekeeping after nothing was written for a while; or NULL. False:
	 * there is nothing more to do until something is written. */
	bool (*rest)(struct engine *engine);

	/* Its metrics; or NULL. From any thread. */
	void (*metrics)(const struct engine *engine, struct buf *out);

	int (*reader_open)(struct engine *engine, struct reader **ret_reader,
			   struct fail *fail);
	void (*reader_close)(struct reader *reader);

	/*
	 * Answers one read at once; all until reader_idle() see one snapshot.
	 * Both are NULL for a remote database: then no read is answered in the
	 * owner's thread; threads of the store answer them.
	 */
	void (*read)(struct reader *reader, struct store_op *op);
	void (*reader_idle)(struct reader *reader);

	/* Answers queued reads; as apply(). A slow one, which is alone, ends
	 * soon once it is `dropped`. */
	bool (*read_many)(struct reader *reader, struct store_op **ops,
			  size_t n, struct fail *fail);

	int (*check)(struct engine *engine, FILE *out, struct fail *fail);
	int (*backup)(struct engine *engine, const char *path,
		      struct fail *fail);

	/*
	 * Removes deleted data from the database's own files, which takes a
	 * while. -1 with `fail` if that cannot be done now; NULL if it is up to
	 * the database.
	 */
	int (*scrub)(struct engine *engine, struct fail *fail);

	/* As store_restore(), for a database that nobody has opened. */
	int (*restore)(const char *place, const char *file, FILE *out,
		       struct restored *ret_restored, struct fail *fail);

	/* How rows are copied out of it and into it. */
	const struct copy_type *copy;
};

extern const struct engine_type sqlite_engine;
extern const struct engine_type pgsql_engine;

/* The engine for the URL's scheme, and the rest of the URL; NULL with `fail` if
 * there is no such engine. */
const struct engine_type *engine_type_of(const char *url,
					 const char **ret_place,
					 struct fail *fail);

#endif
