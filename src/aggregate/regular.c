/*
 * Humans who should be looked at, because they may be bots without a rule: nearly all of
 * their subjects are one, but for numbers and what follows the third word ("Integrate LLVM
 * at llvm/llvm-project@0ab1"); or their names are like a bot's.
 */
#include <string.h>

#include "aggregate/derive.h"
#include "util/ascii.h"
#include "util/banned.h"
#include "util/map.h"
#include "util/str.h"

#define COMMITS_LEAST 20
#define SHARE 0.8 /* of the author's commits */
#define WORDS 3

/* The subjects of one author. */
struct subjects {
	struct map seen; /* kind of subject: how often */
	struct str kind; /* memory for one */
	int64_t author, n, most;
};

static bool is_number(const char *s, size_t len)
{
	bool digit = false;

	for (size_t i = 0; i < len; i++) {
		char c = ascii_low(s[i]);

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '.'))
			return false;
		digit |= c >= '0' && c <= '9';
	}
	return digit;
}

/* Its first words in lower case, a number as '#'. */
static void kind_of(struct str *out, const char *subject)
{
	str_clear(out);
	str_add(out, "", 0); /* an empty one needs memory, too */
	for (int i = 0; i < WORDS; i++) {
		size_t len;

		subject += strspn(subject, " \t");
		len = strcspn(subject, " \t");
		str_addc(out, ' ');
		if (is_number(subject, len))
			str_addc(out, '#');
		else
			for (size_t k = 0; k < len; k++)
				str_addc(out, ascii_low(subject[k]));
		subject += len;
	}
}

static int add(struct subjects *s, const char *subject, struct quarry_error *err)
{
	int64_t *n;

	kind_of(&s->kind, subject);
	n = s->kind.oom ? NULL : map_at(&s->seen, s->kind.buf, s->kind.len, 0);
	if (!n)
		return quarry_error_nomem(err);
	s->n++;
	if (++*n > s->most)
		s->most = *n;
	return 0;
}

/* The author is done with. */
static int judge(struct subjects *s, struct quarry_derive *d, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int64_t person = -1;
	int rc = 0;

	if (s->n >= COMMITS_LEAST && (double)s->most >= SHARE * (double)s->n) {
		rc = db_prepare(&st, d->db, "SELECT min(person) FROM identity WHERE signature = ?1", err);
		if (!rc) {
			db_bind_int(st, 1, s->author);
			rc = db_step(st, err);
		}
		if (rc > 0)
			person = db_int(st, 0);
		db_finish(st);
		if (rc >= 0)
			rc = quarry_derive_alarm(d, "regular", person, s->author, s->n, "", err);
	}
	map_release(&s->seen);
	s->n = s->most = 0;
	return rc;
}

/* How much those did whose name is like a bot's. */
static int count_near(struct quarry_derive *d, struct quarry_error *err)
{
	/* Who is said to be what in people.yaml need not be looked at. */
	return db_exec(d->db, "DELETE FROM alarm WHERE kind = 'near_bot' AND signature IN"
		       " (SELECT signature FROM signature_class WHERE rule = 'people.yaml');"
		       "UPDATE alarm SET n = a.n, person = a.person FROM"
		       " (SELECT c.author AS signature, count(*) AS n, min(i.person) AS person"
		       "  FROM commit_kind k JOIN commits c USING (commit_id)"
		       "  JOIN identity i ON i.repo = c.repo AND i.signature = c.author"
		       "  WHERE k.kind = 0 AND c.author IN (SELECT signature FROM alarm WHERE kind = 'near_bot')"
		       "  GROUP BY c.author) a WHERE alarm.kind = 'near_bot' AND alarm.signature = a.signature;"
		       "UPDATE alarm SET person = (SELECT min(person) FROM identity i"
		       " WHERE i.signature = alarm.signature) WHERE kind = 'near_bot' AND person IS NULL", err);
}

int derive_regular(struct quarry_derive *d, struct quarry_error *err)
{
	struct subjects s = { .seen = MAP_INIT, .kind = STR_INIT, .author = -1 };
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, d->db, "SELECT c.author, c.subject FROM commit_kind k"
			    " JOIN commits c USING (commit_id)"
			    " JOIN signature_class sc ON sc.signature = c.author"
			    " WHERE k.kind = 0 AND sc.class = 'human' AND sc.rule <> 'people.yaml'"
			    " ORDER BY c.author", err);

	while (!rc && (rc = db_step(st, err)) > 0) {
		rc = db_int(st, 0) != s.author ? judge(&s, d, err) : 0;
		s.author = db_int(st, 0);
		if (!rc)
			rc = add(&s, db_text(st, 1), err);
	}
	if (!rc)
		rc = judge(&s, d, err);
	db_finish(st);
	map_release(&s.seen);
	str_release(&s.kind);
	return rc ? rc : count_near(d, err);
}
