/*
 * plugin LIBRARY ADDRESS: invites somebody with a libinv that is loaded when
 * it is needed, as a program with plugins does.
 */
#include <dlfcn.h>
#include <inv.h>
#include <stdio.h>
#include <string.h>

static int (*client_new)(const struct inv_options *, struct inv_client **,
			 struct inv_error *);
static int (*create)(struct inv_client *,
		     const struct inv_invite_create_params *,
		     const struct inv_call *, struct inv_invite **,
		     struct inv_error *);
static void (*free_it)(void *);

/* ISO C has no way from an object's pointer to a function's but this. */
static int find(void *library, const char *name, void *ret_function)
{
	void *symbol = dlsym(library, name);

	memcpy(ret_function, &symbol, sizeof(symbol));
	return symbol ? 0 : -1;
}

static int invite(const char *email)
{
	struct inv_invite_create_params params = { .email = email,
						   .role = INV_ROLE_READER };
	struct inv_client *client = NULL;
	struct inv_invite *invite = NULL;
	struct inv_error err;

	if (client_new(NULL, &client, &err) ||
	    create(client, &params, NULL, &invite, &err))
		fprintf(stderr, "%s\n", err.message);
	else
		puts(invite->id);
	free_it(client);
	free_it(invite);
	return invite ? 0 : 1;
}

int main(int argc, char **argv)
{
	void *library;
	int status = 1;

	if (argc != 3) {
		fprintf(stderr, "usage: plugin LIBRARY ADDRESS\n");
		return 2;
	}
	library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
	if (library && !find(library, "inv_client_new", &client_new) &&
	    !find(library, "inv_invites_create", &create) &&
	    !find(library, "inv_free", &free_it))
		status = invite(argv[2]);
	else
		fprintf(stderr, "%s\n", dlerror());
	if (library)
		dlclose(library);
	return status;
}
