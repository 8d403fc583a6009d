/*
 * Repositories for tests, made by git itself in a folder of their own.
 *
 *	struct history h;
 *	struct str out = STR_INIT;
 *	history_init(&h);
 *	history_import(&h, COMMIT(1, "first") PUT("a", "text"));
 *	HISTORY_GIT(&out, &h, "rev-parse", "HEAD");
 *	history_release(&h);
 *
 * git is started without a shell and sees no configuration, identity or time of
 * this machine.  What fails, fails the test.  HEAD is refs/heads/main.
 */
#ifndef QUARRY_TESTS_HISTORY_H
#define QUARRY_TESTS_HISTORY_H

#include <stddef.h>

#include "quarry/history.h"
#include "util/str.h"

struct history {
	char *root;   /* removed with all in it */
	char *gitdir; /* a bare repository inside */
};

void history_init(struct history *h);
void history_release(struct history *h);

/* Feed a fast-import stream. Fewer than a hundred objects stay loose. */
void history_import(const struct history *h, const char *stream);

/* Run git in the repository; *out (may be NULL) gets what it prints. The list of
 * arguments ends with NULL. */
void history_git(struct str *out, const struct history *h, const char *in, size_t in_len,
		 const char *const *args);
#define HISTORY_GIT(out, h, ...) \
	history_git((out), (h), "", 0, (const char *const[]){ __VA_ARGS__, NULL })

/* The same, for its first line alone, to be freed. */
char *history_ask(const struct history *h, const char *const *args);
#define HISTORY_ASK(h, ...) history_ask((h), (const char *const[]){ __VA_ARGS__, NULL })

/* Store an object as it is, whatever is wrong with it; its id, to be freed. */
char *history_object(const struct history *h, const char *type, const char *data, size_t len);

/* Remove a loose object. */
void history_lose(const struct history *h, const char *hex);

/* Pieces of fast-import streams. Commits follow each other on main. */
#define WHO "C O Mitter <c@example.org> 1700000000 +0000"
#define TEXT(text) "data <<END-OF-DATA\n" text "\nEND-OF-DATA\n"
#define COMMIT_ON(branch, n, subject) \
	"commit refs/heads/" branch "\nmark :" #n "\ncommitter " WHO "\n" TEXT(subject)
#define COMMIT(n, subject) COMMIT_ON("main", n, subject)
#define FROM(n) "from :" #n "\n"
#define MERGE(n) "merge :" #n "\n"
#define PUT_AS(mode, path, text) "M " mode " inline " path "\n" TEXT(text)
#define PUT(path, text) PUT_AS("100644", path, text)
#define EMPTY(path) "M 100644 inline " path "\ndata 0\n"
#define MODULE(path, byte) \
	"M 160000 " byte byte byte byte byte byte byte byte byte byte \
	byte byte byte byte byte byte byte byte byte byte " " path "\n"
#define REMOVE(path) "D " path "\n"

#endif
