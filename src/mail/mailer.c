/*
 * mailer.c: the courier for mail: opens what it needs, and has deliver/ empty
 * the outbox with it.
 */
#include "base/base.h"
#include "mail/mail.h"

#include "deliver/deliver.h"
#include "mail/mime.h"
#include "mail/outbox.h"

#define OPTIONS_MAX (64 * 1024) /* octets of text */

struct mailer {
	struct arena arena; /* of the options */
	struct outbox_policy policy;
	struct transport_options transport;  /* what points elsewhere is used
					      * while starting only */
	struct store_port *claims, *records; /* a thread each */
	struct deliverer *deliverer;	     /* NULL: nothing is sent */
};

/* What a worker sends with. */
struct hand {
	const struct outbox_policy *policy;
	struct transport *transport;
	struct message message;
};

/* ---- the courier ---- */

static bool mail_claim(void *context, struct claim *claim)
{
	return outbox_claim(((struct mailer *)context)->claims, claim);
}

static bool mail_renew(void *context, const struct lease *lease)
{
	return outbox_renew(((struct mailer *)context)->claims, lease);
}

static bool mail_recall(void *context)
{
	return outbox_recall(((struct mailer *)context)->claims);
}

static void mail_record(void *context, struct record *records, size_t count)
{
	outbox_record(((struct mailer *)context)->records, records, count);
}

static const char *mail_party(const struct parcel *parcel)
{
	return CONTAINER_OF(parcel, const struct mail_parcel, parcel)
	    ->mail.to.invite.email;
}

static void hand_close(void *context)
{
	struct hand *hand = context;

	transport_close(hand->transport);
	message_release(&hand->message);
	free(hand);
}

static int hand_open(void *context, void **ret_hand, struct fail *fail)
{
	struct mailer *mailer = context;
	struct hand *hand = calloc(1, sizeof(*hand));

	if (!hand)
		return fail_set(fail, "out of memory");
	hand->policy = &mailer->policy;
	message_init(&hand->message);
	if (transport_open(&mailer->transport, &hand->transport, fail) < 0) {
		hand_close(hand);
		return -1;
	}
	*ret_hand = hand;
	return 0;
}

static void hand_attempt(void *context, struct parcel *parcel,
			 struct report *ret_report)
{
	struct hand *hand = context;

	outbox_attempt(hand->policy, hand->transport, &hand->message,
		       &mail_of(parcel)->mail, ret_report);
}

/* As far as sender and recipient. */
static void hand_look(void *context, const char *to, struct report *ret_report)
{
	struct hand *hand = context;
	const struct sender *from = &hand->policy->from;
	const struct return_code none = { 0 };
	char envelope[EMAIL_MAX + 1];
	const struct letter letter = {
		.from = envelope,
		.to = to,
		.utf8 = from->utf8 || (to && !str_is_ascii(str_of(to))),
	};

	sender_envelope(from, &none, envelope);
	transport_probe(hand->transport, &letter, ret_report);
}

static void hand_idle(void *context)
{
	transport_idle(((struct hand *)context)->transport);
}

static void hand_hurry(void *context)
{
	transport_hurry(((struct hand *)context)->transport);
}

static const struct courier mail_courier = {
	.name = "mail",
	.usable_event = "mail_server_usable",
	.unusable_event = "mail_server_unusable",
	.claim = mail_claim,
	.renew = mail_renew,
	.recall = mail_recall,
	.record = mail_record,
	.log = outbox_log,
	.log_unrecorded = outbox_log_unrecorded,
	.party = mail_party,
	.open = hand_open,
	.attempt = hand_attempt,
	.look = hand_look,
	.idle = hand_idle,
	.hurry = hand_hurry,
	.close = hand_close,
};

/* ---- life ---- */

static int read_options(struct mailer *mailer,
			const struct mail_options *options, struct fail *fail)
{
	struct outbox_policy *policy = &mailer->policy;

	policy->public_url =
	    arena_str(&mailer->arena, str_of(options->public_url));
	if (!policy->public_url)
		return fail_set(fail, "out of memory");
	if (sender_parse(&mailer->arena, options->from, &policy->from, fail) <
		0 ||
	    return_path_parse(&mailer->arena, options->return_path,
			      &policy->from.return_path, fail) < 0)
		return -1;
	policy->from.language = options->language;
	mailer->transport = (struct transport_options){
		.url = options->url,
		.username = options->username,
		.password = options->password,
		.helo = options->helo,
		.domain = policy->from.domain,
	};
	return 0;
}

/* What sends: nothing of this where mail is not to be sent at all. */
static int start_delivery(struct mailer *mailer,
			  const struct mail_options *options,
			  struct store *store, struct fail *fail)
{
	const struct deliver_options deliver = {
		.courier = &mail_courier,
		.context = mailer,
		.connections = options->connections,
		.retry_ms = options->retry_ms,
	};

	if (!mail_sends(options->url))
		return 0;
	if (store_port_open(store, NULL, NULL, &mailer->claims, fail) < 0 ||
	    store_port_open(store, NULL, NULL, &mailer->records, fail) < 0)
		return -1;
	return deliver_start(&deliver, &mailer->deliverer, fail);
}

int mailer_start(const struct mail_options *options, struct store *store,
		 struct mailer **ret_mailer, struct fail *fail)
{
	struct mailer *mailer = calloc(1, sizeof(*mailer));

	if (!mailer)
		return fail_set(fail, "out of memory");
	arena_init(&mailer->arena, OPTIONS_MAX);
	if (read_options(mailer, options, fail) < 0 ||
	    start_delivery(mailer, options, store, fail) < 0) {
		mailer_stop(mailer);
		return -1;
	}
	*ret_mailer = mailer;
	return 0;
}

void mailer_wake(void *context)
{
	struct mailer *mailer = context;

	if (mailer->deliverer)
		deliver_wake(mailer->deliverer);
}

void mailer_stop(struct mailer *mailer)
{
	if (mailer->deliverer)
		deliver_stop(mailer->deliverer);
	if (mailer->claims)
		store_port_close(mailer->claims);
	if (mailer->records)
		store_port_close(mailer->records);
	arena_release(&mailer->arena);
	free(mailer);
}

bool mailer_healthy(struct mailer *mailer, struct fail *fail)
{
	return !mailer->deliverer || deliver_healthy(mailer->deliverer, fail);
}

void mailer_metrics(struct mailer *mailer, struct buf *out)
{
	if (mailer->deliverer)
		deliver_metrics(mailer->deliverer, out);
}
