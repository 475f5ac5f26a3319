/*
 * disk.h: a disk under SQLite that fails (see fault.h), and one that remembers
 * all that was written, to lose some of it: what a power cut may leave.
 */
#ifndef DISK_H
#define DISK_H

#include "base/base.h"

/* Makes it SQLite's default, over the real one. Nothing is synced for real:
 * who tests what a program loses must not lose time. */
void disk_install(void);

/* From now on everything written is remembered, with its syncs. */
void disk_record(void);

void disk_stop(void);

/* A place in the record: how many events there are so far. */
size_t disk_events(void);

/*
 * Makes the files in `dir` that a power cut after `events` events may leave:
 * what was synced is there; of each later write, every 512 octets are there or
 * not, as `chance` says. Files are told apart by their names, without the
 * directory.
 */
void disk_after_power_cut(const char *dir, size_t events,
			  uint64_t (*chance)(void));

/* Forgets the record. */
void disk_forget(void);

#endif
