"""
./run install: what it puts there is found by the loader and by pkg-config, and
works, in the system's places and under a prefix of somebody's own.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from harness import DEADLINE, INVITES, Daemon
from harness.daemon import ROOT, clean_environment

pytestmark = pytest.mark.engines("sqlite")

FIRST_BUILD = 900   # seconds


def install(*args: str | Path, **env: str) -> str:
    """What it says at the end."""
    done = subprocess.run([ROOT / "run", "install", *args], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=FIRST_BUILD, env=clean_environment(env))
    assert done.returncode == 0, done.stderr
    return done.stdout


def output_of(*command: str | Path, **env: str) -> str:
    done = subprocess.run(command, text=True, capture_output=True,
                          timeout=DEADLINE, env=clean_environment(env))
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty root, with it installed."""
    root = tmp_path_factory.mktemp("root")
    said = install(DESTDIR=str(root))
    assert said.startswith(f"installed below {root}, to be used under /")
    assert "export" not in said and "systemctl" not in said
    return root


def test_help_installs_nothing() -> None:
    assert install("--help").startswith("usage: ./run install [PREFIX]\n")


def leave_an_earlier_version(prefix: Path) -> None:
    """In which pages that are links now were files."""
    pages = prefix / "share/man/man3"
    pages.mkdir(parents=True)
    for name in re.findall(r"'(inv_\w+)'",
                           (ROOT / "client/meson.build").read_text()):
        (pages / f"{name}.3").write_text("of an earlier version")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prefix of somebody's own, with it installed."""
    prefix = tmp_path_factory.mktemp("own") / "prefix"
    leave_an_earlier_version(prefix)
    said = install(prefix)
    assert f"PATH={prefix}/bin:$PATH" in said
    return prefix


def loader_looks_into() -> set[str]:
    """The directories whose libraries a program finds without being told."""
    ldconfig = shutil.which("ldconfig", path="/sbin:/usr/sbin")
    assert ldconfig
    said = output_of(ldconfig, "-v", "-N", "-X")
    return set(re.findall(r"^(/[^:]+):", said, re.MULTILINE))


def pkg_config_looks_into() -> set[str]:
    said = output_of("pkg-config", "--variable=pc_path", "pkg-config")
    return set(said.strip().split(":"))


@pytest.mark.long(15)
def test_the_system_finds_what_is_installed(below: Path) -> None:
    libraries = {path.parent for path in below.rglob("libinv.so.0")}
    assert [f"/{path.relative_to(below)}" for path in libraries] == [
        "/usr/local/lib"]
    assert "/usr/local/lib" in loader_looks_into()
    descriptions = {path.parent for path in below.rglob("inv.pc")}
    assert {f"/{path.relative_to(below)}" for path in descriptions} <= (
        pkg_config_looks_into())
    page = below / "usr/local/share/doc/invited/doc/gateway.md"
    for target in re.findall(r"\]\((\.\./[^)]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target
    unit = (below / "usr/local/lib/systemd/system/invited.service").read_text()
    assert "\nExecStart=/usr/local/bin/invited serve\n" in unit


def test_installed_programs_start(below: Path, own: Path) -> None:
    version = output_of(ROOT / "run", "--version").split(" ", 1)[1]
    for prefix, env in ((below / "usr/local",
                         {"LD_LIBRARY_PATH": f"{below}/usr/local/lib"}),
                        (own, {})):
        for name in ("invited", "invite"):
            said = output_of(prefix / "bin" / name, "--version", **env)
            assert said == f"{name} {version}"


def test_example_is_compiled_against_what_is_installed(
        below: Path, own: Path, tmp_path: Path) -> None:
    """And invites somebody, with the installed server."""
    for prefix, env in ((below / "usr/local",
                         {"PKG_CONFIG_SYSROOT_DIR": str(below)}), (own, {})):
        env["PKG_CONFIG_PATH"] = str(prefix / "lib/pkgconfig")
        program = tmp_path / "create"
        line = re.search(r"^cc .*$", (ROOT / "doc/clients.md").read_text(), re.M)
        assert line
        output_of("sh", "-c", line[0].replace("examples/", f"{ROOT}/examples/")
                  .replace("-o create", f"-o {program}"), **env)
        with Daemon(program=prefix / "bin/invited") as daemon:
            assert daemon.key
            made = output_of(program, "ada@example.com",
                             LD_LIBRARY_PATH=f"{prefix}/lib",
                             OPENAI_BASE_URL=f"{daemon.url}/v1",
                             OPENAI_ADMIN_KEY=daemon.key)
            listed = daemon.api.get(INVITES).json()["data"]
            assert [one["id"] for one in listed] == [made.strip()]


def test_statically_linked_example(own: Path, tmp_path: Path) -> None:
    """--static names what libinv.a needs besides."""
    flags = output_of("pkg-config", "--cflags", "--libs-only-other",
                      "--static", "inv",
                      PKG_CONFIG_PATH=str(own / "lib/pkgconfig")).split()
    output_of("cc", "-o", tmp_path / "create", ROOT / "examples/create.c",
              *flags, f"-I{own}/include", own / "lib/libinv.a", "-lcurl",
              "-ljansson", "-lcrypto")
    assert "libinv" not in output_of("readelf", "-d", tmp_path / "create")


@pytest.mark.parametrize("file", ["bin/invited", "bin/invite",
                                  "lib/libinv.so.0"])
def test_installed_files_are_hardened(below: Path, file: str) -> None:
    path = below / "usr/local" / file
    header = output_of("readelf", "--wide", "--file-header", path)
    assert re.search(r"Type: +DYN ", header)          # PIE
    segments = output_of("readelf", "--wide", "--segments", path)
    assert "GNU_RELRO" in segments
    assert re.search(r"GNU_STACK .* RW +0x", segments)   # not executable
    dynamic = output_of("readelf", "--wide", "--dynamic", path)
    assert re.search(r"\(FLAGS(_1)?\).*\bNOW\b", dynamic)
    assert "RPATH" not in dynamic and "RUNPATH" not in dynamic
    symbols = output_of("readelf", "--wide", "--dyn-syms", path)
    assert "__stack_chk_fail" in symbols
    assert re.search(r"\b__\w+_chk\b", symbols)          # _FORTIFY_SOURCE
