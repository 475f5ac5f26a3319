/*
 * address.h: which e-mail addresses no server can mean.
 */
#ifndef CLI_ADDRESS_H
#define CLI_ADDRESS_H

/*
 * Why nobody has this address, in a clause, or NULL. Of what is plain ASCII,
 * invited(8) refuses the same (src/core/email.c), but for labels of
 * international domains; those, and characters beyond ASCII, are the server's
 * to judge.
 */
const char *address_problem(const char *email);

#endif
