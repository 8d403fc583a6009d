#include <stdlib.h>
#include <string.h>

#include "config/schema.h"
#include "quarry/rules.h"
#include "util/arena.h"
#include "util/banned.h"
#include "util/map.h"

struct raw_language {
	unsigned line;
	struct schema_text name;
	struct schema_texts endings, files;
};

struct raw_file {
	unsigned line;
	struct schema_items languages;
};

/* What quarry_languages_parse hands out is the first member of this. */
struct parsed {
	struct quarry_languages languages;
	struct arena arena;
};

/* What was used before: names of languages, endings, files. */
struct used {
	const char *file;
	struct map names, endings, files;
};

static const struct schema_key language_keys[] = {
	{ SCHEMA_KEY(raw_language, "name", SCHEMA_TEXT, name), .required = true, .max = QUARRY_LANGUAGE_NAME_MAX },
	{ SCHEMA_KEY(raw_language, "endings", SCHEMA_TEXTS, endings), .max = QUARRY_LANGUAGE_NAME_MAX },
	{ SCHEMA_KEY(raw_language, "files", SCHEMA_TEXTS, files), .max = QUARRY_LANGUAGE_NAME_MAX },
};
static const struct schema language_schema = SCHEMA(struct raw_language, language_keys);

static const struct schema_key file_keys[] = {
	{ SCHEMA_KEY(raw_file, "languages", SCHEMA_MAPPINGS, languages), .required = true,
	  .of = &language_schema },
};
static const struct schema file_schema = SCHEMA(struct raw_file, file_keys);

static int use(struct map *before, const struct used *u, const struct schema_text *text,
	       struct quarry_error *err)
{
	size_t n = before->n;
	int64_t *line = map_at(before, text->s, strlen(text->s), text->line);

	if (!line)
		return quarry_error_nomem(err);
	if (before->n == n)
		return schema_fail(err, u->file, text->line, "'%s' was given before, in line %lld",
				   text->s, (long long)*line);
	return 0;
}

/* Lower-case letters, or no letters at all, and no folder. */
static bool is_name(const char *s)
{
	return !s[strcspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ/")];
}

static int check_texts(struct used *u, struct map *before, const struct schema_texts *texts,
		       bool dotted, struct quarry_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < texts->n; i++) {
		const struct schema_text *t = &texts->at[i];

		if (!is_name(t->s) || (dotted && (t->s[0] != '.' || !t->s[1])))
			return schema_fail(err, u->file, t->line, dotted
					   ? "'%s' is no ending: it begins with a dot, and has lower-case letters"
					   : "'%s' is no file: it has lower-case letters and no '/'", t->s);
		rc = use(before, u, t, err);
	}
	return rc;
}

static int check_language(struct used *u, const struct raw_language *raw, struct quarry_error *err)
{
	int rc = use(&u->names, u, &raw->name, err);

	if (!rc && !raw->endings.n && !raw->files.n)
		rc = schema_fail(err, u->file, raw->line,
				 "language '%s' has neither 'endings' nor 'files'", raw->name.s);
	if (!rc)
		rc = check_texts(u, &u->endings, &raw->endings, /* dotted= */ true, err);
	return rc ? rc : check_texts(u, &u->files, &raw->files, /* dotted= */ false, err);
}

static const char *const *texts_of(struct parsed *p, const struct schema_texts *texts)
{
	const char **at = arena_alloc(&p->arena, (texts->n + 1) * sizeof(*at));

	for (size_t i = 0; at && i < texts->n; i++)
		at[i] = texts->at[i].s;
	return at;
}

static int fill(struct parsed *p, const struct raw_file *raw, const char *file,
		struct quarry_error *err)
{
	const struct raw_language *from = raw->languages.at;
	struct quarry_languages *l = &p->languages;
	struct used u = { file, MAP_INIT, MAP_INIT, MAP_INIT };
	size_t n = raw->languages.n;
	int rc = 0;

	if (!n || n > QUARRY_RULES_MAX)
		return schema_fail(err, file, raw->languages.line,
				   "'languages' must hold 1 to %d languages, not %zu", QUARRY_RULES_MAX, n);
	l->languages = arena_alloc(&p->arena, n * sizeof(*l->languages));
	if (!l->languages)
		return quarry_error_nomem(err);
	for (size_t i = 0; !rc && i < n; i++) {
		l->languages[i] = (struct quarry_language){
			.name = from[i].name.s, .line = from[i].line,
			.endings = texts_of(p, &from[i].endings), .n_endings = from[i].endings.n,
			.files = texts_of(p, &from[i].files), .n_files = from[i].files.n,
		};
		rc = check_language(&u, &from[i], err);
		if (!rc && (!l->languages[i].endings || !l->languages[i].files))
			rc = quarry_error_nomem(err);
	}
	l->n_languages = n;
	map_release(&u.names);
	map_release(&u.endings);
	map_release(&u.files);
	return rc;
}

int quarry_languages_parse(struct quarry_languages **out, const char *text, size_t len,
			   const char *file, struct quarry_error *err)
{
	struct parsed *p = calloc(1, sizeof(*p));
	struct raw_file raw = { 0 };
	int rc;

	if (!p)
		return quarry_error_nomem(err);
	rc = schema_read(&raw, &file_schema, &p->arena, text, len, file, err);
	if (!rc)
		rc = fill(p, &raw, file, err);
	if (rc)
		goto done;
	*out = &p->languages;
	p = NULL;
done:
	quarry_languages_free(p ? &p->languages : NULL);
	return rc;
}

void quarry_languages_free(struct quarry_languages *l)
{
	struct parsed *p = (struct parsed *)l;

	if (!p)
		return;
	arena_release(&p->arena);
	free(p);
}
