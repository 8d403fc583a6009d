#include "config/fingerprint.h"

#include <string.h>

#include "config/address.h"
#include "quarry/quarter.h"
#include "util/banned.h"
#include "util/sha256.h"
#include "util/str.h"

/*
 * The canonical form is a line for each value, `key=length:text`, in the order
 * of the structs; categories and repositories are sorted already.  The length
 * keeps any text from passing for two.  The first line is a version: change
 * it with the form.
 */
#define VERSION "quarry universe 1\n"

static void add_text(struct str *s, const char *key, const char *text)
{
	if (text)
		str_addf(s, "%s=%zu:%s\n", key, strlen(text), text);
}

static void add_number(struct str *s, const char *key, int64_t value)
{
	str_addf(s, "%s=%lld\n", key, (long long)value);
}

static void add_quarter(struct str *s, const char *key, int32_t quarter)
{
	if (quarter != QUARRY_QUARTER_NONE)
		add_number(s, key, quarter);
}

static void add_address(struct str *s, const char *key, const char *url, const char *base)
{
	struct str way = STR_INIT;

	if (url && url[0] == '/' && base) {
		address_relative(&way, base, url);
		s->oom |= way.oom;
		add_text(s, key, way.buf);
		str_release(&way);
	} else {
		add_text(s, key, url);
	}
}

static void add_repo(struct str *s, const struct quarry_universe *u, const struct quarry_repo *r,
		     const char *base)
{
	add_address(s, "repository", r->url, base);
	add_text(s, "category", u->categories[r->category].id);
	add_text(s, "branch", r->branch);
	add_quarter(s, "from", r->from);
	add_quarter(s, "until", r->until);
	if (r->moved_from != SIZE_MAX)
		add_text(s, "moved_from", u->categories[r->moved_from].id);
	add_address(s, "upstream", r->upstream, base);
	for (size_t i = 0; i < r->n_exclude_history; i++)
		add_address(s, "exclude-history", r->exclude_history[i], base);
	for (size_t i = 0; i < r->n_groups; i++)
		add_text(s, "group", r->groups[i]);
	for (size_t i = 0; i < r->n_tags; i++)
		add_text(s, "tag", r->tags[i]);
}

int fingerprint_universe(struct quarry_universe *u, const char *base, struct quarry_error *err)
{
	struct str s = STR_INIT;
	int rc = 0;

	str_adds(&s, VERSION);
	add_text(&s, "id", u->id);
	add_text(&s, "title", u->title);
	add_quarter(&s, "from", u->from);
	add_quarter(&s, "to", u->until);
	add_number(&s, "small_base", u->small_base);
	add_number(&s, "bulk_paths", u->bulk_paths);
	add_number(&s, "earliest", u->earliest_s);
	for (size_t i = 0; i < u->n_layers; i++) {
		add_text(&s, "layer", u->layers[i].id);
		add_text(&s, "title", u->layers[i].title);
	}
	for (size_t i = 0; i < u->n_categories; i++) {
		add_text(&s, "category", u->categories[i].id);
		add_text(&s, "title", u->categories[i].title);
		add_text(&s, "layer", u->layers[u->categories[i].layer].id);
	}
	for (size_t i = 0; i < u->n_repos; i++)
		add_repo(&s, u, &u->repos[i], base);
	if (s.oom)
		rc = quarry_error_nomem(err);
	else
		sha256_hex(u->hash, s.buf, s.len);
	str_release(&s);
	return rc;
}
