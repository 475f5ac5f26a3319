/*
 * leaked.c: invited key leaked: revokes keys that leaked.
 *
 * What scanners for secrets print is read from standard input, in whatever form
 * that has: all that matters are the texts of keys in it. A key is ended only
 * where the secret is its own. Its id is not secret, and anybody can compute
 * the checksum, so without that an attacker could have other people's keys
 * revoked by planting a text where scanners look. An operator may still name an
 * id, as the command's argument.
 */
#include "base/base.h"

#include <string.h>

#include "command/commands.h"
#include "command/session.h"
#include "core/key.h"
#include "mail/mail.h"
#include "store/keys/leaks.h"

#define WINDOW (64 * 1024) /* octets of input that are looked at together */

_Static_assert(WINDOW > 2 * KEY_MAX, "a key may lie across two readings");

/* ---- the input ---- */

struct input {
	FILE *file;
	char data[WINDOW];
	size_t len, at; /* there are, and were looked through */
	size_t line;
	bool at_end;
};

static void pass(struct input *input, size_t to)
{
	for (; input->at < to; input->at++)
		input->line += input->data[input->at] == '\n';
}

static void read_more(struct input *input)
{
	size_t left = input->len - input->at, more;

	memmove(input->data, input->data + input->at, left);
	input->at = 0;
	more = fread(input->data + left, 1, sizeof(input->data) - left,
		     input->file);
	input->len = left + more;
	input->at_end = more == 0;
}

/* The next key in it; what may be one that goes on in what was not read yet
 * waits for that. */
static bool next_key(struct input *input, struct str *ret_key)
{
	for (;;) {
		struct str rest = { input->data + input->at,
				    input->len - input->at };
		bool found = key_search(rest, ret_key);
		size_t end =
		    found ? (size_t)(ret_key->data - input->data) + ret_key->len
			  : 0;

		if (found && (input->at_end || end < input->len)) {
			pass(input, end);
			return true;
		}
		if (input->at_end)
			return false;
		if (!found && rest.len > KEY_MAX)
			pass(input, input->len - KEY_MAX);
		else if (found)
			pass(input, (size_t)(ret_key->data - input->data));
		read_more(input);
	}
}

/* ---- the keys ---- */

struct tally {
	size_t found, left; /* keys; those that open on */
};

static int unusable(void)
{
	return command_fail(EXIT_TRY_AGAIN, "the database could not be used; "
					    "try again");
}

/* `line`: 0 where the operator named it. */
static void print_leaked(size_t line, const char *key, const char *what,
			 const char *name)
{
	if (line)
		printf("%zu", line);
	printf("%s\t%s\t%s\t%s\n", line ? "" : "-", key, what,
	       name ? name : "");
}

/* The exit code: EXIT_OK or EXIT_TRY_AGAIN. */
static int revoke(struct session *session, const struct leaked_key *key,
		  size_t line)
{
	const struct leak_revoke_in in = { .id = key->id,
					   .project = key->project,
					   .kind = key->kind,
					   .tell = mail_sends(
					       session->conf->mail) };
	struct leak_revoke_out out;
	char id[ID_TEXT_SIZE];

	if (session_ask(session, &verb_leak_revoke, key->organization, &in,
			&out) != RESULT_OK)
		return unusable();
	print_leaked(line, id_format(key->kind, key->id, id),
		     out.revoked ? "revoked" : "revoked before", key->name);
	return EXIT_OK;
}

/* A text that was found in the input. */
static int take_text(struct session *session, struct str text, size_t line,
		     struct tally *tally)
{
	struct leak_find_in in = { .id = key_id(text) };
	struct leaked_key key;
	enum result result;
	char shown[REDACTED_SIZE];

	tally->found++;
	sha256(text, in.secret_hash);
	result = session_ask(session, &verb_leak_find, 0, &in, &key);
	if (result == RESULT_OK && key.same)
		return revoke(session, &key, line);
	key_redact(text, shown);
	if (result == RESULT_KEY_UNKNOWN) {
		print_leaked(line, shown, "unknown", NULL);
		return EXIT_OK;
	}
	if (result != RESULT_OK)
		return unusable();
	tally->left += key.revoked_at == 0;
	print_leaked(line, shown, "not its secret", key.name);
	return EXIT_OK;
}

static int take_input(struct session *session, FILE *file)
{
	struct input input = { .file = file, .line = 1 };
	struct tally tally = { 0 };
	struct str text;
	int code = EXIT_OK;

	while (code == EXIT_OK && next_key(&input, &text)) {
		code = take_text(session, text, input.line, &tally);
		arena_release(&session->arena);
		arena_init(&session->arena, COMMAND_ARENA);
	}
	wipe(input.data, sizeof(input.data));
	if (code != EXIT_OK)
		return code;
	if (ferror(file))
		return command_fail(EXIT_FAILED, "could not read the input");
	if (tally.found == 0)
		fputs("No key was found in the input.\n", stderr);
	if (tally.left == 0)
		return EXIT_OK;
	return command_fail(EXIT_FAILED,
			    "%zu of them have the id of a key but not its "
			    "secret, so the key was left in force. To revoke "
			    "it all the same: invited key leaked ID",
			    tally.left);
}

/* ---- the command ---- */

static int take_id(struct session *session, const char *argument)
{
	struct leak_find_in in = { .id = 0 };
	struct leaked_key key;
	enum result result;

	if (!id_parse(ID_KEY, str_of(argument), &in.id))
		return command_fail(EXIT_USAGE,
				    "%s is not the id of a key; the texts of "
				    "keys are read from standard input",
				    argument);
	result = session_ask(session, &verb_leak_find, 0, &in, &key);
	if (result == RESULT_KEY_UNKNOWN)
		return command_fail(EXIT_FAILED, "there is no key with this "
						 "id");
	return result == RESULT_OK ? revoke(session, &key, 0) : unusable();
}

int command_leaked(struct session *session)
{
	const char *id = session->conf->argument;

	return id ? take_id(session, id) : take_input(session, stdin);
}
