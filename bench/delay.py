"""delay.py SERVER SOCKET MILLISECONDS: a way to the server's socket on which
answers take a while. Says "ready" when it can be used; SIGTERM ends it."""

import asyncio
import sys


async def forward(reader, writer, seconds):
    """What comes from one end, in order, to the other."""
    loop = asyncio.get_running_loop()
    while data := await reader.read(65536):
        if seconds:
            loop.call_later(seconds, writer.write, data)
        else:
            writer.write(data)
    loop.call_later(seconds, writer.close)


async def main(server, path, milliseconds):
    async def link(reader, writer):
        far_reader, far_writer = await asyncio.open_unix_connection(server)
        await asyncio.gather(
            forward(reader, far_writer, 0),
            forward(far_reader, writer, float(milliseconds) / 1000))

    await asyncio.start_unix_server(link, path)
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:]))
