#include "quarry/classify.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/ascii.h"
#include "util/banned.h"
#include "util/map.h"

struct quarry_linguist {
	const struct quarry_languages *languages;
	struct map files, endings; /* name to index of the language */
};

static int add_all(struct map *m, const char *const *names, size_t n, size_t language,
		   struct quarry_error *err)
{
	for (size_t i = 0; i < n; i++)
		if (!map_at(m, names[i], strlen(names[i]), (int64_t)language))
			return quarry_error_nomem(err);
	return 0;
}

int quarry_linguist_new(struct quarry_linguist **out, const struct quarry_languages *languages,
			struct quarry_error *err)
{
	struct quarry_linguist *l = calloc(1, sizeof(*l));
	int rc = 0;

	if (!l)
		return quarry_error_nomem(err);
	l->languages = languages;
	for (size_t i = 0; !rc && i < languages->n_languages; i++) {
		const struct quarry_language *x = &languages->languages[i];

		rc = add_all(&l->files, x->files, x->n_files, i, err);
		if (!rc)
			rc = add_all(&l->endings, x->endings, x->n_endings, i, err);
	}
	if (rc) {
		quarry_linguist_free(l);
		return rc;
	}
	*out = l;
	return 0;
}

void quarry_linguist_free(struct quarry_linguist *l)
{
	if (!l)
		return;
	map_release(&l->files);
	map_release(&l->endings);
	free(l);
}

static const struct quarry_language *find(const struct quarry_linguist *l, const struct map *m,
					  const char *s, size_t len)
{
	int64_t *at = map_find(m, s, len);

	return at ? &l->languages->languages[*at] : NULL;
}

const struct quarry_language *quarry_linguist_tell(const struct quarry_linguist *l,
						   const char *path, size_t len)
{
	const struct quarry_language *found = NULL;
	const char *slash = memrchr(path, '/', len), *dot;
	size_t skip = slash ? (size_t)(slash + 1 - path) : 0;
	char name[QUARRY_LANGUAGE_NAME_MAX] = ""; /* the end of it: nothing that is listed is longer */
	bool whole = len - skip <= sizeof(name);
	size_t n = whole ? len - skip : sizeof(name);

	for (size_t i = 0; i < n; i++)
		name[i] = ascii_low(path[len - n + i]);
	if (whole)
		found = find(l, &l->files, name, n);
	for (size_t i = 0; !found && i < n; i++)
		if (name[i] == '.')
			found = find(l, &l->endings, name + i, n - i);
	dot = whole && n ? memchr(name, '.', n) : NULL;
	if (!found && dot)
		found = find(l, &l->files, name, (size_t)(dot - name));
	return found;
}
