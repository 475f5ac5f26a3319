/*
 * settings.c: see settings.h. The login file holds lines of the form
 * name=value, and nobody but its owner may read it.
 */
#include "settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "text.h"

#define LOGIN_MAX ((size_t)64 << 10)

/* ---- the login file --------------------------------------------------- */

char *login_path(void)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (config && *config == '/')
		return text_of("%s/invite/login", config);
	if (home && *home == '/')
		return text_of("%s/.config/invite/login", home);
	return NULL;
}

static void read_lines(struct settings *settings, char *text)
{
	char *state = NULL;

	for (char *line = strtok_r(text, "\n", &state); line;
	     line = strtok_r(NULL, "\n", &state)) {
		if (strncmp(line, "base_url=", 9) == 0)
			settings->login_url = copy_of(line + 9);
		else if (strncmp(line, "admin_api_key=", 14) == 0)
			settings->login_key = copy_of(line + 14);
	}
}

/*
 * Whether the file may be believed, after saying why not: who owns it chooses
 * where the user's requests go. A FIFO would have the program wait.
 */
static bool is_for_the_user_alone(const char *path, const struct stat *stat_)
{
	if (!S_ISREG(stat_->st_mode))
		print_problem("%s is not a file; remove it and run \"invite "
			      "login\"",
			      path);
	else if (stat_->st_uid != geteuid())
		print_problem("%s belongs to another user; remove it and run "
			      "\"invite login\"",
			      path);
	else if (stat_->st_mode & 077)
		print_problem("other users can read the key in %s; run: "
			      "chmod 600 %s",
			      path, path);
	else
		return true;
	return false;
}

/* A missing file is no error. */
static bool login_read(struct settings *settings)
{
	char *path = login_path(), *text = NULL;
	struct stat stat_;
	bool ok = true;

	if (path && stat(path, &stat_) == 0) {
		if (is_for_the_user_alone(path, &stat_))
			text = file_read(path, LOGIN_MAX, NULL);
		ok = text != NULL;
	}
	if (text)
		read_lines(settings, text);
	free(text);
	free(path);
	return ok;
}

/* All directories of the path, for nobody but the user. */
static int make_directories(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		int rc;

		*slash = '\0';
		rc = mkdir(path, 0700);
		*slash = '/';
		if (rc && errno != EEXIST)
			return -1;
	}
	return 0;
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t len = strlen(text);
	int rc;

	if (fd < 0)
		return -1;
	rc = write(fd, text, len) == (ssize_t)len && fsync(fd) == 0 ? 0 : -1;
	return close(fd) || rc ? -1 : 0;
}

int login_write(const char *base_url, const char *key)
{
	char *path = login_path();
	char *fresh = path ? text_of("%s.new", path) : NULL;
	char *text = text_of("base_url=%s\nadmin_api_key=%s\n", base_url, key);
	int rc = -1;

	if (!path) {
		print_problem("there is no HOME to keep the login in");
	} else {
		unlink(fresh); /* left by a run that was interrupted */
		if (!make_directories(path) && !write_file(fresh, text))
			rc = rename(fresh, path);
		if (rc)
			print_problem("could not write %s: %s", path,
				      strerror(errno));
	}
	free(text);
	free(fresh);
	free(path);
	return rc;
}

/* ---- which of them holds ---------------------------------------------- */

const char *origin_of_base(enum origin origin)
{
	static const char *const names[] = {
		[ORIGIN_DEFAULT] = "the default",
		[ORIGIN_LOGIN] = "\"invite login\"",
		[ORIGIN_ENVIRONMENT] = BASE_VARIABLE,
		[ORIGIN_OPTION] = "--base-url",
		[ORIGIN_GIVEN] = "the command line",
	};

	return names[origin];
}

const char *origin_of_key(enum origin origin)
{
	static const char *const names[] = {
		[ORIGIN_DEFAULT] = "nowhere",
		[ORIGIN_LOGIN] = "\"invite login\"",
		[ORIGIN_ENVIRONMENT] = KEY_VARIABLE,
		[ORIGIN_OPTION] = "--admin-api-key",
		[ORIGIN_GIVEN] = "your input",
	};

	return names[origin];
}

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static enum origin origin(const char *option, const char *name,
			  const char *login)
{
	if (option)
		return ORIGIN_OPTION;
	if (variable(name))
		return ORIGIN_ENVIRONMENT;
	return login ? ORIGIN_LOGIN : ORIGIN_DEFAULT;
}

static bool is_same_address(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);

	a_len -= a_len > 0 && a[a_len - 1] == '/';
	b_len -= b_len > 0 && b[b_len - 1] == '/';
	return a_len == b_len && memcmp(a, b, a_len) == 0;
}

static void choose_base(struct settings *settings)
{
	const char *option = settings->options.base_url;

	settings->base_from =
	    origin(option, BASE_VARIABLE, settings->login_url);
	if (settings->base_from == ORIGIN_LOGIN)
		settings->options.base_url = settings->login_url;
	settings->base_url = settings->base_from == ORIGIN_OPTION ? option
			     : settings->base_from == ORIGIN_ENVIRONMENT
				 ? variable(BASE_VARIABLE)
			     : settings->base_from == ORIGIN_LOGIN
				 ? settings->login_url
				 : OPENAI_URL;
}

static void choose_key(struct settings *settings)
{
	settings->key_from = origin(settings->options.admin_api_key,
				    KEY_VARIABLE, settings->login_key);
	if (settings->key_from != ORIGIN_LOGIN)
		return;
	if (settings->login_url &&
	    is_same_address(settings->login_url, settings->base_url)) {
		settings->options.admin_api_key = settings->login_key;
		return;
	}
	settings->key_from = ORIGIN_DEFAULT;
	settings->key_withheld = true;
}

bool settings_read(struct settings *settings, const struct inv_options *options)
{
	*settings = (struct settings){ .options = *options };
	if (!login_read(settings))
		return false;
	choose_base(settings);
	choose_key(settings);
	return true;
}

void settings_release(struct settings *settings)
{
	free(settings->login_url);
	if (settings->login_key)
		explicit_bzero(settings->login_key,
			       strlen(settings->login_key));
	free(settings->login_key);
}
