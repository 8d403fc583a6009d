#include "cli/progress.h"

#include <inttypes.h>
#include <string.h>

#include "cli/amount.h"
#include "cli/cli.h"
#include "cli/rate.h"
#include "cli/term.h"
#include "util/banned.h"
#include "util/clock.h"

#define DELAY_MS 500     /* a step that is over sooner shows nothing */
#define INTERVAL_MS 100  /* on a terminal */
#define PLAIN_MS 30000   /* elsewhere */
#define SETTLE_MS 2000   /* before that the time left is a guess */

static struct {
	enum progress_mode mode;
	bool live;
	char step[32];     /* the one that is shown; texts of a call do not outlive it */
	int64_t start_ms;  /* of the step */
	int64_t next_ms;   /* when to draw again */
	struct rate rate;
} state;

static void add_time_left(struct str *out, const struct quarry_progress *p, int64_t elapsed_ms)
{
	double left_s;

	if (!p->done || p->done >= p->total || elapsed_ms < SETTLE_MS)
		return;
	left_s = (double)elapsed_ms / 1000 * (double)(p->total - p->done) / (double)p->done;
	if (left_s >= 360000) /* a hundred hours: the figure tells nothing */
		return;
	str_adds(out, ", ");
	amount_add_duration(out, (int64_t)left_s);
	str_adds(out, " left");
}

static void add_amount(struct str *out, const struct quarry_progress *p, int64_t per_s)
{
	if (!p->amount)
		return;
	str_adds(out, ", ");
	amount_add(out, p->amount, p->unit);
	if (per_s < 0)
		return;
	str_adds(out, ", ");
	amount_add(out, (uint64_t)per_s, p->unit);
	str_adds(out, "/s");
}

/* What holds everything up is worth more than what was worked on last. */
static void add_repository(struct str *out, const struct quarry_progress *p)
{
	if (p->slow && *p->slow) {
		str_addf(out, "; slow: %s %" PRId64 " s", p->slow, p->slow_s);
		if (p->slow_amount) {
			str_adds(out, ", ");
			amount_add(out, p->slow_amount, p->unit);
		}
	} else if (p->current && *p->current) {
		str_addf(out, ": %s", p->current);
	}
}

void progress_format(struct str *out, const struct quarry_progress *p, int64_t elapsed_ms,
		     int64_t per_s, size_t columns)
{
	struct str s = STR_INIT;

	str_addf(&s, "%s%s %zu/%zu", atomic_load(&cli_stop) ? "stopping: " : "", p->step,
		 p->done, p->total);
	add_amount(&s, p, per_s);
	add_time_left(&s, p, elapsed_ms);
	if (p->n_retrying)
		str_addf(&s, ", %zu to retry", p->n_retrying);
	add_repository(&s, p);
	if (s.buf)
		term_clean(out, s.buf, columns);
	str_release(&s);
}

static void draw(const struct quarry_progress *p, int64_t now_ms)
{
	struct str s = STR_INIT;
	uint64_t per_s;
	bool known = rate_per_s(&per_s, &state.rate, now_ms, p->amount);

	/* The last column stays free: a character there makes some terminals wrap. */
	progress_format(&s, p, now_ms - state.start_ms, known ? (int64_t)per_s : -1,
			state.live ? term_width() - 1 : TERM_ANY_WIDTH);
	if (!s.oom && s.buf) {
		if (state.live)
			term_line(s.buf);
		else
			term_say("%s", s.buf);
	}
	str_release(&s);
}

void progress_start(enum progress_mode mode)
{
	state.mode = mode;
	state.live = term_is_live();
	state.step[0] = '\0';
}

void progress_update(void *payload, const struct quarry_progress *p)
{
	int64_t now;

	if (state.mode == PROGRESS_QUIET)
		return;
	now = clock_ms();
	if (strncmp(state.step, p->step, sizeof(state.step) - 1)) {
		size_t len = strnlen(p->step, sizeof(state.step) - 1);

		memcpy(state.step, p->step, len);
		state.step[len] = '\0';
		state.start_ms = now;
		state.next_ms = now + (state.live ? DELAY_MS : PLAIN_MS);
		state.rate = (struct rate)RATE_INIT;
	}
	rate_note(&state.rate, now, p->amount);
	if (now < state.next_ms)
		return;
	draw(p, now);
	state.next_ms = now + (state.live ? INTERVAL_MS : PLAIN_MS);
}

void progress_end(void)
{
	term_line(NULL);
	state.step[0] = '\0';
}
