#include "config/field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "quarry/quarter.h"
#include "util/banned.h"

#define NUMBER_MAX 1000000000

static bool is_id(const char *s)
{
	return *s && !s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

int field_id(const struct field *f, const struct schema_text *text)
{
	if (is_id(text->s))
		return 0;
	return schema_fail(f->err, f->file, text->line,
			   "'%s' is not an id: '%s' (use a-z, 0-9 and '-')", f->key, text->s);
}

int field_quarter(int32_t *out, const struct field *f, const struct schema_text *text)
{
	if (!text->s || quarry_quarter_parse(out, text->s) == 0)
		return 0;
	return schema_fail(f->err, f->file, text->line,
			   "'%s' is not a quarter: '%s' (write 2024Q1)", f->key, text->s);
}

int field_number(int64_t *out, const struct field *f, const struct schema_text *text, int64_t min)
{
	int64_t value = 0;
	bool good = true;

	if (!text->s)
		return 0;
	for (const char *p = text->s; good && *p; p++) {
		good = *p >= '0' && *p <= '9' && value <= NUMBER_MAX;
		value = good ? value * 10 + (*p - '0') : value;
	}
	if (!good || value < min || value > NUMBER_MAX)
		return schema_fail(f->err, f->file, text->line,
				   "'%s' is not a whole number from %lld to %d: '%s'", f->key,
				   (long long)min, NUMBER_MAX, text->s);
	*out = value;
	return 0;
}

int field_date(int64_t *out, const struct field *f, const struct schema_text *text)
{
	struct tm tm = { 0 };
	char back[32];
	int end = 0;
	int64_t time_s;

	if (!text->s)
		return 0;
	if (strlen(text->s) == 10 &&
	    sscanf(text->s, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &end) == 3 &&
	    end == 10) {
		tm.tm_year -= 1900;
		tm.tm_mon -= 1;
		time_s = (int64_t)timegm(&tm);
		/* timegm turns February 30 into March 1: only a real date comes back equal. */
		if (strcmp(quarry_date_format(back, sizeof(back), time_s), text->s) == 0) {
			*out = time_s;
			return 0;
		}
	}
	return schema_fail(f->err, f->file, text->line, "'%s' is not a date: '%s' (write 1990-01-31)",
			   f->key, text->s);
}

static bool is_branch(const char *s)
{
	size_t len = strlen(s);

	/* schema_read has refused control characters already. */
	if (s[0] == '-' || s[0] == '/' || s[len - 1] == '/' || s[len - 1] == '.' ||
	    strcmp(s, "@") == 0 || strpbrk(s, " ~^:?*[\\") || strstr(s, "..") ||
	    strstr(s, "//") || strstr(s, "@{"))
		return false;
	for (const char *part = s; part;) {
		size_t n = strcspn(part, "/");

		if (part[0] == '.' || (n >= 5 && memcmp(part + n - 5, ".lock", 5) == 0))
			return false;
		part = part[n] ? part + n + 1 : NULL;
	}
	return true;
}

int field_branch(const struct field *f, const struct schema_text *text)
{
	if (!text->s || is_branch(text->s))
		return 0;
	return schema_fail(f->err, f->file, text->line, "'%s' is not a name git allows: '%s'",
			   f->key, text->s);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void field_sort(const char **at, size_t n)
{
	if (n)
		qsort(at, n, sizeof(*at), compare);
}

int field_ids(const char ***out, size_t *n, struct arena *arena, const struct field *f,
	      const struct schema_texts *texts)
{
	const char **at;

	if (!texts->n)
		return 0;
	at = arena_alloc(arena, texts->n * sizeof(*at));
	if (!at)
		return quarry_error_nomem(f->err);
	for (size_t i = 0; i < texts->n; i++) {
		int rc = field_id(f, &texts->at[i]);

		if (rc)
			return rc;
		at[i] = texts->at[i].s;
	}
	field_sort(at, texts->n);
	for (size_t i = 1; i < texts->n; i++)
		if (strcmp(at[i - 1], at[i]) == 0)
			return schema_fail(f->err, f->file, texts->at[0].line,
					   "'%s' holds '%s' twice", f->key, at[i]);
	*out = at;
	*n = texts->n;
	return 0;
}
