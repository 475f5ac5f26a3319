/*
 * t_message.c: the mail that carries an invitation. What a mail reader makes
 * of it is tests/mail/test_message.py's matter; here are the promises that
 * can be seen in the bytes.
 */
#include "base/base.h"
#include "unit.h"

#include "alloc.h"
#include "core/email.h"
#include "core/organization.h"
#include "mail/message.h"

#define PUBLIC_URL "https://invited.example.com"
#define TOKEN	   "028T5CY4TQKFF.KioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKio"

#define LAST	   "--=_invite-028T5CY4TQKFF--\r\n"

static struct arena arena;
static struct message message;
static struct sender sender;
static struct outbox_mail mail;
static struct fail fail;

static struct named_grant named[GRANTS_MAX];
static struct grant grants[GRANTS_MAX];

static void set_up(void)
{
	struct invite *invite = &mail.to.invite;

	arena_init(&arena, 1 << 20);
	message_init(&message);
	ck_assert_int_eq(
	    sender_parse(&arena, "Invited <invited@localhost>", &sender, &fail),
	    0);
	mail = (struct outbox_mail){ .queued_at_ms = 1769868300999 };
	mail.to.organization_name = "Acme";
	mail.to.grants = named;
	invite->id = 0x0123456789ABCDEF;
	invite->email = "Ada@example.com";
	invite->email_key = "ada@example.com";
	invite->grants.at = grants;
	invite->expires_at = 1770473100;
	mail.token.invite = invite->id;
	memset(mail.token.secret, '*', SECRET_SIZE);
}

static void tear_down(void)
{
	message_release(&message);
	arena_release(&arena);
}

static const char *compose(void)
{
	static struct letter letter;

	ck_assert(
	    message_compose(&message, &sender, PUBLIC_URL, &mail, &letter));
	ck_assert_uint_eq(letter.text.len, strlen(letter.text.data));
	return letter.text.data;
}

static void add_project(const char *name, bool archived)
{
	size_t i = mail.to.invite.grants.count++;

	named[i] = (struct named_grant){ name, PROJECT_OWNER, archived };
}

#define check_has(text, part) \
	ck_assert_msg(strstr(text, part), "no '%s' in:\n%.2000s", part, text)
#define check_has_not(text, part) \
	ck_assert_msg(!strstr(text, part), "'%s' in:\n%.2000s", part, text)

/* ---- envelope and headers ---- */

START_TEST(test_headers)
{
	const char *text = compose();

	ck_assert(str_starts_with(
	    str_of(text),
	    "Date: Sat, 31 Jan 2026 14:05:00 +0000\r\n"
	    "From: \"Invited\" <invited@localhost>\r\n"
	    "To: Ada@example.com\r\n"
	    "Subject: You are invited to join Acme\r\n"
	    "Content-Language: en\r\n"
	    "Message-ID: <invite-028T5CY4TQKFF.1769868300999@localhost>"
	    "\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/alternative;\r\n"
	    " boundary=\"=_invite-028T5CY4TQKFF\"\r\n\r\n"));
}
END_TEST

static void check_from(const char *email, const char *name,
		       const char *expected, bool own)
{
	struct letter letter;

	mail.to.settings.sender_email = email;
	mail.to.settings.sender_name = name;
	ck_assert(
	    message_compose(&message, &sender, PUBLIC_URL, &mail, &letter));
	ck_assert(letter.own_sender == own);
	check_has(letter.text.data, expected);
	ck_assert_str_eq(letter.from, own ? message.own : "invited@localhost");
}

/* What the database should not hold is as if it were not there. */
START_TEST(test_a_sender_of_its_own)
{
	check_from(NULL, NULL, "From: \"Invited\" <invited@localhost>", false);
	check_from(NULL, "Crew", "From: \"Crew\" <invited@localhost>", false);
	check_from("team@example.org", NULL,
		   "From: \"Acme\" <team@example.org>", true);
	check_from("team@b\u00fccher.example", "Crew",
		   "From: \"Crew\" <team@xn--bcher-kva.example>", true);
	check_from("nobody", NULL, "From: \"Invited\" <invited@localhost>",
		   false);
	check_from("j\u00f6rg@example.org", NULL,
		   "From: \"Invited\" <invited@localhost>", false);
}
END_TEST

START_TEST(test_a_reminder_says_so_and_until_when)
{
	const char *text;

	check_has_not(compose(), "This is a reminder");
	mail.letter = LETTER_REMINDER;
	mail.queued_at_ms++;
	text = compose();
	check_has(text,
		  "Subject: Reminder: your invitation to Acme expires on");
	check_has(text, "This is a reminder");
	check_has(text, TOKEN);
	check_has(text, "Message-ID: <invite-028T5CY4TQKFF.1769868301000@");
}
END_TEST

/* An SMTP server may refuse longer lines, and bare CR or LF. */
static void check_lines(struct str text)
{
	struct str line;

	ck_assert_ptr_null(memchr(text.data, '\0', text.len));
	while (text.len > 0) {
		ck_assert(str_cut(text, '\n', &line, &text));
		ck_assert_uint_le(line.len, 999);
		ck_assert_uint_gt(line.len, 0);
		ck_assert_int_eq(line.data[line.len - 1], '\r');
		ck_assert_ptr_null(memchr(line.data, '\r', line.len - 1));
	}
}

static const char *const names[] = {
	"Acme",
	"",
	"Acme\r\nBcc: eve@example.com\r\n\r\n<script>",
	"Acme\nBcc: eve@example.com",
	"Acme\rBcc: eve@example.com",
	"\xE2\x80\xAE"
	"evil\xC2\x85"
	"Bcc: eve@example.com",
	"--=_invite-028T5CY4TQKFF--",
	"{{link}} {{*projects}}",
	"\xFF\xFE not UTF-8",
};

START_TEST(test_no_name_breaks_a_line)
{
	const char *text;

	mail.to.organization_name = names[_i];
	add_project(names[_i], false);
	text = compose();
	check_lines(str_of(text));
	check_has_not(text, "\nBcc:");
	check_has_not(strstr(text, "text/html"), "<script>");
	/* Its own last delimiter and no other. */
	ck_assert_str_eq(strstr(text, "\r\n" LAST), "\r\n" LAST);
}
END_TEST

START_TEST(test_longest_names)
{
	static char name[NAME_MAX_OCTETS + 1];
	struct letter letter;

	memset(name, "x\"<\xE9"[_i], NAME_MAX_OCTETS);
	mail.to.organization_name = name;
	for (int i = 0; i < GRANTS_MAX; i++)
		add_project(name, false);
	ck_assert(
	    message_compose(&message, &sender, PUBLIC_URL, &mail, &letter));
	check_lines(letter.text);
	ck_assert_uint_lt(letter.text.len, MESSAGE_MAX);
}
END_TEST

static const struct {
	const char *typed, *key, *to;
	bool utf8;
} recipients[] = {
	{ "Ada@Example.com", "ada@example.com", "Ada@Example.com", false },
	{ "Ada@B\xC3\xBC"
	  "cher.example",
	  "ada@xn--bcher-kva.example", "Ada@xn--bcher-kva.example", false },
	{ "pel\xC3\xA9@b\xC3\xBC"
	  "cher.example",
	  "pel\xC3\xA9@xn--bcher-kva.example",
	  "pel\xC3\xA9@b\xC3\xBC"
	  "cher.example",
	  true },
};

START_TEST(test_recipient)
{
	struct letter letter;
	char header[100];

	mail.to.invite.email = recipients[_i].typed;
	mail.to.invite.email_key = recipients[_i].key;
	ck_assert(
	    message_compose(&message, &sender, PUBLIC_URL, &mail, &letter));
	ck_assert_str_eq(letter.to, recipients[_i].to);
	ck_assert_int_eq(letter.utf8, recipients[_i].utf8);
	ck_assert_str_eq(letter.from, "invited@localhost");
	ck_assert(str_starts_with(str_of(letter.id), "invite-028T5CY4TQKFF."));
	ck_assert_int_eq(letter.seconds, 1769868300);
	snprintf(header, sizeof(header), "\r\nTo: %s\r\n", letter.to);
	check_has(letter.text.data, header);
}
END_TEST

static const struct {
	const char *given, *name, *address, *domain;
	bool utf8;
} senders[] = {
	{ "a@b.example", "", "a@b.example", "b.example", false },
	{ " a@b.example ", "", "a@b.example", "b.example", false },
	{ "<a@b.example>", "", "a@b.example", "b.example", false },
	{ "A <a@B.Example>", "A", "a@B.Example", "b.example", false },
	{ "\"A, B\" <a@b.example>", "A, B", "a@b.example", "b.example", false },
	{ "B\xC3\xBCro <a@b\xC3\xBC.example>", "B\xC3\xBCro",
	  "a@xn--b-eha.example", "xn--b-eha.example", false },
	{ "\xC3\xBC@b.example", "", "\xC3\xBC@b.example", "b.example", true },
};

START_TEST(test_sender)
{
	ck_assert_int_eq(
	    sender_parse(&arena, senders[_i].given, &sender, &fail), 0);
	ck_assert_str_eq(sender.name, senders[_i].name);
	ck_assert_str_eq(sender.address, senders[_i].address);
	ck_assert_str_eq(sender.domain, senders[_i].domain);
	ck_assert_int_eq(sender.utf8, senders[_i].utf8);
}
END_TEST

static const char *const no_senders[] = {
	"",
	"A",
	"A <a@b.example",
	"A <a@b.example> B",
	"A <>",
	"a@b.example, c@d.example",
	"A\r\nBcc: c@d.example <a@b.example>",
	"A\xFF <a@b.example>",
};

START_TEST(test_no_sender)
{
	fail.message[0] = '\0';
	ck_assert_int_eq(sender_parse(&arena, no_senders[_i], &sender, &fail),
			 -1);
	check_has(fail.message, "sender of mails");
}
END_TEST

/* ---- what it says ---- */

START_TEST(test_says)
{
	const char *text;

	add_project("Website", false);
	add_project("Old", true);
	text = compose();
	check_has(text, "\r\nYou are invited to join Acme\r\n");
	check_has(text, "You will be a reader: you can use Acme, not manage");
	check_has(text, "\r\n  - Website (Owner)\r\n");
	check_has_not(text, "Old");
	check_has(text, "\r\n" PUBLIC_URL "/accept#" TOKEN "\r\n");
	check_has(text, "\r\n" TOKEN "\r\n");
	check_has(text, "for Ada@example.com");
	check_has(text, "until 7 Feb 2026,\r\n14:05 UTC.");
	check_has(text, "an administrator of Acme invited");
}
END_TEST

START_TEST(test_says_owner)
{
	mail.to.invite.role = ROLE_OWNER;
	check_has(compose(), "You will be an owner");
}
END_TEST

/* Without an inviter: test_headers. */
START_TEST(test_names_who_invites)
{
	const char *text;

	mail.to.invite.inviter = (struct inviter){ "Grace", "Grace@B.CO" };
	text = compose();
	check_has(text, "Subject: Grace invites you to join Acme\r\n");
	check_has(text, "Reply-To: \"Grace\" <Grace@B.CO>\r\n");
	check_has(text, "because Grace invited Ada@example.com");
	mail.to.invite.inviter.name = NULL;
	text = compose();
	check_has(text, "Subject: Grace@B.CO invites you to join Acme\r\n");
	check_has(text, "Reply-To: Grace@B.CO\r\n");
}
END_TEST

/* Not every mail server carries such an address; and none ends a header. */
START_TEST(test_an_odd_inviter_breaks_nothing)
{
	const char *text;

	mail.to.invite.inviter =
	    (struct inviter){ "Eve\r\nBcc: all@example.com",
			      "\xC3\xA9ve@example.com" };
	text = compose();
	check_has_not(text, "\nBcc:");
	check_has_not(text, "Reply-To:");
	mail.to.invite.inviter.email = "Eve\r\nBcc: all@example.com";
	check_has_not(compose(), "\nBcc:");
}
END_TEST

START_TEST(test_without_projects)
{
	add_project("Old", true);
	check_has_not(compose(), "Your projects");
}
END_TEST

/* The rest is on the page: the button stays near the top. */
START_TEST(test_a_list_is_short)
{
	const char *text;
	char line[40];

	for (int i = 1; i <= 6; i++)
		add_project("Few", false);
	add_project("Old", true);
	text = compose();
	check_has(text, "\r\n  - Few (Owner)\r\n");
	check_has_not(text, "more");
	for (int i = 7; i <= 14; i++)
		add_project("Many", false);
	text = compose();
	snprintf(line, sizeof(line), "\r\n  - and %d more\r\n", 14 - 5);
	check_has(text, line);
	check_has_not(text, "Many");
	check_has_not(text, "Old");
}
END_TEST

START_TEST(test_text_is_broken_at_blanks)
{
	const char *text = compose(), *end = strstr(text, "text/html");
	struct str part = { text, (size_t)(end - text) }, line;

	while (str_cut(part, '\n', &line, &part))
		ck_assert_msg(line.len <= 73 ||
				  !memchr(line.data, ' ', line.len),
			      "%.*s", STR_ARG(line));
	check_has(text, "\r\n" PUBLIC_URL "/accept#" TOKEN "\r\n");
}
END_TEST

/* A file in a maildir shows a link that can be copied. */
START_TEST(test_ascii_is_left_alone)
{
	check_has(compose(), "text/plain; charset=utf-8\r\n"
			     "Content-Transfer-Encoding: 7bit\r\n");
	mail.to.organization_name = "B\xC3\xBCro";
	check_has(compose(), "text/plain; charset=utf-8\r\n"
			     "Content-Transfer-Encoding: quoted-printable\r\n");
}
END_TEST

/* ---- repeats and secrets ---- */

START_TEST(test_repeat_is_identical)
{
	char *first = strdup(compose());

	ck_assert_ptr_nonnull(first);
	mail.attempts = 7;
	ck_assert_str_eq(compose(), first);
	mail.token.secret[31] ^= 1;
	ck_assert_str_ne(compose(), first);
	free(first);
}
END_TEST

START_TEST(test_wiped)
{
	const char *text = compose();
	size_t len = strlen(text);

	check_has(text, TOKEN);
	message_wipe(&message);
	ck_assert_uint_eq(message.text.len, 0);
	ck_assert_uint_eq(message.part.len, 0);
	ck_assert_ptr_null(
	    memmem(message.text.data, len, TOKEN, strlen(TOKEN)));
	ck_assert_ptr_null(
	    memmem(message.part.data, message.part.cap, TOKEN, strlen(TOKEN)));
}
END_TEST

START_TEST(test_allocations_fail)
{
	int failed = 0;

	add_project("Website", false);
	compose(); /* what the C library allocates once */
	message_release(&message);
	for (long n = 1; alloc_more(n); n++) {
		struct letter letter;
		bool ok;
		message_init(&message);
		ok = message_compose(&message, &sender, PUBLIC_URL, &mail,
				     &letter);
		message_release(&message);
		failed += alloc_failed();
		ck_assert_msg(ok == !alloc_failed(), "allocation %ld", n);
	}
	ck_assert_int_ge(failed, 3);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, test_a_reminder_says_so_and_until_when);
	tcase_add_test(tests, test_headers);
	tcase_add_test(tests, test_a_sender_of_its_own);
	tcase_add_loop_test(tests, test_no_name_breaks_a_line, 0,
			    COUNT_OF(names));
	tcase_add_loop_test(tests, test_longest_names, 0, 4);
	tcase_add_loop_test(tests, test_recipient, 0, COUNT_OF(recipients));
	tcase_add_loop_test(tests, test_sender, 0, COUNT_OF(senders));
	tcase_add_loop_test(tests, test_no_sender, 0, COUNT_OF(no_senders));
	tcase_add_test(tests, test_says);
	tcase_add_test(tests, test_says_owner);
	tcase_add_test(tests, test_names_who_invites);
	tcase_add_test(tests, test_an_odd_inviter_breaks_nothing);
	tcase_add_test(tests, test_without_projects);
	tcase_add_test(tests, test_a_list_is_short);
	tcase_add_test(tests, test_text_is_broken_at_blanks);
	tcase_add_test(tests, test_ascii_is_left_alone);
	tcase_add_test(tests, test_repeat_is_identical);
	tcase_add_test(tests, test_wiped);
	tcase_add_test(tests, test_allocations_fail);
}

int main(void)
{
	return unit_run("message", add);
}
