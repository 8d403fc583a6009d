#include "config/format.h"

#include "util/banned.h"

static const struct schema_key layer_keys[] = {
	{ SCHEMA_KEY(raw_layer, "id", SCHEMA_TEXT, id), .required = true },
	{ SCHEMA_KEY(raw_layer, "title", SCHEMA_TEXT, title), .required = true },
};
static const struct schema layer = SCHEMA(struct raw_layer, layer_keys);

static const struct schema_key quarters_keys[] = {
	{ SCHEMA_KEY(raw_quarters, "from", SCHEMA_TEXT, from) },
	{ SCHEMA_KEY(raw_quarters, "to", SCHEMA_TEXT, to) },
};
static const struct schema quarters = SCHEMA(struct raw_quarters, quarters_keys);

static const struct schema_key thresholds_keys[] = {
	{ SCHEMA_KEY(raw_thresholds, "small_base", SCHEMA_TEXT, small_base) },
	{ SCHEMA_KEY(raw_thresholds, "bulk_paths", SCHEMA_TEXT, bulk_paths) },
	{ SCHEMA_KEY(raw_thresholds, "earliest", SCHEMA_TEXT, earliest) },
};
static const struct schema thresholds = SCHEMA(struct raw_thresholds, thresholds_keys);

static const struct schema_key universe_keys[] = {
	{ SCHEMA_KEY(raw_universe, "id", SCHEMA_TEXT, id), .required = true },
	{ SCHEMA_KEY(raw_universe, "title", SCHEMA_TEXT, title), .required = true },
	{ SCHEMA_KEY(raw_universe, "layers", SCHEMA_MAPPINGS, layers), .required = true, .of = &layer },
	{ SCHEMA_KEY(raw_universe, "quarters", SCHEMA_MAPPING, quarters), .of = &quarters },
	{ SCHEMA_KEY(raw_universe, "thresholds", SCHEMA_MAPPING, thresholds), .of = &thresholds },
};
const struct schema format_universe = SCHEMA(struct raw_universe, universe_keys);

static const struct schema_key repo_keys[] = {
	{ SCHEMA_KEY(raw_repo, "url", SCHEMA_TEXT, url), .required = true },
	{ SCHEMA_KEY(raw_repo, "branch", SCHEMA_TEXT, branch) },
	{ SCHEMA_KEY(raw_repo, "from", SCHEMA_TEXT, from) },
	{ SCHEMA_KEY(raw_repo, "until", SCHEMA_TEXT, until) },
	{ SCHEMA_KEY(raw_repo, "moved_from", SCHEMA_TEXT, moved_from) },
	{ SCHEMA_KEY(raw_repo, "upstream", SCHEMA_TEXT, upstream) },
	{ SCHEMA_KEY(raw_repo, "exclude-history", SCHEMA_TEXT_OR_TEXTS, exclude_history) },
	{ SCHEMA_KEY(raw_repo, "groups", SCHEMA_TEXTS, groups) },
	{ SCHEMA_KEY(raw_repo, "tags", SCHEMA_TEXTS, tags) },
};
static const struct schema repo = SCHEMA(struct raw_repo, repo_keys);

static const struct schema_key category_keys[] = {
	{ SCHEMA_KEY(raw_category, "id", SCHEMA_TEXT, id), .required = true },
	{ SCHEMA_KEY(raw_category, "title", SCHEMA_TEXT, title), .required = true },
	{ SCHEMA_KEY(raw_category, "layer", SCHEMA_TEXT, layer), .required = true },
	{ SCHEMA_KEY(raw_category, "repositories", SCHEMA_MAPPINGS, repositories), .required = true,
	  .of = &repo },
};
const struct schema format_category = SCHEMA(struct raw_category, category_keys);
