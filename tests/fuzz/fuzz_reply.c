/*
 * fuzz_reply.c: any bytes as the lines of a mail server, for which the file
 * under test is included. Whatever it says: what is kept of it is a line that
 * ends, and it is understood as a refusal or as none.
 */
#include "base/base.h"
#include "mail/smtp.c"

#include "fuzz.h"

int fuzz_one(const uint8_t *data, size_t size)
{
	struct smtp *smtp = calloc(1, sizeof(*smtp));
	struct str rest = { (const char *)data, size }, line;

	require(smtp);
	if (size > 0)
		smtp->stage = (enum smtp_stage)(data[0] % (SMTP_MESSAGE + 1));
	while (rest.len > 0) {
		char *copy;

		str_cut(rest, '\n', &line, &rest);
		copy =
		    malloc(line.len ? line.len : 1); /* of exactly its size */
		require(copy);
		if (line.len > 0)
			memcpy(copy, line.data, line.len);
		require(on_reply(copy, 1, line.len, smtp) == line.len);
		free(copy);
		require(
		    memchr(smtp->reply.text, '\0', sizeof(smtp->reply.text)));
		switch (refusal_read(smtp->stage, smtp->reply.text)) {
		case REFUSAL_OF_MAIL:
			require(smtp->stage > SMTP_MAIL);
			break;
		case REFUSAL_OF_SETUP:
		case REFUSAL_DOUBTFUL:
			break;
		default:
			require(!"there is no other");
		}
	}
	free(smtp);
	return 0;
}
