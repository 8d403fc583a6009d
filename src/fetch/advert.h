/*
 * What a server advertises: its capabilities and its references.  A server of version 0
 * tells both at once, one of version 2 the capabilities first, and the references when it
 * is asked with ls-refs.
 *
 *	struct advert a = ADVERT_INIT;
 *	advert_read(&a, &reader, branch, releases);
 *	if (a.version == 2) {
 *		lsrefs_request(&out, &a, branch, releases);   ... send it ...
 *		lsrefs_answer(&a, &reader, branch, releases);
 *	}
 *	advert_write_v0(&out, &a, caps);                      for libgit2
 *	advert_release(&a);
 *
 * Names and ids come from the server: they are checked for their form, but a name need not
 * be one that git allows.
 */
#ifndef QUARRY_FETCH_ADVERT_H
#define QUARRY_FETCH_ADVERT_H

#include <stdbool.h>
#include <stddef.h>

#include "fetch/pktline.h"
#include "util/str.h"
#include "util/vec.h"

#define ADVERT_HEX_MAX 64 /* digits of a SHA-256 */
#define ADVERT_REFS_MAX 4000000

struct advert_ref {
	char hex[ADVERT_HEX_MAX + 1]; /* 40 or 64 lower-case digits; "": no commit yet (unborn) */
	char *name;
	char *symref; /* the reference it stands for; NULL: none, or the server did not say */
	char *peeled; /* id of what an annotated tag points to; NULL: it is no such tag */
};

struct advert {
	int version;     /* 0 or 2 */
	bool shallow;    /* version 0: the history at the server is cut off */
	char *caps;      /* version 0: words between spaces; version 2: lines; NULL: none */
	VEC(struct advert_ref) refs; /* in the server's order */
};

#define ADVERT_INIT { 0, false, NULL, { NULL, 0, 0 } }

void advert_release(struct advert *a);

/*
 * Read what comes first on a link, up to its flush: the capabilities, and with version 0 the
 * references, of which those that are wanted are kept: HEAD, what it stands for (or what it
 * may stand for, where the server does not say), the branch and the tags. The head line of
 * smart HTTP ("# service=...") is skipped.
 * @param a  empty
 * @param branch    short name; NULL: only what HEAD stands for
 * @param releases  tags, too
 * @return 0, or -1 after guard_fail(); an "ERR" of the server, too
 */
int advert_read(struct advert *a, struct pkt_reader *r, const char *branch, bool releases);

/* Whether the server can do that. `value`: NULL, or a word that must be among the values,
 * as "filter" is in "fetch=shallow filter". */
bool advert_has(const struct advert *a, const char *capability, const char *value);
/* What stands behind "capability=", not NUL-terminated; NULL: nothing does. */
const char *advert_value(const struct advert *a, const char *capability, size_t *len);

/* Digits of each id: 40, or 64 where the server says "object-format=sha256". */
size_t advert_hex_len(const struct advert *a);

/* The one of this full name; NULL: not advertised. */
const struct advert_ref *advert_find(const struct advert *a, const char *name);

/*
 * Version 2: append the request for HEAD and for what else is wanted, from "command=" to its
 * flush. A server may answer with more, for it takes them as prefixes.
 * @param branch    short name; NULL: only what HEAD stands for
 * @param releases  tags, too
 */
void lsrefs_request(struct str *out, const struct advert *a, const char *branch, bool releases);

/* Read the answer, and keep of it what was asked for. 0, or -1 after guard_fail(). */
int lsrefs_answer(struct advert *a, struct pkt_reader *r, const char *branch, bool releases);

/*
 * Append the references as a server of version 0 would advertise them, up to the flush: what
 * libgit2 1.5.1 reads. Over HTTP it wants "# service=git-upload-pack\n" and a flush before.
 * A reference without a commit is left out.
 * @param caps  words between spaces, NULL: none; what HEAD stands for ("symref=") is added here
 */
void advert_write_v0(struct str *out, const struct advert *a, const char *caps);

/* Append the capabilities `caps` (version 0; NULL: none) without the words of `drop`,
 * "word=value" included. `drop` ends in NULL. */
void advert_edit_caps(struct str *out, const char *caps, const char *const *drop);

#endif
