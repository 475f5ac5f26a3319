"""
create_ctypes.py LIBRARY ADDRESS: invites somebody as a reader, from Python with
nothing but ctypes. What follows the members that are named is room and zero.
"""

import ctypes
import sys

INV_ROLE_READER = 1


class CreateParams(ctypes.Structure):
    _fields_ = [("email", ctypes.c_char_p), ("role", ctypes.c_int),
                ("rest", ctypes.c_byte * 512)]


class Invite(ctypes.Structure):
    _fields_ = [("id", ctypes.c_char_p), ("object", ctypes.c_char_p),
                ("email", ctypes.c_char_p)]


class Error(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_int), ("cause", ctypes.c_int),
                ("status", ctypes.c_int), ("attempts", ctypes.c_int),
                ("retry_after_ms", ctypes.c_int64),
                ("temporary", ctypes.c_bool), ("message", ctypes.c_char * 512),
                ("rest", ctypes.c_byte * 8192)]


def main(library: str, address: str) -> None:
    inv = ctypes.CDLL(library)
    inv.inv_free.argtypes = [ctypes.c_void_p]
    client = ctypes.c_void_p()
    invite = ctypes.POINTER(Invite)()
    err = Error()
    params = CreateParams(email=address.encode(), role=INV_ROLE_READER)
    if inv.inv_client_new(None, ctypes.byref(client), ctypes.byref(err)) or \
            inv.inv_invites_create(client, ctypes.byref(params), None,
                                   ctypes.byref(invite), ctypes.byref(err)):
        sys.exit(err.message.decode())
    print(invite.contents.id.decode())
    inv.inv_free(invite)
    inv.inv_free(client)


main(*sys.argv[1:])
