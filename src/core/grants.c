/*
 * grants.c: lists of project memberships, compared as sets, kept in order.
 */
#include "base/base.h"

#include "core/grants.h"

#include "base/buf.h"

static const char *const project_role_words[] = {
	[PROJECT_MEMBER] = "member",
	[PROJECT_OWNER] = "owner",
};

static const char *const member_role_words[] = {
	[PROJECT_MEMBER] = "member",
	[PROJECT_OWNER] = "owner",
	[PROJECT_VIEWER] = "viewer",
};

const struct vocabulary project_roles = VOCABULARY(project_role_words);
const struct vocabulary member_roles = VOCABULARY(member_role_words);

const struct grant *grants_find(struct grants grants, int64_t project)
{
	for (size_t i = 0; i < grants.count; i++) {
		if (grants.at[i].project == project)
			return &grants.at[i];
	}
	return NULL;
}

bool grants_equal(struct grants a, struct grants b)
{
	if (a.count != b.count)
		return false;
	for (size_t i = 0; i < a.count; i++) {
		const struct grant *same = grants_find(b, a.at[i].project);

		if (!same || same->role != a.at[i].role)
			return false;
	}
	return true;
}

bool grants_are_sorted(struct grants grants)
{
	for (size_t i = 1; i < grants.count; i++) {
		if (grants.at[i - 1].project > grants.at[i].project)
			return false;
	}
	return true;
}

static int compare_projects(const void *a, const void *b)
{
	const struct grant *left = a, *right = b;

	return (left->project > right->project) -
	       (left->project < right->project);
}

int grants_sort(struct arena *arena, struct grants grants,
		struct grants *ret_sorted)
{
	struct grant *copy =
	    arena_array(arena, grants.count + 1, sizeof(*copy));

	if (!copy)
		return -1;
	for (size_t i = 0; i < grants.count; i++)
		copy[i] = grants.at[i];
	qsort(copy, grants.count, sizeof(*copy), compare_projects);
	*ret_sorted = (struct grants){ copy, grants.count };
	return 0;
}

const char *grants_format(struct arena *arena, struct grants grants)
{
	struct buf text;
	const char *copy = NULL;

	if (grants.count == 0)
		return "[]";
	buf_init(&text, SIZE_MAX);
	for (size_t i = 0; i < grants.count; i++) {
		buf_add_text(&text, i == 0 ? "[[" : ",[");
		buf_add_i64(&text, grants.at[i].project);
		buf_add_char(&text, ',');
		buf_add_i64(&text, grants.at[i].role);
		buf_add_char(&text, ']');
	}
	buf_add_char(&text, ']');
	if (buf_ok(&text))
		copy = arena_str(arena, buf_str(&text));
	buf_release(&text);
	return copy;
}

/* "<project number>,<role>" */
static bool parse_grant(struct str text, struct grant *ret_grant)
{
	struct str project, role;
	int64_t number;

	if (!str_cut(text, ',', &project, &role) ||
	    !str_to_i64(project, &ret_grant->project) ||
	    ret_grant->project <= 0 || !str_to_i64(role, &number) ||
	    !vocabulary_has(&project_roles, number))
		return false;
	ret_grant->role = (enum project_role)number;
	return true;
}

static size_t count_of(struct str text, char c)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += text.data[i] == c;
	return count;
}

/* Whether the last one names a project that an earlier one named. Most lists
 * are sorted, and then it is enough to look at the one before it. */
static bool is_repeated(struct grants grants, bool *sorted)
{
	const struct grant *last = &grants.at[grants.count - 1];

	if (grants.count == 1)
		return false;
	*sorted = *sorted && last[-1].project < last->project;
	return !*sorted && grants_find(grants, last->project) != last;
}

/* "[1,0],[2,1]" into `grants`, which has room for as many as there are '['. */
static bool parse_list(struct str rest, struct grants *grants)
{
	bool sorted = true;
	struct str item;

	while (rest.len > 0) {
		struct grant *grant = &grants->at[grants->count];
		if (grants->count++ > 0 &&
		    (!str_cut(rest, ',', &item, &rest) || item.len > 0))
			return false;
		if (!str_starts_with(rest, "[") ||
		    !str_cut(rest, ']', &item, &rest))
			return false;
		item = (struct str){ item.data + 1, item.len - 1 };
		if (!parse_grant(item, grant) || is_repeated(*grants, &sorted))
			return false;
	}
	return true;
}

int grants_parse(struct arena *arena, struct str text,
		 struct grants *ret_grants)
{
	struct grants grants = { 0 };

	if (text.len < 2 || text.data[0] != '[' ||
	    text.data[text.len - 1] != ']')
		return -1;
	text = (struct str){ text.data + 1, text.len - 2 };
	if (text.len > 0) {
		/* One more, so that a truncated text cannot write past the
		 * end. */
		grants.at = arena_array(arena, count_of(text, '[') + 1,
					sizeof(*grants.at));
		if (!grants.at || !parse_list(text, &grants))
			return -1;
	}
	*ret_grants = grants;
	return 0;
}
