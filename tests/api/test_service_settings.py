"""
The service's settings are not given to commands, which say so where that
matters: /etc/invited.conf is one of the test's own, in a mount namespace.
"""

import subprocess

import pytest

from harness.daemon import clean_environment

pytestmark = pytest.mark.engines("sqlite")

USAGE = 2
TOLD = """echo 'INVITED_DATABASE=postgres://db/x' > /etc/invited.conf
echo 'INVITED_MAIL=smtps://mx.example' >> /etc/invited.conf"""
# Root may read everything, but not this.
HIDDEN = "ln -s invited.conf /etc/invited.conf"


@pytest.fixture
def run(daemon):
    def run(settings, *command):
        script = f'mount -t tmpfs none /etc && {settings}\nexec "$@"'
        return subprocess.run(
            ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh",
             daemon.program, *command, "--data", daemon.data],
            capture_output=True, text=True, env=clean_environment())
    if run("true", "--version").returncode != 0:
        pytest.skip("a namespace with an /etc of its own is not to be had")
    return run


def test_a_command_goes_by_no_other_database_than_the_service(daemon, run):
    listing = ("key", "list")
    served = run(TOLD, *listing)            # this one is no mistake
    assert (served.returncode, served.stderr) == (0, "")
    daemon.stop()
    copying = ("copy", "--to", "sqlite:copy.db")
    for command in (listing, ("key", "create"), ("restore", "/none"), copying):
        refused = run(TOLD, *command)
        assert (refused.returncode, refused.stdout) == (USAGE, "")
        assert "the service has its own INVITED_DATABASE" in refused.stderr
        assert "postgres" not in refused.stderr
    named = run(TOLD, *listing, "--database", "sqlite:invited.db")
    assert (named.returncode, named.stderr) == (0, "")
    copied = run(TOLD, *copying, "--from", "sqlite:invited.db")
    assert copied.returncode == 0 and "copied" in copied.stdout
    hidden = run(HIDDEN, *listing)
    assert hidden.returncode == 0 and daemon.key[:16] in hidden.stdout
    assert "/etc/invited.conf cannot be read" in hidden.stderr
    assert "INVITED_DATABASE" in hidden.stderr
    none = run("true", *listing)
    assert (none.returncode, none.stderr) == (0, "")


def test_a_test_mail_goes_no_other_way_than_the_services(daemon, run):
    refused = run(TOLD, "mail", "test", "ada@example.com")
    assert (refused.returncode, refused.stdout) == (USAGE, "")
    assert "the service has its own INVITED_MAIL" in refused.stderr
    hidden = run(HIDDEN, "mail", "test", "ada@example.com")
    assert hidden.returncode == 0 and "cannot be read" in hidden.stderr
