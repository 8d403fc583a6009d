/**
 * The engine: the flow, one call a step, as the command line uses them.
 *
 *	config -> fetch -> mine -> store -> identity -> classify -> aggregate -> report
 *
 *	struct quarry_engine *e = NULL;
 *	rc = quarry_engine_open(&e, &options, &err);
 *	rc = quarry_engine_load(e, "categories/sample", &err);
 *	rc = quarry_engine_fetch(e, &summary, &err);   quarry_summary_release(&summary)
 *	rc = quarry_engine_mine(e, &summary, &err);
 *	rc = quarry_engine_derive(e, &err);
 *	rc = quarry_engine_edition(&edition, e, quarter, taxonomy, &err);
 *	quarry_engine_free(e);
 *
 * quarry_engine_edition() and quarry_engine_overlap() need only the store, not
 * the universe's folder.  One broken repository never stops the others: it is
 * named in the summary, and the call still returns 0.
 *
 * Use an engine from one thread; it starts worker threads of its own.
 */
#ifndef QUARRY_ENGINE_H
#define QUARRY_ENGINE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "quarry/dossier.h"
#include "quarry/edition.h"
#include "quarry/error.h"
#include "quarry/log.h"
#include "quarry/quarter.h"
#include "quarry/universe.h"

enum quarry_date_basis { QUARRY_BASIS_AUTHOR, QUARRY_BASIS_COMMITTER };
enum quarry_taxonomy { QUARRY_TAXONOMY_TODAY, QUARRY_TAXONOMY_AS_OF };

/** What is going on; texts live during the call only. */
struct quarry_progress {
	const char *step;     /**< "fetching", "mining", "deriving" */
	size_t done, total;   /**< repositories, or phases of "deriving" */
	uint64_t amount;      /**< bytes received, or commits read, so far */
	const char *unit;     /**< "bytes", "commits" or "" */
	const char *current;  /**< slug of what was worked on last; "" for none */
	size_t n_retrying;    /**< repositories that failed and wait to be tried again */
	const char *slow;     /**< slug of what runs longest, and for long; "" for none */
	int64_t slow_s;       /**< for how long */
	uint64_t slow_amount; /**< and how much of it there is so far, in `unit` */
};

struct quarry_engine_options {
	const char *store;    /**< path of the SQLite file */
	const char *cache;    /**< folder of fetched repositories */
	const char *mirror;   /**< folder with <owner>+<name>.git, read only; NULL: none */
	int offline;          /**< 1: touch no network */
	int allow_local;      /**< 1: accept local paths and file, git and http URLs */
	unsigned jobs;        /**< worker threads, 1 to 256; 0: 8 for fetching, else one a processor */
	struct {
		unsigned per_host;  /**< fetches from one host at once; 0: 4 */
		unsigned retries;   /**< after a failure that may pass */
		/** Bounds of one repository, as in quarry/fetch.h; 0: none. */
		unsigned connect_s, stall_s, total_s;
		uint64_t bytes_max;
		int releases, tip_files; /**< 1: tags; README and manifests of the tip, too */
	} fetch;
	struct {
		/** Read what commits touched from this quarter on; QUARRY_QUARTER_NONE: of all. 0:
		 * from four before the current one on, of a universe that ends all; or two before
		 * `quarter` if that is earlier. */
		int32_t since;
		int32_t quarter;    /**< that will be reported; 0 or QUARRY_QUARTER_NONE: any */
		int lines;          /**< 1: count added and deleted lines */
		int alternates;     /**< 1: read objects/info/alternates, too */
		int releases;       /**< 1: read the tags */
	} mine;
	enum quarry_date_basis basis;
	/** Rules about people that deriving leaves out, to see what they do, separated by commas:
	 * levels (L0 to L4) and ids of rules; NULL: none. */
	const char *without;
	struct quarry_log log;
	/** Called from any thread, one at a time; NULL: not. */
	void (*progress)(void *payload, const struct quarry_progress *p);
	void *payload;
	const atomic_bool *stop; /**< set by a signal handler; NULL: never */
};

struct quarry_failure {
	int64_t repo; /**< its number in the store: two hosts may have one slug */
	char *slug;
	char *text; /**< one sentence */
	int code;   /**< QUARRY_E... */
};

/** What fetching saw of a repository besides its history. */
struct quarry_notice {
	char *slug;
	char *text; /**< "its branch 'master' is now 'main'" */
	int began;  /**< 1: it was not so before; 0: it has been told */
};

struct quarry_summary {
	size_t n_total;
	size_t n_done;      /**< brought or read in this call */
	size_t n_unchanged; /**< nothing was new */
	size_t n_failed;
	struct quarry_failure *failures; /**< by slug */
	size_t n_notices;
	struct quarry_notice *notices;   /**< by slug */
	size_t n_retries;   /**< how often something was tried again */
	uint64_t bytes;     /**< received */
	int64_t commits;    /**< read */
	int64_t elapsed_ms;
};

void quarry_summary_release(struct quarry_summary *s);

struct quarry_engine;

/** Strings of `options` are copied. The store is opened by the first call that needs it:
 * by quarry_engine_load() to be written, by the others to be read alone, so that they
 * take a store that cannot be written, or is of an older version, and leave it as it is. */
int quarry_engine_open(struct quarry_engine **out, const struct quarry_engine_options *options,
		       struct quarry_error *err);
void quarry_engine_free(struct quarry_engine *e);

/** Fetching or mining comes soon: start what they need, which takes some milliseconds,
 * beside what is called before them. May be left out; a failure is told by them. */
void quarry_engine_prepare(struct quarry_engine *e);

/** Load the universe in folder `dir` and open the store, which is made when it is not
 * there; needed by fetch, mine and derive. QUARRY_EUSAGE for a folder that is no universe,
 * or a SOURCE_DATE_EPOCH that is no time; no store is made then. */
int quarry_engine_load(struct quarry_engine *e, const char *dir, struct quarry_error *err);
/** The same, but the store is only read: for quarry_engine_doctor(); fetch, mine and derive
 * fail after it. */
int quarry_engine_look(struct quarry_engine *e, const char *dir, struct quarry_error *err);
const struct quarry_universe *quarry_engine_universe(const struct quarry_engine *e);

/** Bring each repository that the mirror does not hold. */
int quarry_engine_fetch(struct quarry_engine *e, struct quarry_summary *out,
			struct quarry_error *err);

/** Read what is new in each repository. What an earlier call read of an earlier quarter,
 * or counted of lines, stays and is kept up: a narrower window drops nothing. */
int quarry_engine_mine(struct quarry_engine *e, struct quarry_summary *out,
		       struct quarry_error *err);

/** Rebuild all derived tables and check the invariants; a broken one is an error
 * that names it, and the derived tables are as they were. */
int quarry_engine_derive(struct quarry_engine *e, struct quarry_error *err);

/** The figures of one quarter. QUARRY_QUARTER_NONE: the last one that was over at
 * the snapshot. */
int quarry_engine_edition(struct quarry_edition **out, struct quarry_engine *e, int32_t quarter,
			  enum quarry_taxonomy taxonomy, struct quarry_error *err);

/** Overlap of two categories or more, by id. */
int quarry_engine_overlap(struct quarry_overlap **out, struct quarry_engine *e,
			  const char *const *ids, size_t n, int32_t quarter,
			  struct quarry_error *err);

/**
 * Why somebody is one person: the dossiers of all whom `who` fits, see
 * quarry_aggregate_explain(). The key of the pseudonyms is in the file of the store's name
 * with ".key" after it, and made when it is not there.
 * @param names  1: name persons, signatures and e-mails; 0: by pseudonyms
 */
int quarry_engine_explain_person(struct quarry_dossiers **out, struct quarry_engine *e,
				 const char *who, int names, struct quarry_error *err);

/** What looks wrong about persons. @param names  likewise */
int quarry_engine_suspicions(struct quarry_suspicions **out, struct quarry_engine *e, int names,
			     struct quarry_error *err);

/** A people.yaml that joins whom lenient identity alone joins; it holds their e-mails.
 * @param out  to be freed  @param n  how many persons it has
 * @param n_left_out  and how many it has not, because a people.yaml cannot hold their e-mails */
int quarry_engine_suggest(char **out, size_t *n, size_t *n_left_out, struct quarry_engine *e,
			  struct quarry_error *err);

/** One finding of quarry_engine_doctor(). */
struct quarry_finding {
	enum { QUARRY_FINDING_OK, QUARRY_FINDING_NOTE, QUARRY_FINDING_PROBLEM } level;
	char *subject; /**< what was looked at */
	char *text;    /**< what was found, and the remedy */
};

/**
 * Look over libraries, store, cache, mirror and repositories.
 * @param out  array to be freed with quarry_findings_free()
 */
int quarry_engine_doctor(struct quarry_finding **out, size_t *n, struct quarry_engine *e,
			 struct quarry_error *err);
void quarry_findings_free(struct quarry_finding *findings, size_t n);

#endif
