"""Asks a responder while a crowd that never finishes its requests holds connections to it.

    crowd.py PORT PATH CONTENT [SLOW [GOOD]]     10,000 slow connections and 10,000 good requests, unless said otherwise

Prints how many good requests were lost and how long they took; exit 1 where any was lost.
"""
import asyncio
import multiprocessing
import os
import resource
import statistics
import sys
import time

BESIDE = 32  # good clients at a time: a CA asks from a handful of places


async def slow(port, done):
    """Holds a connection byte by byte; takes another one when it is shown the door."""
    while not done.is_set():
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.5)
            continue
        try:
            for byte in b"GET /slow HTTP/1.1\r\n":
                writer.write(bytes([byte]))
                await writer.drain()
                if await wait_for(reader.read(1), 10) == b"":
                    break
        except OSError:
            pass
        finally:
            writer.close()
        await wait_for(done.wait(), 5)


async def wait_for(awaitable, seconds):
    try:
        return await asyncio.wait_for(awaitable, seconds)
    except asyncio.TimeoutError:
        return None


async def good(port, request, expected, times, lost):
    start = time.perf_counter()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        said = await asyncio.wait_for(reader.read(), 15)
        writer.close()
        if not said.endswith(expected):
            lost.append(said)
    except (OSError, asyncio.TimeoutError) as error:
        lost.append(repr(error))
    times.append(time.perf_counter() - start)


async def crowd(port, size):
    """Runs until it is killed."""
    await asyncio.gather(*(slow(port, asyncio.Event()) for _ in range(size)))


async def ask(port, path, content, requests):
    times, lost = [], []
    request = f"GET {path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n".encode()
    left = iter(range(requests))

    async def worker():
        for _ in left:
            await good(port, request, b"\r\n\r\n" + content.encode(), times, lost)

    await asyncio.gather(*(worker() for _ in range(BESIDE)))
    return times, lost


def main(port, path, content, size=10_000, requests=10_000):
    # A process of its own, that gives way: a good client that is kept waiting by its own program measures nothing.
    process = multiprocessing.Process(target=lambda: (os.nice(10), asyncio.run(crowd(port, size))))
    process.start()
    try:
        time.sleep(5)
        times, lost = asyncio.run(ask(port, path, content, requests))
    finally:
        process.kill()
        process.join()
    cuts = [cut * 1000 for cut in statistics.quantiles(times, n=1000)]
    print(f"{size} slow connections: {len(lost)} of {len(times)} good requests lost; "
          f"p50 {cuts[499]:.1f} ms, p99 {cuts[989]:.1f} ms, p99.9 {cuts[998]:.1f} ms")
    for what in lost[:3]:
        print(f"  lost: {what!r}"[:300])
    return 1 if lost else 0


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sys.exit(main(int(sys.argv[1]), *sys.argv[2:4], *map(int, sys.argv[4:6])))
