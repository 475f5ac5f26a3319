/*
 * service.h: the HTTP surface without a socket: a request goes in as text, is
 * routed, authorised and handled with a real store behind it, and its answer
 * can be looked at.
 *
 * Whoever cannot have what they need here ends the process: there is nothing
 * to be tested then.
 */
#ifndef SERVICE_H
#define SERVICE_H

#include "base/base.h"
#include "http/request.h"

#define SERVICE_KEY "sk-admin-0123456789abcdefghijklmnopqrstuvwxyz"

/* Opens it with an empty database in a directory of its own, and makes an
 * organization with one key, one user, one open invite. */
void service_open(void);
void service_close(void);

/* The one that answers, in this thread. */
struct http_thread *service_thread(void);

/*
 * Begins a request from its text: a line "METHOD TARGET", lines "Name: value",
 * an empty line, the body. Lines end in "\n". Of "{project}", "{invite}",
 * "{user}" and "{token}" each becomes what it names. Whatever bytes `text`
 * holds, there is a request. It is to be released with request_release().
 */
void service_read(struct request *request, struct str text);

/* Has it answered. */
void service_answer(struct request *request);

/* A header of the answer, or NULL. */
const char *service_header(const struct request *request, const char *name);

#endif
