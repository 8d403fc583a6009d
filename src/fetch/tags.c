/*
 *	packed-refs = "# pack-refs with:" *( " " trait ) " " LF *reference
 *	reference   = id " " name LF [ "^" id LF ]
 *
 * The second line of a reference names what an annotated tag points to.  Ours have none, and
 * the header does not claim that they had ("peeled"): git then looks at the objects, which
 * are there, and the server's word for it need not be taken.
 */
#include "fetch/tags.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fetch/libgit2.h"
#include "util/banned.h"
#include "util/file.h"
#include "util/str.h"
#include "util/vec.h"

#define TAGS "refs/tags/"
#define HEADER "# pack-refs with: sorted \n" /* libgit2 looks for " sorted " */
#define HEX_LEN 40
#define NAME_AT (HEX_LEN + 1)
#define PEELED_LEN (1 + HEX_LEN + 1)
#define FILE_MAX ((size_t)512 << 20)
#define CHECK_EVERY 256

/* Shared with the advertisement, or with the file that was there. */
struct line {
	const char *name;
	size_t name_len;
	const char *hex;
	const char *peeled; /* its second line; NULL: none */
};

struct lines {
	struct line *at;
	size_t n, cap;
};

static bool is_tag(const char *name, size_t len)
{
	return len > strlen(TAGS) && !memcmp(name, TAGS, strlen(TAGS));
}

/* --- what the remote has --------------------------------------------------- */

static bool can_be_had(const struct advert_ref *ref, git_odb *odb)
{
	git_oid id;
	int valid = 0;

	/* All packs are known: without looking for new ones for each id that is absent. */
	return strlen(ref->hex) == HEX_LEN && git_oid_fromstr(&id, ref->hex) == 0 &&
	       git_reference_name_is_valid(&valid, ref->name) == 0 && valid &&
	       git_odb_exists_ext(odb, &id, GIT_ODB_LOOKUP_NO_REFRESH);
}

static int add_tags(struct lines *out, const struct advert *a, git_odb *odb, struct guard *g,
		    struct quarry_error *err)
{
	for (size_t i = 0, n = 0; i < a->refs.n; i++) {
		const struct advert_ref *ref = &a->refs.at[i];
		struct line line = { ref->name, strlen(ref->name), ref->hex, NULL };

		if (!is_tag(line.name, line.name_len))
			continue;
		if (n++ % CHECK_EVERY == 0 && guard_check(g) < 0)
			return QUARRY_EFAIL;
		if (n > TAGS_MAX)
			return guard_fail(g, GUARD_FINAL, "it has more than %d tags", TAGS_MAX);
		if (can_be_had(ref, odb) && vec_push(out, line))
			return quarry_error_nomem(err);
	}
	return 0;
}

static int read_tags(struct lines *out, git_repository *repo, const char *gitdir,
		     const struct advert *a, struct guard *g, struct quarry_error *err)
{
	git_odb *odb = NULL;
	int rc;

	if (git_repository_odb(&odb, repo) < 0 || git_odb_refresh(odb) < 0)
		rc = libgit2_fail("read the objects of", gitdir, err);
	else
		rc = add_tags(out, a, odb, g, err);
	git_odb_free(odb);
	return rc;
}

/* --- names in the way of others -------------------------------------------- */

static int byte_in_tree(char c)
{
	return c == '/' ? 0 : (unsigned char)c;
}

/* A name comes right before all that it would be the folder of; the same names as the
 * server has them. */
static int compare_in_tree(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	size_t n = x->name_len < y->name_len ? x->name_len : y->name_len, i = 0;

	while (i < n && x->name[i] == y->name[i])
		i++;
	if (i < n)
		return byte_in_tree(x->name[i]) - byte_in_tree(y->name[i]);
	if (x->name_len != y->name_len)
		return x->name_len < y->name_len ? -1 : 1;
	return (x->hex > y->hex) - (x->hex < y->hex); /* in the one array of the advertisement */
}

/* Whether git would not take `l` beside `kept`: the same, or below it as a folder. */
static bool is_in_the_way(const struct line *kept, const struct line *l)
{
	return l->name_len >= kept->name_len && !memcmp(l->name, kept->name, kept->name_len) &&
	       (l->name_len == kept->name_len || l->name[kept->name_len] == '/');
}

static void drop_conflicts(struct lines *tags)
{
	size_t n = 0;

	if (tags->n)
		qsort(tags->at, tags->n, sizeof(*tags->at), compare_in_tree);
	for (size_t i = 0; i < tags->n; i++)
		if (!n || !is_in_the_way(&tags->at[n - 1], &tags->at[i]))
			tags->at[n++] = tags->at[i];
	tags->n = n;
}

/* --- the file -------------------------------------------------------------- */

struct text {
	char *at; /* NUL-terminated */
	size_t len;
};

static bool starts_with_id(const char *s)
{
	return strspn(s, "0123456789abcdef") >= HEX_LEN;
}

/* The bytes of the reference at `s`; 0: it is none. `end` is that of the file. */
static size_t take_line(struct line *out, const char *s, const char *end)
{
	const char *eol = memchr(s, '\n', (size_t)(end - s));

	if (!eol || eol - s <= NAME_AT || !starts_with_id(s) || s[HEX_LEN] != ' ')
		return 0;
	*out = (struct line){ s + NAME_AT, (size_t)(eol - s) - NAME_AT, s, NULL };
	eol++;
	if (*eol != '^')
		return (size_t)(eol - s);
	if (end - eol < PEELED_LEN || !starts_with_id(eol + 1) || eol[PEELED_LEN - 1] != '\n')
		return 0;
	out->peeled = eol;
	return (size_t)(eol - s) + PEELED_LEN;
}

/* All that are no tags. */
static int add_others(struct lines *out, const struct text *old, const char *path,
		      struct quarry_error *err)
{
	const char *s = old->at, *end = s + old->len;
	struct line line;
	size_t len;

	for (; s < end; s += len) {
		const char *eol = *s == '#' ? memchr(s, '\n', (size_t)(end - s)) : NULL;

		if (eol) {
			len = (size_t)(eol - s) + 1;
			continue;
		}
		len = take_line(&line, s, end);
		if (!len)
			return quarry_error_set(err, QUARRY_EFAIL, "cannot read '%s': no reference "
						"at offset %zu", path, (size_t)(s - old->at));
		if (!is_tag(line.name, line.name_len) && vec_push(out, line))
			return quarry_error_nomem(err);
	}
	return 0;
}

static int compare_bytes(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	size_t n = x->name_len < y->name_len ? x->name_len : y->name_len;
	int order = memcmp(x->name, y->name, n);

	return order ? order : (x->name_len > y->name_len) - (x->name_len < y->name_len);
}

static int put_together(struct str *out, struct lines *lines, struct guard *g,
			struct quarry_error *err)
{
	if (lines->n)
		qsort(lines->at, lines->n, sizeof(*lines->at), compare_bytes);
	str_adds(out, HEADER);
	for (size_t i = 0; i < lines->n && out->len <= FILE_MAX; i++) {
		const struct line *l = &lines->at[i];

		str_add(out, l->hex, HEX_LEN);
		str_addc(out, ' ');
		str_add(out, l->name, l->name_len);
		str_addc(out, '\n');
		if (l->peeled)
			str_add(out, l->peeled, PEELED_LEN);
	}
	if (out->oom)
		return quarry_error_nomem(err);
	if (out->len > FILE_MAX)
		return guard_fail(g, GUARD_FINAL, "the names of its tags are too long");
	return 0;
}

/* The file with these tags in place of its own; unchanged it is not written. */
static int pack(const char *path, struct lines *lines, struct guard *g, struct quarry_error *err)
{
	struct text old = { NULL, 0 };
	struct str text = STR_INIT;
	bool changed;
	int rc = file_read(&old.at, &old.len, path, FILE_MAX, err);

	if (rc == QUARRY_ENOTFOUND)
		rc = 0;
	else if (!rc)
		rc = add_others(lines, &old, path, err);
	if (!rc)
		rc = put_together(&text, lines, g, err);
	if (!rc) {
		changed = old.at ? text.len != old.len || memcmp(text.buf, old.at, old.len) != 0
				 : lines->n > 0;
		rc = changed ? file_write(path, text.buf, text.len, err) : 0;
	}
	str_release(&text);
	free(old.at);
	return rc;
}

/* --- tags in files of their own -------------------------------------------- */

/* A folder that cannot be read is not empty either. */
static bool is_empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	bool empty = dir || errno == ENOENT;

	while (dir && empty && (e = readdir(dir)))
		empty = !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..");
	if (dir)
		(void)closedir(dir); /* it was only read */
	return empty;
}

/* They count more than those of the file. */
static int remove_loose(const char *path, struct quarry_error *err)
{
	int rc;

	if (is_empty(path))
		return 0;
	rc = file_remove_tree(path, err);
	return rc ? rc : file_mkdirs(path, err);
}

int tags_settle(git_repository *repo, const char *gitdir, const struct advert *a,
		struct guard *g, struct quarry_error *err)
{
	char *packed = str_dupf("%s/packed-refs", gitdir);
	char *loose = str_dupf("%s/refs/tags", gitdir);
	struct lines lines = { NULL, 0, 0 };
	int rc;

	if (packed && loose)
		rc = read_tags(&lines, repo, gitdir, a, g, err);
	else
		rc = quarry_error_nomem(err);
	if (!rc) {
		drop_conflicts(&lines);
		rc = pack(packed, &lines, g, err);
	}
	if (!rc)
		rc = remove_loose(loose, err);
	vec_release(&lines);
	free(packed);
	free(loose);
	return rc;
}
