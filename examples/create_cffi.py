"""
create_cffi.py LIBRARY HEADER ADDRESS: invites somebody as a reader, from Python
with cffi, which reads inv.h itself once the compiler has taken the macros out.
"""

import re
import subprocess
import sys
from pathlib import Path

import cffi


def text_of(path: Path) -> str:
    """The header and those that it includes, without the C library's."""
    text = re.sub(r"^#include <.*$", "", path.read_text(), flags=re.M)
    return re.sub('^#include "(.*)".*$',
                  lambda m: text_of(path.parent / m[1]), text, flags=re.M)


def declarations(header: str) -> str:
    text = text_of(Path(header))
    return subprocess.run(
        ["cc", "-E", "-P", "-U__GNUC__", "-x", "c", "-"], input=text,
        capture_output=True, text=True, check=True).stdout


def main(library: str, header: str, address: str) -> None:
    ffi = cffi.FFI()
    ffi.cdef(declarations(header))
    inv = ffi.dlopen(library)
    client = ffi.new("struct inv_client **")
    invite = ffi.new("struct inv_invite **")
    err = ffi.new("struct inv_error *")
    email = ffi.new("char[]", address.encode())
    params = ffi.new("struct inv_invite_create_params *",
                     {"email": email, "role": inv.INV_ROLE_READER})
    if inv.inv_client_new(ffi.NULL, client, err) or inv.inv_invites_create(
            client[0], params, ffi.NULL, invite, err):
        sys.exit(ffi.string(err.message).decode())
    print(ffi.string(invite[0].id).decode())
    inv.inv_free(invite[0])
    inv.inv_free(client[0])


main(*sys.argv[1:])
