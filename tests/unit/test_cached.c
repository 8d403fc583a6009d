/* The references, configuration and marks of a cached repository, the blobs of its tip
 * that are missing, and what bounds a fetch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "fetch/cached.h"
#include "fetch/guard.h"
#include "fetch/tags.h"
#include "fetch/tip.h"
#include "lib/history.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/str.h"

#define ROOT "refs/heads/"
#define A40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

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

/* Within no bounds, or those of `o`. */
static int try_tags(struct fixture *f, const struct advert *a, struct guard *g,
		    const struct quarry_fetch_options *o)
{
	static const struct quarry_fetch_options none;

	guard_start(g, o ? o : &none);
	return tags_settle(f->repo, f->h.gitdir, a, g, &err);
}

static void settle_tags(struct fixture *f, const struct advert *a)
{
	struct guard g;

	assert_int_equal(try_tags(f, a, &g, /* options= */ NULL), 0);
}

/* What git and libgit2 both say. */
static void assert_refs(struct fixture *f, const char *want)
{
	git_strarray names = { NULL, 0 };
	struct str list = STR_INIT;

	ASSERT_GIT(f, want, "for-each-ref", "--format=%(refname)");
	assert_int_equal(git_reference_list(&names, f->repo), 0);
	for (size_t i = 0; i < names.count; i++)
		str_addf(&list, "%s\n", names.strings[i]);
	/* It names what is in a file of its own first, and that is one branch at most. */
	assert_string_equal(list.buf, want);
	git_strarray_dispose(&names);
	str_release(&list);
	ASSERT_GIT(f, "", "fsck", "--no-dangling", "--no-progress");
}

static void get_stat(struct stat *st, const struct fixture *f, const char *name)
{
	char *path = str_dupf("%s/%s", f->h.gitdir, name);

	assert_int_equal(stat(path, st), 0);
	free(path);
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
	add_ref(&a, "refs/tags/", &f.tip);
	add_ref(&a, "refs/tags/unborn", &f.tip);
	a.refs.at[6].hex[0] = '\0';
	add_ref(&a, "refs/tags/long", &f.tip);
	memset(a.refs.at[7].hex, 'a', 64);
	settle_tags(&f, &a);
	ASSERT_GIT(&f, "refs/heads/main two\nrefs/tags/moved two\nrefs/tags/new/one two\n",
		   "for-each-ref", "--format=%(refname) %(subject)");
	assert_refs(&f, "refs/heads/main\nrefs/tags/moved\nrefs/tags/new/one\n");
	/* One moves, one goes, one comes. */
	free(a.refs.at[2].name);
	a.refs.at[2].name = strdup("refs/tags/other");
	(void)git_oid_tostr(a.refs.at[1].hex, sizeof(a.refs.at[1].hex), &f.tip);
	settle_tags(&f, &a);
	assert_refs(&f, "refs/heads/main\nrefs/tags/moved\nrefs/tags/other\n");
	advert_release(&a);
	settle_tags(&f, &a);
	assert_refs(&f, "refs/heads/main\n");
	close_fixture(&f);
}

static void a_tag_moves_though_it_is_packed(void **state)
{
	struct advert a = ADVERT_INIT;
	char *hex;
	struct fixture f;

	open_fixture(&f, two_commits);
	add_ref(&a, "refs/tags/v", &f.tip);
	settle_tags(&f, &a);
	ASSERT_GIT(&f, "two\n", "log", "-1", "--format=%s", "v");
	hex = HISTORY_ASK(&f.h, "rev-parse", "HEAD~1");
	memcpy(a.refs.at[0].hex, hex, strlen(hex));
	free(hex);
	settle_tags(&f, &a);
	ASSERT_GIT(&f, "one\n", "log", "-1", "--format=%s", "v");
	advert_release(&a);
	close_fixture(&f);
}

static void an_annotated_tag_leads_to_its_commit(void **state)
{
	struct advert a = ADVERT_INIT;
	git_reference *ref = NULL;
	git_object *commit = NULL;
	git_oid id;
	struct fixture f;
	char *hex;

	open_fixture(&f, two_commits);
	HISTORY_GIT(NULL, &f.h, "-c", "user.name=a", "-c", "user.email=b", "tag", "-m", "x", "v1");
	hex = HISTORY_ASK(&f.h, "rev-parse", "v1");
	assert_int_equal(git_oid_fromstr(&id, hex), 0);
	assert_int_not_equal(git_oid_cmp(&id, &f.tip), 0);
	add_ref(&a, "refs/tags/v1", &id);
	add_ref(&a, "refs/tags/v0", &f.tip);
	settle_tags(&f, &a);
	assert_refs(&f, "refs/heads/main\nrefs/tags/v0\nrefs/tags/v1\n");
	ASSERT_GIT(&f, "v0\nv1\n", "tag");
	free(hex);
	hex = HISTORY_ASK(&f.h, "rev-parse", "v1^{}");
	assert_string_equal(hex, git_oid_tostr_s(&f.tip));
	assert_int_equal(git_reference_lookup(&ref, f.repo, "refs/tags/v1"), 0);
	assert_int_equal(git_reference_peel(&commit, ref, GIT_OBJECT_COMMIT), 0);
	assert_true(git_oid_equal(git_object_id(commit), &f.tip));
	/* git packs them in its own way; back in ours, nothing is lost. */
	HISTORY_GIT(NULL, &f.h, "pack-refs", "--all");
	settle_tags(&f, &a);
	assert_refs(&f, "refs/heads/main\nrefs/tags/v0\nrefs/tags/v1\n");
	git_object_free(commit);
	git_reference_free(ref);
	free(hex);
	advert_release(&a);
	close_fixture(&f);
}

/* A tag in place of a folder of tags, and the other way round. */
static void names_in_the_way_of_others_give_way(void **state)
{
	static const struct { const char *names[5], *left; } cases[] = {
		{ { "a" }, "a" }, { { "a/b" }, "a/b" }, { { "a/b/c", "a/d" }, "a/b/c a/d" },
		{ { "a" }, "a" },
		{ { "a", "a-b", "a.b", "a/b", "ab" }, "a a-b a.b ab" },
		{ { "a/b", "a-b", "a" }, "a a-b" },
		{ { "a", "a", "b" }, "a b" },
		{ { "x/y", "x/y/z", "x/yy", "x/y/z/w" }, "x/y x/yy" },
	};
	struct fixture f;

	open_fixture(&f, two_commits);
	HISTORY_GIT(NULL, &f.h, "update-ref", "refs/tags/a/loose", "HEAD");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct advert a = ADVERT_INIT;
		struct str want = STR_INIT;

		for (size_t k = 0; k < 5 && cases[i].names[k]; k++) {
			char *name = str_dupf("refs/tags/%s", cases[i].names[k]);

			add_ref(&a, name, &f.tip);
			free(name);
		}
		settle_tags(&f, &a);
		str_adds(&want, "refs/heads/main\nrefs/tags/");
		for (const char *s = cases[i].left; *s; s++)
			str_adds(&want, *s == ' ' ? "\nrefs/tags/" : (const char[]){ *s, '\0' });
		str_adds(&want, "\n");
		assert_refs(&f, want.buf);
		str_release(&want);
		advert_release(&a);
	}
	close_fixture(&f);
}

static void what_is_packed_and_no_tag_stays(void **state)
{
	struct advert a = ADVERT_INIT;
	struct fixture f;

	open_fixture(&f, two_commits);
	HISTORY_GIT(NULL, &f.h, "-c", "user.name=a", "-c", "user.email=b", "tag", "-m", "x", "old");
	HISTORY_GIT(NULL, &f.h, "update-ref", "refs/x/annotated", "old");
	HISTORY_GIT(NULL, &f.h, "gc", "--quiet");
	add_ref(&a, "refs/tags/v", &f.tip);
	settle_tags(&f, &a);
	assert_refs(&f, "refs/heads/main\nrefs/tags/v\nrefs/x/annotated\n");
	ASSERT_GIT(&f, "two\n", "log", "-1", "--format=%s", "HEAD");
	ASSERT_GIT(&f, "two\n", "log", "-1", "--format=%s", "refs/x/annotated^{}");
	settle(&f, ROOT "trunk");
	assert_refs(&f, "refs/heads/trunk\nrefs/tags/v\n");
	advert_release(&a);
	close_fixture(&f);
}

static void packed_references_that_are_none_are_told(void **state)
{
	static const char *const cases[] = { "x\n", A40 " refs/heads/a", A40 "  \n^aa\n", "#", A40 "\n",
					     A40 " \n", A40 " refs/heads/a\n^" A40 };
	struct advert a = ADVERT_INIT;
	struct fixture f;
	struct guard g;
	char *path;

	open_fixture(&f, two_commits);
	path = str_dupf("%s/packed-refs", f.h.gitdir);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(file_write(path, cases[i], strlen(cases[i]), &err), 0);
		assert_int_equal(try_tags(&f, &a, &g, /* options= */ NULL), QUARRY_EFAIL);
		assert_non_null(strstr(err.text, "packed-refs': no reference at offset 0"));
		assert_int_equal(g.cause, GUARD_NONE);
	}
	free(path);
	close_fixture(&f);
}

static void add_many(struct advert *a, const git_oid *id, int n)
{
	for (int i = 0; i < n; i++) {
		char *name = str_dupf("refs/tags/%s%d", i % 3 ? "v" : "d/", i);

		add_ref(a, name, id);
		free(name);
	}
}

static void many_tags_are_settled_at_once_and_once(void **state)
{
	struct advert a = ADVERT_INIT;
	struct stat before, after;
	clock_t start;
	struct fixture f;
	char *path;

	open_fixture(&f, two_commits);
	settle_tags(&f, &a); /* nothing to write */
	path = str_dupf("%s/packed-refs", f.h.gitdir);
	assert_int_not_equal(access(path, F_OK), 0);
	HISTORY_GIT(NULL, &f.h, "gc", "--quiet");
	add_many(&a, &f.tip, 50000);
	start = clock();
	settle_tags(&f, &a);
	get_stat(&before, &f, "packed-refs");
	settle_tags(&f, &a);
	get_stat(&after, &f, "packed-refs");
	assert_true(clock() - start < 5 * CLOCKS_PER_SEC); /* under sanitizers, too */
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	advert_release(&a);
	settle_tags(&f, &a);
	assert_refs(&f, "refs/heads/main\n");
	free(path);
	close_fixture(&f);
}

static void settling_tags_is_bounded(void **state)
{
	atomic_bool stop = true;
	struct quarry_fetch_options o = { .stop = &stop };
	struct advert a = ADVERT_INIT;
	struct fixture f;
	struct guard g;

	open_fixture(&f, two_commits);
	add_ref(&a, "refs/tags/v", &f.tip);
	assert_true(try_tags(&f, &a, &g, &o) < 0);
	assert_int_equal(g.cause, GUARD_STOPPED);
	/* The same name again and again, which is shared. */
	for (int i = 0; i < TAGS_MAX; i++)
		assert_int_equal(vec_push(&a.refs, a.refs.at[0]), 0);
	assert_true(try_tags(&f, &a, &g, /* options= */ NULL) < 0);
	assert_int_equal(g.cause, GUARD_FINAL);
	assert_string_equal(g.text, "it has more than 1000000 tags");
	assert_refs(&f, "refs/heads/main\n");
	a.refs.n = 1;
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
					      .ref = ROOT "main", .asked = "", .partial = true };
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
	now = clock_ms();
	assert_int_equal(guard_wait(&g, now), 0);
	assert_in_range(guard_slice_ms(&g, now), 1, 200);
	assert_int_equal(guard_slice_ms(&g, now - 10000), 1);
	assert_int_equal(guard_wait(&g, now - 10001), -1);
	assert_int_equal(g.cause, GUARD_LATER);

	guard_start(&g, &o);
	g.end_ms = now - 1;
	assert_int_equal(guard_check(&g), -1);
	assert_string_equal(g.text, "it took longer than 100 s");

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
		cmocka_unit_test(a_tag_moves_though_it_is_packed),
		cmocka_unit_test(an_annotated_tag_leads_to_its_commit),
		cmocka_unit_test(names_in_the_way_of_others_give_way),
		cmocka_unit_test(what_is_packed_and_no_tag_stays),
		cmocka_unit_test(packed_references_that_are_none_are_told),
		cmocka_unit_test(many_tags_are_settled_at_once_and_once),
		cmocka_unit_test(settling_tags_is_bounded),
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
