/*
 * parts.c: a request made of requests.
 *
 * Each part has a request of its own, which knows no connection: it is given
 * its item of the array as its body, and its answer is copied into the whole's.
 * They are kept in a ring, for their lines stand in the order of the array
 * whichever is finished first.
 *
 * The surprise: the parsed body is thrown away, and each item is parsed once
 * more, by the handler, from where it stands in the body's text. To keep a tree
 * of objects for every request that waits would take twenty times the memory.
 */
#include "base/base.h"

#include "http/parts.h"

#include "http/errors.h"
#include "http/once.h"
#include "http/shape.h"

/* Parts of all such requests of a thread that are under way: two batches of the
 * store, one of which is made ready while the other is written. */
#define AT_ONCE	   128
#define FEW	   2  /* the same, beside requests of others */
#define FEW_ROUNDS 8  /* after the last of those */
#define WHOLES_MAX 32 /* such requests; more are refused for now */

struct parts {
	struct request *whole;
	const struct parts_kind *kind;
	struct str *bodies;
	size_t count, begun, written;
	struct request *ring;
	size_t room;
	struct jw jw; /* the whole's answer */
	size_t created, existing, refused;
	bool unavailable; /* each line so far says so */
};

/* ---- beginning and end ---- */

static int split(struct parts *parts, const struct value *array)
{
	struct request *whole = parts->whole;

	parts->count = array->count;
	parts->bodies = arena_array(&whole->arena, array->count + 1,
				    sizeof(*parts->bodies));
	if (!parts->bodies || body_items(buf_str(&whole->body), parts->bodies,
					 array->count) < array->count)
		return -1;
	return 0;
}

static int make_room(struct parts *parts, size_t room)
{
	parts->room = room < parts->count ? room : parts->count;
	parts->ring = malloc((parts->room + 1) * sizeof(*parts->ring));
	return parts->ring ? 0 : -1;
}

struct parts *parts_new(struct request *request, const struct parts_kind *kind,
			const struct value *array)
{
	struct parts *parts = arena_alloc(&request->arena, sizeof(*parts));

	if (request->thread->wholes >= WHOLES_MAX) {
		answer_error(request, 503, "service_unavailable", NULL,
			     "Too many requests of this kind are under way. "
			     "Nothing was changed; try again in a moment.");
		return NULL;
	}
	if (parts)
		*parts = (struct parts){
			.whole = request,
			.kind = kind,
			.unavailable = true,
		};
	if (!parts || split(parts, array) < 0) {
		answer_unavailable(request);
		return NULL;
	}
	request_release_parsed(request);
	request->has_parts = true;
	request->thread->wholes++;
	return parts;
}

static struct request *place_of(struct parts *parts, size_t index)
{
	return &parts->ring[index % parts->room];
}

void parts_free(struct parts *parts)
{
	while (parts->written < parts->begun)
		request_release(place_of(parts, parts->written++));
	free(parts->ring);
	parts->whole->thread->wholes--;
}

struct request *parts_whole(struct request *request)
{
	return request->parts ? request->parts->whole : request;
}

/* ---- lines ---- */

static bool was_there(const struct parts *parts, const struct request *part)
{
	for (size_t i = 0; i < part->header_count; i++) {
		if (strcmp(part->headers[i].name, parts->kind->existing) == 0)
			return true;
	}
	return false;
}

/* An answer without the newline at its end. */
static struct str json_of(const struct buf *answer)
{
	return (struct str){ answer->data, answer->len - 1 };
}

/* What a part was answered is an object: the thing, or one with an error. */
static void write_answer(struct parts *parts, const struct request *part)
{
	struct str text = json_of(&part->out);
	struct jw *jw = &parts->jw;

	jw_key(jw, parts->kind->item);
	if (part->status == 200) {
		jw_json(jw, text);
		jw_key(jw, "error");
		jw_null(jw);
	} else {
		jw_null(jw);
		jw_json(jw, (struct str){ text.data + 1, text.len - 2 });
	}
}

static void write_line(struct parts *parts, struct request *part, size_t index)
{
	struct jw *jw = &parts->jw;
	bool existing;

	if (!buf_ok(&part->out)) {
		buf_release(&part->out);
		part->header_count = 0;
		answer_unavailable(part);
	}
	existing = was_there(parts, part);
	jw_object(jw);
	write_text(jw, "object", parts->kind->line);
	jw_key(jw, "index");
	jw_i64(jw, (int64_t)index);
	jw_key(jw, "status");
	jw_i64(jw, part->status);
	jw_key(jw, "existing");
	jw_bool(jw, existing);
	write_answer(parts, part);
	jw_end_object(jw);
	parts->existing += existing;
	parts->created += part->status == 200 && !existing;
	parts->refused += part->status != 200;
	parts->unavailable = parts->unavailable && part->status == 503;
}

static void write_number(struct jw *jw, const char *name, size_t value)
{
	jw_key(jw, name);
	jw_i64(jw, (int64_t)value);
}

static void begin_answer(struct parts *parts)
{
	parts->jw = answer_json(parts->whole);
	jw_object(&parts->jw);
	write_text(&parts->jw, "object", parts->kind->object);
	jw_key(&parts->jw, "data");
	jw_array(&parts->jw);
}

/* Where the store is away for all, the whole is what can be sent again. */
static void end_answer(struct parts *parts)
{
	struct request *whole = parts->whole;

	whole->parked = false;
	if (parts->unavailable && parts->count > 0) {
		whole->op.result = RESULT_STORE_UNAVAILABLE;
		answer_result(whole, NULL);
		return;
	}
	jw_end_array(&parts->jw);
	write_number(&parts->jw, "created", parts->created);
	write_number(&parts->jw, "existing", parts->existing);
	write_number(&parts->jw, "refused", parts->refused);
	jw_end_object(&parts->jw);
	answer_json_end(whole);
}

/* ---- a few at a time ---- */

static struct request *begin(struct parts *parts)
{
	const struct request *whole = parts->whole;
	struct str body = parts->bodies[parts->begun];
	struct request *part = place_of(parts, parts->begun++);

	request_init(part, whole->thread);
	part->parts = parts;
	part->method = whole->method;
	part->method_name = whole->method_name;
	part->route = whole->route;
	part->organization = whole->organization;
	part->key = whole->key;
	part->key_user = whole->key_user;
	part->now_ms = whole->now_ms;
	if (body.len > BODY_MAX)
		answer_too_large(part, BODY_MAX);
	else
		buf_add_str(&part->body, body);
	once_begin_part(part, whole, parts->begun);
	if (!buf_ok(&part->body))
		answer_unavailable(part);
	return part;
}

static void write_ready(struct parts *parts)
{
	while (parts->written < parts->begun) {
		struct request *part = place_of(parts, parts->written);

		if (!part->answered)
			return;
		write_line(parts, part, parts->written++);
		request_release(part);
	}
}

/* What all threads that serve the same have answered to others: they wait for
 * this one's time, or with the parts in the queue of writes. */
static int64_t answered_beside(const struct http_thread *thread)
{
	int64_t count = 0;

	for (const struct http_thread *t = thread->service->threads; t;
	     t = t->next) {
		if (t->router == thread->router)
			count += http_counted(&t->counts.singles);
	}
	return count;
}

/* How many of these parts may be under way: few while others are answered, or
 * were since a thread's last request of this kind. */
static size_t share_of(const struct parts *parts)
{
	struct http_thread *thread = parts->whole->thread;
	int64_t answered = answered_beside(thread);
	size_t most;

	if (answered != thread->singles_seen)
		thread->few_until = thread->round + FEW_ROUNDS;
	thread->singles_seen = answered;
	most = thread->round < thread->few_until ? FEW : AT_ONCE;
	return most > thread->wholes ? most / thread->wholes : 1;
}

static void advance(struct parts *parts)
{
	size_t share = share_of(parts);

	write_ready(parts);
	while (parts->begun < parts->count &&
	       parts->begun - parts->written < share) {
		struct request *part = begin(parts);

		if (!part->answered)
			parts->kind->handle(part);
		write_ready(parts);
	}
	if (parts->written == parts->count) {
		end_answer(parts);
		parts_free(parts);
	}
}

void parts_run(struct parts *parts)
{
	if (make_room(parts, AT_ONCE) < 0) {
		answer_unavailable(parts->whole);
		parts_free(parts);
		return;
	}
	parts->whole->parked = true;
	begin_answer(parts);
	advance(parts);
}

void parts_resume(struct parts *parts)
{
	advance(parts);
}

/* ---- all together ---- */

bool parts_begin_all(struct parts *parts)
{
	if (make_room(parts, parts->count) < 0) {
		answer_unavailable(parts->whole);
		parts_free(parts);
		return false;
	}
	while (parts->begun < parts->count)
		begin(parts);
	return true;
}

size_t parts_count(const struct parts *parts)
{
	return parts->count;
}

struct request *parts_at(struct parts *parts, size_t index)
{
	return place_of(parts, index);
}

void parts_end(struct parts *parts)
{
	begin_answer(parts);
	write_ready(parts);
	end_answer(parts);
	parts_free(parts);
}

void parts_refuse(struct parts *parts, const char *code)
{
	struct request *whole = parts->whole;
	size_t refused = 0;

	for (size_t i = 0; i < parts->count; i++)
		refused += place_of(parts, i)->answered;
	answer_error(whole, 400, code, NULL,
		     "Nothing was done, for %zu of the %zu lines cannot be. "
		     "Mend those that `data` names and send all of them again.",
		     refused, parts->count);
	whole->out.len = json_of(&whole->out).len - 1; /* goes on */
	parts->jw = (struct jw){ .out = &whole->out, .comma = true };
	jw_key(&parts->jw, "data");
	jw_array(&parts->jw);
	for (size_t i = 0; i < parts->count; i++) {
		if (place_of(parts, i)->answered)
			write_line(parts, place_of(parts, i), i);
	}
	jw_end_array(&parts->jw);
	jw_end_object(&parts->jw);
	buf_add_char(&whole->out, '\n');
	parts_free(parts);
}
