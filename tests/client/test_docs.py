"""
What is written about libinv and invite is what they are: the pages, the
examples in them, and the programs in examples/.
"""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from conftest import (KEY, ROOT, build_dir, clean_environment, commands,
                      header)

PAGES = sorted((ROOT / "doc").glob("inv*.3"))
EXAMPLES = sorted((ROOT / "examples").glob("*.c"))


def prototypes() -> dict[str, str]:
    """The header's functions, each as one line without spaces to spare."""
    text = re.sub(r"/\*.*?\*/", "", header(), flags=re.S)
    found = re.findall(r"INV_API ([^;{}()]*?\b(inv_\w+)\([^;]*\));", text)
    return {name: squeeze(whole) for whole, name in found}


def squeeze(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    return re.sub(r" ?([(),*]) ?", r"\1", text).strip()


def documented() -> dict[str, str]:
    """The functions in the pages' SYNOPSIS, in the same form."""
    found = {}
    for path in PAGES:
        synopsis = path.read_text().split(".Sh DESCRIPTION")[0]
        for kind, name, args in re.findall(
                r"\.Ft ([^\n]*)\n\.Fo (\w+)\n(.*?)\.Fc", synopsis, re.S):
            args = ",".join(re.findall(r'\.Fa "(.*)"', args))
            found[name] = squeeze(f"{kind} {name}({args})")
    return found


def test_every_function_is_documented_as_it_is():
    assert len(prototypes()) > 30
    assert documented() == prototypes()


def manual(*args: str) -> subprocess.CompletedProcess:
    return subprocess.run([str(ROOT / "tools/manual"), *args],
                          capture_output=True, text=True)


def test_every_name_leads_to_its_page():
    named = [line.split() for line in manual("--names").stdout.splitlines()]
    assert {page for page, *_ in named} == {path.stem for path in PAGES}
    for path in PAGES:
        names = re.findall(r"^\.Nm (\w+)",
                           path.read_text().split(".Sh SYNOPSIS")[0], re.M)
        assert names[0] == path.stem
        assert [path.stem, *names[1:]] in named


def test_the_pages_are_as_the_tables_make_them():
    assert manual("--check").stdout == ""


def test_a_new_call_gets_a_page(tmp_path):
    """The stub that stands until somebody writes more."""
    for name in ("tools", "doc", "client", "include", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for path, line in (
            ("client/calls.h", 'CALL(seats_retrieve, GET, "/seats/{seat_id}",'
                               ' ID(seat_id), NO_PARAMS, seat)\n'),
            ("include/inv.h", "INV_API int inv_seats_retrieve(int a, "
                              "int b);\n")):
        with open(tmp_path / path, "a") as out:
            out.write(line)
    subprocess.run([str(tmp_path / "tools/manual")], check=True)
    page = tmp_path / "doc/inv_seats_retrieve.3"
    assert ".Ql GET /seats/{seat_id} ." in page.read_text()
    assert '.Fo inv_seats_retrieve\n.Fa "int a"' in page.read_text()
    said = subprocess.run(["mandoc", "-Tlint", str(page)],
                          capture_output=True, text=True).stdout
    assert [line for line in said.splitlines()
            if "manual not found" not in line] == []


def test_members_of_structs_are_documented():
    text = "".join(path.read_text() for path in PAGES)
    structs = re.sub(r"/\*.*?\*/", "", header(), flags=re.S)
    for name in ("inv_options", "inv_invite_create_params", "inv_error", "inv_call",
                 "inv_invite", "inv_user_list_params", "inv_metadata",
                 "inv_project_list_params", "inv_invitation", "inv_project",
                 "inv_http_request", "inv_http_answer"):
        body = re.search(r"struct %s \{(.*?)\n\};" % name, structs, re.S)[1]
        for member in re.findall(r"(\w+)(?:\[\d+\])?(?: INV_OPT)?;", body):
            if member not in ("reserved", "INV_LIST_PARAMS") and not re.search(
                    "_(text|len)$", member):
                assert re.search(rf"\b{member}\b", text), (name, member)


@pytest.mark.parametrize("path", PAGES + [ROOT / "doc/invite.1"],
                         ids=lambda p: p.name)
def test_pages_are_well_formed(path):
    done = subprocess.run(["mandoc", "-Tlint", str(path)],
                          capture_output=True, text=True)
    said = [line for line in done.stdout.splitlines() + done.stderr.splitlines()
            if "mandoc.db" not in line and "manual not found" not in line]
    assert said == []


def code_of(path) -> str:
    text = re.search(r"\.Bd -literal\n(.*?)\n\.Ed", path.read_text(), re.S)[1]
    return text.replace("\\e", "\\").replace("\\&", "") + "\n"


def program_of(path) -> str:
    return re.sub(r"^/\*.*?\*/\n", "", path.read_text(), count=1, flags=re.S)


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.stem)
def test_the_pages_examples_are_programs_that_are_built(path):
    assert code_of(path) in [program_of(example) for example in EXAMPLES]
    assert re.search(r"^\.\\\" example: \w+\.c$", path.read_text(), re.M)


def run(name: str, url: str, *args: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(build_dir() / "examples" / f"example_{name}"), *args],
        capture_output=True, text=True, timeout=240,
        env=clean_environment(OPENAI_BASE_URL=url, OPENAI_ADMIN_KEY=KEY))


def test_every_example_explains_its_use(peer):
    for path in EXAMPLES:
        if "argc" in path.read_text():
            done = run(path.stem, peer.url)
            assert done.returncode == 2 and "usage: " in done.stderr


def test_every_option_is_in_the_manual(cli):
    manual = (ROOT / "doc/invite.1").read_text()
    helped = cli("--help").stdout
    for name in commands(cli):
        assert f"Cm {name}" in manual or f", {name}" in manual, name
        helped += cli("help", *name.split()).stdout
    options = set(re.findall(r"--([a-z][a-z.-]+)", helped))
    assert len(options) > 25
    for option in options:
        assert f"Fl -{option}" in manual, option


def test_the_page_says_which_command_makes_which_call(cli):
    cells = [line.split("|") for line in
             (ROOT / "doc/api.md").read_text().splitlines()]
    named = {name for row in cells if len(row) == 5 and "`/v1/" in row[2]
             for name in re.findall("`([a-z -]+)`", row[3])}
    offline = {"login", "logout", "completion", "help"}
    assert named == set(commands(cli)) - offline


def test_every_exit_status_is_in_the_manual():
    manual = (ROOT / "doc/invite.1").read_text()
    section = re.search(r"\.Sh EXIT STATUS\n(.*?)\n\.Sh", manual, re.S)[1]
    listed = (ROOT / "cli/print.h").read_text()
    assert set(re.findall(r"^\.It (\d+)", section, re.M)) == \
        set(re.findall(r"STATUS_\w+ = (\d+)", listed))
