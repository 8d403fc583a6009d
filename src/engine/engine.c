#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "quarry/aggregate.h"
#include "util/banned.h"

#define CLOCK "SOURCE_DATE_EPOCH"
#define CLOCK_MAX INT64_C(253402300799) /* the last second of the year 9999 */

/* false: it is no time of day. */
static bool read_clock(int64_t *out, const char *text)
{
	int64_t s = 0;

	for (; *text >= '0' && *text <= '9' && s <= CLOCK_MAX; text++)
		s = s * 10 + (*text - '0');
	*out = s;
	return !*text && s > 0 && s <= CLOCK_MAX;
}

static int check_clock(struct quarry_error *err)
{
	const char *fixed = getenv(CLOCK);
	int64_t s;

	if (!fixed || !*fixed || read_clock(&s, fixed))
		return 0;
	return quarry_error_set(err, QUARRY_EUSAGE, CLOCK " in the environment is '%s': it must be "
				"a number of seconds since 1970, from 1 to %lld; set another or "
				"unset it", fixed, (long long)CLOCK_MAX);
}

int64_t engine_now_s(void)
{
	const char *fixed = getenv(CLOCK);
	int64_t s;

	return fixed && read_clock(&s, fixed) ? s : (int64_t)time(NULL);
}

bool engine_stopped(const struct quarry_engine *e)
{
	return e->options.stop && atomic_load(e->options.stop);
}

int engine_interrupted(struct quarry_error *err)
{
	return quarry_error_set(err, QUARRY_EINTR, "interrupted; run the same command to go on");
}

static int open_store(struct quarry_engine *e, int read_only, struct quarry_error *err)
{
	struct quarry_store_options options = {
		.read_only = read_only, .stop = e->options.stop, .log = e->options.log,
	};

	return quarry_store_open(&e->store, e->options.store, &options, err);
}

/* What was opened to be read is not enough. */
static int open_to_write(struct quarry_engine *e, struct quarry_error *err)
{
	quarry_store_free(e->store);
	e->store = NULL;
	e->only_looks = false;
	return open_store(e, /* read_only= */ 0, err);
}

static int open_to_read(struct quarry_engine *e, struct quarry_error *err)
{
	quarry_store_free(e->store);
	e->store = NULL;
	e->only_looks = true;
	return open_store(e, /* read_only= */ 1, err);
}

int engine_open_store(struct quarry_engine *e, struct quarry_error *err)
{
	return e->store ? 0 : open_to_read(e, err);
}

static int copy(const char **field, struct quarry_error *err)
{
	if (!*field)
		return 0;
	*field = strdup(*field);
	return *field ? 0 : quarry_error_nomem(err);
}

/* Copy the strings; those that are not copied yet must not be freed. */
static int copy_options(struct quarry_engine *e, const struct quarry_engine_options *o,
			struct quarry_error *err)
{
	int rc;

	e->options = *o;
	e->options.store = e->options.cache = e->options.mirror = e->options.without = NULL;
	if (!o->store || !o->cache)
		return quarry_error_set(err, QUARRY_EUSAGE, "a store and a cache must be given");
	e->options.store = o->store;
	rc = copy(&e->options.store, err);
	if (!rc) {
		e->options.cache = o->cache;
		rc = copy(&e->options.cache, err);
	}
	if (!rc) {
		e->options.mirror = o->mirror;
		rc = copy(&e->options.mirror, err);
	}
	if (!rc) {
		e->options.without = o->without;
		rc = copy(&e->options.without, err);
	}
	return rc;
}

int quarry_engine_open(struct quarry_engine **out, const struct quarry_engine_options *options,
		       struct quarry_error *err)
{
	struct quarry_engine *e = calloc(1, sizeof(*e));
	int rc;

	if (!e)
		return quarry_error_nomem(err);
	(void)pthread_mutex_init(&e->lock, NULL); /* default attributes cannot fail here */
	rc = copy_options(e, options, err);
	if (!rc) {
		*out = e;
		e = NULL;
	}
	quarry_engine_free(e);
	return rc;
}

void quarry_engine_prepare(struct quarry_engine *e)
{
	libraries_prepare(&e->libraries);
}

static void drop_targets(struct quarry_engine *e)
{
	for (size_t i = 0; i < e->targets.n; i++) {
		free(e->targets.at[i].slug);
		free(e->targets.at[i].host);
		free(e->targets.at[i].gitdir);
	}
	vec_release(&e->targets);
}

void quarry_engine_free(struct quarry_engine *e)
{
	if (!e)
		return;
	drop_targets(e);
	quarry_universe_free(e->universe);
	quarry_store_free(e->store);
	free((char *)e->options.store);
	free((char *)e->options.cache);
	free((char *)e->options.mirror);
	free((char *)e->options.without);
	(void)pthread_mutex_destroy(&e->lock);
	libraries_release(&e->libraries);
	free(e);
}

static int load(struct quarry_universe **out, const struct quarry_engine *e, const char *dir,
		struct quarry_error *err)
{
	int rc = quarry_universe_load(out, dir, e->options.allow_local ? QUARRY_UNIVERSE_ALLOW_LOCAL : 0,
				      err);

	/* A folder that is no universe is a mistake of the call, as one inside of it is. */
	if (rc == QUARRY_ENOTFOUND)
		rc = err->code = QUARRY_EUSAGE;
	return rc;
}

/* Take a universe, and find its targets once the store is open. */
static int take(struct quarry_engine *e, struct quarry_universe *u,
		int (*open)(struct quarry_engine *e, struct quarry_error *err),
		struct quarry_error *err)
{
	int rc;

	drop_targets(e);
	quarry_universe_free(e->universe);
	e->universe = NULL;
	rc = open(e, err);
	if (rc) {
		quarry_universe_free(u);
		return rc;
	}
	e->universe = u;
	return engine_find_targets(e, err);
}

int quarry_engine_load(struct quarry_engine *e, const char *dir, struct quarry_error *err)
{
	struct quarry_universe *u = NULL;
	int rc = check_clock(err);

	if (!rc)
		rc = load(&u, e, dir, err);
	return rc ? rc : take(e, u, open_to_write, err);
}

int quarry_engine_look(struct quarry_engine *e, const char *dir, struct quarry_error *err)
{
	struct quarry_universe *u = NULL;
	int rc = load(&u, e, dir, err);

	return rc ? rc : take(e, u, open_to_read, err);
}

const struct quarry_universe *quarry_engine_universe(const struct quarry_engine *e)
{
	return e->universe;
}

int quarry_engine_edition(struct quarry_edition **out, struct quarry_engine *e, int32_t quarter,
			  enum quarry_taxonomy taxonomy, struct quarry_error *err)
{
	int rc = engine_open_store(e, err);

	return rc ? rc : quarry_aggregate_edition(out, quarry_store_db(e->store), quarter,
					taxonomy == QUARRY_TAXONOMY_AS_OF, err);
}

int quarry_engine_overlap(struct quarry_overlap **out, struct quarry_engine *e,
			  const char *const *ids, size_t n, int32_t quarter,
			  struct quarry_error *err)
{
	int rc = engine_open_store(e, err);

	return rc ? rc : quarry_aggregate_overlap(out, quarry_store_db(e->store), ids, n, quarter, err);
}
