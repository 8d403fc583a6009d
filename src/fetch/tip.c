#include "fetch/tip.h"

#include "util/banned.h"
#include "util/tip_name.h"

bool tip_is_wanted(const char *name, bool all)
{
	return tip_name_is_needed(name) || (all && tip_name_tells(name));
}

static int add_missing(struct tip_blobs *out, git_odb *odb, const git_tree *tree, bool all)
{
	for (size_t i = 0; i < git_tree_entrycount(tree); i++) {
		const git_tree_entry *e = git_tree_entry_byindex(tree, i);

		if (git_tree_entry_type(e) != GIT_OBJECT_BLOB ||
		    !tip_is_wanted(git_tree_entry_name(e), all) ||
		    git_odb_exists(odb, git_tree_entry_id(e)))
			continue;
		if (vec_push(&out->ids, *git_tree_entry_id(e)) < 0) {
			git_error_set_oom();
			return -1;
		}
	}
	return 0;
}

int tip_missing(struct tip_blobs *out, git_repository *repo, const git_oid *tip, bool all)
{
	git_commit *commit = NULL;
	git_tree *tree = NULL;
	git_odb *odb = NULL;
	int rc;

	rc = git_commit_lookup(&commit, repo, tip);
	if (rc == 0)
		rc = git_commit_tree(&tree, commit);
	if (rc == 0)
		rc = git_repository_odb(&odb, repo);
	if (rc == 0)
		rc = add_missing(out, odb, tree, all);
	git_odb_free(odb);
	git_tree_free(tree);
	git_commit_free(commit);
	return rc == GIT_ENOTFOUND ? 0 : rc;
}

void tip_release(struct tip_blobs *b)
{
	vec_release(&b->ids);
}
