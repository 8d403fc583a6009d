/*
 * A pack and its index: the length of the index in four bytes, lowest first, the index,
 * the pack.  Every object that the index names is read as each type, twice, so that the
 * cache is met, too.  What is read is within its limits and can be read to its end.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "odb/pack.h"
#include "odb/pack_index.h"

#define OBJECTS_MAX 64
#define CACHE_BYTES (1u << 20)

static char *folder, *packs_folder, *index_path, *pack_path; /* of objects */

static void remove_folder(void)
{
	(void)unlink(index_path); /* they may not be there */
	(void)unlink(pack_path);
	(void)rmdir(packs_folder);
	(void)rmdir(folder);
	free(packs_folder);
	free(index_path);
	free(pack_path);
	free(folder);
}

static void make_folder(void)
{
	const char *tmp = getenv("TMPDIR");

	MUST(asprintf(&folder, "%s/fuzz-pack-XXXXXX", tmp ? tmp : P_tmpdir) >= 0);
	MUST(mkdtemp(folder));
	MUST(asprintf(&packs_folder, "%s/pack", folder) >= 0 && mkdir(packs_folder, 0700) == 0);
	MUST(asprintf(&index_path, "%s/pack-1.idx", packs_folder) >= 0);
	MUST(asprintf(&pack_path, "%s/pack-1.pack", packs_folder) >= 0);
	MUST(atexit(remove_folder) == 0);
}

static void write_file(const char *path, const uint8_t *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size && close(fd) == 0);
}

static void check_object(const struct object *o, enum odb_type type)
{
	size_t limit = type == ODB_COMMIT ? ODB_COMMIT_MAX : ODB_TREE_MAX, sum = 0;

	MUST(o->type == type && o->n_holders > 0);
	MUST(o->len <= limit);
	MUST(o->len == o->total || (type == ODB_COMMIT && o->len < o->total));
	for (size_t i = 0; i < o->len; i++)
		sum += (unsigned char)o->data[i];
	MUST(sum <= 255 * o->len); /* each byte was there to be read */
}

static void read_object(struct pack_reader *r, const struct quarry_oid *oid)
{
	static const enum odb_type types[] = { ODB_COMMIT, ODB_TREE, ODB_BLOB };

	for (int i = 0; i < 6; i++) {
		struct object *o = NULL;
		enum pack_state state = pack_read(&o, r, oid, types[i % 3]);

		MUST((state == PACK_READ) == (o != NULL));
		if (o)
			check_object(o, types[i % 3]);
		object_release(o);
	}
}

/* The ids that the index gives, whatever else is wrong with it. */
static void read_all(struct pack_reader *r, size_t pack_len)
{
	struct quarry_oid none = { { 0 } };
	struct pack_index x;

	read_object(r, &none);
	if (pack_index_open(&x, index_path, pack_len) != PACK_INDEX_FINE)
		return;
	for (uint32_t i = 0; i < x.n && i < OBJECTS_MAX; i++) {
		struct quarry_oid oid;
		uint32_t entry;

		memcpy(oid.id, x.names + i * x.name_step, QUARRY_OID_SIZE);
		if (pack_index_find(&entry, &x, &oid))
			MUST(entry < x.n);
		read_object(r, &oid);
	}
	pack_index_release(&x);
}

/* What is suspect goes both ways. */
static bool verify(const struct quarry_oid *oid, const struct object *o)
{
	return oid->id[0] & 1;
}

static void read_packs(const struct packs *packs, size_t pack_len)
{
	struct pack_cache *cache = pack_cache_new(CACHE_BYTES);
	struct pack_reader *r;

	MUST(cache);
	r = pack_reader_new(packs, cache, 0, verify);
	MUST(r);
	read_all(r, pack_len);
	pack_reader_free(r);
	pack_cache_free(cache);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct packs *packs = NULL;
	size_t n;

	if (!folder)
		make_folder();
	if (size < 4)
		return 0;
	n = data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16;
	if (n > size - 4)
		n = size - 4;
	write_file(index_path, data + 4, n);
	write_file(pack_path, data + 4 + n, size - 4 - n);
	MUST(packs_open(&packs, (const char *const[]){ folder }, 1) == PACK_READ);
	MUST(packs_sort(packs) == PACK_READ);
	read_packs(packs, size - 4 - n);
	packs_free(packs);
	return 0;
}
