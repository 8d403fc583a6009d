#include "odb/slab.h"

#include <pthread.h>
#include <sys/mman.h>

#include "util/banned.h"

static struct slab *kept;
static size_t n_kept;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct slab *map_one(void)
{
	void *p = mmap(NULL, SLAB_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static void unmap_all(struct slab *list)
{
	while (list) {
		struct slab *next = list->next;

		(void)munmap(list, SLAB_SIZE); /* nothing can be done about it */
		list = next;
	}
}

struct slab *slab_take(void)
{
	struct slab *s;

	(void)pthread_mutex_lock(&lock); /* cannot fail for a plain mutex */
	s = kept;
	if (s) {
		kept = s->next;
		n_kept--;
	}
	(void)pthread_mutex_unlock(&lock);
	return s ? s : map_one();
}

void slab_give(struct slab *list)
{
	(void)pthread_mutex_lock(&lock);
	while (list && n_kept < SLAB_KEPT_MAX) {
		struct slab *next = list->next;

		list->next = kept;
		kept = list;
		n_kept++;
		list = next;
	}
	(void)pthread_mutex_unlock(&lock);
	unmap_all(list);
}

void slab_clear(void)
{
	struct slab *list;

	(void)pthread_mutex_lock(&lock);
	list = kept;
	kept = NULL;
	n_kept = 0;
	(void)pthread_mutex_unlock(&lock);
	unmap_all(list);
}

size_t slab_kept(void)
{
	size_t n;

	(void)pthread_mutex_lock(&lock);
	n = n_kept;
	(void)pthread_mutex_unlock(&lock);
	return n;
}
