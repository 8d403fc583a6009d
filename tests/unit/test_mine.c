/* What a history becomes, beside its touches: see test_mine_touches.c for those. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/touches.h"
#include "quarry/mine.h"
#include "util/file.h"

static struct quarry_history *mine_at(const char *gitdir, const char *branch)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_history *facts = NULL;

	if (quarry_mine(&facts, gitdir, branch, NULL, &err))
		fail_msg("%s", err.text);
	assert_non_null(facts);
	/* What is no failure leaves no error behind. */
	assert_int_equal(err.code, 0);
	assert_string_equal(err.text, "");
	return facts;
}

static struct quarry_history *mine(const struct history *h)
{
	return mine_at(h->gitdir, NULL);
}

/* quarry_mine() fails with `code`, says `text` and leaves *out alone. */
static void check_refused(const char *gitdir, const char *branch, int code, const char *text)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_history *facts = NULL;

	assert_int_equal(quarry_mine(&facts, gitdir, branch, NULL, &err), code);
	assert_int_equal(err.code, code);
	assert_null(facts);
	if (!strstr(err.text, text))
		fail_msg("'%s' does not say '%s'", err.text, text);
}

static void check_oid(const struct quarry_oid *id, const char *hex)
{
	for (size_t i = 0; i < QUARRY_OID_SIZE; i++) {
		unsigned byte;

		assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
		assert_int_equal(id->id[i], byte);
	}
}

static void commits_have_parents_and_flags(void **state)
{
	static const struct { const char *subject; uint32_t n_parents; unsigned flags; } want[] = {
		{ "root", 0, QUARRY_COMMIT_ROOT | QUARRY_COMMIT_LANDED },
		{ "left", 1, 0 }, { "left again", 1, 0 }, { "right", 1, QUARRY_COMMIT_LANDED },
		{ "merge", 2, QUARRY_COMMIT_LANDED }, { "octopus", 4, QUARRY_COMMIT_LANDED },
		{ "second root", 0, QUARRY_COMMIT_ROOT }, { "tip", 1, QUARRY_COMMIT_LANDED },
	};
	struct quarry_history *facts;
	struct history h;

	history_init(&h);
	history_import(&h, COMMIT(1, "root") PUT("a", "1") COMMIT_ON("x", 2, "left") FROM(1)
		       COMMIT_ON("x", 3, "left again") COMMIT(4, "right") FROM(1) COMMIT(5, "merge") MERGE(3)
		       COMMIT_ON("y", 6, "second root") COMMIT(7, "octopus") MERGE(6) MERGE(2) MERGE(1)
		       COMMIT(8, "tip") COMMIT_ON("z", 9, "elsewhere") FROM(8));
	facts = mine(&h);
	assert_int_equal(facts->n_commits, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < facts->n_commits; i++) {
		const struct quarry_commit *c = commit_called(facts, want[i].subject);

		assert_int_equal(c->n_parents, want[i].n_parents);
		assert_int_equal(c->flags, want[i].flags);
		if (i)
			assert_true(memcmp(&facts->commits[i - 1].oid, &facts->commits[i].oid,
					   QUARRY_OID_SIZE) < 0);
	}
	assert_int_equal(facts->n_parents, 10);
	assert_memory_equal(&facts->parents[commit_called(facts, "merge")->first_parent_oid + 1],
			    &commit_called(facts, "left again")->oid, QUARRY_OID_SIZE);
	assert_memory_equal(&facts->parents[commit_called(facts, "octopus")->first_parent_oid],
			    &commit_called(facts, "merge")->oid, QUARRY_OID_SIZE);
	assert_memory_equal(&facts->tip, &commit_called(facts, "tip")->oid, QUARRY_OID_SIZE);
	assert_string_equal(facts->branch, "refs/heads/main");
	assert_false(facts->shallow);
	quarry_history_free(facts);
	history_release(&h);
}

#define RAW_COMMIT(header, message) \
	"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n" header "\n" message

/* Make an object main's tip; fast-import would refuse what is odd. */
static void set_tip(const struct history *h, const char *data, size_t len)
{
	char *hex = history_object(h, "commit", data, len), *head;
	char *path = str_dupf("%s/refs/heads/main", h->gitdir);
	FILE *f;

	free(history_object(h, "tree", "", 0));
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_true(fprintf(f, "%s\n", hex) > 0);
	assert_int_equal(fclose(f), 0);
	head = HISTORY_ASK(h, "rev-parse", "HEAD");
	assert_string_equal(head, hex);
	free(head);
	free(path);
	free(hex);
}

struct texts {
	const char *data;
	const char *name, *email, *subject;
	const char *raw_name; /* NULL: it was UTF-8 */
	int64_t author_s;
	int32_t offset_min;
	unsigned flags;
};

static void check_texts(const struct texts *c)
{
	const struct quarry_signature *author;
	const struct quarry_commit *got;
	struct quarry_history *facts;
	struct history h;

	history_init(&h);
	set_tip(&h, c->data, strlen(c->data));
	facts = mine(&h);
	assert_int_equal(facts->n_commits, 1);
	got = &facts->commits[0];
	author = &facts->signatures[got->author];
	assert_string_equal(got->subject, c->subject);
	assert_int_equal(got->subject_len, strlen(c->subject));
	assert_string_equal(author->name, c->name);
	assert_string_equal(author->email, c->email);
	if (c->raw_name) {
		assert_int_equal(author->raw_name_len, strlen(c->raw_name));
		assert_memory_equal(author->raw_name, c->raw_name, author->raw_name_len);
	} else {
		assert_null(author->raw_name);
	}
	assert_int_equal(got->author_s, c->author_s);
	assert_int_equal(got->author_offset_min, c->offset_min);
	assert_int_equal(got->flags, c->flags | QUARRY_COMMIT_ROOT | QUARRY_COMMIT_LANDED);
	quarry_history_free(facts);
	history_release(&h);
}

static void texts_are_decoded_once(void **state)
{
	static const struct texts cases[] = {
		{ RAW_COMMIT("author J\xc3\xb6 <j@x> 7 +0530\ncommitter C <c@x> 1 +0000\n", "s\xc3\xb6\n"),
		  "J\xc3\xb6", "j@x", "s\xc3\xb6", NULL, 7, 330, 0 },
		{ RAW_COMMIT("author J\xf6 <j@x> 7 +0000\ncommitter C <c@x> 1 +0000\n"
			     "encoding ISO-8859-1\n", "s\xf6\n"),
		  "J\xc3\xb6", "j@x", "s\xc3\xb6", "J\xf6", 7, 0, QUARRY_COMMIT_NOT_UTF8 },
		{ RAW_COMMIT("author J\xa4 <j@x> 7 +0000\ncommitter C <c@x> 1 +0000\n"
			     "encoding ISO-8859-15\n", "s\n"),
		  "J\xe2\x82\xac", "j@x", "s", "J\xa4", 7, 0, QUARRY_COMMIT_NOT_UTF8 },
		/* Without a word about it, and with a wrong one, Latin-1 it is. */
		{ RAW_COMMIT("author J\xf6 <j@x> 7 +0000\ncommitter C <c@x> 1 +0000\n", "s\n"),
		  "J\xc3\xb6", "j@x", "s", "J\xf6", 7, 0, QUARRY_COMMIT_NOT_UTF8 },
		{ RAW_COMMIT("author J\xf6 <j@x> 7 +0000\ncommitter C <c@x> 1 +0000\n"
			     "encoding no-such\n", "s\n"),
		  "J\xc3\xb6", "j@x", "s", "J\xf6", 7, 0,
		  QUARRY_COMMIT_NOT_UTF8 | QUARRY_COMMIT_ENCODING },
		/* What is UTF-8 stays so, whatever the header says. */
		{ RAW_COMMIT("author J\xc3\xb6 <j@x> 7 +0000\ncommitter C <c@x> 1 +0000\n"
			     "encoding ISO-8859-1\n", "s\n"),
		  "J\xc3\xb6", "j@x", "s", NULL, 7, 0, 0 },
		{ RAW_COMMIT("author A\x01\x1b[2J <a@x> 7 +0000\ncommitter C <c@x> 1 +0000\n", "s\n"),
		  "A\x01\x1b[2J", "a@x", "s", NULL, 7, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_texts(&cases[i]);
}

static void odd_commits_are_read_and_flagged(void **state)
{
	enum { NO_AUTHOR = QUARRY_COMMIT_BAD_AUTHOR | QUARRY_COMMIT_NO_AUTHOR_TIME,
	       NO_COMMITTER = QUARRY_COMMIT_BAD_COMMITTER | QUARRY_COMMIT_NO_COMMITTER_TIME };
	static const struct texts cases[] = {
		{ RAW_COMMIT("committer C <c@x> 1 +0000\n", "s\n"), "", "", "s", NULL, 0, 0, NO_AUTHOR },
		{ RAW_COMMIT("author A <a@x> 1 +0000\n", "s\n"), "A", "a@x", "s", NULL, 1, 0,
		  NO_COMMITTER },
		{ RAW_COMMIT("author A\ncommitter C <c@x> 1 +0000\n", "s\n"), "", "", "s", NULL, 0, 0,
		  NO_AUTHOR },
		{ RAW_COMMIT("author A <a@x>\ncommitter C <c@x> 1 +0000\n", "s\n"), "A", "a@x", "s", NULL,
		  0, 0, QUARRY_COMMIT_NO_AUTHOR_TIME },
		{ RAW_COMMIT("author <> 9999999999999999999 -0100\ncommitter C <c@x> 1 +0000\n", ""),
		  "", "", "", NULL, INT64_MAX, -60, QUARRY_COMMIT_NO_EMAIL },
		{ RAW_COMMIT("author A <a@x> 1 +0000\nauthor B <b@x> 2 +0000\n"
			     "committer C <c@x> 1 +0000\n", "s\n"),
		  "B", "b@x", "s", NULL, 2, 0, QUARRY_COMMIT_TWO_AUTHORS },
		{ RAW_COMMIT("author A <a@x> 1 +0000\ncommitter C <c@x> 1 +0000\n", "\n\n  s \nt\n"),
		  "A", "a@x", "s ", NULL, 1, 0, 0 },
		{ RAW_COMMIT("author A <a@x> 1 +0000\ncommitter C <c@x> 1 +0000\n", "s"), "A", "a@x", "s",
		  NULL, 1, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_texts(&cases[i]);
}

/* The subject of `n` times `piece` ends at the limit, between two characters. */
static void check_cut(const char *piece, size_t n, size_t want)
{
	struct quarry_history *facts;
	struct str s = STR_INIT;
	struct history h;

	str_adds(&s, RAW_COMMIT("author A <a@x> 1 +0000\ncommitter C <c@x> 1 +0000\n", "x"));
	for (size_t i = 0; i < n; i++)
		str_adds(&s, piece);
	history_init(&h);
	set_tip(&h, s.buf, s.len);
	facts = mine(&h);
	assert_int_equal(facts->commits[0].subject_len, want);
	assert_memory_equal(facts->commits[0].subject, strstr(s.buf, "\n\nx") + 2, want);
	assert_int_equal(facts->commits[0].flags & QUARRY_COMMIT_NOT_UTF8, 0);
	quarry_history_free(facts);
	history_release(&h);
	str_release(&s);
}

static void a_long_text_is_cut_between_characters(void **state)
{
	check_cut("a", 1023, 1024);
	check_cut("a", 1024, 1024);
	check_cut("\xc3\xb6", 511, 1023);
	check_cut("\xc3\xb6", 512, 1023);
	check_cut("\xe4\xb8\xad", 400, 1024);
	/* Long enough for the bound before decoding, at each place in a character. */
	check_cut("\xe4\xb8\xad", 4000, 1024);
	check_cut("\xc3\xb6", 6000, 1023);
	check_cut("\xf0\x9f\x98\x80", 4000, 1021);
}

static void a_trailer_with_an_address_is_a_signature(void **state)
{
	static const struct { const char *key, *value, *name, *email; } want[] = {
		{ "Co-authored-by", "B <b@x>", "B", "b@x" },
		{ "Co-authored-by", "C D <c@x>", "C D", "c@x" },
		{ "Co-authored-by", "E F < e@x >", "E F", "e@x" },
		{ "Co-authored-by", "nobody", NULL, NULL },
		{ "Reviewed-by", "J\xc3\xb6 <j@x>", "J\xc3\xb6", "j@x" },
	};
	struct quarry_history *facts;
	struct history h;

	history_init(&h);
	history_import(&h, COMMIT(1, "title\n\nCo-authored-by: B <b@x>\nco-authored-BY: C\n D\n\t<c@x>\n"
				     "Co-authored-by: E\n F < e@x >\nCo-authored-by: nobody\n"
				     "Acked-by: X <x@x>\nReviewed-by: J\xf6 <j@x>"));
	facts = mine(&h);
	assert_int_equal(facts->n_trailers, sizeof(want) / sizeof(want[0]));
	assert_int_equal(facts->commits[0].n_trailers, facts->n_trailers);
	for (size_t i = 0; i < facts->n_trailers; i++) {
		const struct quarry_trailer *t = &facts->trailers[i];

		assert_string_equal(t->key, want[i].key);
		assert_string_equal(t->value, want[i].value);
		assert_int_equal(t->signature == UINT32_MAX, !want[i].name);
		if (!want[i].name)
			continue;
		assert_string_equal(facts->signatures[t->signature].name, want[i].name);
		assert_string_equal(facts->signatures[t->signature].email, want[i].email);
	}
	quarry_history_free(facts);
	history_release(&h);
}

static void equal_signatures_and_paths_are_kept_once(void **state)
{
	struct quarry_history *facts;
	struct history h;

	history_init(&h);
	history_import(&h, COMMIT(1, "1\n\nCo-authored-by: C O Mitter <c@example.org>") PUT("a", "1")
		       COMMIT(2, "2") PUT("a", "2") PUT("b", "2") COMMIT(3, "3") PUT("a", "3")
		       REMOVE("b") PUT("c", "2"));
	facts = mine(&h);
	assert_int_equal(facts->n_signatures, 1);
	assert_int_equal(facts->n_paths, 3);
	assert_int_equal(facts->n_touches, 5);
	assert_int_equal(facts->files_at_tip, 2);
	quarry_history_free(facts);
	history_release(&h);
}

static void a_branch_without_a_commit_is_not_found(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_oid tip;
	struct history h;

	history_init(&h);
	check_refused(h.gitdir, NULL, QUARRY_ENOTFOUND, "has no commit");
	assert_int_equal(quarry_mine_tip(&tip, h.gitdir, NULL, &err), QUARRY_ENOTFOUND);
	history_import(&h, COMMIT(1, "first"));
	check_refused(h.gitdir, "none", QUARRY_ENOTFOUND, "refs/heads/none");
	HISTORY_GIT(NULL, &h, "symbolic-ref", "HEAD", "refs/heads/unborn");
	/* Others are there: it must not pass for an empty repository. */
	check_refused(h.gitdir, NULL, QUARRY_EFAIL, "names a branch that is not there");
	assert_int_equal(quarry_mine_tip(&tip, h.gitdir, "main", &err), 0);
	check_refused(h.root, NULL, QUARRY_EFAIL, "cannot open the repository");
	history_release(&h);
}

static void the_branch_asked_for_is_mined(void **state)
{
	static const struct { const char *branch, *want, *tip; size_t n; } cases[] = {
		{ NULL, "refs/heads/main", "main", 1 }, { "main", "refs/heads/main", "main", 1 },
		{ "x/y", "refs/heads/x/y", "x/y", 2 }, { "HEAD", "refs/heads/HEAD", "refs/heads/HEAD", 3 },
	};
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_oid tip;
	struct history h;

	history_init(&h);
	history_import(&h, COMMIT(1, "1") COMMIT_ON("x/y", 2, "2") FROM(1)
		       COMMIT_ON("HEAD", 3, "3") FROM(2));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct quarry_history *facts = mine_at(h.gitdir, cases[i].branch);
		char *hex = HISTORY_ASK(&h, "rev-parse", cases[i].tip);

		assert_string_equal(facts->branch, cases[i].want);
		assert_int_equal(facts->n_commits, cases[i].n);
		check_oid(&facts->tip, hex);
		assert_int_equal(quarry_mine_tip(&tip, h.gitdir, cases[i].branch, &err), 0);
		assert_memory_equal(&tip, &facts->tip, sizeof(tip));
		free(hex);
		quarry_history_free(facts);
	}
	history_release(&h);
}

static void replaced_and_grafted_objects_are_read_as_stored(void **state)
{
	struct quarry_history *facts;
	struct history h;
	char *path, *hex;
	FILE *f;

	history_init(&h);
	history_import(&h, COMMIT(1, "first") PUT("a", "1") COMMIT(2, "second") PUT("a", "2")
		       COMMIT_ON("other", 3, "instead") PUT("b", "3"));
	HISTORY_GIT(NULL, &h, "replace", "main", "other");
	HISTORY_GIT(NULL, &h, "replace", "main^{tree}", "other^{tree}");
	hex = HISTORY_ASK(&h, "rev-parse", "main");
	path = str_dupf("%s/info", h.gitdir);
	HISTORY_GIT(NULL, &h, "init", "--quiet", "--bare", "."); /* makes info/, if it is not there */
	free(path);
	path = str_dupf("%s/info/grafts", h.gitdir);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_true(fprintf(f, "%s\n", hex) > 0);
	assert_int_equal(fclose(f), 0);
	facts = mine(&h);
	assert_int_equal(facts->n_commits, 2);
	assert_int_equal(commit_called(facts, "second")->n_parents, 1);
	assert_false(facts->shallow);
	quarry_history_free(facts);
	free(path);
	free(hex);
	history_release(&h);
}

static void a_shallow_clone_has_a_root_where_it_is_cut_off(void **state)
{
	struct quarry_history *facts;
	struct history h;
	char *url, *gitdir, *touches;

	history_init(&h);
	history_import(&h, COMMIT(1, "1") PUT("a", "1") COMMIT(2, "2") PUT("b", "2") COMMIT(3, "3")
		       PUT("c", "3"));
	url = str_dupf("file://%s", h.gitdir);
	gitdir = str_dupf("%s/shallow.git", h.root);
	HISTORY_GIT(NULL, &h, "clone", "--quiet", "--bare", "--depth=2", url, gitdir);
	facts = mine_at(gitdir, NULL);
	assert_int_equal(facts->n_commits, 2);
	assert_true(facts->shallow);
	assert_int_equal(commit_called(facts, "2")->n_parents, 0);
	assert_int_equal(commit_called(facts, "2")->flags, QUARRY_COMMIT_ROOT | QUARRY_COMMIT_LANDED);
	touches = touches_called(facts, "2");
	assert_string_equal(touches, "A a, A b");
	free(touches);
	assert_int_equal(facts->missing_objects, 0);
	quarry_history_free(facts);
	free(gitdir);
	free(url);
	history_release(&h);
}

static void the_mailmap_of_the_tip_is_kept(void **state)
{
	struct quarry_history *facts;
	struct history h;
	char *hex;

	history_init(&h);
	history_import(&h, COMMIT(1, "1") PUT(".mailmap", "P <c@x>") PUT("d/.mailmap", "Q <c@x>"));
	facts = mine(&h);
	assert_string_equal(facts->mailmap, "P <c@x>\n");
	assert_int_equal(facts->mailmap_len, 8);
	assert_false(facts->mailmap_missing);
	quarry_history_free(facts);
	hex = HISTORY_ASK(&h, "rev-parse", "HEAD:.mailmap");
	history_lose(&h, hex);
	facts = mine(&h);
	assert_null(facts->mailmap);
	assert_true(facts->mailmap_missing);
	quarry_history_free(facts);
	free(hex);
	history_import(&h, COMMIT(1, "2") "from refs/heads/main^0\n" REMOVE(".mailmap"));
	facts = mine(&h);
	assert_null(facts->mailmap);
	assert_false(facts->mailmap_missing);
	quarry_history_free(facts);
	history_release(&h);
}

/* What is read is what was told, though the branch has gone on since. */
static void a_miner_reads_from_the_tip_that_it_told(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_history *piece = NULL;
	struct quarry_miner *m = NULL;
	struct quarry_oid tip;
	struct history h;

	history_init(&h);
	history_import(&h, COMMIT(1, "1") PUT("a", "1"));
	assert_int_equal(quarry_miner_open(&m, h.gitdir, NULL, &err), 0);
	assert_int_equal(quarry_miner_tip(&tip, m, &err), 0);
	history_import(&h, COMMIT(2, "2") "from refs/heads/main^0\n" PUT("a", "2"));
	assert_int_equal(quarry_miner_start(m, /* options= */ NULL, &err), 0);
	assert_int_equal(quarry_miner_next(&piece, m, &err), 0);
	assert_int_equal(piece->n_commits, 1);
	assert_memory_equal(&piece->commits[0].oid, &tip, sizeof(tip));
	quarry_history_free(piece);
	quarry_miner_free(m);
	history_release(&h);
}

static void borrowed_objects_are_refused_when_they_are_to_be_read(void **state)
{
	static const char text[] = "/nowhere\n";
	struct quarry_mine_options options = { .flags = QUARRY_MINE_ALTERNATES };
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_miner *m = NULL;
	struct quarry_oid tip;
	struct history h;
	char *path;

	history_init(&h);
	history_import(&h, COMMIT(1, "1") PUT("a", "1"));
	path = str_dupf("%s/objects/info/alternates", h.gitdir);
	assert_int_equal(file_write(path, text, strlen(text), &err), 0);
	assert_int_equal(quarry_miner_open(&m, h.gitdir, NULL, &err), 0);
	assert_int_equal(quarry_miner_tip(&tip, m, &err), 0);
	assert_int_equal(quarry_miner_start(m, /* options= */ NULL, &err), QUARRY_EFAIL);
	assert_non_null(strstr(err.text, "pass --alternates"));
	quarry_miner_free(m);
	assert_int_equal(quarry_miner_open(&m, h.gitdir, NULL, &err), 0);
	assert_int_equal(quarry_miner_start(m, &options, &err), 0);
	quarry_miner_free(m);
	free(path);
	history_release(&h);
}

static int stop_after_progress(const struct history *h, bool set)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_history *facts = NULL;
	atomic_bool stop = set;
	struct quarry_mine_options options = { .stop = &stop };
	int rc = quarry_mine(&facts, h->gitdir, NULL, &options, &err);

	assert_int_equal(err.code, rc);
	quarry_history_free(facts);
	return rc;
}

static void the_stop_flag_ends_the_reading(void **state)
{
	struct history h;

	history_init(&h);
	history_import(&h, COMMIT(1, "1") PUT("a", "1"));
	assert_int_equal(stop_after_progress(&h, false), 0);
	assert_int_equal(stop_after_progress(&h, true), QUARRY_EINTR);
	history_release(&h);
}

int main(void)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commits_have_parents_and_flags),
		cmocka_unit_test(texts_are_decoded_once),
		cmocka_unit_test(odd_commits_are_read_and_flagged),
		cmocka_unit_test(a_long_text_is_cut_between_characters),
		cmocka_unit_test(a_trailer_with_an_address_is_a_signature),
		cmocka_unit_test(equal_signatures_and_paths_are_kept_once),
		cmocka_unit_test(a_branch_without_a_commit_is_not_found),
		cmocka_unit_test(the_branch_asked_for_is_mined),
		cmocka_unit_test(replaced_and_grafted_objects_are_read_as_stored),
		cmocka_unit_test(a_shallow_clone_has_a_root_where_it_is_cut_off),
		cmocka_unit_test(the_mailmap_of_the_tip_is_kept),
		cmocka_unit_test(a_miner_reads_from_the_tip_that_it_told),
		cmocka_unit_test(borrowed_objects_are_refused_when_they_are_to_be_read),
		cmocka_unit_test(the_stop_flag_ends_the_reading),
	};
	int failed;

	if (quarry_mine_init(&err))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	quarry_mine_shutdown();
	return failed;
}
