#include "odb/inflate.h"

#include <limits.h>
#include <stdlib.h>

#include <libdeflate.h>
#include <zlib.h>

#include "util/banned.h"

struct inflater {
	struct libdeflate_decompressor *whole;
};

struct inflate_stream {
	z_stream z;
};

struct inflater *inflater_new(void)
{
	struct inflater *f = calloc(1, sizeof(*f));

	if (f && !(f->whole = libdeflate_alloc_decompressor())) {
		free(f);
		return NULL;
	}
	return f;
}

void inflater_free(struct inflater *f)
{
	if (!f)
		return;
	libdeflate_free_decompressor(f->whole);
	free(f);
}

size_t inflate_whole(struct inflater *f, void *out, size_t out_len, const void *in, size_t in_len)
{
	size_t used = 0;

	/* Without a place for the actual length the stream must have exactly this one. */
	if (libdeflate_zlib_decompress_ex(f->whole, in, in_len, out, out_len, &used,
					  NULL) != LIBDEFLATE_SUCCESS)
		return 0;
	return used;
}

bool inflate_prefix(void *out, size_t out_len, const void *in, size_t in_len)
{
	struct inflate_stream *s = inflate_stream_new();
	enum inflate_state state = INFLATE_MORE;
	size_t done = 0;

	while (s && state == INFLATE_MORE && done < out_len && in_len) {
		size_t room = out_len - done, used = in_len;

		state = inflate_stream_read(s, (char *)out + done, &room, in, &used);
		if (!room && !used)
			break;
		done += room;
		in = (const char *)in + used;
		in_len -= used;
	}
	inflate_stream_free(s);
	return done == out_len && state != INFLATE_BROKEN;
}

struct inflate_stream *inflate_stream_new(void)
{
	struct inflate_stream *s = calloc(1, sizeof(*s));

	if (s && inflateInit(&s->z) != Z_OK) {
		free(s);
		return NULL;
	}
	return s;
}

void inflate_stream_free(struct inflate_stream *s)
{
	if (!s)
		return;
	(void)inflateEnd(&s->z); /* fails for a stream that was not begun only */
	free(s);
}

enum inflate_state inflate_stream_read(struct inflate_stream *s, void *out, size_t *out_len,
				       const void *in, size_t *in_len)
{
	uInt room = *out_len < UINT_MAX ? (uInt)*out_len : UINT_MAX;
	uInt given = *in_len < UINT_MAX ? (uInt)*in_len : UINT_MAX;
	int rc;

	s->z.next_in = (z_const Bytef *)in;
	s->z.avail_in = given;
	s->z.next_out = out;
	s->z.avail_out = room;
	rc = inflate(&s->z, Z_NO_FLUSH);
	*out_len = room - s->z.avail_out;
	*in_len = given - s->z.avail_in;
	if (rc == Z_STREAM_END)
		return INFLATE_END;
	/* Z_BUF_ERROR: neither room nor input for the next step. */
	return rc == Z_OK || rc == Z_BUF_ERROR ? INFLATE_MORE : INFLATE_BROKEN;
}

uint32_t inflate_crc32(uint32_t crc, const void *data, size_t len)
{
	return libdeflate_crc32(crc, data, len);
}
