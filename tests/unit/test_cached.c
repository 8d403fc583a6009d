/* The references, configuration and marks of a cached repository, the blobs of its tip
 * that are missing, and what bounds a fetch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fetch/cached.h"
#include "fetch/guard.h"
#include "fetch/tip.h"
#include "lib/history.h"
#include "util/str.h"

#define ROOT "refs/heads/"

static struct quarry_error err;

struct fixture {
	struct history h;
	git_repository *repo;
	git_oid tip;
};

static void open_fixture(struct fixture *f, const char *stream)
{
	char *hex;

	assert_true(git_libgit2_init() > 0);
	(void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	history_init(&f->h);
	history_import(&f->h, stream);
	assert_int_equal(git_repository_open_bare(&f->repo, f->h.gitdir), 0);
	hex = HISTORY_ASK(&f->h, "rev-parse", "HEAD");
	assert_int_equal(git_oid_fromstr(&f->tip, hex), 0);
	free(hex);
}

static void close_fixture(struct fixture *f)
{
	git_repository_free(f->repo);
	history_release(&f->h);
	(void)git_libgit2_shutdown();
}

static void assert_git(const struct fixture *f, const char *want, const char *const *args)
{
	struct str out = STR_INIT;

	history_git(&out, &f->h, "", 0, args);
	assert_string_equal(out.buf ? out.buf : "", want);
	str_release(&out);
}
#define ASSERT_GIT(f, want, ...) assert_git((f), (want), (const char *const[]){ __VA_ARGS__, NULL })

static const char two_commits[] = COMMIT(1, "one") PUT("a", "1") "\n" COMMIT(2, "two") FROM(1)
	PUT("a", "2") "\n";

static void settle(struct fixture *f, const char *ref)
{
	assert_int_equal(cached_settle(f->repo, f->h.gitdir, ref, &f->tip, &err), 0);
}

static void one_branch_is_left_whatever_was_there(void **state)
{
	static const char *const names[] = { "main", "trunk", "trunk/next", "trunk", "HEAD",
					     "a/b/c", "main" };
	struct fixture f;

	open_fixture(&f, two_commits);
	HISTORY_GIT(NULL, &f.h, "update-ref", "refs/heads/other", "HEAD~1");
	HISTORY_GIT(NULL, &f.h, "update-ref", "refs/remotes/x/y", "HEAD");
	for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++) {
		char *ref = str_dupf(ROOT "%s", names[i]), *line = str_dupf("%s\n", ref);

		settle(&f, ref);
		ASSERT_GIT(&f, line, "for-each-ref", "--format=%(refname)");
		ASSERT_GIT(&f, line, "symbolic-ref", "HEAD");
		free(ref);
		free(line);
	}
	close_fixture(&f);
}

static void tags_outlive_a_change_of_branch(void **state)
{
	struct fixture f;

	open_fixture(&f, two_commits);
	HISTORY_GIT(NULL, &f.h, "update-ref", "refs/tags/v1", "HEAD~1");
	settle(&f, ROOT "trunk");
	ASSERT_GIT(&f, "refs/heads/trunk\nrefs/tags/v1\n", "for-each-ref", "--format=%(refname)");
	close_fixture(&f);
}

static void add_ref(struct advert *a, const char *name, const git_oid *id)
{
	struct advert_ref ref = { .name = strdup(name) };

	(void)git_oid_tostr(ref.hex, sizeof(ref.hex), id);
	assert_int_equal(vec_push(&a->refs, ref), 0);
}

static void tags_become_those_of_the_remote(void **state)
{
	struct advert a = ADVERT_INIT;
	git_oid absent;
	struct fixture f;

	open_fixture(&f, two_commits);
	HISTORY_GIT(NULL, &f.h, "update-ref", "refs/tags/gone", "HEAD");
	HISTORY_GIT(NULL, &f.h, "update-ref", "refs/tags/moved", "HEAD~1");
	memset(&absent, 1, sizeof(absent));
	add_ref(&a, ROOT "main", &f.tip);
	add_ref(&a, "refs/tags/moved", &f.tip);
	add_ref(&a, "refs/tags/new/one", &f.tip);
	add_ref(&a, "refs/tags/absent", &absent);
	add_ref(&a, "refs/tags/../odd", &f.tip);
	assert_int_equal(cached_settle_tags(f.repo, f.h.gitdir, &a, &err), 0);
	ASSERT_GIT(&f, "refs/heads/main two\nrefs/tags/moved two\nrefs/tags/new/one two\n",
		   "for-each-ref", "--format=%(refname) %(subject)");
	advert_release(&a);
	close_fixture(&f);
}

static void what_is_there_is_read(void **state)
{
	struct cached c = CACHED_INIT;
	struct fixture f;

	open_fixture(&f, two_commits);
	assert_int_equal(cached_read(&c, f.repo, f.h.gitdir, &err), 0);
	assert_true(c.has_tip && git_oid_equal(&c.tip, &f.tip));
	assert_string_equal(c.branch, "main");
	assert_false(c.partial);
	cached_release(&c);

	HISTORY_GIT(NULL, &f.h, "symbolic-ref", "HEAD", ROOT "none");
	HISTORY_GIT(NULL, &f.h, "config", "remote.origin.promisor", "true");
	assert_int_equal(cached_read(&c, f.repo, f.h.gitdir, &err), 0);
	assert_false(c.has_tip);
	assert_null(c.branch);
	assert_true(c.partial);
	cached_release(&c);
	close_fixture(&f);
}

static void git_takes_a_marked_repository_for_whole(void **state)
{
	const struct cached_origin origin = { .url = "https://example.org/a/b",
					      .ref = ROOT "main", .partial = true };
	struct str ids = STR_INIT;
	char *hex, *pack, *found;
	struct fixture f;

	open_fixture(&f, two_commits);
	/* Commits and trees into a pack; the blobs stay loose, for us to lose. */
	HISTORY_GIT(&ids, &f.h, "rev-list", "--objects", "--no-object-names", "--filter=blob:none",
		    "--all");
	pack = str_dupf("%s/objects/pack/pack", f.h.gitdir);
	history_git(NULL, &f.h, ids.buf, ids.len,
		    (const char *const[]){ "pack-objects", "-q", pack, NULL });
	HISTORY_GIT(NULL, &f.h, "prune-packed", "-q");
	hex = HISTORY_ASK(&f.h, "rev-parse", "HEAD~1:a");
	history_lose(&f.h, hex);
	assert_int_equal(cached_remember(f.repo, f.h.gitdir, &origin, &err), 0);
	assert_int_equal(cached_mark_packs(f.h.gitdir, &err), 0);
	assert_int_equal(cached_mark_packs(f.h.gitdir, &err), 0); /* once more is fine */
	ASSERT_GIT(&f, "blob:none\n", "config", "remote.origin.partialclonefilter");
	ASSERT_GIT(&f, "+" ROOT "main:" ROOT "main\n", "config", "remote.origin.fetch");
	found = HISTORY_ASK(&f.h, "fsck", "--no-dangling", "--connectivity-only");
	assert_string_equal(found, "");
	free(found);
	free(hex);
	free(pack);
	str_release(&ids);
	close_fixture(&f);
}

static void a_folder_without_packs_cannot_be_marked(void **state)
{
	assert_int_equal(cached_mark_packs("/nonexistent", &err), QUARRY_EFAIL);
	assert_non_null(strstr(err.text, "/nonexistent/objects/pack"));
}

static void files_of_the_tip_are_known_by_name(void **state)
{
	static const struct { const char *name; bool usual, all; } cases[] = {
		{ ".mailmap", true, true }, { ".gitattributes", true, true },
		{ "README", false, true }, { "README.md", false, true },
		{ "readme.rst", false, true }, { "pyproject.toml", false, true },
		{ "Cargo.toml", false, true }, { ".MAILMAP", false, false },
		{ "cargo.toml", false, false }, { "main.c", false, false },
		{ ".mailmap.old", false, false }, { "", false, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(tip_is_wanted(cases[i].name, false), cases[i].usual);
		assert_int_equal(tip_is_wanted(cases[i].name, true), cases[i].all);
	}
}

static size_t n_missing(struct fixture *f, const git_oid *tip, bool all)
{
	struct tip_blobs b = { { NULL, 0, 0 } };
	size_t n;

	assert_int_equal(tip_missing(&b, f->repo, tip, all), 0);
	n = b.ids.n;
	tip_release(&b);
	return n;
}

static void only_what_is_missing_of_the_tip_is_asked_for(void **state)
{
	static const char stream[] = COMMIT(1, "one") PUT(".mailmap", "A <a@b>") PUT("README.md", "x")
		PUT("d/README.md", "y") PUT("z.c", "z") "\n";
	struct fixture f;
	git_oid none;
	char *hex;

	open_fixture(&f, stream);
	assert_int_equal(n_missing(&f, &f.tip, true), 0);
	hex = HISTORY_ASK(&f.h, "rev-parse", "HEAD:.mailmap");
	history_lose(&f.h, hex);
	free(hex);
	hex = HISTORY_ASK(&f.h, "rev-parse", "HEAD:README.md");
	history_lose(&f.h, hex);
	free(hex);
	assert_int_equal(n_missing(&f, &f.tip, false), 1);
	assert_int_equal(n_missing(&f, &f.tip, true), 2);
	memset(&none, 7, sizeof(none));
	assert_int_equal(n_missing(&f, &none, true), 0);
	close_fixture(&f);
}

static void the_first_failure_is_kept(void **state)
{
	const struct quarry_fetch_options o = { .bytes_max = 10 };
	struct guard g;

	assert_true(git_libgit2_init() > 0);
	guard_start(&g, &o);
	assert_int_equal(guard_check(&g), 0);
	assert_int_equal(guard_count(&g, 10), 0);
	assert_int_equal(guard_count(&g, 1), -1);
	assert_int_equal(g.cause, GUARD_FINAL);
	assert_int_equal(guard_fail(&g, GUARD_LATER, "another"), -1);
	assert_string_equal(g.text, "it is larger than the limit of 10 bytes");
	assert_int_equal(guard_check(&g), -1);
	guard_forgive(&g);
	assert_int_equal(guard_check(&g), 0);
	assert_int_equal(g.bytes, 11);
	(void)git_libgit2_shutdown();
}

static void silence_and_time_end_a_fetch(void **state)
{
	struct quarry_fetch_options o = { .stall_s = 10, .total_s = 100 };
	atomic_bool stop = false;
	struct guard g;
	int64_t now;

	assert_true(git_libgit2_init() > 0);
	o.stop = &stop;
	guard_start(&g, &o);
	now = guard_now_ms();
	assert_int_equal(guard_wait(&g, now), 0);
	assert_in_range(guard_slice_ms(&g, now), 1, 200);
	assert_int_equal(guard_slice_ms(&g, now - 10000), 1);
	assert_int_equal(guard_wait(&g, now - 10001), -1);
	assert_int_equal(g.cause, GUARD_LATER);

	guard_start(&g, &o);
	g.end_ms = now - 1;
	assert_int_equal(guard_check(&g), -1);
	assert_string_equal(g.text, "it took longer than 100 seconds");

	guard_start(&g, &o);
	atomic_store(&stop, true);
	assert_int_equal(guard_wait(&g, now - 20000), -1);
	assert_int_equal(g.cause, GUARD_STOPPED); /* it was asked for, whatever else is wrong */
	(void)git_libgit2_shutdown();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_branch_is_left_whatever_was_there),
		cmocka_unit_test(tags_outlive_a_change_of_branch),
		cmocka_unit_test(tags_become_those_of_the_remote),
		cmocka_unit_test(what_is_there_is_read),
		cmocka_unit_test(git_takes_a_marked_repository_for_whole),
		cmocka_unit_test(a_folder_without_packs_cannot_be_marked),
		cmocka_unit_test(files_of_the_tip_are_known_by_name),
		cmocka_unit_test(only_what_is_missing_of_the_tip_is_asked_for),
		cmocka_unit_test(the_first_failure_is_kept),
		cmocka_unit_test(silence_and_time_end_a_fetch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
