#include "odb/loose.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "odb/inflate.h"
#include "util/map.h"
#include "util/str.h"
#include "util/banned.h"

enum {
	PIECE = 64 << 10,
	HEAD_MAX = 32, /* "commit 18446744073709551615" and its NUL */
	SPREAD = 256,  /* folders in an objects folder */
};

#define LOOSE_PACK UINT32_MAX /* no pack has this number */
#define KEPT_MAX 100000       /* ids that are remembered */

struct loose_reader {
	const struct odb_folders *folders;
	struct pack_cache *cache;
	bool (*verify)(const struct quarry_oid *oid, const struct object *o);
	bool (*has)[SPREAD];    /* by folder: which of its folders are there */
	bool looked;            /* `has` is filled */
	int64_t next_kept;
	struct map kept;        /* ids of trees to their numbers in the cache */
	struct str path;
	unsigned char in[PIECE];
	char out[PIECE];        /* what is inflated for its checksum alone */
};

/* A file that is being inflated. */
struct loose {
	struct loose_reader *r;
	int fd;
	struct inflate_stream *stream;
	enum inflate_state state;
	size_t n_in, used;      /* bytes of r->in, and how many of them are inflated */
	enum odb_type type;
	uint64_t len;           /* that its head promises */
	char head[HEAD_MAX];    /* the data begins at its byte n_head, and ends at n_begun */
	size_t n_head, n_begun;
};

struct loose_reader *loose_reader_new(const struct odb_folders *folders, struct pack_cache *cache,
				      bool (*verify)(const struct quarry_oid *oid,
						     const struct object *o))
{
	struct loose_reader *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->folders = folders;
	r->cache = cache;
	r->verify = verify;
	r->has = calloc(folders->list.n, sizeof(*r->has));
	if (!r->has) {
		free(r);
		return NULL;
	}
	return r;
}

void loose_reader_free(struct loose_reader *r)
{
	if (!r)
		return;
	map_release(&r->kept);
	str_release(&r->path);
	free(r->has);
	free(r);
}

void loose_reader_refresh(struct loose_reader *r)
{
	r->looked = false;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Those that `folder` has. One that cannot be listed may have any. */
static void list_folder(bool has[SPREAD], const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *e = NULL;
	bool failed = !dir && errno != ENOENT;

	memset(has, 0, SPREAD * sizeof(*has));
	while (dir && (errno = 0, e = readdir(dir))) {
		const char *name = e->d_name;

		if (digit(name[0]) >= 0 && digit(name[1]) >= 0 && !name[2])
			has[digit(name[0]) * 16 + digit(name[1])] = true;
	}
	failed |= dir && errno;
	if (dir)
		(void)closedir(dir); /* it was read */
	if (failed)
		memset(has, 1, SPREAD * sizeof(*has));
}

static void list_folders(struct loose_reader *r)
{
	for (size_t i = 0; !r->looked && i < r->folders->list.n; i++)
		list_folder(r->has[i], r->folders->list.at[i]);
	r->looked = true;
}

/* NULL: no memory. */
static const char *path_of(struct loose_reader *r, const char *folder, const struct quarry_oid *oid)
{
	static const char digits[] = "0123456789abcdef";

	str_clear(&r->path);
	str_adds(&r->path, folder);
	for (size_t i = 0; i < QUARRY_OID_SIZE; i++) {
		if (i < 2)
			str_addc(&r->path, '/');
		str_addc(&r->path, digits[oid->id[i] >> 4]);
		str_addc(&r->path, digits[oid->id[i] & 15]);
	}
	return r->path.oom ? NULL : r->path.buf;
}

static enum pack_state open_file(int *fd, struct loose_reader *r, const char *folder,
				 const struct quarry_oid *oid)
{
	const char *path = path_of(r, folder, oid);
	struct stat st;

	if (!path)
		return PACK_NO_MEMORY;
	/* Not to wait for the other end of a pipe. */
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (*fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return PACK_ABSENT;
	/* What this process lacks is no fault of the object. */
	if (*fd < 0 && (errno == ENOMEM || errno == EMFILE || errno == ENFILE))
		return PACK_NO_MEMORY;
	return *fd >= 0 && fstat(*fd, &st) == 0 && S_ISREG(st.st_mode) ? PACK_READ : PACK_DAMAGED;
}

/* False: the file is over, or cannot be read. */
static bool refill(struct loose *l)
{
	ssize_t n;

	do
		n = read(l->fd, l->r->in, PIECE);
	while (n < 0 && errno == EINTR);
	l->n_in = n > 0 ? (size_t)n : 0;
	l->used = 0;
	return n > 0;
}

/* Inflate `len` bytes; fewer at the end of the stream, or where it is broken or cut off.
 * Each step takes input or makes output, so that it comes to an end. */
static size_t inflate_some(struct loose *l, char *out, size_t len)
{
	size_t done = 0;

	while (done < len && l->state == INFLATE_MORE) {
		size_t made = len - done, used;

		if (l->used == l->n_in && !refill(l)) {
			l->state = INFLATE_BROKEN;
			break;
		}
		used = l->n_in - l->used;
		l->state = inflate_stream_read(l->stream, out + done, &made, l->r->in + l->used,
					       &used);
		if (l->state == INFLATE_MORE && !made && !used)
			l->state = INFLATE_BROKEN;
		l->used += used;
		done += made;
	}
	return done;
}

static bool parse_type(enum odb_type *out, const char *s, size_t len)
{
	static const char *const names[] = {
		[ODB_COMMIT] = "commit", [ODB_TREE] = "tree", [ODB_BLOB] = "blob", [ODB_TAG] = "tag",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == len && memcmp(names[i], s, len) == 0) {
			*out = (enum odb_type)i;
			return true;
		}
	}
	return false;
}

static bool parse_len(uint64_t *out, const char *s)
{
	uint64_t n = 0;

	if (!*s || (*s == '0' && s[1]))
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || n > UINT64_MAX / 10 - 1)
			return false;
		n = n * 10 + (uint64_t)(*s - '0');
	}
	*out = n;
	return true;
}

/* type SP length NUL, and what comes with it of the data. */
static enum pack_state read_head(struct loose *l, enum odb_type type)
{
	const char *space, *end;

	l->n_begun = inflate_some(l, l->head, sizeof(l->head));
	end = memchr(l->head, '\0', l->n_begun);
	space = end ? memchr(l->head, ' ', (size_t)(end - l->head)) : NULL;
	if (!space || !parse_type(&l->type, l->head, (size_t)(space - l->head)) ||
	    !parse_len(&l->len, space + 1))
		return PACK_DAMAGED;
	l->n_head = (size_t)(end + 1 - l->head);
	return l->type == type ? PACK_READ : PACK_OTHER_TYPE;
}

/* Whether nothing is to come, of the stream nor behind it. */
static bool is_over(struct loose *l)
{
	char more;

	return inflate_some(l, &more, 1) == 0 && l->state == INFLATE_END && l->used == l->n_in &&
	       !refill(l);
}

/* The data; what does not fit into `o` is inflated, and thrown away. */
static bool read_data(struct object *o, struct loose *l)
{
	size_t begun = l->n_begun - l->n_head;
	uint64_t left;

	if (begun > l->len)
		return false;
	memcpy(o->data, l->head + l->n_head, begun);
	if (inflate_some(l, o->data + begun, o->len - begun) != o->len - begun)
		return false;
	for (left = l->len - o->len; left;) {
		size_t n = left < PIECE ? (size_t)left : PIECE;

		if (inflate_some(l, l->r->out, n) != n)
			return false;
		left -= n;
	}
	return is_over(l);
}

static enum pack_state read_object(struct object **out, struct loose *l,
				   const struct quarry_oid *oid)
{
	static const struct {
		uint64_t keep, most; /* bytes of an object that are read, and that it may have */
	} limits[] = {
		[ODB_COMMIT] = { ODB_COMMIT_MAX, LOOSE_COMMIT_MAX },
		[ODB_TREE] = { ODB_TREE_MAX, ODB_TREE_MAX },
		[ODB_BLOB] = { ODB_BLOB_MAX, ODB_BLOB_MAX },
		[ODB_TAG] = { ODB_TAG_MAX, ODB_TAG_MAX },
	};
	uint64_t keep = limits[l->type].keep;
	struct object *o;

	if (l->len > limits[l->type].most)
		return PACK_LARGE;
	o = object_new(l->r->cache, (size_t)(l->len < keep ? l->len : keep));
	if (!o)
		return PACK_NO_MEMORY;
	o->type = l->type;
	o->total = l->len;
	if (!read_data(o, l) || (o->len == o->total && !l->r->verify(oid, o))) {
		object_release(o);
		return PACK_DAMAGED;
	}
	*out = o;
	return PACK_READ;
}

/* What one folder has of it; of its head alone when `out` is NULL. */
static enum pack_state read_in(struct object **out, struct loose_reader *r, const char *folder,
			       const struct quarry_oid *oid, enum odb_type type)
{
	struct loose l = { .r = r, .fd = -1 };
	enum pack_state state = open_file(&l.fd, r, folder, oid);

	if (state != PACK_READ)
		goto done;
	l.stream = inflate_stream_new();
	state = l.stream ? read_head(&l, type) : PACK_NO_MEMORY;
	if (state == PACK_READ && out)
		state = read_object(out, &l, oid);
done:
	inflate_stream_free(l.stream);
	if (l.fd >= 0)
		(void)close(l.fd); /* it was read */
	return state;
}

static enum pack_state read_any(struct object **out, struct loose_reader *r,
				const struct quarry_oid *oid, enum odb_type type)
{
	enum pack_state state = PACK_ABSENT;

	list_folders(r);
	for (size_t i = 0; i < r->folders->list.n; i++) {
		enum pack_state here = PACK_ABSENT;

		if (r->has[i][oid->id[0]])
			here = read_in(out, r, r->folders->list.at[i], oid, type);
		if (here == PACK_READ || here == PACK_NO_MEMORY)
			return here;
		if (state == PACK_ABSENT)
			state = here;
	}
	return state;
}

/* A tree is read for each commit that changed nothing in it, and a few of them can name one
 * another a million times: they are kept as those of packs are, under a number. */
static enum pack_state read_kept(struct object **out, struct loose_reader *r,
				 const struct quarry_oid *oid)
{
	enum pack_state state;
	struct object *found;
	int64_t *number;

	if (r->kept.n >= KEPT_MAX)
		map_release(&r->kept);
	number = map_at(&r->kept, oid->id, QUARRY_OID_SIZE, -1);
	if (!number)
		return PACK_NO_MEMORY;
	if (*number < 0)
		*number = r->next_kept++;
	found = pack_cache_find(r->cache, LOOSE_PACK, (uint64_t)*number);
	if (found) {
		*out = found;
		return PACK_READ;
	}
	state = read_any(out, r, oid, ODB_TREE);
	if (state == PACK_READ)
		pack_cache_add(r->cache, *out, LOOSE_PACK, (uint64_t)*number);
	return state;
}

enum pack_state loose_read(struct object **out, struct loose_reader *r,
			   const struct quarry_oid *oid, enum odb_type type)
{
	return type == ODB_TREE ? read_kept(out, r, oid) : read_any(out, r, oid, type);
}

enum pack_state loose_has(struct loose_reader *r, const struct quarry_oid *oid, enum odb_type type)
{
	return read_any(/* out= */ NULL, r, oid, type);
}
