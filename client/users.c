/*
 * users.c: /organization/users. There is no create: users arrive by accepting
 * an invite.
 */
#include "base/base.h"
#include "page.h"

static const struct field user_fields[] = {
	FIELD(struct inv_user, id, FIELD_ID),
	FIELD(struct inv_user, object, FIELD_TEXT),
	FIELD(struct inv_user, name, FIELD_TEXT_OR),
	FIELD(struct inv_user, email, FIELD_TEXT_OR),
	FIELD_OF_WORDS(struct inv_user, role, role_words),
	FIELD(struct inv_user, added_at, FIELD_INTEGER),
	FIELD(struct inv_user, json, FIELD_JSON),
	{ 0 },
};

static const struct shape user_shape = {
	sizeof(struct inv_user),
	user_fields,
	offsetof(struct inv_user, request_id),
};

PAGE_OF(user);
LIST_OF(user)

static const struct route retrieve_route = { "GET",
					     "/organization/users/{user_id}",
					     &user_shape };
static const struct route list_route = { "GET", "/organization/users",
					 &user_page_shape };

int inv_admin_organization_users_retrieve(struct inv_client *client,
					  const char *user_id,
					  struct inv_user **ret_user,
					  struct inv_error *err)
{
	struct call call = { .route = &retrieve_route, .ids = &user_id };
	struct inv_user *user = call_send(client, &call, err);

	if (!user)
		return -1;
	*ret_user = user;
	return 0;
}

int inv_admin_organization_users_list(struct inv_client *client,
				      const struct inv_list_params *params,
				      struct inv_user_page **ret_page,
				      struct inv_error *err)
{
	struct page *page = page_get(client, &list_route, NULL, params, err);

	if (!page)
		return -1;
	*ret_page = (struct inv_user_page *)page;
	return 0;
}

int inv_admin_organization_users_iterate(struct inv_client *client,
					 const struct inv_list_params *params,
					 struct inv_user_iter **ret_iter,
					 struct inv_error *err)
{
	struct iter *iter = iter_new(client, &list_route, NULL, params, err);

	if (!iter)
		return -1;
	*ret_iter = (struct inv_user_iter *)iter;
	return 0;
}
