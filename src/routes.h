/*
 * routes.h: what is served, by which listeners.
 */
#ifndef ROUTES_H
#define ROUTES_H

#include "http/router.h"

/* The API, the pages, and what machines watch us by. */
extern const struct routes all_routes;

/* What gateways ask, and whether we live. */
extern const struct routes gateway_routes;

#endif
