#include "fetch/guard.h"

#include <git2.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/banned.h"
#include "util/clock.h"

#define SLICE_MS 200 /* how long a request to stop may go unseen */

void guard_start(struct guard *g, const struct quarry_fetch_options *options)
{
	*g = (struct guard){ .options = options, .retry_after_s = -1 };
	if (options->total_s)
		g->end_ms = clock_ms() + ((int64_t)options->total_s - options->spent_s) * 1000;
}

int guard_fail(struct guard *g, enum guard_cause cause, const char *fmt, ...)
{
	va_list ap;

	if (g->cause == GUARD_NONE) {
		g->cause = cause;
		va_start(ap, fmt);
		(void)vsnprintf(g->text, sizeof(g->text), fmt, ap); /* a longer one is cut */
		va_end(ap);
	}
	git_error_set_str(GIT_ERROR_NET, g->text);
	return -1;
}

void guard_blame_filter(struct guard *g)
{
	if (g->cause == GUARD_FINAL && strstr(g->text, "filter"))
		g->cause = GUARD_FILTER;
}

void guard_forgive(struct guard *g)
{
	g->cause = GUARD_NONE;
	g->retry_after_s = -1;
	g->text[0] = '\0';
}

int guard_check(struct guard *g)
{
	const struct quarry_fetch_options *o = g->options;

	if (g->cause)
		return -1;
	if (o->stop && atomic_load(o->stop))
		return guard_fail(g, GUARD_STOPPED, "stopped");
	if (g->end_ms && clock_ms() >= g->end_ms)
		return guard_fail(g, GUARD_LATER, "it took longer than %u s", o->total_s);
	return 0;
}

int guard_wait(struct guard *g, int64_t since_ms)
{
	unsigned stall_s = g->options->stall_s;

	if (guard_check(g) < 0)
		return -1;
	if (stall_s && clock_ms() - since_ms >= (int64_t)stall_s * 1000)
		return guard_fail(g, GUARD_LATER, "the server sent nothing for %u s", stall_s);
	return 0;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int guard_slice_ms(const struct guard *g, int64_t since_ms)
{
	int64_t now = clock_ms(), ms = SLICE_MS;

	if (g->options->stall_s)
		ms = least(ms, since_ms + (int64_t)g->options->stall_s * 1000 - now);
	if (g->end_ms)
		ms = least(ms, g->end_ms - now);
	return ms < 1 ? 1 : (int)ms;
}

int guard_count(struct guard *g, size_t n)
{
	const struct quarry_fetch_options *o = g->options;

	g->bytes += n;
	if (o->progress)
		o->progress(o->payload, g->bytes);
	if (o->bytes_max && g->bytes + o->spent_bytes > o->bytes_max)
		return guard_fail(g, GUARD_FINAL, "it is larger than the limit of %llu bytes",
				  (unsigned long long)o->bytes_max);
	return 0;
}
