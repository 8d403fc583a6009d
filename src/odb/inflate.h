/*
 * Inflating: the only door to libdeflate and zlib.
 *
 *	rc = inflater_new(&f);
 *	n = inflate_whole(f, out, out_len, in, in_len);
 *	inflater_free(f);
 *
 * libdeflate inflates whole objects, two to three times as fast as zlib; zlib inflates
 * what is to be read in part.  No output is larger than what the caller has room for.
 * An inflater is used by one thread at a time.
 */
#ifndef QUARRY_ODB_INFLATE_H
#define QUARRY_ODB_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inflater;

struct inflater *inflater_new(void); /* NULL: no memory */
void inflater_free(struct inflater *f); /* NULL is fine */

/* One zlib stream of exactly out_len bytes. The bytes of `in` that it took; 0: it is
 * broken, or of another length. */
size_t inflate_whole(struct inflater *f, void *out, size_t out_len, const void *in, size_t in_len);

/* The first out_len bytes of a stream. False: it is broken, or shorter. */
bool inflate_prefix(void *out, size_t out_len, const void *in, size_t in_len);

/*
 * A stream whose input comes in pieces.
 *
 *	struct inflate_stream *s = inflate_stream_new();
 *	rc = inflate_stream_read(s, out, &out_len, in, &in_len);
 *	inflate_stream_free(s);
 */
struct inflate_stream;

enum inflate_state { INFLATE_MORE, INFLATE_END, INFLATE_BROKEN };

struct inflate_stream *inflate_stream_new(void); /* NULL: no memory */
void inflate_stream_free(struct inflate_stream *s);
/* Both lengths are what there is, and become what was used. INFLATE_END: the stream is
 * over, and its checksum right. */
enum inflate_state inflate_stream_read(struct inflate_stream *s, void *out, size_t *out_len,
				       const void *in, size_t *in_len);

/* CRC-32 of more bytes; begin with 0. */
uint32_t inflate_crc32(uint32_t crc, const void *data, size_t len);

#endif
