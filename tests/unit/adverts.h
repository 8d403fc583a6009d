/*
 * Advertisements for tests: read from conversations (wire.h), and described in one line.
 * Include it after cmocka.h.
 */
#ifndef QUARRY_TESTS_ADVERTS_H
#define QUARRY_TESTS_ADVERTS_H

#include "fetch/advert.h"
#include "wire.h"

#define SERVICE "# service=git-upload-pack|.|"
#define MAIN "refs/heads/main"
/* What git 2.39 says. */
#define CAPS_0 "multi_ack thin-pack side-band side-band-64k ofs-delta shallow deepen-since deepen-not " \
	"deepen-relative no-progress include-tag multi_ack_detailed no-done"

/* More than was asked for, in both versions. */
#define REFS_2 "version 2|x|.|" A40 " HEAD symref-target:" MAIN "|" B40 " HEADx|" B40 " " MAIN "-2|" \
	A40 " " MAIN "|" B40 " " MAIN "/x|" B40 " refs/heads/b|" A40 " refs/heads/c|" B40 " refs/pull/1/head|" \
	B40 " refs/tags/v|" B40 " refs/tagsx|" B40 " " MAIN "|."
#define REFS_0(caps) A40 " HEAD~" caps "|" A40 " " MAIN "|" B40 " refs/heads/b|" A40 " refs/heads/c|" \
	A40 " refs/pull/1/head|" B40 " refs/tags/v|" A40 " refs/tags/v^{}|."

/* An id as its first digit and its length. */
static inline void add_id(struct str *out, const char *hex)
{
	str_addf(out, "%c%zu", hex[0] ? hex[0] : '-', strlen(hex));
}

/* "HEAD=a40>refs/heads/main refs/tags/v1=b40^a40" */
static inline void describe(struct str *out, const struct advert *a)
{
	for (size_t i = 0; i < a->refs.n; i++) {
		const struct advert_ref *ref = &a->refs.at[i];

		str_addf(out, "%s%s=", i ? " " : "", ref->name);
		add_id(out, ref->hex);
		if (ref->symref)
			str_addf(out, ">%s", ref->symref);
		if (ref->peeled) {
			str_addc(out, '^');
			add_id(out, ref->peeled);
		}
	}
	str_adds(out, "");
}

/* Read an advertisement, and for version 2 the answer to ls-refs behind it. */
static inline int read_bytes(struct advert *a, struct fake *f, const char *branch, bool releases)
{
	struct pkt_reader r = PKT_READER_INIT(&f->link);
	int rc = advert_read(a, &r, branch, releases);

	if (!rc && a->version == 2)
		rc = lsrefs_answer(a, &r, branch, releases);
	pkt_reader_release(&r);
	assert_int_equal(rc, f->guard.cause ? -1 : 0);
	return rc;
}

static inline int read_text(struct advert *a, struct guard *g, const char *text, size_t chunk)
{
	struct str bytes = STR_INIT;
	struct fake f;
	int rc;

	spell(&bytes, text);
	fake_start(&f, bytes.buf ? bytes.buf : "", bytes.len, chunk);
	rc = read_bytes(a, &f, /* branch= */ NULL, /* releases= */ true);
	*g = f.guard;
	fake_release(&f);
	str_release(&bytes);
	return rc;
}

#endif
