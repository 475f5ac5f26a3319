/*
 * params.c: see params.h. What a member says is decided in one place for body
 * and query: omitted, null, or a value.
 */
#include "base/base.h"
#include "params.h"

#include "accept_link.h"

void draft_begin(struct draft *draft, const struct operation *operation,
		 const char *method)
{
	*draft = (struct draft){ .operation = operation };
	draft->is_query =
	    strcmp(method, "GET") == 0 || strcmp(method, "DELETE") == 0;
	buf_init(&draft->query, URL_MAX);
	buf_init(&draft->base_url, URL_MAX);
	body_begin(&draft->body);
}

void draft_release(struct draft *draft)
{
	buf_release(&draft->query);
	buf_release(&draft->base_url);
	body_release(&draft->body);
}

/* ---- one value ---------------------------------------------------------- */

static void query_name(struct draft *draft, const char *name)
{
	buf_add_char(&draft->query, '&');
	percent_add(&draft->query, name);
	buf_add_char(&draft->query, '=');
}

static int add_text(struct draft *draft, const char *name, const char *value,
		    struct inv_error *err)
{
	if (!str_is_utf8(str_of(value)))
		return error_set(err, INV_ERROR_USAGE, "%s is not UTF-8.",
				 name);
	if (draft->is_query) {
		query_name(draft, name);
		percent_add(&draft->query, value);
	} else {
		body_name(&draft->body, name);
		jw_text(&draft->body.jw, value);
	}
	return 0;
}

static int add_number(struct draft *draft, const char *name, int64_t value)
{
	if (draft->is_query) {
		query_name(draft, name);
		buf_add_i64(&draft->query, value);
	} else {
		body_name(&draft->body, name);
		jw_i64(&draft->body.jw, value);
	}
	return 0;
}

static int add_true(struct draft *draft, const char *name)
{
	if (draft->is_query) {
		query_name(draft, name);
		buf_add_text(&draft->query, "true");
	} else {
		body_name(&draft->body, name);
		jw_bool(&draft->body.jw, true);
	}
	return 0;
}

static int missing(const char *name, struct inv_error *err)
{
	return error_set(err, INV_ERROR_USAGE,
			 "Missing required parameter: '%s'.", name);
}

static int omitted(struct draft *draft, const struct param *param,
		   struct inv_error *err)
{
	return param->required && !body_has(&draft->body, param->name)
		   ? missing(param->name, err)
		   : 0;
}

/* ---- what is said ------------------------------------------------------- */

static int misused(const char *name, const char *why, struct inv_error *err)
{
	return error_set(err, INV_ERROR_USAGE, "%s %s.", name, why);
}

/*
 * 1 where there is a value to add, 0 where all is done, -1 where what is said
 * and what stands beside it contradict each other.
 */
static int read_said(struct draft *draft, const struct param *param,
		     enum inv_said said, bool has_value, bool lacks_value,
		     struct inv_error *err)
{
	switch (said) {
	case INV_OMITTED:
		if (has_value)
			return misused(param->name,
				       "is omitted, but has a value: set said, "
				       "as INV_TEXT() and its like do",
				       err);
		return omitted(draft, param, err);
	case INV_NULL:
		if (has_value)
			return misused(param->name, "is null, but has a value",
				       err);
		if (draft->is_query)
			return misused(param->name, "cannot be null in a query",
				       err);
		body_name(&draft->body, param->name);
		jw_null(&draft->body.jw);
		return 0;
	case INV_VALUE:
		return lacks_value ? misused(param->name,
					     "is said to have a value, but has "
					     "none",
					     err)
				   : 1;
	}
	return misused(param->name,
		       "says neither INV_OMITTED, INV_NULL nor INV_VALUE", err);
}

static int add_said_text(struct draft *draft, const struct param *param,
			 const struct inv_text *text, struct inv_error *err)
{
	int rc = read_said(draft, param, text->said, text->value != NULL,
			   text->value == NULL, err);

	return rc > 0 ? add_text(draft, param->name, text->value, err) : rc;
}

static int add_said_number(struct draft *draft, const struct param *param,
			   const struct inv_number *number,
			   struct inv_error *err)
{
	int rc = read_said(draft, param, number->said, number->value != 0,
			   false, err);

	return rc > 0 ? add_number(draft, param->name, number->value) : rc;
}

/* "name[]=a&name[]=b", as the official clients write a list. */
static int query_texts(struct draft *draft, const char *name,
		       const struct inv_texts *texts, struct inv_error *err)
{
	char many[64];

	snprintf(many, sizeof(many), "%s[]", name);
	for (size_t i = 0; i < texts->len; i++) {
		if (!texts->items[i])
			return missing(many, err);
		if (add_text(draft, many, texts->items[i], err))
			return -1;
	}
	return 0;
}

static int body_texts(struct draft *draft, const char *name,
		      const struct inv_texts *texts, struct inv_error *err)
{
	body_name(&draft->body, name);
	jw_array(&draft->body.jw);
	for (size_t i = 0; i < texts->len; i++) {
		if (!texts->items[i] || !str_is_utf8(str_of(texts->items[i])))
			return error_set(err, INV_ERROR_USAGE,
					 "%s[%zu] has to be given, in UTF-8.",
					 name, i);
		jw_text(&draft->body.jw, texts->items[i]);
	}
	jw_end_array(&draft->body.jw);
	return 0;
}

static int add_said_texts(struct draft *draft, const struct param *param,
			  const struct inv_texts *texts, struct inv_error *err)
{
	int rc =
	    read_said(draft, param, texts->said, texts->items || texts->len > 0,
		      texts->len > 0 && !texts->items, err);

	if (rc <= 0)
		return rc;
	return draft->is_query ? query_texts(draft, param->name, texts, err)
			       : body_texts(draft, param->name, texts, err);
}

/* ---- grants ------------------------------------------------------------- */

static const char *word_of(const struct words *words, int value,
			   const char *text)
{
	const char *word = text ? text : word_text(words, value);

	return *word ? word : NULL;
}

/* The grant number `i` in a message, as the API would name it. */
static int grant_problem(size_t i, const char *member, struct inv_error *err)
{
	return error_set(err, INV_ERROR_USAGE,
			 "projects[%zu].%s has to be given, in UTF-8.", i,
			 member);
}

static int add_grant(struct jw *jw, const struct inv_grant *grant, size_t i,
		     struct inv_error *err)
{
	const char *role =
	    word_of(&project_role_words, (int)grant->role, grant->role_text);

	if (!grant->id || !str_is_utf8(str_of(grant->id)))
		return grant_problem(i, "id", err);
	if (!role || !str_is_utf8(str_of(role)))
		return grant_problem(i, "role", err);
	jw_object(jw);
	jw_key(jw, "id");
	jw_text(jw, grant->id);
	jw_key(jw, "role");
	jw_text(jw, role);
	jw_end_object(jw);
	return 0;
}

static int add_said_grants(struct draft *draft, const struct param *param,
			   const struct inv_grants *grants,
			   struct inv_error *err)
{
	int rc = read_said(draft, param, grants->said,
			   grants->items || grants->len > 0,
			   grants->len > 0 && !grants->items, err);

	if (rc <= 0)
		return rc;
	body_name(&draft->body, param->name);
	jw_array(&draft->body.jw);
	for (size_t i = 0; i < grants->len; i++)
		if (add_grant(&draft->body.jw, &grants->items[i], i, err))
			return -1;
	jw_end_array(&draft->body.jw);
	return 0;
}

/* ---- who invites -------------------------------------------------------- */

static int add_inviter(struct draft *draft, const char *name,
		       const struct inv_inviter *inviter, struct inv_error *err)
{
	struct jw *jw = &draft->body.jw;

	if (!inviter)
		return 0;
	if (!inviter->email || !str_is_utf8(str_of(inviter->email)) ||
	    (inviter->name && !str_is_utf8(str_of(inviter->name))))
		return error_set(err, INV_ERROR_USAGE,
				 "%s.email has to be given, and %s.name may "
				 "be, in UTF-8.",
				 name, name);
	body_name(&draft->body, name);
	jw_object(jw);
	if (inviter->name) {
		jw_key(jw, "name");
		jw_text(jw, inviter->name);
	}
	jw_key(jw, "email");
	jw_text(jw, inviter->email);
	jw_end_object(jw);
	return 0;
}

/* ---- objects ------------------------------------------------------------- */

static int add_object_text(struct draft *draft, const char *name,
			   const char *text, struct inv_error *err)
{
	json_t *json = text ? json_loads(text, 0, NULL) : NULL;
	bool is_object = json_is_object(json);

	json_decref(json);
	if (!text)
		return 0;
	if (!is_object)
		return misused(name, "is not a JSON object", err);
	body_name(&draft->body, name);
	jw_json(&draft->body.jw, str_of(text));
	return 0;
}

/* ---- structs of their own ------------------------------------------------ */

static int add_object(struct draft *draft, const struct param *param,
		      const char *object, struct inv_error *err)
{
	const struct operation operation = { .params = param->of };
	struct draft item;
	int rc = -1;

	draft_begin(&item, &operation, "POST");
	if (draft_add(&item, object, err) == 0)
		rc = body_end(&item.body, err);
	if (rc == 0)
		jw_json(&draft->body.jw, buf_str(&item.body.text));
	draft_release(&item);
	return rc;
}

static int add_objects(struct draft *draft, const struct param *param,
		       const char *objects, size_t count, struct inv_error *err)
{
	if (count > 0 && !objects)
		return missing(param->name, err);
	body_name(&draft->body, param->name);
	jw_array(&draft->body.jw);
	for (size_t i = 0; i < count; i++)
		if (add_object(draft, param, objects + i * param->size, err))
			return -1;
	jw_end_array(&draft->body.jw);
	return 0;
}

/* ---- an invitation's link ----------------------------------------------- */

static int add_link(struct draft *draft, const char *name, const char *link,
		    struct inv_error *err)
{
	char room[ACCEPT_LINK_MAX];
	struct str code;

	if (!link || !*link)
		return missing(name, err);
	if (!str_is_utf8(str_of(link)))
		return error_set(err, INV_ERROR_USAGE, "%s is not UTF-8.",
				 name);
	if (accept_link_read(link, &draft->base_url, room, &code, err))
		return -1;
	draft->is_bare = true;
	body_name(&draft->body, "token");
	jw_str(&draft->body.jw, code);
	return 0;
}

/* ---- a whole struct ----------------------------------------------------- */

static int add_plain_text(struct draft *draft, const struct param *param,
			  const char *value, struct inv_error *err)
{
	if (strcmp(param->name, "after") == 0 && draft->operation->is_list) {
		draft->after = value && *value ? value : NULL;
		return 0;
	}
	if (value)
		return add_text(draft, param->name, value, err);
	return omitted(draft, param, err);
}

static int add_count(struct draft *draft, const struct param *param,
		     int64_t value, struct inv_error *err)
{
	if (value < 0)
		return misused(param->name, "cannot be negative", err);
	return value ? add_number(draft, param->name, value) : 0;
}

static int add_query(struct draft *draft, const struct param *param,
		     const char *value, struct inv_error *err)
{
	if (!value || !*value)
		return 0;
	if (!url_is_part(value, "#") || *value == '?' || *value == '&')
		return misused(param->name,
			       "has to be encoded, and to begin without \"?\" "
			       "and \"&\"",
			       err);
	buf_addf(&draft->query, "&%s", value);
	return 0;
}

/* Only for parameters that are a text: others may lie where none can. */
static const char *text_at(const void *place)
{
	return *(const char *const *)place;
}

static int add(struct draft *draft, const struct param *param,
	       const char *params, struct inv_error *err)
{
	const void *place = params + param->offset;

	switch (param->kind) {
	case PARAM_TEXT:
		return add_plain_text(draft, param, text_at(place), err);
	case PARAM_WORD:
		return add_plain_text(draft, param,
				      word_of(param->words, *(const int *)place,
					      text_at(params + param->second)),
				      err);
	case PARAM_COUNT:
		return add_count(draft, param, *(const int *)place, err);
	case PARAM_INTEGER:
		return add_count(draft, param, *(const int64_t *)place, err);
	case PARAM_FLAG:
		return *(const bool *)place ? add_true(draft, param->name) : 0;
	case PARAM_SAID_TEXT:
		return add_said_text(draft, param, place, err);
	case PARAM_SAID_NUMBER:
		return add_said_number(draft, param, place, err);
	case PARAM_SAID_TEXTS:
		return add_said_texts(draft, param, place, err);
	case PARAM_SAID_GRANTS:
		return add_said_grants(draft, param, place, err);
	case PARAM_INVITER:
		return add_inviter(draft, param->name,
				   *(const struct inv_inviter *const *)place,
				   err);
	case PARAM_OBJECTS:
		return add_objects(draft, param, text_at(place),
				   *(const size_t *)(params + param->second),
				   err);
	case PARAM_OBJECT_TEXT:
		return add_object_text(draft, param->name, text_at(place), err);
	case PARAM_LINK:
		return add_link(draft, param->name, text_at(place), err);
	case PARAM_EXTRA_BODY: /* before all the others: see draft_add() */
		return 0;
	case PARAM_EXTRA_QUERY:
		return add_query(draft, param, text_at(place), err);
	case PARAM_RAW_BODY:
		draft->raw_body = text_at(place);
		return 0;
	}
	return 0;
}

static int add_extra_body(struct draft *draft, const char *params,
			  struct inv_error *err)
{
	for (const struct param *param = draft->operation->params; param->name;
	     param++) {
		const char *text;

		if (param->kind != PARAM_EXTRA_BODY)
			continue;
		text = text_at(params + param->offset);
		if (text)
			return body_extra(&draft->body, text, err);
	}
	return 0;
}

int draft_add(struct draft *draft, const void *params, struct inv_error *err)
{
	static const max_align_t nothing[PARAMS_MAX / sizeof(max_align_t)];

	if (!draft->operation->params)
		return 0;
	if (!params)
		params = nothing;
	if (add_extra_body(draft, params, err))
		return -1;
	for (const struct param *param = draft->operation->params; param->name;
	     param++)
		if (add(draft, param, params, err))
			return -1;
	return 0;
}
