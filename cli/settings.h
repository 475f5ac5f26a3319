/*
 * settings.h: where requests go and with which key: as options, the
 * environment, or "invite login" say, in this order.
 *
 * The key of a login belongs to its address: where another address is asked
 * for, it is not sent.
 */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include <inv.h>

#include "cli.h"

#define BASE_VARIABLE "OPENAI_BASE_URL"
#define KEY_VARIABLE  "OPENAI_ADMIN_KEY"
#define OPENAI_URL    "https://api.openai.com/v1"

struct settings {
	struct inv_options options; /* what a client is made with */
	const char *base_url;	    /* where requests go; never NULL */
	enum origin base_from;
	enum origin key_from; /* DEFAULT: there is none */
	bool key_withheld;    /* it is of another address */
	char *login_url;      /* what the login file says; or NULL */
	char *login_key;
};

/*
 * Completes `options`, as the command line has filled them in. False after
 * saying what is wrong with the login file.
 */
bool settings_read(struct settings *settings,
		   const struct inv_options *options);
void settings_release(struct settings *settings);

/* The login file's name, to be freed; NULL where there is no home. */
char *login_path(void);

/* 0, or -1 after saying why not. */
int login_write(const char *base_url, const char *key);

/* "OPENAI_BASE_URL", "--base-url" and the like. */
const char *origin_of_base(enum origin origin);
const char *origin_of_key(enum origin origin);

#endif
