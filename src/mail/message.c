/*
 * message.c: composes the mail that carries an invitation.
 *
 * Link and code are the secret that the whole daemon guards, so they are put
 * together here, as late as possible, and wiped together. Buffers are reserved
 * ahead: one that grows leaves a copy of its text behind in freed memory.
 */
#include "base/base.h"
#include "mail/message.h"

#include <assert.h>

#include "mail/mime.h"
#include "mail/words.h"

#define ARENA_MAX    (512 * 1024) /* names and addresses, cleaned */
#define ROOM_AHEAD   (96 * 1024)  /* a mail with the longest of names */
#define TEXT_COLUMNS 72		  /* of plain text, then it is broken */

extern const unsigned char embed_mail_text[], embed_mail_html[],
    embed_notice_text[];

/* ---- sender ---- */

/* "Name <address>": both halves, trimmed and unquoted. */
static bool split_sender(struct str text, struct str *ret_name,
			 struct str *ret_address)
{
	struct str name, address, rest;

	if (!str_cut(text, '<', &name, &address)) {
		*ret_name = STR("");
		*ret_address = str_trim(text);
		return true;
	}
	if (!str_cut(address, '>', ret_address, &rest) ||
	    str_trim(rest).len > 0)
		return false;
	name = str_trim(name);
	if (name.len >= 2 && name.data[0] == '"' &&
	    name.data[name.len - 1] == '"') {
		name.data++;
		name.len -= 2;
	}
	*ret_name = name;
	return true;
}

/*
 * What the envelope says: `typed`, but with an ASCII domain where that leaves
 * nothing else, since not every mail server speaks SMTPUTF8. `out` takes
 * EMAIL_MAX + 1.
 */
static bool envelope_address(const struct email *email, char *out)
{
	const char *typed_domain = strrchr(email->typed, '@');
	const char *domain = strrchr(email->key, '@');
	struct str local;
	bool utf8;

	assert(typed_domain && domain);
	local.data = email->typed;
	local.len = (size_t)(typed_domain - email->typed);
	utf8 = !str_is_ascii(local);
	snprintf(out, EMAIL_MAX + 1, "%.*s%s", STR_ARG(local),
		 utf8 || str_is_ascii(str_of(typed_domain)) ? typed_domain
							    : domain);
	return utf8;
}

int sender_parse(struct arena *arena, const char *text,
		 struct sender *ret_sender, struct fail *fail)
{
	struct str name, address;
	struct email email;
	char envelope[EMAIL_MAX + 1];
	const char *wrong;
	struct sender sender;

	if (str_has_control(str_of(text)) || !str_is_utf8(str_of(text)) ||
	    !split_sender(str_of(text), &name, &address))
		return fail_set(fail, "the sender of mails should look like "
				      "\"Name <name@example.com>\"");
	wrong = email_parse(arena, address, &email);
	if (wrong)
		return fail_set(fail,
				"the sender of mails: \"%.*s\" is not a valid "
				"e-mail address: %s",
				STR_ARG(address), wrong);
	sender.language = NULL;
	sender.return_path = (struct return_path){ 0 };
	sender.utf8 = envelope_address(&email, envelope);
	sender.name = mime_clean(arena, name);
	sender.address = arena_str(arena, str_of(envelope));
	sender.domain = strrchr(email.key, '@') + 1;
	if (!sender.name || !sender.address)
		return fail_set(fail, "out of memory");
	*ret_sender = sender;
	return 0;
}

void sender_envelope(const struct sender *sender,
		     const struct return_code *code, char out[EMAIL_MAX + 1])
{
	if (sender->return_path.domain)
		return_path_format(&sender->return_path, code, out);
	else
		snprintf(out, EMAIL_MAX + 1, "%s", sender->address);
}

/* ---- texts ---- */

/* Of a character in UTF-8: it takes no column of its own. */
static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

/* Breaks `line` at blanks where it is too wide; its length stays. */
static void wrap_line(char *line, size_t len)
{
	char *blank = NULL;
	size_t column = 0;

	for (size_t i = 0; i < len; i++) {
		if (is_continuation(line[i]))
			continue;
		if (line[i] == ' ' && column > 0)
			blank = &line[i];
		if (++column <= TEXT_COLUMNS || !blank)
			continue;
		*blank = '\n';
		column = (size_t)(&line[i] - blank);
		blank = NULL;
	}
}

/* Plain text for readers that break no lines by themselves. */
static void wrap_text(struct buf *text)
{
	char *line = text->data, *end = text->data + text->len, *newline;

	while (line < end &&
	       (newline = memchr(line, '\n', (size_t)(end - line))) != NULL) {
		/* A list's items stay whole: they begin with blanks. */
		if (*line != ' ')
			wrap_line(line, (size_t)(newline - line));
		line = newline + 1;
	}
}

/* ---- message ---- */

void message_init(struct message *message)
{
	*message = (struct message){ 0 };
	buf_init(&message->part, MESSAGE_MAX);
	buf_init(&message->text, MESSAGE_MAX);
}

static void wipe_buf(struct buf *buf)
{
	if (buf->len > 0)
		wipe(buf->data, buf->len);
	buf_clear(buf);
}

void message_wipe(struct message *message)
{
	wipe_buf(&message->part);
	wipe_buf(&message->text);
}

void message_release(struct message *message)
{
	message_wipe(message);
	buf_release(&message->part);
	buf_release(&message->text);
}

/* "From: Name <address>", on one line where that fits. */
static void add_address(struct buf *out, const char *header,
			const struct sender *who)
{
	size_t column = strlen(header);
	size_t start = out->len;

	if (!who->name[0]) {
		buf_addf(out, "%s%s\r\n", header, who->address);
		return;
	}
	buf_add_text(out, header);
	mime_add_phrase(out, column, who->name);
	if (out->len - start + strlen(who->address) + 3 > MIME_LINE_AIM)
		buf_add_text(out, "\r\n");
	buf_addf(out, " <%s>\r\n", who->address);
}

/*
 * To whom an answer goes: whom the organization has set for that, or else
 * whoever invites, where mail servers can be trusted to carry the address.
 */
static void add_reply_to(struct buf *out, struct arena *arena,
			 const struct invitation *to, bool utf8)
{
	const struct inviter set = { .email = to->settings.reply_to };
	const struct inviter *inviter = set.email ? &set : &to->invite.inviter;
	char envelope[EMAIL_MAX + 1];
	struct sender reply = { .name = "", .address = envelope };
	struct email email;

	if (!inviter->email ||
	    email_parse(arena, str_of(inviter->email), &email) ||
	    (envelope_address(&email, envelope) && !utf8))
		return;
	if (inviter->name)
		reply.name = mime_clean(arena, str_of(inviter->name));
	if (reply.name)
		add_address(out, "Reply-To: ", &reply);
}

/* In `language`, whose tag that is. */
static void add_headers(struct message *message, const struct sender *from,
			int64_t at_ms, const char *subject,
			const char *language)
{
	struct buf *out = &message->text;

	buf_add_text(out, "Date: ");
	mime_add_date(out, at_ms / 1000);
	buf_add_text(out, "\r\n");
	add_address(out, "From: ", from);
	buf_addf(out, "To: %s\r\n", message->to);
	mime_add_header(out, "Subject", subject);
	buf_addf(out, "Content-Language: %s\r\n", language);
	buf_addf(out, "Message-ID: <%s@%s>\r\n", message->id, from->domain);
	/* RFC 3834: so that nobody's holiday notice answers. */
	buf_add_text(out, "Auto-Submitted: auto-generated\r\n"
			  "MIME-Version: 1.0\r\n");
}

static void add_part(struct message *message, const char *type,
		     const unsigned char *template, const struct words *words,
		     const char *boundary)
{
	bool plain = template == embed_mail_text;
	const struct template_source source = words_source(words, plain);

	wipe_buf(&message->part);
	template_render((const char *)template, &source, &message->part);
	if (plain)
		wrap_text(&message->part);
	buf_addf(&message->text, "--%s\r\nContent-Type: %s; charset=utf-8\r\n",
		 boundary, type);
	mime_add_body(&message->text, buf_str(&message->part), boundary);
}

static void add_parts(struct message *message, const struct words *words)
{
	char boundary[MESSAGE_ID_SIZE + 8];

	/* "=_" cannot come to stand in quoted-printable text. */
	snprintf(boundary, sizeof(boundary), "=_%.*s",
		 (int)strcspn(message->id, "."), message->id);
	buf_addf(&message->text,
		 "Content-Type: multipart/alternative;\r\n"
		 " boundary=\"%s\"\r\n\r\n",
		 boundary);
	add_part(message, "text/plain", embed_mail_text, words, boundary);
	add_part(message, "text/html", embed_mail_html, words, boundary);
	buf_addf(&message->text, "--%s--\r\n", boundary);
}

/* Plain text: what it says is short, and there is nothing to press. */
static void add_notice(struct message *message, const struct words *words)
{
	const struct template_source source = words_source(words, true);

	template_render((const char *)embed_notice_text, &source,
			&message->part);
	wrap_text(&message->part);
	buf_add_text(&message->text,
		     "Content-Type: text/plain; charset=utf-8\r\n");
	mime_add_body(&message->text, buf_str(&message->part), message->id);
}

static bool reserve(struct message *message)
{
	return buf_reserve(&message->part, ROOM_AHEAD) &&
	       buf_reserve(&message->text, ROOM_AHEAD);
}

/* A mail that is sent again is another one: some programs show one of each
 * Message-ID only. */
static void set_id(struct message *message, const struct outbox_mail *mail)
{
	char id[ID_TEXT_SIZE];

	snprintf(message->id, sizeof(message->id), "%s.%jd",
		 id_format(ID_INVITE, mail->to.invite.id, id),
		 (intmax_t)mail->queued_at_ms);
}

static bool compose_notice(struct message *message, const struct sender *from,
			   const struct outbox_mail *mail, struct arena *arena)
{
	struct words words;

	if (!words_find_notice(arena, from->language, mail, &words))
		return false;
	add_headers(message, from, mail->queued_at_ms, words.subject,
		    words.language->tag);
	add_notice(message, &words);
	return true;
}

static bool compose_invitation(struct message *message,
			       const struct sender *from,
			       const char *public_url,
			       const struct outbox_mail *mail,
			       struct arena *arena, bool utf8)
{
	char code[TOKEN_TEXT_SIZE];
	struct words words;
	char *link = NULL;

	token_format(&mail->token, code);
	if (words_find(arena, from->language, mail, &words))
		link = (char *)token_link(arena, public_url, &mail->token);
	if (link) {
		words.link = link;
		words.code = code;
		add_headers(message, from, mail->queued_at_ms, words.subject,
			    words.language->tag);
		add_reply_to(&message->text, arena, &mail->to, utf8);
		add_parts(message, &words);
		wipe(link, strlen(link));
	}
	wipe(code, sizeof(code));
	return link != NULL;
}

/*
 * Who the mail is from: whom the organization has set, as far as it has;
 * whether that is an address of its own. What the database should not hold is
 * as if it were not set.
 */
static bool take_sender(struct message *message, struct arena *arena,
			const struct invitation *to, struct sender *sender)
{
	const struct organization_settings *settings = &to->settings;
	const char *name = settings->sender_name;
	struct email email;
	bool own =
	    settings->sender_email &&
	    !email_parse(arena, str_of(settings->sender_email), &email) &&
	    !envelope_address(&email, message->own);

	if (own) {
		sender->address = message->own;
		sender->utf8 = false;
		name = name ? name : to->organization_name;
	}
	if (name)
		name = mime_clean(arena, str_of(name));
	if (name)
		sender->name = name;
	return own;
}

bool message_compose(struct message *message, const struct sender *standard,
		     const char *public_url, const struct outbox_mail *mail,
		     struct letter *ret_letter)
{
	const struct invite *invite = &mail->to.invite;
	struct email to = { invite->email, invite->email_key };
	struct sender own = *standard;
	const struct sender *from = &own;
	struct arena arena;
	bool utf8, ok, is_own;

	message_wipe(message);
	arena_init(&arena, ARENA_MAX);
	is_own = take_sender(message, &arena, &mail->to, &own);
	set_id(message, mail);
	sender_envelope(from, &mail->return_code, message->from);
	utf8 = envelope_address(&to, message->to) || from->utf8;
	ok = reserve(message) &&
	     (mail->kind == MAIL_INVITATION
		  ? compose_invitation(message, from, public_url, mail, &arena,
				       utf8)
		  : compose_notice(message, from, mail, &arena)) &&
	     buf_ok(&message->part) && buf_ok(&message->text);
	arena_release(&arena);
	if (!ok) {
		message_wipe(message);
		return false;
	}
	*ret_letter = (struct letter){
		.id = message->id,
		.seconds = mail->queued_at_ms / 1000,
		.from = message->from,
		.to = message->to,
		.own_sender = is_own,
		.utf8 = utf8,
		.text = buf_str(&message->text),
	};
	return true;
}

bool message_compose_test(struct message *message, const struct sender *from,
			  const struct email *to, int64_t now_ms,
			  struct letter *ret_letter)
{
	static const struct return_code no_code;
	const struct str text =
	    STR("This mail was sent by `invited mail test`. That you read it "
		"shows that\nmails leave and arrive.\n");
	bool utf8 = envelope_address(to, message->to) || from->utf8;

	message_wipe(message);
	snprintf(message->id, sizeof(message->id), "test.%jd",
		 (intmax_t)now_ms);
	sender_envelope(from, &no_code, message->from);
	add_headers(message, from, now_ms, "Test mail of invited", "en");
	buf_add_text(&message->text,
		     "Content-Type: text/plain; charset=utf-8\r\n");
	mime_add_body(&message->text, text, message->id);
	*ret_letter = (struct letter){
		.id = message->id,
		.seconds = now_ms / 1000,
		.from = message->from,
		.to = message->to,
		.utf8 = utf8,
		.text = buf_str(&message->text),
	};
	return buf_ok(&message->text);
}
