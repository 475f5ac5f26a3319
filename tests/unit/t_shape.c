/*
 * t_shape.c: structs as JSON by their tables: each kind of member, and the
 * envelopes that the official clients page by.
 */
#include "base/base.h"

#include "http/shape.h"

#include "unit.h"

enum mood { MOOD_NONE, MOOD_GOOD };

static const char *const mood_words[] = { NULL, "good" };
static const struct vocabulary moods = OPTIONAL_VOCABULARY(mood_words);

struct thing {
	int64_t other, id; /* its id need not come first */
	const char *name, *tags;
	enum mood mood;
	int64_t at;
	int count;
	bool open;
};

static void write_now(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct thing *thing = item;

	jw_i64(jw, now_seconds + thing->count);
}

static const struct member members[] = {
	SHOW_ID("id", struct thing, id, ID_INVITE),
	SHOW_ID("other", struct thing, other, ID_USER),
	SHOW_TEXT("name", struct thing, name),
	SHOW_STRINGS("tags", struct thing, tags),
	SHOW_WORD("mood", struct thing, mood, &moods),
	SHOW_TIME("at", struct thing, at),
	SHOW_NUMBER("count", struct thing, count),
	SHOW_BOOL("open", struct thing, open),
	SHOW_FIXED("kind", "plain"),
	SHOW_FALSE("hidden"),
	SHOW_BY("now", write_now),
	{ 0 },
};

static const struct shape shape = {
	SHAPE_OF(struct thing, ID_INVITE),
	.object = "thing",
	.members = members,
};

static struct buf out;

static struct jw begin(void)
{
	struct jw jw;

	buf_init(&out, 4096);
	jw_init(&jw, &out);
	return jw;
}

static void assert_written(const char *wanted)
{
	ck_assert(buf_ok(&out));
	ck_assert_str_eq(out.data, wanted);
	buf_release(&out);
}

START_TEST(test_each_kind_of_member)
{
	struct thing full = { .id = 1,
			      .other = 2,
			      .name = "A \"b\"",
			      .tags = "one\nt\"wo",
			      .mood = MOOD_GOOD,
			      .at = 3,
			      .count = -4,
			      .open = true };
	struct jw jw = begin();

	shape_write(&jw, &shape, &full, 10);
	assert_written("{\"object\":\"thing\",\"id\":\"invite-0000000000001\","
		       "\"other\":\"user-0000000000002\","
		       "\"name\":\"A \\\"b\\\"\","
		       "\"tags\":[\"one\",\"t\\\"wo\"],"
		       "\"mood\":\"good\",\"at\":3,"
		       "\"count\":-4,\"open\":true,\"kind\":\"plain\","
		       "\"hidden\":false,\"now\":6}");
}
END_TEST

START_TEST(test_what_is_not_there_is_null)
{
	struct thing empty = { .id = 1 };
	struct jw jw = begin();

	shape_write(&jw, &shape, &empty, 0);
	assert_written("{\"object\":\"thing\",\"id\":\"invite-0000000000001\","
		       "\"other\":null,\"name\":null,\"tags\":[],"
		       "\"mood\":null,\"at\":null,"
		       "\"count\":0,\"open\":false,\"kind\":\"plain\","
		       "\"hidden\":false,\"now\":0}");
}
END_TEST

/* A row of a damaged database: the number is not used as an index. */
START_TEST(test_a_number_outside_its_vocabulary)
{
	struct thing damaged = { .id = 1, .mood = (enum mood)1234567 };
	struct jw jw = begin();

	shape_write(&jw, &shape, &damaged, 0);
	ck_assert_ptr_nonnull(strstr(out.data, "\"mood\":\"unknown\""));
	buf_release(&out);
}
END_TEST

START_TEST(test_deleted)
{
	struct jw jw = begin();

	shape_write_deleted(&jw, &shape, 7, NULL);
	assert_written("{\"object\":\"thing.deleted\","
		       "\"id\":\"invite-0000000000007\",\"deleted\":true}");
}
END_TEST

START_TEST(test_what_was_not_there_to_be_deleted)
{
	static const struct shape open = {
		.object = "thing",
		.deleted_without_id = true,
		.removed = offsetof(struct thing, open) + 1,
	};
	struct thing out_of_it = { .open = false };
	struct jw jw = begin();

	shape_write_deleted(&jw, &open, 7, &out_of_it);
	assert_written("{\"object\":\"thing.deleted\",\"deleted\":false}");
}
END_TEST

/* ---- envelopes ---- */

static struct thing rows[] = { { .id = 9 }, { .id = 8 } };

static const struct shape bare = {
	SHAPE_OF(struct thing, ID_INVITE),
	.object = "t",
	.members = (const struct member[]){ { 0 } },
};

#define NINE  "\"invite-0000000000009\""
#define EIGHT "\"invite-0000000000008\""

static const struct {
	enum list_envelope envelope;
	struct list_out list;
	const char *json;
} lists[] = {
	{ LIST_BY_IDS,
	  { rows, 2, true },
	  "{\"object\":\"list\",\"data\":[{\"object\":\"t\"},{\"object\":"
	  "\"t\"}],\"first_id\":" NINE ",\"last_id\":" EIGHT
	  ",\"has_more\":true}" },
	{ LIST_BY_IDS,
	  { rows, 1, false },
	  "{\"object\":\"list\",\"data\":[{\"object\":\"t\"}],\"first_"
	  "id\":" NINE ",\"last_id\":" NINE ",\"has_more\":false}" },
	{ LIST_BY_IDS,
	  { NULL, 0, false },
	  "{\"object\":\"list\",\"data\":[],\"first_id\":null,\"last_id\":null,"
	  "\"has_more\":false}" },
	{ LIST_BY_NEXT,
	  { rows, 2, true },
	  "{\"object\":\"list\",\"data\":[{\"object\":\"t\"},{\"object\":"
	  "\"t\"}],\"next\":" EIGHT ",\"has_more\":true}" },
	/* at the end there is no next one: clients go on while there is */
	{ LIST_BY_NEXT,
	  { rows, 2, false },
	  "{\"object\":\"list\",\"data\":[{\"object\":\"t\"},{\"object\":"
	  "\"t\"}],\"next\":null,\"has_more\":false}" },
	/* limit=0: there are more, but nobody could ask for them */
	{ LIST_BY_NEXT,
	  { NULL, 0, true },
	  "{\"object\":\"list\",\"data\":[],\"next\":null,\"has_more\":"
	  "false}" },
	{ LIST_BY_NEXT,
	  { NULL, 0, false },
	  "{\"object\":\"list\",\"data\":[],\"next\":null,\"has_more\":"
	  "false}" },
};

START_TEST(test_envelope)
{
	struct jw jw = begin();

	shape_write_list(&jw, &bare, lists[_i].envelope, &lists[_i].list, 0);
	assert_written(lists[_i].json);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_each_kind_of_member);
	tcase_add_test(tests, test_what_is_not_there_is_null);
	tcase_add_test(tests, test_a_number_outside_its_vocabulary);
	tcase_add_test(tests, test_deleted);
	tcase_add_test(tests, test_what_was_not_there_to_be_deleted);
	tcase_add_loop_test(tests, test_envelope, 0, COUNT_OF(lists));
}

int main(void)
{
	return unit_run("shape", add);
}
