/* A commit message: each trailer is of a key that is kept, each mark of one of the two, and
 * both are pieces of the message, in their order. */
#include "fuzz.h"
#include "mine/marks.h"

#define MARKS_MAX (8 + 64)

struct message {
	const char *text;
	size_t len;
	const char *at; /* where the last value ended: they come in order */
	const struct trailer_block *block;
	struct trailer_line marks[MARKS_MAX];
	size_t n_marks;
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

static int check_mark(void *payload, const struct trailer_line *line)
{
	struct message *m = payload;
	const char *lf = memchr(m->text, '\n', m->len);

	MUST(line->key == mark_line || line->key == mark_by);
	MUST(line->value_len && lies_in(line->value, line->value_len, m->text, m->len));
	MUST(lf && line->value > lf && line->value > m->at);
	MUST(!memchr(line->value, '\n', line->value_len));
	m->at = line->value + line->value_len;
	MUST(!trailer_block_keeps(m->block, line->value, m->at) || line->value[-1] != '\n');
	MUST(m->n_marks < MARKS_MAX);
	for (size_t i = 0; i < m->n_marks; i++)
		MUST(m->marks[i].key != line->key || m->marks[i].value_len != line->value_len ||
		     memcmp(m->marks[i].value, line->value, line->value_len) != 0);
	m->marks[m->n_marks++] = *line;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct trailer_block block;
	struct message m = { .text = text, .len = strnlen(text, size), .at = text, .block = &block };

	trailer_block_find(&block, text, m.len);
	MUST(lies_in(block.begin, (size_t)(block.end - block.begin), text, m.len));
	(void)trailers_read(&block, check, &m);
	m.at = text;
	(void)marks_read(text, m.len, &block, check_mark, &m);
	return 0;
}
