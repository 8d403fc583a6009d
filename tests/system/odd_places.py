"""Repositories that are odd as a whole: HEAD, references, configuration, cut-offs."""
import os
import shutil

from odd_case import add, case, line
from odd_git import git


@case(commits=3, touches=3)
def plain(r):
    line(r)


@case(commits=3, touches=3)
def head_detached(r):
    r.write("HEAD", line(r)[2].encode() + b"\n")


@case(refuse="names a branch that is not there")
def head_names_no_branch(r):
    line(r)
    r.write("HEAD", b"ref: refs/heads/none\n")


@case(commits=2, touches=2)
def branch_named_head(r):
    """refs/heads/HEAD is not HEAD."""
    _, second, third = line(r)
    r.tip(second)
    r.tip(third, "refs/heads/HEAD")


@case(commits=3, touches=3)
def head_names_branch_named_head(r):
    r.tip(line(r)[2], "refs/heads/HEAD")
    os.remove(r.path("refs/heads/main"))
    r.write("HEAD", b"ref: refs/heads/HEAD\n")


@case(commits=3, touches=3)
def head_through_another(r):
    line(r)
    r.write("HEAD", b"ref: refs/heads/a\n")
    r.write("refs/heads/a", b"ref: refs/heads/main\n")


@case(refuse="HEAD")
def head_in_a_circle(r):
    line(r)
    r.write("HEAD", b"ref: refs/heads/a\n")
    r.write("refs/heads/a", b"ref: refs/heads/b\n")
    r.write("refs/heads/b", b"ref: refs/heads/a\n")


@case(refuse="HEAD")
def head_of_garbage(r):
    line(r)
    r.write("HEAD", b"garbage\n")


@case(refuse="cannot read")
def branch_of_garbage(r):
    line(r)
    r.write("refs/heads/main", b"garbage\n")


@case(refuse="cannot read")
def branch_of_zero_bytes(r):
    line(r)
    r.write("refs/heads/main", b"")


@case(refuse="cannot read")
def branch_at_a_missing_commit(r):
    line(r)
    r.tip("1" * 40)


@case(refuse="cannot read 'HEAD'", git=0)
def branch_at_a_tree(r):
    r.tip(r.files(a=b"1\n"))


@case(refuse="cannot read 'HEAD'", git=3)
def branch_at_a_chain_of_tags(r):
    """200 tags, each of the one before; git follows them, but makes no such branch."""
    target, kind = line(r)[2], b"commit"
    for i in range(200):
        target = r.add(b"tag", b"object %s\ntype %s\ntag t%d\ntagger T <t@example.org> 1 +0000\n\n" %
                       (target.encode(), kind, i))
        kind = b"tag"
    r.tip(target)


@case(empty=True)
def no_commit(r):
    pass


@case(empty=True)
def no_commit_and_a_tag(r):
    r.tip(r.commit(r.files(a=b"1\n")), "refs/tags/v1")


@case(commits=3, touches=3)
def references_packed(r):
    r.write("packed-refs", b"# pack-refs with: peeled fully-peeled sorted \n%s refs/heads/main\n" %
            line(r)[2].encode())
    os.remove(r.path("refs/heads/main"))


@case(commits=3, touches=3)
def no_config(r):
    line(r)
    os.remove(r.path("config"))


CONFIG = b"[core]\n\trepositoryformatversion = %d\n\tbare = true\n[extensions]\n\t%s\n"


def config(name, version, extension, **expected):
    def make(r):
        line(r)
        r.write("config", CONFIG % (version, extension))
    add(name, make, **expected)


READ = {"commits": 3, "touches": 3}
config("extension-unknown", 1, b"shuffle = true", refuse="extension")
config("extension-unknown-of-version-0", 0, b"shuffle = true", **READ)
config("extension-noop", 1, b"noop = true", **READ)
config("extension-sha1", 1, b"objectformat = sha1", **READ)
config("extension-reftable", 1, b"refstorage = reftable", refuse="extension")
config("version-of-the-future", 9, b"noop = true", refuse="version")


@case(refuse="sha256", git=1)
def objects_of_sha256(r):
    shutil.rmtree(r.folder)
    git("init", "-q", "--bare", "-b", "main", "--object-format=sha256", r.folder)
    tree = git("mktree", cwd=r.folder, data=b"").decode().strip()
    commit = git("commit-tree", "-m", "x", tree, cwd=r.folder).decode().strip()
    r.tip(commit)


@case(commits=3, touches=3)
def config_of_hooks(r):
    """What a configuration asks to run is not run, and no filter is applied."""
    line(r)
    r.write("config", b"[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
            b"\tfsmonitor = touch fooled\n\tattributesFile = /dev/zero\n")


@case(refuse="include")
def config_that_includes_itself(r):
    line(r)
    r.write("config", b"[core]\n\tbare = true\n[include]\n\tpath = config\n")


# --- Cut off, partial -------------------------------------------------------------------

def source(r):
    """A history of 5 commits with folders beside r."""
    made = type(r)(r.folder + ".from")
    tip = ()
    for i in range(5):
        tree = made.tree((b"100644", b"a", made.blob(b"%d\n" % i)),
                         (b"40000", b"d", made.files(x=b"%d\n" % (i // 2))))
        tip = (made.commit(tree, *tip),)
    made.tip(tip[0])
    return made


def clone(r, *options, unshare=True):
    made = source(r)
    made.write("config", b"[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
               b"[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n")
    shutil.rmtree(r.folder)
    git("clone", "-q", "--bare", "--no-local", *options, "file://" + os.path.abspath(made.folder),
        r.folder)
    if unshare:
        shutil.rmtree(made.folder)
    return made


@case(commits=2, touches=4, flags={"shallow": 1})
def shallow(r):
    clone(r, "--depth=2")


@case(commits=5, touches=8, flags={"shallow": 1})
def shallow_file_of_others(r):
    """A cut-off at a commit that is not reached: the file alone tells, as in git."""
    clone(r)
    r.write("shallow", b"1" * 40 + b"\n")


@case(commits=5, touches=8)
def partial_without_blobs(r):
    clone(r, "--filter=blob:none")


@case(commits=5, touches=0, bits={"PARTIAL": 5}, flags={"missing_trees": 9}, same=False)
def partial_without_trees(r):
    clone(r, "--filter=tree:0")


@case(commits=3, touches=3, flags={"grafts": 1})
def grafts(r):
    """They would cut the history at the second commit."""
    r.write("info/grafts", line(r)[1].encode() + b"\n")


@case(commits=3, touches=3, flags={"replace_refs": 2})
def replaced(r):
    """The tip is replaced by a commit without parents, and a tree by another."""
    _, _, third = line(r)
    r.tip(r.commit(r.files(z=b"z\n")), "refs/replace/" + third)
    r.tip(r.files(y=b"y\n"), "refs/replace/" + r.data[third][1][5:45].decode())


# --- Alternates -------------------------------------------------------------------------

def borrowed(r, path=None):
    made = source(r)
    shutil.rmtree(r.path("objects"))
    os.makedirs(r.path("objects"))
    r.write("objects/info/alternates",
            path or os.path.abspath(made.path("objects")).encode() + b"\n")
    r.tip(git("rev-parse", "refs/heads/main", cwd=made.folder).decode().strip())


add("alternates-refused", borrowed, refuse="--alternates", git=5)
add("alternates", borrowed, commits=5, touches=8, flags={"alternates": 1}, group="alternates")
add("alternates-relative", lambda r: borrowed(
    r, b"../../odd+alternates-relative.git.from/objects\n"), commits=5, touches=8,
    flags={"alternates": 1}, group="alternates")


@case(commits=5, touches=8, flags={"alternates": 1}, group="alternates")
def alternates_of_alternates(r):
    borrowed(r)
    middle = type(r)(r.folder + ".middle")
    shutil.copy(r.path("objects/info/alternates"), r.path("was"))
    os.makedirs(middle.path("objects/info"))
    shutil.move(r.path("was"), middle.path("objects/info/alternates"))
    r.write("objects/info/alternates", os.path.abspath(middle.path("objects")).encode() + b"\n")


@case(commits=3, touches=3, flags={"alternates": 1}, same=False, group="alternates")
def alternates_to_itself(r):
    line(r)
    r.write("objects/info/alternates", os.path.abspath(r.path("objects")).encode() + b"\n")


@case(commits=3, touches=3, flags={"alternates": 1}, group="alternates", same=False)
def alternates_to_nowhere(r):
    line(r)
    r.write("objects/info/alternates", b"/nowhere/objects\n")
