/*
 * routes.c: all paths that are served: those of the API, a table a resource;
 * the pages; and what machines watch us by.
 */
#include "base/base.h"

#include "routes.h"

#include "api_tables.h"
#include "gate/gate.h"
#include "http/operations.h"
#include "page/pages.h"

#define X(resource) extern const struct route_table resource##_api;
API_TABLES(X)
#undef X

static const struct route pages[] = {
	{ .method = METHOD_GET,
	  .path = "/",
	  .access = ACCESS_PAGE,
	  .handle = page_home },
	{ .method = METHOD_GET,
	  .path = "/accept",
	  .access = ACCESS_PAGE,
	  .open_ended = true,
	  .handle = page_open },
	{ .method = METHOD_POST,
	  .path = "/accept",
	  .access = ACCESS_PAGE,
	  .body = BODY_FORM,
	  .handle = page_submit },
	{ .method = METHOD_GET,
	  .path = "/assets/{file}",
	  .access = ACCESS_PAGE,
	  .handle = page_asset },
	{ .method = METHOD_GET,
	  .path = "/assets/color/{color}",
	  .access = ACCESS_PAGE,
	  .handle = page_color },
};

static const struct route alive[] = {
	{ .method = METHOD_GET,
	  .path = "/healthz",
	  .access = ACCESS_OPEN,
	  .handle = operations_alive },
};

static const struct route operations[] = {
	{ .method = METHOD_GET,
	  .path = "/readyz",
	  .access = ACCESS_OPEN,
	  .handle = operations_ready },
	{ .method = METHOD_GET,
	  .path = "/metrics",
	  .access = ACCESS_OPEN,
	  .handle = operations_metrics },
};

static const struct route_table page_table = ROUTES(pages),
				operation_table = ROUTES(operations),
				alive_table = ROUTES(alive);

static const struct route_table *const tables[] = {
#define X(resource) &resource##_api,
	API_TABLES(X)
#undef X
	    & page_table,
	&gate_check_routes,
	&alive_table,
	&operation_table,
};

const struct routes all_routes = {
	.tables = tables,
	.count = COUNT_OF(tables),
	.missing_page = page_not_found,
};

static const struct route_table *const gateway_tables[] = {
	&gate_routes,
	&gate_check_routes,
	&alive_table,
};

const struct routes gateway_routes = {
	.tables = gateway_tables,
	.count = COUNT_OF(gateway_tables),
	.for_gateways = true,
};
