#include "identity/unions.h"

#include <stdlib.h>

#include "util/banned.h"

int unions_init(struct unions *u, size_t n)
{
	u->parent = calloc(n + 1, sizeof(*u->parent));
	if (!u->parent)
		return -1;
	for (size_t i = 0; i < n; i++)
		u->parent[i] = (uint32_t)i;
	return 0;
}

void unions_release(struct unions *u)
{
	free(u->parent);
	u->parent = NULL;
}

/* Halving the path on the way keeps a find at O(log n) amortised without ranks. */
uint32_t unions_root(struct unions *u, uint32_t x)
{
	while (u->parent[x] != x) {
		u->parent[x] = u->parent[u->parent[x]];
		x = u->parent[x];
	}
	return x;
}

void unions_join(struct unions *u, uint32_t a, uint32_t b)
{
	a = unions_root(u, a);
	b = unions_root(u, b);
	if (a < b)
		u->parent[b] = a;
	else
		u->parent[a] = b;
}
