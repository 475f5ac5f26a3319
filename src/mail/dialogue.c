/*
 * dialogue.c: what is said between us and a mail server.
 */
#include "base/base.h"
#include "mail/dialogue.h"

/* libcurl's words. */
static bool is_step(struct str note)
{
	return str_starts_with(note, "Trying ") ||
	       str_starts_with(note, "Connected to ") ||
	       str_starts_with(note, "SSL connection using ");
}

/* A login begins with AUTH, and goes on for as long as the server asks. */
static void add_said(struct dialogue *dialogue, struct str line)
{
	struct str word, rest;

	str_cut(line, ' ', &word, &rest);
	if (dialogue->in_login) {
		line = STR("(login)");
	} else if (str_is_nocase(word, "AUTH")) {
		dialogue->in_login = true;
		line = STR("AUTH (login)");
	}
	dialogue->trace(STEP_SAID, line);
}

static void add_line(struct dialogue *dialogue, enum dialogue_step step,
		     struct str line)
{
	while (line.len > 0 && strchr("\r\n", line.data[line.len - 1]))
		line.len--;
	switch (step) {
	case STEP_NOTE:
		line = str_trim(line);
		if (is_step(line))
			dialogue->trace(STEP_NOTE, line);
		return;
	case STEP_SAID:
		add_said(dialogue, line);
		return;
	case STEP_HEARD:
		if (!str_starts_with(line, "334"))
			dialogue->in_login = false;
		dialogue->trace(STEP_HEARD, line);
		return;
	}
}

void dialogue_add(struct dialogue *dialogue, enum dialogue_step step,
		  struct str lines)
{
	struct str line;

	while (lines.len > 0) {
		str_cut(lines, '\n', &line, &lines);
		add_line(dialogue, step, line);
	}
}
