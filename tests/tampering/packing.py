"""Archives that are damaged, too large, or that readers read differently."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from gatelib.bundle import archive
from tests.forging import END, GNU, bundle, extended, header, member, signed, tar, zipped
from tests.tampering.base import EXTRA, RULE, Attack, files, followed_by, good, moved

LINKS = "links, devices and other members that are no files, which OPA passes over"
GLOBAL = "headers for all files of the archive that rename, or that rename nothing"
PACKED = "something behind the end, more than one gzip stream, a wrong checksum of gzip"
LARGE = "more than 256 MiB unpacked, or more than 10,000 files and folders"
NAMES = "names with `..`, `\\`, empty parts or control characters, where they are signed"


def bomb(*last: bytes) -> bytes:
    """A small file that unpacks to 257 MiB of zeroes, behind the signed bundle and ``last``."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    start = deflate.compress(tar(good()) + b"".join(last)) + deflate.flush(zlib.Z_FULL_FLUSH)
    block = deflate.compress(bytes(2**20)) + deflate.flush(zlib.Z_FULL_FLUSH)
    return zipped(b"")[:10] + start + block * 257 + deflate.compress(END) + deflate.flush() + bytes(8)


REFUSED: Mapping[str, Attack] = {
    "cut off": Attack(lambda: bundle(good())[:-700], "cut off|damaged", "EOF|flate"),
    "cut off in its tar": Attack(lambda: zipped(tar(good())[:-600]), "cut off", "EOF"),
    "not zipped": Attack(lambda: tar(good()) + END, "no gzipped tar", "gzip"),
    "nothing": Attack(lambda: b"", "cut off", "EOF"),
    "nothing, zipped": Attack(lambda: zipped(b""), "cut off", "missing .signatures.json"),
    "an added file behind a damaged header": Attack(
        lambda: followed_by(member(b"x", damaged=True), member(b"a.rego", EXTRA)),
        "damaged between",
        "invalid tar header",
    ),
    "too large a file": Attack(
        lambda: bomb(header(b"gatelib/large.json", 257 * 2**20)),
        "larger than 256 MiB",
        "not included in bundle signature",
    ),
    "more files than one": Attack(
        lambda: followed_by(*(member(b"gatelib/%d.json" % number) for number in range(10_001))),
        "more than 10000 files",
        "not included in bundle signature",
    ),
    "a size without an end": Attack(
        lambda: zipped(tar(good()) + header(b"a", 8**11 - 1)), "cut off", "EOF|size"
    ),
    "a name twice": Attack(
        lambda: followed_by(member(RULE.encode(), files()[RULE])), "twice", "not included"
    ),
    "a name twice, once with a slash": Attack(
        lambda: followed_by(member(b"/" + RULE.encode(), files()[RULE])), "twice", "not included"
    ),
    "a name twice, the other one first": Attack(
        lambda: zipped(
            member(RULE.encode(), b"package gatelib.rules.kubernetes.privileged\n") + tar(good()) + END
        ),
        "twice",
        "digest mismatch",
    ),
    "a name with a dot": Attack(
        lambda: moved(member(b"./" + RULE.encode(), files()[RULE])), "no plain name", "not included"
    ),
    "a name with two slashes": Attack(
        lambda: moved(member(b"//" + RULE.encode(), files()[RULE])), "no plain name", "not included"
    ),
    "a path that leads out": Attack(
        lambda: followed_by(member(b"../a.rego", EXTRA)), "no plain name", "not included"
    ),
    "a name that is not UTF-8": Attack(
        lambda: followed_by(member(b"\xff.rego", EXTRA)), "not UTF-8", "not included"
    ),
    "a path from the root": Attack(
        lambda: followed_by(member(b"/etc/a.rego", EXTRA)), "is not among the signed", "not included"
    ),
    "a file that a pax header renames": Attack(
        lambda: followed_by(extended({b"path": b"a.rego"}), member(RULE.encode(), EXTRA)),
        "not among the signed",
        "not included",
    ),
    "a folder that a pax header makes a file": Attack(
        lambda: followed_by(extended({b"path": b"a.rego"}), member(b"x/", EXTRA, b"\0")),
        "not among the signed",
        "not included",
    ),
    "a file that a GNU header renames": Attack(
        lambda: followed_by(member(b"x", b"a.rego\0", b"L"), member(RULE.encode(), EXTRA)),
        "not among the signed",
        "not included",
    ),
    "a size that a pax header changes": Attack(
        lambda: followed_by(extended({b"size": b"0"}), member(b"x", EXTRA)),
        "sets `size`",
        "invalid tar header|not included",
    ),
    "a sparse file of pax": Attack(
        lambda: followed_by(
            extended({b"GNU.sparse.map": b"0,33", b"GNU.sparse.size": b"33", b"GNU.sparse.numblocks": b"1"}),
            member(b"a.rego", EXTRA),
        ),
        "sets `GNU.sparse",
        "not included",
    ),
    "a prefix in a format that has none": Attack(
        lambda: moved(
            member(b"privileged.rego", files()[RULE], magic=bytes(8), prefix=RULE.rpartition("/")[0].encode())
        ),
        "neither of POSIX nor of GNU",
        "not included",
    ),
}

TAKEN_BY_OPA: Mapping[str, Attack] = {
    "a symbolic link": Attack(
        lambda: followed_by(header(b"a.rego", 0, b"2", link=b"/etc/passwd")), "no plain file", LINKS
    ),
    "a hard link": Attack(
        lambda: followed_by(header(b"a.rego", 0, b"1", link=RULE.encode())), "no plain file", LINKS
    ),
    "a character device": Attack(lambda: followed_by(header(b"a.rego", 0, b"3")), "no plain file", LINKS),
    "a block device": Attack(lambda: followed_by(header(b"a.rego", 0, b"4")), "no plain file", LINKS),
    "a pipe": Attack(lambda: followed_by(header(b"a.rego", 0, b"6")), "no plain file", LINKS),
    "a contiguous file": Attack(lambda: followed_by(member(b"a.rego", EXTRA, b"7")), "no plain file", LINKS),
    "a file of an unknown type": Attack(
        lambda: followed_by(member(b"a.rego", EXTRA, b"Z")), "no plain file", LINKS
    ),
    "a sparse file of GNU": Attack(
        lambda: followed_by(member(b"a.rego", EXTRA, b"S", magic=GNU)), "no plain file", LINKS
    ),
    "a name for all files": Attack(
        lambda: zipped(extended({b"path": b"a.rego"}, b"g") + tar(good()) + END), "sets `path`", GLOBAL
    ),
    "a name for no file": Attack(
        lambda: followed_by(extended({b"path": b"a.rego"})), "cut off, or damaged|says too much", GLOBAL
    ),
    "no end": Attack(lambda: zipped(tar(good())), "cut off", PACKED),
    "something behind the end": Attack(
        lambda: zipped(tar(good()) + END + member(b"a.rego", EXTRA)), "damaged", PACKED
    ),
    "something behind the zipped end": Attack(lambda: bundle(good()) + b"x", "something follows", PACKED),
    "a second gzip stream": Attack(
        lambda: bundle(good()) + zipped(member(b"a.rego", EXTRA)), "something follows", PACKED
    ),
    "two gzip streams for one tar": Attack(
        lambda: zipped(tar(good())[:700]) + zipped(tar(good())[700:] + END), "something follows", PACKED
    ),
    "half a checksum": Attack(lambda: archive.write(good())[:-6], "cut off", PACKED),
    "a wrong checksum": Attack(lambda: archive.write(good())[:-8] + bytes(8), "damaged", PACKED),
    "zeroes without an end": Attack(lambda: bomb(END), "larger than 256 MiB", LARGE),
    "folders without an end": Attack(
        lambda: followed_by(header(b"gatelib/", 0, b"5") * 10_001), "more than 10000 files", LARGE
    ),
    "a signed path that leads out": Attack(
        lambda: zipped(tar(signed({**files(), "../x.json": b"{}"})) + END), "no plain name", NAMES
    ),
    "a signed path with an empty part": Attack(
        lambda: zipped(tar(signed({**files(), "gatelib//x.json": b"{}"})) + END), "no plain name", NAMES
    ),
    "a signed path with a backslash": Attack(
        lambda: zipped(tar(signed({**files(), "gatelib\\x.json": b"{}"})) + END), "no plain name", NAMES
    ),
    "a signed name with a line end": Attack(
        lambda: zipped(tar(signed({**files(), "gatelib/x\n.json": b"{}"})) + END), "no plain name", NAMES
    ),
}
