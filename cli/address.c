/*
 * address.c: e-mail addresses, as far as their form tells without a table of
 * Unicode: a dot-atom, an @, and a domain name.
 */
#include "address.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define ADDRESS_MAX 254 /* octets, RFC 5321 */
#define LOCAL_MAX   64
#define LABEL_MAX   63 /* RFC 1035 */

#define DIGITS	    "0123456789"
#define LETTERS	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define HOST_CHARS  LETTERS DIGITS "-"
#define ATEXT	    HOST_CHARS "!#$%&'*+/=?^_`{|}~" /* RFC 5322 */

static const char FORM[] = "the email is not of the form NAME@DOMAIN";
static const char LENGTH[] = "the email is too long";
static const char CHARACTER[] =
    "the email has a character that is not allowed there";
static const char DOTS[] =
    "the email has a dot at an end of the name or of the domain, or two in a "
    "row";

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if (*text & 0x80)
			return false;
	return true;
}

static bool has_stray_dot(const char *text, size_t len)
{
	return text[0] == '.' || text[len - 1] == '.' ||
	       memmem(text, len, "..", 2);
}

static const char *local_problem(const char *local, size_t len)
{
	if (len > LOCAL_MAX)
		return LENGTH;
	for (size_t i = 0; i < len; i++)
		if (!(local[i] & 0x80) && !strchr("." ATEXT, local[i]))
			return CHARACTER;
	return has_stray_dot(local, len) ? DOTS : NULL;
}

/* From dot to dot; "--" in the third place is kept for "xn--" and its like. */
static const char *label_problem(const char *label, size_t len)
{
	if (len > LABEL_MAX)
		return LENGTH;
	if (label[0] == '-' || label[len - 1] == '-' ||
	    (len >= 4 && memcmp(label + 2, "--", 2) == 0 &&
	     strncasecmp(label, "xn", 2) != 0))
		return "the email's domain has a hyphen in a place where none "
		       "is allowed";
	return NULL;
}

static const char *domain_problem(const char *domain)
{
	size_t len = strlen(domain);
	const char *label = domain, *dot;

	if (strspn(domain, HOST_CHARS ".") < len)
		return CHARACTER;
	if (has_stray_dot(domain, len))
		return DOTS;
	do {
		size_t label_len = strcspn(label, ".");
		const char *problem = label_problem(label, label_len);

		if (problem)
			return problem;
		dot = label[label_len] ? label + label_len : NULL;
		label = dot ? dot + 1 : label;
	} while (dot);
	if (strspn(label, DIGITS) == strlen(label))
		return "the email's domain ends in a number";
	if (label == domain && strcasecmp(domain, "localhost") != 0)
		return "the email's domain has no dot";
	return NULL;
}

const char *address_problem(const char *email)
{
	const char *at = strchr(email, '@');
	const char *problem;

	if (!*email)
		return "there is no email";
	if (!at || at == email || !at[1] || strchr(at + 1, '@'))
		return FORM;
	if (strlen(email) > ADDRESS_MAX)
		return LENGTH;
	problem = local_problem(email, (size_t)(at - email));
	if (problem || !is_ascii(at + 1))
		return problem;
	return domain_problem(at + 1);
}
