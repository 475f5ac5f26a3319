/*
 * ask.c: see ask.h.
 */
#include "ask.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "print.h"
#include "text.h"

char *ask_line(const char *question)
{
	char *line = NULL, *answer = NULL;
	size_t size = 0;

	if (isatty(STDIN_FILENO))
		fprintf(stderr, "%s ", question);
	if (getline(&line, &size, stdin) >= 0)
		answer = copy_of(text_trim(line));
	free(line);
	return answer;
}

bool can_ask(void)
{
	if (isatty(STDIN_FILENO))
		return true;
	print_problem("standard input is not a terminal, so nobody can be "
		      "asked; use --yes to go ahead");
	return false;
}

bool ask_yes(const char *question)
{
	char *asked = text_of("%s [y/N]", question);
	char *answer = ask_line(asked);
	bool yes = answer && (*answer == 'y' || *answer == 'Y');

	free(asked);
	free(answer);
	return yes;
}

/* ---- without echo ----------------------------------------------------- */

static struct termios shown; /* for the handler */

/* The default action of the signal follows, on a terminal in order. */
static void restore(int signal)
{
	(void)signal;
	tcsetattr(STDIN_FILENO, TCSANOW, &shown);
}

static void on_signals(void (*handler)(int))
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = handler,
				    .sa_flags = (int)SA_RESETHAND };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
}

static void end_again(int signal)
{
	restore(signal);
	raise(signal); /* SA_RESETHAND: delivered once this returns */
}

char *ask_secret(const char *question)
{
	struct termios hidden;
	char *line;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &shown))
		return ask_line(question);
	hidden = shown;
	hidden.c_lflag &= (tcflag_t) ~(tcflag_t)ECHO;
	on_signals(end_again);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	line = ask_line(question);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	on_signals(SIG_DFL);
	fputc('\n', stderr);
	return line;
}
