#include "quarry/universe.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/check.h"
#include "config/field.h"
#include "config/fingerprint.h"
#include "config/format.h"
#include "util/arena.h"
#include "util/banned.h"
#include "util/file.h"
#include "util/str.h"
#include "util/vec.h"

#define CATEGORIES_MAX 1000

/* What quarry_universe_load hands out is the first member of this. */
struct loaded {
	struct quarry_universe universe;
	struct arena arena;
};

/* What is read on the way; only texts of `arena` outlive the load. */
struct load {
	struct arena *arena;
	const char *dir; /* without '/' at its end */
	VEC(const char *) names;
	struct raw_universe universe;
	struct raw_category *categories; /* one a name */
	struct quarry_error *err;
};

/* Every *.yaml of the folder but the universe's own and the reserved ones. */
static bool is_category_file(const char *name)
{
	static const char *const reserved[] = { "universe.yaml", "people.yaml" };
	size_t len = strlen(name);

	if (len <= 5 || name[0] == '.' || strcmp(name + len - 5, ".yaml") != 0)
		return false;
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcmp(name, reserved[i]) == 0)
			return false;
	return true;
}

/* A category that is left out for its name would be missed too late. */
static bool is_misnamed(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && name[0] != '.' && strcmp(name + len - 4, ".yml") == 0;
}

/* Sorted, so that the first mistake that is reported is the same everywhere. */
static int list_names(struct load *l)
{
	DIR *d = opendir(l->dir);
	struct dirent *entry;
	int rc = 0;

	if (!d)
		return quarry_error_set(l->err, errno == ENOENT ? QUARRY_ENOTFOUND : QUARRY_EFAIL,
					"cannot read the universe '%s': %s", l->dir, strerror(errno));
	while (!rc && (errno = 0, entry = readdir(d))) {
		const char *name;

		if (is_misnamed(entry->d_name))
			rc = quarry_error_set(l->err, QUARRY_EUSAGE,
					      "cannot read '%s/%s': its name must end in .yaml", l->dir,
					      entry->d_name);
		if (rc || !is_category_file(entry->d_name))
			continue;
		name = arena_copy(l->arena, entry->d_name, strlen(entry->d_name));
		if (!name || vec_push(&l->names, name))
			rc = quarry_error_nomem(l->err);
		else if (l->names.n > CATEGORIES_MAX)
			rc = quarry_error_set(l->err, QUARRY_EUSAGE,
					      "cannot read the universe '%s': more than %d categories",
					      l->dir, CATEGORIES_MAX);
	}
	if (!rc && errno)
		rc = quarry_error_set(l->err, QUARRY_EFAIL, "cannot read the universe '%s': %s",
				      l->dir, strerror(errno));
	if (!rc && !l->names.n)
		rc = quarry_error_set(l->err, QUARRY_EUSAGE,
				      "cannot read the universe '%s': it has no category file", l->dir);
	(void)closedir(d); /* nothing was written */
	field_sort(l->names.at, l->names.n);
	return rc;
}

/* Read DIR/NAME by a table; *path becomes the file's path, in the arena. */
static int read_one(void *out, const char **path, struct load *l, const char *name,
		    const struct schema *schema)
{
	char *full = str_dupf("%s/%s", l->dir, name), *text = NULL;
	size_t len = 0;
	int rc;

	*path = full ? arena_copy(l->arena, full, strlen(full)) : NULL;
	free(full);
	if (!*path)
		return quarry_error_nomem(l->err);
	rc = file_read(&text, &len, *path, SCHEMA_FILE_MAX, l->err);
	if (!rc)
		rc = schema_read(out, schema, l->arena, text, len, *path, l->err);
	free(text);
	return rc;
}

static int read_files(struct load *l)
{
	int rc = read_one(&l->universe, &l->universe.file, l, "universe.yaml", &format_universe);

	if (!rc)
		rc = list_names(l);
	if (rc)
		return rc;
	l->categories = calloc(l->names.n, sizeof(*l->categories));
	if (!l->categories)
		return quarry_error_nomem(l->err);
	for (size_t i = 0; !rc && i < l->names.n; i++) {
		struct raw_category *cat = &l->categories[i];
		const char *name = l->names.at[i];

		rc = read_one(cat, &cat->file, l, name, &format_category);
		cat->stem = arena_copy(l->arena, name, strlen(name) - strlen(".yaml"));
		if (!rc && !cat->stem)
			rc = quarry_error_nomem(l->err);
	}
	return rc;
}

/* What is known of people; a universe needs no such file. */
static int read_people(struct quarry_people **out, struct load *l)
{
	char *path = str_dupf("%s/people.yaml", l->dir), *text = NULL;
	size_t len = 0;
	int rc;

	if (!path)
		return quarry_error_nomem(l->err);
	rc = file_read(&text, &len, path, QUARRY_PEOPLE_FILE_MAX, l->err);
	if (!rc)
		rc = quarry_people_parse(out, text, len, path, l->err);
	if (rc == QUARRY_ENOTFOUND) {
		rc = 0;
		if (l->err)
			*l->err = (struct quarry_error)QUARRY_ERROR_INIT;
	}
	free(text);
	free(path);
	return rc;
}

/* Read and check; everything that stays goes to the arena, but for people. */
static int fill(struct quarry_universe *u, struct load *l, const char *base)
{
	struct check_input in = { &l->universe, NULL, 0, base };
	int rc = read_files(l);

	in.categories = l->categories;
	in.n_categories = l->names.n;
	if (!rc)
		rc = check_universe(u, l->arena, &in, l->err);
	if (!rc)
		rc = read_people(&u->people, l);
	return rc ? rc : fingerprint_universe(u, base, l->err);
}

static char *without_slash(const char *dir)
{
	size_t len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	return str_dupf("%.*s", (int)len, dir);
}

int quarry_universe_load(struct quarry_universe **out, const char *dir, unsigned flags,
			 struct quarry_error *err)
{
	char *folder = without_slash(dir), *base = NULL;
	struct loaded *loaded = calloc(1, sizeof(*loaded));
	struct load l = { .dir = folder, .err = err };
	int rc;

	if (!folder || !loaded) {
		rc = quarry_error_nomem(err);
		goto done;
	}
	l.arena = &loaded->arena;
	if (flags & ~(unsigned)QUARRY_UNIVERSE_ALLOW_LOCAL) {
		rc = quarry_error_set(err, QUARRY_EFAIL,
				      "cannot read the universe '%s': unknown flags 0x%x", folder, flags);
		goto done;
	}
	if (flags & QUARRY_UNIVERSE_ALLOW_LOCAL) {
		base = realpath(folder, NULL);
		if (!base) {
			rc = quarry_error_set(err, errno == ENOENT ? QUARRY_ENOTFOUND : QUARRY_EFAIL,
					      "cannot read the universe '%s': %s", folder,
					      strerror(errno));
			goto done;
		}
	}
	rc = fill(&loaded->universe, &l, base);
	if (rc)
		goto done;
	*out = &loaded->universe;
	loaded = NULL;
done:
	quarry_universe_free(loaded ? &loaded->universe : NULL);
	vec_release(&l.names);
	free(l.categories);
	free(base);
	free(folder);
	return rc;
}

void quarry_universe_free(struct quarry_universe *u)
{
	struct loaded *loaded = (struct loaded *)u;

	if (!loaded)
		return;
	quarry_people_free(loaded->universe.people);
	arena_release(&loaded->arena);
	free(loaded);
}

size_t quarry_universe_category(const struct quarry_universe *u, const char *id)
{
	for (size_t i = 0; i < u->n_categories; i++)
		if (strcmp(u->categories[i].id, id) == 0)
			return i;
	return SIZE_MAX;
}
