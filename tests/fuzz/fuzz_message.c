/*
 * fuzz_message.c: any bytes as the names in a mail, its sender and the mail
 * server's URL, one after another with a NUL between.
 *
 * Whatever they are: the mail has the headers it should have and no other, two
 * parts, and lines that every server carries.
 */
#include "base/base.h"

#include "fuzz.h"
#include "mail/message.h"
#include "mail/smtp_url.h"

#define PUBLIC_URL "https://invited.example.com"
#define BOUNDARY   "--=_invite-028T5CY4TQKFF"

static const char *const headers[] = {
	"Date: ",
	"From: ",
	"To: ",
	"Subject: ",
	"Content-Language: ",
	"Message-ID: ",
	"Auto-Submitted: ",
	"MIME-Version: ",
	"Content-Type: ",
};

/* The next line without its CRLF. */
static struct str next_line(struct str *text)
{
	struct str line;

	require(str_cut(*text, '\n', &line, text));
	require(line.len > 0 && line.data[line.len - 1] == '\r');
	line.len--;
	require(line.len <= 998);
	return line;
}

static void check_characters(struct str text, bool utf8)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		require(c >= ' ' || c == '\r' || c == '\n');
		require(c < 0x7F || (utf8 && c >= 0x80));
		require(c != '\r' || text.data[i + 1] == '\n');
	}
}

/* Through the empty line; continuation lines begin with a blank. */
static void check_headers(struct str *text)
{
	size_t next = 0;

	for (;;) {
		struct str line = next_line(text);
		if (line.len == 0)
			break;
		if (line.data[0] == ' ') {
			require(next > 0 && str_trim(line).len > 0);
			continue;
		}
		require(next < COUNT_OF(headers));
		require(str_starts_with(line, headers[next++]));
	}
	require(next == COUNT_OF(headers));
}

static void check_parts(struct str text)
{
	int begun = 0;

	while (text.len > 0) {
		struct str line = next_line(&text);
		if (!str_starts_with(line, BOUNDARY))
			continue;
		if (str_is(line, BOUNDARY "--")) {
			require(begun == 2 && text.len == 0);
			return;
		}
		require(str_is(line, BOUNDARY));
		begun++;
	}
	require(!"there is an end");
}

static void check_message(struct sender *sender, const char *organization,
			  const char *project)
{
	struct grant grant = { 1, PROJECT_MEMBER };
	struct named_grant named = { project, PROJECT_OWNER, false };
	struct outbox_mail mail = { .queued_at_ms = 1769868300000 };
	struct message message;
	struct letter letter;

	mail.to.organization_name = organization;
	mail.to.grants = &named;
	mail.to.invite.grants = (struct grants){ &grant, 1 };
	mail.to.invite.email = mail.to.invite.email_key = "ada@example.com";
	mail.to.invite.id = mail.token.invite = 0x0123456789ABCDEF;
	message_init(&message);
	if (message_compose(&message, sender, PUBLIC_URL, &mail, &letter)) {
		struct str text = letter.text;
		check_characters(text, letter.utf8);
		check_headers(&text);
		check_parts(text);
	}
	message_release(&message);
}

static void check_url(struct arena *arena, const char *url)
{
	const struct transport_options options = { .url = url };
	struct smtp_settings settings;
	struct fail fail;

	if (smtp_url_parse(arena, &options, &settings, &fail) < 0) {
		require(fail.message[0]);
		return;
	}
	require(str_starts_with(str_of(settings.url), "smtp"));
	require(!strpbrk(settings.url, "@?# \r\n"));
	require(!settings.username == !settings.password);
	require(settings.tls != SMTP_TLS_NONE || !settings.verify);
	require(settings.whole_ms > 0);
}

int fuzz_one(const uint8_t *data, size_t size)
{
	struct str rest = { (const char *)data, size }, field;
	const char *fields[4];
	struct sender sender;
	struct arena arena;
	struct fail fail;

	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		str_cut(rest, '\0', &field, &rest);
		fields[i] = arena_str(&arena, field);
		if (!fields[i])
			goto out;
	}
	if (sender_parse(&arena, fields[2], &sender, &fail) < 0 &&
	    sender_parse(&arena, "invited@localhost", &sender, &fail) < 0)
		require(!"the standard sender is one");
	check_message(&sender, fields[0], fields[1]);
	check_url(&arena, fields[3]);
out:
	arena_release(&arena);
	return 0;
}
