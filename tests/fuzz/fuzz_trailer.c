/* A commit message: each trailer is of a key that is kept, and a piece of the message. */
#include "fuzz.h"
#include "mine/trailer.h"

struct message {
	const char *text;
	size_t len;
	const char *at; /* where the last value ended: they come in order */
};

static int check(void *payload, const struct trailer_line *line)
{
	struct message *m = payload;
	struct str unfolded = STR_INIT;

	MUST(line->key[0] >= 'A' && line->key[0] <= 'Z');
	MUST(lies_in(line->value, line->value_len, m->text, m->len));
	MUST(line->value >= m->at);
	m->at = line->value + line->value_len;
	trailer_unfold(&unfolded, line->value, line->value_len);
	MUST(unfolded.oom || unfolded.len <= line->value_len);
	MUST(unfolded.oom || !unfolded.len || !memchr(unfolded.buf, '\n', unfolded.len));
	str_release(&unfolded);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct message m = { text, strnlen(text, size), text };

	(void)trailers_read(text, m.len, check, &m);
	return 0;
}
