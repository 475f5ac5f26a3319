/*
 * words.h: what the templates of the mail can name, web/mail.txt and
 * web/mail.html alike.
 */
#ifndef MAIL_WORDS_H
#define MAIL_WORDS_H

#include "base/arena.h"
#include "base/base.h"
#include "base/template.h"
#include "core/when.h"
#include "store/mail/outbox.h"

#define WORDS_PROJECTS 6 /* at most so many are listed */

/* Nothing here is secret but `link` and `code`, which the caller sets. */
struct words {
	const struct language *language;
	const char *organization, *email;
	const char *inviter;	      /* who invites; NULL: that is not known */
	const char *reminder;	      /* "" where it is one; NULL: it is not */
	const char *title;	      /* key of a sentence, and so are... */
	const char *why;	      /* ...these */
	const char *line;	      /* or NULL, as is the colour */
	const char *color, *on_color; /* of the button, of text on it */
	char subject[1024];
	const char *role;
	const char *link, *code;
	struct {
		const char *name;
		const char *role; /* key of a sentence */
	} projects[WORDS_PROJECTS];
	size_t project_count;
	char more[WHEN_SIZE]; /* "and 9 more"; "" where all are listed */
	/* Of a mail about a key, or an invite. */
	const char *key, *redacted, *of_project;
	char invite[ID_TEXT_SIZE];
	const char *what, *next; /* keys of sentences */
	struct when expires;
};

/* Fills in all that is not secret, in the language of the invite, the
 * organization, or `otherwise`; what is borrowed lies in `arena` or in
 * `mail`. False when out of memory. */
bool words_find(struct arena *arena, const struct language *otherwise,
		const struct outbox_mail *mail, struct words *words) MUST_CHECK;

/* The same for a mail that is about a key or an invite. */
bool words_find_notice(struct arena *arena, const struct language *otherwise,
		       const struct outbox_mail *mail,
		       struct words *words) MUST_CHECK;

/* Where templates find `words`; for HTML unless `plain`. */
struct template_source words_source(const struct words *words, bool plain);

#endif
