"""Speaks TLS at port 443, and passes all bytes on to port 8096: for clients that know no other address, before a server without TLS. Writes front.json when it listens."""

import asyncio
import json
import signal
import ssl
from pathlib import Path

from receiptkit.server.tls import certificate


def tell(authority: str) -> None:
    Path("front.json").write_text(json.dumps({"authority": authority}))


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(1 << 16):
        writer.write(piece)
        await writer.drain()
    writer.close()


async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    back_reader, back_writer = await asyncio.open_connection("127.0.0.1", 8096)
    await asyncio.gather(copy(reader, back_writer), copy(back_reader, writer))


async def main() -> None:
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    with certificate() as own:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(own.chain, own.key)
        await asyncio.start_server(passed, "127.0.0.1", 443, ssl=context)
        tell(own.authority)
        await over.wait()


asyncio.run(main())
