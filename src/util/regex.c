#include "util/regex.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

#define MATCH_LIMIT 100000
#define DEPTH_LIMIT 1000
#define HEAP_LIMIT_KIB 20000
#define PATTERN_MAX 4096

struct regex {
	pcre2_code *code;
	pcre2_match_context *limits;
};

static int say(struct quarry_error *err, int pcre_code, const char *what, size_t offset)
{
	PCRE2_UCHAR text[256];

	if (pcre2_get_error_message(pcre_code, text, sizeof(text)) < 0)
		memcpy(text, "unknown cause", sizeof("unknown cause"));
	return quarry_error_set(err, QUARRY_EFAIL, "%s: %s at offset %zu",
				what, (const char *)text, offset);
}

int regex_new(struct regex **out, const char *pattern, struct quarry_error *err)
{
	struct regex *re = NULL;
	PCRE2_SIZE offset = 0;
	int code = 0, rc;

	if (strlen(pattern) > PATTERN_MAX)
		return quarry_error_set(err, QUARRY_EFAIL, "pattern longer than %d bytes",
					PATTERN_MAX);
	re = calloc(1, sizeof(*re));
	if (!re)
		return quarry_error_nomem(err);
	re->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
				 PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_MATCH_INVALID_UTF,
				 &code, &offset, NULL);
	if (!re->code) {
		rc = say(err, code, "bad pattern", offset);
		goto done;
	}
	re->limits = pcre2_match_context_create(NULL);
	if (!re->limits) {
		rc = quarry_error_nomem(err);
		goto done;
	}
	pcre2_set_match_limit(re->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(re->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(re->limits, HEAP_LIMIT_KIB);
	(void)pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE); /* only speed depends on it */
	*out = re;
	re = NULL;
	rc = 0;
done:
	regex_free(re);
	return rc;
}

void regex_free(struct regex *re)
{
	if (!re)
		return;
	pcre2_match_context_free(re->limits);
	pcre2_code_free(re->code);
	free(re);
}

int regex_match(const struct regex *re, const char *s, size_t len, struct quarry_error *err)
{
	pcre2_match_data *md = pcre2_match_data_create(1, NULL);
	int rc;

	if (!md)
		return quarry_error_nomem(err);
	rc = pcre2_match(re->code, (PCRE2_SPTR)(s ? s : ""), len, 0, 0, md, re->limits);
	pcre2_match_data_free(md);
	if (rc >= 0)
		return 1;
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	return say(err, rc, "match stopped", 0);
}
