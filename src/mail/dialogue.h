/*
 * dialogue.h: what is said between us and a mail server, for people: all but
 * the login.
 *
 * Pure.
 */
#ifndef MAIL_DIALOGUE_H
#define MAIL_DIALOGUE_H

#include "base/base.h"
#include "base/str.h"

enum dialogue_step {
	STEP_NOTE, /* where it is, such as that it is connected */
	STEP_SAID, /* by us... */
	STEP_HEARD /* ...and by the server */
};

/* Is told each line; it has no line break, whatever else is in it. */
typedef void dialogue_trace(enum dialogue_step step, struct str line);

struct dialogue {
	dialogue_trace *trace; /* NULL: nobody wants to know */
	bool in_login;	       /* what we say is secret */
};

/* Passes lines on. Of notes, those that say how far it has come. */
void dialogue_add(struct dialogue *dialogue, enum dialogue_step step,
		  struct str lines);

#endif
