/*
 * end.c: the final pages, and which result leads to which.
 *
 * Each has its own heading, says whether anything was changed, and what to do
 * next; the sentences are in web/text/. A wrong secret and an unknown
 * invitation give the same page, so that a guesser learns nothing.
 */
#include "base/base.h"

#include "page/end.h"

#include "base/text.h"

static const struct accept_end wrong_link = {
	.icon = "question",
	.tone = "trouble",
	.title = TEXT("end.link.title"),
	.what = TEXT("end.link.what"),
	.next = TEXT("end.link.next"),
	.offer = OFFER_CODE,
};

static const struct accept_end expired = {
	.icon = "clock",
	.tone = "trouble",
	.title = TEXT("end.expired.title"),
	.what = TEXT("end.expired.what"),
	.next = TEXT("end.expired.next"),
	.offer = OFFER_REQUEST,
};

static const struct accept_end requested = {
	.icon = "check",
	.title = TEXT("end.asked.title"),
	.what = TEXT("end.asked.what"),
	.next = TEXT("end.asked.next"),
};

static const struct accept_end withdrawn = {
	.icon = "cross",
	.tone = "trouble",
	.title = TEXT("end.withdrawn.title"),
	.what = TEXT("end.withdrawn.what"),
	.next = TEXT("end.withdrawn.next"),
};

static const struct accept_end declined_now = {
	.icon = "check",
	.title = TEXT("end.declined.title"),
	.what = TEXT("end.declined.what"),
	.next = TEXT("end.declined.next"),
};

static const struct accept_end declined_before = {
	.icon = "cross",
	.title = TEXT("end.declined.before.title"),
	.what = TEXT("end.declined.before.what"),
	.next = TEXT("end.declined.before.next"),
};

static const struct accept_end opted_out_now = {
	.icon = "check",
	.title = TEXT("end.opted.title"),
	.what = TEXT("end.opted.what"),
	.next = TEXT("end.opted.next"),
};

static const struct accept_end opted_out_before = {
	.icon = "cross",
	.title = TEXT("end.opted.before.title"),
	.what = TEXT("end.opted.before.what"),
	.next = TEXT("end.opted.before.next"),
};

static const struct accept_end accepted_before = {
	.icon = "check",
	.title = TEXT("end.accepted.title"),
	.what = TEXT("end.accepted.what"),
	.next = TEXT("end.accepted.next"),
};

static const struct accept_end too_many = {
	.icon = "clock",
	.tone = "trouble",
	.title = TEXT("end.many.title"),
	.what = TEXT("end.many.what"),
	.next = TEXT("end.many.next"),
	.offer = OFFER_RETRY,
};

static const struct accept_end busy = {
	.icon = "clock",
	.tone = "trouble",
	.title = TEXT("end.busy.title"),
	.what = TEXT("end.busy.what"),
	.next = TEXT("end.busy.next"),
	.offer = OFFER_RETRY,
};

static const struct accept_end uncertain = {
	.icon = "alert",
	.tone = "trouble",
	.title = TEXT("end.uncertain.title"),
	.what = TEXT("end.uncertain.what"),
	.next = TEXT("end.uncertain.next"),
	.offer = OFFER_RETRY,
};

static const struct accept_end fault = {
	.icon = "alert",
	.tone = "trouble",
	.title = TEXT("end.fault.title"),
	.what = TEXT("end.fault.what"),
	.next = TEXT("end.fault.next"),
	.offer = OFFER_RETRY,
};

static const struct accept_end *end_of_result(enum result result)
{
	switch (result) {
	case RESULT_INVITATION_NOT_FOUND:
		return &wrong_link;
	case RESULT_INVITATION_EXPIRED:
		return &expired;
	case RESULT_INVITATION_WITHDRAWN:
		return &withdrawn;
	case RESULT_INVITATION_DECLINED:
		return &declined_before;
	case RESULT_INVITATION_OPTED_OUT:
		return &opted_out_before;
	case RESULT_INVITE_ACCEPTED:
		return &accepted_before;
	case RESULT_OUT_OF_MEMORY:
	case RESULT_STORE_UNAVAILABLE:
		return &busy;
	case RESULT_STORE_UNCERTAIN:
		return &uncertain;
	default:
		return &fault;
	}
}

const struct accept_end *accept_end(const struct accept_page *page)
{
	switch (page->kind) {
	case ACCEPT_CODE:
	case ACCEPT_INVITED:
	case ACCEPT_DECLINING:
	case ACCEPT_OPTING:
	case ACCEPT_ACCEPTED:
		return NULL;
	case ACCEPT_DECLINED:
		return &declined_now;
	case ACCEPT_OPTED_OUT:
		return &opted_out_now;
	case ACCEPT_REQUESTED:
		return &requested;
	case ACCEPT_TOO_MANY:
		return &too_many;
	case ACCEPT_REFUSED:
	case ACCEPT_ERROR:
		return end_of_result(page->result);
	}
	return &fault;
}
