#!/usr/bin/env python3
"""Seeds for the fuzz targets of formats that are not text.

usage: seeds.py FOLDER

Makes FOLDER/TARGET/NAME, a file a construct. Seeds that are text stand in corpus/.
"""
import pathlib
import struct
import sys
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
from odd_git import (OFS_DELTA, TREE, Pack, insert_delta, ofs_header, size_header,  # noqa: E402
                     varint)

ID = bytes(range(1, 21))
BETWEEN = b"\xff\xfe\xfd"  # two trees, fuzz_tree.c


def entry(mode, name, oid=ID):
    return mode + b" " + name + b"\0" + oid


def trees():
    plain = entry(b"100644", b"a") + entry(b"40000", b"b") + entry(b"100755", b"c.d")
    yield "empty", b""
    yield "plain", plain
    yield "two", plain + BETWEEN + plain.replace(ID, ID[::-1])
    yield "modes", b"".join(entry(m, b"a") for m in (
        b"0", b"40755", b"120000", b"160000", b"100600", b"0100644", b"177777", b"140000"))
    yield "mode-too-large", entry(b"7777777", b"a")
    yield "mode-of-letters", entry(b"rw-r--", b"a")
    yield "no-mode", entry(b"", b"a")
    yield "no-name", entry(b"100644", b"")
    yield "no-nul", b"100644 a"
    yield "short-id", plain[:-1]
    yield "folder-order", b"".join(entry(m, n) for m, n in (
        (b"100644", b"a-b"), (b"40000", b"a"), (b"100644", b"a"), (b"100644", b"a/b"),
        (b"40000", b"a0")))
    yield "double", plain + plain
    yield "odd-names", b"".join(entry(b"40000", n) for n in (
        b".", b"..", b".git", b"a/b", b"/", b"\xff", b"a\nb", b" "))
    yield "long-name", entry(b"100644", b"n" * 2048)


def deltas():
    def of(base, delta):
        return bytes([len(base)]) + base + delta
    head = varint(10) + varint(12)
    yield "insert", of(b"0123456789", head + b"\x0cabcdefghijkl")
    yield "copy", of(b"0123456789", head + b"\x90\x0a\x02ab")
    yield "copy-all-bytes", of(b"0123456789", head + b"\xff\0\0\0\0\x0a\0\0\x02ab")
    yield "copy-of-64-kib", of(b"0123456789", varint(10) + varint(65536) + b"\x80")
    yield "reserved", of(b"0123456789", head + b"\0")
    yield "beyond", of(b"0123456789", head + b"\x91\x05\x0c")
    yield "of-another-base", of(b"012", head + b"\x90\x0a\x02ab")
    yield "endless-size", of(b"", b"\xff" * 12)
    yield "nothing", of(b"", b"\0\0")


def seed(pack, change_pack=bytes, change_index=bytes, **options):
    """As fuzz_pack.c takes it."""
    data = pack.pack_bytes()
    index = change_index(pack.index_bytes(data, **options))
    return struct.pack("<I", len(index)) + index + change_pack(data)


def small_pack():
    pack = Pack()
    base = entry(b"100644", b"a") + entry(b"40000", b"b")
    tree = pack.add(b"tree", base)
    second = pack.add_delta(b"tree", base + entry(b"100644", b"c"), tree, base)
    pack.add_delta(b"tree", base + entry(b"100644", b"d"), second, base + entry(b"100644", b"c"))
    pack.add(b"blob", b"text\n" * 20)
    pack.add(b"commit", b"tree " + tree.encode() + b"\nauthor A <a@b> 1 +0000\n"
             b"committer A <a@b> 1 +0000\n\nx\n")
    pack.add(b"tag", b"object " + tree.encode() + b"\n")
    return pack


def with_entry(write):
    pack = small_pack()
    write(pack)
    return pack


def packs():
    new = "ab" * 20
    base = varint(5) + varint(9)
    yield "plain", seed(small_pack())
    yield "empty", seed(Pack())
    yield "index-of-version-1", seed(small_pack(), version=1)
    yield "far-offsets", seed(small_pack(), far=True)
    yield "index-cut", seed(small_pack(), change_index=lambda d: d[:-60])
    yield "pack-cut", seed(small_pack(), change_pack=lambda d: d[:-60])
    yield "no-index", b"\0\0\0\0" + small_pack().pack_bytes()
    yield "fanout-falls", seed(small_pack(), change_index=lambda d: d[:8] + d[12:1032] + d[8:12] +
                               d[1032:])
    yield "delta-by-id", seed(with_entry(lambda p: p.add_ref_delta(
        new, p.rows[0][0], insert_delta(b"", b"result"))))
    yield "delta-of-itself", seed(with_entry(lambda p: p.add_ref_delta(new, new, base)))
    yield "delta-too-far-back", seed(with_entry(lambda p: p.raw(
        new, size_header(OFS_DELTA, len(base)) + ofs_header(1 << 40), zlib.compress(base))))
    yield "huge", seed(with_entry(lambda p: p.raw(
        new, size_header(TREE, 1 << 50), zlib.compress(b"x"))))
    yield "not-deflated", seed(with_entry(lambda p: p.raw(new, size_header(TREE, 9), b"garbage")))
    yield "swapped", seed(swapped(small_pack()))


def swapped(pack):
    (a, *at_a), (b, *at_b) = pack.rows[:2]
    pack.rows[:2] = [(b, *at_a), (a, *at_b)]
    return pack


TARGETS = {"delta": deltas, "pack": packs, "tree": trees}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for target, seeds in TARGETS.items():
        folder = pathlib.Path(sys.argv[1]) / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in seeds():
            (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
