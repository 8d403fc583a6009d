#include "engine/libraries.h"

#include "quarry/fetch.h"
#include "quarry/mine.h"
#include "util/banned.h"

static void *prepare(void *payload)
{
	struct libraries *l = payload;

	l->rc = quarry_mine_init(&l->err);
	return NULL;
}

void libraries_prepare(struct libraries *l)
{
	if (!l->mine && !l->preparing)
		l->preparing = pthread_create(&l->thread, NULL, prepare, l) == 0;
}

/* 0 too where nothing was prepared. */
static int end_preparing(struct libraries *l, struct quarry_error *err)
{
	if (!l->preparing)
		return 0;
	(void)pthread_join(l->thread, NULL); /* it was created and is joined once */
	l->preparing = false;
	l->mine = !l->rc;
	if (l->rc && err)
		*err = l->err;
	return l->rc;
}

int libraries_start_mine(struct libraries *l, struct quarry_error *err)
{
	int rc = end_preparing(l, err);

	if (rc || l->mine)
		return rc;
	rc = quarry_mine_init(err);
	l->mine = !rc;
	return rc;
}

int libraries_start_fetch(struct libraries *l, struct quarry_error *err)
{
	int rc = libraries_start_mine(l, err);

	if (rc || l->fetch)
		return rc;
	rc = quarry_fetch_init(err);
	l->fetch = !rc;
	return rc;
}

void libraries_release(struct libraries *l)
{
	(void)end_preparing(l, /* err= */ NULL); /* nobody needed it */
	if (l->fetch)
		quarry_fetch_shutdown();
	if (l->mine)
		quarry_mine_shutdown();
}
