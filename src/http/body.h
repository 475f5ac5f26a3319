/*
 * body.h: JSON bodies, checked once, at the door.
 *
 * A handler declares what it accepts; the values that it then gets have the
 * right type and size, and nothing else was in the body. Errors name the
 * parameter and are answered here.
 */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include "base/base.h"
#include "core/id.h"
#include "core/vocabulary.h"
#include "http/request.h"

enum field_type {
	FIELD_STRING,
	FIELD_TEXT, /* a string that people read: printable, not blank */
	FIELD_WORD, /* of a vocabulary; its number */
	FIELD_ID,   /* 0, which is no id, if it is not of its kind */
	FIELD_INTEGER,
	FIELD_BOOLEAN,
	FIELD_STRINGS, /* an array of them, of at most LINE_MAX_OCTETS each;
			* one text, each on a line of it */
	FIELD_ARRAY,
	FIELD_OBJECT,
	FIELD_METADATA /* an object of texts, as one text; "" for none */
};

#define BODY_FIELDS_MAX	 32   /* of a route */
#define LINE_MAX_OCTETS	 256  /* of a string in a list of them */
#define LINES_MAX_OCTETS 4096 /* of all that are in one */

struct field {
	const char *name;
	enum field_type type;
	bool required;
	bool not_null;	  /* else null is as if it were absent */
	bool says_null;	  /* but for `said`, which is set; the input stays 0 */
	int64_t min, max; /* of an integer; octets of a string; items */
	size_t input;	  /* its offset in the verb's input, plus 1; 0: not set
			   * there */
	size_t said; /* of a bool there, plus 1: whether it was given; or 0 */
	const struct vocabulary *words;
	enum id_kind kind;
	/* For each string of a list: why it is not valid (static, to follow
	 * "Invalid '...': "), or NULL. NULL: any text is. */
	const char *(*check)(struct str text);
};

#define REQUIRED true
#define OPTIONAL false

/* Fields that go into the verb's input, of `type_`; what they are for is left
 * as it is, zero, where they are absent or null. */
#define TAKE_TEXT(name_, need, type_, member, max_)                      \
	{                                                                \
		.name = (name_), .type = FIELD_TEXT, .required = (need), \
		.min = 1, .max = (max_),                                 \
		.input = OFFSET_OF(type_, member, const char *) + 1,     \
	}
/* "" for an empty array. */
#define TAKE_STRINGS(name_, need, type_, member, max_)                      \
	{                                                                   \
		.name = (name_), .type = FIELD_STRINGS, .required = (need), \
		.max = (max_),                                              \
		.input = OFFSET_OF(type_, member, const char *) + 1,        \
	}
#define TAKE_WORD(name_, need, type_, member, vocabulary)                \
	{                                                                \
		.name = (name_), .type = FIELD_WORD, .required = (need), \
		.min = 1, .max = BODY_MAX, .words = (vocabulary),        \
		.input = OFFSET_OF_ENUM(type_, member) + 1,              \
	}
#define TAKE_NUMBER(name_, need, type_, member, min_, max_)                 \
	{                                                                   \
		.name = (name_), .type = FIELD_INTEGER, .required = (need), \
		.min = (min_), .max = (max_),                               \
		.input = OFFSET_OF(type_, member, int64_t) + 1,             \
	}
#define TAKE_ID(name_, need, type_, member, kind_)                     \
	{                                                              \
		.name = (name_), .type = FIELD_ID, .required = (need), \
		.min = 1, .max = BODY_MAX, .kind = (kind_),            \
		.input = OFFSET_OF(type_, member, int64_t) + 1,        \
	}

#define TAKE_STRING(name_, need, type_, member, max_)                      \
	{                                                                  \
		.name = (name_), .type = FIELD_STRING, .required = (need), \
		.min = 1, .max = (max_),                                   \
		.input = OFFSET_OF(type_, member, const char *) + 1,       \
	}

/* Optional, with 0 among its values; `flag` says whether it came. */
#define TAKE_NUMBER_IF(name_, type_, member, flag, min_, max_)                 \
	{                                                                      \
		.name = (name_), .type = FIELD_INTEGER, .min = (min_),         \
		.max = (max_), .input = OFFSET_OF(type_, member, int64_t) + 1, \
		.said = OFFSET_OF(type_, flag, bool) + 1,                      \
	}

#define TAKE_BOOL(name_, type_, member)                      \
	{                                                    \
		.name = (name_), .type = FIELD_BOOLEAN,      \
		.input = OFFSET_OF(type_, member, bool) + 1, \
	}

/* Optional pairs: "" where there are none in it. */
#define TAKE_METADATA(name_, type_, member)                          \
	{                                                            \
		.name = (name_), .type = FIELD_METADATA,             \
		.input = OFFSET_OF(type_, member, const char *) + 1, \
	}

/* An optional text that may be empty. */
#define TAKE_TEXT_OR_EMPTY(name_, type_, member, max_)               \
	{                                                            \
		.name = (name_), .type = FIELD_TEXT, .max = (max_),  \
		.input = OFFSET_OF(type_, member, const char *) + 1, \
	}

/* Optional ones whose 0 means something, so that `flag` says if they came. */
#define TAKE_WORD_IF(name_, type_, member, flag, vocabulary)   \
	{                                                      \
		.name = (name_), .type = FIELD_WORD, .min = 1, \
		.max = BODY_MAX, .words = (vocabulary),        \
		.input = OFFSET_OF_ENUM(type_, member) + 1,    \
		.said = OFFSET_OF(type_, flag, bool) + 1,      \
	}
#define TAKE_ID_IF(name_, type_, member, flag, kind_)                         \
	{                                                                     \
		.name = (name_), .type = FIELD_ID, .min = 1, .max = BODY_MAX, \
		.kind = (kind_),                                              \
		.input = OFFSET_OF(type_, member, int64_t) + 1,               \
		.said = OFFSET_OF(type_, flag, bool) + 1,                     \
	}

/* In the order of the fields. Not present: absent, or null. */
struct value {
	bool present;
	bool is_null;
	struct str string; /* UTF-8, NUL-terminated, no NUL inside; arena's */
	int64_t integer;   /* a word's number, an id too */
	bool boolean;
	struct json_t *array; /* or object; until the request is submitted */
	size_t count;	      /* of the array */
};

/*
 * Reads the request's body, an object of these fields and no others, into
 * `ret_values`. 0, or -1 with the request answered (400, 415).
 */
int body_read(struct request *request, const struct field *fields, size_t count,
	      struct value *ret_values) MUST_CHECK;

/* Puts the values that were read to where their fields say, in `in`. */
void body_fill(const struct field *fields, size_t count,
	       const struct value *values, void *in);

/* Whether all fields have room in `size` bytes of input. */
bool body_fits(const struct field *fields, size_t count, size_t size);

/*
 * The same for the item at `index` of an array that was read: its fields are
 * named "<array>[<index>].<field>" in complaints.
 */
int body_read_item(struct request *request, const char *array_name,
		   const struct value *array, size_t index,
		   const struct field *fields, size_t count,
		   struct value *ret_values) MUST_CHECK;

/* The same for an object that was read: "<object>.<field>". */
int body_read_object(struct request *request, const char *object_name,
		     const struct value *object, const struct field *fields,
		     size_t count, struct value *ret_values) MUST_CHECK;

/*
 * Where the `count` items of the first array in a body stand in its text, which
 * was parsed before and is sound. Returns how many were found. (items.c)
 */
size_t body_items(struct str body, struct str *ret_items,
		  size_t count) MUST_CHECK;

/* Metadata, of an object that was read: up to 16 pairs, as JSON in the arena;
 * NULL where there are none. */
int body_read_metadata(struct request *request, const char *param,
		       const struct value *value,
		       const char **ret_text) MUST_CHECK;

/* Names a parameter inside an item, for complaints: "projects[1].id". */
const char *body_item_param(struct request *request, const char *array_name,
			    size_t index, const char *field);

/*
 * A printable string that is not blank; -1 with the request answered where it
 * holds what no name may (core/name.h) or nothing that can be seen.
 */
int body_check_text(struct request *request, const char *param,
		    struct str text) MUST_CHECK;

/* The number of a word; -1 with the request answered, naming the valid words,
 * if it is not one of them. */
int body_read_word(struct request *request, const char *param, struct str word,
		   const struct vocabulary *vocabulary,
		   int *ret_number) MUST_CHECK;

/* Whether the text is a JSON object; json_text.h is quicker. */
bool body_holds_object(struct str text) MUST_CHECK;

/* An urlencoded form's field, decoded; false where it is absent or is not
 * properly encoded UTF-8. */
bool form_field(struct request *request, const char *name,
		struct str *ret_value) MUST_CHECK;

/* Whether all of the form is properly encoded UTF-8 without NUL. A field that
 * cannot be read is not one that was left out. */
bool form_is_sound(struct request *request) MUST_CHECK;

#endif
