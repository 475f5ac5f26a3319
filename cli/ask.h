/*
 * ask.h: questions to whoever sits at the terminal, on standard error.
 */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include <stdbool.h>

/* Whether somebody can be asked; says so where nobody can. */
bool can_ask(void);

/* Whether the answer begins with y. */
bool ask_yes(const char *question);

/*
 * A line from standard input, without blanks around it, to be freed; where
 * that is a terminal, after the question. NULL at the end of input.
 */
char *ask_line(const char *question);

/* The same, and the terminal does not show what is typed. */
char *ask_secret(const char *question);

#endif
