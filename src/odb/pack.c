#include "odb/pack.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "odb/inflate.h"
#include "odb/pack_delta.h"
#include "odb/pack_index.h"
#include "util/str.h"
#include "util/vec.h"
#include "util/banned.h"

enum {
	ID = QUARRY_OID_SIZE,
	HEADER = 12,
	CHAIN_MAX = 10000,         /* deltas on deltas */
	OBJECT_MAX = 64 << 20,     /* of all that is made on the way to an object */
	CRC_STEP = 8 << 20,
	PAGE_MAX = 64 << 10,       /* pages of memory are no larger */
	SCRATCH_KEPT = 1 << 20,
};
#define CHAIN_BYTES_MAX (1ull << 30) /* inflated and made on the way to one object */

enum entry_kind { KIND_COMMIT = 1, KIND_TREE, KIND_BLOB, KIND_TAG, KIND_OFS = 6, KIND_REF };

struct pack {
	struct mapped file;
	uint64_t end; /* of its entries */
	struct pack_index index;
};

struct packs {
	VEC(struct pack) list; /* the largest first */
};

/* An entry of one of the packs. */
struct place {
	uint32_t pack, entry;
	uint64_t offset;
};

/* An entry on the way from an object to what it is made from. */
struct link {
	struct place at;
	enum entry_kind kind;
	uint64_t size;             /* inflated */
	const unsigned char *body; /* what is deflated */
};

struct pack_reader {
	const struct packs *packs;
	struct inflater *inflater;
	struct pack_cache *cache;
	uint32_t first_number;     /* in the cache, of the first pack */
	bool (*verify)(const struct quarry_oid *oid, const struct object *o);
	VEC(struct link) chain;
	char *scratch;             /* a delta */
	size_t scratch_len;
	uint32_t last_pack;        /* where the last object was: the next one is likely there */
};

static void pack_release(struct pack *p)
{
	pack_index_release(&p->index);
	mapped_close(&p->file);
}

/* PACK_DAMAGED: it is odd. */
static enum pack_state pack_open(struct pack *out, const char *folder, const char *name, size_t stem)
{
	struct pack p = { 0 };
	char *pack = str_dupf("%s/%.*s.pack", folder, (int)stem, name);
	char *index = str_dupf("%s/%s", folder, name);
	enum pack_state state = PACK_DAMAGED;

	if (!pack || !index) {
		state = PACK_NO_MEMORY;
		goto done;
	}
	if (!mapped_open(&p.file, pack) || p.file.len < HEADER + ID ||
	    (memcmp(p.file.data, "PACK\0\0\0\2", 8) && memcmp(p.file.data, "PACK\0\0\0\3", 8)) ||
	    pack_index_open(&p.index, index, p.file.len) != PACK_INDEX_FINE)
		goto done;
	p.end = p.file.len - ID;
	*out = p;
	p = (struct pack){ 0 };
	state = PACK_READ;
done:
	pack_release(&p);
	free(index);
	free(pack);
	return state;
}

static int larger_first(const void *a, const void *b)
{
	uint64_t left = ((const struct pack *)a)->end, right = ((const struct pack *)b)->end;

	return (left < right) - (left > right);
}

static enum pack_state add_packs(struct packs *p, DIR *dir, const char *folder)
{
	struct dirent *e;

	while (p->list.n < PACKS_MAX && (e = readdir(dir))) {
		size_t len = strlen(e->d_name);
		enum pack_state state;
		struct pack pack;

		if (len < 5 || strcmp(e->d_name + len - 4, ".idx"))
			continue;
		state = pack_open(&pack, folder, e->d_name, len - 4);
		if (state == PACK_READ && vec_push(&p->list, pack)) {
			pack_release(&pack);
			state = PACK_NO_MEMORY;
		}
		if (state == PACK_NO_MEMORY)
			return state;
	}
	return PACK_READ;
}

static enum pack_state add_folder(struct packs *p, const char *objects)
{
	char *folder = str_dupf("%s/pack", objects);
	DIR *dir = folder ? opendir(folder) : NULL;
	enum pack_state state = folder ? PACK_READ : PACK_NO_MEMORY;

	if (dir) {
		state = add_packs(p, dir, folder);
		(void)closedir(dir);
	}
	free(folder);
	return state;
}

enum pack_state packs_open(struct packs **out, const char *const *folders, size_t n_folders)
{
	struct packs *p = calloc(1, sizeof(*p));
	enum pack_state state = p ? PACK_READ : PACK_NO_MEMORY;

	for (size_t i = 0; i < n_folders && state == PACK_READ; i++)
		state = add_folder(p, folders[i]);
	if (state != PACK_READ) {
		packs_free(p);
		return state;
	}
	if (p->list.n)
		qsort(p->list.at, p->list.n, sizeof(*p->list.at), larger_first);
	*out = p;
	return PACK_READ;
}

enum pack_state packs_sort(struct packs *p)
{
	for (size_t i = 0; i < p->list.n; i++) {
		if (pack_index_sort(&p->list.at[i].index) != PACK_INDEX_FINE)
			return PACK_NO_MEMORY;
	}
	return PACK_READ;
}

void packs_free(struct packs *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->list.n; i++)
		pack_release(&p->list.at[i]);
	vec_release(&p->list);
	free(p);
}

uint64_t packs_size(const struct packs *p)
{
	uint64_t size = 0;

	for (size_t i = 0; i < p->list.n; i++)
		size += p->list.at[i].file.len;
	return size;
}

struct pack_reader *pack_reader_new(const struct packs *p, struct pack_cache *cache,
				    uint32_t first_number,
				    bool (*verify)(const struct quarry_oid *oid,
						   const struct object *o))
{
	struct pack_reader *r = calloc(1, sizeof(*r));

	if (!r || !(r->inflater = inflater_new())) {
		free(r);
		return NULL;
	}
	r->packs = p;
	r->cache = cache;
	r->first_number = first_number;
	r->verify = verify;
	return r;
}

void pack_reader_free(struct pack_reader *r)
{
	if (!r)
		return;
	free(r->scratch);
	vec_release(&r->chain);
	inflater_free(r->inflater);
	free(r);
}

static bool find_in(struct place *out, const struct pack_reader *r, uint32_t i,
		    const struct quarry_oid *oid)
{
	const struct pack *p = &r->packs->list.at[i];
	uint32_t entry;

	if (!pack_index_find(&entry, &p->index, oid))
		return false;
	*out = (struct place){ i, entry, pack_index_offset(&p->index, entry) };
	return true;
}

/* In `first` before the others. */
static bool find(struct place *out, const struct pack_reader *r, uint32_t first,
		 const struct quarry_oid *oid)
{
	if (first < r->packs->list.n && find_in(out, r, first, oid))
		return true;
	for (uint32_t i = 0; i < r->packs->list.n; i++) {
		if (i != first && find_in(out, r, i, oid))
			return true;
	}
	return false;
}

/* Type and size of an entry; false: the pack ends, or the size is no number. */
static bool read_head(struct link *out, const unsigned char **p, const unsigned char *end)
{
	unsigned shift = 4;
	unsigned char c;

	if (*p == end)
		return false;
	c = *(*p)++;
	out->kind = c >> 4 & 7;
	out->size = c & 15;
	for (; c & 0x80; shift += 7) {
		if (*p == end || shift > 53)
			return false;
		c = *(*p)++;
		out->size |= (uint64_t)(c & 0x7f) << shift;
	}
	return true;
}

/* The entry that many bytes before this one. */
static bool step_back(struct place *out, const struct pack *pack, struct place at,
		      const unsigned char **p, const unsigned char *end)
{
	uint64_t back = 0;
	unsigned char c;

	do {
		if (*p == end || back > UINT64_MAX >> 8)
			return false;
		c = *(*p)++;
		back = back << 7 | (c & 0x7f);
		if (c & 0x80)
			back++;
	} while (c & 0x80);
	if (!back || back > at.offset - HEADER)
		return false;
	at.offset -= back;
	if (!pack_index_at(&at.entry, &pack->index, at.offset))
		return false;
	*out = at;
	return true;
}

/* The head of an entry, and the place of its base when it is a delta. */
static bool read_link(struct link *out, struct place *base, const struct pack_reader *r,
		      struct place at)
{
	const struct pack *pack = &r->packs->list.at[at.pack];
	const unsigned char *p, *end = pack->file.data + pack->end;
	struct quarry_oid oid;

	if (!at.offset)
		return false;
	p = pack->file.data + at.offset;
	if (!read_head(out, &p, end))
		return false;
	if (out->kind == KIND_OFS && !step_back(base, pack, at, &p, end))
		return false;
	if (out->kind == KIND_REF) {
		if (end - p < ID)
			return false;
		memcpy(oid.id, p, ID);
		p += ID;
		if (!find(base, r, at.pack, &oid))
			return false;
	}
	out->at = at;
	out->body = p;
	return true;
}

static bool is_delta(const struct link *l)
{
	return l->kind == KIND_OFS || l->kind == KIND_REF;
}

static bool is_of_type(const struct link *l, enum odb_type type)
{
	static const enum entry_kind kinds[] = {
		[ODB_COMMIT] = KIND_COMMIT, [ODB_TREE] = KIND_TREE, [ODB_BLOB] = KIND_BLOB,
		[ODB_TAG] = KIND_TAG,
	};

	return l->kind == kinds[type];
}

/* Note every entry from an object down to one that is whole, or to *base, which was found
 * in the cache. */
static enum pack_state follow(struct object **base, struct pack_reader *r, struct place at,
			      enum odb_type type)
{
	struct link l;

	r->chain.n = 0;
	for (;;) {
		*base = pack_cache_find(r->cache, r->first_number + at.pack, at.offset);
		if (*base)
			return (*base)->type == type ? PACK_READ : PACK_OTHER_TYPE;
		if (r->chain.n == CHAIN_MAX)
			return PACK_LARGE;
		if (!read_link(&l, &at, r, at))
			return PACK_DAMAGED;
		if (l.size > OBJECT_MAX && (type != ODB_COMMIT || r->chain.n || is_delta(&l)))
			return PACK_LARGE;
		if (vec_push(&r->chain, l))
			return PACK_NO_MEMORY;
		if (!is_delta(&l))
			return is_of_type(&l, type) ? PACK_READ : PACK_OTHER_TYPE;
	}
}

/* A large entry must not stay in memory as a whole. */
static uint32_t crc_of(const unsigned char *data, size_t len)
{
	uint32_t crc = 0;

	while (len > CRC_STEP) {
		uintptr_t page = ((uintptr_t)data | (PAGE_MAX - 1)) + 1;

		crc = inflate_crc32(crc, data, CRC_STEP);
		/* Pages of a file: they come back when they are read again. */
		(void)madvise((void *)page, CRC_STEP - PAGE_MAX, MADV_DONTNEED);
		data += CRC_STEP;
		len -= CRC_STEP;
	}
	return inflate_crc32(crc, data, len);
}

/* Whether the entry is as its index says; *len: bytes of its body, at most. */
static bool is_sound(size_t *len, const struct pack_reader *r, const struct link *l)
{
	const struct pack *p = &r->packs->list.at[l->at.pack];
	const unsigned char *entry = p->file.data + l->at.offset;
	uint64_t end;
	uint32_t crc;

	if (pack_index_check(&end, &crc, &p->index, l->at.entry) &&
	    p->file.data + end > l->body && crc_of(entry, (size_t)(end - l->at.offset)) == crc) {
		*len = (size_t)(p->file.data + end - l->body);
		return true;
	}
	/* Where it ends is as doubtful. */
	*len = (size_t)(p->file.data + p->end - l->body);
	return false;
}

/* An entry that is no delta. */
static enum pack_state read_whole(struct object **out, struct pack_reader *r, const struct link *l,
				  enum odb_type type)
{
	size_t want = l->size, body_len;
	bool sound = is_sound(&body_len, r, l), fine;
	struct object *o;

	if (type == ODB_COMMIT && r->chain.n == 1 && want > ODB_COMMIT_MAX)
		want = ODB_COMMIT_MAX;
	/* Of a part nobody can tell the id. */
	if (want < l->size && !sound)
		return PACK_DAMAGED;
	o = object_new(r->cache, want);
	if (!o)
		return PACK_NO_MEMORY;
	fine = want < l->size ? inflate_prefix(o->data, want, l->body, body_len)
			      : inflate_whole(r->inflater, o->data, want, l->body, body_len) > 0;
	if (!fine) {
		object_release(o);
		return PACK_DAMAGED;
	}
	o->type = type;
	o->total = l->size;
	o->suspect = !sound;
	*out = o;
	return PACK_READ;
}

static bool make_room(struct pack_reader *r, size_t len)
{
	char *p;

	if (len <= r->scratch_len)
		return true;
	p = realloc(r->scratch, len);
	if (!p)
		return false;
	r->scratch = p;
	r->scratch_len = len;
	return true;
}

/* What a delta makes of its base. */
static enum pack_state read_delta(struct object **out, struct pack_reader *r, const struct link *l,
				  const struct object *base)
{
	struct object *o;
	struct delta d;
	size_t body_len;
	bool sound = is_sound(&body_len, r, l);

	if (!make_room(r, l->size))
		return PACK_NO_MEMORY;
	if (!inflate_whole(r->inflater, r->scratch, l->size, l->body, body_len) ||
	    !delta_open(&d, r->scratch, l->size))
		return PACK_DAMAGED;
	if (d.result_len > OBJECT_MAX)
		return PACK_LARGE;
	o = object_new(r->cache, d.result_len);
	if (!o)
		return PACK_NO_MEMORY;
	if (!delta_apply(o->data, &d, base->data, base->len)) {
		object_release(o);
		return PACK_DAMAGED;
	}
	o->type = base->type;
	o->suspect = base->suspect || !sound;
	*out = o;
	return PACK_READ;
}

/* Make the object from *base up; what is made on the way stays in the cache. */
static enum pack_state unfold(struct object **base, struct pack_reader *r, enum odb_type type)
{
	enum pack_state state = PACK_READ;
	uint64_t made = 0;

	for (size_t i = r->chain.n; i-- && state == PACK_READ;) {
		const struct link *l = &r->chain.at[i];
		struct object *o = NULL;

		state = *base ? read_delta(&o, r, l, *base) : read_whole(&o, r, l, type);
		if (state != PACK_READ)
			break;
		object_release(*base);
		*base = o;
		made += o->len + l->size;
		if (made > CHAIN_BYTES_MAX)
			return PACK_LARGE;
		/* A commit is read once, unless others are made from it. */
		if (i || type != ODB_COMMIT)
			pack_cache_add(r->cache, o, r->first_number + l->at.pack,
				       l->at.offset);
	}
	return state;
}

static bool is_too_large(uint64_t len, enum odb_type type)
{
	return (type == ODB_TREE && len > ODB_TREE_MAX) || (type == ODB_BLOB && len > ODB_BLOB_MAX) ||
	       (type == ODB_TAG && len > ODB_TAG_MAX);
}

/* What this pack has of the object. */
static enum pack_state read_at(struct object **out, struct pack_reader *r, struct place at,
			       const struct quarry_oid *oid, enum odb_type type)
{
	struct object *o = NULL;
	enum pack_state state = follow(&o, r, at, type);

	if (state == PACK_READ)
		state = unfold(&o, r, type);
	if (r->scratch_len > SCRATCH_KEPT) {
		free(r->scratch);
		r->scratch = NULL;
		r->scratch_len = 0;
	}
	if (state == PACK_READ && is_too_large(o->len, type))
		state = PACK_LARGE;
	if (state == PACK_READ && o->suspect) {
		o->suspect = !r->verify(oid, o);
		state = o->suspect ? PACK_DAMAGED : PACK_READ;
	}
	if (state == PACK_READ)
		*out = o;
	else
		object_release(o);
	return state;
}

enum pack_state pack_read(struct object **out, struct pack_reader *r, const struct quarry_oid *oid,
			  enum odb_type type)
{
	enum pack_state state = PACK_ABSENT;
	uint32_t first = r->last_pack;
	struct place at;

	/* The pack of the last object, then all: it is likely that they are together. */
	if (first < r->packs->list.n && find_in(&at, r, first, oid)) {
		state = read_at(out, r, at, oid, type);
		if (state == PACK_READ || state == PACK_NO_MEMORY)
			return state;
	}
	for (uint32_t i = 0; i < r->packs->list.n; i++) {
		if (i == first || !find_in(&at, r, i, oid))
			continue;
		r->last_pack = i;
		state = read_at(out, r, at, oid, type);
		if (state == PACK_READ || state == PACK_NO_MEMORY)
			break;
	}
	return state;
}

enum pack_state pack_has(struct pack_reader *r, const struct quarry_oid *oid, enum odb_type type)
{
	struct object *o = NULL;
	enum pack_state state;
	struct place at;

	if (!find(&at, r, r->last_pack, oid))
		return PACK_ABSENT;
	state = follow(&o, r, at, type);
	object_release(o);
	return state;
}
