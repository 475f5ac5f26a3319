/*
 * page_end.c: what people read where their way ends.
 *
 * Each end has its own heading, says whether anything was changed, and what to
 * do next. A wrong secret and an unknown invitation are one and the same here:
 * a guesser learns nothing.
 */
#include "base/base.h"

#include "http/page_end.h"

static const struct page_end wrong_link = {
	.icon = "question",
	.tone = "trouble",
	.heading = "This link doesn’t open an invitation",
	.what = "Part of it may be missing: some mail programs cut long links "
		"short.",
	.next = "Copy the whole link from the mail and paste it here. If that "
		"doesn’t help, ask the person who invited you for a new "
		"invitation.",
	.offer = OFFER_CODE,
};

static const struct page_end expired = {
	.icon = "clock",
	.tone = "trouble",
	.heading = "This invitation has expired",
	.what = "Invitations stay open for a limited time, and the time of "
		"this one is over.",
	.next = "Ask the person who invited you to send a new one.",
};

static const struct page_end withdrawn = {
	.icon = "cross",
	.tone = "trouble",
	.heading = "This invitation was withdrawn",
	.what = "An administrator took it back, so it can’t be accepted any "
		"more.",
	.next = "If you think that is a mistake, ask the person who invited "
		"you.",
};

static const struct page_end declined_now = {
	.icon = "check",
	.tone = "calm",
	.heading = "You’ve declined the invitation",
	.what = "You were not added to anything, and the link is closed now.",
	.next = "Changed your mind? Ask the person who invited you for a new "
		"invitation. Otherwise you can close this page.",
};

static const struct page_end declined_before = {
	.icon = "cross",
	.tone = "calm",
	.heading = "This invitation was declined",
	.what = "It was turned down earlier, so it can’t be accepted any more.",
	.next = "Changed your mind? Ask the person who invited you for a new "
		"invitation.",
};

static const struct page_end accepted_before = {
	.icon = "check",
	.tone = "calm",
	.heading = "This invitation is accepted already",
	.what = "It can’t be declined any more, and nothing was changed just "
		"now.",
	.next = "If you want to leave the organization, ask one of its "
		"administrators to remove you.",
};

static const struct page_end too_many = {
	.icon = "clock",
	.tone = "trouble",
	.heading = "Too many attempts",
	.what = "Too many wrong links or codes came from your network in a "
		"short time.",
	.next = "Wait a few minutes, then try again. Your invitation is "
		"untouched.",
	.offer = OFFER_RETRY,
};

static const struct page_end busy = {
	.icon = "clock",
	.tone = "trouble",
	.heading = "We’re too busy just now",
	.what = "Your request couldn’t be handled, and nothing was changed.",
	.next = "Try again in a moment.",
	.offer = OFFER_RETRY,
};

static const struct page_end uncertain = {
	.icon = "alert",
	.tone = "trouble",
	.heading = "We lost track of your answer",
	.what = "Something failed while it was being saved, and we can’t tell "
		"whether it was.",
	.next = "Try again to see how things stand. Answering twice does no "
		"harm.",
	.offer = OFFER_RETRY,
};

static const struct page_end fault = {
	.icon = "alert",
	.tone = "trouble",
	.heading = "Something went wrong",
	.what = "That is our fault, not yours.",
	.next = "Try again in a moment. If it keeps happening, tell the person "
		"who invited you.",
	.offer = OFFER_RETRY,
};

static const struct page_end not_found = {
	.icon = "question",
	.tone = "trouble",
	.heading = "There’s no such page",
	.what = "The address may be misspelt, or part of it is missing.",
	.next = "If you have an invitation, open it with the link or the code "
		"from the mail.",
	.offer = OFFER_START,
};

static const struct page_end *end_of_result(enum result result)
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

const struct page_end *page_end(const struct page *page)
{
	switch (page->kind) {
	case PAGE_CODE:
	case PAGE_INVITED:
	case PAGE_ACCEPTED:
		return NULL;
	case PAGE_DECLINED:
		return &declined_now;
	case PAGE_TOO_MANY:
		return &too_many;
	case PAGE_NOT_FOUND:
		return &not_found;
	case PAGE_REFUSED:
	case PAGE_ERROR:
		return end_of_result(page->result);
	}
	return &fault;
}
