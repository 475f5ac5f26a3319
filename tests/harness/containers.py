"""
The image as a container, by crun, which is what podman starts.
"""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.daemon import Lines
from harness.packages import output_of
from harness.wait import DEADLINE

NOBODY = 65532             # the user in the image
DATA = "/var/lib/invited"  # its volume

# crun takes cgroups of the second kind only. Where a machine has both, it is
# shown those, in a namespace of its own.
CRUN = ["unshare", "--mount", "sh", "-c", """
if [ -d /sys/fs/cgroup/unified ]; then
	mount --bind /sys/fs/cgroup/unified /sys/fs/cgroup
fi
exec crun --cgroup-manager=disabled "$@"
""", "crun"]


def locked_up(config: dict, root: Path, settings: dict[str, str],
              args: list[str], mounts: dict[str, Path]) -> dict:
    """As --read-only --cap-drop=all --network=host has it, with what is
    mounted at each place."""
    process = config["process"]
    return {
        **config,
        "root": {"path": str(root), "readonly": True},
        "process": {
            **process, "terminal": False, "capabilities": {},
            "args": process["args"] + args,
            "env": process["env"] + [f"{name}={value}" for name, value
                                     in settings.items()]},
        "linux": {**config["linux"], "namespaces": [
            one for one in config["linux"]["namespaces"]
            if one["type"] != "network"]},
        "mounts": [one for one in config["mounts"]
                   if one["type"] not in ("cgroup", "sysfs") and
                   one["destination"] != DATA] + [
                       {"destination": place, "source": str(path),
                        "type": "bind", "options": ["bind", "rw"]}
                       for place, path in mounts.items()]}


class Container:
    """`Container(unpacked, where, {"INVITED_LISTEN": ...}, {DATA: volume})`.

    unpacked  the image, as `umoci unpack` leaves it; not written to
    where     a directory for what crun keeps
    """

    def __init__(self, unpacked: Path, where: Path,
                 settings: dict[str, str] | None = None,
                 mounts: dict[str, Path] | None = None,
                 args: list[str] | None = None) -> None:
        self.name = f"invited-{uuid.uuid4().hex}"
        self._state = where / "state"
        bundle = where / self.name
        bundle.mkdir()
        config = json.loads((unpacked / "config.json").read_text())
        (bundle / "config.json").write_text(json.dumps(locked_up(
            config, unpacked / "rootfs", settings or {}, args or [],
            mounts or {})))
        self._start = self._crun("run", "--bundle", str(bundle), self.name)
        self.said: list[str] = []   # once it has ended

    def _crun(self, *words: str) -> list[str]:
        return [*CRUN, "--root", str(self._state), *words]

    def run(self) -> subprocess.CompletedProcess[str]:
        """Runs it until it ends."""
        return subprocess.run(self._start, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=DEADLINE * 2)

    @contextmanager
    def running(self) -> Iterator[str]:
        """Where it listens; it has to end well when it is told to."""
        process = subprocess.Popen(
            self._start, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True)
        assert process.stdout and process.stderr
        out, log = Lines(process.stdout), Lines(process.stderr)
        try:
            line = out.wait(lambda text: text.startswith("listening on "),
                            f"a container ({log.all()})")
            yield line.removeprefix("listening on ")
            output_of(*self._crun("kill", self.name, "TERM"))
            assert process.wait(DEADLINE) == 0, log.all()
        finally:
            if process.poll() is None:
                subprocess.run(self._crun("delete", "--force", self.name),
                               check=False, capture_output=True)
                process.wait(DEADLINE)
        self.said = out.join() + log.join()

    def does(self, *command: str) -> str:
        """What the program says that is started beside the running one."""
        return output_of(*self._crun(
            "exec", "--user", f"{NOBODY}:{NOBODY}", self.name,
            "/usr/bin/invited", *command))
