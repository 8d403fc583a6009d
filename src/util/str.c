#include "util/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

static bool reserve(struct str *s, size_t more)
{
	size_t want, cap;
	char *p;

	if (s->oom)
		return false;
	if (more > SIZE_MAX / 2 - s->len - 1) {
		s->oom = true;
		return false;
	}
	want = s->len + more + 1;
	if (want <= s->cap)
		return true;
	cap = s->cap ? s->cap : 64;
	while (cap < want)
		cap *= 2;
	p = realloc(s->buf, cap);
	if (!p) {
		s->oom = true;
		return false;
	}
	s->buf = p;
	s->cap = cap;
	return true;
}

void str_release(struct str *s)
{
	free(s->buf);
	*s = (struct str)STR_INIT;
}

void str_clear(struct str *s)
{
	s->len = 0;
	s->oom = false;
	if (s->buf)
		s->buf[0] = '\0';
}

void str_add(struct str *s, const char *data, size_t len)
{
	if (!reserve(s, len))
		return;
	if (len)
		memcpy(s->buf + s->len, data, len);
	s->len += len;
	s->buf[s->len] = '\0';
}

void str_adds(struct str *s, const char *text)
{
	if (text)
		str_add(s, text, strlen(text));
}

void str_addc(struct str *s, char c)
{
	str_add(s, &c, 1);
}

void str_vaddf(struct str *s, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0 || !reserve(s, (size_t)n)) {
		s->oom = true;
		return;
	}
	(void)vsnprintf(s->buf + s->len, (size_t)n + 1, fmt, ap); /* measured above */
	s->len += (size_t)n;
}

void str_addf(struct str *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_vaddf(s, fmt, ap);
	va_end(ap);
}

char *str_detach(struct str *s)
{
	char *buf;

	str_add(s, "", 0);
	buf = s->oom ? NULL : s->buf;
	if (!buf)
		free(s->buf);
	*s = (struct str)STR_INIT;
	return buf;
}

char *str_dupf(const char *fmt, ...)
{
	struct str s = STR_INIT;
	va_list ap;

	va_start(ap, fmt);
	str_vaddf(&s, fmt, ap);
	va_end(ap);
	return str_detach(&s);
}
