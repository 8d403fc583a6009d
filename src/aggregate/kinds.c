/*
 * What each commit counts as, and who gets credit for it.
 *
 * Duplicates come first (metrics.md 4): copies of a commit id that counts in another
 * repository (homes.c), and the same work under another id (same_work.c).
 */
#include "aggregate/homes.h"
#include "util/banned.h"

/*
 * A duplicate is one before it is a merge or a bot's, so that adding a fork changes no
 * universe total.  What an export signed is the human's whom it names.
 */
static const char fill_kinds[] =
	"INSERT INTO commit_kind(commit_id, repo, quarter, kind, agent_assisted)"
	" SELECT c.commit_id, c.repo, ct.quarter,"
	"  CASE WHEN c.commit_id IN (SELECT commit_id FROM temp.duplicate) THEN 4"
	"       WHEN c.n_parents > 1 THEN 1"
	"       WHEN c.commit_id IN (SELECT commit_id FROM export) THEN 0"
	"       WHEN sc.class = 'bot' THEN 2"
	"       WHEN sc.class = 'agent' THEN 3"
	"       ELSE 0 END,"
	"  c.commit_id IN (SELECT commit_id FROM assist)"
	" FROM commits c JOIN tracked USING (repo) JOIN commit_time ct USING (commit_id)"
	" JOIN signature_class sc ON sc.signature = c.author"
	" WHERE NOT tracked.excluded ORDER BY c.commit_id;"
	"UPDATE commit_kind SET agent_assisted = 0 WHERE kind <> 0;"
	"DROP TABLE temp.duplicate";

/* A group or a placeholder hides people: its commits are counted, but it is no person
 * and gets no credit; nor does who has opted out.
 * The author first, so that a trailer that names the author again adds nothing. */
static const char fill_credit[] =
	"INSERT INTO credit(commit_id, person, signature, email, role)"
	" SELECT k.commit_id, i.person, i.signature, i.email, 0"
	" FROM commit_kind k JOIN commits c USING (commit_id) LEFT JOIN export e USING (commit_id)"
	" JOIN identity i ON i.repo = c.repo AND i.signature = coalesce(e.signature, c.author)"
	" JOIN person p USING (person) JOIN signature_class sc ON sc.signature = i.signature"
	" WHERE k.kind = 0 AND sc.class = 'human' AND NOT p.opted_out;"
	"INSERT OR IGNORE INTO credit(commit_id, person, signature, email, role)"
	" SELECT k.commit_id, i.person, i.signature, i.email, 1"
	" FROM commit_kind k JOIN trailer t USING (commit_id)"
	" JOIN identity i ON i.repo = k.repo AND i.signature = t.signature"
	" JOIN person p USING (person) JOIN signature_class sc ON sc.signature = t.signature"
	" WHERE k.kind = 0 AND t.key = 'Co-authored-by' AND sc.class = 'human' AND NOT p.opted_out"
	" ORDER BY k.commit_id, t.n";

int derive_kinds(struct quarry_derive *d, struct quarry_error *err)
{
	struct homes h = { .d = d, .repo_index = MAP_INIT, .sharing_index = MAP_INIT };
	int rc = homes_count(&h, err);

	if (!rc)
		rc = homes_mark(&h, err);
	if (!rc)
		rc = homes_mark_same_work(&h, err);
	if (!rc)
		rc = homes_write_forks(&h, err);
	homes_release(&h);
	if (!rc)
		rc = db_exec(d->db, fill_kinds, err);
	return rc ? rc : db_exec(d->db, fill_credit, err);
}
