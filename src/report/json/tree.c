#include "report/json/tree.h"

#include <math.h>

#include "quarry/quarter.h"
#include "report/text.h"
#include "util/banned.h"

#define DUMP_FLAGS (JSON_INDENT(1) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(10))

void tree_put(struct tree *t, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		t->oom = true;
}

void tree_append(struct tree *t, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		t->oom = true;
}

json_t *tree_text(const char *s)
{
	struct str valid = STR_INIT;
	json_t *text = NULL;

	text_valid(&valid, s);
	if (!valid.oom)
		text = json_stringn(valid.buf ? valid.buf : "", valid.len);
	str_release(&valid);
	return text;
}

void tree_put_text(struct tree *t, json_t *object, const char *key, const char *s)
{
	tree_put(t, object, key, tree_text(s));
}

void tree_put_int(struct tree *t, json_t *object, const char *key, int64_t n)
{
	tree_put(t, object, key, json_integer(n));
}

void tree_put_real(struct tree *t, json_t *object, const char *key, double x)
{
	tree_put(t, object, key, isfinite(x) ? json_real(x == 0 ? 0 : x) : json_null());
}

void tree_put_without(struct tree *t, json_t *root, const char *without)
{
	if (without && *without)
		tree_put_text(t, root, "without", without);
}

void tree_put_quarter(struct tree *t, json_t *object, const char *key, int32_t quarter)
{
	char buf[QUARRY_QUARTER_TEXT];

	if (quarter)
		tree_put_text(t, object, key, quarry_quarter_format(buf, quarter));
	else
		tree_put(t, object, key, json_null());
}

static int add_piece(const char *text, size_t len, void *payload)
{
	struct str *out = payload;

	str_add(out, text, len);
	return out->oom ? -1 : 0;
}

/* jansson 2.14 does not look whether a key could be written, so json_dumps may lose one
 * without memory; `out` remembers that it failed. */
int tree_dump(struct str *out, struct tree *t, json_t *root, struct quarry_error *err)
{
	int rc = t->oom ? -1 : json_dump_callback(root, add_piece, out, DUMP_FLAGS);

	json_decref(root);
	if (rc)
		return quarry_error_nomem(err);
	str_addc(out, '\n');
	return 0;
}
