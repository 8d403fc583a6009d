#include "mine/known.h"

#include <stdlib.h>

#include "mine/window.h"
#include "util/banned.h"

void known_release(struct known *k)
{
	free(k->marks);
	k->marks = NULL;
}

static uint32_t find(const struct walk *w, const struct quarry_oid *oid)
{
	const struct quarry_known *all = w->options->known;

	return oidmap_find(&w->known, (struct oid_array){ all->commits, sizeof(*all->commits) }, oid);
}

/* All that the entries lead to. Each commit is stacked once, when it is marked. */
static int mark_reached(struct known *k, const struct walk *w)
{
	const struct quarry_known *all = w->options->known;
	VEC(uint32_t) stack = { 0 };
	int rc = 0;

	for (size_t i = 0; !rc && i < w->entries.n; i++) {
		uint32_t at = w->entries.at[i];

		if (!(k->marks[at] & KNOWN_REACHED)) {
			k->marks[at] |= KNOWN_REACHED;
			rc = vec_push(&stack, at);
		}
	}
	while (!rc && stack.n) {
		const struct quarry_known_commit *c = &all->commits[stack.at[--stack.n]];

		for (uint32_t i = 0; !rc && i < c->n_parents; i++) {
			uint32_t at = find(w, &all->parents[c->first_parent + i]);

			if (at == OIDMAP_NONE || (k->marks[at] & KNOWN_REACHED))
				continue;
			k->marks[at] |= KNOWN_REACHED;
			rc = vec_push(&stack, at);
		}
	}
	vec_release(&stack);
	return rc;
}

static void mark_landed(struct known *k, const struct walk *w)
{
	const struct quarry_known *all = w->options->known;
	uint32_t at = w->landed_known;

	while (at != OIDMAP_NONE && !(k->marks[at] & KNOWN_LANDED)) {
		const struct quarry_known_commit *c = &all->commits[at];

		k->marks[at] |= KNOWN_LANDED;
		at = c->n_parents ? find(w, &all->parents[c->first_parent]) : OIDMAP_NONE;
	}
}

int known_init(struct known *k, const struct walk *w)
{
	const struct quarry_known *all = w->options->known;

	k->marks = NULL;
	if (!all || !all->n_commits)
		return 0;
	k->marks = calloc(all->n_commits, 1);
	if (!k->marks || mark_reached(k, w) < 0)
		return -1;
	mark_landed(k, w);
	return 0;
}

bool known_wants(const struct known *k, const struct walk *w, size_t i)
{
	const struct quarry_known_commit *c = &w->options->known->commits[i];

	if (!(k->marks[i] & KNOWN_REACHED) || c->touched || c->n_parents > 1)
		return false;
	return window_has_known(w->options, c);
}

static int add(int64_t **list, size_t *n, int64_t number, size_t most)
{
	if (!*list && !(*list = calloc(most, sizeof(**list))))
		return -1;
	(*list)[(*n)++] = number;
	return 0;
}

int known_changes(struct quarry_history *h, const struct known *k, const struct walk *w)
{
	const struct quarry_known *all = w->options->known;
	int rc = 0;

	for (size_t i = 0; k->marks && !rc && i < all->n_commits; i++) {
		const struct quarry_known_commit *c = &all->commits[i];
		bool was = c->flags & QUARRY_COMMIT_LANDED, is = k->marks[i] & KNOWN_LANDED;

		if (!(k->marks[i] & KNOWN_REACHED))
			rc = add(&h->gone, &h->n_gone, c->number, all->n_commits);
		else if (is && !was)
			rc = add(&h->landed, &h->n_landed, c->number, all->n_commits);
		else if (was && !is)
			rc = add(&h->landed_no_more, &h->n_landed_no_more, c->number, all->n_commits);
	}
	return rc;
}
