/**
 * A universe: what to mine, and how its repositories are grouped.
 *
 * It is a folder: `universe.yaml` (id, title, layers, quarters, thresholds), one
 * YAML file a category (id, title, layer, repositories) and, where somebody wrote
 * it, `people.yaml` (quarry/people.h); categories/README.md is the formats' manual.  Loading checks everything that can be checked
 * without a network, and refuses the first mistake with one sentence that
 * names file, line and key.
 *
 *	struct quarry_universe *u = NULL;
 *	rc = quarry_universe_load(&u, "categories/sample", 0, &err);
 *	for (size_t i = 0; i < u->n_repos; i++) ... u->repos[i].url ...
 *	quarry_universe_free(u);
 *
 * Plain data: everything is owned by the universe, read-only after loading, and
 * may then be read by several threads.
 */
#ifndef QUARRY_UNIVERSE_H
#define QUARRY_UNIVERSE_H

#include <stddef.h>
#include <stdint.h>

#include "quarry/error.h"
#include "quarry/people.h"
#include "quarry/quarter.h"

struct quarry_layer {
	const char *id;    /**< [a-z0-9-]+ */
	const char *title; /**< UTF-8, one line */
};

struct quarry_category {
	const char *id;    /**< [a-z0-9-]+, the file's name without .yaml */
	const char *title; /**< UTF-8, one line */
	size_t layer;      /**< index into layers */
	const char *file;  /**< path of the YAML file, for messages */
};

struct quarry_repo {
	/** Canonical: scheme://[user@]host[:port]/owner/name, host in lower case, no
	 * '.git', no '/' at the end; a local path is absolute and keeps its '.git'. Never
	 * holds a password. */
	const char *url;
	const char *host;   /**< with ":port" where it is not the scheme's; "" for a local path */
	const char *owner;  /**< all but the last part of the path; may hold '/'; of a local
			     * path the part before the last alone */
	const char *name;   /**< last part of the path, without '.git' */
	const char *slug;   /**< owner/name */
	const char *branch; /**< branch to mine; NULL: the one HEAD names */
	size_t category;    /**< index into categories: its primary category today */
	int32_t from;       /**< first quarter of its membership; NONE: since ever */
	int32_t until;      /**< last quarter of its membership; NONE: still a member */
	/** Category it belonged to before `from`; SIZE_MAX: to none. */
	size_t moved_from;
	/** Canonical URL of the repository it was forked from; NULL: not said. */
	const char *upstream;
	/** Canonical URLs mined only so that their commits are not counted here. */
	const char **exclude_history;
	size_t n_exclude_history;
	const char **groups; /**< named groups, e.g. amd; sorted */
	size_t n_groups;
	const char **tags;   /**< secondary tags; sorted */
	size_t n_tags;
	const char *file;    /**< where it stands, for messages */
	unsigned line;       /**< counted from 1 */
};

struct quarry_universe {
	const char *id;    /**< [a-z0-9-]+ */
	const char *title;
	int32_t from;      /**< first quarter that is analysed; NONE: the first with a commit */
	int32_t until;     /**< last quarter that is analysed; NONE: the snapshot's */
	int64_t small_base; /**< QoQ on a smaller base carries a mark; default 20 */
	int64_t bulk_paths; /**< a commit that touches more paths is bulk; default 1000 */
	int64_t earliest_s; /**< author times before are implausible; default 1990-01-01 */
	struct quarry_layer *layers;
	size_t n_layers;
	struct quarry_category *categories; /**< by layer, then id */
	size_t n_categories;
	struct quarry_repo *repos; /**< by URL */
	size_t n_repos;
	/** What its people.yaml says; NULL: there is none. It has a hash of its own. */
	struct quarry_people *people;
	/** SHA-256 of the parsed taxonomy (canonical form: order of files, order of
	 * keys and comments do not change it), hexadecimal. */
	char hash[65];
};

enum quarry_universe_flags {
	QUARRY_UNIVERSE_ALLOW_LOCAL = 1 << 0, /**< accept local paths, file://, git://, http:// */
};

/** Load the folder `dir`. Unknown bits in `flags` are refused. */
int quarry_universe_load(struct quarry_universe **out, const char *dir, unsigned flags,
			 struct quarry_error *err);
void quarry_universe_free(struct quarry_universe *u);

/** Index of the category with this id, SIZE_MAX when there is none. */
size_t quarry_universe_category(const struct quarry_universe *u, const char *id);

#endif
