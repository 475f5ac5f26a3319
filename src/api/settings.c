/*
 * settings.c: /organization/settings: what an organization has set.
 *
 * A member that is not given stays as it is; null takes it back.
 */
#include "base/base.h"

#include "api/shapes.h"
#include "core/email.h"
#include "core/language.h"
#include "core/key.h"
#include "core/organization.h"
#include "http/errors.h"
#include "http/router.h"
#include "store/organizations/settings.h"

#define SETTINGS    struct organization_settings

#define DOMAINS_MAX 50
#define SEATS_MAX   1000000
#define RATE_MAX    1000000

static void write_domains(struct jw *jw, const void *item, int64_t now_seconds)
{
	const SETTINGS *settings = item;

	(void)now_seconds;
	if (settings->allowed_domains)
		jw_lines(jw, str_of(settings->allowed_domains));
	else
		jw_null(jw);
}

static const struct member settings_members[] = {
	SHOW_TEXT("display_name", SETTINGS, display_name),
	SHOW_TEXT("line", SETTINGS, line),
	SHOW_TEXT("color", SETTINGS, color),
	SHOW_TEXT("reply_to", SETTINGS, reply_to),
	SHOW_TEXT("sender_email", SETTINGS, sender_email),
	SHOW_TEXT("sender_name", SETTINGS, sender_name),
	SHOW_TEXT("locale", SETTINGS, locale),
	SHOW_BY("allowed_domains", write_domains),
	SHOW_TIME("max_seats", SETTINGS, max_seats),
	SHOW_TIME("mails_per_day", SETTINGS, mails_per_day),
	SHOW_TIME("invites_per_minute", SETTINGS, invites_per_minute),
	SHOW_TIME("reminder_hours_before", SETTINGS, reminder_hours),
	SHOW_TIME("max_key_lifetime_seconds", SETTINGS, max_key_lifetime),
	SHOW_TIME("updated_at", SETTINGS, updated_at),
	{ 0 },
};

static const struct shape settings_shape = {
	.object = "organization.settings",
	.size = sizeof(SETTINGS),
	.members = settings_members,
};

/* ---- what is set ---- */

#define SET(json, c_type, member, ...)                                       \
	{                                                                    \
		.name = (json), .says_null = true,                           \
		.input =                                                     \
		    OFFSET_OF(struct settings_in, settings.member, c_type) + \
		    1,                                                       \
		.said = offsetof(struct settings_in, given) +                \
			offsetof(SETTINGS, member) + 1,                      \
		__VA_ARGS__                                                  \
	}
#define SET_TEXT(json, member, max_)                                  \
	SET(json, const char *, member, .type = FIELD_TEXT, .min = 1, \
	    .max = (max_))

static const struct field settings_fields[] = {
	SET_TEXT("display_name", display_name, NAME_MAX_OCTETS),
	SET_TEXT("line", line, LINE_MAX_LETTER),
	SET_TEXT("color", color, COLOR_LEN),
	SET_TEXT("reply_to", reply_to, EMAIL_MAX),
	SET_TEXT("sender_email", sender_email, EMAIL_MAX),
	SET_TEXT("sender_name", sender_name, NAME_MAX_OCTETS),
	SET_TEXT("locale", locale, LOCALE_MAX),
	SET("allowed_domains", const char *, allowed_domains,
	    .type = FIELD_STRINGS, .max = DOMAINS_MAX),
	SET("max_seats", int64_t, max_seats, .type = FIELD_INTEGER, .min = 1,
	    .max = SEATS_MAX),
	SET("mails_per_day", int64_t, mails_per_day, .type = FIELD_INTEGER,
	    .min = 1, .max = RATE_MAX),
	SET("invites_per_minute", int64_t, invites_per_minute,
	    .type = FIELD_INTEGER, .min = 1, .max = RATE_MAX),
	SET("reminder_hours_before", int64_t, reminder_hours,
	    .type = FIELD_INTEGER, .min = 1, .max = REMINDER_HOURS_MAX),
	SET("max_key_lifetime_seconds", int64_t, max_key_lifetime,
	    .type = FIELD_INTEGER, .min = 1, .max = KEY_LIFETIME_MAX),
};

static int check_color(struct request *request, const char *color)
{
	if (!color || color_is(str_of(color)))
		return 0;
	return answer_error(request, 400, "invalid_value", "color",
			    "Invalid value: 'color' has to be written like "
			    "'#3b5bdb'.");
}

static bool is_local_ascii(const char *address)
{
	const char *at = strrchr(address, '@');

	return str_is_ascii((struct str){ address, (size_t)(at - address) });
}

/* It stands in a header, which not every mail server takes if it is not
 * ASCII; a domain can be written so, what stands in front cannot. */
static int check_address(struct request *request, const char *param,
			 const char *address)
{
	struct email email;
	const char *reason;

	if (!address)
		return 0;
	reason = email_parse(&request->arena, str_of(address), &email);
	if (reason == EMAIL_OUT_OF_MEMORY) {
		answer_unavailable(request);
		return -1;
	}
	if (!reason && !is_local_ascii(address))
		reason = "it has to be ASCII in front of the @";
	if (!reason)
		return 0;
	return answer_error(request, 400, "invalid_email", param,
			    "'%s' is not a valid e-mail address: %s.",
			    quoted(request, str_of(address)), reason);
}

int read_locale(struct request *request, const char **locale)
{
	const struct language *language = language_called(*locale);
	const char *known = languages[0].tag;

	if (*locale && !language) {
		for (size_t i = 1; i < language_count && known; i++)
			known = arena_printf(&request->arena, "%s, %s", known,
					     languages[i].tag);
		return answer_error(request, 400, "invalid_value", "locale",
				    "Invalid value: '%s'. Supported values "
				    "are: %s.",
				    quoted(request, str_of(*locale)),
				    known ? known : "");
	}
	*locale = language ? language->tag : NULL;
	return 0;
}

/* As domains of addresses are compared; NULL where it is none, or there is no
 * memory. */
static const char *domain_of(struct request *request, struct str domain)
{
	const char *address =
	    arena_printf(&request->arena, "x@%.*s", STR_ARG(domain));
	struct email email;

	if (!address || memchr(domain.data, '@', domain.len) ||
	    email_parse(&request->arena, str_of(address), &email))
		return NULL;
	return strrchr(email.key, '@') + 1;
}

/* An empty list allows none, so it is none. */
static int read_domains(struct request *request, const char **domains)
{
	struct str rest = str_of(*domains), domain;
	const char *list = NULL;
	bool more = rest.len > 0;

	while (more) {
		const char *one;

		more = str_cut(rest, '\n', &domain, &rest);
		one = domain_of(request, domain);
		if (!one)
			return answer_error(
			    request, 400, "invalid_value", "allowed_domains",
			    "'%s' is not a domain, such as 'example.com'.",
			    quoted(request, domain));
		list = arena_printf(&request->arena, "%s%s%s", list ? list : "",
				    list ? "\n" : "", one);
		if (!list) {
			answer_unavailable(request);
			return -1;
		}
	}
	*domains = list;
	return 0;
}

static int check_settings(struct request *request, void *input)
{
	SETTINGS *settings = &((struct settings_in *)input)->settings;

	if (check_color(request, settings->color) < 0 ||
	    check_address(request, "reply_to", settings->reply_to) < 0 ||
	    check_address(request, "sender_email", settings->sender_email) <
		0 ||
	    read_domains(request, &settings->allowed_domains) < 0)
		return -1;
	return read_locale(request, &settings->locale);
}

static const struct route routes[] = {
	{ .method = METHOD_GET,
	  .path = "/organization/settings",
	  .verb = &verb_settings_get,
	  .shape = &settings_shape },
	{ .method = METHOD_POST,
	  .path = "/organization/settings",
	  .body = BODY_JSON,
	  .verb = &verb_settings_update,
	  FIELDS(settings_fields),
	  .prepare = check_settings,
	  .shape = &settings_shape },
};

const struct route_table settings_api = ROUTES(routes);
