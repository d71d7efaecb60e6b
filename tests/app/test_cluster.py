"""The private server against what a crash, a reboot or a second start leaves behind."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from app import children, cluster
from app.cluster import ClusterError, open_cluster
from app.data_folder import AlreadyRunningError, DataFolderError, claim
from app.postgres_programs import ServerProgramsError

HOLD = """
import sys, time
from pathlib import Path
from app.cluster import open_cluster
with open_cluster(Path(sys.argv[1]), durable=False):
    print("ready", flush=True)
    time.sleep(600)
"""

CLAIM = """
import sys
from pathlib import Path
from app.data_folder import claim
with claim(Path(sys.argv[1]), "up"):
    pass
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts it as another user")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    # pytest's own folders are closed to the user that root starts the server as.
    folder = Path(tempfile.mkdtemp(prefix="beatway-cluster-"))
    folder.chmod(0o755)
    yield folder
    # The server of a process that was killed may still be about to end.
    eventually(lambda: not children.working_in(folder / "postgres"))
    shutil.rmtree(folder)


def eventually(what: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def write_a_row(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (what text)")
        connection.execute("INSERT INTO kept VALUES ('звернення')")


def kept_rows(url: str) -> list[tuple[str]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT what FROM kept").fetchall()


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def hold(data_dir: Path) -> "subprocess.Popen[str]":
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, data_dir], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    with holder.stdout:
        assert holder.stdout.readline() == "ready\n"
    return holder


def test_a_new_database_knows_cyrillic_letters_and_has_the_extensions(data_dir: Path) -> None:
    with (
        open_cluster(data_dir, durable=False) as server,
        psycopg.connect(server.url) as connection,
    ):
        letters = connection.execute(
            "SELECT upper('проспект Миру, їжак'), similarity('вул. Артема', 'вулиця Артема') > 0.5"
        ).fetchone()
        names = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
    assert letters == ("ПРОСПЕКТ МИРУ, ЇЖАК", True)
    assert names >= {"postgis", "btree_gist", "pg_trgm"}


def test_it_listens_on_a_private_socket_only_and_never_as_root(data_dir: Path) -> None:
    with open_cluster(data_dir, durable=False) as server:
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700
        assert server.folder.stat().st_uid != 0
        assert Path(f"/proc/{postmaster(data_dir)}").stat().st_uid != 0


def test_data_is_there_again_after_a_stop(data_dir: Path) -> None:
    with open_cluster(data_dir, durable=False) as server:
        write_a_row(server.url)
    assert not server.running
    with open_cluster(data_dir, durable=False) as server:
        assert kept_rows(server.url) == [("звернення",)]


def test_a_second_start_is_refused_and_told_who_runs(data_dir: Path) -> None:
    holder = hold(data_dir)
    try:
        with (
            pytest.raises(AlreadyRunningError, match=f"process {holder.pid}"),
            open_cluster(data_dir, durable=False),
        ):
            pass
    finally:
        holder.kill()
        holder.wait()


def test_it_goes_on_after_whoever_started_it_was_killed(data_dir: Path) -> None:
    holder = hold(data_dir)
    first = postmaster(data_dir)
    holder.kill()
    holder.wait()
    with open_cluster(data_dir, durable=False) as server:
        write_a_row(server.url)
        assert postmaster(data_dir) != first
        assert children.command_of(first) is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_it_ends_when_whoever_started_it_is_killed(data_dir: Path) -> None:
    holder = hold(data_dir)
    server = postmaster(data_dir)
    holder.kill()
    holder.wait()
    eventually(lambda: children.command_of(server) is None)


def test_a_server_that_outlived_its_starter_is_ended_before_a_new_one(data_dir: Path) -> None:
    with open_cluster(data_dir, durable=False) as server:
        write_a_row(server.url)
        # What `start` finds where the system does not end children with their parents.
        orphan, server._process = server._process, None
        assert orphan is not None
        server.start()
        assert orphan.wait() == 0
        assert postmaster(data_dir) != orphan.pid
        assert kept_rows(server.url) == [("звернення",)]


def test_it_recovers_from_its_own_crash(data_dir: Path) -> None:
    with open_cluster(data_dir, durable=False) as server:
        write_a_row(server.url)
        os.kill(postmaster(data_dir), signal.SIGKILL)
        eventually(lambda: not server.running)
        assert (data_dir / "postgres" / "postmaster.pid").exists()
        server.start()
        assert kept_rows(server.url) == [("звернення",)]


def test_the_number_of_another_program_in_a_stale_pid_file_is_no_obstacle(data_dir: Path) -> None:
    with open_cluster(data_dir, durable=False) as server:
        write_a_row(server.url)
        left = {
            path: path.read_text()
            for path in (data_dir / "postgres/postmaster.pid", data_dir / "run/.s.PGSQL.5432.lock")
        }
    for path, text in left.items():
        # As after a reboot: this test's own number stands in for whoever has it now.
        path.write_text(f"{os.getpid()}\n" + text.partition("\n")[2])
        shutil.chown(path, server.folder.stat().st_uid)
    with open_cluster(data_dir, durable=False) as server:
        assert kept_rows(server.url) == [("звернення",)]


def test_an_interrupted_creation_is_begun_again(data_dir: Path) -> None:
    (data_dir / "postgres.new" / "base").mkdir(parents=True)
    (data_dir / "postgres.new" / "PG_VERSION").write_text("15\n")
    (data_dir / "postgres").mkdir()
    with open_cluster(data_dir, durable=False) as server:
        assert server.running
    assert not (data_dir / "postgres.new").exists()


def test_a_long_path_gets_its_socket_elsewhere(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(data_dir))
    far = data_dir / ("дуже-" * 12)
    with open_cluster(far, durable=False) as server:
        assert server.sockets.parent == data_dir
        assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700
    server.sockets.chmod(0o777)
    with pytest.raises(ClusterError, match="in the way"), open_cluster(far, durable=False):
        pass


def test_data_of_a_version_that_is_not_installed_is_left_alone(data_dir: Path) -> None:
    (data_dir / "postgres").mkdir()
    (data_dir / "postgres" / "PG_VERSION").write_text("99\n")
    if os.geteuid() == 0:
        shutil.chown(data_dir / "postgres", "nobody")
    with (
        pytest.raises(ServerProgramsError, match="made by PostgreSQL 99"),
        open_cluster(data_dir, durable=False),
    ):
        pass
    assert (data_dir / "postgres" / "PG_VERSION").read_text() == "99\n"


def test_why_it_did_not_start_is_told_from_its_log(data_dir: Path) -> None:
    with open_cluster(data_dir, durable=False):
        pass
    (data_dir / "postgres" / "pg_hba.conf").write_text("nonsense\n")
    with (
        pytest.raises(ClusterError, match=r"(?s)did not start:.*pg_hba\.conf"),
        open_cluster(data_dir, durable=False),
    ):
        pass


@as_root
def test_under_a_folder_of_roots_alone_the_data_goes_to_the_state_folder(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cluster, "STATE_FOLDER", data_dir / "state")
    closed = data_dir / "closed"
    closed.mkdir(mode=0o700)
    with open_cluster(closed / "data", durable=False) as server:
        write_a_row(server.url)
        assert server.folder.is_relative_to(data_dir / "state")
    assert "the database is in" in capsys.readouterr().err
    # Opened since: what is there already is still what counts.
    closed.chmod(0o755)
    with open_cluster(closed / "data", durable=False) as server:
        assert kept_rows(server.url) == [("звернення",)]


def test_a_claim_is_one_process_at_a_time_and_free_again_after(data_dir: Path) -> None:
    with claim(data_dir, "up"):
        taken = subprocess.run(
            [
                sys.executable,
                "-c",
                CLAIM,
                data_dir,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert taken.returncode != 0
        assert f"process {os.getpid()}" in taken.stderr
    with claim(data_dir, "up"):
        pass


def test_a_data_folder_that_cannot_be_made_is_one_clear_line(data_dir: Path) -> None:
    (data_dir / "file").write_text("")
    with (
        pytest.raises(DataFolderError, match=r"data folder .* cannot be used"),
        open_cluster(data_dir / "file" / "data", durable=False),
    ):
        pass
