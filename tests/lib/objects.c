#include "lib/objects.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/vec.h"

static unsigned digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = strchr(digits, c);

	assert_true(c && at);
	return (unsigned)(at - digits);
}

struct quarry_oid objects_oid(const char *hex)
{
	struct quarry_oid oid;

	for (size_t i = 0; i < QUARRY_OID_SIZE; i++)
		oid.id[i] = (unsigned char)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
	return oid;
}

/* id SP type SP length LF data LF, again and again */
void objects_read(struct objects *out, const struct history *h)
{
	struct objects all = { .text = STR_INIT };
	char *p, *end;

	HISTORY_GIT(&all.text, h, "cat-file", "--batch-all-objects", "--batch");
	p = all.text.buf;
	end = p + all.text.len;
	while (p < end) {
		struct objects_one one = { .oid = objects_oid(p) };
		char *type = p + 2 * QUARRY_OID_SIZE + 1, *size = strchr(type, ' ');

		assert_non_null(size);
		one.type = strncmp(type, "tag", 3) ? *type : 'a';
		one.len = strtoul(size, &p, 10);
		one.data = p + 1;
		p += 1 + one.len + 1;
		assert_true(p <= end);
		assert_int_equal(vec_push(&all, one), 0);
	}
	*out = all;
}

void objects_release(struct objects *o)
{
	str_release(&o->text);
	vec_release(o);
}
