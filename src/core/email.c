/*
 * email.c: what is an address, and which addresses are the same.
 *
 * Accepted is what mail systems agree on: a dot-atom of RFC 5322 with the UTF-8
 * of RFC 6531, one @, and a domain name of IDNA 2008. Quoted local parts,
 * comments, display names and address literals are refused, and so are
 * characters that cannot be seen: nobody has such an address, but an impostor
 * may want to look like somebody else.
 *
 * The surprise: libidn2's own rule for ASCII (IDN2_USE_STD3_ASCII_RULES)
 * silently drops what it forbids, so that a_b.com would become ab.com and
 * another's mailbox. It is not used; check_domain() looks at the result.
 *
 * Plain ASCII, which is nearly every address, needs neither library, and gets
 * the key that they would have given.
 */
#include "base/base.h"
#include "core/email.h"

#include <errno.h>
#include <idn2.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#define LABEL_MAX 63 /* octets, RFC 1035 2.3.4 */

const char EMAIL_OUT_OF_MEMORY[] = "there is not enough memory to check it";

/* Each follows "is not a valid e-mail address: ". */
static const char EMPTY[] = "it is empty";
static const char TOO_LONG[] = "it is longer than 254 octets";
static const char NOT_UTF8[] = "it is not valid UTF-8";
static const char HAS_CONTROL[] = "it has a control character";
static const char HAS_SPACE[] = "it has a space";
static const char HAS_INVISIBLE[] =
    "it has an invisible or unassigned character";
static const char NO_AT[] = "the @ is missing";
static const char MANY_AT[] = "it has more than one @";
static const char LOCAL_EMPTY[] = "nothing stands before the @";
static const char LOCAL_LONG[] =
    "the part before the @ is longer than 64 octets";
static const char LOCAL_QUOTED[] = "quotation marks are not supported";
static const char LOCAL_CHARACTER[] =
    "the part before the @ has a character that is not allowed there";
static const char LOCAL_DOTS[] =
    "the part before the @ begins or ends in a dot or has two in a row";
static const char DOMAIN_EMPTY[] = "the domain is missing";
static const char DOMAIN_LITERAL[] =
    "a number in brackets instead of a domain is not supported";
static const char DOMAIN_CHARACTER[] =
    "the domain has a character that is not allowed there";
static const char DOMAIN_DOTS[] =
    "the domain begins or ends in a dot or has two in a row";
static const char DOMAIN_HYPHENS[] = "the domain has a hyphen in a place where "
				     "none is allowed";
static const char LABEL_LONG[] =
    "a part of the domain is longer than 63 octets";
static const char DOMAIN_SINGLE[] = "the domain has no dot";
static const char DOMAIN_NUMERIC[] = "the domain ends in a number";
static const char DOMAIN_INTERNATIONAL[] =
    "the domain is not a valid internationalised name";

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

static void lower_ascii(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			text[i] |= 0x20;
}

/* Why a character beyond ASCII is not allowed in an address, or NULL. */
static const char *check_unicode_char(ucs4_t c)
{
	if (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Z))
		return HAS_SPACE;
	if (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_C) ||
	    uc_is_property_default_ignorable_code_point(c))
		return HAS_INVISIBLE;
	return NULL;
}

/* What holds for both parts. `raw` is UTF-8 without control characters. */
static const char *check_characters(struct str raw)
{
	const uint8_t *p = (const uint8_t *)raw.data, *end = p + raw.len;
	const char *reason = NULL;

	while (p < end && !reason) {
		ucs4_t c = *p;
		if (c < 0x80) {
			reason = c == ' ' ? HAS_SPACE : NULL;
			p++;
		} else {
			p += u8_mbtoucr(&c, p, end - p);
			reason = check_unicode_char(c);
		}
	}
	return reason;
}

static bool has_stray_dot(struct str s)
{
	return s.data[0] == '.' || s.data[s.len - 1] == '.' ||
	       memmem(s.data, s.len, "..", 2);
}

/* RFC 5322 3.2.3 atext, or part of a character beyond ASCII. */
static bool is_atext(char c)
{
	return is_letter_or_digit(c) || (c & 0x80) ||
	       (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static const char *check_local(struct str local)
{
	if (local.len == 0)
		return LOCAL_EMPTY;
	if (local.len > EMAIL_LOCAL_MAX)
		return LOCAL_LONG;
	for (size_t i = 0; i < local.len; i++)
		if (local.data[i] != '.' && !is_atext(local.data[i]))
			return LOCAL_CHARACTER;
	return has_stray_dot(local) ? LOCAL_DOTS : NULL;
}

/* One part of a domain in ASCII, from dot to dot. */
static const char *check_label(struct str label)
{
	if (label.len == 0)
		return DOMAIN_DOTS;
	for (size_t i = 0; i < label.len; i++)
		if (label.data[i] != '-' && !is_letter_or_digit(label.data[i]))
			return DOMAIN_CHARACTER;
	if (label.len > LABEL_MAX)
		return LABEL_LONG;
	if (label.data[0] == '-' || label.data[label.len - 1] == '-')
		return DOMAIN_HYPHENS;
	/* RFC 5891 4.2.3.1: "--" there is kept for "xn--" and its like. */
	if (label.len >= 4 && memcmp(label.data + 2, "--", 2) == 0 &&
	    memcmp(label.data, "xn", 2) != 0)
		return DOMAIN_HYPHENS;
	return NULL;
}

static bool is_number(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] < '0' || s.data[i] > '9')
			return false;
	return true;
}

/* A domain in lower-case ASCII. `localhost` is handy and has no dot. */
static const char *check_domain(struct str domain)
{
	struct str label, rest = domain;
	bool has_dot = false, more = true;

	while (more) {
		const char *reason;
		more = str_cut(rest, '.', &label, &rest);
		reason = check_label(label);
		if (reason)
			return reason;
		has_dot |= more;
	}
	if (is_number(label))
		return DOMAIN_NUMERIC;
	if (!has_dot && !str_is(domain, "localhost"))
		return DOMAIN_SINGLE;
	return NULL;
}

/* A key in the making: never longer than an address may be. */
struct key {
	char text[EMAIL_MAX + 1];
	size_t len;
};

static bool key_add(struct key *key, const void *data, size_t len)
{
	if (len > EMAIL_MAX - key->len)
		return false;
	memcpy(key->text + key->len, data, len);
	key->len += len;
	return true;
}

#define FOLDED_MAX 16 /* octets of one character's folding or lower case */

/*
 * The simple case folding of a character: its lower case if Unicode's full
 * folding makes several letters of one, since "ss" for U+00DF would be
 * another's address. Returns the octets; 0 if that fails.
 */
static size_t fold_char(const uint8_t *c, size_t len, uint8_t out[FOLDED_MAX])
{
	size_t size = FOLDED_MAX;

	if (u8_casefold(c, len, NULL, NULL, out, &size) != out)
		return 0;
	if (u8_mbsnlen(out, size) == 1)
		return size;
	size = FOLDED_MAX;
	return u8_tolower(c, len, NULL, NULL, out, &size) == out ? size : 0;
}

/* Folds each character of `text`, which is in NFC; false where that fails. */
static bool fold_chars(const uint8_t *text, size_t len,
		       uint8_t out[4 * EMAIL_LOCAL_MAX + FOLDED_MAX],
		       size_t *ret_len)
{
	*ret_len = 0;
	while (len > 0 && *ret_len <= 4 * EMAIL_LOCAL_MAX) {
		int octets = u8_mblen(text, len);
		size_t folded =
		    octets > 0 ? fold_char(text, (size_t)octets, out + *ret_len)
			       : 0;

		if (folded == 0)
			return false;
		text += octets;
		len -= (size_t)octets;
		*ret_len += folded;
	}
	return len == 0;
}

/* Adds the caseless form of `local`: NFC, folded, NFC. */
static const char *fold_unicode_local(struct str local, struct key *key)
{
	uint8_t room[4 * EMAIL_LOCAL_MAX];
	uint8_t chars[4 * EMAIL_LOCAL_MAX + FOLDED_MAX];
	size_t len = sizeof(room), count;
	const char *reason;
	uint8_t *folded = u8_normalize(UNINORM_NFC, (const uint8_t *)local.data,
				       local.len, room, &len);
	bool whole = folded && fold_chars(folded, len, chars, &count);

	if (folded && folded != room)
		free(folded);
	if (folded && !whole)
		return LOCAL_CHARACTER;
	len = sizeof(room);
	folded =
	    folded ? u8_normalize(UNINORM_NFC, chars, count, room, &len) : NULL;
	if (!folded)
		return errno == ENOMEM ? EMAIL_OUT_OF_MEMORY : LOCAL_CHARACTER;
	/* It may have grown, and U+037E has become a semicolon. */
	reason = check_local((struct str){ (const char *)folded, len });
	if (!reason && !key_add(key, folded, len))
		reason = TOO_LONG;
	if (folded != room)
		free(folded);
	return reason;
}

static const char *fold_local(struct str local, struct key *key)
{
	if (!str_is_ascii(local))
		return fold_unicode_local(local, key);
	if (!key_add(key, local.data, local.len))
		return TOO_LONG;
	lower_ascii(key->text + key->len - local.len, local.len);
	return NULL;
}

static const char *idna_reason(int result)
{
	switch (result) {
	case IDN2_MALLOC:
		return EMAIL_OUT_OF_MEMORY;
	case IDN2_TOO_BIG_DOMAIN:
		return TOO_LONG;
	case IDN2_TOO_BIG_LABEL:
	case IDN2_PUNYCODE_BIG_OUTPUT:
		return LABEL_LONG;
	case IDN2_2HYPHEN:
	case IDN2_HYPHEN_STARTEND:
		return DOMAIN_HYPHENS;
	default:
		return DOMAIN_INTERNATIONAL;
	}
}

/* Adds `domain` with its parts as A-labels, checked. */
static const char *fold_unicode_domain(struct str domain, struct key *key)
{
	char text[EMAIL_MAX + 1];
	char *ascii = NULL;
	const char *reason;
	size_t len;
	int result;

	memcpy(text, domain.data, domain.len);
	text[domain.len] = '\0';
	result = idn2_to_ascii_8z(text, &ascii,
				  IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (result != IDN2_OK)
		return idna_reason(result);
	len = strlen(ascii);
	lower_ascii(ascii, len);
	reason = check_domain((struct str){ ascii, len });
	if (!reason && !key_add(key, ascii, len))
		reason = TOO_LONG;
	idn2_free(ascii);
	return reason;
}

static bool has_a_label(struct str domain)
{
	bool more = true;

	while (more) {
		struct str label;
		more = str_cut(domain, '.', &label, &domain);
		if (str_starts_with(label, "xn--"))
			return true;
	}
	return false;
}

static const char *fold_domain(struct str domain, struct key *key)
{
	struct key lower = { .len = 0 };
	const char *reason;

	if (!str_is_ascii(domain))
		return fold_unicode_domain(domain, key);
	if (!key_add(&lower, domain.data, domain.len))
		return TOO_LONG;
	lower_ascii(lower.text, lower.len);
	domain = (struct str){ lower.text, lower.len };
	reason = check_domain(domain);
	if (reason)
		return reason;
	if (has_a_label(domain))
		return fold_unicode_domain(domain, key);
	return key_add(key, domain.data, domain.len) ? NULL : TOO_LONG;
}

/* Cuts at the one @. Everything else here only helps to explain a refusal. */
static const char *split(struct str raw, struct str *ret_local,
			 struct str *ret_domain)
{
	struct str domain;

	if (raw.data[0] == '"')
		return LOCAL_QUOTED;
	if (!str_cut(raw, '@', ret_local, &domain))
		return NO_AT;
	if (memchr(domain.data, '@', domain.len))
		return MANY_AT;
	if (domain.len == 0)
		return DOMAIN_EMPTY;
	if (domain.data[0] == '[')
		return DOMAIN_LITERAL;
	*ret_domain = domain;
	return NULL;
}

/* The key of `raw`, or the reason why there is none. */
static const char *make_key(struct str raw, struct key *key)
{
	struct str local, domain;
	const char *reason;

	if (raw.len == 0)
		return EMPTY;
	if (raw.len > EMAIL_MAX)
		return TOO_LONG;
	if (!str_is_utf8(raw))
		return NOT_UTF8;
	if (str_has_control(raw))
		return HAS_CONTROL;
	if ((reason = split(raw, &local, &domain)) ||
	    (reason = check_characters(raw)) || (reason = check_local(local)) ||
	    (reason = fold_local(local, key)))
		return reason;
	return key_add(key, "@", 1) ? fold_domain(domain, key) : TOO_LONG;
}

const char *email_parse(struct arena *arena, struct str raw,
			struct email *ret_email)
{
	struct key key = { .len = 0 };
	const char *reason = make_key(raw, &key);
	struct email email;

	if (reason)
		return reason;
	email.typed = arena_str(arena, raw);
	email.key = arena_str(arena, (struct str){ key.text, key.len });
	if (!email.typed || !email.key)
		return EMAIL_OUT_OF_MEMORY;
	*ret_email = email;
	return NULL;
}

static const char DOMAIN_PART[] =
    "give an international domain as its A-labels, xn--...";

static const char *fold_part(struct str raw, struct key *key)
{
	struct str local, domain;

	if (raw.len == 0)
		return EMPTY;
	if (raw.len > EMAIL_PART_MAX)
		return TOO_LONG;
	if (!str_is_utf8(raw))
		return NOT_UTF8;
	if (str_has_control(raw))
		return HAS_CONTROL;
	if (str_is_ascii(raw)) {
		if (!key_add(key, raw.data, raw.len))
			return TOO_LONG;
		lower_ascii(key->text + key->len - raw.len, raw.len);
		return NULL;
	}
	if (!str_cut(raw, '@', &local, &domain))
		return fold_unicode_local(raw, key);
	if (local.len > 0 && fold_part(local, key))
		return LOCAL_CHARACTER;
	if (!str_is_ascii(domain))
		return DOMAIN_PART;
	if (!key_add(key, "@", 1))
		return TOO_LONG;
	return domain.len > 0 ? fold_part(domain, key) : NULL;
}

const char *email_part(struct arena *arena, struct str raw,
		       const char **ret_reason)
{
	struct key key = { .len = 0 };
	const char *part;

	*ret_reason = fold_part(raw, &key);
	if (*ret_reason)
		return NULL;
	part = arena_str(arena, (struct str){ key.text, key.len });
	if (!part)
		*ret_reason = EMAIL_OUT_OF_MEMORY;
	return part;
}
