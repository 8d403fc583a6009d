/*
 * Histories by numbers, for the tests of the store.
 */
#ifndef TEST_MADE_H
#define TEST_MADE_H

#include "stored.h"

#define N_MAX 40
#define N_PATHS 7

/*
 * Commits by number: the i-th is by the (i mod 3)-th person, touches the paths i mod 7 and
 * (3i + 1) mod 7 where that is another one, and has a trailer where i is even.
 */
struct made {
	struct quarry_commit commits[N_MAX];
	struct quarry_oid parents[N_MAX];
	struct quarry_touch touches[2 * N_MAX];
	struct quarry_trailer trailers[N_MAX];
	struct quarry_history h;
};

static struct quarry_signature people[] = {
	{ .name = "A", .email = "a@x", .name_len = 1, .email_len = 3 },
	{ .name = "AB", .email = "@x", .name_len = 2, .email_len = 2 },
	{ .name = "J\xc3\xb6", .email = "", .name_len = 3, .raw_name = "J\xf6", .raw_name_len = 2 },
};
static struct quarry_path names[N_PATHS] = {
	{ "a", 1 }, { "b", 1 }, { "c/d", 3 }, { "c/e", 3 }, { "\xff", 1 }, { "g", 1 }, { "h", 1 },
};

static inline struct quarry_oid oid_of(int i)
{
	struct quarry_oid oid = OID((unsigned char)i);

	return oid;
}

static inline void add_touches(struct made *m, struct quarry_commit *c, int i)
{
	int at[2] = { i % N_PATHS, (3 * i + 1) % N_PATHS };

	c->touched = 1;
	c->changes = (uint64_t)i << 60;
	c->first_touch = m->h.n_touches;
	c->n_touches = at[0] == at[1] ? 1 : 2;
	for (uint32_t k = 0; k < c->n_touches; k++)
		m->touches[m->h.n_touches++] = (struct quarry_touch){
			(uint32_t)at[k], QUARRY_NO_PATH, 'M', QUARRY_LINES_NONE, 0 };
}

static inline void add_commit(struct made *m, int i, int parent)
{
	struct quarry_commit *c = &m->commits[m->h.n_commits++];

	*c = (struct quarry_commit){
		.oid = oid_of(i), .author = (uint32_t)i % 3, .committer = (uint32_t)(i + 1) % 3,
		.author_s = 1700000000 + i, .committer_s = 1700000000 - i, .subject = "s",
		.subject_len = 1, .flags = parent ? 0 : QUARRY_COMMIT_ROOT,
		.first_parent_oid = m->h.n_parents, .n_parents = parent != 0,
		.first_trailer = m->h.n_trailers, .n_trailers = i % 2 == 0,
	};
	if (parent)
		m->parents[m->h.n_parents++] = oid_of(parent);
	if (c->n_trailers)
		m->trailers[m->h.n_trailers++] = (struct quarry_trailer){
			"Co-authored-by", "x", 1, (uint32_t)(i + 2) % 3 };
	add_touches(m, c, i);
}

/* The history of the commits in `list`, which ends with 0, each on the one before. */
static inline struct quarry_history *make(struct made *m, const int *list)
{
	*m = (struct made){ 0 };
	m->h = (struct quarry_history){
		.last = 1, .branch = "refs/heads/main", .since = INT32_MIN, .commits = m->commits,
		.parents = m->parents, .touches = m->touches, .trailers = m->trailers,
		.signatures = people, .n_signatures = 3, .paths = names, .n_paths = N_PATHS,
		.tip_paths = names, .n_tip_paths = N_PATHS, .files_at_tip = N_PATHS,
	};
	for (int i = 0; list[i]; i++) {
		add_commit(m, list[i], i ? list[i - 1] : 0);
		m->h.tip = oid_of(list[i]);
	}
	return &m->h;
}

/* Of a history the last piece. */
static inline struct quarry_history last_of(const struct quarry_history *h)
{
	struct quarry_history last = *h;

	last.n_commits = last.n_parents = last.n_touches = last.n_trailers = 0;
	last.n_paths = last.n_signatures = 0;
	return last;
}

#endif
