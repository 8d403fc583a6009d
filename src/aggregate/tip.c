/*
 * The files of the tips, by what they are for and what they are written in (metrics.md
 * tip_mix).  A name decides both, so the files are counted as they pass, and only the
 * sums are written.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregate/derive.h"
#include "util/banned.h"
#include "util/map.h"

struct mix {
	int64_t repo, files;
	const char *class, *language; /* owned by the arena */
};

struct derive_tip {
	struct map texts; /* classes and languages to numbers */
	struct map index; /* repository, class, language to index into mixes */
	struct arena arena;
	VEC(struct mix) mixes;
};

void derive_tip_free(struct derive_tip *t)
{
	if (!t)
		return;
	map_release(&t->texts);
	map_release(&t->index);
	arena_release(&t->arena);
	vec_release(&t->mixes);
	free(t);
}

int quarry_derive_each_tip_file(struct quarry_derive *d,
				int (*fn)(void *payload, const struct quarry_tip_file *file,
					  struct quarry_error *err),
				void *payload, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, d->db,
			    "SELECT t.repo, name, coalesce(class, 'other') FROM tip_run t"
			    " JOIN tracked USING (repo)"
			    " JOIN path p ON p.path BETWEEN t.first AND t.last"
			    " LEFT JOIN path_class pc ON pc.path = p.path"
			    " WHERE NOT excluded ORDER BY t.repo, t.first, p.path", err);

	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		struct quarry_tip_file file = { .repo = db_int(st, 0), .class = db_text(st, 2) };

		file.name = db_blob(st, 1, &file.len);
		rc = fn(payload, &file, err);
		if (rc)
			break;
	}
	db_finish(st);
	return rc;
}

static int64_t number_of(struct derive_tip *t, const char *text)
{
	int64_t *at = map_at(&t->texts, text, strlen(text), (int64_t)t->texts.n);

	return at ? *at : -1;
}

static struct mix *mix_of(struct derive_tip *t, int64_t repo, const char *class,
			  const char *language)
{
	int64_t key[] = { repo, number_of(t, class), number_of(t, language) };
	struct mix fresh = { .repo = repo };
	int64_t *at;

	if (key[1] < 0 || key[2] < 0)
		return NULL;
	at = map_at(&t->index, key, sizeof(key), -1);
	if (!at)
		return NULL;
	if (*at < 0) {
		fresh.class = arena_copy(&t->arena, class, strlen(class));
		fresh.language = arena_copy(&t->arena, language, strlen(language));
		if (!fresh.class || !fresh.language || vec_push(&t->mixes, fresh) < 0)
			return NULL;
		*at = (int64_t)t->mixes.n - 1;
	}
	return &t->mixes.at[*at];
}

int quarry_derive_tip_language(struct quarry_derive *d, const struct quarry_tip_file *file,
			       const char *language, struct quarry_error *err)
{
	struct mix *m;

	if (!d->tip)
		d->tip = calloc(1, sizeof(*d->tip));
	m = d->tip ? mix_of(d->tip, file->repo, file->class, language) : NULL;
	if (!m)
		return quarry_error_nomem(err);
	m->files++;
	return 0;
}

int derive_tip(struct quarry_derive *d, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, d->db, "INSERT INTO tip_mix(repo, class, language, files)"
			    " VALUES(?1, ?2, ?3, ?4)", err);

	for (size_t i = 0; !rc && d->tip && i < d->tip->mixes.n; i++) {
		const struct mix *m = &d->tip->mixes.at[i];

		db_bind_int(st, 1, m->repo);
		db_bind_text(st, 2, m->class, strlen(m->class));
		db_bind_text(st, 3, m->language, strlen(m->language));
		db_bind_int(st, 4, m->files);
		rc = db_run(st, err);
	}
	db_finish(st);
	return rc;
}
