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
 * The part of it that comes before the body: if the route needs a key, looks it
 * up. Afterwards the request is answered, parked, or ready for its body.
 */
void request_admit(struct request *request);

#endif
