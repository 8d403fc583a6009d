/**
 * An edition: every figure of one quarterly report, as plain data.
 *
 * quarry/aggregate.h fills it from the store; quarry/report.h writes it in one
 * format.  Field names are the metric ids of docs/metrics.md, and the column
 * names of the store's derived tables, so that a printed number can be traced
 * by its name.
 *
 * Each scope carries its measures for the edition's quarter (`now`) and for the
 * one before it (`before`), both computed now and under the same rules.
 *
 * Plain data, owned by the edition; total orders everywhere: the same store gives
 * the same bytes.
 */
#ifndef QUARRY_EDITION_H
#define QUARRY_EDITION_H

#include <stddef.h>
#include <stdint.h>

#include "quarry/error.h"
#include "quarry/quarter.h"

/** A count that cannot be known, printed as n/a: who is new in a cut-off history, files of
 * a quarter whose touches were not read. */
#define QUARRY_UNKNOWN (-1)

/** What is counted of a scope (a repository, a category, the universe) in a quarter. */
struct quarry_measures {
	int64_t tracked;           /**< repositories that are members */
	int64_t active;            /**< of these, with commits >= 1 */

	int64_t commits;           /**< counted: human, at most one parent, no duplicate */
	int64_t merge_commits;     /**< two parents or more */
	int64_t bot_commits;
	int64_t agent_commits;     /**< an agent is the author: a floor */
	int64_t duplicate_commits; /**< the same commit counts in another repository */
	int64_t landed;            /**< on the first-parent line; shown beside, never summed */
	int64_t assisted_commits;  /**< of `commits`: with an agent trailer; a floor */

	int64_t authors;           /**< persons with a counted commit as author */
	int64_t contributors;      /**< persons with one as author or human co-author */
	int64_t contributors_lo;   /**< the same under lenient identity */
	int64_t contributors_hi;   /**< the same by e-mail */

	/** contributors = retained + reactivated + new_contributors, in this scope; of a
	 * repository with a cut-off history the last two are QUARRY_UNKNOWN. */
	int64_t retained;
	int64_t reactivated;
	int64_t new_contributors;
	int64_t new_to_universe;   /**< of the contributors: first counted activity in the
				    * universe; QUARRY_UNKNOWN likewise */

	int64_t bins[QUARRY_QUARTER_BINS]; /**< persons with exactly i + 1 active bins */
	int64_t weeks_sum;         /**< sum of active bins over contributors */
	double weeks_mean;         /**< weeks_sum / contributors; 0 without contributors */
	double weeks_median;
	double weeks_weighted;     /**< mean weighted by a person's credited commits */
	int64_t one_time;          /**< depth: 1 bin */
	int64_t casual;            /**< 2 to 3 */
	int64_t regular;           /**< 4 to 9 */
	int64_t deep;              /**< 10 or more */
	int64_t full_time;         /**< 10 active days or more in some 28-day window */

	/** QUARRY_UNKNOWN, all five, where touches of the quarter were not read. */
	int64_t file_touches_raw;
	int64_t file_touches;      /**< robust: no roots, no bulk, no vendored, generated, lock */
	int64_t distinct_files_raw;
	int64_t distinct_files;    /**< robust */
	int64_t top5_touches;      /**< raw touches of the five largest commits */
	/** QUARRY_UNKNOWN where lines of the quarter were not counted. */
	int64_t lines_churn_raw;
	int64_t lines_churn;       /**< robust */
	int64_t files_at_tip;      /**< files of the members' tip trees, today */
};

/** Why a number changed from the quarter before; the parts sum to the change. */
struct quarry_change {
	int64_t organic;      /**< repositories active in both quarters */
	int64_t new_repos;    /**< first commit in this or the last quarter */
	int64_t revived;      /**< active again after a silent quarter */
	int64_t gone;         /**< active then, silent now */
	int64_t stale;        /**< what is known of them ends before the quarter does */
	int64_t reclassified; /**< moved between categories (taxonomy as-of only) */
	int unknown;          /**< 1: the figure of a quarter is not known, so no part is */
};

/** Stock and flow of persons by home: start + new + in + reactivated - out - dormant = end. */
struct quarry_flow {
	int64_t start, entered, in, reactivated, out, dormant, end;
};

struct quarry_scope {
	const char *id;         /**< "" for the universe, else the category's id */
	const char *title;
	const char *layer;      /**< the layer's title; "" for the universe */
	struct quarry_measures now, before;
	struct quarry_change commits, file_touches, contributors;
	struct quarry_flow flow;
};

enum quarry_repo_state {
	QUARRY_REPO_OK,        /**< mined */
	QUARRY_REPO_EMPTY,     /**< reachable, no commit */
	QUARRY_REPO_FAILED,    /**< could not be brought or read; earlier facts are kept */
	QUARRY_REPO_NEVER,     /**< never mined so far */
};

struct quarry_repo_row {
	const char *slug, *url;
	const char *category;   /**< id */
	enum quarry_repo_state state;
	const char *problem;    /**< the sentence of the last failure, "" for none */
	int64_t newest_s;       /**< activity time of its newest commit; 0: it has none */
	int64_t known_s;        /**< when its copy was fetched: its history is known up to
				 * then; 0: read in place, so nobody knows, or never read */
	int stale;              /**< 1: known_s lies before the end of the quarter or, in one
				 * that is not over, before the snapshot by a day or more: it may
				 * be anything but silent, and no growth is told of it */
	int32_t touches_since;  /**< first quarter whose touches are read; 0: all are */
	struct quarry_measures now, before;
};

/** Persons whose home moved from one category to another. */
struct quarry_move {
	size_t from, to;        /**< indices into scopes */
	int64_t persons;
};

/** Fewer persons than these in a cohort are not printed as a number. */
#define QUARRY_MIN_CELL 5

/** For whom people work: an entry of the universe's people.yaml. */
struct quarry_group {
	const char *id;         /**< "": not known */
	const char *title;      /**< never empty, but for "" */
};

/** A group's people and commits in a scope: see metrics.md cohort. */
struct quarry_cohort {
	int64_t contributors;   /**< with a credit under it; of "": with none under any group */
	int64_t commits;        /**< whose author's credit is under it */
	int withheld;           /**< 1: fewer than QUARRY_MIN_CELL persons, or what would give such a
				 * cell away; both numbers are 0 then */
};

/** So many quarters, the edition's the last, have their series. */
#define QUARRY_SERIES_QUARTERS 12

/** Who wrote the commits of a scope in a quarter; merges and duplicates are left out. */
struct quarry_series {
	size_t scope;        /**< index into scopes: the universe or a category */
	int32_t quarter;
	int64_t human;       /**< counted commits, without assisted_commits */
	int64_t assisted;    /**< assisted_commits: a floor */
	int64_t agent;       /**< agent_commits: a floor */
	int64_t automation;  /**< bot_commits */
};

/** One line of the data-quality section. */
struct quarry_quality {
	const char *id;         /**< e.g. time_fixed */
	const char *text;       /**< what is counted, one phrase */
	int64_t count;          /**< QUARRY_UNKNOWN where it needs touches that were not read */
};

struct quarry_edition {
	const char *universe;   /**< id */
	const char *title;
	int32_t quarter;
	int to_date;            /**< 1: not over at the snapshot; no QoQ is printed */
	const char *date_basis; /**< "author" or "committer" */
	const char *taxonomy;   /**< "today" or "as-of" */
	const char *without;    /**< rules about people that were left out, "" for none: then no
				 * figure is one to be published */
	int64_t small_base;     /**< QoQ on a base below it carries a mark */
	int64_t snapshot_s;     /**< day up to which the histories are known: of the
				    * newest fetch; of a mirror, of its newest commit */
	int64_t newest_s;       /**< activity time of the newest commit that needed no repair; 0: none */
	int32_t touches_since;  /**< first quarter whose touches are read of all repositories;
				 * 0: all are */
	const char *taxonomy_hash, *rules_hash, *tips_hash; /**< hexadecimal */

	struct quarry_scope *scopes; /**< [0] the universe, then the categories in order */
	size_t n_scopes;
	struct quarry_repo_row *repos; /**< by category order, then commits falling, then slug */
	size_t n_repos;
	/** Persons with a counted commit in both categories a and b: overlap[a * n + b]
	 * for scopes a + 1 and b + 1, n = n_scopes - 1; the diagonal is contributors. */
	int64_t *overlap;
	struct quarry_move *moves; /**< by persons falling, then from, to */
	size_t n_moves;
	struct quarry_group *groups; /**< by id, "" the last; none: nobody says for whom people work */
	size_t n_groups;
	struct quarry_cohort *cohorts; /**< [scope * n_groups + group], of the quarter */
	struct quarry_series *series; /**< by scope, then quarter; none for a quarter without any */
	size_t n_series;
	struct quarry_quality *quality;
	size_t n_quality;
	/** The headline under the other date basis: commits and contributors, now and before. */
	int64_t other_commits[2], other_contributors[2];
	/** Universe commits and contributors with the other taxonomy, now and before. */
	int64_t other_taxonomy_commits[2], other_taxonomy_contributors[2];

	void *memory; /**< owns all of the above */
};

void quarry_edition_free(struct quarry_edition *e);

/** Quarter over quarter, metrics.md 9. */
enum quarry_qoq_kind {
	QUARRY_QOQ_PERCENT,
	QUARRY_QOQ_NEW,  /**< the base is 0 and the value is not: print `new` */
	QUARRY_QOQ_NONE, /**< both are 0: print a dash */
};

struct quarry_qoq {
	enum quarry_qoq_kind kind;
	int64_t percent; /**< whole, half away from zero */
	int small_base;  /**< 1: 0 < base < small_base */
};

/** @param v1 the value now, >= 0  @param v0 the base, >= 0 */
struct quarry_qoq quarry_qoq_of(int64_t v1, int64_t v0, int64_t small_base);

/** Persons of several categories at once, metrics.md 10. */
struct quarry_overlap {
	const char *universe;
	const char *without;      /**< as of the edition; NULL or "" for none */
	int32_t quarter;
	size_t n;                 /**< categories, >= 2 */
	const char **ids, **titles;
	int64_t *sizes;           /**< contributors of each */
	int64_t everyone;         /**< contributors of the universe */
	int64_t both;             /**< in all n */
	/** Smallest and largest of `both` under lenient, strict and e-mail identity. */
	int64_t both_lo, both_hi;
	int64_t any;              /**< in at least one: the combined pool */
	double jaccard;           /**< both / any */
	double coefficient;       /**< both / smallest size */
	double expected;          /**< under independence: everyone * prod(size / everyone) */
	double lift;              /**< both / expected; 0 where expected is 0 */
	void *memory;
};

void quarry_overlap_free(struct quarry_overlap *o);

#endif
