/*
 * The same for what utf8proc allocates, and leaves to us to free: -Wl,--wrap=utf8proc_map.
 * Include it after failing.h.
 */
#ifndef QUARRY_TESTS_FAILING_FOLD_H
#define QUARRY_TESTS_FAILING_FOLD_H

#include <utf8proc.h>

utf8proc_ssize_t __real_utf8proc_map(const utf8proc_uint8_t *s, utf8proc_ssize_t len,
				     utf8proc_uint8_t **out, utf8proc_option_t options);
utf8proc_ssize_t __wrap_utf8proc_map(const utf8proc_uint8_t *s, utf8proc_ssize_t len,
				     utf8proc_uint8_t **out, utf8proc_option_t options);

/* What it allocates is ours to free. */
utf8proc_ssize_t __wrap_utf8proc_map(const utf8proc_uint8_t *s, utf8proc_ssize_t len,
				     utf8proc_uint8_t **out, utf8proc_option_t options)
{
	utf8proc_ssize_t n;

	*out = NULL;
	if (fails())
		return UTF8PROC_ERROR_NOMEM;
	n = __real_utf8proc_map(s, len, out, options);
	(void)count(*out);
	return n;
}

#endif
