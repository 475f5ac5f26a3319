/*
 * settings.h: what an organization has set for all that is done in its name.
 */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include "base/base.h"
#include "base/str.h"

#define COLOR_LEN	   7   /* of "#3b5bdb" */
#define LINE_MAX_LETTER	   200 /* octets of `line` */

#define REMINDER_HOURS	   48	/* unless they set another number... */
#define REMINDER_HOURS_MAX 2160 /* ...up to this */

/* What is not set is NULL, or 0. */
struct organization_settings {
	int64_t organization;
	int64_t updated_at; /* Unix seconds; 0: all is as it was at first */

	/* What those who are invited see, on the page and in mails. */
	const char *display_name; /* instead of the organization's name */
	const char *line;	  /* a line of text */
	const char *color;	  /* "#3b5bdb" */
	const char *reply_to;	  /* who gets the answers to mails */
	const char *sender_email; /* who the mails are from... */
	const char *sender_name;  /* ...and what they are called there */
	const char *locale;	  /* their language, see language.h */

	/* Who may be invited, and how many: members, and those who are invited.
	 * Domains as A-labels, each on a line. */
	const char *allowed_domains;
	int64_t max_seats;

	/* How many mails one address may get within a day, and how many invites
	 * one admin key may make within a minute. */
	int64_t mails_per_day, invites_per_minute;

	/* Hours before an invite expires at which its person is reminded, once;
	 * 0: never. */
	int64_t reminder_hours;

	/* Seconds that new keys of projects may live at most. */
	int64_t max_key_lifetime;
};

/* The settings of an organization that has set nothing. */
struct organization_settings settings_default(int64_t organization);

/* Whether somebody with this address may be invited; `email_key` as that of
 * struct email. */
bool settings_allow_address(const struct organization_settings *settings,
			    const char *email_key);

/* "#" and six hexadecimal digits. */
bool color_is(struct str text);

/*
 * The colour of text on the background `color`: white or black, whichever has
 * more contrast. Every colour has a contrast of at least 4.5 to 1, which text
 * needs (WCAG 2, 1.4.3), with one of the two.
 */
const char *color_on(const char *color);

#endif
