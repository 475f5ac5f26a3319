"""
What every test against the real daemon uses.

    Daemon       starts, stops, kills and restarts one `invited` on a port
                 that the kernel picked, with a data directory of its own
    ENGINES      the kinds of databases that it may have
    Client       speaks HTTP to it, and holds every answer against
                 api/openapi.yaml
    RawClient    bytes on a socket, for what no HTTP client would send
    Maildir      the mails that were delivered, and the links in them
    at_once      calls that start together
    eventually   waits for something to become true, with a deadline

Usable without pytest: `with Daemon() as daemon: ...`.
"""

from harness.client import INVITES, PROJECTS, USERS, Client, refused
from harness.daemon import Daemon, DaemonFault, admin_key_in, binary
from harness.databases import ENGINES
from harness.mail import Mail, Maildir
from harness.raw import RawClient, RawResponse, ask, head
from harness.wait import DEADLINE, at_once, eventually

__all__ = [
    "Client", "DEADLINE", "Daemon", "DaemonFault", "ENGINES", "INVITES",
    "Mail", "Maildir", "PROJECTS", "RawClient", "RawResponse", "USERS",
    "admin_key_in", "ask", "at_once", "binary", "eventually", "head",
    "refused",
]
