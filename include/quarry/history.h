/**
 * A history: the facts that one repository's default branch holds.
 *
 * quarry/mine.h fills it, quarry/store.h keeps it.  Nothing here is a verdict:
 * no bot rule, no repair of a date, no .mailmap is applied.
 *
 * Plain data, owned by the history; indices instead of pointers between its
 * parts.  Texts are UTF-8, decoded once here at the border; they are hostile all
 * the same and may hold control characters, but no NUL inside.
 */
#ifndef QUARRY_HISTORY_H
#define QUARRY_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#define QUARRY_OID_SIZE 20

struct quarry_oid {
	unsigned char id[QUARRY_OID_SIZE];
};

/** A name and an e-mail as a commit or a trailer records them. */
struct quarry_signature {
	const char *name, *email;         /**< UTF-8 */
	size_t name_len, email_len;
	/** The bytes before decoding, where they were not UTF-8; else NULL. */
	const char *raw_name, *raw_email;
	size_t raw_name_len, raw_email_len;
};

enum quarry_commit_flags {
	QUARRY_COMMIT_ROOT = 1 << 0,         /**< no parent */
	QUARRY_COMMIT_LANDED = 1 << 1,       /**< on the tip's first-parent line */
	QUARRY_COMMIT_BAD_AUTHOR = 1 << 2,   /**< no author line that git can split */
	QUARRY_COMMIT_BAD_COMMITTER = 1 << 3,
	QUARRY_COMMIT_NO_AUTHOR_TIME = 1 << 4,    /**< author_s is 0 for want of a date */
	QUARRY_COMMIT_NO_COMMITTER_TIME = 1 << 5,
	QUARRY_COMMIT_NOT_UTF8 = 1 << 6,     /**< bytes had to be decoded */
};

struct quarry_commit {
	struct quarry_oid oid;
	uint32_t author, committer;   /**< indices into signatures */
	int64_t author_s, committer_s; /**< seconds since 1970, as recorded */
	int32_t author_offset_min, committer_offset_min; /**< minutes east of UTC */
	uint32_t n_parents;
	size_t first_parent_oid;      /**< its parents' ids: parents[first_parent_oid ...] */
	const char *subject;          /**< first line of the message; cut at 1 KiB */
	size_t subject_len;
	unsigned flags;               /**< enum quarry_commit_flags */
	size_t first_touch;           /**< touches[first_touch ...]; none for merges */
	uint32_t n_touches;
	size_t first_trailer;         /**< trailers[first_trailer ...] */
	uint32_t n_trailers;
};

#define QUARRY_NO_PATH UINT32_MAX

/** One changed entry between a commit and its first parent (metrics.md 6). */
struct quarry_touch {
	uint32_t path;     /**< index into paths; after an exact rename the new one */
	uint32_t old_path; /**< the old path of an exact rename; else QUARRY_NO_PATH */
	char status;       /**< 'A', 'M', 'D', 'T' or 'R' */
};

struct quarry_path {
	const char *name; /**< bytes as the tree holds them, not necessarily UTF-8 */
	size_t len;
};

/** A trailer that identity needs; the keys are listed in src/mine/trailer.c. */
struct quarry_trailer {
	const char *key;    /**< canonical spelling, e.g. Co-authored-by */
	const char *value;  /**< UTF-8, one line, cut at 1 KiB */
	size_t value_len;
	uint32_t signature; /**< index where the value is "Name <email>"; else UINT32_MAX */
};

struct quarry_history {
	struct quarry_oid tip;
	const char *branch;         /**< full name of the reference that was mined */
	const char *mailmap;        /**< .mailmap at the tip; NULL: none, or its blob is absent */
	size_t mailmap_len;
	int mailmap_missing;        /**< 1: the tip has a .mailmap whose blob is not there */
	int shallow;                /**< 1: the history is cut off */
	int64_t files_at_tip;       /**< entries of the tip's tree that are not trees */
	int64_t missing_objects;    /**< trees that could not be read; their touches are lost */
	struct quarry_commit *commits; /**< by id */
	size_t n_commits;
	struct quarry_oid *parents;
	size_t n_parents;
	struct quarry_signature *signatures;
	size_t n_signatures;
	struct quarry_path *paths;
	size_t n_paths;
	struct quarry_touch *touches;
	size_t n_touches;
	struct quarry_trailer *trailers;
	size_t n_trailers;
	void *memory;               /**< owns the texts */
};

/** NULL is fine. */
void quarry_history_free(struct quarry_history *h);

#endif
