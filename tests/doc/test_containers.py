"""
examples/compose and examples/kubernetes.yaml: right by the rules of those who
read them, and told only what this program knows. What nginx serves there is
told to an nginx in test_proxy.py.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from compose_spec import PyCompose

from harness import Daemon
from harness.containers import DATA, NOBODY
from harness.daemon import ROOT

pytestmark = pytest.mark.engines("sqlite")

USAGE = 2
COMPOSE = ROOT / "examples/compose/compose.yaml"
MANIFEST = ROOT / "examples/kubernetes.yaml"
OBJECTS = {one["kind"]: one
           for one in yaml.safe_load_all(MANIFEST.read_text())}


def accepted(settings: dict[str, str], tmp_path: Path) -> None:
    """The program takes these settings, each secret out of a file."""
    held = {"INVITED_DATABASE_FILE": "postgres://invited@db/invited",
            "INVITED_ADMIN_KEY_FILE": "sixteen-or-more-characters"}
    env = {"INVITED_LISTEN": "127.0.0.1:1"}
    for name, value in settings.items():
        if name.endswith("_FILE"):
            secret = tmp_path / name
            secret.write_text(held.get(name, "hunter2") + "\n")
            value = str(secret)
        env[name] = value
    help_text = Daemon(data="/none").run("--help").stdout
    for name in settings:
        flag = "--" + name.removeprefix("INVITED_").lower().replace("_", "-")
        assert f"  {flag} " in help_text or \
            name.removesuffix("_FILE") in help_text or \
            name == "INVITED_DATABASE_FILE", name
    done = Daemon(data="/none").run("health", env=env, check=False)
    assert done.returncode != USAGE, done.stderr


# -- compose --------------------------------------------------------------------

def compose() -> dict[str, Any]:
    """As the compose specification reads it; unknown members are refused."""
    parsed = PyCompose.from_yaml(COMPOSE.read_text())
    assert set(parsed.service_names()) == {"invited", "nginx", "postgres",
                                           "mail"}
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return found


def test_compose_is_read_as_the_specification_has_it(tmp_path: Path) -> None:
    text = COMPOSE.read_text()
    with pytest.raises(Exception, match="read_onyl"):
        PyCompose.from_yaml(text.replace("read_only:", "read_onyl:"))
    invited = compose()["services"]["invited"]
    assert invited["read_only"] and invited["cap_drop"] == ["ALL"]
    assert invited["volumes"] == [f"state:{DATA}"]
    accepted(invited["environment"], tmp_path)


def test_compose_opens_no_port_to_others_and_holds_no_secret() -> None:
    found = compose()
    for name, service in found["services"].items():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), name
        for place in [value for variable, value in
                      service.get("environment", {}).items()
                      if variable.endswith("_FILE")]:
            secret = place.removeprefix("/run/secrets/")
            assert secret in service["secrets"] and secret in found["secrets"]
    for secret in found["secrets"].values():
        assert set(secret) == {"file"}
        assert not (COMPOSE.parent / secret["file"]).exists()
    page = (ROOT / "doc/containers.md").read_text()
    assert all(secret["file"].removeprefix("./") in page
               for secret in found["secrets"].values())


# -- Kubernetes -----------------------------------------------------------------

@pytest.mark.parametrize("version", ["1.30", "1.37"])
def test_kubernetes_takes_the_manifest(version: str) -> None:
    """By the schemas of that version, in which nothing unknown may stand."""
    for one in OBJECTS.values():
        kubernetes_validate.validate(one, version, strict=True)
    wrong = yaml.safe_load(MANIFEST.read_text().split("---")[1])
    wrong["spec"]["template"]["spec"]["containers"][0]["readinesProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, version, strict=True)


def test_replicas_are_locked_up_and_find_their_secrets(tmp_path: Path) -> None:
    spec = OBJECTS["Deployment"]["spec"]
    pod = spec["template"]["spec"]
    container, = pod["containers"]
    assert spec["replicas"] == 2
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] == NOBODY
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]}}
    settings = {one["name"]: one["value"] for one in container["env"]}
    accepted(settings, tmp_path)
    mounts = {one["name"]: one["mountPath"]
              for one in container["volumeMounts"]}
    assert mounts["state"] == DATA
    assert {f"{mounts['secrets']}/{key}"
            for key in OBJECTS["Secret"]["stringData"]} == {
        value for name, value in settings.items() if name.endswith("_FILE")}


def test_what_looks_after_it_finds_it(shared_daemon: Daemon) -> None:
    """Probes, the service, and which paths the world is let in to."""
    container, = OBJECTS["Deployment"]["spec"]["template"]["spec"][
        "containers"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        told = container[probe]["httpGet"]
        assert told["port"] == container["ports"][0]["name"]
        assert shared_daemon.client(None).get(told["path"]).status_code == 200
    service, = OBJECTS["Service"]["spec"]["ports"]
    assert service["targetPort"] == container["ports"][0]["name"]
    open_paths = [path["path"] for path in
                  OBJECTS["Ingress"]["spec"]["rules"][0]["http"]["paths"]]
    pages = re.search(r"route pages\[\] = \{(.*?)^\};",
                      (ROOT / "src/routes.c").read_text(), re.S | re.M)
    assert pages
    for path in re.findall(r'\.path = "(/[^"]*)"', pages[1]):
        first = "/" + path.split("/")[1]
        assert first in open_paths, f"{MANIFEST.name} has no path for {path}"
    for inside in ("/metrics", "/readyz"):
        assert not [path for path in open_paths[1:]
                    if inside.startswith(path)]
