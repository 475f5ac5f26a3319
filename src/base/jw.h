/*
 * jw.h: writes JSON (RFC 8259) straight into a buffer.
 *
 *	jw_object(&jw);
 *	jw_key(&jw, "id");
 *	jw_text(&jw, id);
 *	jw_end_object(&jw);
 *
 * No tree is built only to print it. Commas are put in; nesting is the
 * caller's business. Failure is the buffer's: ask buf_ok() at the end.
 */
#ifndef BASE_JW_H
#define BASE_JW_H

#include "base/base.h"
#include "base/buf.h"

struct jw {
	struct buf *out;
	bool comma; /* a value stands before the next one */
};

void jw_init(struct jw *jw, struct buf *out);

void jw_object(struct jw *jw);
void jw_end_object(struct jw *jw);
void jw_array(struct jw *jw);
void jw_end_array(struct jw *jw);

/* The name of the next value; a literal that needs no escaping. */
void jw_key(struct jw *jw, const char *name);

/* The same as it is written, for tables: JW_KEY("id"). */
#define JW_KEY(name)                                         \
	{                                                    \
		"\"" name "\":", sizeof("\"" name "\":") - 1 \
	}
void jw_key_written(struct jw *jw, struct str key);

/*
 * A string; escaped as needed, so that it can stand in HTML too (<, >, & and
 * U+2028/9 as \u escapes). Bytes that are not UTF-8 become U+FFFD.
 */
void jw_str(struct jw *jw, struct str value);
void jw_text(struct jw *jw, const char *value);	 /* NULL writes null */
void jw_plain(struct jw *jw, const char *value); /* that needs no escaping */
void jw_lines(struct jw *jw, struct str text);	 /* an array of its lines */
void jw_i64(struct jw *jw, int64_t value);
void jw_bool(struct jw *jw, bool value);
void jw_null(struct jw *jw);

/* What is JSON already: a value; or members, behind others in an object. */
void jw_json(struct jw *jw, struct str json);

#endif
