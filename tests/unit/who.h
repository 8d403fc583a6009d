/* The shipped rules of identity, for tests of the resolver. */
#ifndef QUARRY_TESTS_WHO_H
#define QUARRY_TESTS_WHO_H

#include "quarry/identity_rules.h"
#include "util/file.h"

/* Read once; freed by free_shipped_rules(). */
static struct quarry_identity_rules *shipped_rules_read;

static inline const struct quarry_identity_rules *shipped_rules(void)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *text = NULL;
	size_t len = 0;

	if (shipped_rules_read)
		return shipped_rules_read;
	if (!file_read(&text, &len, SOURCE_ROOT "/categories/rules/identity.yaml", 1 << 20, &err))
		(void)quarry_identity_rules_parse(&shipped_rules_read, text, len, "identity.yaml",
						  &err);
	assert_string_equal(err.text, "");
	free(text);
	return shipped_rules_read;
}

static inline int free_shipped_rules(void **state)
{
	(void)state;
	quarry_identity_rules_free(shipped_rules_read);
	shipped_rules_read = NULL;
	return 0;
}

#endif
