"""Git repositories written byte by byte, so that they can be what git would not write."""
import binascii
import hashlib
import os
import struct
import subprocess
import zlib

COMMIT, TREE, BLOB, TAG, OFS_DELTA, REF_DELTA = 1, 2, 3, 4, 6, 7
KINDS = {b"commit": COMMIT, b"tree": TREE, b"blob": BLOB, b"tag": TAG}
AUTHOR = b"author A U Thor <author@example.org> %d +0100\n"
COMMITTER = b"committer C O Mitter <committer@example.org> %d +0000\n"
START_S = 1700000000

GIT_ENV = dict(os.environ, GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null", LC_ALL="C",
               GIT_GRAFT_FILE="/dev/null", GIT_NO_LAZY_FETCH="1", GIT_TERMINAL_PROMPT="0",
               GIT_AUTHOR_NAME="A", GIT_AUTHOR_EMAIL="a@example.org", GIT_AUTHOR_DATE="1700000000 +0000",
               GIT_COMMITTER_NAME="C", GIT_COMMITTER_EMAIL="c@example.org",
               GIT_COMMITTER_DATE="1700000000 +0000")


def git(*args, cwd=None, data=None, check=True):
    """What git says on stdout; None where it fails and may."""
    done = subprocess.run(["git", "-c", "safe.directory=*", "-c", "protocol.file.allow=always",
                           *map(str, args)], cwd=cwd, input=data, env=GIT_ENV,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode and check:
        raise RuntimeError(f"git {args}: {done.stderr.decode(errors='replace')}")
    return None if done.returncode else done.stdout


def entry(mode, name, hex_id):
    """One entry of a tree."""
    return mode + b" " + name + b"\0" + bytes.fromhex(hex_id)


def id_of(kind, data):
    return hashlib.sha1(b"%s %d\0" % (kind, len(data)) + data).hexdigest()


def size_header(kind, size):
    """The header of an object in a pack."""
    out = bytearray()
    byte, size = kind << 4 | size & 15, size >> 4
    while size:
        out.append(byte | 0x80)
        byte, size = size & 0x7f, size >> 7
    out.append(byte)
    return bytes(out)


def ofs_header(distance):
    """How far before a delta its base stands."""
    out = [distance & 0x7f]
    distance >>= 7
    while distance:
        distance -= 1
        out.insert(0, 0x80 | distance & 0x7f)
        distance >>= 7
    return bytes(out)


def varint(n):
    out = bytearray()
    while n > 0x7f:
        out.append(n & 0x7f | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def insert_delta(base, result):
    """A delta that copies the prefix both have and inserts the rest."""
    same = len(os.path.commonprefix([base, result])[:0xffff])
    out = varint(len(base)) + varint(len(result))
    if same:
        out += b"\xb0" + struct.pack("<H", same)
    for at in range(same, len(result), 127):
        piece = result[at:at + 127]
        out += bytes([len(piece)]) + piece
    return out


def long_stream(head, block, n_blocks, checksum=True):
    """head + block * n_blocks, deflated, without the work of doing it n_blocks times."""
    pack = zlib.compressobj(9)
    first = pack.compress(head) + pack.flush(zlib.Z_FULL_FLUSH)
    again = pack.compress(block) + pack.flush(zlib.Z_FULL_FLUSH)
    adler = zlib.adler32(head)
    if checksum:
        for _ in range(n_blocks):
            adler = zlib.adler32(block, adler)
    # An empty last block, and the checksum of all.
    return first + again * n_blocks + b"\x03\x00" + struct.pack(">I", adler)


class Pack:
    """A pack and its index, object by object."""

    def __init__(self):
        self.body = bytearray(b"PACK\0\0\0\2\0\0\0\0")
        self.rows = []  # id, offset, crc

    def raw(self, hex_id, header, deflated):
        """What stands at `hex_id`, whatever it is."""
        at, piece = len(self.body), header + deflated
        self.rows.append((hex_id, at, binascii.crc32(piece)))
        self.body += piece
        return at

    def add(self, kind, data, level=1):
        hex_id = id_of(kind, data)
        self.raw(hex_id, size_header(KINDS[kind], len(data)), zlib.compress(data, level))
        return hex_id

    def offset(self, hex_id):
        return next(at for row, at, _ in self.rows if row == hex_id)

    def add_delta(self, kind, data, base, base_data):
        """By the distance to its base, which stands before it."""
        hex_id, delta = id_of(kind, data), insert_delta(base_data, data)
        header = size_header(OFS_DELTA, len(delta)) + \
            ofs_header(len(self.body) - self.offset(base))
        self.raw(hex_id, header, zlib.compress(delta))
        return hex_id

    def add_ref_delta(self, hex_id, base, delta):
        header = size_header(REF_DELTA, len(delta)) + bytes.fromhex(base)
        self.raw(hex_id, header, zlib.compress(delta))
        return hex_id

    def pack_bytes(self):
        self.body[8:12] = struct.pack(">I", len(self.rows))
        return bytes(self.body) + hashlib.sha1(self.body).digest()

    def index_bytes(self, pack, version=2, far=False):
        """The index; far: all offsets but one in the table for large ones."""
        rows = sorted(self.rows)
        fan, n = [0] * 256, len(rows)
        for hex_id, _, _ in rows:
            fan[int(hex_id[:2], 16)] += 1
        for i in range(1, 256):
            fan[i] += fan[i - 1]
        out = struct.pack(">256I", *fan)
        ids = [bytes.fromhex(row[0]) for row in rows]
        if version == 1:
            out += b"".join(struct.pack(">I", row[1]) + oid for row, oid in zip(rows, ids))
        else:
            out = b"\xfftOc\0\0\0\2" + out + b"".join(ids)
            out += struct.pack(f">{n}I", *(row[2] for row in rows))
            if far:
                out += struct.pack(f">{n}I", rows[0][1], *(0x80000000 | i for i in range(n - 1)))
                out += struct.pack(f">{n - 1}Q", *(row[1] for row in rows[1:]))
            else:
                out += struct.pack(f">{n}I", *(row[1] for row in rows))
        out += pack[-20:]
        return out + hashlib.sha1(out).digest()

    def write(self, repo, name=None, **options):
        pack = self.pack_bytes()
        name = repo.path("objects", "pack", "pack-" + (name or pack[-20:].hex()))
        os.makedirs(os.path.dirname(name), exist_ok=True)
        for end, data in ((".pack", pack), (".idx", self.index_bytes(pack, **options))):
            with open(name + end, "wb") as f:
                f.write(data)
        return name


class Repo:
    """A bare repository; objects are loose, unless they go to a Pack."""

    def __init__(self, folder):
        self.folder = folder
        self.data = {}  # hex: (kind, data) of what was added
        self.now_s = START_S
        for name in ("objects/pack", "refs/heads", "refs/tags", "info"):
            os.makedirs(self.path(name))
        self.write("HEAD", b"ref: refs/heads/main\n")
        self.write("config", b"[core]\n\trepositoryformatversion = 0\n\tbare = true\n")

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, data):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)

    def loose_name(self, hex_id):
        return "objects/" + hex_id[:2] + "/" + hex_id[2:]

    def add(self, kind, data):
        hex_id = id_of(kind, data)
        self.data[hex_id] = kind, data
        name = self.loose_name(hex_id)
        if not os.path.exists(self.path(name)):
            self.write(name, zlib.compress(b"%s %d\0" % (kind, len(data)) + data, 1))
        return hex_id

    def lose(self, hex_id):
        os.remove(self.path(self.loose_name(hex_id)))
        return hex_id

    def blob(self, data):
        return self.add(b"blob", data)

    def tree(self, *entries):
        """Of (mode, name, id), in the order that is given."""
        return self.add(b"tree", b"".join(entry(*e) for e in entries))

    def files(self, **files):
        return self.tree(*((b"100644", name.encode(), self.blob(data))
                           for name, data in sorted(files.items())))

    def header(self, tree, parents):
        out = b"tree " + tree.encode() + b"\n"
        return out + b"".join(b"parent " + p.encode() + b"\n" for p in parents)

    def commit(self, tree, *parents, author=None, committer=None, more=b"", message=b"\nchange\n"):
        """author, committer: the whole lines, where they are not the usual ones."""
        self.now_s += 60
        data = self.header(tree, parents)
        data += AUTHOR % self.now_s if author is None else author
        data += COMMITTER % self.now_s if committer is None else committer
        return self.add(b"commit", data + more + message)

    def tip(self, hex_id, branch="refs/heads/main"):
        self.write(branch, hex_id.encode() + b"\n")
        return hex_id

    def packed(self, **options):
        """Move all loose objects into one pack; the pack."""
        pack = Pack()
        for hex_id, (kind, data) in self.data.items():
            if os.path.exists(self.path(self.loose_name(hex_id))):
                pack.add(kind, data)
                self.lose(hex_id)
        pack.name = pack.write(self, **options)
        return pack


def flip(path, at, mask=0x10):
    with open(path, "r+b") as f:
        f.seek(at)
        byte = f.read(1)[0]
        f.seek(at)
        f.write(bytes([byte ^ mask]))
