"""Packs and indexes that are odd or damaged."""
import os
import zlib

from odd_case import add, case, line
from odd_git import (COMMIT, OFS_DELTA, TREE, Pack, flip, insert_delta, long_stream,
                     ofs_header, size_header, varint)

LOST = {"commits": 1, "bits": {"NO_PARENT": 1, "PARTIAL": 1}, "flags": {"damaged_commits": 1}, "git": None}
NO_TREE = {"commits": 3, "touches": 1, "bits": {"PARTIAL": 2}, "flags": {"damaged_trees": 2},
           "same": False}


def tree_of(r, commit):
    return r.data[commit][1][5:45].decode()


def end_of(pack, hex_id):
    after = [at for _, at, _ in pack.rows if at > pack.offset(hex_id)]
    return min(after, default=len(pack.body))


def flipped(name, choose, **expected):
    """One bit, in the middle of the object that choose(r, ids) names."""
    def make(r):
        ids = line(r)
        pack = r.packed()
        target = choose(r, ids)
        flip(pack.name + ".pack", (pack.offset(target) + end_of(pack, target)) // 2)
    add(name, make, **expected)


flipped("pack-bit-in-commit", lambda r, ids: ids[1], **LOST)
flipped("pack-bit-in-tree", lambda r, ids: tree_of(r, ids[1]), **NO_TREE)
flipped("pack-bit-in-tip", lambda r, ids: ids[2], refuse="cannot read")


def chain(r, n, flip_at=None):
    """A history of n commits whose trees are deltas, each of the one before."""
    pack, tip, before = Pack(), (), None
    blob = r.blob(b"x\n")
    for i in range(n):
        data = b"".join(b"100644 f%05d\0" % j + bytes.fromhex(blob) for j in range(20))
        data += b"100644 z%05d\0" % i + bytes.fromhex(blob)
        tree = pack.add_delta(b"tree", data, *before) if before else pack.add(b"tree", data)
        before = tree, data
        tip = (r.commit(tree, *tip),)
    r.tip(tip[0])
    return pack, pack.write(r)


@case(commits=400, touches=420)
def deltas_400_deep(r):
    chain(r, 400)


@case(commits=5, touches=0, bits={"PARTIAL": 5}, flags={"damaged_trees": 9}, same=False)
def pack_bit_in_base(r):
    pack, name = chain(r, 5)
    flip(name + ".pack", pack.rows[0][1] + 30)


@case(commits=3, touches=1, bits={"PARTIAL": 2}, flags={"damaged_trees": 2}, same=False)
def pack_of_a_delta_without_base(r):
    """Its base is named by an id that is not there."""
    _, second, _ = line(r)
    tree = tree_of(r, second)
    pack = Pack()
    pack.add_ref_delta(tree, "1" * 40, insert_delta(b"", r.data[tree][1]))
    pack.write(r)
    r.lose(tree)


def odd_tree(name, write, **expected):
    """The second commit's tree stands in a pack as write(pack, id, bytes) has it."""
    def make(r):
        tree = tree_of(r, line(r)[1])
        pack = Pack()
        pack.add(b"blob", b"something in front\n")
        write(pack, tree, r.data[tree][1])
        pack.write(r)
        r.lose(tree)
    add(name, make, **(NO_TREE | expected))


def delta(pack, tree, data, instructions, distance):
    pack.raw(tree, size_header(OFS_DELTA, len(instructions)) + ofs_header(distance),
             zlib.compress(instructions))


odd_tree("delta-of-itself", lambda p, t, d: p.add_ref_delta(t, t, insert_delta(d, d)))
odd_tree("delta-before-the-pack", lambda p, t, d: delta(p, t, d, insert_delta(b"", d), 1 << 40))
odd_tree("delta-into-the-middle", lambda p, t, d: delta(p, t, d, insert_delta(b"", d), 5))
odd_tree("delta-of-distance-0", lambda p, t, d: delta(p, t, d, insert_delta(b"", d), 0))
odd_tree("delta-without-end", lambda p, t, d: delta(
    p, t, d, insert_delta(b"something in front\n", d)[:-5], len(p.body) - 12))
odd_tree("delta-beyond-its-base", lambda p, t, d: delta(
    p, t, d, varint(19) + varint(len(d)) + b"\xb1\xff\xff\xff", len(p.body) - 12))
odd_tree("delta-of-gigabytes", lambda p, t, d: delta(
    p, t, d, varint(19) + varint(1 << 40) + b"\x90\x13" * 100, len(p.body) - 12))
odd_tree("delta-of-nothing-known", lambda p, t, d: delta(
    p, t, d, varint(19) + varint(len(d)) + b"\0" * 30, len(p.body) - 12))
odd_tree("pack-entry-of-unknown-type", lambda p, t, d: p.raw(
    t, size_header(5, len(d)), zlib.compress(d)))
odd_tree("pack-entry-too-short", lambda p, t, d: p.raw(
    t, size_header(TREE, len(d)), zlib.compress(d[:-4])))
odd_tree("pack-entry-too-long", lambda p, t, d: p.raw(
    t, size_header(TREE, len(d)), zlib.compress(d + b"more")))
# Forged as a whole, checksums and all: read as git reads it, which compares no id either.
odd_tree("pack-entry-of-another-id", lambda p, t, d: p.raw(
    t, size_header(TREE, len(d)), zlib.compress(d.replace(b"a\0", b"b\0"))),
    touches=5, bits={}, flags={}, same=True)
odd_tree("pack-entry-bomb", lambda p, t, d: p.raw(
    t, size_header(TREE, len(d)), long_stream(d, b"\0" * (1 << 20), 4096, False)),
    group="pack-bomb", seconds=5, mib=256)
odd_tree("pack-entry-says-it-is-huge", lambda p, t, d: p.raw(
    t, size_header(TREE, 1 << 50), zlib.compress(d)))
odd_tree("pack-entry-of-another-type", lambda p, t, d: p.raw(
    t, size_header(COMMIT, len(d)), zlib.compress(d)))


@case(commits=3, touches=0, bits={"PARTIAL": 3}, flags={"damaged_trees": 4}, same=False)
def deltas_in_a_circle(r):
    """Two trees, each the delta of the other."""
    first, second, _ = line(r)
    a, b = tree_of(r, first), tree_of(r, second)
    pack = Pack()
    for this, base in ((a, b), (b, a)):
        pack.add_ref_delta(this, base, insert_delta(r.data[base][1], r.data[this][1]))
    pack.write(r)
    r.lose(a)
    r.lose(b)


# --- Packs and indexes as a whole -------------------------------------------------------

def pack_file(name, change, **expected):
    def make(r):
        line(r)
        change(r.packed())
    add(name, make, **expected)


def cut(path, keep):
    os.truncate(path, int(os.path.getsize(path) * keep))


def garbage(path):
    with open(path, "wb") as f:
        f.write(b"no index at all\n" * 100)


pack_file("pack-cut-in-half", lambda p: cut(p.name + ".pack", 0.5), refuse="cannot read")
pack_file("pack-of-zero-bytes", lambda p: cut(p.name + ".pack", 0), refuse="cannot read")
pack_file("pack-without-index", lambda p: os.remove(p.name + ".idx"), refuse="cannot read")
pack_file("index-without-pack", lambda p: os.remove(p.name + ".pack"), refuse="cannot read")
pack_file("index-of-garbage", lambda p: garbage(p.name + ".idx"), refuse="cannot read")
pack_file("index-cut-in-half", lambda p: cut(p.name + ".idx", 0.5), refuse="cannot read")
pack_file("index-of-zero-bytes", lambda p: cut(p.name + ".idx", 0), refuse="cannot read")


def repacked(name, change=None, **expected):
    """All objects in one pack; `options` for its index; change(r, ids, pack) before it."""
    options = expected.pop("options", {})

    def make(r):
        ids = line(r)
        pack = Pack()
        for hex_id, (kind, data) in r.data.items():
            pack.add(kind, data)
            r.lose(hex_id)
        if change:
            change(r, ids, pack)
        pack.write(r, **options)
    add(name, make, **expected)


def swap(pack, a, b):
    """The index takes each for the other; their checksums stay."""
    rows = {row[0]: row for row in pack.rows}
    at = {a: rows[b][1], b: rows[a][1]}
    pack.rows = [(hex_id, at.get(hex_id, was), crc) for hex_id, was, crc in pack.rows]


def forge(pack, a, b):
    """The same, checksums and all."""
    names = {a: b, b: a}
    pack.rows = [(names.get(hex_id, hex_id), *rest) for hex_id, *rest in pack.rows]


READ = {"commits": 3, "touches": 3}
repacked("index-of-version-1", options={"version": 1}, **READ)
repacked("index-of-far-offsets", options={"far": True}, **READ)
repacked("index-with-trees-swapped", lambda r, ids, p: swap(
    p, tree_of(r, ids[0]), tree_of(r, ids[1])), **NO_TREE | {
    "flags": {"damaged_trees": 4}, "touches": 0, "bits": {"PARTIAL": 3}})
repacked("index-with-trees-forged", lambda r, ids, p: forge(
    p, tree_of(r, ids[0]), tree_of(r, ids[1])), commits=3, touches=4)
repacked("index-with-commits-swapped", lambda r, ids, p: swap(p, ids[0], ids[1]),
         **LOST | {"git": 2, "same": False})
repacked("index-beyond-the-pack", lambda r, ids, p: p.rows.append(
    (ids[1], 1 << 30, 0)) or p.rows.remove(next(x for x in p.rows if x[0] == ids[1])), **LOST)


@case(commits=300, touches=300)
def packs_in_hundreds(r):
    tip = ()
    for i in range(300):
        pack = Pack()
        blob = pack.add(b"blob", b"%d\n" % i)
        tree = pack.add(b"tree", b"100644 a\0" + bytes.fromhex(blob))
        data = r.header(tree, tip) + b"author A <a@example.org> %d +0000\n" % (1700000000 + i) + \
            b"committer A <a@example.org> %d +0000\n\nx\n" % (1700000000 + i)
        tip = (pack.add(b"commit", data),)
        pack.write(r)
    r.tip(tip[0])


@case(commits=3, touches=3)
def object_loose_and_packed_and_broken(r):
    """The loose copy of a commit is damaged, the packed one is whole."""
    _, second, _ = line(r)
    pack = Pack()
    pack.add(b"commit", r.data[second][1])
    pack.write(r)
    r.write(r.loose_name(second), b"garbage")


@case(commits=3, touches=3)
def object_in_two_packs(r):
    """The one in the first pack is damaged."""
    line(r)
    for name in ("0" * 40, "1" * 40):
        pack = Pack()
        for kind, data in r.data.values():
            pack.add(kind, data)
        path = pack.write(r, name=name)
        if name[0] == "0":
            flip(path + ".pack", (pack.rows[2][1] + pack.rows[3][1]) // 2)
    for hex_id in r.data:
        r.lose(hex_id)
