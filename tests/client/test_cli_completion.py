"""
The completions that invite prints, in the shells that they are for.
"""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from conftest import Cli, build_dir



WORDS = [
    # what is typed, what is offered among others, what is not
    ("invite cr", {"create"}, {"list"}),
    ("invite list --status p", {"pending"}, {"accepted"}),
    ("invite list --status=p", {"pending"}, {"accepted"}),
    ("invite list --deliv", {"--delivery"}, set()),
    ("invite --format js", {"json", "jsonl"}, {"raw"}),
    ("invite --format json li", {"list"}, {"create"}),
    ("invite --base-url http://x list --st", {"--status"}, set()),
    ("invite --base-url=http://x list --st", {"--status"}, set()),
    ("invite --quiet create --no-p", {"--no-projects"}, set()),
    ("invite create a@b.c --role r", {"reader"}, {"owner"}),
    ("invite create -r r", {"reader"}, {"owner"}),
    ("invite create a@b.c -r reader --pr", {"--project", "--proxy"}, set()),
    ("invite get --inv", {"--invite-id"}, set()),
    ("invite retrieve --inv", {"--invite-id"}, set()),
    ("invite users g", {"get"}, {"list"}),
    ("invite users --lim", {"--limit"}, set()),
    ("invite users list --lim", {"--limit"}, set()),
    ("invite users get --for", {"--format"}, set()),
    ("invite projects c", {"create"}, {"list"}),
    ("invite projects create --ext", {"--external-key-id"}, set()),
    ("invite projects users proj_1 --max-i", {"--max-items"}, set()),
    ("invite groups re", {"rename", "remove"}, {"create"}),
    ("invite groups users Crew --max-i", {"--max-items"}, set()),
    ("invite groups add Crew ada@b.c --qu", {"--quiet"}, set()),
    ("invite users role ada@b.c ow", {"owner"}, {"reader"}),
    ("invite projects ad", {"add", "add-group"}, {"archive"}),
    ("invite service-accounts k", {"key"}, {"list"}),
    ("invite keys list Engine --access in", {"inactive"}, {"any"}),
    ("invite admin-keys del", {"delete"}, {"list"}),
    ("invite roles assign Auditor --us", {"--user"}, set()),
    ("invite audit --ev", {"--event-type"}, set()),
    ("invite completion z", {"zsh"}, {"bash"}),
    ("invite help whoa", {"whoami"}, {"list"}),
    ("invite whoami --deb", {"--debug"}, set()),
    ("invite users ", {"list", "get"}, {"create"}),
    ("invite bulk peo", {"people.csv"}, set()),
    ("invite bulk people.csv --dry", {"--dry-run"}, set()),
    ("invite create --body peo", {"people.csv"}, set()),
]


@pytest.fixture
def place(tmp_path):
    """A directory with a file to complete."""
    (tmp_path / "people.csv").touch()
    (tmp_path / "other").touch()
    return tmp_path


def bash(cli: Cli, line: str, place) -> set[str]:
    """What bash itself completes, asked for its list with the line typed."""
    words = [w for part in line.split(" ")
             for w in (part.replace("=", " = ").split(" ") if "=" in part
                       else [part])]
    script = ('source /dev/fd/3; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
              '_invite; printf "%s\\n" "${COMPREPLY[@]}"')
    file = place / "completion"
    file.write_text(cli("completion", "bash").stdout)
    done = subprocess.run(["bash", "-c", f"exec 3<{file}; {script}", "bash",
                           *words], cwd=place, text=True, timeout=240,
                          capture_output=True)
    assert done.stderr == ""
    return set(done.stdout.split())


@pytest.mark.parametrize("line, offered, others", WORDS)
def test_bash_completion(cli, place, line, offered, others):
    found = bash(cli, line, place)
    assert offered <= found and not others & found, found


def test_bash_offers_options_behind_a_dash_or_where_nothing_else_is(cli,
                                                                     place):
    assert bash(cli, "invite admin-keys ", place) == {
        "list", "get", "create", "delete"}
    assert "people.csv" in bash(cli, "invite bulk ", place)
    assert "--dry-run" not in bash(cli, "invite bulk ", place)
    assert "--role" in bash(cli, "invite create ", place)


def test_bash_completion_where_lines_are_not_cut_at_equals(cli, place):
    script = ('source completion; COMP_WORDS=(invite list --status=p); '
              'COMP_CWORD=2; _invite; printf "%s\\n" "${COMPREPLY[@]}"')
    (place / "completion").write_text(cli("completion", "bash").stdout)
    done = subprocess.run(["bash", "-c", script], cwd=place, text=True,
                          capture_output=True, timeout=240)
    assert (done.stdout, done.stderr) == ("--status=pending\n", "")


@pytest.mark.parametrize("line, offered, others", WORDS)
def test_fish_completion(cli, place, line, offered, others):
    done = subprocess.run(
        ["fish", "-c", f"source; complete -C '{line}'"], text=True,
        input=cli("completion", "fish").stdout, capture_output=True,
        env={**os.environ, "HOME": str(place)}, cwd=place, timeout=240)
    assert done.stderr == ""
    found = {word.split("\t")[0].removeprefix("--status=")
             for word in done.stdout.splitlines()}
    assert offered <= found and not others & found, found


# Types lines into a zsh of its own, and prints what the line editor lists.
ZSH = r"""
zmodload zsh/zpty
zpty z "TERM=dumb zsh -f -i"
typed() { zpty -w -n z "$1" }
typed "PS1=READY; cd $1; stty -echo columns 300"$'\n'
typed "fpath=($1 \$fpath); autoload -Uz compinit; compinit -D -u"$'\n'
typed "LISTMAX=1000; bindkey '^X' list-choices '^Y' kill-whole-line"$'\n'
typed "print DONE''SETUP"$'\n'
zpty -r -m z out "*DONESETUP*"
for line in "${@:2}"; do
    typed "$line"$'\x18'$'\x19'"print DONE''LIST"$'\n'
    zpty -r -m z out "*DONELIST*"
    print -rN -- "$out"
done
"""


def test_zsh_completion(cli, place):
    (place / "_invite").write_text(cli("completion", "zsh").stdout)
    done = subprocess.run(["zsh", "-f", "-c", ZSH, "zsh", str(place),
                           *(line for line, _, _ in WORDS)],
                          text=True, capture_output=True, timeout=240)
    said = done.stdout.split("\0")[:-1]
    assert len(said) == len(WORDS), done.stderr
    for (line, offered, others), text in zip(WORDS, said):
        found = set(re.split(r"[\s\x1b]+", text.split(line, 1)[-1]))
        assert offered <= found and not others & found, (line, text)


def test_completions_are_built():
    for name in ("invite.bash", "_invite", "invite.fish"):
        assert (build_dir() / "cli" / name).stat().st_size > 1000
