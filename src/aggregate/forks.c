/*
 * Forks, found without asking anybody (metrics.md 4): two repositories that share a root
 * commit, or 20 % of the commits of one of them.
 *
 * Which one is the fork follows the rule for homes: the one whose upstream the other is;
 * else the one that is the worse home.
 */
#include "aggregate/homes.h"
#include "util/banned.h"

#define SHARED_PERCENT 20

struct pair {
	uint32_t a, b;          /* a stands before b by URL */
	int64_t commits, roots; /* that both have */
};

struct forks {
	struct homes *h;
	struct map index; /* a and b to index into pairs */
	VEC(struct pair) pairs;
	struct db_stmt *write;
};

static struct pair *pair_of(struct forks *f, uint32_t a, uint32_t b)
{
	uint32_t key[] = { a, b };
	int64_t *at = map_at(&f->index, key, sizeof(key), -1);

	if (!at)
		return NULL;
	if (*at < 0) {
		*at = (int64_t)f->pairs.n;
		if (vec_push(&f->pairs, ((struct pair){ a, b, 0, 0 })) < 0)
			return NULL;
	}
	return &f->pairs.at[*at];
}

static int add_sharing(struct forks *f, const struct sharing *s, struct quarry_error *err)
{
	const uint32_t *repos = &f->h->sharers.at[s->first];

	for (size_t i = 0; i < s->n; i++)
		for (size_t j = i + 1; j < s->n; j++) {
			struct pair *p = pair_of(f, repos[i], repos[j]);

			if (!p)
				return quarry_error_nomem(err);
			p->commits += s->commits;
			p->roots += s->roots;
		}
	return 0;
}

/* What is mined only to be excluded is no member, and no part of a pair. */
static bool is_fork(const struct homes *h, const struct pair *p)
{
	int64_t a = h->n_commits[p->a], b = h->n_commits[p->b];

	return p->b < h->d->n_members &&
	       (p->roots || p->commits * 100 >= (a < b ? a : b) * SHARED_PERCENT);
}

/* Is a the fork and b what it was forked from? */
static bool comes_from(const struct homes *h, size_t a, size_t b)
{
	bool named = homes_is_upstream(h, b, a), reverse = homes_is_upstream(h, a, b);

	if (named != reverse)
		return named;
	return homes_compare(h, b, a) < 0;
}

static int write_fork(struct forks *f, const struct pair *p, size_t fork, size_t of,
		      struct quarry_error *err)
{
	const struct homes *h = f->h;

	db_bind_int(f->write, 1, h->d->repos.at[fork].id);
	db_bind_int(f->write, 2, h->d->repos.at[of].id);
	db_bind_int(f->write, 3, homes_is_upstream(h, of, fork));
	db_bind_int(f->write, 4, p->commits);
	db_bind_real(f->write, 5, (double)p->commits / (double)h->n_commits[fork]);
	db_bind_real(f->write, 6, (double)p->commits / (double)h->n_commits[of]);
	db_bind_int(f->write, 7, p->roots > 0);
	return db_run(f->write, err);
}

static int write_pairs(struct forks *f, struct quarry_error *err)
{
	const struct homes *h = f->h;
	int rc = db_prepare(&f->write, h->d->db, "INSERT INTO fork(repo, of_repo, named, shared, share,"
			    " of_share, root) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)", err);

	for (size_t i = 0; !rc && i < f->pairs.n; i++) {
		const struct pair *p = &f->pairs.at[i];

		if (is_fork(h, p))
			rc = comes_from(h, p->a, p->b) ? write_fork(f, p, p->a, p->b, err)
						       : write_fork(f, p, p->b, p->a, err);
	}
	db_finish(f->write);
	return rc;
}

int homes_write_forks(struct homes *h, struct quarry_error *err)
{
	struct forks f = { .h = h, .index = MAP_INIT };
	int rc = 0;

	for (size_t i = 0; !rc && i < h->sharings.n; i++)
		rc = add_sharing(&f, &h->sharings.at[i], err);
	if (!rc && f.pairs.n)
		rc = write_pairs(&f, err);
	map_release(&f.index);
	vec_release(&f.pairs);
	return rc;
}

/* Of the repositories that one is a fork of, the one to name. */
static const char each_fork[] =
	"SELECT a.slug, b.slug, named, root, shared, share FROM"
	" (SELECT fork.*, row_number() OVER (PARTITION BY fork.repo"
	"   ORDER BY named DESC, shared DESC, o.url) AS place"
	"  FROM fork JOIN repo o ON o.repo = of_repo) f"
	" JOIN repo a ON a.repo = f.repo JOIN repo b ON b.repo = f.of_repo"
	" WHERE place = 1 ORDER BY a.slug, a.url";

static int tell_forks(struct quarry_db *db,
		      int (*fn)(void *payload, const struct quarry_fork *fork,
				struct quarry_error *err),
		      void *payload, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, db, each_fork, err);

	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		struct quarry_fork fork = {
			.slug = db_text(st, 0), .of_slug = db_text(st, 1), .named = db_int(st, 2) != 0,
			.root = db_int(st, 3) != 0, .shared = db_int(st, 4), .share = db_real(st, 5),
		};

		rc = fn(payload, &fork, err);
		if (rc)
			break;
	}
	db_finish(st);
	return rc;
}

int quarry_aggregate_each_fork(struct quarry_db *db,
			       int (*fn)(void *payload, const struct quarry_fork *fork,
					 struct quarry_error *err),
			       void *payload, struct quarry_error *err)
{
	int64_t derived = 0;
	int rc = db_scalar(&derived, db,
			   "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'fork'", 0, err);

	if (rc || !derived)
		return rc;
	return tell_forks(db, fn, payload, err);
}
