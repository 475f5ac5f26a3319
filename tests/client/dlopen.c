/*
 * dlopen.c LIBRARY URL: loads the library, uses it and lets it go, twice.
 */
#include <inv.h>

#include <dlfcn.h>
#include <stdio.h>

/* POSIX has a void * that is a function; ISO C does not, hence the union. */
static void (*function(void *library, const char *name))(void)
{
	union {
		void *object;
		void (*function)(void);
	} symbol = { dlsym(library, name) };

	return symbol.function;
}

#define FUNCTION(library, name) ((__typeof__(name) *)function(library, #name))

static int use(void *library, const char *url)
{
	struct inv_client *client;
	struct inv_invite *invite;
	struct inv_error err;

	if (FUNCTION(library, inv_client_new)(
		&(struct inv_options){ .base_url = url, .admin_api_key = "k" },
		&client, &err) ||
	    FUNCTION(library, inv_invites_retrieve)(client, "invite-1", NULL,
						    &invite, &err)) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	puts(invite->id);
	FUNCTION(library, inv_free)(invite);
	FUNCTION(library, inv_free)(client);
	return 0;
}

int main(int argc, char **argv)
{
	for (int i = 0; i < 2 && argc == 3; i++) {
		void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);

		if (!library || use(library, argv[2]))
			return 1;
		dlclose(library);
	}
	return argc == 3 ? 0 : 2;
}
