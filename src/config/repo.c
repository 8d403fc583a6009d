#include "config/check.h"

#include <string.h>

#include "config/address.h"
#include "config/field.h"
#include "quarry/quarter.h"
#include "util/banned.h"

struct context {
	struct arena *arena;
	const char *file, *base;
	struct quarry_error *err;
};

static int parse(struct address *out, const struct context *c, const struct schema_text *text,
		 const char *key)
{
	const char *why = "";
	int rc = address_parse(out, c->arena, text->s, c->base, &why);

	if (rc == QUARRY_ENOMEM)
		return quarry_error_nomem(c->err);
	return rc ? schema_fail(c->err, c->file, text->line, "'%s' %s", key, why) : 0;
}

/* The address of another repository: its canonical form, and not this one's. */
static int other(const char **out, const struct context *c, const struct schema_text *text,
		 const char *key, const char *own_key)
{
	struct address url = { 0 };
	int rc = parse(&url, c, text, key);

	if (rc)
		return rc;
	if (strcmp(url.key, own_key) == 0)
		return schema_fail(c->err, c->file, text->line,
				   "'%s' is the repository itself: '%s'", key, url.url);
	*out = url.url;
	return 0;
}

static int exclusions(struct quarry_repo *out, const struct context *c,
		      const struct schema_texts *texts, const char *own_key)
{
	const char **at;
	int rc = 0;

	if (!texts->n)
		return 0;
	at = arena_alloc(c->arena, texts->n * sizeof(*at));
	if (!at)
		return quarry_error_nomem(c->err);
	for (size_t i = 0; !rc && i < texts->n; i++)
		rc = other(&at[i], c, &texts->at[i], "exclude-history", own_key);
	if (rc)
		return rc;
	field_sort(at, texts->n);
	for (size_t i = 1; i < texts->n; i++)
		if (strcmp(at[i - 1], at[i]) == 0)
			return schema_fail(c->err, c->file, texts->at[0].line,
					   "'exclude-history' holds '%s' twice", at[i]);
	out->exclude_history = at;
	out->n_exclude_history = texts->n;
	return 0;
}

static int membership(struct quarry_repo *out, const struct context *c, const struct raw_repo *raw)
{
	int rc = field_quarter(&out->from, &(struct field){ c->file, "from", c->err }, &raw->from);

	if (!rc)
		rc = field_quarter(&out->until, &(struct field){ c->file, "until", c->err },
				   &raw->until);
	if (!rc && raw->from.s && raw->until.s && out->from > out->until)
		rc = schema_fail(c->err, c->file, raw->until.line, "'until' (%s) is before 'from' (%s)",
				 raw->until.s, raw->from.s);
	if (!rc && raw->moved_from.s && !raw->from.s)
		rc = schema_fail(c->err, c->file, raw->moved_from.line,
				 "'moved_from' needs 'from', the first quarter in this category");
	return rc;
}

int check_repo(struct quarry_repo *out, struct arena *arena, const struct raw_repo *raw,
	       const char *file, const char *base, const char **key, struct quarry_error *err)
{
	struct context c = { arena, file, base, err };
	struct quarry_repo r = { .from = QUARRY_QUARTER_NONE, .until = QUARRY_QUARTER_NONE,
				 .moved_from = SIZE_MAX, .file = file, .line = raw->line };
	struct address url = { 0 };
	int rc = parse(&url, &c, &raw->url, "url");

	if (!rc)
		rc = field_branch(&(struct field){ file, "branch", err }, &raw->branch);
	if (!rc)
		rc = membership(&r, &c, raw);
	if (!rc && raw->upstream.s)
		rc = other(&r.upstream, &c, &raw->upstream, "upstream", url.key);
	if (!rc)
		rc = exclusions(&r, &c, &raw->exclude_history, url.key);
	if (!rc)
		rc = field_ids(&r.groups, &r.n_groups, arena,
			       &(struct field){ file, "groups", err }, &raw->groups);
	if (!rc)
		rc = field_ids(&r.tags, &r.n_tags, arena,
			       &(struct field){ file, "tags", err }, &raw->tags);
	if (rc)
		return rc;
	r.url = url.url;
	r.host = url.host;
	r.owner = url.owner;
	r.name = url.name;
	r.slug = url.slug;
	r.branch = raw->branch.s;
	*key = url.key;
	*out = r;
	return 0;
}
