/**
 * A history: the facts that one repository's default branch holds.
 *
 * quarry/mine.h fills it, quarry/store.h keeps it.  Nothing here is a verdict:
 * no bot rule, no repair of a date, no .mailmap is applied.
 *
 * A history comes whole, or in pieces, so that memory is bounded: each piece has some
 * of the commits with all that belongs to them, and the last one what is known of the
 * tip and of the repository.
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
	QUARRY_COMMIT_CUT = 1 << 7,          /**< longer than 8 MiB: the rest of its message was not read */
	QUARRY_COMMIT_TWO_AUTHORS = 1 << 8,  /**< more than one author or committer line: the last counts */
	QUARRY_COMMIT_NO_EMAIL = 1 << 9,     /**< an empty e-mail of the author or the committer */
	QUARRY_COMMIT_NUL = 1 << 10,         /**< a NUL in header or message: its text ends there */
	QUARRY_COMMIT_ENCODING = 1 << 11,    /**< it declares an encoding that nobody knows */
	QUARRY_COMMIT_PARTIAL = 1 << 12,     /**< some of its touches could not be read */
	QUARRY_COMMIT_NO_PARENT = 1 << 13,   /**< its first parent, or it, was not there when its touches
					      * were wanted */
};

/** What is odd about a repository as a whole. Each is counted; `quarry doctor` tells. */
enum quarry_flag {
	QUARRY_FLAG_SHALLOW,          /**< commits at which the history is cut off */
	QUARRY_FLAG_MISSING_COMMITS,  /**< named as parents and not there; what lies behind is lost */
	QUARRY_FLAG_DAMAGED_COMMITS,  /**< there and not readable, likewise */
	QUARRY_FLAG_MISSING_TREES,    /**< their touches are lost */
	QUARRY_FLAG_DAMAGED_TREES,    /**< likewise, also where a part of one could be read */
	QUARRY_FLAG_DEEP_TREES,       /**< folders below 256 others: not read */
	QUARRY_FLAG_MANY_ENTRIES,     /**< commits with more than a million changed entries, or that
				       * many trees to compare: they have no touches */
	QUARRY_FLAG_DOUBLE_ENTRIES,   /**< a tree names a path twice: it counts once */
	QUARRY_FLAG_LONG_NAMES,       /**< names longer than 1 KiB: not read */
	QUARRY_FLAG_REPLACE_REFS,     /**< references in refs/replace: ignored */
	QUARRY_FLAG_GRAFTS,           /**< lines of info/grafts: ignored */
	QUARRY_FLAG_ALTERNATES,       /**< lines of objects/info/alternates, which were heeded */
	QUARRY_FLAG_N,
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
	/** Number of it in the store, when it is there already: then the touches alone are
	 * new. 0: all of it is. */
	int64_t known;
	/** 1: its touches are read. 0: they are not, as it lies before the window, or a tree
	 * or parent that they need is missing or damaged. */
	int touched;
	uint64_t changes;             /**< hash of the set of its changed (path, new blob id); 0: not touched */
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
	/** Lines as `git log --numstat` counts them; `added` may also be one of
	 * enum quarry_lines, and then `deleted` is 0. */
	int32_t added, deleted;
};

enum quarry_lines {
	QUARRY_LINES_NONE = -1,     /**< not asked for */
	QUARRY_LINES_BINARY = -2,
	QUARRY_LINES_OVERSIZED = -3, /**< a side is larger than 64 MiB, or has more than a million lines */
	QUARRY_LINES_MISSING = -4,  /**< a blob is not there */
};

/** A file of the tip's tree that says what the repository is: README, manifests. */
struct quarry_tip_text {
	const char *path;
	size_t path_len;
	const char *text;  /**< at most 64 KiB of it; NULL: its blob is not there */
	size_t len;
};

struct quarry_path {
	const char *name; /**< bytes as the tree holds them, not necessarily UTF-8 */
	size_t len;
};

/**
 * A part of a message that identity needs.  First come the trailers, in their order, and
 * then, in theirs, lines that are none (src/mine/trailer.c lists the keys, src/mine/marks.h
 * says which lines).  No key of a trailer begins with a small letter.
 */
struct quarry_trailer {
	const char *key;    /**< canonical spelling, e.g. Co-authored-by; or `line`, `by` */
	const char *value;  /**< UTF-8, one line, cut at 1 KiB */
	size_t value_len;
	/** Index where the value is "Name <email>"; else, and of a `line`, UINT32_MAX. */
	uint32_t signature;
};

/** A tag that leads to a commit. */
struct quarry_release {
	const char *name;          /**< without refs/tags/ */
	size_t name_len;
	struct quarry_oid commit;
	int64_t tagged_s;          /**< by its tagger; of a tag without one, the committer time of its commit */
};

struct quarry_history {
	/* Of the last piece, and of a whole history: */
	int last;                   /**< 1: it is that */
	struct quarry_oid tip;
	const char *branch;         /**< full name of the reference that was mined */
	int32_t since;              /**< touches are read of quarters from this one on; INT32_MIN: of all */
	int lines;                  /**< 1: lines were counted */
	uint64_t objects;           /**< what the folder held: equal while no object came or went */
	uint64_t tags;              /**< likewise of its tags; 0: they were not asked for */
	int64_t flags[QUARRY_FLAG_N]; /**< how often each was met */
	/** Numbers in the store of commits that the tip cannot reach any more. */
	int64_t *gone;
	size_t n_gone;
	/** Likewise, of stored commits that came to lie on the tip's first-parent line, or
	 * lie there no more. */
	int64_t *landed, *landed_no_more;
	size_t n_landed, n_landed_no_more;
	struct quarry_tip_text *tip_texts;
	size_t n_tip_texts;
	struct quarry_release *releases; /**< by name; empty where tags were not asked for */
	size_t n_releases;
	/** The files of the tip's tree. */
	struct quarry_path *tip_paths;
	size_t n_tip_paths;
	const char *mailmap;        /**< .mailmap at the tip; NULL: none, or its blob is absent */
	size_t mailmap_len;
	int mailmap_missing;        /**< 1: the tip has a .mailmap whose blob is not there */
	int shallow;                /**< 1: the history is cut off */
	int64_t files_at_tip;       /**< entries of the tip's tree that are not trees */
	int64_t missing_objects;    /**< commits and trees that are missing or damaged, of flags[] */
	/* Of every piece: */
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

/** A commit of the repository that the store has. */
struct quarry_known_commit {
	struct quarry_oid oid;
	int64_t number;            /**< its number in the store, > 0 */
	int64_t author_s, committer_s;
	uint32_t n_parents;
	size_t first_parent;       /**< quarry_known.parents[first_parent ...] */
	unsigned flags;            /**< enum quarry_commit_flags */
	int touched;               /**< 1: its touches are stored */
};

/** A commit of the repository that the store has, when no more of it is asked for. */
struct quarry_stored_commit {
	struct quarry_oid oid;
	int64_t number;            /**< its number in the store, > 0 */
};

/** What the store has of a repository; quarry/store.h makes it. */
struct quarry_known {
	struct quarry_oid tip;
	struct quarry_known_commit *commits; /**< by id */
	size_t n_commits;
	struct quarry_oid *parents;
	size_t n_parents;
};

/** NULL is fine. */
void quarry_known_free(struct quarry_known *k);

/** NULL is fine. */
void quarry_history_free(struct quarry_history *h);

/** Bytes of memory that a piece holds, roughly. */
size_t quarry_history_size(const struct quarry_history *h);

#endif
