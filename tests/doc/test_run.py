"""
./run, as a newcomer uses it: what it prints at the first start can be pasted,
the second start finds everything, and it ends as it should.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest

from harness import DEADLINE, Client, Maildir
from harness.client import INVITES
from harness.daemon import ROOT, Lines, clean_environment

FIRST_BUILD = 900   # seconds


class Run:
    """One ./run, in a session of its own, so that signals reach all of it."""

    def __init__(self, data: Path, *args: str,
                 listen: str = "127.0.0.1:0") -> None:
        self.process = subprocess.Popen(
            [ROOT / "run", "--listen", listen, "--data", data, *args],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True,
            env=clean_environment())
        assert self.process.stdout and self.process.stderr
        self.out = Lines(self.process.stdout)
        self.err = Lines(self.process.stderr)

    def hints(self, last: str = "  print(invite.id)") -> str:
        """All that it says once it is ready, to this line."""
        self.out.wait(lambda line: line == last,
                      f"the hints ({self.err.all()[-5:]})",
                      deadline=FIRST_BUILD)
        return "\n".join(self.out.all())

    def url(self) -> str:
        found = re.search(r"invited runs at (http://\S+)", self.hints())
        assert found
        return found[1]

    def end(self, number: int) -> int:
        """The signal to all of it, as a terminal does; the exit status."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        return self.process.wait(DEADLINE)


@pytest.fixture
def runs() -> Iterator[list[Run]]:
    """Those that are appended here are ended in any case."""
    started: list[Run] = []
    yield started
    for run in started:
        run.end(signal.SIGKILL)


def start(runs: list[Run], data: Path, *args: str, **listen: str) -> Run:
    runs.append(Run(data, *args, **listen))
    return runs[-1]


def indented(hints: str, first: str) -> str:
    """The block of the hints that begins with this line, to paste."""
    lines = hints.split("\n")
    at = lines.index("  " + first) if "  " + first in lines else next(
        number for number, line in enumerate(lines)
        if line.startswith("  " + first))
    block = []
    for line in lines[at:]:
        if line and not line.startswith("  "):
            break
        block.append(line[2:])
    return "\n".join(block)


def key_in(hints: str) -> str:
    found = re.search(r"sk-admin-inv_\w{63}", hints)
    assert found
    return found[0]


@pytest.mark.long(25)
def test_first_start_says_what_to_paste(runs: list[Run],
                                        tmp_path: Path) -> None:
    run = start(runs, tmp_path / "var")
    hints = run.hints()
    export = indented(hints, "export OPENAI_ADMIN_KEY=")
    curl = indented(hints, "curl ")
    done = subprocess.run(["sh", "-c", f"{export}\n{curl}"], text=True,
                          capture_output=True, timeout=DEADLINE,
                          env=clean_environment())
    assert '"organization.invite"' in done.stdout, done.stderr
    done = subprocess.run(
        [sys.executable, "-c", indented(hints, "import os")], text=True,
        capture_output=True, timeout=DEADLINE * 2,
        env=clean_environment({"OPENAI_ADMIN_KEY": key_in(hints)}))
    assert done.stdout.startswith("invite-"), done.stderr
    assert f"mail goes  to files in {tmp_path / 'var'}/mail/new" in hints
    another = re.search(r"\./run key create (--data .*)", hints)
    assert another and another[1].split() == ["--data", f"{tmp_path / 'var'}"]
    mailbox = Maildir(tmp_path / "var/mail")
    mailbox.wait("ada@example.com")
    mail = mailbox.wait("grace@example.com")
    done = subprocess.run(["sh", "-c", indented(hints, "./run mail")],
                          text=True, capture_output=True, timeout=DEADLINE,
                          cwd=ROOT, env=clean_environment())
    assert "To: grace@example.com" in done.stdout, done.stderr
    assert mail.link in done.stdout
    assert run.end(signal.SIGINT) == 0


def test_first_start_at_a_socket_says_what_to_paste(runs: list[Run],
                                                    tmp_path: Path) -> None:
    data, at = tmp_path / "var", f"unix:{tmp_path}/socket"
    run = start(runs, data, "--public-url", "https://invited.example.com",
                listen=at)
    hints = run.hints(last=f"  ./run mail --data {data}")
    assert f"invited runs at {at} " in hints
    export = indented(hints, "export OPENAI_ADMIN_KEY=")
    curl = indented(hints, f"curl --unix-socket {tmp_path}/socket ")
    done = subprocess.run(["sh", "-c", f"{export}\n{curl}"], text=True,
                          capture_output=True, timeout=DEADLINE,
                          env=clean_environment())
    assert '"organization.invite"' in done.stdout, done.stderr
    assert "OPENAI_BASE_URL" not in hints and "base_url" not in hints
    assert run.end(signal.SIGINT) == 0


def test_second_start_finds_everything(runs: list[Run],
                                       tmp_path: Path) -> None:
    first = start(runs, tmp_path)
    key = key_in(first.hints())
    with Client(first.url(), key) as client:
        made = client.invite("ada@example.com")
    assert first.end(signal.SIGTERM) == 0
    second = start(runs, tmp_path)
    hints = second.hints()
    assert "sk-admin-" not in hints
    with Client(second.url(), key) as client:
        listed = client.ok("GET", INVITES)
    assert [one["id"] for one in listed["data"]] == [made["id"]]
    assert second.end(signal.SIGTERM) == 0


def test_busy_port_is_said_plainly(runs: list[Run], tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        address = f"127.0.0.1:{busy.getsockname()[1]}"
        run = start(runs, tmp_path, "--listen", address)
        assert run.process.wait(FIRST_BUILD) == 1
    said = "\n".join(run.err.join())
    assert address in said and "in use" in said
    assert "choose another with --listen 127.0.0.1:8081" in said
    assert run.out.join() == []


def test_commands_are_handed_on(runs: list[Run], tmp_path: Path) -> None:
    done = subprocess.run([ROOT / "run", "--version"], text=True,
                          capture_output=True, timeout=FIRST_BUILD,
                          env=clean_environment())
    assert done.returncode == 0 and done.stdout.startswith("invited ")
    done = subprocess.run([ROOT / "run", "backup"], text=True,
                          capture_output=True, timeout=FIRST_BUILD,
                          env=clean_environment())
    assert done.returncode == 2 and "backup needs" in done.stderr


def show_mail(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ROOT / "run", "mail", *args], text=True,
                          capture_output=True, timeout=DEADLINE,
                          env=clean_environment(env))


def test_mail_shows_the_newest(tmp_path: Path) -> None:
    """Decoded; of two, the one that came last, read or not."""
    for place, to, age in (("new", "ada", 20), ("cur", "bob", 10)):
        file = tmp_path / "post" / place / to
        file.parent.mkdir(parents=True)
        file.write_text(
            f"To: {to}@example.com\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n"
            "Content-Type: text/plain; charset=utf-8\n"
            "Content-Transfer-Encoding: quoted-printable\n\n"
            "http://127.0.0.1:8080/accept#abc=3D=\ndef\n")
        os.utime(file, (file.stat().st_mtime - age,) * 2)
    done = show_mail("--data", str(tmp_path), "--mail=maildir:post")
    assert done.returncode == 0, done.stderr
    assert "To: bob@example.com\nSubject: Gr\u00fc\u00dfe\n" in done.stdout
    assert "\nhttp://127.0.0.1:8080/accept#abc=def\n" in done.stdout


def test_mail_says_why_there_is_none(tmp_path: Path) -> None:
    done = show_mail("--data", str(tmp_path))
    assert done.returncode == 1
    assert f"there is none in {tmp_path}/mail" in done.stderr
    done = show_mail(INVITED_MAIL="smtp://127.0.0.1:25")
    assert done.returncode == 1 and "to the mail server" in done.stderr


def test_without_sudo_one_line_for_an_administrator(tmp_path: Path) -> None:
    """A machine where nothing is installed, as somebody without rights."""
    for name in ("dirname", "basename", "grep", "paste", "cat"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    for name, says in (("id", "echo 1000"), ("dpkg-query", "exit 1")):
        stub = tmp_path / name
        stub.write_text(f"#!/bin/sh\n{says}\n")
        stub.chmod(0o755)
    done = subprocess.run([ROOT / "run"], text=True, capture_output=True,
                          timeout=DEADLINE, env={"PATH": str(tmp_path)})
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if "apt-get" in line]
    assert len(lines) == 1
    assert re.fullmatch(r"  apt-get install --no-install-recommends gcc .*"
                        r"libmicrohttpd-dev .*curl.*", lines[0])
    assert len(done.stderr.splitlines()) == 5


def test_a_checkout_that_was_moved(tmp_path: Path) -> None:
    """The build in it knows another place: it is made anew, and only then."""
    before, after = tmp_path / "before", tmp_path / "after"
    (before / "tools").mkdir(parents=True)
    for name in ("run", "tools/setup.sh"):
        shutil.copy(ROOT / name, before / name)
    # A build takes half a minute: what would make it says what it was told.
    stubs = {"meson": 'mkdir -p "$2/src"\n'
                      f'echo "$3" >>{tmp_path}/told\n'
                      'printf "#!/bin/sh\\n" >"$2/src/invited"\n'
                      'chmod +x "$2/src/invited"\n',
             "ninja": "", "dpkg-query": "echo installed\n"}
    for name, does in stubs.items():
        (tmp_path / name).write_text("#!/bin/sh\n" + does)
        (tmp_path / name).chmod(0o755)
    for place in (before, before, after, after):
        if not place.exists():
            before.rename(after)
        subprocess.run([place / "run", "--version"], check=True,
                       timeout=DEADLINE, env=clean_environment(
                           {"PATH": f"{tmp_path}:{os.environ['PATH']}"}))
    told = (tmp_path / "told").read_text().split()
    assert told == [str(before), str(after)]
