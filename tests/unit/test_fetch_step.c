/*
 * What the engine makes of fetches: retries, limits, notices, events, the summary.
 * The fetches themselves are played here: this file stands in for src/fetch.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "quarry/engine.h"
#include "quarry/fetch.h"
#include "util/file.h"
#include "util/str.h"

/* How one call of quarry_fetch() ends. */
struct answer {
	int rc;
	const char *text;
	enum quarry_fetch_outcome outcome;
	unsigned notes;
	const char *before, *moved_to;
	int may_retry;
	int64_t retry_after_s;
	bool until_stopped; /* it lasts until then */
	int lasts_ms;
};

static const struct answer *script[3]; /* by the number in the URL's name */
static atomic_uint n_calls[3], n_running, most_running;
static bool slowly;

static void pause_ms(int ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	(void)nanosleep(&t, NULL);
}

/* --- in place of src/fetch --------------------------------------------------- */

int quarry_fetch_init(struct quarry_error *err)
{
	return 0;
}

void quarry_fetch_shutdown(void)
{
}

int quarry_fetch_tidy(const char *cache, struct quarry_error *err)
{
	return 0;
}

int quarry_fetch_path(char **out, const char *cache, const char *url, struct quarry_error *err)
{
	*out = str_dupf("%s/%s", cache, strrchr(url, '/') + 1);
	return *out ? 0 : quarry_error_nomem(err);
}

void quarry_fetch_result_release(struct quarry_fetch_result *r)
{
	free(r->branch);
	free(r->branch_before);
	free(r->moved_to);
	*r = (struct quarry_fetch_result){ 0 };
}

static int play(struct quarry_fetch_result *out, const struct answer *a, const char *gitdir,
		const struct quarry_fetch_options *o, struct quarry_error *err)
{
	*out = (struct quarry_fetch_result){
		.outcome = a->outcome, .notes = a->notes, .bytes = 1000,
		.may_retry = a->may_retry, .retry_after_s = a->retry_after_s,
	};
	o->progress(o->payload, 600);
	pause_ms(slowly ? 20 : a->lasts_ms);
	o->progress(o->payload, 1000);
	while (a->until_stopped) {
		if (atomic_load(o->stop))
			return quarry_error_set(err, QUARRY_EINTR, "stopped");
		pause_ms(10);
	}
	if (a->rc)
		return quarry_error_set(err, a->rc, "%s", a->text);
	out->branch = strdup("main");
	out->branch_before = a->before ? strdup(a->before) : NULL;
	out->moved_to = a->moved_to ? strdup(a->moved_to) : NULL;
	return file_mkdirs(gitdir, err);
}

int quarry_fetch(struct quarry_fetch_result *out, const char *gitdir, const char *url,
		 const char *branch, const struct quarry_fetch_options *options,
		 struct quarry_error *err)
{
	size_t which = (size_t)(url[strlen(url) - 1] - '0') % 3;
	unsigned call = atomic_fetch_add(&n_calls[which], 1);
	unsigned running = atomic_fetch_add(&n_running, 1) + 1, most = atomic_load(&most_running);
	int rc;

	while (running > most && !atomic_compare_exchange_weak(&most_running, &most, running))
		continue;
	rc = play(out, &script[which][call], gitdir, options, err);
	atomic_fetch_sub(&n_running, 1);
	return rc;
}

/* --- the engine -------------------------------------------------------------- */

struct fixture {
	char *folder, *store, *cache, *universe;
	atomic_bool stop;
	time_t stopped_s;
	struct quarry_engine_options options;
	struct quarry_error err;
};

static void write_file(struct fixture *f, const char *name, const char *text)
{
	char *path = str_dupf("%s/%s", f->universe, name);

	assert_int_equal(file_write(path, text, strlen(text), &f->err), 0);
	free(path);
}

/* A universe of n repositories: h.test/o/r0, r1 ... */
static void make_universe(struct fixture *f, size_t n)
{
	struct str s = STR_INIT;

	assert_int_equal(file_mkdirs(f->universe, &f->err), 0);
	write_file(f, "universe.yaml", "id: u\ntitle: U\nlayers:\n  - id: base\n    title: Base\n");
	str_adds(&s, "id: tools\ntitle: Tools\nlayer: base\nrepositories:\n");
	for (size_t i = 0; i < n; i++)
		str_addf(&s, "  - url: https://h.test/o/r%zu\n", i);
	write_file(f, "tools.yaml", s.buf);
	str_release(&s);
}

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->folder = str_dupf("%s/quarry-test-XXXXXX", tmp && *tmp ? tmp : P_tmpdir);
	assert_non_null(mkdtemp(f->folder));
	f->store = str_dupf("%s/store.db", f->folder);
	f->cache = str_dupf("%s/cache", f->folder);
	f->universe = str_dupf("%s/u", f->folder);
	f->options = (struct quarry_engine_options){ .store = f->store, .cache = f->cache,
						     .stop = &f->stop };
	slowly = false;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(file_remove_tree(f->folder, &f->err), 0);
	free(f->universe);
	free(f->cache);
	free(f->store);
	free(f->folder);
	free(f);
	return 0;
}

/* A run on day `day`; the summary to be released. */
static int fetch(struct quarry_summary *out, struct fixture *f, int day)
{
	struct quarry_engine *e = NULL;
	char *now = str_dupf("%d", 1750000000 + day * 86400);
	int rc;

	for (size_t i = 0; i < 3; i++)
		atomic_store(&n_calls[i], 0);
	atomic_store(&most_running, 0);
	assert_int_equal(setenv("SOURCE_DATE_EPOCH", now, 1), 0);
	free(now);
	if (quarry_engine_open(&e, &f->options, &f->err) ||
	    quarry_engine_load(e, f->universe, &f->err))
		fail_msg("%s", f->err.text);
	rc = quarry_engine_fetch(e, out, &f->err);
	quarry_engine_free(e);
	return rc;
}

/* One line a notice: those that began have a star. */
static void check_notices(const struct quarry_summary *sum, const char *want)
{
	struct str s = STR_INIT;

	for (size_t i = 0; i < sum->n_notices; i++)
		str_addf(&s, "%s%s: %s\n", sum->notices[i].began ? "*" : "", sum->notices[i].slug,
			 sum->notices[i].text);
	assert_string_equal(s.buf ? s.buf : "", want);
	str_release(&s);
}

/* Play `answer` on a day for the one repository. */
static void see(struct fixture *f, int day, const struct answer *answer, const char *notices)
{
	struct quarry_summary sum;

	script[0] = answer;
	if (fetch(&sum, f, day))
		fail_msg("%s", f->err.text);
	assert_int_equal(sum.n_failed, answer->rc != 0);
	assert_int_equal(sum.n_unchanged, !answer->rc && answer->outcome != QUARRY_FETCH_CLONED &&
			 answer->outcome != QUARRY_FETCH_UPDATED);
	check_notices(&sum, notices);
	quarry_summary_release(&sum);
}

/* What the doctor says of what was fetched. */
static void check_doctor(struct fixture *f, const char *want)
{
	struct quarry_finding *findings = NULL;
	struct quarry_engine *e = NULL;
	struct str s = STR_INIT;
	size_t n = 0;

	assert_int_equal(quarry_engine_open(&e, &f->options, &f->err), 0);
	assert_int_equal(quarry_engine_doctor(&findings, &n, e, &f->err), 0);
	for (size_t i = 0; i < n; i++)
		if (findings[i].level == QUARRY_FINDING_NOTE && strcmp(findings[i].subject, "cache") &&
		    strcmp(findings[i].subject, "repositories"))
			str_addf(&s, "%s: %s\n", findings[i].subject, findings[i].text);
	assert_string_equal(s.buf ? s.buf : "", want);
	str_release(&s);
	quarry_findings_free(findings, n);
	quarry_engine_free(e);
}

static const struct answer
	fine = { .outcome = QUARRY_FETCH_UPDATED, .retry_after_s = -1 },
	same = { .outcome = QUARRY_FETCH_UNCHANGED, .retry_after_s = -1 },
	none = { .rc = QUARRY_ENOTFOUND, .text = "cannot fetch: 404", .notes = QUARRY_FETCH_GONE,
		 .retry_after_s = -1 },
	no_branch = { .rc = QUARRY_ENOTFOUND, .text = "it has no branch", .retry_after_s = -1 },
	refused = { .rc = QUARRY_EAUTH, .text = "wrong token", .retry_after_s = -1 },
	closed = { .rc = QUARRY_EAUTH, .text = "cannot fetch: 401", .notes = QUARRY_FETCH_HIDDEN,
		   .retry_after_s = -1 };

static void what_may_pass_is_tried_again(void **state)
{
	static const struct answer busy[] = {
		{ .rc = QUARRY_EFAIL, .text = "busy", .may_retry = 1, .retry_after_s = -1 },
		{ .outcome = QUARRY_FETCH_CLONED },
	}, broken[] = {
		{ .rc = QUARRY_EFAIL, .text = "broken", .may_retry = 1, .retry_after_s = 0 },
		{ .rc = QUARRY_EFAIL, .text = "still broken", .may_retry = 1, .retry_after_s = -1 },
	}, wrong = { .rc = QUARRY_EFAIL, .text = "wrong", .retry_after_s = -1 };
	struct fixture *f = *state;
	struct quarry_summary sum;

	make_universe(f, 3);
	f->options.fetch.retries = 1;
	script[0] = busy;
	script[1] = broken;
	script[2] = &wrong;
	assert_int_equal(fetch(&sum, f, 0), 0);
	assert_int_equal(sum.n_total, 3);
	assert_int_equal(sum.n_done, 1);
	assert_int_equal(sum.n_failed, 2);
	assert_int_equal(sum.n_retries, 2);
	assert_int_equal(sum.bytes, 5000); /* what came in vain came, too */
	assert_string_equal(sum.failures[0].slug, "o/r1");
	assert_string_equal(sum.failures[0].text, "still broken (tried 2 times)");
	assert_string_equal(sum.failures[1].text, "wrong");
	assert_int_equal(atomic_load(&n_calls[2]), 1);
	check_notices(&sum, "");
	quarry_summary_release(&sum);
}

static void a_wait_that_is_too_long_is_a_failure(void **state)
{
	static const struct answer limited[] = {
		{ .rc = QUARRY_EFAIL, .text = "limited", .may_retry = 1, .retry_after_s = 3600 },
	};
	struct fixture *f = *state;
	struct quarry_summary sum;

	make_universe(f, 1);
	f->options.fetch.retries = 10;
	script[0] = limited;
	assert_int_equal(fetch(&sum, f, 0), 0);
	assert_int_equal(sum.n_failed, 1);
	assert_string_equal(sum.failures[0].text, "limited");
	quarry_summary_release(&sum);
}

static void attempts_share_the_time_of_a_repository(void **state)
{
	static const struct answer slow[] = {
		{ .rc = QUARRY_EFAIL, .text = "slow", .may_retry = 1, .retry_after_s = -1,
		  .lasts_ms = 1000 },
	};
	struct fixture *f = *state;
	struct quarry_summary sum;

	make_universe(f, 1);
	f->options.fetch.retries = 3;
	f->options.fetch.total_s = 1;
	script[0] = slow;
	assert_int_equal(fetch(&sum, f, 0), 0);
	assert_int_equal(atomic_load(&n_calls[0]), 1);
	assert_string_equal(sum.failures[0].text, "slow");
	quarry_summary_release(&sum);
}

static void a_repository_that_was_never_brought_is_not_gone(void **state)
{
	struct fixture *f = *state;

	make_universe(f, 1);
	see(f, 0, &none, "");
	see(f, 1, &closed, "");
	check_doctor(f, "");
}

static void what_comes_and_goes_is_kept_with_its_dates(void **state)
{
	static const struct answer broken = { .rc = QUARRY_EFAIL, .text = "broken" };
	struct fixture *f = *state;

	make_universe(f, 1);
	see(f, 0, &fine, "");
	see(f, 1, &none, "*o/r0: it is gone; what was brought of it is kept\n");
	see(f, 2, &broken, "");
	see(f, 3, &none, "o/r0: it is gone; what was brought of it is kept\n");
	check_doctor(f, "o/r0: since 2025-06-16, last seen on 2025-06-18: it is gone; what was "
		     "brought of it is kept\n");
	see(f, 4, &closed, "*o/r0: it is gone or turned private; what was brought of it is kept\n");
	see(f, 5, &same, "*o/r0: it was private, and is there again\n");
	check_doctor(f, "o/r0: on 2025-06-20: it was private, and is there again\n");
	see(f, 6, &none, "*o/r0: it is gone; what was brought of it is kept\n");
	see(f, 7, &same, "*o/r0: it was gone, and is there again\n");
	check_doctor(f, "o/r0: on 2025-06-22: it was gone, and is there again; 2 times in all\n");
	see(f, 8, &same, "");
}

static void what_happens_to_a_branch_is_told(void **state)
{
	static const struct answer
		renamed = { .outcome = QUARRY_FETCH_UNCHANGED, .notes = QUARRY_FETCH_RENAMED,
			    .before = "master" },
		forced = { .outcome = QUARRY_FETCH_UPDATED, .notes = QUARRY_FETCH_FORCED };
	struct fixture *f = *state;

	make_universe(f, 1);
	see(f, 0, &renamed, "*o/r0: its branch 'master' is now 'main'\n");
	see(f, 1, &forced, "*o/r0: its history was rewritten (force push)\n");
	see(f, 2, &forced, "*o/r0: its history was rewritten (force push)\n");
	check_doctor(f, "o/r0: on 2025-06-15: its branch 'master' is now 'main'\n"
		     "o/r0: on 2025-06-17: its history was rewritten (force push); 2 times in all\n");
}

static void a_move_lasts_until_it_ends_or_goes_elsewhere(void **state)
{
	static const struct answer
		to_x = { .outcome = QUARRY_FETCH_UNCHANGED, .notes = QUARRY_FETCH_MOVED,
			 .moved_to = "https://h.test/x" },
		to_y = { .outcome = QUARRY_FETCH_UNCHANGED, .notes = QUARRY_FETCH_MOVED,
			 .moved_to = "https://h.test/y" };
	struct fixture *f = *state;

	make_universe(f, 1);
	see(f, 0, &to_x, "*o/r0: moved to 'https://h.test/x': write that into the universe\n");
	see(f, 1, &to_x, "o/r0: moved to 'https://h.test/x': write that into the universe\n");
	see(f, 2, &to_y, "*o/r0: moved to 'https://h.test/y': write that into the universe\n");
	check_doctor(f, "o/r0: since 2025-06-17, last seen on 2025-06-17: moved to "
		     "'https://h.test/y': write that into the universe\n");
	see(f, 3, &same, "");
	check_doctor(f, "");
}

static void what_a_server_cannot_do_is_told(void **state)
{
	static const struct answer
		full = { .outcome = QUARRY_FETCH_CLONED,
			 .notes = QUARRY_FETCH_FULL | QUARRY_FETCH_NO_TIP_FILES },
		empty = { .outcome = QUARRY_FETCH_EMPTY };
	static const char no_files[] = "'h.test' did not give single files: those of the newest "
				       "commit (.mailmap, README, manifests) are missing\n",
		no_filter[] = "h.test: this server takes no filter: all file contents of 1 repository "
			      "were fetched, too\n";
	struct fixture *f = *state;
	char *told = str_dupf("*o/r0: %s*o/r0: 'h.test' takes no filter, so all file contents were "
			      "fetched, too\n", no_files);
	char *kept = str_dupf("o/r0: since 2025-06-15, last seen on 2025-06-15: %s%s", no_files,
			      no_filter);

	make_universe(f, 1);
	see(f, 0, &full, told);
	check_doctor(f, kept);
	see(f, 1, &same, ""); /* the files are here now; nothing was sent with a filter or without */
	check_doctor(f, no_filter);
	see(f, 2, &fine, "");
	check_doctor(f, "");
	see(f, 3, &empty, "*o/r0: its default branch has no commit\n");
	see(f, 4, &fine, "");
	check_doctor(f, "");
	free(told);
	free(kept);
}

/* What is wrong with our side, or with the universe, is no event of the repository. */
static void what_concerns_us_is_no_event(void **state)
{
	struct fixture *f = *state;

	make_universe(f, 1);
	see(f, 0, &fine, "");
	see(f, 1, &refused, "");
	see(f, 2, &no_branch, "");
	see(f, 3, &same, "");
	check_doctor(f, "");
}

/* One is asked, the others know from its answer. */
static void a_host_that_wants_rest_is_not_asked(void **state)
{
	static const struct answer limited = { .rc = QUARRY_EFAIL, .text = "limited", .may_retry = 1,
					       .retry_after_s = 3600 };
	struct fixture *f = *state;
	struct quarry_summary sum;
	int n = 0;

	make_universe(f, 3);
	f->options.fetch.per_host = 1;
	for (size_t i = 0; i < 3; i++)
		script[i] = &limited;
	assert_int_equal(fetch(&sum, f, 0), 0);
	for (size_t i = 0; i < 3; i++)
		n += (int)atomic_load(&n_calls[i]);
	assert_int_equal(n, 1);
	assert_int_equal(sum.n_failed, 3);
	assert_non_null(strstr(sum.failures[2].text, "its host wants fewer requests"));
	quarry_summary_release(&sum);
}

static void a_host_gets_no_more_than_its_share(void **state)
{
	static const struct answer many[40] = { { .rc = 0 } };
	struct fixture *f = *state;
	struct quarry_summary sum;

	make_universe(f, 40);
	slowly = true;
	for (size_t i = 0; i < 3; i++)
		script[i] = many;
	f->options.fetch.per_host = 3;
	assert_int_equal(fetch(&sum, f, 0), 0);
	assert_int_equal(sum.n_done, 40);
	assert_int_equal(sum.bytes, 40000);
	assert_in_range(atomic_load(&most_running), 1, 3);
	quarry_summary_release(&sum);
}

static void note_progress(void *payload, const struct quarry_progress *p)
{
	struct quarry_progress *last = payload;

	*last = *p;
	last->current = last->slow = NULL;
}

static void progress_counts_every_byte(void **state)
{
	static const struct answer busy[] = {
		{ .rc = QUARRY_EFAIL, .text = "busy", .may_retry = 1, .retry_after_s = -1 },
		{ .outcome = QUARRY_FETCH_CLONED },
	};
	struct quarry_progress last = { .step = "" };
	struct fixture *f = *state;
	struct quarry_summary sum;

	make_universe(f, 2);
	f->options.fetch.retries = 1;
	f->options.progress = note_progress;
	f->options.payload = &last;
	script[0] = busy;
	script[1] = &fine;
	assert_int_equal(fetch(&sum, f, 0), 0);
	assert_int_equal(sum.n_done, 2);
	assert_int_equal(last.done, 2);
	assert_int_equal(last.amount, 3000);
	assert_int_equal(last.n_retrying, 0);
	quarry_summary_release(&sum);
}

/* A user who interrupts when one repository is done, one waits and one runs. */
static void interrupt(void *payload, const struct quarry_progress *p)
{
	struct fixture *f = payload;

	if (p->done == 1 && p->n_retrying == 1 && !atomic_exchange(&f->stop, true))
		f->stopped_s = time(NULL);
}

static void stopping_ends_all_and_keeps_what_is_done(void **state)
{
	static const struct answer
		busy = { .rc = QUARRY_EFAIL, .text = "busy", .may_retry = 1, .retry_after_s = 60 },
		endless = { .until_stopped = true };
	struct fixture *f = *state;
	struct quarry_summary sum;

	make_universe(f, 3);
	f->options.fetch.retries = 3;
	f->options.progress = interrupt;
	f->options.payload = f;
	script[0] = &fine;
	script[1] = &busy;
	script[2] = &endless;
	assert_int_equal(fetch(&sum, f, 0), QUARRY_EINTR);
	assert_true(time(NULL) - f->stopped_s <= 2);
	assert_string_equal(f->err.text, "interrupted; run the same command to go on");
	assert_int_equal(sum.n_done, 1);
	assert_int_equal(sum.n_failed, 0);
	quarry_summary_release(&sum);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_may_pass_is_tried_again),
		TEST(a_wait_that_is_too_long_is_a_failure),
		TEST(attempts_share_the_time_of_a_repository),
		TEST(a_repository_that_was_never_brought_is_not_gone),
		TEST(what_comes_and_goes_is_kept_with_its_dates),
		TEST(what_happens_to_a_branch_is_told),
		TEST(a_move_lasts_until_it_ends_or_goes_elsewhere),
		TEST(what_a_server_cannot_do_is_told),
		TEST(what_concerns_us_is_no_event),
		TEST(a_host_that_wants_rest_is_not_asked),
		TEST(a_host_gets_no_more_than_its_share),
		TEST(progress_counts_every_byte),
		TEST(stopping_ends_all_and_keeps_what_is_done),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
