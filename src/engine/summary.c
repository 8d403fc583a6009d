#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "util/banned.h"

void quarry_summary_release(struct quarry_summary *s)
{
	for (size_t i = 0; i < s->n_failed; i++) {
		free(s->failures[i].slug);
		free(s->failures[i].text);
	}
	for (size_t i = 0; i < s->n_notices; i++) {
		free(s->notices[i].slug);
		free(s->notices[i].text);
	}
	free(s->failures);
	free(s->notices);
	*s = (struct quarry_summary){ 0 };
}

int summary_fail(struct quarry_summary *s, int64_t repo, const char *slug,
		 const struct quarry_error *why)
{
	struct quarry_failure f = { repo, strdup(slug), strdup(why->text), why->code };
	struct quarry_failure *more = realloc(s->failures, (s->n_failed + 1) * sizeof(*more));

	if (more)
		s->failures = more;
	if (!more || !f.slug || !f.text) {
		free(f.slug);
		free(f.text);
		return QUARRY_ENOMEM;
	}
	s->failures[s->n_failed++] = f;
	return 0;
}

int summary_notice(struct quarry_summary *s, const char *slug, const char *text, bool began)
{
	struct quarry_notice x = { strdup(slug), strdup(text), began };
	struct quarry_notice *more = realloc(s->notices, (s->n_notices + 1) * sizeof(*more));

	if (more)
		s->notices = more;
	if (!more || !x.slug || !x.text) {
		free(x.slug);
		free(x.text);
		return QUARRY_ENOMEM;
	}
	s->notices[s->n_notices++] = x;
	return 0;
}

static int by_slug(const void *a, const void *b)
{
	const struct quarry_failure *x = a, *y = b;
	int order = strcmp(x->slug, y->slug);

	return order ? order : strcmp(x->text, y->text);
}

static int notice_by_slug(const void *a, const void *b)
{
	const struct quarry_notice *x = a, *y = b;
	int order = strcmp(x->slug, y->slug);

	return order ? order : strcmp(x->text, y->text);
}

void summary_sort(struct quarry_summary *s)
{
	if (s->n_failed)
		qsort(s->failures, s->n_failed, sizeof(*s->failures), by_slug);
	if (s->n_notices)
		qsort(s->notices, s->n_notices, sizeof(*s->notices), notice_by_slug);
}
