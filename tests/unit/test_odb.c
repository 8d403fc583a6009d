/* Objects, however they are stored. */
#include "opened.h"

#include <pthread.h>
#include <unistd.h>

static void check_repository(const struct history *h)
{
	struct objects all;

	objects_read(&all, h);
	assert_true(all.n > 40);
	check_all(h, &all, 0);
	check_all(h, &all, ODB_ALTERNATES);
	check_all(h, &all, ODB_LIBGIT2);
	objects_release(&all);
}

static void touch_beside(const struct history *h, const char *suffix)
{
	char *pack = only_file(h, ".pack");
	char *path = str_dupf("%.*s%s", (int)strlen(pack) - 5, pack, suffix);

	assert_int_equal(file_write(path, "", 0, NULL), 0);
	free(path);
	free(pack);
}

static void objects_are_read_however_they_are_stored(void **state)
{
	static const char *const repack[] = { "repack", "-adq", NULL };
	struct history h;
	char *index, *pack;

	history_init(&h);
	import(&h, 1, 20);
	check_repository(&h); /* loose */
	HISTORY_GIT(NULL, &h, "repack", "-q");
	HISTORY_GIT(NULL, &h, "prune-packed", "-q");
	import(&h, 20, 40);
	check_repository(&h); /* a pack, and loose */
	HISTORY_GIT(NULL, &h, "repack", "-q");
	import(&h, 40, 60);
	HISTORY_GIT(NULL, &h, "repack", "-q");
	check_repository(&h); /* packs, and the same loose */
	HISTORY_GIT(NULL, &h, "prune-packed", "-q");
	touch_beside(&h, ".keep");
	touch_beside(&h, ".promisor");
	check_repository(&h);
	HISTORY_GIT(NULL, &h, "multi-pack-index", "write");
	check_repository(&h);
	HISTORY_GIT(NULL, &h, "multi-pack-index", "write");
	unlink(index = only_file(&h, ".keep"));
	free(index);
	history_git(NULL, &h, "", 0, repack);
	index = only_file(&h, ".idx");
	pack = only_file(&h, ".pack");
	assert_int_equal(unlink(index), 0);
	HISTORY_GIT(NULL, &h, "index-pack", "--index-version=1", pack);
	check_repository(&h); /* an index of version 1 */
	free(index);
	free(pack);
	history_release(&h);
}

static void an_empty_repository_has_no_object(void **state)
{
	static const struct quarry_oid nowhere = { { 0x12, 0x34 } };
	static const unsigned flags[] = { 0, ODB_ALTERNATES, ODB_LIBGIT2 };
	struct odb_object found = { 0 };
	struct quarry_error err;
	struct history h;

	history_init(&h);
	for (size_t i = 0; i < 3; i++) {
		struct opened o;
		struct quarry_oid tip;

		opened_init(&o, h.gitdir, flags[i]);
		assert_int_equal(odb_resolve(&tip, NULL, o.odb, "HEAD", &err), QUARRY_ENOTFOUND);
		for (size_t k = 0; k < 1000; k++)
			assert_int_equal(odb_read(&found, o.reader, &nowhere, ODB_TREE, &err),
					 QUARRY_ENOTFOUND);
		assert_non_null(strstr(err.text, "1234000000000000000000000000000000000000"));
		opened_release(&o);
	}
	history_release(&h);
}

static void another_type_is_refused(void **state)
{
	static const char *const args[] = { "repack", "-adq", NULL };
	struct history h;

	history_init(&h);
	import(&h, 1, 60);
	for (size_t i = 0; i < 2; i++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		struct odb_object found = { 0 };
		struct objects all;
		struct opened o;

		objects_read(&all, &h);
		opened_init(&o, h.gitdir, 0);
		for (size_t k = 0; k < all.n; k++) {
			enum odb_type other = all.at[k].type == 't' ? ODB_BLOB : ODB_TREE;

			assert_int_equal(odb_read(&found, o.reader, &all.at[k].oid, other, &err),
					 QUARRY_EFAIL);
			assert_non_null(strstr(err.text, "type"));
		}
		assert_int_equal(count_right(&o, &all), all.n);
		opened_release(&o);
		objects_release(&all);
		history_git(NULL, &h, "", 0, args);
	}
	history_release(&h);
}

static void tags_are_read_loose_and_packed(void **state)
{
	static const char text[] = "object 4b825dc642cb6eb9a060e54bf8d69288fbee4904\ntype tree\n"
				   "tag odd\n\nno tagger\n";
	static const char *const args[] = { "pack-objects", "-q", "objects/pack/pack", NULL };
	struct quarry_oid oid;
	struct history h;
	char *hex;

	history_init(&h);
	hex = history_object(&h, "tag", text, sizeof(text) - 1);
	oid = objects_oid(hex);
	for (size_t packed = 0; packed < 2; packed++) {
		struct odb_object found = { 0 };
		struct opened o;

		opened_init(&o, h.gitdir, 0);
		assert_int_equal(odb_read(&found, o.reader, &oid, ODB_TAG, NULL), 0);
		assert_int_equal(found.len, sizeof(text) - 1);
		assert_memory_equal(found.data, text, found.len);
		odb_object_release(&found);
		assert_int_equal(odb_read(&found, o.reader, &oid, ODB_COMMIT, NULL), QUARRY_EFAIL);
		opened_release(&o);
		history_git(NULL, &h, hex, strlen(hex), args);
		HISTORY_GIT(NULL, &h, "prune-packed", "-q");
	}
	free(hex);
	history_release(&h);
}

static void a_pack_that_comes_later_is_found(void **state)
{
	struct objects all;
	struct history h;
	struct opened o;
	size_t before;

	history_init(&h);
	import(&h, 1, 60);
	HISTORY_GIT(NULL, &h, "repack", "-adq");
	opened_init(&o, h.gitdir, 0);
	objects_read(&all, &h);
	before = all.n;
	assert_int_equal(count_right(&o, &all), before);
	objects_release(&all);
	import(&h, 60, 120);
	HISTORY_GIT(NULL, &h, "repack", "-adq");
	objects_read(&all, &h);
	assert_true(all.n > before);
	assert_int_equal(count_right(&o, &all), all.n);
	opened_release(&o);
	objects_release(&all);
	history_release(&h);
}

static void replaced_objects_are_read_as_they_are(void **state)
{
	struct objects all;
	struct history h;

	history_init(&h);
	import(&h, 1, 30);
	HISTORY_GIT(NULL, &h, "repack", "-adq");
	objects_read(&all, &h);
	HISTORY_GIT(NULL, &h, "replace", "HEAD", "HEAD~1");
	check_all(&h, &all, 0);
	check_all(&h, &all, ODB_LIBGIT2);
	objects_release(&all);
	history_release(&h);
}

struct refusal {
	const char *key, *value;
	const char *want; /* in the sentence; NULL: it is opened */
};

static void what_is_not_known_is_refused_with_a_remedy(void **state)
{
	static const struct refusal cases[] = {
		{ "extensions.objectformat", "sha256", "object format is 'sha256'" },
		{ "extensions.objectformat", "sha1", NULL },
		{ "extensions.refstorage", "reftable", "git extension" },
		{ "extensions.surprise", "true", "git extension" },
		{ "extensions.partialclone", "origin", NULL },
		{ "core.repositoryformatversion", "7", "version" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		struct odb *odb = NULL;
		struct history h;
		char *config;

		history_init(&h);
		config = str_dupf("%s/config", h.gitdir);
		HISTORY_GIT(NULL, &h, "config", "core.repositoryformatversion", "1");
		HISTORY_GIT(NULL, &h, "config", "--file", "config", cases[i].key, cases[i].value);
		if (odb_open(&odb, h.gitdir, 0, &err) != (cases[i].want ? QUARRY_EFAIL : 0) ||
		    (cases[i].want && !strstr(err.text, cases[i].want)))
			fail_msg("%s = %s: %s", cases[i].key, cases[i].value, err.text);
		odb_close(odb);
		free(config);
		history_release(&h);
	}
}

static void alternates_are_read_when_they_are_allowed(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct history h, other;
	struct odb *odb = NULL;
	struct objects all;
	char *alternates, *text;

	history_init(&other);
	import(&other, 1, 50);
	HISTORY_GIT(NULL, &other, "repack", "-adq");
	objects_read(&all, &other);
	history_init(&h);
	alternates = str_dupf("%s/objects/info/alternates", h.gitdir);
	text = str_dupf("# none\n\n");
	assert_int_equal(file_write(alternates, text, strlen(text), NULL), 0);
	assert_int_equal(odb_open(&odb, h.gitdir, 0, &err), 0);
	odb_close(odb);
	free(text);
	text = str_dupf("%s/objects\n", other.gitdir);
	assert_int_equal(file_write(alternates, text, strlen(text), NULL), 0);
	assert_int_equal(odb_open(&odb, h.gitdir, 0, &err), QUARRY_EFAIL);
	assert_non_null(strstr(err.text, "pass --alternates"));
	check_all(&h, &all, ODB_ALTERNATES);
	check_all(&h, &all, ODB_ALTERNATES | ODB_LIBGIT2);
	objects_release(&all);
	free(text);
	free(alternates);
	history_release(&h);
	history_release(&other);
}

/* An object of one byte again and again, behind a beginning; its id. */
static struct quarry_oid long_object(const struct history *h, const char *type, const char *begin,
				     size_t begin_len, size_t len)
{
	char *data = malloc(len), *hex;
	struct quarry_oid oid;

	assert_non_null(data);
	memset(data, 'x', len);
	memcpy(data, begin, begin_len);
	hex = history_object(h, type, data, len);
	oid = objects_oid(hex);
	free(hex);
	free(data);
	return oid;
}

static void check_large(const struct history *h, const struct quarry_oid *oid, enum odb_type type,
			size_t total)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct odb_object found = { 0 };
	struct opened o;
	int rc;

	opened_init(&o, h->gitdir, 0);
	rc = odb_read(&found, o.reader, oid, type, &err);
	if (type == ODB_COMMIT) {
		if (rc)
			fail_msg("%s", err.text);
		assert_int_equal(found.len, ODB_COMMIT_MAX);
		assert_int_equal(found.total, total);
		assert_memory_equal(found.data, "tree ", 5);
		assert_int_equal(found.data[found.len - 1], 'x');
		odb_object_release(&found);
	} else if (type == ODB_BLOB) {
		assert_int_equal(rc, 0);
		assert_int_equal(found.len, 0);
		assert_true(found.total > ODB_BLOB_MAX);
		odb_object_release(&found);
	} else {
		assert_int_equal(rc, QUARRY_EFAIL);
		assert_non_null(strstr(err.text, "too large"));
	}
	opened_release(&o);
}

static void what_is_too_large_is_cut_or_refused(void **state)
{
	static const char tree[] = "100644 name\0aaaaaaaaaaaaaaaaaaaa100644 name2\0bbbbbbbbbbbbbbbbbbbb";
	static const char commit[] = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";
	enum { LEN = 70 << 20 };
	struct quarry_oid oids[3];
	struct history h;

	history_init(&h);
	oids[ODB_COMMIT] = long_object(&h, "commit", commit, sizeof(commit) - 1, LEN);
	oids[ODB_TREE] = long_object(&h, "tree", tree, sizeof(tree), LEN);
	oids[ODB_BLOB] = long_object(&h, "blob", "", 0, LEN);
	for (size_t packed = 0; packed < 2; packed++) {
		for (size_t i = 0; i < 3; i++)
			check_large(&h, &oids[i], (enum odb_type)i, LEN);
		if (!packed) {
			struct str ids = STR_INIT;

			for (size_t i = 0; i < 3; i++) {
				for (size_t k = 0; k < QUARRY_OID_SIZE; k++)
					str_addf(&ids, "%02x", oids[i].id[k]);
				str_addc(&ids, '\n');
			}
			history_git(NULL, &h, ids.buf, ids.len, (const char *const[]){
				"pack-objects", "-q", "--window=0", "objects/pack/pack", NULL });
			HISTORY_GIT(NULL, &h, "prune-packed", "-q");
			str_release(&ids);
		}
	}
	history_release(&h);
}

/* A thread with a reader of its own. */
struct worker {
	struct odb *odb;
	const struct objects *all;
	size_t right;
	pthread_t thread;
};

static void *work(void *payload)
{
	struct worker *w = payload;
	struct opened o = { .odb = w->odb };

	if (odb_reader_open(&o.reader, w->odb, NULL))
		return NULL;
	w->right = count_right(&o, w->all);
	odb_reader_close(o.reader);
	return NULL;
}

static void threads_read_side_by_side(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct worker workers[4];
	struct odb *odb = NULL;
	struct objects all;
	struct history h;

	history_init(&h);
	import(&h, 1, 60);
	HISTORY_GIT(NULL, &h, "repack", "-adq");
	import(&h, 60, 80);
	objects_read(&all, &h);
	assert_int_equal(odb_open(&odb, h.gitdir, 0, &err), 0);
	for (size_t i = 0; i < 4; i++) {
		workers[i] = (struct worker){ .odb = odb, .all = &all };
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		assert_int_equal(workers[i].right, all.n);
	}
	odb_close(odb);
	objects_release(&all);
	history_release(&h);
}

static void all_objects_may_be_held_at_once(void **state)
{
	struct odb_object *held;
	struct objects all;
	struct history h;
	struct opened o;

	history_init(&h);
	import(&h, 1, 60);
	HISTORY_GIT(NULL, &h, "repack", "-adq");
	import(&h, 60, 80);
	objects_read(&all, &h);
	held = calloc(2 * all.n, sizeof(*held));
	assert_non_null(held);
	opened_init(&o, h.gitdir, 0);
	for (size_t i = 0; i < 2 * all.n; i++) {
		const struct objects_one *one = &all.at[i % all.n];

		assert_int_equal(odb_read(&held[i], o.reader, &one->oid, type_of(one->type), NULL), 0);
	}
	for (size_t i = 0; i < 2 * all.n; i++) {
		assert_memory_equal(held[i].data, all.at[i % all.n].data, all.at[i % all.n].len);
		odb_object_release(&held[i]);
	}
	opened_release(&o);
	free(held);
	objects_release(&all);
	history_release(&h);
}

static void a_reference_leads_to_a_commit_that_is_there(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_oid oid, want;
	struct odb *odb = NULL;
	struct history h;
	char *hex, *full = NULL;

	history_init(&h);
	import(&h, 1, 3);
	hex = HISTORY_ASK(&h, "rev-parse", "HEAD");
	want = objects_oid(hex);
	for (size_t packed = 0; packed < 2; packed++) {
		assert_int_equal(odb_open(&odb, h.gitdir, 0, &err), 0);
		assert_int_equal(odb_resolve(&oid, &full, odb, "HEAD", &err), 0);
		assert_memory_equal(&oid, &want, sizeof(oid));
		assert_string_equal(full, "refs/heads/main");
		free(full);
		full = NULL;
		assert_int_equal(odb_resolve(&oid, &full, odb, "refs/heads/nowhere", &err),
				 QUARRY_ENOTFOUND);
		assert_null(full);
		odb_close(odb);
		HISTORY_GIT(NULL, &h, "repack", "-adq");
	}
	HISTORY_GIT(NULL, &h, "update-ref", "refs/odd/tree", "HEAD^{tree}");
	assert_int_equal(odb_open(&odb, h.gitdir, 0, &err), 0);
	assert_int_equal(odb_resolve(&oid, &full, odb, "refs/odd/tree", &err), QUARRY_EFAIL);
	assert_null(full);
	odb_close(odb);
	free(hex);
	history_release(&h);
}

static uint64_t state_of(const struct history *h)
{
	struct quarry_error err;
	uint64_t state = 0;

	assert_int_equal(odb_state(&state, h->gitdir, &err), 0);
	return state;
}

static void the_state_changes_with_the_objects(void **state)
{
	struct history h;
	uint64_t states[5];
	char *shallow;

	history_init(&h);
	states[0] = state_of(&h);
	assert_int_equal(state_of(&h), states[0]);
	import(&h, 1, 5); /* loose */
	states[1] = state_of(&h);
	HISTORY_GIT(NULL, &h, "repack", "-q");
	states[2] = state_of(&h);
	HISTORY_GIT(NULL, &h, "prune-packed", "-q");
	states[3] = state_of(&h);
	assert_int_equal(state_of(&h), states[3]);
	shallow = str_dupf("%s/shallow", h.gitdir);
	assert_int_equal(file_write(shallow, "", 0, NULL), 0);
	states[4] = state_of(&h);
	/* References are none of its business. */
	HISTORY_GIT(NULL, &h, "branch", "other");
	assert_int_equal(state_of(&h), states[4]);
	for (size_t i = 0; i < 5; i++) {
		for (size_t k = 0; k < i; k++)
			assert_true(states[i] != states[k]);
	}
	free(shallow);
	history_release(&h);
}

/* libgit2 1.5 keeps what it matches each name of an extension with. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2-8\n";
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_are_read_however_they_are_stored),
		cmocka_unit_test(an_empty_repository_has_no_object),
		cmocka_unit_test(another_type_is_refused),
		cmocka_unit_test(tags_are_read_loose_and_packed),
		cmocka_unit_test(a_pack_that_comes_later_is_found),
		cmocka_unit_test(replaced_objects_are_read_as_they_are),
		cmocka_unit_test(what_is_not_known_is_refused_with_a_remedy),
		cmocka_unit_test(alternates_are_read_when_they_are_allowed),
		cmocka_unit_test(what_is_too_large_is_cut_or_refused),
		cmocka_unit_test(threads_read_side_by_side),
		cmocka_unit_test(all_objects_may_be_held_at_once),
		cmocka_unit_test(a_reference_leads_to_a_commit_that_is_there),
		cmocka_unit_test(the_state_changes_with_the_objects),
	};
	struct quarry_error err;
	int rc;

	if (odb_init(&err))
		return 1;
	rc = cmocka_run_group_tests_name("odb", tests, NULL, NULL);
	odb_shutdown();
	return rc;
}
