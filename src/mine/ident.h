/*
 * An identity line, split by git's own rules (git's split_ident_line):
 *
 *	name SP "<" email ">" SP seconds SP ("+" | "-") hhmm
 *
 * where nearly everything may be missing or doubled.
 */
#ifndef QUARRY_MINE_IDENT_H
#define QUARRY_MINE_IDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ident {
	const char *name, *email; /* into the line */
	size_t name_len, email_len;
	bool has_time;      /* false: time_s is 0 */
	int64_t time_s;     /* beyond int64: INT64_MAX */
	int32_t offset_min; /* 0 where there is none */
};

/* False where there is no "<...>" in the line. */
bool ident_split(struct ident *out, const char *line, size_t len);

#endif
