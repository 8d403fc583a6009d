/*
 * The lines that src/mine/lines.c counts against git's, for lines.sh.
 *
 *	git log -z --raw --numstat --no-abbrev -M100% --format= ... >changes
 *	lines-tool blobs <changes >ids
 *	git cat-file --batch <ids | lines-tool compare changes
 *
 * `blobs` prints the ids of the blobs that `compare` then reads, in the same order.
 * Ends with 1 when a pair differs; the last line of the output tells how many pairs there
 * were and how long the counting took.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mine/lines.h"
#include "util/vec.h"

#define ID_LEN (2 * QUARRY_OID_SIZE)
#define SHOWN_MAX 20 /* differences that are printed */

struct side {
	unsigned mode;
	char id[ID_LEN + 1];
	char *text; /* owned */
	size_t len;
};

struct change {
	struct side old, new_;
	char status;
};

struct tally {
	long n_pairs, n_different;
	int64_t ns;
};

static void die(const char *what)
{
	fprintf(stderr, "lines-tool: %s\n", what);
	exit(2);
}

/* The next text of a file up to a NUL; false at its end. */
static int token(char **s, size_t *room, FILE *f)
{
	return getdelim(s, room, '\0', f) > 0;
}

/* ":100644 100644 ID ID M", and a line feed before it where a commit begins. */
static int read_raw(struct change *c, const char *s)
{
	memset(c, 0, sizeof(*c));
	return sscanf(s, ":%o %o %40s %40s %c", &c->old.mode, &c->new_.mode, c->old.id,
		      c->new_.id, &c->status) == 5;
}

/* "1\t2\tpath", or "-\t-\tpath". */
static struct lines_count read_numstat(const char *s)
{
	struct lines_count n = { .added = QUARRY_LINES_BINARY };

	if (strncmp(s, "-\t-\t", 4) &&
	    sscanf(s, "%" SCNd32 "\t%" SCNd32 "\t", &n.added, &n.deleted) != 2)
		die("not a line of --numstat");
	return n;
}

static int is_blob(const struct side *s)
{
	return s->mode && s->mode != 0160000;
}

static void read_blob(struct side *s)
{
	char head[128], id[ID_LEN + 1];

	if (!fgets(head, sizeof(head), stdin) ||
	    sscanf(head, "%40s blob %zu", id, &s->len) != 2 || strcmp(id, s->id))
		die("not the blob that was asked for");
	s->text = malloc(s->len + 1);
	if (!s->text || fread(s->text, 1, s->len + 1, stdin) != s->len + 1)
		die("a blob cannot be read");
}

static void read_gitlink(struct side *s)
{
	struct quarry_oid id;

	for (size_t i = 0; i < sizeof(id.id); i++) {
		unsigned byte;

		if (sscanf(s->id + 2 * i, "%2x", &byte) != 1)
			die("not an id");
		id.id[i] = (unsigned char)byte;
	}
	s->len = LINES_GITLINK_LEN;
	s->text = malloc(s->len);
	if (!s->text)
		die("no memory");
	lines_gitlink(s->text, &id);
}

static void read_side(struct side *s)
{
	if (is_blob(s))
		read_blob(s);
	else if (s->mode)
		read_gitlink(s);
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void compare(struct tally *t, struct lines *l, struct change *c, const char *numstat)
{
	struct lines_count want = read_numstat(numstat), got;
	int64_t start;

	read_side(&c->old);
	read_side(&c->new_);
	start = now_ns();
	if (lines_count(&got, l, c->old.text, c->old.len, c->new_.text, c->new_.len))
		die("no memory");
	t->ns += now_ns() - start;
	t->n_pairs++;
	if (got.added != want.added || got.deleted != want.deleted) {
		if (t->n_different++ < SHOWN_MAX)
			printf("%s %s: +%d -%d, but git says %s\n", c->old.id, c->new_.id,
			       (int)got.added, (int)got.deleted, numstat);
	}
	free(c->old.text);
	free(c->new_.text);
}

static void print_ids(const struct change *c)
{
	if (is_blob(&c->old))
		puts(c->old.id);
	if (is_blob(&c->new_))
		puts(c->new_.id);
}

/* git prints all --raw lines of a commit, then as many of --numstat in the same order. */
static void read_changes(struct tally *t, struct lines *l, FILE *f)
{
	VEC(struct change) changes = { 0 };
	char *s = NULL;
	size_t size = 0, next = 0;

	while (token(&s, &size, f)) {
		const char *p = s + (*s == '\n');
		struct change c;

		if (*p == ':') {
			if (!read_raw(&c, p) || vec_push(&changes, c))
				die("not a line of --raw");
			/* Its path; after a rename both. */
			if (!token(&s, &size, f) || (c.status == 'R' && !token(&s, &size, f)))
				die("a path is missing");
			if (!l)
				print_ids(&c);
		} else if (*p) {
			if (next == changes.n)
				die("--raw and --numstat do not match");
			if (l)
				compare(t, l, &changes.at[next], p);
			if (p[strlen(p) - 1] == '\t' &&
			    (!token(&s, &size, f) || !token(&s, &size, f)))
				die("a path is missing");
			if (++next == changes.n)
				changes.n = next = 0;
		}
	}
	if (next != changes.n)
		die("--raw and --numstat do not match");
	free(s);
	vec_release(&changes);
}

int main(int argc, char **argv)
{
	struct tally t = { 0 };
	struct lines *l = NULL;
	FILE *f;

	if (argc == 2 && !strcmp(argv[1], "blobs")) {
		read_changes(NULL, NULL, stdin);
		return fflush(stdout) ? 2 : 0;
	}
	if (argc != 3 || strcmp(argv[1], "compare"))
		die("usage: lines-tool blobs | compare CHANGES");
	f = fopen(argv[2], "r");
	if (!f || lines_new(&l))
		die("cannot start");
	read_changes(&t, l, f);
	lines_free(l);
	fclose(f);
	printf("%ld pairs, %ld different, %ld ns a pair\n", t.n_pairs, t.n_different,
	       t.n_pairs ? (long)(t.ns / t.n_pairs) : 0);
	return t.n_different || !t.n_pairs;
}
