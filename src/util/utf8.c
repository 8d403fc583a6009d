#include "util/utf8.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "util/banned.h"

#define NOT_ASCII UINT64_C(0x8080808080808080) /* of eight bytes */

bool utf8_valid(const char *s, size_t len)
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)s;

	while (len) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n;
		uint64_t eight;

		if (len >= sizeof(eight)) {
			memcpy(&eight, p, sizeof(eight));
			if (!(eight & NOT_ASCII)) {
				p += sizeof(eight);
				len -= sizeof(eight);
				continue;
			}
		}
		if (*p < 0x80) {
			p++;
			len--;
			continue;
		}
		n = utf8proc_iterate(p, len > 4 ? 4 : (utf8proc_ssize_t)len, &c);
		if (n < 1)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

bool utf8_knows(const char *encoding)
{
	iconv_t cd = iconv_open("UTF-8", encoding);

	if (cd == (iconv_t)-1)
		return false;
	(void)iconv_close(cd); /* frees only */
	return true;
}

/* Convert with iconv; false when it does not know the encoding or the bytes do not fit. */
static bool convert(struct str *out, const char *s, size_t len, const char *encoding)
{
	iconv_t cd = iconv_open("UTF-8", encoding);
	char *in = (char *)s, buf[1024];
	size_t mark = out->len;
	bool ok = true;

	if (cd == (iconv_t)-1)
		return false;
	while (ok && len) {
		char *to = buf;
		size_t room = sizeof(buf), r = iconv(cd, &in, &len, &to, &room);

		str_add(out, buf, sizeof(buf) - room);
		if (r == (size_t)-1 && errno != E2BIG)
			ok = false;
	}
	(void)iconv_close(cd); /* frees only */
	if (ok && utf8_valid(out->buf + mark, out->len - mark))
		return true;
	out->len = mark;
	if (out->buf)
		out->buf[mark] = '\0';
	return false;
}

void utf8_decode(struct str *out, const char *s, size_t len, const char *encoding)
{
	if (utf8_valid(s, len)) {
		str_add(out, s, len);
		return;
	}
	if (encoding && convert(out, s, len, encoding))
		return;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x80) {
			str_addc(out, (char)c);
		} else {
			str_addc(out, (char)(0xC0 | c >> 6));
			str_addc(out, (char)(0x80 | (c & 0x3F)));
		}
	}
}

static void add_squeezed(struct str *out, const char *s, size_t len)
{
	size_t start = out->len;

	for (size_t i = 0; i < len; i++) {
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '\n' && s[i] != '\r')
			str_addc(out, s[i]);
		else if (out->len > start && out->buf[out->len - 1] != ' ')
			str_addc(out, ' ');
	}
	if (out->len > start && out->buf[out->len - 1] == ' ')
		out->buf[--out->len] = '\0';
}

void utf8_fold(struct str *out, const char *s, size_t len)
{
	utf8proc_uint8_t *folded = NULL;
	utf8proc_ssize_t n;

	n = utf8proc_map((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)len, &folded,
			 UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE |
			 UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
	if (n == UTF8PROC_ERROR_NOMEM)
		out->oom = true;
	else if (n < 0)
		add_squeezed(out, s, len);
	else
		add_squeezed(out, (const char *)folded, (size_t)n);
	free(folded);
}
