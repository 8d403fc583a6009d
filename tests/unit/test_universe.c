/* Universes: what is read, and with which sentence a mistake is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "quarry/universe.h"
#include "util/file.h"
#include "util/str.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

#define LOCAL QUARRY_UNIVERSE_ALLOW_LOCAL

static char dir[] = P_tmpdir "/quarry-universe-XXXXXX";

static const char universe_yaml[] =
	"id: small\n"
	"title: A small one\n"
	"layers:\n"
	"  - {id: base, title: Base}\n"
	"  - {id: apps, title: Apps}\n"
	"quarters: {from: 2024Q1, to: 2025Q2}\n"
	"thresholds: {small_base: 5, bulk_paths: 300, earliest: 1995-02-28}\n";

static const char db_yaml[] =
	"id: db\n"
	"title: Databäses\n"
	"layer: base\n"
	"repositories:\n"
	"  - url: https://GitHub.com:443/Kestrel/kestrel-DB.git/\n"
	"    branch: release/1.x\n"
	"    from: 2024Q2\n"
	"    until: 2025Q1\n"
	"    moved_from: web\n"
	"    upstream: git@github.com:other/kestrel-db\n"
	"    exclude-history: [https://b.org/x/y, https://a.org/x/y]\n"
	"    groups: [zeta, amd]\n"
	"    tags: [sql, c]\n"
	"  - url: git@github.com:Otter/kv\n"
	"    exclude-history: https://a.org/x/y\n";

static const char web_yaml[] =
	"id: web\ntitle: Web\nlayer: apps\nrepositories: [{url: https://a.org/lark/spur}]\n";

static void put(const char *name, const char *text, size_t len)
{
	char *path = str_dupf("%s/%s", dir, name);
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	free(path);
}

static void put_all(void)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	assert_int_equal(file_remove_tree(dir, &err), 0);
	assert_int_equal(mkdir(dir, 0700), 0);
	put("universe.yaml", universe_yaml, strlen(universe_yaml));
	put("db.yaml", db_yaml, strlen(db_yaml));
	put("web.yaml", web_yaml, strlen(web_yaml));
}

static int setup(void **state)
{
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	return file_remove_tree(dir, /* err= */ NULL);
}

static struct quarry_universe *load(const char *from, unsigned flags)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_universe *u = NULL;
	int rc = quarry_universe_load(&u, from, flags, &err);

	assert_string_equal(err.text, "");
	assert_int_equal(rc, 0);
	return u;
}

/* The load fails with `cannot read 'DIR/FILE': SAID`; "..." stands for libyaml's words. */
static void assert_refused(const char *file, const char *said, unsigned flags)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_universe *u = NULL;
	char *want = str_dupf("cannot read '%s/%s': %s", dir, file, said);
	char *dots = strstr(want, "...");

	assert_int_not_equal(quarry_universe_load(&u, dir, flags, &err), 0);
	assert_null(u);
	if (dots && strlen(err.text) > (size_t)(dots - want))
		err.text[dots - want] = *dots = '\0';
	assert_string_equal(err.text, want);
	assert_int_equal(err.code, QUARRY_EUSAGE);
	free(want);
}

static void a_category_of_another_ending_is_not_left_out(void **state)
{
	put_all();
	put("late.yml", db_yaml, strlen(db_yaml));
	assert_refused("late.yml", "its name must end in .yaml", 0);
}

static void a_universe_holds_what_its_files_say(void **state)
{
	struct quarry_universe *u;
	const struct quarry_repo *r;

	put_all();
	put("notes.txt", "x", 1);
	u = load(dir, 0);
	assert_string_equal(u->id, "small");
	assert_string_equal(u->title, "A small one");
	assert_int_equal(u->from, 8096);
	assert_int_equal(u->until, 8101);
	assert_int_equal(u->small_base, 5);
	assert_int_equal(u->bulk_paths, 300);
	assert_int_equal(u->earliest_s, 793929600);
	assert_int_equal(u->n_layers, 2);
	assert_int_equal(u->n_categories, 2);
	assert_int_equal(quarry_universe_category(u, "db"), 0);
	assert_int_equal(quarry_universe_category(u, "web"), 1);
	assert_true(quarry_universe_category(u, "dbx") == SIZE_MAX);
	assert_string_equal(u->categories[0].title, "Databäses");
	assert_int_equal(u->categories[1].layer, 1);
	assert_int_equal(u->n_repos, 3);
	r = &u->repos[1]; /* by URL: a.org, github.com, ssh */
	assert_string_equal(r->url, "https://github.com/Kestrel/kestrel-DB");
	assert_string_equal(r->host, "github.com");
	assert_string_equal(r->owner, "Kestrel");
	assert_string_equal(r->name, "kestrel-DB");
	assert_string_equal(r->slug, "Kestrel/kestrel-DB");
	assert_string_equal(r->branch, "release/1.x");
	assert_int_equal(r->from, 8097);
	assert_int_equal(r->until, 8100);
	assert_int_equal(r->category, 0);
	assert_int_equal(r->moved_from, 1);
	assert_string_equal(r->upstream, "ssh://git@github.com/other/kestrel-db");
	assert_int_equal(r->n_exclude_history, 2);
	assert_string_equal(r->exclude_history[0], "https://a.org/x/y");
	assert_int_equal(r->n_groups, 2);
	assert_string_equal(r->groups[0], "amd");
	assert_int_equal(r->n_tags, 2);
	assert_string_equal(r->tags[0], "c");
	assert_int_equal(r->line, 5);
	assert_string_equal(u->repos[2].url, "ssh://git@github.com/Otter/kv");
	assert_int_equal(u->repos[2].from, QUARRY_QUARTER_NONE);
	assert_true(u->repos[2].moved_from == SIZE_MAX);
	assert_null(u->repos[2].branch);
	quarry_universe_free(u);
}

static void what_is_not_said_has_its_default(void **state)
{
	static const char least[] = "id: u\ntitle: U\nlayers: [{id: apps, title: A}]\n";
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_universe *u;

	assert_int_equal(file_remove_tree(dir, &err), 0);
	assert_int_equal(mkdir(dir, 0700), 0);
	put("universe.yaml", least, strlen(least));
	put("web.yaml", web_yaml, strlen(web_yaml));
	u = load(dir, 0);
	assert_int_equal(u->from, QUARRY_QUARTER_NONE);
	assert_int_equal(u->until, QUARRY_QUARTER_NONE);
	assert_int_equal(u->small_base, 20);
	assert_int_equal(u->bulk_paths, 1000);
	assert_int_equal(u->earliest_s, 631152000);
	quarry_universe_free(u);
}

static void a_mistake_in_the_universe_is_named(void **state)
{
	static const struct { const char *text, *said; } cases[] = {
		{ "", "line 1: nothing is in it; a mapping is expected" },
		{ "# only a comment\n", "line 1: nothing is in it; a mapping is expected" },
		{ "- a\n", "line 1: the file must be a mapping" },
		{ "just text\n", "line 1: the file must be a mapping" },
		{ "id: u\ntitle: U\n", "line 1: key 'layers' is missing" },
		{ "id: u\ntitle: U\nlayers: []\n", "line 3: 'layers' is empty" },
		{ "id: u\ntitle: U\nlayers: x\n", "line 3: 'layers' must be a sequence of mappings" },
		{ "id: u\ntitle: U\nlayers:\n- x\n", "line 4: each entry of 'layers' must be a mapping" },
		{ "id: u\ntitle: U\nlayers:\n- {id: a, title: A}\n- {id: a, title: B}\n",
		  "line 5: layer 'a' was given before" },
		{ "id: U\ntitle: U\nlayers: [{id: a, title: A}]\n",
		  "line 1: 'id' is not an id: 'U' (use a-z, 0-9 and '-')" },
		{ "id: u\nid: v\n", "line 2: key 'id' was given before, in line 1" },
		{ "id: u\ntitel: U\n",
		  "line 2: unknown key 'titel' (known here: id, title, layers, quarters, thresholds)" },
		{ "id: u\n[a]: U\n", "line 2: a key must be a text" },
		{ "id: u\ntitle: [U]\n", "line 2: 'title' must be a text" },
		{ "id: u\ntitle:\n", "line 2: 'title' is empty" },
		{ "id: u\ntitle: ''\n", "line 2: 'title' is empty" },
		{ "id: u\ntitle: ~\n", "line 2: 'title' is empty" },
		{ "id: u\ntitle: \"a\\eb\"\n", "line 2: 'title' holds a line break or a control character" },
		{ "id: u\ntitle: \"a\\0b\"\n", "line 2: 'title' holds a line break or a control character" },
		{ "id: u\ntitle: \"a\\u202eb\"\n", "line 2: 'title' holds a line break or a control character" },
		{ "id: u\ntitle: |\n  two\n  lines\n", "line 2: 'title' holds a line break or a control character" },
		{ "id: &a u\n", "line 1: anchors (&) and aliases (*) are not read here" },
		{ "id: *a\n", "line 1: anchors (&) and aliases (*) are not read here" },
		{ "id: !!int 3\n", "line 1: tags (!) are not read here" },
		{ "id: u\n---\nid: v\n", "line 2: a second document begins; one a file is read" },
		{ "id: u\ntitle: \xff\n", "line 2: not UTF-8" },
		{ "id: u\n\ttitle: U\n", "line 2: not YAML: ..." },
		{ "id: u\n\x01\n", "line 2: not YAML: ..." },
		{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n", "line 1: nested more than 16 deep" },
		{ "id: u\ntitle: U\nlayers: [{id: a, title: A}]\nquarters: 2024Q1\n",
		  "line 4: 'quarters' must be a mapping" },
		{ "id: u\ntitle: U\nlayers: [{id: a, title: A}]\nquarters: {from: 2024-Q1}\n",
		  "line 4: 'from' is not a quarter: '2024-Q1' (write 2024Q1)" },
		{ "id: u\ntitle: U\nlayers: [{id: a, title: A}]\nquarters: {from: 2024Q2, to: 2024Q1}\n",
		  "line 4: 'to' (2024Q1) is before 'from' (2024Q2)" },
		{ "id: u\ntitle: U\nlayers: [{id: a, title: A}]\nthresholds: {small_base: -1}\n",
		  "line 4: 'small_base' is not a whole number from 0 to 1000000000: '-1'" },
		{ "id: u\ntitle: U\nlayers: [{id: a, title: A}]\nthresholds: {bulk_paths: 0}\n",
		  "line 4: 'bulk_paths' is not a whole number from 1 to 1000000000: '0'" },
		{ "id: u\ntitle: U\nlayers: [{id: a, title: A}]\nthresholds: {bulk_paths: 99999999999999999999999}\n",
		  "line 4: 'bulk_paths' is not a whole number from 1 to 1000000000: '99999999999999999999999'" },
		{ "id: u\ntitle: U\nlayers: [{id: a, title: A}]\nthresholds: {earliest: 1995-02-29}\n",
		  "line 4: 'earliest' is not a date: '1995-02-29' (write 1990-01-31)" },
		{ "id: u\ntitle: U\nlayers: [{id: a, title: A}]\nthresholds: {earliest: 1995-2-028}\n",
		  "line 4: 'earliest' is not a date: '1995-2-028' (write 1990-01-31)" },
	};

	put_all();
	for (size_t i = 0; i < N(cases); i++) {
		put("universe.yaml", cases[i].text, strlen(cases[i].text));
		assert_refused("universe.yaml", cases[i].said, 0);
	}
}

/* A category in which line 5 and on is `body`. */
#define CAT "id: cat\ntitle: Cat\nlayer: base\nrepositories:\n"

static void a_mistake_in_a_category_is_named(void **state)
{
	static const struct { const char *text, *said; } cases[] = {
		{ "id: dog\ntitle: C\nlayer: base\nrepositories: [{url: https://x.org/a/b}]\n",
		  "line 1: 'id' is 'dog', but the file is named 'cat.yaml'" },
		{ "id: cat\ntitle: C\nlayer: bass\nrepositories: [{url: https://x.org/a/b}]\n",
		  "line 3: 'layer' is none of the universe's: 'bass' (known: base, apps)" },
		{ "id: cat\ntitle: C\nlayer: base\nrepositories: []\n",
		  "line 4: 'repositories' is empty; a category without one cannot be measured" },
		{ "id: cat\ntitle: C\nlayer: base\nrepositories:\n",
		  "line 4: 'repositories' must be a sequence of mappings" },
		{ CAT "- ur: https://x.org/a/b\n",
		  "line 5: unknown key 'ur' (known here: url, branch, from, until, moved_from, upstream, "
		  "exclude-history, groups, tags)" },
		{ CAT "- branch: main\n", "line 5: key 'url' is missing" },
		{ CAT "- url: https://x.org/a/b\n  from: 2024Q5\n",
		  "line 6: 'from' is not a quarter: '2024Q5' (write 2024Q1)" },
		{ CAT "- url: https://x.org/a/b\n  until: '2024-Q1'\n",
		  "line 6: 'until' is not a quarter: '2024-Q1' (write 2024Q1)" },
		{ CAT "- url: https://x.org/a/b\n  from: 2024Q2\n  until: 2024Q1\n",
		  "line 7: 'until' (2024Q1) is before 'from' (2024Q2)" },
		{ CAT "- url: https://x.org/a/b\n  moved_from: db\n",
		  "line 6: 'moved_from' needs 'from', the first quarter in this category" },
		{ CAT "- url: https://x.org/a/b\n  from: 2024Q1\n  moved_from: dx\n",
		  "line 7: 'moved_from' is no category of this universe: 'dx'" },
		{ CAT "- url: https://x.org/a/b\n  from: 2024Q1\n  moved_from: cat\n",
		  "line 7: 'moved_from' is the category the repository is in: 'cat'" },
		{ CAT "- url: https://x.org/a/b\n  upstream: git@X.org:A/B.git\n",
		  "line 6: 'upstream' is the repository itself: 'ssh://git@x.org/A/B'" },
		{ CAT "- url: https://x.org/a/b\n  exclude-history: [https://x.org/c/d, https://x.org/c/d/]\n",
		  "line 6: 'exclude-history' holds 'https://x.org/c/d' twice" },
		{ CAT "- url: https://x.org/a/b\n  exclude-history: {a: b}\n",
		  "line 6: 'exclude-history' must be a text or a sequence of texts" },
		{ CAT "- url: https://x.org/a/b\n  tags: sql\n", "line 6: 'tags' must be a sequence of texts" },
		{ CAT "- url: https://x.org/a/b\n  tags: [[sql]]\n", "line 6: each entry of 'tags' must be a text" },
		{ CAT "- url: https://x.org/a/b\n  tags: [SQL]\n",
		  "line 6: 'tags' is not an id: 'SQL' (use a-z, 0-9 and '-')" },
		{ CAT "- url: https://x.org/a/b\n  groups: [amd, nvidia, amd]\n",
		  "line 6: 'groups' holds 'amd' twice" },
		{ CAT "- url: https://x.org/a/b\n  branch: a..b\n",
		  "line 6: 'branch' is not a name git allows: 'a..b'" },
		{ CAT "- url: https://x.org/a/b\n- url: ssh://git@X.ORG:22/A/b.git\n",
		  "line 6: 'ssh://git@x.org/A/b' stands already in 'DIR/cat.yaml', line 5" },
	};

	put_all();
	for (size_t i = 0; i < N(cases); i++) {
		const char *said = cases[i].said, *mark = strstr(said, "DIR");
		char *text = mark ? str_dupf("%.*s%s%s", (int)(mark - said), said, dir, mark + 3) :
				    str_dupf("%s", said);

		put("cat.yaml", cases[i].text, strlen(cases[i].text));
		assert_refused("cat.yaml", text, 0);
		free(text);
	}
}

static void a_repository_stands_in_one_category(void **state)
{
	static const char text[] = CAT "- url: https://github.com/kestrel/Kestrel-db\n";
	char *said = str_dupf("line 5: 'https://github.com/Kestrel/kestrel-DB' stands already in "
			      "'%s/cat.yaml', line 5", dir);

	put_all();
	put("cat.yaml", text, strlen(text));
	assert_refused("db.yaml", said, 0);
	free(said);
}

static void a_branch_is_a_name_git_allows(void **state)
{
	static const char *const good[] = { "main", "release/1.x", "feature-1", "v1", "HEAD", "a@b", "ü" };
	static const char *const bad[] = { "-x", "/a", "a/", "a//b", "a..b", "a b", "a~1", "a^", "a:b",
					   "a?", "a*", "a[b", "a\\b", "a.lock", "a.lock/b", ".a",
					   "a/.b", "a.", "@", "a@{1}" };

	put_all();
	for (size_t i = 0; i < N(good) + N(bad); i++) {
		bool is_bad = i >= N(good);
		const char *name = is_bad ? bad[i - N(good)] : good[i];
		char *text = str_dupf(CAT "- url: https://x.org/a/b\n  branch: '%s'\n", name);
		char *said = str_dupf("line 6: 'branch' is not a name git allows: '%s'", name);

		put("cat.yaml", text, strlen(text));
		if (is_bad)
			assert_refused("cat.yaml", said, 0);
		else
			quarry_universe_free(load(dir, 0));
		free(said);
		free(text);
	}
}

static void a_password_is_never_repeated(void **state)
{
	static const char text[] = CAT "- url: https://me:hunter2@x.org/a/b\n";

	put_all();
	put("cat.yaml", text, strlen(text));
	assert_refused("cat.yaml", "line 5: 'url' holds a user or a password; a file of repositories may "
		       "not (credentials belong to git)", 0);
}

static void local_addresses_need_the_flag(void **state)
{
	static const char text[] = CAT "- url: ../repos/n.git\n  upstream: ./m\n";
	struct quarry_universe *u;
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *real = realpath(dir, NULL), *want;

	put_all();
	put("cat.yaml", text, strlen(text));
	assert_refused("cat.yaml", "line 5: 'url' is a local path or an unencrypted address, which is "
		       "read only where local ones are allowed", 0);
	u = load(dir, LOCAL);
	assert_non_null(real);
	want = str_dupf("%.*srepos/n.git", (int)(strrchr(real, '/') + 1 - real), real);
	assert_string_equal(u->repos[0].url, want);
	assert_string_equal(u->repos[0].host, "");
	assert_string_equal(u->repos[0].slug, "repos/n");
	assert_int_equal(u->repos[0].upstream[0], '/');
	quarry_universe_free(u);
	u = NULL;
	assert_int_equal(quarry_universe_load(&u, dir, 6, &err), QUARRY_EFAIL);
	free(want);
	free(real);
}

static void the_hash_is_of_the_meaning(void **state)
{
	static const char same[] =
		"# a comment\nrepositories:\n- exclude-history: ['https://a.org/x/y/']\n"
		"  url: ssh://git@github.com/Otter/kv.git\n"
		"- tags: [c, sql]\n  groups: [amd, zeta]\n  url: https://github.com/Kestrel/kestrel-DB\n"
		"  exclude-history: [https://a.org/x/y, https://b.org/x/y]\n  branch: release/1.x\n"
		"  upstream: ssh://git@github.com/other/kestrel-db\n"
		"  until: 2025q1\n  from: 2024Q2\n  moved_from: web\nlayer: base\ntitle: Databäses\nid: db\n";
	static const struct { const char *from, *to; } changes[] = {
		{ "release/1.x", "release/2.x" }, { "2024Q2", "2024Q1" }, { "Databäses", "Databases" },
		{ "[sql, c]", "[sql]" }, { "a.org/x/y]", "c.org/x/y]" }, { "    moved_from: web\n", "" },
	};
	char first[65];
	struct quarry_universe *u;

	put_all();
	u = load(dir, 0);
	memcpy(first, u->hash, sizeof(first));
	assert_int_equal(strspn(first, "0123456789abcdef"), 64);
	quarry_universe_free(u);
	put("db.yaml", same, strlen(same));
	u = load(dir, 0);
	assert_string_equal(u->hash, first);
	quarry_universe_free(u);
	for (size_t i = 0; i < N(changes); i++) {
		const char *at = strstr(db_yaml, changes[i].from);
		char *text;

		assert_non_null(at);
		text = str_dupf("%.*s%s%s", (int)(at - db_yaml), db_yaml, changes[i].to,
				at + strlen(changes[i].from));
		put("db.yaml", text, strlen(text));
		free(text);
		u = load(dir, 0);
		assert_string_not_equal(u->hash, first);
		quarry_universe_free(u);
	}
}

static void limits_hold(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_universe *u = NULL;
	struct str s = STR_INIT;
	char *path = str_dupf("%s/cat.yaml", dir);

	put_all();
	str_addf(&s, "id: cat\ntitle: %01025d\n", 0);
	put("cat.yaml", s.buf, s.len);
	assert_refused("cat.yaml", "line 2: 'title' is longer than 1024 bytes", 0);
	str_clear(&s);
	str_addf(&s, "%070d: x\n", 0);
	put("cat.yaml", s.buf, s.len);
	assert_refused("cat.yaml", "line 1: unknown key of more than 60 bytes (known here: id, title, "
		       "layer, repositories)", 0);
	str_clear(&s);
	str_adds(&s, "id: [");
	while (s.len < 500000)
		str_adds(&s, "a,");
	str_adds(&s, "]\n");
	put("cat.yaml", s.buf, s.len);
	assert_refused("cat.yaml", "line 1: more than 200000 values", 0);
	while (s.len <= 4 << 20)
		str_adds(&s, "# padding padding padding padding padding padding padding padding padding\n");
	put("cat.yaml", s.buf, s.len);
	assert_int_not_equal(quarry_universe_load(&u, dir, 0, &err), 0);
	assert_non_null(strstr(err.text, "larger than the limit"));
	str_release(&s);
	free(path);
}

static void a_missing_folder_or_file_is_not_found(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_universe *u = NULL;
	char *path;

	put_all();
	path = str_dupf("%s/nowhere", dir);
	assert_int_equal(quarry_universe_load(&u, path, 0, &err), QUARRY_ENOTFOUND);
	assert_int_equal(quarry_universe_load(&u, path, LOCAL, &err), QUARRY_ENOTFOUND);
	free(path);
	assert_int_equal(file_remove_tree(dir, &err), 0);
	assert_int_equal(mkdir(dir, 0700), 0);
	put("universe.yaml", universe_yaml, strlen(universe_yaml));
	assert_int_equal(quarry_universe_load(&u, dir, 0, &err), QUARRY_EUSAGE);
	assert_non_null(strstr(err.text, "it has no category file"));
	assert_null(u);
}

/* Every prefix of each file loads or is refused; ASan and UBSan watch. */
static void a_truncated_file_never_crashes(void **state)
{
	static const struct { const char *name, *text; } files[] = {
		{ "universe.yaml", universe_yaml }, { "db.yaml", db_yaml }, { "web.yaml", web_yaml },
	};

	for (size_t i = 0; i < N(files); i++) {
		put_all();
		for (size_t len = 0; len < strlen(files[i].text); len++) {
			struct quarry_error err = QUARRY_ERROR_INIT;
			struct quarry_universe *u = NULL;

			put(files[i].name, files[i].text, len);
			if (quarry_universe_load(&u, dir, LOCAL, &err))
				assert_string_not_equal(err.text, "");
			quarry_universe_free(u);
		}
	}
}

/* The same with one byte changed to each of a few that mean something to YAML. */
static void a_changed_byte_never_crashes(void **state)
{
	static const char bytes[] = "\0\n:-[]{}&*!|>'\"%@`\t\xff";

	put_all();
	for (size_t at = 0; at < strlen(db_yaml); at += 3) {
		for (size_t b = 0; b < sizeof(bytes) - 1; b++) {
			struct quarry_error err = QUARRY_ERROR_INIT;
			struct quarry_universe *u = NULL;
			char text[sizeof(db_yaml)];

			memcpy(text, db_yaml, sizeof(text));
			text[at] = bytes[b];
			put("db.yaml", text, sizeof(text) - 1);
			if (quarry_universe_load(&u, dir, LOCAL, &err))
				assert_string_not_equal(err.text, "");
			quarry_universe_free(u);
		}
	}
}

/* Write each block of the manual that names a file in its first line, `# NAME`. */
static void put_examples(const char *manual)
{
	static const char fence[] = "```yaml\n# ";

	for (const char *at = manual; (at = strstr(at, fence)); ) {
		const char *name = at + strlen(fence), *end = strstr(name, "```\n");
		char *file;

		assert_non_null(end);
		file = str_dupf("%.*s", (int)strcspn(name, "\n"), name);
		if (strcmp(file, "signatures.yaml") != 0 && strcmp(file, "paths.yaml") != 0)
			put(file, name - 2, (size_t)(end - name) + 2);
		free(file);
		at = end;
	}
}

static void the_examples_of_the_manual_load(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_universe *u;
	char *text = NULL;
	size_t len = 0;

	assert_int_equal(file_read(&text, &len, SOURCE_ROOT "/categories/README.md", 1 << 20, &err), 0);
	assert_int_equal(file_remove_tree(dir, &err), 0);
	assert_int_equal(mkdir(dir, 0700), 0);
	put_examples(text);
	u = load(dir, 0);
	assert_int_equal(u->n_categories, 2);
	assert_int_equal(u->n_repos, 3);
	assert_non_null(u->people);
	assert_int_equal(u->people->n_persons, 4);
	quarry_universe_free(u);
	free(text);
}

static void the_shipped_universes_load(void **state)
{
	static const struct { const char *id; size_t n_categories, n_repos_least; } cases[] = {
		{ "sample", 4, 12 },
		{ "ml-systems", 12, 100 },
	};

	for (size_t i = 0; i < N(cases); i++) {
		char *path = str_dupf("%s/categories/%s/", SOURCE_ROOT, cases[i].id);
		struct quarry_universe *u = load(path, 0);

		assert_string_equal(u->id, cases[i].id);
		assert_int_equal(u->n_categories, cases[i].n_categories);
		assert_true(u->n_repos >= cases[i].n_repos_least);
		quarry_universe_free(u);
		free(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_universe_holds_what_its_files_say),
		cmocka_unit_test(what_is_not_said_has_its_default),
		cmocka_unit_test(a_mistake_in_the_universe_is_named),
		cmocka_unit_test(a_mistake_in_a_category_is_named),
		cmocka_unit_test(a_repository_stands_in_one_category),
		cmocka_unit_test(a_branch_is_a_name_git_allows),
		cmocka_unit_test(a_password_is_never_repeated),
		cmocka_unit_test(local_addresses_need_the_flag),
		cmocka_unit_test(the_hash_is_of_the_meaning),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(a_missing_folder_or_file_is_not_found),
		cmocka_unit_test(a_truncated_file_never_crashes),
		cmocka_unit_test(a_changed_byte_never_crashes),
		cmocka_unit_test(a_category_of_another_ending_is_not_left_out),
		cmocka_unit_test(the_examples_of_the_manual_load),
		cmocka_unit_test(the_shipped_universes_load),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
