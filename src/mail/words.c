/*
 * words.c: what the mail says, apart from its sentences (web/text/).
 *
 * The list of projects is short, so that the button stays near the top and
 * the mail small: what is not listed is counted, and on the page.
 */
#include "base/base.h"
#include "mail/words.h"

#include <assert.h>

#include "core/language.h"
#include "mail/mime.h"

/* Those that are not archived; the others are not given any more. */
static size_t count_projects(const struct invitation *to)
{
	size_t count = 0;

	for (size_t i = 0; i < to->invite.grants.count; i++)
		count += !to->grants[i].archived;
	return count;
}

static void count_more(struct words *words, size_t more)
{
	char number[24];
	const struct text_value value = { "n", number };

	snprintf(number, sizeof(number), "%zu", more);
	text_print(
	    words->more, sizeof(words->more),
	    text_plural(words->language, TEXT("mail.more"), (int64_t)more),
	    &value, 1);
}

static bool add_project(struct arena *arena, const struct named_grant *grant,
			struct words *words)
{
	size_t i = words->project_count++;

	words->projects[i].name =
	    mime_clean(arena, str_of(grant->project_name));
	words->projects[i].role = grant->role == PROJECT_OWNER
				      ? TEXT("project.owner")
				      : TEXT("project.member");
	return words->projects[i].name != NULL;
}

static bool add_projects(struct arena *arena, const struct invitation *to,
			 struct words *words)
{
	size_t count = count_projects(to), listed = count;

	/* "and 1 more" would take the line that the one could have. */
	if (count > WORDS_PROJECTS)
		listed = WORDS_PROJECTS - 1;
	for (size_t i = 0; words->project_count < listed; i++)
		if (!to->grants[i].archived &&
		    !add_project(arena, &to->grants[i], words))
			return false;
	if (count > listed)
		count_more(words, count - listed);
	return true;
}

static void write_subject(struct words *words)
{
	const struct text_value values[] = {
		{ "organization", words->organization },
		{ "inviter", words->inviter },
		{ "expires", words->expires.text },
	};

	text_print(words->subject, sizeof(words->subject),
		   text_of(words->language, str_of(words->title)), values,
		   COUNT_OF(values));
}

/* False when out of memory. */
static bool name_inviter(struct arena *arena, const struct inviter *inviter,
			 struct words *words)
{
	const char *called = inviter_called(inviter);

	words->title = called ? TEXT("mail.title.inviter") : TEXT("mail.title");
	words->why = called ? TEXT("mail.why.inviter") : TEXT("mail.why");
	if (!called)
		return true;
	words->inviter = mime_clean(arena, str_of(called));
	return words->inviter != NULL;
}

/* NULL for none, and when out of memory. */
static const char *clean_line(struct arena *arena, const char *line)
{
	return line ? mime_clean(arena, str_of(line)) : NULL;
}

static const struct language *find_language(const struct invitation *to,
					    const struct language *otherwise)
{
	const struct language *language = language_called(to->invite.locale);

	if (!language)
		language = language_called(to->settings.locale);
	if (!language)
		language = otherwise;
	return language ? language : &languages[0];
}

bool words_find(struct arena *arena, const struct language *otherwise,
		const struct outbox_mail *mail, struct words *words)
{
	const struct invite *invite = &mail->to.invite;
	const struct organization_settings *settings = &mail->to.settings;

	*words =
	    (struct words){ .language = find_language(&mail->to, otherwise) };
	words->role = invite->role == ROLE_OWNER ? TEXT("mail.owner")
						 : TEXT("mail.reader");
	words->organization =
	    mime_clean(arena, str_of(mail->to.organization_name));
	words->email = mime_clean(arena, str_of(invite->email));
	words->line = clean_line(arena, settings->line);
	words->color = settings->color;
	words->on_color = settings->color ? color_on(settings->color) : NULL;
	when_init(&words->expires, words->language, invite->expires_at);
	if (!words->organization || !words->email ||
	    !words->line != !settings->line ||
	    !name_inviter(arena, &invite->inviter, words))
		return false;
	if (mail->letter == LETTER_REMINDER) {
		words->title = TEXT("mail.remind.title");
		words->reminder = "";
	}
	write_subject(words);
	return add_projects(arena, &mail->to, words);
}

static const struct {
	const char *title, *what, *next, *why;
} notices[] = {
	[MAIL_KEY_EXPIRES] = { TEXT("notice.expires.title"),
			       TEXT("notice.expires.what"),
			       TEXT("notice.expires.next"),
			       TEXT("notice.why") },
	[MAIL_KEY_LEAKED] = { TEXT("notice.leaked.title"),
			      TEXT("notice.leaked.what"),
			      TEXT("notice.leaked.next"), TEXT("notice.why") },
	[MAIL_OPTED_OUT] = { TEXT("notice.opted.title"),
			     TEXT("notice.opted.what"),
			     TEXT("notice.opted.next"),
			     TEXT("notice.invited.why") },
	[MAIL_REQUESTED] = { TEXT("notice.asked.title"),
			     TEXT("notice.asked.what"),
			     TEXT("notice.asked.next"),
			     TEXT("notice.invited.why") },
	[MAIL_WEBHOOK] = { TEXT("notice.webhook.title"),
			   TEXT("notice.webhook.what"),
			   TEXT("notice.webhook.next"),
			   TEXT("notice.webhook.why") },
};

static bool name_key(struct arena *arena, const struct outbox_mail *mail,
		     struct words *words)
{
	words->key = mime_clean(arena, str_of(mail->key.name));
	words->redacted = mail->key.redacted;
	words->of_project = mime_clean(arena, str_of(mail->project_name));
	when_init(&words->expires, words->language, mail->key.expires_at);
	return words->key && words->of_project;
}

static bool name_invited(struct arena *arena, const struct outbox_mail *mail,
			 struct words *words)
{
	id_format(ID_INVITE, mail->about.id, words->invite);
	words->email = mime_clean(arena, str_of(mail->about.email));
	when_init(&words->expires, words->language, mail->about.expires_at);
	return words->email;
}

bool words_find_notice(struct arena *arena, const struct language *otherwise,
		       const struct outbox_mail *mail, struct words *words)
{
	*words = (struct words){
		.language = find_language(&mail->to, otherwise),
		.organization =
		    mime_clean(arena, str_of(mail->to.organization_name)),
		.title = notices[mail->kind].title,
		.what = notices[mail->kind].what,
		.next = notices[mail->kind].next,
		.why = notices[mail->kind].why,
	};
	if (!words->organization ||
	    !(mail->about.email ? name_invited(arena, mail, words)
				: name_key(arena, mail, words)))
		return false;
	write_subject(words);
	return true;
}

static const char *project_word(const struct words *words, struct str name,
				size_t row)
{
	if (row >= words->project_count)
		return NULL;
	return str_is(name, "project_role") ? words->projects[row].role
					    : words->projects[row].name;
}

/* Where lines begin, for programs that know no direction. */
static const char *start_of(const struct language *language)
{
	return strcmp(language_direction(language), "rtl") == 0 ? "right"
								: "left";
}

static const char *word_of(const void *context, struct str name, size_t row)
{
	const struct words *words = context;
	const struct {
		const char *name, *value;
	} values[] = {
		{ "language", words->language->tag },
		{ "direction", language_direction(words->language) },
		{ "start", start_of(words->language) },
		{ "organization", words->organization },
		{ "inviter", words->inviter },
		{ "title", words->title },
		{ "why", words->why },
		{ "reminder", words->reminder },
		{ "role", words->role },
		{ "email", words->email },
		{ "line", words->line },
		{ "color", words->color },
		{ "on_color", words->on_color },
		{ "link", words->link },
		{ "code", words->code },
		{ "expires", words->expires.text },
		{ "key", words->key },
		{ "invite", words->invite },
		{ "redacted", words->redacted },
		{ "of_project", words->of_project },
		{ "what", words->what },
		{ "next", words->next },
		{ "has_projects", words->project_count > 0 ? "" : NULL },
		{ "more", *words->more ? words->more : NULL },
	};

	for (size_t i = 0; i < COUNT_OF(values); i++)
		if (str_is(name, values[i].name))
			return values[i].value;
	assert(str_starts_with(name, "project"));
	return project_word(words, name, row);
}

struct template_source words_source(const struct words *words, bool plain)
{
	return (struct template_source){
		.context = words,
		.value = word_of,
		.language = words->language,
		.plain = plain,
	};
}
