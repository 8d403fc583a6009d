#include "engine/events.h"

#include <string.h>

#include "util/banned.h"
#include "util/file.h"

/* Between the names in the detail of a renamed branch; no branch's name holds a space. */
#define ARROW " -> "

static void renamed_words(struct str *out, const char *detail)
{
	const char *arrow = strstr(detail, ARROW);

	str_addf(out, "its branch '%.*s' is now '%s'",
		 (int)(arrow ? arrow - detail : 0), detail, arrow ? arrow + strlen(ARROW) : detail);
}

void event_words(struct str *out, enum quarry_event event, const char *detail)
{
	switch (event) {
	case QUARRY_EVENT_BRANCH_RENAMED:
		renamed_words(out, detail);
		break;
	case QUARRY_EVENT_FORCE_PUSHED:
		str_adds(out, "its history was rewritten (force push)");
		break;
	case QUARRY_EVENT_BACK:
		str_addf(out, "it was %s, and is there again", detail);
		break;
	case QUARRY_EVENT_MOVED:
		str_addf(out, "moved to '%s': write that into the universe", detail);
		break;
	case QUARRY_EVENT_GONE:
		str_adds(out, "it is gone; what was brought of it is kept");
		break;
	case QUARRY_EVENT_PRIVATE:
		str_adds(out, "it is gone or turned private; what was brought of it is kept");
		break;
	case QUARRY_EVENT_EMPTY:
		str_adds(out, "its default branch has no commit");
		break;
	case QUARRY_EVENT_FULL_CLONE:
		str_addf(out, "'%s' takes no filter, so all file contents were fetched, too", detail);
		break;
	case QUARRY_EVENT_NO_TIP_FILES:
		str_addf(out, "'%s' did not give single files: those of the newest commit (.mailmap, "
			 "README, manifests) are missing", detail);
		break;
	}
}

/* What all notes of one fetch need. */
struct note {
	struct step_work *w;
	int64_t now_s;
	struct quarry_error *err;
};

static int saw(struct note *n, enum quarry_event event, const char *detail)
{
	struct step *s = n->w->step;
	struct str words = STR_INIT;
	int began = 0, rc;

	rc = quarry_store_event(&began, s->engine->store, n->w->target->repo, event, detail,
				n->now_s, n->err);
	if (!rc) {
		event_words(&words, event, detail);
		if (words.oom || summary_notice(s->summary, n->w->target->slug, words.buf, began))
			rc = quarry_error_nomem(n->err);
	}
	str_release(&words);
	return rc;
}

static int is_over(int *was, struct note *n, enum quarry_event event)
{
	return quarry_store_event_over(was, n->w->step->engine->store, n->w->target->repo, event,
				       n->err);
}

/* @param detail  NULL: it is not so */
static int lasts(struct note *n, enum quarry_event event, const char *detail)
{
	return detail ? saw(n, event, detail) : is_over(/* was= */ NULL, n, event);
}

/* Has it been brought before: by a run with this store, or with this cache? */
static int was_brought(bool *out, struct note *n)
{
	const struct target *t = n->w->target;
	int64_t fetched_s = 0;
	int rc = quarry_store_fetched_s(&fetched_s, n->w->step->engine->store, t->repo, n->err);

	*out = fetched_s || file_is_dir(t->gitdir);
	return rc;
}

static int is_away(struct note *n, enum quarry_event event)
{
	enum quarry_event other = event == QUARRY_EVENT_GONE ? QUARRY_EVENT_PRIVATE
							     : QUARRY_EVENT_GONE;
	bool brought = false;
	int rc = was_brought(&brought, n);

	if (!rc)
		rc = is_over(/* was= */ NULL, n, other);
	return rc || !brought ? rc : saw(n, event, "");
}

static int is_there(struct note *n)
{
	int was_gone = 0, was_private = 0;
	int rc = is_over(&was_gone, n, QUARRY_EVENT_GONE);

	if (!rc)
		rc = is_over(&was_private, n, QUARRY_EVENT_PRIVATE);
	if (rc || !(was_gone || was_private))
		return rc;
	return saw(n, QUARRY_EVENT_BACK, was_gone ? "gone" : "private");
}

static int see_branch(struct note *n, const struct quarry_fetch_result *r)
{
	int rc = 0;

	if (r->notes & QUARRY_FETCH_RENAMED && r->branch && r->branch_before) {
		char *detail = str_dupf("%s" ARROW "%s", r->branch_before, r->branch);

		rc = detail ? saw(n, QUARRY_EVENT_BRANCH_RENAMED, detail)
			    : quarry_error_nomem(n->err);
		free(detail);
	}
	if (!rc && r->notes & QUARRY_FETCH_FORCED)
		rc = saw(n, QUARRY_EVENT_FORCE_PUSHED, "");
	return rc;
}

/* Whether it takes a filter shows when it has something to send; whether files of the tip
 * are here is looked at each time. */
static int see_server(struct note *n, const struct quarry_fetch_result *r)
{
	bool sent = r->outcome == QUARRY_FETCH_CLONED || r->outcome == QUARRY_FETCH_UPDATED;
	bool full = r->notes & QUARRY_FETCH_FULL, no_files = r->notes & QUARRY_FETCH_NO_TIP_FILES;
	const char *host = n->w->target->host ? n->w->target->host : "";
	int rc = 0;

	if (sent)
		rc = lasts(n, QUARRY_EVENT_FULL_CLONE, full ? host : NULL);
	if (!rc && r->outcome != QUARRY_FETCH_EMPTY)
		rc = lasts(n, QUARRY_EVENT_NO_TIP_FILES, no_files ? host : NULL);
	return rc;
}

int event_note(struct step_work *w, int rc, const struct quarry_fetch_result *result,
	       struct quarry_error *err)
{
	struct note n = { w, engine_now_s(), err };

	/* Other failures tell of us, or of the day. */
	if (rc && result->notes & QUARRY_FETCH_GONE)
		return is_away(&n, QUARRY_EVENT_GONE);
	if (rc && result->notes & QUARRY_FETCH_HIDDEN)
		return is_away(&n, QUARRY_EVENT_PRIVATE);
	if (rc)
		return 0;
	rc = is_there(&n);
	if (!rc)
		rc = lasts(&n, QUARRY_EVENT_MOVED,
			   result->notes & QUARRY_FETCH_MOVED ? result->moved_to : NULL);
	if (!rc)
		rc = lasts(&n, QUARRY_EVENT_EMPTY,
			   result->outcome == QUARRY_FETCH_EMPTY ? "" : NULL);
	if (!rc)
		rc = see_branch(&n, result);
	return rc ? rc : see_server(&n, result);
}
