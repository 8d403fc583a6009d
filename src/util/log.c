#include "quarry/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "util/banned.h"
#include "util/str.h"

void quarry_log_say(const struct quarry_log *log, enum quarry_log_level level,
		    const char *fmt, ...)
{
	struct str text = STR_INIT;
	va_list ap;

	if (!log || !log->fn || level > log->level)
		return;
	va_start(ap, fmt);
	str_vaddf(&text, fmt, ap);
	va_end(ap);
	if (!text.oom && text.buf) {
		for (char *s = text.buf; *s; s++)
			if ((unsigned char)*s < 0x20 || *s == 0x7F)
				*s = '?';
		log->fn(log->payload, level, text.buf);
	}
	str_release(&text);
}
