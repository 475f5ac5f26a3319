/*
 * value.h: which values the settings may have.
 *
 * Pure checks of text. Each returns NULL where the value will do, or the
 * reason why not, a static clause that follows `--listen "x": `.
 */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include "base/base.h"
#include "base/str.h"

/* 127.0.0.1:8080, localhost:8080, [::1]:8080 (port 0: any), unix:PATH. */
const char *check_listen(struct str value) MUST_CHECK;

/* Whether only this machine can reach such a (checked) address by TCP. */
bool listens_on_loopback(struct str value);

/*
 * An address for browsers: http or https, a host, no user, nothing that a URL
 * cannot hold.
 */
const char *check_web_url(struct str value) MUST_CHECK;

/*
 * The same, and fit to have "/accept#..." put behind it: no query or fragment,
 * and https unless the host is this machine.
 */
const char *check_public_url(struct str value) MUST_CHECK;

/* sqlite:PATH or postgres://..., as far as that can be told from here. */
const char *check_database(struct str url) MUST_CHECK;

/* A name of an organization or a key: 1 to 256 octets of UTF-8 text. */
const char *check_name(struct str value) MUST_CHECK;

/* What stands behind EHLO: a name as in DNS, or an address in brackets. */
const char *check_helo(struct str value) MUST_CHECK;

/* An admin key that an operator chose: long enough, printable, no blanks. */
const char *check_admin_key(struct str value) MUST_CHECK;

/* How many letters apart two words are (Levenshtein); "a lot" over 31. */
size_t word_distance(const char *a, const char *b);

#endif
