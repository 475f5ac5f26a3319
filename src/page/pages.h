/*
 * pages.h: the handlers of the pages, for the table of routes.
 */
#ifndef PAGE_PAGES_H
#define PAGE_PAGES_H

struct request;

void page_home(struct request *request);
void page_open(struct request *request);
void page_submit(struct request *request);
void page_asset(struct request *request);
void page_color(struct request *request);
void page_not_found(struct request *request); /* of no route */

#endif
