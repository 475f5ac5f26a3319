"""
The ABI is for ever: what a program was built with keeps working on a library
that has grown, and nothing that programs rely on changes unnoticed.

inv_0.h is inv.h as programs know it that are out there. A change that is
compatible may take its place with the next version; nothing else may. The
library is compiled here from sources in which inv.h was changed the way a later
version would change it, or the way it must not.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import cffi
import pytest

from conftest import (HERE, KEY, ROOT, build_dir, clean_environment,
                      declarations, header, is_sanitized)
from peer import Answer, INVITE, page
from test_library import everything

BASE = ["arena", "buf", "clock", "encode", "hash", "jw", "str"]
RECORD = HERE / "inv_0.h"

# What a later version may do: take room, and let what it hands out grow.
GROWN = [
    (r"int64_t reserved\[(\d+)\]( INV_OPT)?;",
     lambda m: f"void *added{m[2] or ''};\n"
               f"\tint64_t reserved[{int(m[1]) - 1}]{m[2] or ''};"),
    (r"(struct inv_(?:invite|deleted|removed|user|project|project_user|group"
     r"|group_user|group_membership|project_group|role_details|role_assignment"
     r"|service_account|service_account_api_key|project_api_key|key_owner"
     r"|admin_api_key|audit_log|audit_log_thing|invitation|webhook_event"
     r"|answer|metadata|http_request) \{.*?)\n\};",
     r"\1\n\tconst char *added;\n\tint64_t more[9];\n};"),
    (r"(const char \*next; /\* or NULL \*/ +\\\n)",
     r"\1\t\tint64_t added[9];\\\n"),
    (r'INV_VERSION\s+"[\d.]+"', 'INV_VERSION "9.9.9"'),
]

# What none may do.
BROKEN = {
    "a member of the caller's struct goes": (r"\tint status;\t+/\* HTTP.*?\n",
                                             ""),
    "a function takes something else": (r"const char \*invite_id",
                                        "int64_t invite_id"),
    "a member of a result moves": (
        r"(struct inv_invite \{\n)", r"\1\tint64_t first;\n"),
    "an enum's value changes": (r"INV_ROLE_OWNER = 2", "INV_ROLE_OWNER = 3"),
    "a struct of the caller's grows": (r"char detail\[256\]",
                                       "char detail[512]"),
}


def changed(changes: list[tuple]) -> str:
    text = header()
    for old, new in changes:
        text, count = re.subn(old, new, text,
                              flags=re.S if r"\{.*?" in old else 0)
        assert count, old
    return text


def library(directory: Path, text: str) -> Path:
    """The whole library, with that inv.h."""
    for name in ("client", "include", "src/base"):
        shutil.copytree(ROOT / name, directory / name)
    (directory / "include/inv.h").write_text(text)
    out = directory / "libinv.so.0"
    files = [str(path) for path in sorted((directory / "client").glob("*.c"))]
    files += [str(directory / f"src/base/{name}.c") for name in BASE]
    done = subprocess.run(
        ["cc", "-std=gnu17", "-D_GNU_SOURCE", "-g", "-O0", "-fPIC", "-shared",
         "-fvisibility=hidden", "-fno-strict-aliasing",
         f"-I{directory}/client", f"-I{directory}/include",
         f"-I{directory}/src", *files, "-o", str(out),
         "-Wl,-soname,libinv.so.0", "-Wl,-z,defs",
         f"-Wl,--version-script={directory}/client/inv.map",
         "-lcurl", "-ljansson", "-lcrypto", "-pthread"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def grown(tmp_path_factory) -> Path:
    return library(tmp_path_factory.mktemp("grown"), changed(GROWN))


# ---- a program of today on the library of tomorrow -----------------------------

def run(peer: Any, grown: Path, *argv: str) -> str:
    """A program that is built, by the library that has grown."""
    tool = [] if is_sanitized() else ["valgrind", "--quiet",
                                      "--error-exitcode=9"]
    env = clean_environment(OPENAI_BASE_URL=peer.url, OPENAI_ADMIN_KEY=KEY,
                            LD_LIBRARY_PATH=str(grown.parent))
    program = str(build_dir() / "examples" / f"example_{argv[0]}")
    done = subprocess.run([*tool, program, *argv[1:]], env=env, text=True,
                          capture_output=True, timeout=120)
    assert done.returncode in (0, 1), done.stderr
    agents = {request.headers["user-agent"] for request in peer.requests}
    assert agents == {"libinv/9.9.9"}, "another library was loaded"
    return done.stdout + done.stderr


@pytest.mark.long(10)
def test_programs_run_on_a_library_that_has_grown(peer, grown):
    if is_sanitized():
        pytest.skip("platform: its programs want a library with the sanitizer")
    peer.script(everything)
    assert run(peer, grown, "create", "a@b.c") == "invite-1\n"
    assert run(peer, grown, "list").startswith("i0 ada@example.com\n")
    assert "No." in run(peer, grown, "errors", "refused")
    assert run(peer, grown, "loop", "x") == "ada@example.com is pending\n"
    assert run(peer, grown, "projects", "a@b.c").endswith("nothing\n")
    assert run(peer, grown, "accept", "CODE", "Ada").startswith("You are in")
    peer.script(Answer(200, page([INVITE])))
    assert run(peer, grown, "users") == "invite-1 reader ada@example.com\n"


def test_the_library_that_has_grown_uses_what_it_has(grown):
    """That the test above tells something: the structs are larger there."""
    sizes = {}
    for directory in (ROOT, grown.parent):
        program = grown.parent / "sizes.c"
        program.write_text(
            '#include <inv.h>\n#include <stdio.h>\nint main(void)\n{\n'
            'printf("%zu %zu %zu %zu\\n", sizeof(struct inv_invite),\n'
            'sizeof(struct inv_user_page), sizeof(struct inv_error),\n'
            'sizeof(struct inv_call));\nreturn 0;\n}\n')
        subprocess.run(["cc", f"-I{directory}/include", str(program), "-o",
                        str(grown.parent / "sizes")], check=True)
        sizes[directory] = [int(word) for word in subprocess.run(
            [str(grown.parent / "sizes")], capture_output=True, text=True,
            check=True).stdout.split()]
    before, after = sizes.values()
    assert before[0] < after[0] and before[1] < after[1]
    assert before[2:] == after[2:], "what the caller holds stays as large"


# ---- the ABI as a record --------------------------------------------------------

def layout(text: str) -> tuple[dict, dict, dict]:
    """Structs (size, members), the enums' values, and the functions."""
    text = declarations(text)
    ffi = cffi.FFI()
    ffi.cdef(text)
    structs, values = {}, {}
    for name in ffi.list_types()[1]:
        kind = ffi.typeof(f"struct {name}")
        if kind.fields is not None:
            structs[name] = (ffi.sizeof(kind), {
                member: (field.offset, field.type.cname)
                for member, field in kind.fields})
    for name in re.findall(r"^enum (\w+) {", text, re.M):
        values.update(ffi.typeof(f"enum {name}").relements)
    functions = {name: re.sub(r"\s+", " ", f"{kind}({args.strip()})")
                 for kind, name, args in re.findall(
                     r"^([\w *]+?)\b(inv_\w+)\(([^;]*)\);", text, re.M)}
    return structs, values, functions


def incompatible(old: str, new: str) -> list[str]:
    """What a program that knows the old header would stumble over."""
    (before, old_values, old_functions) = layout(old)
    (after, values, functions) = layout(new)
    found = [f"{name} is {values.get(name)}" for name, value in
             old_values.items() if values.get(name) != value]
    found += [f"{name} is another" for name, text in old_functions.items()
              if functions.get(name) != text]
    for name, (size, members) in before.items():
        if name not in after or after[name][0] < size:
            found.append(f"{name} is smaller")
        elif "reserved" in members and after[name][0] != size:
            found.append(f"{name}, which the caller holds, is larger")
        found += [f"{name}.{member} is elsewhere" for member, place in
                  members.items() if member != "reserved" and
                  after.get(name, (0, {}))[1].get(member) != place]
    return found


def test_the_abi_is_compatible_with_the_record():
    assert incompatible(RECORD.read_text(), changed([])) == []


def test_every_value_of_an_enum_is_written_down():
    """One that is counted changes with the one before it."""
    text = re.sub(r"/\*.*?\*/", "", header(), flags=re.S)
    enums = re.findall(r"^enum (\w+) \{(.*?)\}", text, re.M | re.S)
    assert len(enums) >= 8
    for name, body in enums:
        for value in body.rstrip(", \n").split(","):
            assert re.search(r"\w = \d+\s*$", value), (name, value)


def test_growing_is_compatible():
    assert incompatible(changed([]), changed(GROWN)) == []


@pytest.mark.parametrize("how", BROKEN)
def test_breaking_it_is_noticed(how):
    assert incompatible(changed([]), changed([BROKEN[how]]))


def stub(directory: Path, text: str) -> Path:
    """A library of those functions, which do nothing: for abidiff."""
    directory.mkdir()
    (directory / "inv.h").write_text(text)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    lines = ['#include "inv.h"', "#undef inv_next"]
    for kind, name, args in re.findall(
            r"^INV_API ([^;{}()]*?)\b(inv_\w+)\(([^;]*)\);", text, re.M):
        value = "" if kind.strip() == "void" else "return 0;"
        lines.append(f"{kind}{name}({args}) {{ {value} }}")
    (directory / "stub.c").write_text("\n".join(lines) + "\n")
    subprocess.run(["cc", "-g", "-O0", "-w", "-fPIC", "-shared",
                    "-I", str(directory), str(directory / "stub.c"), "-o",
                    str(directory / "libinv.so.0")], check=True)
    return directory / "libinv.so.0"


def abidiff(tmp_path: Path, old: str, new: str) -> tuple[int, str]:
    if not shutil.which("abidiff"):
        pytest.fail("abigail-tools are needed")
    done = subprocess.run(["abidiff", "--no-added-syms",
                           str(stub(tmp_path / "old", old)),
                           str(stub(tmp_path / "new", new))],
                          capture_output=True, text=True)
    assert not done.returncode & 3, done.stdout + done.stderr
    return done.returncode, done.stdout


def test_abidiff_sees_no_change_that_we_do_not(tmp_path):
    """It knows of no room: where it sees something, we have to as well."""
    code, said = abidiff(tmp_path, RECORD.read_text(), changed([]))
    if layout(RECORD.read_text()) == layout(changed([])):
        assert code == 0, said
    assert not code & 8, said


@pytest.mark.parametrize("how", BROKEN)
def test_abidiff_sees_it_too(tmp_path, how):
    assert abidiff(tmp_path, changed([]), changed([BROKEN[how]]))[0] & 12


@pytest.mark.parametrize("name", ["create", "list", "errors"])
def test_a_program_for_the_record_runs(peer, tmp_path, name):
    """Built with the header of then, it runs on the library of now."""
    if is_sanitized():
        pytest.skip("platform: its programs want a library with the sanitizer")
    (tmp_path / "inv.h").write_text(RECORD.read_text())
    libraries = build_dir() / "client"
    subprocess.run(["cc", f"-I{tmp_path}", str(ROOT / f"examples/{name}.c"),
                    "-o", str(tmp_path / name), f"-L{libraries}", "-linv"],
                   check=True)
    peer.script(everything)
    done = subprocess.run(
        [str(tmp_path / name)] + ["a@b.c"] * (name != "list"),
        capture_output=True, text=True,
        env=clean_environment(OPENAI_BASE_URL=peer.url, OPENAI_ADMIN_KEY=KEY,
                              LD_LIBRARY_PATH=str(libraries)))
    assert done.returncode == 0, done.stderr
