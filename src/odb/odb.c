#include "odb/odb.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "odb/folders.h"
#include "odb/libgit2.h"
#include "odb/loose.h"
#include "odb/pack.h"
#include "odb/slab.h"
#include "util/str.h"
#include "util/banned.h"

enum {
	CACHE_MIN = 4 << 20, /* of a reader: as large as the packs, within these */
	CACHE_MAX = 32 << 20,
};

struct odb {
	char *gitdir;
	unsigned flags;
	struct odb_folders folders;
	struct odb_repo *repo;
	pthread_mutex_t lock;        /* for what follows, until it is there */
	struct packs *packs;
	bool sorted;
	uint64_t stamp;              /* of the folders, before the packs were opened */
};

struct odb_reader {
	struct odb *odb;
	struct pack_cache *cache;
	struct odb_libgit2 *all;     /* reads everything, with ODB_LIBGIT2; else NULL */
	struct pack_reader *packed;
	struct loose_reader *loose;
	struct packs *late_packs;    /* what the folders had when something was missing */
	struct pack_reader *late;
	uint32_t n_late;             /* how often that was */
	uint64_t stamp;
};

int odb_init(struct quarry_error *err)
{
	return odb_libgit2_init(err);
}

void odb_shutdown(void)
{
	slab_clear();
	odb_libgit2_shutdown();
}

int odb_open(struct odb **out, const char *gitdir, unsigned flags, struct quarry_error *err)
{
	struct odb *odb = calloc(1, sizeof(*odb));
	int rc;

	if (!odb || pthread_mutex_init(&odb->lock, NULL)) {
		free(odb);
		return quarry_error_nomem(err);
	}
	odb->flags = flags;
	odb->gitdir = strdup(gitdir);
	rc = odb->gitdir ? odb_repo_open(&odb->repo, gitdir, err) : quarry_error_nomem(err);
	if (!rc)
		rc = odb_folders_find(&odb->folders, gitdir, flags & ODB_ALTERNATES, err);
	if (rc)
		odb_close(odb);
	else
		*out = odb;
	return rc;
}

int odb_set_flags(struct odb *odb, unsigned flags, struct quarry_error *err)
{
	if (odb->folders.n_borrowed && !(flags & ODB_ALTERNATES))
		return odb_folders_refuse(err, odb->gitdir);
	odb->flags = flags;
	return 0;
}

void odb_close(struct odb *odb)
{
	if (!odb)
		return;
	packs_free(odb->packs);
	(void)pthread_mutex_destroy(&odb->lock); /* nobody holds it */
	odb_repo_close(odb->repo);
	odb_folders_release(&odb->folders);
	free(odb->gitdir);
	free(odb);
}

static enum pack_state open_packs(struct packs **out, const struct odb *odb)
{
	return packs_open(out, (const char *const *)odb->folders.list.at, odb->folders.list.n);
}

/* The packs, once for all readers; NULL without memory. */
static const struct packs *shared_packs(struct odb *odb, bool sorted)
{
	enum pack_state state = PACK_READ;

	(void)pthread_mutex_lock(&odb->lock);
	if (!odb->packs) {
		odb->stamp = odb_folders_stamp(&odb->folders);
		state = open_packs(&odb->packs, odb);
	}
	if (state == PACK_READ && sorted && !odb->sorted) {
		state = packs_sort(odb->packs);
		odb->sorted = state == PACK_READ;
	}
	(void)pthread_mutex_unlock(&odb->lock);
	return state == PACK_READ ? odb->packs : NULL;
}

/* Nobody else needs to be asked. */
static bool is_over(enum pack_state state)
{
	return state == PACK_READ || state == PACK_NO_MEMORY;
}

/* Whether the commit is there; its bytes are not looked at. */
static int find_commit(bool *out, struct odb *odb, const struct quarry_oid *oid,
		       struct quarry_error *err)
{
	const struct packs *packs = shared_packs(odb, false);
	struct pack_cache *cache = pack_cache_new(0);
	struct pack_reader *packed = NULL;
	struct loose_reader *loose = NULL;
	enum pack_state state = PACK_NO_MEMORY;

	if (packs && cache) {
		packed = pack_reader_new(packs, cache, 0, odb_libgit2_verify);
		loose = loose_reader_new(&odb->folders, cache, odb_libgit2_verify);
	}
	if (packed && loose) {
		state = pack_has(packed, oid, ODB_COMMIT);
		if (!is_over(state))
			state = loose_has(loose, oid, ODB_COMMIT);
	}
	loose_reader_free(loose);
	pack_reader_free(packed);
	pack_cache_free(cache);
	if (state == PACK_NO_MEMORY)
		return quarry_error_nomem(err);
	*out = state == PACK_READ;
	return 0;
}

int odb_resolve(struct quarry_oid *out, char **full, struct odb *odb, const char *name,
		struct quarry_error *err)
{
	struct quarry_oid oid;
	char *branch = NULL;
	bool found = false;
	int rc = odb_repo_resolve(&oid, &branch, odb->repo, name, err);

	if (!rc)
		rc = find_commit(&found, odb, &oid, err);
	if (!rc && !found)
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot read '%s' of '%s': its commit is not "
				      "there, or damaged", name, odb->gitdir);
	if (!rc) {
		*out = oid;
		if (full) {
			*full = branch;
			branch = NULL;
		}
	}
	free(branch);
	return rc;
}

const char *odb_gitdir(const struct odb *odb)
{
	return odb->gitdir;
}

struct git_repository *odb_repository(struct odb *odb)
{
	return odb_repo_handle(odb->repo);
}

/* A larger one than there are packs costs memory that is touched once, and gains nothing. */
static size_t cache_size(const struct packs *packs)
{
	uint64_t size = packs_size(packs);

	return size < CACHE_MIN ? CACHE_MIN : size > CACHE_MAX ? CACHE_MAX : (size_t)size;
}

static bool open_own(struct odb_reader *r, const struct packs *packs)
{
	r->packed = pack_reader_new(packs, r->cache, 0, odb_libgit2_verify);
	r->loose = loose_reader_new(&r->odb->folders, r->cache, odb_libgit2_verify);
	return r->packed && r->loose;
}

int odb_reader_open(struct odb_reader **out, struct odb *odb, struct quarry_error *err)
{
	struct odb_reader *r = calloc(1, sizeof(*r));
	const struct packs *packs = shared_packs(odb, true);
	int rc = QUARRY_ENOMEM;

	if (!r || !packs)
		goto done;
	r->odb = odb;
	r->stamp = odb->stamp;
	r->cache = pack_cache_new(cache_size(packs));
	if (!r->cache)
		goto done;
	if (odb->flags & ODB_LIBGIT2)
		rc = odb_libgit2_open(&r->all, odb->gitdir, err);
	else if (open_own(r, packs))
		rc = 0;
	if (rc)
		goto done;
	*out = r;
	r = NULL;
done:
	odb_reader_close(r);
	return rc == QUARRY_ENOMEM ? quarry_error_nomem(err) : rc;
}

void odb_reader_close(struct odb_reader *r)
{
	if (!r)
		return;
	pack_reader_free(r->late);
	packs_free(r->late_packs);
	loose_reader_free(r->loose);
	pack_reader_free(r->packed);
	odb_libgit2_close(r->all);
	pack_cache_free(r->cache);
	free(r);
}

/* Open the packs anew, when some have come or gone; loose objects may have, too.
 * PACK_ABSENT: nothing has changed. PACK_NO_MEMORY. */
static enum pack_state look_again(struct odb_reader *r)
{
	uint64_t stamp = odb_folders_stamp(&r->odb->folders);
	struct packs *packs = NULL;
	struct pack_reader *late = NULL;

	if (stamp == r->stamp || r->n_late == UINT32_MAX / PACKS_MAX - 1)
		return PACK_ABSENT;
	if (open_packs(&packs, r->odb) == PACK_READ && packs_sort(packs) == PACK_READ)
		late = pack_reader_new(packs, r->cache, (r->n_late + 1) * PACKS_MAX,
				       odb_libgit2_verify);
	if (!late) {
		packs_free(packs);
		return PACK_NO_MEMORY;
	}
	pack_reader_free(r->late);
	packs_free(r->late_packs);
	r->late_packs = packs;
	r->late = late;
	r->n_late++;
	r->stamp = stamp;
	loose_reader_refresh(r->loose);
	return PACK_READ;
}

/* After `before`, which was not the end. */
static enum pack_state joined(enum pack_state before, enum pack_state state)
{
	return is_over(state) || before == PACK_ABSENT ? state : before;
}

/* Packs, loose objects, and both again when packs have come since; what the first that has
 * it says of an object that nobody has whole counts. */
static enum pack_state read_own(struct object **out, struct odb_reader *r,
				const struct quarry_oid *oid, enum odb_type type)
{
	enum pack_state state = pack_read(out, r->packed, oid, type), again;

	if (!is_over(state))
		state = joined(state, loose_read(out, r->loose, oid, type));
	if (!is_over(state) && r->late)
		state = joined(state, pack_read(out, r->late, oid, type));
	if (is_over(state))
		return state;
	again = look_again(r);
	if (again != PACK_READ)
		return joined(state, again);
	state = joined(state, pack_read(out, r->late, oid, type));
	return is_over(state) ? state : joined(state, loose_read(out, r->loose, oid, type));
}

static int refuse(struct quarry_error *err, const struct odb *odb, const struct quarry_oid *oid,
		  enum pack_state state)
{
	static const char *const why[] = {
		[PACK_ABSENT] = "it is not there", [PACK_DAMAGED] = "it is damaged",
		[PACK_OTHER_TYPE] = "it is of another type", [PACK_LARGE] = "it is too large",
	};
	struct str hex = STR_INIT;
	int rc;

	if (state == PACK_NO_MEMORY)
		return quarry_error_nomem(err);
	for (size_t i = 0; i < QUARRY_OID_SIZE; i++)
		str_addf(&hex, "%02x", oid->id[i]);
	rc = quarry_error_set(err, state == PACK_ABSENT ? QUARRY_ENOTFOUND : QUARRY_EFAIL,
			      "cannot read object %s of '%s': %s",
			      hex.buf ? hex.buf : "", odb->gitdir, why[state]);
	str_release(&hex);
	return rc;
}

int odb_read(struct odb_object *out, struct odb_reader *r, const struct quarry_oid *oid,
	     enum odb_type type, struct quarry_error *err)
{
	struct object *o = NULL;
	enum pack_state state;
	int rc = 0;

	if (r->all) {
		rc = odb_libgit2_read(&o, r->all, r->cache, oid, type, err);
	} else {
		state = read_own(&o, r, oid, type);
		if (state == PACK_LARGE && type == ODB_BLOB) {
			*out = (struct odb_object){ .data = "", .total = ODB_BLOB_MAX + UINT64_C(1) };
			return 0;
		}
		if (state != PACK_READ)
			rc = refuse(err, r->odb, oid, state);
	}
	if (rc)
		return rc;
	out->data = o->data;
	out->len = type == ODB_COMMIT && o->len > ODB_COMMIT_MAX ? ODB_COMMIT_MAX : o->len;
	out->total = o->total;
	out->handle = o;
	return 0;
}

void odb_object_release(struct odb_object *o)
{
	object_release(o->handle);
	*o = (struct odb_object){ 0 };
}
