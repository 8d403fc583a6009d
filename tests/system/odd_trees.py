"""Trees that are odd: missing, broken, deep, wide, doubled, and renames."""
import zlib

from odd_case import SOME, add, case, line
from odd_git import TREE, Pack, entry, id_of, size_header


def one_tree(name, make_tree, touches=None, **expected):
    """A root with the file `keep`, then a commit with make_tree(r), then `keep` again."""
    def make(r):
        keep = r.files(keep=b"1\n")
        first = r.commit(keep)
        second = r.commit(make_tree(r), first)
        r.tip(r.commit(keep, second))
    # The odd one comes and goes.
    add(name, make, **({"commits": 3, "touches": touches} | expected))


def keep_and(*entries, order=sorted):
    """The file `keep` and odd entries of (mode, name), in the order of their names."""
    def make(r):
        b = r.blob(b"1\n")
        names = order([(n, m) for m, n in entries] + [(b"keep", b"100644")])
        return r.tree(*((m, n, b) for n, m in names))
    return make


# Both comparisons with the tree are lost: that of its commit and that of the next one.
LOST = {"touches": 1, "bits": {"PARTIAL": 2}, "same": False}


@case(commits=3, touches=1, bits={"PARTIAL": 2}, flags={"missing_trees": 2}, same=False)
def tree_missing(r):
    _, second, _ = line(r)
    r.lose(r.data[second][1][5:45].decode())


one_tree("tree-is-a-blob", lambda r: r.blob(b"no tree\n"), **LOST, flags={"damaged_trees": 2})
one_tree("tree-is-a-commit", lambda r: r.commit(r.files(x=b"1\n")), **LOST,
         flags={"damaged_trees": 2})
one_tree("folder-is-a-blob", lambda r: r.tree((b"40000", b"d", r.blob(b"x\n")),
         (b"100644", b"keep", r.blob(b"1\n"))), **LOST, flags={"damaged_trees": 2})
one_tree("folder-is-missing", lambda r: r.tree((b"40000", b"d", "1" * 40),
         (b"100644", b"keep", r.blob(b"1\n"))), **LOST, flags={"missing_trees": 2})
one_tree("name-empty", keep_and((b"100644", b"")), **LOST, flags={"damaged_trees": 2})
one_tree("mode-empty", keep_and((b"", b"a")), **LOST, flags={"damaged_trees": 2})
one_tree("mode-of-letters", keep_and((b"rw-r--r--", b"a")), **LOST, flags={"damaged_trees": 2})
one_tree("mode-too-large", keep_and((b"7777777", b"a")), **LOST, flags={"damaged_trees": 2})
one_tree("id-cut-off", lambda r: r.add(b"tree", entry(b"100644", b"keep", "1" * 40)[:-3]), **LOST,
         flags={"damaged_trees": 2})
one_tree("tree-without-nul", lambda r: r.add(b"tree", b"100644 keep"), **LOST,
         flags={"damaged_trees": 2})
one_tree("mode-0", keep_and((b"0", b"a")), 3, same=False)
one_tree("mode-100600", keep_and((b"100600", b"a")), 3)
one_tree("mode-100777", keep_and((b"100777", b"a")), 3)
one_tree("mode-0100644", keep_and((b"0100644", b"a")), 3)
one_tree("mode-of-a-socket", keep_and((b"140000", b"a")), 3, same=False)
one_tree("folder-40755", lambda r: r.tree((b"40755", b"d", r.files(x=b"x\n")),
         (b"100644", b"keep", r.blob(b"1\n"))), 3)
one_tree("name-with-a-slash", keep_and((b"100644", b"a/b")), 3, paths={b"a/b", b"keep"})
one_tree("names-of-git", keep_and((b"100644", b"."), (b"100644", b".."), (b"100644", b".git"),
                                  (b"100644", b".gitmodules")), 9)
one_tree("names-with-controls", keep_and((b"100644", b"\x01\x1b[31m"), (b"100644", b"a\nb"),
                                         (b"100644", b"a\tb"), (b"100644", b"\xff\xfe")), 9,
         paths={b"keep", b"\x01\x1b[31m", b"a\nb", b"a\tb", b"\xff\xfe"})
one_tree("names-twice", keep_and((b"100644", b"a"), (b"100644", b"a")), 3,
         flags={"double_entries": 2}, same=False, paths={b"a", b"keep"})
one_tree("name-of-file-and-folder", lambda r: r.tree(
    (b"100644", b"d", r.blob(b"1\n")), (b"40000", b"d", r.files(x=b"x\n")),
    (b"100644", b"keep", r.blob(b"1\n"))), 5, same=False)
one_tree("folder-twice", lambda r: r.tree(
    (b"40000", b"d", r.files(x=b"x\n")), (b"40000", b"d", r.files(x=b"y\n")),
    (b"100644", b"keep", r.blob(b"1\n"))), 3, flags={"double_entries": 2}, same=False)
one_tree("entries-out-of-order", keep_and((b"100644", b"z"), (b"100644", b"b"),
                                          (b"100644", b"x"), order=list), 8)
one_tree("tree-of-nothing", lambda r: r.tree(), 3)
one_tree("name-of-2-kib", keep_and((b"100644", b"n" * 2048)), 1, bits={"PARTIAL": 2}, flags={"long_names": 2},
         same=False, paths={b"keep"})
one_tree("name-of-70-kib", keep_and((b"100644", b"n" * 70000)), 1, bits={"PARTIAL": 2}, flags={"long_names": 2},
         same=False, paths={b"keep"})
one_tree("name-of-1-kib", keep_and((b"100644", b"a" * 1024)), 3)


def nested(r, depth):
    tree = r.files(x=b"x\n")
    for _ in range(depth):
        tree = r.tree((b"40000", b"d", tree), (b"100644", b"keep", r.blob(b"1\n")))
    return tree


one_tree("folders-200-deep", lambda r: nested(r, 200), 401)
for depth in (300, 5000):
    one_tree(f"folders-{depth}-deep", lambda r, d=depth: nested(r, d), same=False,
             bits={"PARTIAL": 2}, flags={"deep_trees": 2})


def bomb(r, levels, width, leaf):
    tree, packed = r.files(x=leaf), Pack()
    for _ in range(levels):
        data = b"".join(entry(b"40000", b"%03d" % i, tree) for i in range(width))
        tree = packed.add(b"tree", data)
    packed.write(r)
    return tree


# Nested trees, 10 entries each of the same child: 10^levels files in 216 KB.
BOMB = {"same": False, "seconds": 2, "mib": 256, "bits": {"PARTIAL": 2},
        "flags": {"many_entries": 2}}
one_tree("tree-bomb", lambda r: bomb(r, 740, 10, b"x\n"), **BOMB | {
    "flags": {"many_entries": 2, "deep_trees": SOME}}, group="bomb-deep")
one_tree("tree-bomb-flat", lambda r: bomb(r, 40, 10, b"x\n"), **BOMB, group="bomb-flat")
one_tree("tree-bomb-of-folders", lambda r: bomb(r, 60, 2, b"x\n"), **BOMB, group="bomb-of-2")


@case(commits=2, same=False, flags={"many_entries": 2}, bits={"PARTIAL": 2}, group="bomb-changed",
      seconds=4, mib=256)
def tree_bomb_changed(r):
    """Two bombs that differ in their leaves: no subtree is equal."""
    first = r.commit(bomb(r, 40, 10, b"x\n"))
    r.tip(r.commit(bomb(r, 40, 10, b"y\n"), first))


@case(commits=2, touches=200001)
def tree_of_200_000_entries(r):
    a, b, pack = r.blob(b"a\n"), r.blob(b"b\n"), Pack()
    names = [b"n%06d" % i for i in range(200000)]
    first = pack.add(b"tree", b"".join(entry(b"100644", n, a) for n in names))
    second = pack.add(b"tree", b"".join(entry(b"100644", n, b if n == names[777] else a)
                                        for n in names))
    r.tip(r.commit(second, r.commit(first)))
    pack.write(r)


@case(commits=2, same=False, bits={"PARTIAL": 2}, flags={"many_entries": 2},
      group="many-paths", seconds=60, mib=1024)
def commit_of_1_200_000_paths(r):
    """The root adds them, the next one changes them all."""
    def tree(leaf):
        b = r.blob(leaf)
        child = r.tree(*((b"100644", b"f%04d" % i, b) for i in range(1200)))
        return r.tree(*((b"40000", b"d%04d" % i, child) for i in range(1000)))
    r.tip(r.commit(tree(b"2\n"), r.commit(tree(b"1\n"))))


@case(commits=3, touches=1, bits={"PARTIAL": 2}, flags={"damaged_trees": 2}, same=False,
      group="huge-tree", seconds=5, mib=256)
def tree_of_65_mib(r):
    keep = r.files(keep=b"1\n")
    data = entry(b"100644", b"n" * (65 << 20), "1" * 40)
    tree = id_of(b"tree", data)
    pack = Pack()
    pack.raw(tree, size_header(TREE, len(data)), zlib.compress(data))
    pack.write(r)
    r.tip(r.commit(keep, r.commit(tree, r.commit(keep))))


@case(commits=2, touches=2, paths={b"README", b"readme"})
def rename_of_case_alone(r):
    r.tip(r.commit(r.files(readme=b"text\n"), r.commit(r.files(README=b"text\n"))))


@case(commits=2, touches=4000)
def rename_of_2000_equal_files(r):
    b = r.blob(b"the same\n")
    child = r.tree(*((b"100644", b"f%04d" % i, b) for i in range(2000)))
    first = r.commit(r.tree((b"40000", b"a", child)))
    r.tip(r.commit(r.tree((b"40000", b"b", child)), first))


@case(commits=2, touches=5)
def rename_of_one_to_many(r):
    b = r.blob(b"the same\n")
    first = r.commit(r.tree((b"100644", b"x", b)))
    r.tip(r.commit(r.tree(*((b"100644", n, b) for n in (b"a", b"b", b"c", b"d"))), first))


@case(commits=4, touches=7)
def links_and_modules(r):
    b, link = r.blob(b"text\n"), r.blob(b"target")
    names = (b"a", b"b")
    ways = (((b"100644", b), (b"100644", b)), ((b"120000", link), (b"160000", "1" * 40)),
            ((b"160000", "1" * 40), (b"160000", "2" * 40)), ((b"100755", b), (b"160000", "2" * 40)))
    tip = ()
    for way in ways:
        tip = (r.commit(r.tree(*((m, n, i) for n, (m, i) in zip(names, way))), *tip),)
    r.tip(tip[0])


@case(commits=2, touches=4)
def file_becomes_folder(r):
    first = r.commit(r.files(a=b"1\n", b=b"2\n"))
    r.tip(r.commit(r.tree((b"40000", b"a", r.files(x=b"3\n")), (b"100644", b"b", r.blob(b"2\n"))),
                   first))
