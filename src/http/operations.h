/*
 * operations.h: the handlers of health, readiness and metrics.
 */
#ifndef HTTP_OPERATIONS_H
#define HTTP_OPERATIONS_H

struct request;

void operations_alive(struct request *request);
void operations_ready(struct request *request);
void operations_metrics(struct request *request);

#endif
