/*
 * handlers.h: the functions that the table in src/routes.c names, file by file.
 */
#ifndef HTTP_HANDLERS_H
#define HTTP_HANDLERS_H

struct request;

/* api_invites.c */
void invites_create(struct request *request);
void invites_list(struct request *request);
void invites_retrieve(struct request *request);
void invites_delete(struct request *request);

/* api_projects.c */
void projects_create(struct request *request);
void projects_list(struct request *request);
void projects_retrieve(struct request *request);
void project_users_list(struct request *request);

/* api_users.c */
void users_list(struct request *request);
void users_retrieve(struct request *request);

/* api_invitations.c */
void invitations_lookup(struct request *request);
void invitations_accept(struct request *request);
void invitations_decline(struct request *request);

/* operations.c */
void operations_alive(struct request *request);
void operations_ready(struct request *request);
void operations_metrics(struct request *request);

#endif
