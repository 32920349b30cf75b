"""Remotes as docs/remotes.md describes them, on real servers on this machine: OpenSSH, and one that speaks S3."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.dag.clone import Clone

EXTRAS = "pip install -r requirements-remotes.txt"


@dataclass(frozen=True)
class Remote:
    """A remote's URL, and the settings that each user keeps in .dvc/config.local."""

    url: str
    settings: dict[str, str]


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(100):
        assert server.poll() is None, log.read_text(encoding="utf-8")
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"no server on port {port}")


@pytest.fixture
def ssh(tmp_path: Path) -> Iterator[Remote]:
    """An OpenSSH server on a loopback port, with a key made for this test."""
    if find_spec("dvc_ssh") is None:
        pytest.skip(f"dvc-ssh is not installed: {EXTRAS}")
    sshd = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    if sshd is None:
        pytest.skip("there is no OpenSSH server here: apt-get install openssh-server")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # the folder that sshd needs when root starts it
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "ListenAddress": f"127.0.0.1:{port}",
        "HostKey": tmp_path / "host",
        "AuthorizedKeysFile": tmp_path / "user.pub",
        "StrictModes": "no",
        "PasswordAuthentication": "no",
        "PermitRootLogin": "prohibit-password",
        "PidFile": "none",
        "Subsystem": "sftp internal-sftp",
    }
    (tmp_path / "config").write_text("".join(f"{key} {value}\n" for key, value in options.items()), encoding="utf-8")
    log = tmp_path / "log"  # a file: a pipe that nobody reads would stop the server once it is full
    with subprocess.Popen([sshd, "-D", "-E", str(log), "-f", str(tmp_path / "config")]) as server:
        try:
            _wait_for(port, server, log)
            url = f"ssh://{getpass.getuser()}@127.0.0.1:{port}{tmp_path / 'storage'}"
            yield Remote(url, {"keyfile": str(tmp_path / "user")})
        finally:
            server.terminate()


@pytest.fixture
def s3() -> Iterator[Remote]:
    """A server that speaks S3 on a loopback port, with one empty bucket."""
    for module in ("dvc_s3", "moto", "flask_cors"):
        if find_spec(module) is None:
            pytest.skip(f"{module} is not installed: {EXTRAS}")
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        endpoint = "http://{}:{}".format(*server.get_host_and_port())
        secrets = {"access_key_id": "throw-away", "secret_access_key": "throw-away"}
        keys = {f"aws_{key}": value for key, value in secrets.items()}
        boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **keys).create_bucket(Bucket="storage")
        yield Remote("s3://storage/bert-tiny-pt", {"endpointurl": endpoint, "region": "us-east-1", **secrets})
    finally:
        server.stop()


@pytest.mark.parametrize("kind", ["ssh", "s3"])
@pytest.mark.long
def test_a_second_clone_with_the_remote_runs_nothing(
    kind: str, request: pytest.FixtureRequest, finished: Clone, tmp_path: Path
) -> None:
    remote: Remote = request.getfixturevalue(kind)

    def set_up(clone: Clone) -> None:
        for key, value in remote.settings.items():
            clone.dvc("remote", "modify", "--local", "storage", key, value)

    first = finished.copy(tmp_path / "first")
    first.dvc("remote", "add", "--default", "storage", remote.url)
    set_up(first)
    first.commit("a remote")
    first.dvc("push")
    assert "pushed" not in first.dvc("push"), "data on the remote is not sent again"

    second = first.git_clone(tmp_path / "second")
    config = (second.folder / ".dvc/config").read_text(encoding="utf-8")
    assert remote.url in config
    assert not any(value in config for value in remote.settings.values()), "secrets stay in config.local"
    set_up(second)
    assert second.ran(second.run("make", "repro", "-o", "setup")) == []
    assert second.git("status", "--porcelain") == ""
