"""
Postfix and Exim, as tools/mail-servers unpacks them: run from a directory of
the test's own, without anything of the system's configuration.

Each is reached by a port that the kernel picks, in front of one of several
set-ups, which can be exchanged while the daemon goes on: that is how an
operator mends a server.
"""

from __future__ import annotations

import grp
import os
import pwd
import signal
import socket
import subprocess
import threading
from pathlib import Path
from typing import Callable

from harness.daemon import ROOT
from harness.wait import DEADLINE, eventually
from mail.peers import Received, RealServer

UNPACKED = ROOT / "build/mail-servers/root"
DOMAIN = "mx.example.net"  # whose mail they take
GONE = "gone.example"  # whose server refuses what Postfix has taken
BOUNCES = "bounces.example.org"  # where mails come back


def unpack() -> None:
    subprocess.run([ROOT / "tools/mail-servers"], check=True, timeout=600)


def can_run_unpacked() -> bool:
    """Debian 13's Postfix calls a script of its own by its installed place."""
    script = Path("/usr/lib/postfix/configure-instance.sh")
    names = (UNPACKED / "usr/lib/postfix/sbin/post-install").read_text()
    return str(script) not in names or script.exists()


def environment() -> dict[str, str]:
    """Of what was unpacked: call it behind unpack()."""
    libraries = [*UNPACKED.glob("usr/lib/*-linux-gnu"),
                 UNPACKED / "usr/lib/postfix"]
    return {"PATH": os.environ["PATH"], "LC_ALL": "C",
            "LD_LIBRARY_PATH": ":".join(map(str, libraries))}


class Front:
    """A port of the loopback; each connection is given to `serve`, in a thread
    of its own."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def _start(self, run: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=run, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._start(self._serve, connection)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(DEADLINE)


def pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


POSTFIX_MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
daemon_directory = {root}/usr/lib/postfix/sbin
command_directory = {root}/usr/sbin
shlib_directory = {root}/usr/lib/postfix
meta_directory = {root}/etc/postfix
sendmail_path = {root}/usr/sbin/sendmail
mail_owner = {owner}
setgid_group = {group}
default_privs = nobody
maillog_file = {home}/log
maillog_file_prefixes = {home}
import_environment = MAIL_CONFIG LD_LIBRARY_PATH TZ LANG=C
export_environment = MAIL_CONFIG LD_LIBRARY_PATH TZ LANG=C
myhostname = {domain}
mydestination = {domain}
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
local_transport = discard:
default_transport = discard:
transport_maps = inline:{{
  {{ {gone} = smtp:[127.0.0.1]:{far} }}
  {{ {bounces} = smtp:[127.0.0.1]:{far} }} }}
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
"""

POSTFIX_MASTER = """
cleanup   unix  n  -  n  -    0  cleanup
censor    unix  n  -  n  -    0  cleanup
  -o {{ header_checks = regexp:{{ {{/^Subject:/ REJECT no such subject}} }} }}
qmgr      unix  n  -  n  300  1  qmgr
rewrite   unix  -  -  n  -    -  trivial-rewrite
bounce    unix  -  -  n  -    0  bounce
defer     unix  -  -  n  -    0  bounce
trace     unix  -  -  n  -    0  bounce
error     unix  -  -  n  -    -  error
discard   unix  -  -  n  -    -  discard
smtp      unix  -  -  n  -    -  smtp
anvil     unix  -  -  n  -    1  anvil
proxymap  unix  -  -  n  -    -  proxymap
postlog   unix-dgram  n  -  n  -  1  postlogd
{services}
"""

# Without SASL, the words of reject_sender_login_mismatch have to be ours.
NOT_OURS = ("check_sender_access inline:{ {example.com = 553 5.7.1 Sender "
            "address rejected: not owned by user invited} }")

# What is set in front of which queue; "mended" takes everything.
POSTFIX = {
    "mended": [],
    "relay-denied": ["mynetworks=192.0.2.0/24"],
    "short-helo": ["smtpd_recipient_restrictions="
                   "reject_non_fqdn_helo_hostname"],
    "sender-at-rcpt": ["{ smtpd_sender_restrictions = " + NOT_OURS + " }"],
    "sender-at-mail": ["{ smtpd_sender_restrictions = " + NOT_OURS + " }",
                       "smtpd_delay_reject=no"],
    "client-refused": ["smtpd_client_restrictions=reject"],
    "too-small": ["message_size_limit=100"],
    "recipient-unknown": ["local_recipient_maps=inline:{ada=here}"],
    "content-refused": ["cleanup_service_name=censor"],
}


class Postfix:
    """`with Postfix(directory) as server: server.set_up("relay-denied")`. The
    directory has to let everybody pass.

    Its master has to be root; its programs then are nobody in particular.

    come_back   called with each mail that comes back; None takes it, a reply
                does not
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self._set_up = "mended"
        self.come_back: Callable[[Received], str | None] = lambda _: None
        self._far = RealServer(verdict=self._judge)

    def _judge(self, mail: Received) -> str | None:
        if mail.rcpt_to[0].endswith(f"@{GONE}"):
            return "550 5.1.1 No such user here"
        return self.come_back(mail)

    def _configure(self) -> None:
        owner, group = pwd.getpwnam("mail"), grp.getgrnam("uucp")
        services = "\n".join(
            f"{name}  unix  n  -  n  -  -  smtpd"
            + "".join(f"\n  -o {option}" for option in options)
            for name, options in POSTFIX.items())
        for name in ("etc", "queue", "data"):
            (self.home / name).mkdir()
        os.chown(self.home / "data", owner.pw_uid, owner.pw_gid)
        (self.home / "etc/main.cf").write_text(POSTFIX_MAIN.format(
            home=self.home, root=UNPACKED, domain=DOMAIN,
            owner=owner.pw_name, group=group.gr_name, gone=GONE,
            bounces=BOUNCES, far=self._far.port))
        (self.home / "etc/master.cf").write_text(
            POSTFIX_MASTER.format(services=services))

    def __enter__(self) -> Postfix:
        self._far.__enter__()
        self._configure()
        self._process = subprocess.Popen(
            [UNPACKED / "usr/sbin/postfix", "-c", self.home / "etc",
             "start-fg"], env=environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(lambda: all(self._socket(name).exists()
                               for name in POSTFIX), "Postfix's sockets")
        self._front = Front(self._serve)
        self.port = self._front.port
        return self

    def __exit__(self, *_: object) -> None:
        self._front.close()
        # Its master is in a session of its own, and not our child.
        master = int((self.home / "queue/pid/master.pid").read_text())
        os.kill(master, signal.SIGTERM)
        self._process.wait(DEADLINE)
        eventually(lambda: not Path(f"/proc/{master}").exists(),
                   "the end of Postfix's master")
        self._far.__exit__()

    def _socket(self, name: str) -> Path:
        return self.home / "queue/public" / name

    def set_up(self, name: str) -> None:
        self._set_up = name

    def taken(self) -> int:
        """Mails that it took from us."""
        return (self.home / "log").read_text().count("status=sent")

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(str(self._socket(self._set_up)))
            back = threading.Thread(target=pump, args=(server, client),
                                    daemon=True)
            back.start()
            pump(client, server)
            back.join(DEADLINE)


EXIM = """
primary_hostname = {domain}
domainlist local_domains = {domain}
spool_directory = {home}/spool
log_file_path = {home}/spool/log-%s
queue_only
tls_advertise_hosts =
keep_environment =
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  accept hosts = :
{rules}
  accept
begin routers
local:
  driver = redirect
  domains = +local_domains
  local_parts = ada : bob
  data = :blackhole:
"""

# As in Debian's and the manual's configuration, and with their words.
EXIM_RULES = {
    "mended": "",
    "relay-denied": """
  require message = relay not permitted
          domains = +local_domains
""",
    "sender-unverified": """
  require verify = sender
""",
    "recipient-unknown": """
  require verify = recipient
""",
}


class Exim:
    """The same; started for each connection, as inetd would."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._set_up = "mended"

    def _configure(self) -> None:
        user = (f"{os.geteuid()}:{os.getegid()}" if os.geteuid() != 0
                else f"{pwd.getpwnam('mail').pw_uid}:"
                f"{grp.getgrnam('mail').gr_gid}")
        uid, gid = user.split(":")
        (self.home / "spool").mkdir()
        if os.geteuid() == 0:
            os.chown(self.home / "spool", int(uid), int(gid))
        # The user that it was built for need not be there.
        (self.home / "passwd").write_text(
            f"root:x:0:0::/:/bin/sh\nDebian-exim:x:{uid}:{gid}::/:/bin/sh\n")
        (self.home / "group").write_text(f"root:x:0:\nDebian-exim:x:{gid}:\n")
        for name, rules in EXIM_RULES.items():
            (self.home / f"{name}.conf").write_text(EXIM.format(
                home=self.home, domain=DOMAIN, rules=rules.strip("\n")))

    def __enter__(self) -> Exim:
        self._configure()
        self._front = Front(self._serve)
        self.port = self._front.port
        return self

    def __exit__(self, *_: object) -> None:
        self._front.close()

    def set_up(self, name: str) -> None:
        self._set_up = name

    def taken(self) -> int:
        return len(list((self.home / "spool/input").rglob("*-D")))

    def _serve(self, client: socket.socket) -> None:
        with client:
            subprocess.run(
                [UNPACKED / "usr/sbin/exim4", "-C",
                 self.home / f"{self._set_up}.conf", "-bs"],
                stdin=client, stdout=client, stderr=subprocess.DEVNULL,
                env={**environment(), "LD_PRELOAD": "libnss_wrapper.so",
                     "NSS_WRAPPER_PASSWD": str(self.home / "passwd"),
                     "NSS_WRAPPER_GROUP": str(self.home / "group")},
                timeout=DEADLINE * 4)
