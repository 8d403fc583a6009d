#include "fetch/http_pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

/* As many as workers are likely to be; the longest idle one goes first. */
#define IDLE_MAX 32
/* Of one handle: the host itself, and one it redirected to. */
#define CONNECTIONS_MAX 4L

struct idle {
	char *key;
	CURLM *multi;
};

/* The most recently used ones last. */
static struct idle idle[IDLE_MAX];
static size_t n_idle;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct idle remove_at(size_t i)
{
	struct idle one = idle[i];

	n_idle--;
	memmove(&idle[i], &idle[i + 1], (n_idle - i) * sizeof(idle[0]));
	return one;
}

static void discard(struct idle one)
{
	free(one.key);
	if (one.multi)
		(void)curl_multi_cleanup(one.multi); /* nothing can be done about it */
}

static CURLM *new_multi(void)
{
	CURLM *multi = curl_multi_init();

	if (multi && curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_MAX) != CURLM_OK) {
		(void)curl_multi_cleanup(multi); /* it is empty */
		return NULL;
	}
	return multi;
}

CURLM *http_pool_take(const char *key)
{
	struct idle one = { NULL, NULL };

	(void)pthread_mutex_lock(&lock); /* cannot fail for a plain mutex */
	for (size_t i = n_idle; i-- > 0;) {
		if (!strcmp(idle[i].key, key)) {
			one = remove_at(i);
			break;
		}
	}
	(void)pthread_mutex_unlock(&lock);
	free(one.key);
	return one.multi ? one.multi : new_multi();
}

void http_pool_give(const char *key, CURLM *multi)
{
	struct idle one = { strdup(key), multi }, oldest = { NULL, NULL };

	if (!one.key || !multi) {
		discard(one);
		return;
	}
	(void)pthread_mutex_lock(&lock);
	if (n_idle == IDLE_MAX)
		oldest = remove_at(0);
	idle[n_idle++] = one;
	(void)pthread_mutex_unlock(&lock);
	discard(oldest);
}

void http_pool_clear(void)
{
	(void)pthread_mutex_lock(&lock);
	while (n_idle)
		discard(remove_at(n_idle - 1));
	(void)pthread_mutex_unlock(&lock);
}
