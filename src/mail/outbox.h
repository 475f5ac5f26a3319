/*
 * outbox.h: one mail, from the outbox to its record: what is special about
 * mail where things are delivered (deliver/).
 *
 * What is here knows no threads.
 */
#ifndef MAIL_OUTBOX_H
#define MAIL_OUTBOX_H

#include "base/base.h"
#include "deliver/courier.h"
#include "mail/message.h"
#include "mail/transport.h"
#include "store/mail/outbox.h"
#include "store/store.h"

/* What holds for all mails. */
struct outbox_policy {
	struct sender from;
	const char *public_url;
};

/* A mail on its way. */
struct mail_parcel {
	struct parcel parcel;
	struct outbox_mail mail;
};

struct mail_parcel *mail_of(struct parcel *parcel);

/* As the courier's functions of these names. */
bool outbox_claim(struct store_port *port, struct claim *claim);
bool outbox_renew(struct store_port *port, const struct lease *lease);
bool outbox_recall(struct store_port *port);
void outbox_record(struct store_port *port, struct record *records,
		   size_t count);

/* One line in the log; names neither the person nor a secret. */
void outbox_log(const struct parcel *parcel);
void outbox_log_unrecorded(const struct parcel *parcel);

/*
 * Composes `mail` in `message`, hands it over and wipes both: the mail's token
 * is gone afterwards.
 */
void outbox_attempt(const struct outbox_policy *policy,
		    struct transport *transport, struct message *message,
		    struct outbox_mail *mail, struct report *ret_report);

#endif
