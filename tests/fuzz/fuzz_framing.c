/*
 * fuzz_framing.c: any bytes as a request's headers, "Name: value" in lines.
 * What is taken as sound says one thing only: a plain count of the lines
 * agrees.
 */
#include "base/base.h"
#include "fuzz.h"
#include "http/framing.h"

struct counts {
	int hosts, lengths, encodings;
};

static void count(struct counts *counts, struct str name)
{
	counts->hosts += str_is_nocase(name, "host");
	counts->lengths += str_is_nocase(name, "content-length");
	counts->encodings += str_is_nocase(name, "transfer-encoding");
}

static void check(const struct framing *framing, const struct counts *counts)
{
	require(counts->hosts <= 1);
	require(counts->lengths + counts->encodings <= 1);
	require(framing_has_body(framing) ==
		(framing->length > 0 || counts->encodings == 1));
	require(counts->encodings == 0 || framing->chunked);
	require(framing->length <= INT64_MAX);
}

int fuzz_one(const uint8_t *data, size_t size)
{
	struct str rest = { (const char *)data, size }, line, name, value;
	struct framing framing = { .hosts = 0 };
	struct counts counts = { 0 };

	while (rest.len > 0) {
		str_cut(rest, '\n', &line, &rest);
		str_cut(line, ':', &name, &value);
		value = str_trim(value);
		framing_note(&framing, name, value);
		count(&counts, name);
		if (value.len > 0 && memchr(value.data, '\0', value.len))
			require(framing.broken);
	}
	if (framing_is_sound(&framing, "HTTP/1.1"))
		require(counts.hosts == 1);
	if (framing_is_sound(&framing, "HTTP/1.1") ||
	    framing_is_sound(&framing, "HTTP/1.0"))
		check(&framing, &counts);
	return 0;
}
