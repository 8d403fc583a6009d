#include "odb/pack_delta.h"

#include <string.h>

#include "util/banned.h"

static bool read_size(uint64_t *out, const unsigned char **p, const unsigned char *end)
{
	uint64_t size = 0;
	unsigned shift = 0;

	for (;; shift += 7) {
		unsigned char c;

		if (*p == end || shift > 56)
			return false;
		c = *(*p)++;
		size |= (uint64_t)(c & 0x7f) << shift;
		if (!(c & 0x80))
			break;
	}
	*out = size;
	return true;
}

bool delta_open(struct delta *out, const void *data, size_t len)
{
	struct delta d = { .p = data, .end = (const unsigned char *)data + len };

	if (!read_size(&d.base_len, &d.p, d.end) || !read_size(&d.result_len, &d.p, d.end))
		return false;
	*out = d;
	return true;
}

/* The operands of a copy; NULL: the delta ends before they do. */
static const unsigned char *read_copy(size_t *offset, size_t *size, unsigned op,
				      const unsigned char *p, const unsigned char *end)
{
	size_t at = 0, n = 0;

	if (end - p < __builtin_popcount(op & 0x7f))
		return NULL;
	for (unsigned i = 0; i < 4; i++) {
		if (op & 1u << i)
			at |= (size_t)*p++ << 8 * i;
	}
	for (unsigned i = 0; i < 3; i++) {
		if (op & 0x10u << i)
			n |= (size_t)*p++ << 8 * i;
	}
	*offset = at;
	*size = n ? n : 0x10000;
	return p;
}

bool delta_apply(char *result, const struct delta *d, const char *base, size_t base_len)
{
	const unsigned char *p = d->p;
	size_t room = d->result_len;

	if (d->base_len != base_len)
		return false;
	while (p < d->end) {
		unsigned op = *p++;
		size_t offset, size = op;

		if (op & 0x80) {
			p = read_copy(&offset, &size, op, p, d->end);
			if (!p || offset > base_len || size > base_len - offset || size > room)
				return false;
			memcpy(result, base + offset, size);
		} else {
			if (!op || size > (size_t)(d->end - p) || size > room)
				return false;
			memcpy(result, p, size);
			p += size;
		}
		result += size;
		room -= size;
	}
	return room == 0;
}
