#include "mine/odb_loose.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mine/inflate.h"
#include "util/str.h"
#include "util/banned.h"

enum {
	PIECE = 64 << 10,
	HEAD_MAX = 32, /* "commit 18446744073709551615" and its NUL */
};

/* What has been inflated of it. */
struct loose {
	struct object *object;
	char head[HEAD_MAX];
	size_t head_len;       /* its NUL included, once that has come */
	bool head_over;
	uint64_t promised, got; /* bytes behind the head */
};

static char *path_of(const char *folder, const struct quarry_oid *oid)
{
	struct str s = STR_INIT;

	str_addf(&s, "%s/%02x/", folder, oid->id[0]);
	for (size_t i = 1; i < QUARRY_OID_SIZE; i++)
		str_addf(&s, "%02x", oid->id[i]);
	return str_detach(&s);
}

/* "commit" SP length NUL */
static bool parse_head(struct loose *l)
{
	static const char type[] = "commit ";
	uint64_t n = 0;

	if (l->head_len <= sizeof(type) || memcmp(l->head, type, sizeof(type) - 1))
		return false;
	for (const char *p = l->head + sizeof(type) - 1; *p; p++) {
		if (*p < '0' || *p > '9' || n > UINT64_MAX / 10 - 1)
			return false;
		n = n * 10 + (uint64_t)(*p - '0');
	}
	l->promised = n;
	return true;
}

static bool take(struct loose *l, const char *data, size_t len)
{
	while (len && !l->head_over) {
		if (l->head_len == HEAD_MAX)
			return false;
		l->head[l->head_len++] = *data;
		l->head_over = !*data;
		if (l->head_over && (!parse_head(l) || l->promised <= l->object->len))
			return false;
		data++;
		len--;
	}
	if (len && l->got < l->object->len) {
		size_t room = l->object->len - (size_t)l->got;

		memcpy(l->object->data + l->got, data, len < room ? len : room);
	}
	l->got += len;
	return l->got <= l->promised;
}

/* Inflate the file to its end. */
static bool read_file(struct loose *l, int fd, struct inflate_stream *s, char *in, char *out)
{
	enum inflate_state state = INFLATE_MORE;
	ssize_t n = 0;

	while (state == INFLATE_MORE && (n = read(fd, in, PIECE)) > 0) {
		size_t done = 0, used, made;

		do {
			used = (size_t)n - done;
			made = PIECE;
			state = inflate_stream_read(s, out, &made, in + done, &used);
			if (!take(l, out, made))
				return false;
			done += used;
		} while (state == INFLATE_MORE && (made || used));
	}
	return n >= 0 && state == INFLATE_END && l->head_over && l->got == l->promised;
}

int loose_read_cut(struct object **out, const char *folder, struct pack_cache *cache,
		   const struct quarry_oid *oid, size_t limit)
{
	struct loose l = { .object = object_new(cache, limit) };
	struct inflate_stream *s = inflate_stream_new();
	char *path = path_of(folder, oid), *buffers = malloc((size_t)2 * PIECE);
	int fd = -1, rc = QUARRY_ENOMEM;

	if (!l.object || !s || !path || !buffers)
		goto done;
	rc = QUARRY_EFAIL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || !read_file(&l, fd, s, buffers, buffers + PIECE))
		goto done;
	l.object->type = ODB_COMMIT;
	l.object->total = l.promised;
	*out = l.object;
	l.object = NULL;
	rc = 0;
done:
	if (fd >= 0)
		(void)close(fd);
	free(buffers);
	free(path);
	inflate_stream_free(s);
	object_release(l.object);
	return rc;
}
