/*
 * Open addressing with linear probing, never more than half full.  An id is a hash
 * already; who would make many begin alike pays for each bit with twice the work.
 */
#include "mine/oidmap.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"
#include "util/zeroed.h"

#define SLOTS_FIRST 1024

void oidmap_release(struct oidmap *m)
{
	free(m->slots);
	*m = (struct oidmap)OIDMAP_INIT;
}

static const unsigned char *id_at(struct oid_array ids, uint32_t number)
{
	return (const unsigned char *)ids.at + number * ids.size;
}

static size_t hash(const unsigned char *id)
{
	uint64_t h;

	memcpy(&h, id, sizeof(h));
	return (size_t)h;
}

static void place(struct oidmap *m, struct oid_array ids, uint32_t number)
{
	size_t mask = m->n_slots - 1, at = hash(id_at(ids, number)) & mask;

	while (m->slots[at])
		at = (at + 1) & mask;
	m->slots[at] = number + 1;
}

static int grow(struct oidmap *m, struct oid_array ids)
{
	struct oidmap more = { .n_slots = m->n_slots ? m->n_slots * 2 : SLOTS_FIRST, .n = m->n };

	more.slots = zeroed(more.n_slots, sizeof(*more.slots));
	if (!more.slots)
		return -1;
	for (size_t i = 0; i < m->n_slots; i++)
		if (m->slots[i])
			place(&more, ids, m->slots[i] - 1);
	free(m->slots);
	*m = more;
	return 0;
}

uint32_t oidmap_find(const struct oidmap *m, struct oid_array ids, const struct quarry_oid *oid)
{
	size_t mask = m->n_slots - 1;

	if (!m->n_slots)
		return OIDMAP_NONE;
	for (size_t at = hash(oid->id) & mask; m->slots[at]; at = (at + 1) & mask)
		if (memcmp(id_at(ids, m->slots[at] - 1), oid->id, QUARRY_OID_SIZE) == 0)
			return m->slots[at] - 1;
	return OIDMAP_NONE;
}

int oidmap_add(struct oidmap *m, struct oid_array ids, uint32_t number)
{
	if (number == OIDMAP_NONE || (m->n >= m->n_slots / 2 && grow(m, ids) < 0))
		return -1;
	place(m, ids, number);
	m->n++;
	return 0;
}
