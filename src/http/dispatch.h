/*
 * dispatch.h: from a request that is all here to the handler that answers it.
 */
#ifndef HTTP_DISPATCH_H
#define HTTP_DISPATCH_H

#include "http/request.h"

/*
 * Routes it, authorises it, has it handled. Afterwards it is answered or
 * parked; in the end every request is answered exactly once.
 */
void request_dispatch(struct request *request);

/*
 * The same up to where the body is needed, before any of it is there: who asks
 * on a route that needs a key has one. Afterwards it is answered, parked, or
 * its body may come.
 */
void request_admit(struct request *request);

#endif
