#include "lib/touches.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/vec.h"

struct lines {
	VEC(char *) v;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_line(struct lines *lines, const char *commit, char status, const char *path,
		     const char *old)
{
	char *line = str_dupf("%s %c %s%s%s\n", commit, status, old ? old : "", old ? " > " : "",
			      path);

	assert_non_null(line);
	assert_int_equal(vec_push(&lines->v, line), 0);
}

static char *join_sorted(struct lines *lines)
{
	struct str s = STR_INIT;

	str_add(&s, "", 0);
	if (lines->v.n)
		qsort(lines->v.at, lines->v.n, sizeof(*lines->v.at), by_text);
	for (size_t i = 0; i < lines->v.n; i++) {
		str_adds(&s, lines->v.at[i]);
		free(lines->v.at[i]);
	}
	vec_release(&lines->v);
	return str_detach(&s);
}

const struct quarry_commit *commit_called(const struct quarry_history *facts, const char *subject)
{
	const struct quarry_commit *found = NULL;

	for (size_t i = 0; i < facts->n_commits; i++) {
		if (strcmp(facts->commits[i].subject, subject))
			continue;
		if (found)
			fail_msg("two commits are called '%s'", subject);
		found = &facts->commits[i];
	}
	if (!found)
		fail_msg("no commit is called '%s'", subject);
	return found;
}

static const char *old_path_of(const struct quarry_history *facts, const struct quarry_touch *t)
{
	assert_true((t->status == 'R') == (t->old_path != QUARRY_NO_PATH));
	return t->status == 'R' ? facts->paths[t->old_path].name : NULL;
}

char *touches_called(const struct quarry_history *facts, const char *subject)
{
	const struct quarry_commit *c = commit_called(facts, subject);
	struct str s = STR_INIT;

	str_add(&s, "", 0);
	for (size_t i = 0; i < c->n_touches; i++) {
		const struct quarry_touch *t = &facts->touches[c->first_touch + i];
		const char *old = old_path_of(facts, t);

		str_addf(&s, "%s%c %s%s%s", i ? ", " : "", t->status, old ? old : "",
			 old ? " > " : "", facts->paths[t->path].name);
	}
	return str_detach(&s);
}

char *touches_of_facts(const struct quarry_history *facts)
{
	struct lines lines = { { 0 } };

	for (size_t i = 0; i < facts->n_commits; i++) {
		const struct quarry_commit *c = &facts->commits[i];
		char hex[2 * QUARRY_OID_SIZE + 1];

		for (size_t b = 0; b < QUARRY_OID_SIZE; b++) {
			hex[2 * b] = "0123456789abcdef"[c->oid.id[b] >> 4];
			hex[2 * b + 1] = "0123456789abcdef"[c->oid.id[b] & 15];
		}
		hex[2 * QUARRY_OID_SIZE] = '\0';
		if (c->n_parents > 1)
			assert_int_equal(c->n_touches, 0);
		for (size_t k = 0; k < c->n_touches; k++) {
			const struct quarry_touch *t = &facts->touches[c->first_touch + k];

			add_line(&lines, hex, t->status, facts->paths[t->path].name,
				 old_path_of(facts, t));
		}
	}
	return join_sorted(&lines);
}

/*
 *	output = *( [LF] commit NUL / ":" mode SP mode SP id SP id SP status NUL path NUL [ path NUL ] )
 */
char *touches_of_git(const struct history *h)
{
	struct str out = STR_INIT;
	struct lines lines = { { 0 } };
	const char *commit = "", *p, *end;

	HISTORY_GIT(&out, h, "log", "--no-merges", "--root", "--raw", "-M100%", "--no-abbrev", "-z",
		    "--format=%H");
	for (p = out.buf, end = p + out.len; p && p < end; p += strlen(p) + 1) {
		const char *path, *old = NULL, *status;

		if (*p == '\n')
			p++;
		if (*p != ':') {
			commit = *p ? p : commit;
			continue;
		}
		status = strrchr(p, ' ') + 1;
		path = p = p + strlen(p) + 1;
		if (*status == 'R') {
			old = path;
			path = p = p + strlen(p) + 1;
		}
		add_line(&lines, commit, *status, path, old);
	}
	str_release(&out);
	return join_sorted(&lines);
}
