/*
 * A string builder.
 *
 *	struct str s = STR_INIT;
 *	str_addf(&s, "%d", 42);
 *	if (s.oom) ...                one check at the end is enough
 *	str_release(&s);
 *
 * A failed allocation sets `oom` and turns every later call into a no-op, so
 * that a writer of many pieces tests once.  `buf` is NULL until the first byte
 * is added and NUL-terminated after that; `len` leaves the NUL out.
 */
#ifndef QUARRY_UTIL_STR_H
#define QUARRY_UTIL_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct str {
	char *buf;
	size_t len, cap;
	bool oom;
};

#define STR_INIT { NULL, 0, 0, false }

void str_release(struct str *s);
void str_clear(struct str *s); /* empty it, keep its memory */
void str_add(struct str *s, const char *data, size_t len);
void str_adds(struct str *s, const char *text); /* NULL adds nothing */
void str_addc(struct str *s, char c);
void str_addf(struct str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void str_vaddf(struct str *s, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* Take the buffer (to be given to free(3)); NULL after a failed allocation. */
char *str_detach(struct str *s);

/* A formatted copy in its own memory, NULL without memory. */
char *str_dupf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
