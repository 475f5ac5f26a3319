"""
The house: what was forgotten does not compile, or does not link.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from harness.daemon import ROOT

FLAGS = ["-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"]


def tree_with(tmp_path: Path, header: str, old: str, new: str) -> Path:
    """An include path on which `header` is changed."""
    text = (ROOT / "src" / header).read_text()
    assert text.count(old) == 1
    changed = tmp_path / header
    changed.parent.mkdir(parents=True)
    changed.write_text(text.replace(old, new))
    return tmp_path


def compile_with(tree: Path, source: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["gcc", *FLAGS, f"-I{tree}", f"-I{ROOT / 'src'}", "-c", "-o",
         str(tree / "out.o"), str(ROOT / "src" / source)],
        capture_output=True, text=True)


def undefined(program: Path) -> set[str]:
    listed = subprocess.run(["nm", "--undefined-only", str(program)],
                            check=True, capture_output=True, text=True).stdout
    return {line.split()[-1] for line in listed.splitlines()}


def test_verb_that_nobody_wrote_does_not_link(tmp_path: Path) -> None:
    """Whoever lists a verb makes the store ask for it."""
    tree = tree_with(tmp_path, "store/verb.h", "X(invite_delete) ",
                     "X(invite_delete) X(invite_unwritten) ")
    done = compile_with(tree, "store/counts.c")
    assert done.returncode == 0, done.stderr
    asked = {name for name in undefined(tree / "out.o")
             if name.startswith("verb_")}
    sources = [path.read_text() for path in (ROOT / "src/store").rglob("*.c")]
    written = {word for text in sources for word in text.split()}
    written |= {f"verb_{resource}_{does.lower()}" for text in sources
                for does, resource in re.findall(
                    r"^RESOURCE_([A-Z]+)\((\w+)", text, re.MULTILINE)}
    assert asked - written == {"verb_invite_unwritten"}


def test_result_without_words_does_not_compile(tmp_path: Path) -> None:
    tree = tree_with(tmp_path, "core/result.h", "/* already a member */",
                     'X(TEAPOT, 418, "teapot")')
    done = compile_with(tree, "http/errors.c")
    assert done.returncode != 0
    assert "requires 4 arguments" in done.stderr


def test_every_thread_has_a_stack_of_a_known_size() -> None:
    """By default each takes 8 MiB of address space."""
    starts = {str(path.relative_to(ROOT / "src"))
              for path in (ROOT / "src").rglob("*.c")
              if "pthread_create(" in path.read_text()}
    assert starts == {"base/thread.c"}


def test_no_block_comment_lost_its_indentation() -> None:
    """clang-format joins the lines of a table in a comment, and leaves this."""
    lost = [f"{path.relative_to(ROOT)}:{number}: {line}"
            for top in ("src", "client", "cli", "include")
            for path in (ROOT / top).rglob("*.[ch]")
            for number, line in enumerate(path.read_text().splitlines(), 1)
            if re.match(r" \*\w", line)]
    assert lost == []
