#include "cli/term.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "util/banned.h"
#include "util/utf8.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool line_shown; /* under the lock */

/* The character at `s`, its bytes in *len; 0xFFFD for a byte that begins none. */
static uint32_t decode(const char *s, size_t left, size_t *len)
{
	unsigned char lead = (unsigned char)*s;
	size_t n = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
	uint32_t c;

	*len = 1;
	if (n > left || !utf8_valid(s, n))
		return 0xFFFD;
	c = n == 1 ? lead : lead & (0x7Fu >> n);
	for (size_t i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)s[i] & 0x3F);
	*len = n;
	return c;
}

static bool is_hostile(uint32_t c)
{
	static const uint32_t ranges[][2] = {
		{ 0x0000, 0x001F }, /* C0 controls: ESC, newlines */
		{ 0x007F, 0x009F }, /* DEL, C1 controls: CSI in one character */
		{ 0x00AD, 0x00AD }, /* soft hyphen */
		{ 0x061C, 0x061C }, /* Arabic letter mark */
		{ 0x180E, 0x180E },
		{ 0x200B, 0x200F }, /* zero width, direction marks */
		{ 0x2028, 0x202E }, /* separators, bidi embeddings and overrides */
		{ 0x2060, 0x206F }, /* invisible operators, bidi isolates */
		{ 0xFEFF, 0xFEFF },
		{ 0xFFF9, 0xFFFD }, /* annotations; what decode() could not read */
		{ 0xE0000, 0xE0FFF }, /* tags */
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

void term_clean(struct str *out, const char *text, size_t columns)
{
	size_t left = strlen(text), used = 0;

	while (left) {
		size_t len, wide = 1;
		uint32_t c = decode(text, left, &len);
		bool hostile = is_hostile(c);

		if (!hostile) {
			/* -1: the locale does not know it, the terminal may. */
			int w = wcwidth((wchar_t)c);

			wide = w < 0 ? 1 : (size_t)w;
		}
		if (columns != TERM_ANY_WIDTH && wide > columns - used)
			break;
		used += wide;
		if (hostile)
			str_addc(out, '?');
		else
			str_add(out, text, len);
		text += len;
		left -= len;
	}
}

/* Under the lock. */
static void erase_line(void)
{
	if (line_shown)
		(void)fputs("\r\033[K", stderr); /* nowhere to report it */
	line_shown = false;
}

static void say(const char *prefix, const char *text)
{
	struct str s = STR_INIT;

	str_adds(&s, "quarry: ");
	str_adds(&s, prefix);
	term_clean(&s, text, TERM_ANY_WIDTH);
	str_addc(&s, '\n');
	(void)pthread_mutex_lock(&lock); /* a plain mutex cannot fail here */
	erase_line();
	/* A failure to write to stderr has nowhere to be reported. */
	(void)fputs(s.oom ? "quarry: out of memory\n" : s.buf, stderr);
	(void)pthread_mutex_unlock(&lock);
	str_release(&s);
}

void term_say(const char *fmt, ...)
{
	struct str s = STR_INIT;
	va_list ap;

	va_start(ap, fmt);
	str_vaddf(&s, fmt, ap);
	va_end(ap);
	say("", s.oom || !s.buf ? "out of memory" : s.buf);
	str_release(&s);
}

int term_fail(const struct quarry_error *err)
{
	if (!err->code)
		say("", "a step failed and left no reason");
	else if (err->text[0])
		say("", err->text);
	return quarry_error_exit(err->code ? err->code : QUARRY_EFAIL);
}

void term_log(void *payload, enum quarry_log_level level, const char *text)
{
	say(level == QUARRY_LOG_WARNING ? "warning: " : "", text);
}

void term_line(const char *text)
{
	(void)pthread_mutex_lock(&lock); /* a plain mutex cannot fail here */
	if (text) {
		(void)fprintf(stderr, "\r%s\033[K", text); /* nowhere to report it */
		line_shown = true;
	} else {
		erase_line();
	}
	(void)pthread_mutex_unlock(&lock);
}

static bool is_dumb(void)
{
	const char *term = getenv("TERM");

	return !term || !*term || !strcmp(term, "dumb");
}

bool term_is_live(void)
{
	return isatty(STDERR_FILENO) && !is_dumb();
}

size_t term_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		return 80;
	return size.ws_col;
}

bool term_has_color(FILE *f)
{
	const char *no = getenv("NO_COLOR");

	return (!no || !*no) && isatty(fileno(f)) && !is_dumb();
}
