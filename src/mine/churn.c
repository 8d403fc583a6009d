#include "mine/churn.h"

#include <string.h>

#include "util/banned.h"

/* One side of a touch: nothing, a blob, or the text that stands for a submodule. */
struct side {
	const char *text;
	size_t len;
	struct odb_object blob;
	char gitlink[LINES_GITLINK_LEN];
};

/* Comparing costs n * sqrt(n) where little is alike, as in git, and cannot be stopped. */
#define LINES_MAX 1000000

static bool has_too_many_lines(const char *text, size_t len)
{
	const char *end = text + len;
	size_t n = 0;

	while (text < end && n <= LINES_MAX && (text = memchr(text, '\n', (size_t)(end - text)))) {
		text++;
		n++;
	}
	return n > LINES_MAX;
}

/* 1: its text is there; 0: *why says why not; -1: no memory. */
static int read_side(struct side *s, int32_t *why, struct odb_reader *r, unsigned mode,
		     const unsigned char *oid)
{
	struct quarry_oid id;
	int rc;

	if (!mode)
		return 1;
	memcpy(id.id, oid, QUARRY_OID_SIZE);
	if ((mode & MODE_TYPE) == MODE_GITLINK) {
		lines_gitlink(s->gitlink, &id);
		s->text = s->gitlink;
		s->len = sizeof(s->gitlink);
		return 1;
	}
	rc = odb_read(&s->blob, r, &id, ODB_BLOB, /* err= */ NULL);
	if (rc == QUARRY_ENOMEM)
		return -1;
	*why = rc ? QUARRY_LINES_MISSING : QUARRY_LINES_OVERSIZED;
	s->text = s->blob.data;
	s->len = s->blob.len;
	return !rc && s->blob.len == s->blob.total && !has_too_many_lines(s->text, s->len);
}

int churn_of(struct lines_count *out, struct lines *l, struct odb_reader *r,
	     const struct delta *x)
{
	struct side old = { 0 }, new = { 0 };
	int rc;

	*out = (struct lines_count){ 0, 0 };
	/* Moved, or another mode: no line changed, whatever it holds. */
	if (x->old_mode && x->mode && memcmp(x->old_oid, x->oid, QUARRY_OID_SIZE) == 0)
		return 0;
	rc = read_side(&old, &out->added, r, x->old_mode, x->old_oid);
	if (rc == 1)
		rc = read_side(&new, &out->added, r, x->mode, x->oid);
	if (rc == 1)
		rc = lines_count(out, l, old.text, old.len, new.text, new.len);
	odb_object_release(&new.blob);
	odb_object_release(&old.blob);
	return rc < 0 ? -1 : 0;
}
