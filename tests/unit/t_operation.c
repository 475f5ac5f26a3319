/*
 * t_operation.c: the tables of a route: what a query may say, and what is no
 * route at all.
 */
#include "base/base.h"

#include "http/operation.h"

#include "unit.h"

/* ---- queries ---- */

enum colour { RED, GREEN };

static const char *const colour_words[] = { "red", "green" };
static const struct vocabulary colours = VOCABULARY(colour_words);

struct things_in {
	struct list_in page;
	bool flags[12], by_colour;
	enum colour colour;
	int64_t parent;
	int each;
};

static int count_each(struct request *request, void *in, struct str value)
{
	(void)request;
	((struct things_in *)in)->each += (int)value.len;
	return 0;
}

/* More than any list had when names were remembered in eight places. */
static const struct query_param filters[] = {
	FILTER_BOOL("a", struct things_in, flags[0]),
	FILTER_BOOL("b", struct things_in, flags[1]),
	FILTER_BOOL("c", struct things_in, flags[2]),
	FILTER_BOOL("d", struct things_in, flags[3]),
	FILTER_BOOL("e", struct things_in, flags[4]),
	FILTER_BOOL("f", struct things_in, flags[5]),
	FILTER_BOOL("g", struct things_in, flags[6]),
	FILTER_BOOL("h", struct things_in, flags[7]),
	FILTER_BOOL("i", struct things_in, flags[8]),
	FILTER_BOOL("j", struct things_in, flags[9]),
	FILTER_WORD("colour", struct things_in, colour, by_colour, &colours),
	FILTER_EACH_BY("each[]", count_each),
	{ 0 },
};

static const struct list_query plain = { .kind = ID_USER };
static const struct list_query rich = { .kind = ID_USER,
					.limit = 100,
					.limit_max = 1000,
					.limit_zero = true,
					.envelope = LIST_BY_NEXT,
					.order = ORDER_ASC,
					.before = true,
					.filters = filters };

static struct http_service service;
static struct http_thread thread = { .service = &service };
static struct request request;

static int read_query(const struct list_query *list, const char *query,
		      struct things_in *in)
{
	request_init(&request, &thread);
	request.query = str_of(query);
	memset(in, 0, sizeof(*in));
	return query_read(&request, list, in);
}

START_TEST(test_what_is_not_said)
{
	struct things_in in;

	ck_assert_int_eq(read_query(&plain, "", &in), 0);
	ck_assert(in.page.limit == 20 && !in.page.ascending &&
		  in.page.after == 0 && in.page.before == 0);
	request_release(&request);
	ck_assert_int_eq(read_query(&rich, "after=&before=&order=", &in), 0);
	ck_assert(in.page.limit == 100 && in.page.ascending &&
		  in.page.after == 0 && !in.by_colour);
	request_release(&request);
}
END_TEST

START_TEST(test_what_is_said)
{
	struct things_in in;

	ck_assert_int_eq(
	    read_query(&rich,
		       "limit=1000&after=user-0000000000005&order=desc&before="
		       "user-0000000000001&colour=green&j=true&a=false&"
		       "each[]=xx&each%5B%5D=y",
		       &in),
	    0);
	ck_assert_int_eq(in.page.limit, 1000);
	ck_assert_int_eq(in.page.after, 5);
	ck_assert_int_eq(in.page.before, 1);
	ck_assert(!in.page.ascending && in.by_colour && in.colour == GREEN);
	ck_assert(in.flags[9] && !in.flags[0]);
	ck_assert_int_eq(in.each, 3);
	request_release(&request);
	ck_assert_int_eq(read_query(&rich, "limit=0", &in), 0);
	ck_assert_int_eq(in.page.limit, 0);
	request_release(&request);
}
END_TEST

static const struct {
	const struct list_query *list;
	const char *query, *code;
} refused[] = {
	{ NULL, "limit=1", "unknown_parameter" },
	{ &plain, "order=asc", "unknown_parameter" },
	{ &plain, "before=user-0000000000001", "unknown_parameter" },
	{ &plain, "a=true", "unknown_parameter" },
	{ &plain, "limit=0", "integer_below_min_value" },
	{ &plain, "limit=101", "integer_above_max_value" },
	{ &plain, "limit=1&limit=1", "given twice" },
	{ &plain, "after=&after=", "given twice" },
	{ &rich, "limit=1001", "integer_above_max_value" },
	{ &rich, "limit=-1", "integer_below_min_value" },
	{ &rich, "order=up", "'asc' and 'desc'" },
	{ &rich, "after=invite-0000000000001", "Use the next" },
	{ &rich, "before=x", "Invalid 'before'" },
	{ &rich, "colour=blue", "'red' and 'green'" },
	{ &rich, "a=1", "invalid_type" },
	{ &rich,
	  "a=true&b=true&c=true&d=true&e=true&f=true&g=true&h=true&i=true&"
	  "j=true&colour=red&limit=5&order=asc&j=false",
	  "given twice" },
	{ &rich, "each[]=x&each[]=y&a=true&a=true", "given twice" },
};

START_TEST(test_refused)
{
	struct things_in in;

	ck_assert_int_eq(read_query(refused[_i].list, refused[_i].query, &in),
			 -1);
	ck_assert_int_eq(request.status, 400);
	ck_assert_msg(strstr(request.out.data, refused[_i].code) != NULL, "%s",
		      request.out.data);
	request_release(&request);
}
END_TEST

/* ---- what is no route ---- */

struct thing {
	int64_t id;
};

struct thing_in {
	int64_t parent, id;
	const char *name;
};

static const struct shape shape = {
	SHAPE_OF(struct thing, ID_USER),
	.object = "thing",
	.members = (const struct member[]){ { 0 } },
};

static const struct field fields[] = {
	TAKE_TEXT("name", REQUIRED, struct thing_in, name, 10),
};

static const struct verb get = { .size_in = sizeof(struct id_in),
				 .size_out = sizeof(struct thing) };
static const struct verb put = { .size_in = sizeof(struct thing_in),
				 .size_out = sizeof(struct thing) };
static const struct verb list_all = { .size_in = sizeof(struct things_in),
				      .size_out = sizeof(struct list_out) };

static void handle(struct request *unused)
{
	(void)unused;
}

#define ONE_PATH "/things/{user_id}"

static const struct {
	bool sound;
	const char *why;
	struct route route;
} probes[] = {
	{ true,
	  "a get",
	  { .path = ONE_PATH,
	    .verb = &get,
	    .ids = { INPUT(struct id_in, id) },
	    .shape = &shape } },
	{ true,
	  "two ids and a body",
	  { .method = METHOD_POST,
	    .path = "/things/{user_id}/parts/{project_id}",
	    .body = BODY_JSON,
	    .verb = &put,
	    .ids = { INPUT(struct thing_in, parent),
		     INPUT(struct thing_in, id) },
	    FIELDS(fields),
	    .shape = &shape } },
	{ true,
	  "a list",
	  { .path = "/things",
	    .verb = &list_all,
	    .list = &rich,
	    .shape = &shape } },
	{ true, "a handler", { .path = "/things", .handle = handle } },
	{ false, "neither verb nor handler", { .path = "/things" } },
	{ false,
	  "both",
	  { .path = "/things",
	    .verb = &get,
	    .shape = &shape,
	    .handle = handle } },
	{ false,
	  "no shape",
	  { .path = ONE_PATH,
	    .verb = &get,
	    .ids = { INPUT(struct id_in, id) } } },
	{ false,
	  "an id of the path that goes nowhere",
	  { .path = ONE_PATH, .verb = &get, .shape = &shape } },
	{ false,
	  "an id that the path has not",
	  { .path = "/things",
	    .verb = &get,
	    .ids = { INPUT(struct id_in, id) },
	    .shape = &shape } },
	{ false,
	  "an id beyond the verb's input",
	  { .path = ONE_PATH,
	    .verb = &get,
	    .ids = { INPUT(struct thing_in, id) },
	    .shape = &shape } },
	{ false,
	  "fields of a body that is not read",
	  { .path = "/things",
	    .verb = &put,
	    FIELDS(fields),
	    .shape = &shape } },
	{ false,
	  "a field beyond the verb's input",
	  { .path = "/things",
	    .body = BODY_JSON,
	    .verb = &get,
	    FIELDS(fields),
	    .shape = &shape } },
	{ false,
	  "a list of a verb that makes none",
	  { .path = "/things",
	    .verb = &put,
	    .list = &plain,
	    .shape = &shape } },
	{ false,
	  "a filter beyond the verb's input",
	  { .path = "/things",
	    .verb = &(const struct verb){ .size_in = sizeof(struct list_in),
					  .size_out = sizeof(struct list_out) },
	    .list = &rich,
	    .shape = &shape } },
	{ false,
	  "a shape that is larger than what comes out",
	  { .path = ONE_PATH,
	    .verb = &(const struct verb){ .size_in = sizeof(struct id_in) },
	    .ids = { INPUT(struct id_in, id) },
	    .shape = &shape } },
};

START_TEST(test_sound_routes)
{
	ck_assert_msg(operation_is_sound(&probes[_i].route) == probes[_i].sound,
		      "%s", probes[_i].why);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_what_is_not_said);
	tcase_add_test(tests, test_what_is_said);
	tcase_add_loop_test(tests, test_refused, 0, COUNT_OF(refused));
	tcase_add_loop_test(tests, test_sound_routes, 0, COUNT_OF(probes));
}

int main(void)
{
	return unit_run("operation", add);
}
