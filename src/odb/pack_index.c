#include "odb/pack_index.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/banned.h"
#include "util/zeroed.h"

enum {
	ID = QUARRY_OID_SIZE,
	HEADER = 8,
	FANOUT = 256 * 4,
	TRAILER = 2 * ID,     /* of an index; a pack has one id */
	PACK_HEADER = 12,
	PER_BUCKET = 4,       /* entries in a bucket, on average */
	SHIFT_MAX = 32,       /* of a bucket's offsets the upper halves are alike */
	GUESSES = 3,          /* at a name before the rest is halved */
};
#define LARGE 0x80000000u

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t be64(const unsigned char *p)
{
	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

bool mapped_open(struct mapped *out, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	void *p;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size <= 0) {
		(void)close(fd);
		return false;
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	(void)close(fd);
	if (p == MAP_FAILED)
		return false;
	out->data = p;
	out->len = (size_t)st.st_size;
	return true;
}

void mapped_close(struct mapped *m)
{
	if (m->data)
		(void)munmap((void *)m->data, m->len);
	*m = (struct mapped){ 0 };
}

uint64_t pack_index_offset(const struct pack_index *x, uint32_t entry)
{
	uint64_t at = be32(x->offsets + x->offset_step * entry);

	if (x->crcs && at & LARGE) {
		at &= ~(uint64_t)LARGE;
		at = at < x->n_large ? be64(x->large + 8 * at) : 0;
	}
	return at >= PACK_HEADER && at < x->pack_len - ID ? at : 0;
}

static bool read_fanout(struct pack_index *x, const unsigned char *fanout)
{
	uint32_t before = 0;

	for (size_t i = 0; i < 256; i++) {
		uint32_t here = be32(fanout + 4 * i);

		if (here < before)
			return false;
		before = here;
	}
	x->fanout = fanout;
	x->n = before;
	return true;
}

static bool lay_out_1(struct pack_index *x)
{
	const unsigned char *p = x->file.data;

	if (x->file.len < FANOUT + TRAILER || !read_fanout(x, p) ||
	    x->file.len != FANOUT + (uint64_t)x->n * (4 + ID) + TRAILER)
		return false;
	x->offsets = p + FANOUT;
	x->names = x->offsets + 4;
	x->name_step = x->offset_step = 4 + ID;
	return true;
}

/* Its parts, where they fit the length of the file exactly. */
static bool lay_out(struct pack_index *x)
{
	static const unsigned char magic[] = { 0xff, 't', 'O', 'c', 0, 0, 0, 2 };
	uint64_t fixed, rest;

	/* No fan-out begins like that. */
	if (x->file.len < HEADER || memcmp(x->file.data, magic, 4))
		return lay_out_1(x);
	if (x->file.len < HEADER + FANOUT + TRAILER || memcmp(x->file.data, magic, HEADER) ||
	    !read_fanout(x, x->file.data + HEADER))
		return false;
	fixed = HEADER + FANOUT + (uint64_t)x->n * (ID + 4 + 4) + TRAILER;
	if (x->file.len < fixed)
		return false;
	rest = x->file.len - fixed;
	if (rest % 8 || rest / 8 > x->n)
		return false;
	x->n_large = (uint32_t)(rest / 8);
	x->names = x->fanout + FANOUT;
	x->name_step = ID;
	x->crcs = x->names + (size_t)x->n * ID;
	x->offsets = x->crcs + (size_t)x->n * 4;
	x->offset_step = 4;
	x->large = x->offsets + (size_t)x->n * 4;
	return true;
}

static int by_low(const void *a, const void *b)
{
	uint32_t left = ((const struct pack_start *)a)->low;
	uint32_t right = ((const struct pack_start *)b)->low;

	return (left > right) - (left < right);
}

/* Few in each bucket, unless the index is a hostile one. */
static void sort_bucket(struct pack_start *at, size_t n)
{
	if (n > 4 * PER_BUCKET) {
		qsort(at, n, sizeof(*at), by_low);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct pack_start start = at[i];
		size_t k = i;

		for (; k > 0 && at[k - 1].low > start.low; k--)
			at[k] = at[k - 1];
		at[k] = start;
	}
}

/* Entries outside of the pack are left out: whoever asks for one finds none. */
static void fill_buckets(struct pack_index *x, size_t n_buckets)
{
	/* Two more than there are: counted into [i + 2], filled from [i + 1], read from [i]. */
	uint32_t *b = x->buckets;

	for (uint32_t e = 0; e < x->n; e++) {
		uint64_t offset = pack_index_offset(x, e);

		if (offset)
			b[(offset >> x->shift) + 2]++;
	}
	for (size_t i = 2; i < n_buckets + 2; i++)
		b[i] += b[i - 1];
	for (uint32_t e = 0; e < x->n; e++) {
		uint64_t offset = pack_index_offset(x, e);

		if (offset)
			x->by_offset[b[(offset >> x->shift) + 1]++] =
				(struct pack_start){ (uint32_t)offset, e };
	}
	x->n_sorted = b[n_buckets];
	for (size_t i = 0; i < n_buckets; i++)
		sort_bucket(x->by_offset + b[i], b[i + 1] - b[i]);
}

enum pack_index_state pack_index_sort(struct pack_index *x)
{
	struct pack_start *by_offset;
	uint32_t *buckets;
	unsigned shift = 0;
	size_t n_buckets;

	if (x->by_offset)
		return PACK_INDEX_FINE;
	while (shift < SHIFT_MAX && x->pack_len >> shift > x->n / PER_BUCKET + 1)
		shift++;
	n_buckets = (size_t)(x->pack_len >> shift) + 1;
	by_offset = malloc(((size_t)x->n + 1) * sizeof(*by_offset));
	buckets = zeroed(n_buckets + 2, sizeof(*buckets));
	if (!by_offset || !buckets) {
		free(by_offset);
		free(buckets);
		return PACK_INDEX_NO_MEMORY;
	}
	x->by_offset = by_offset;
	x->buckets = buckets;
	x->shift = shift;
	fill_buckets(x, n_buckets);
	return PACK_INDEX_FINE;
}

enum pack_index_state pack_index_open(struct pack_index *out, const char *path, uint64_t pack_len)
{
	struct pack_index x = { .pack_len = pack_len };

	if (pack_len < PACK_HEADER + ID || !mapped_open(&x.file, path) || !lay_out(&x)) {
		pack_index_release(&x);
		return PACK_INDEX_ODD;
	}
	*out = x;
	return PACK_INDEX_FINE;
}

void pack_index_release(struct pack_index *x)
{
	free(x->by_offset);
	free(x->buckets);
	mapped_close(&x->file);
	*x = (struct pack_index){ 0 };
}

/* Where a name is among low ... high - 1, whose names lie between `from` and `to`, as if
 * they were spread evenly: ids are. */
static uint32_t guess(uint32_t low, uint32_t high, uint64_t from, uint64_t to, uint64_t head)
{
	uint64_t span = (to - from) / (high - low);
	uint64_t at = span ? (head - from) / span : 0;

	return at < high - low ? low + (uint32_t)at : high - 1;
}

bool pack_index_find(uint32_t *entry, const struct pack_index *x, const struct quarry_oid *oid)
{
	unsigned first = oid->id[0];
	uint32_t low = first ? be32(x->fanout + 4 * (size_t)(first - 1)) : 0;
	uint32_t high = be32(x->fanout + 4 * (size_t)first);
	uint64_t head = be64(oid->id), from = (uint64_t)first << 56, to = from | UINT64_MAX >> 8;

	for (int n = 0; low < high; n++) {
		/* What a hostile index says of `from` and `to` may be wrong. */
		bool even = n < GUESSES && from <= head && head <= to;
		uint32_t middle = even ? guess(low, high, from, to, head) : low + (high - low) / 2;
		const unsigned char *name = x->names + x->name_step * middle;
		uint64_t other = be64(name);
		/* Nearly always the first bytes tell. */
		int c = head == other ? memcmp(oid->id, name, ID) : head < other ? -1 : 1;

		if (c == 0) {
			*entry = middle;
			return true;
		}
		if (c < 0) {
			high = middle;
			to = other;
		} else {
			low = middle + 1;
			from = other;
		}
	}
	return false;
}

/* The first of by_offset[low ... high - 1], a bucket, that begins at the lower half of an
 * offset, or behind it; `high`: none does. */
static uint32_t lower_bound(const struct pack_index *x, uint64_t half, uint32_t low, uint32_t high)
{
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (x->by_offset[middle].low < half)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool search_offset(uint32_t *entry, const struct pack_index *x, uint64_t offset)
{
	for (uint32_t e = 0; e < x->n; e++) {
		if (pack_index_offset(x, e) == offset) {
			*entry = e;
			return true;
		}
	}
	return false;
}

bool pack_index_at(uint32_t *entry, const struct pack_index *x, uint64_t offset)
{
	const uint32_t *b;
	uint32_t i;

	if (!x->by_offset)
		return search_offset(entry, x, offset);
	b = x->buckets + (offset >> x->shift);
	i = lower_bound(x, (uint32_t)offset, b[0], b[1]);
	if (i == b[1] || x->by_offset[i].low != (uint32_t)offset)
		return false;
	*entry = x->by_offset[i].entry;
	return true;
}

bool pack_index_check(uint64_t *end, uint32_t *crc, const struct pack_index *x, uint32_t entry)
{
	uint64_t offset = pack_index_offset(x, entry);
	const uint32_t *b;
	uint32_t i;

	if (!x->by_offset || !x->crcs || !offset)
		return false;
	b = x->buckets + (offset >> x->shift);
	i = lower_bound(x, (uint64_t)(uint32_t)offset + 1, b[0], b[1]);
	/* b[1] is also where the next bucket begins that is not empty. */
	if (i < b[1])
		*end = (offset & ~(uint64_t)UINT32_MAX) | x->by_offset[i].low;
	else
		*end = i < x->n_sorted ? pack_index_offset(x, x->by_offset[i].entry)
				       : x->pack_len - ID;
	*crc = be32(x->crcs + 4 * (size_t)entry);
	return true;
}
