import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from tinypt import files
from tinypt.files import (
    CHECKSUMS,
    atomic_path,
    create_array,
    fingerprint,
    is_whole,
    list_files,
    publish,
    read_json,
    remove_others,
    require_all,
    sealed_path,
    verify,
    work_folder,
    write_json,
)
from tinypt.runtime.errors import PipelineError

REPOSITORY = Path(__file__).parents[1]


@dataclass(frozen=True)
class Options:
    rate: float
    folder: Path


class TestAtomicPath:
    def test_the_file_appears_when_the_block_ends(self, tmp_path: Path) -> None:
        target = tmp_path / "new/folder/out.txt"
        with atomic_path(target) as temporary:
            temporary.write_text("whole")
            assert not target.exists()
        assert target.read_text() == "whole"
        assert os.listdir(target.parent) == ["out.txt"]

    def test_an_exception_leaves_the_old_file_and_nothing_else(self, tmp_path: Path) -> None:
        target = tmp_path / "out.txt"
        target.write_text("old")

        def fail() -> None:
            with atomic_path(target) as temporary:
                temporary.write_text("half")
                raise RuntimeError("stop")

        with pytest.raises(RuntimeError, match="stop"):
            fail()
        assert target.read_text() == "old"
        assert os.listdir(tmp_path) == ["out.txt"]

    def test_a_folder_replaces_a_folder_with_all_its_files(self, tmp_path: Path) -> None:
        target = tmp_path / "model"
        for names in (["a", "b"], ["b", "c"]):
            with atomic_path(target) as temporary:
                temporary.mkdir()
                for name in names:
                    (temporary / name).write_text(name)
        assert sorted(os.listdir(target)) == ["b", "c"]
        assert os.listdir(tmp_path) == ["model"]

    def test_a_file_replaces_a_folder_and_a_folder_a_file(self, tmp_path: Path) -> None:
        target = tmp_path / "out"
        with atomic_path(target) as temporary:
            temporary.mkdir()
        with atomic_path(target) as temporary:
            temporary.write_text("file")
        assert target.is_file()
        target.unlink()
        target.symlink_to(tmp_path)  # DVC may link outputs to its cache
        with atomic_path(target) as temporary:
            temporary.mkdir()
        assert target.is_dir()
        assert not target.is_symlink()
        assert os.listdir(tmp_path) == ["out"]

    def test_a_killed_process_leaves_no_output_and_the_next_run_removes_its_remains(self, tmp_path: Path) -> None:
        target = tmp_path / "out"
        script = (
            "import os, sys, time\nfrom pathlib import Path\nfrom tinypt.files import atomic_path\n"
            "with atomic_path(Path(sys.argv[1])) as temporary:\n"
            "    temporary.mkdir()\n    (temporary / 'half').write_text('half')\n"
            "    print('written', flush=True)\n    time.sleep(60)\n"
        )
        process = subprocess.Popen([sys.executable, "-c", script, target], cwd=REPOSITORY, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"written\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert not target.exists()
        assert all(name.startswith(".") for name in os.listdir(tmp_path))
        with atomic_path(target) as temporary:
            temporary.write_text("whole")
        assert os.listdir(tmp_path) == ["out"]

    @pytest.mark.parametrize("error", [OSError(28, "No space"), OSError("9 requested and 1 written")])
    def test_a_full_disk_is_reported_with_the_path(self, tmp_path: Path, error: OSError) -> None:
        with pytest.raises(PipelineError, match=rf"^{tmp_path}/out: the disk is full"), atomic_path(tmp_path / "out"):
            raise error

    @pytest.mark.parametrize(
        "error", [OSError(27, "File too large"), ValueError("serializing: File too large (os error 27)")]
    )
    def test_a_limit_of_size_is_reported_with_the_path(self, tmp_path: Path, error: Exception) -> None:
        with (
            pytest.raises(PipelineError, match=rf"^{tmp_path}/out: .*raise the limit \(ulimit -f\)"),
            atomic_path(tmp_path / "out"),
        ):
            raise error

    def test_a_folder_is_never_left_partly_removed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        target = tmp_path / "tokens"
        target.mkdir()
        (target / "old").touch()

        def killed(path: Path) -> None:
            raise KeyboardInterrupt

        def replace() -> None:
            with atomic_path(target) as temporary:
                temporary.mkdir()
                monkeypatch.setattr(files.shutil, "rmtree", killed)

        with pytest.raises(KeyboardInterrupt):
            replace()
        assert os.listdir(target) == []  # the whole new folder, not part of the old one


def test_publish_moves_a_work_folder_over_an_old_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = work_folder("distill", "key")
    (folder / "weights").write_text("new")
    old = Path("models/total")
    old.mkdir(parents=True)
    (old / "stale").touch()
    publish(folder, old)
    assert sorted(os.listdir(old)) == [CHECKSUMS, "weights"]
    assert not folder.exists()


def test_publish_moves_from_another_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system")
    folder = memory / f"bert-tiny-pt-{os.getpid()}"
    folder.mkdir()
    (folder / "weights").write_text("new")
    publish(folder, tmp_path / "model")
    assert (tmp_path / "model/weights").read_text() == "new"
    assert not folder.exists()


def test_an_array_is_reserved_on_the_disk_before_it_is_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    array = create_array(tmp_path / "array.npy", np.float16, (1 << 20, 2))
    assert (tmp_path / "array.npy").stat().st_blocks * 512 >= array.nbytes
    monkeypatch.setattr(os, "posix_fallocate", lambda *_: (_ for _ in ()).throw(OSError(28, "No space")))
    with pytest.raises(PipelineError, match=r"array\.npy: the disk is full"):
        create_array(tmp_path / "array.npy", np.float16, (1 << 20, 2))


class TestChecksums:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """A folder with checksums, of two files; one of them was sealed before."""
        with sealed_path(tmp_path / "model") as temporary:
            for name in ("weights", "part/ação 1"):
                with sealed_path(temporary / name) if name == "weights" else atomic_path(temporary / name) as file:
                    file.write_bytes(b"whole" * 1000)
        return tmp_path / "model"

    def test_every_file_is_listed_in_the_form_of_xxhsum(self, folder: Path) -> None:
        checksum = xxhash.xxh3_128_hexdigest(b"whole" * 1000)
        assert (folder / CHECKSUMS).read_text("utf-8") == f"{checksum}  part/ação 1\n{checksum}  weights\n"
        assert sorted(os.listdir(folder)) == [CHECKSUMS, "part", "weights"]
        for path in (folder, folder / "weights", folder / "part", folder / "part/ação 1"):
            verify(path)
        require_all(folder)

    @pytest.mark.parametrize("name", ["weights", "part/ação 1"])
    @pytest.mark.parametrize(
        "damage",
        {
            "flipped": lambda content: content[:7] + bytes([content[7] ^ 64]) + content[8:],
            "cut": lambda content: content[:-1],
            "empty": lambda content: b"",
            "zeros": lambda content: bytes(len(content)),
            "doubled": lambda content: content * 2,
        }.values(),
    )
    def test_damage_is_refused_by_name(self, folder: Path, name: str, damage: Callable[[bytes], bytes]) -> None:
        file = folder / name
        file.write_bytes(damage(file.read_bytes()))
        for path in (file, file.parent, folder):
            with pytest.raises(PipelineError, match=rf"{name}: damaged: .*checksums\.xxh3; run `find .*dvc repro`"):
                verify(path)
        with pytest.raises(PipelineError, match=rf"{name}: damaged"):
            fingerprint([], [folder])
        verify(folder / ("weights" if name != "weights" else "part"))

    def test_a_missing_file_and_one_that_no_stage_wrote_are_refused_by_name(self, folder: Path) -> None:
        (folder / "weights").rename(folder / "other")
        for check in (verify, require_all):
            with pytest.raises(PipelineError, match=r"weights: no such file, but .*checksums\.xxh3 lists it"):
                check(folder)
        with pytest.raises(PipelineError, match=r"other: is not in .*checksums\.xxh3"):
            verify(folder / "other")

    @pytest.mark.parametrize(
        "damage",
        {
            "empty": lambda text: "",
            "zeros": lambda text: "\0" * len(text),
            "no checksums": lambda text: "0  weights\n0  part/ação 1\n",
            "cut in a line": lambda text: text[:-3],
            "cut after a line": lambda text: text.splitlines(keepends=True)[0],
            "joined lines": lambda text: text.replace("\n", " "),
            "another folder's": lambda text: text.replace("weights", "tensors"),
        }.values(),
    )
    def test_damaged_checksums_are_no_licence(self, folder: Path, damage: Callable[[str], str]) -> None:
        listing = folder / CHECKSUMS
        listing.write_text(damage(listing.read_text("utf-8")), encoding="utf-8")
        for check in (verify, require_all):
            with pytest.raises(PipelineError, match=r"checksums\.xxh3.*dvc repro") as refused:
                check(folder)
            assert "\n" not in str(refused.value)
        with pytest.raises(PipelineError, match=r"checksums\.xxh3"):
            verify(folder / "weights")

    def test_missing_checksums_are_refused_where_only_stages_write(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder / CHECKSUMS).unlink()
        verify(folder)  # anyone may keep a folder elsewhere
        monkeypatch.chdir(folder.parent)
        for own in ("data", "models"):
            Path(own).symlink_to(".")
            for path in (Path(own, "model"), Path(own, "model/weights")):
                for check in (verify, require_all):
                    with pytest.raises(PipelineError, match=rf"^{path}: its checksums\.xxh3 is missing.*dvc repro"):
                        check(path)
            assert not is_whole(Path(own, "model/weights"))
        fingerprint([], [Path("models/model")])

    def test_missing_checksums_of_a_folder_within_are_noticed(self, tmp_path: Path) -> None:
        with sealed_path(tmp_path / "targets") as temporary:
            with sealed_path(temporary / "cached") as cached:
                cached.mkdir(parents=True)
                (cached / "vectors").touch()
            (temporary / "live").touch()
        (tmp_path / "targets/cached" / CHECKSUMS).unlink()
        for path in (tmp_path / "targets/cached", tmp_path / "targets"):
            with pytest.raises(PipelineError, match=r"cached/vectors: is not in .*targets/checksums\.xxh3"):
                verify(path)

    def test_an_empty_folder_may_have_an_empty_list(self, tmp_path: Path) -> None:
        with sealed_path(tmp_path / "sample") as temporary:
            temporary.mkdir()
        verify(tmp_path / "sample")

    def test_damaged_unfinished_work_is_not_used_and_named(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        file = tmp_path / "work/part"
        assert not is_whole(file)
        with sealed_path(file) as temporary:
            temporary.write_text("whole")
        assert is_whole(file)
        assert caplog.messages == []
        file.write_text("whule")
        assert not is_whole(file)
        assert caplog.messages[0].startswith(f"{file}: unfinished work, damaged")
        with sealed_path(file) as temporary:
            temporary.write_text("again")
        assert is_whole(file)

    def test_unfinished_work_of_another_shard_or_run_is_not_used(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        for name in ("one/a", "one/b", "two/a"):
            with sealed_path(tmp_path / name) as temporary:
                temporary.write_text(name)
        for source, target in (("one/a", "one/b"), ("one/a", "two/a")):
            for name in ("{}", ".{}.xxh3"):
                paths = [(tmp_path / path).with_name(name.format(path[-1])) for path in (source, target)]
                paths[1].write_bytes(paths[0].read_bytes())
            assert not is_whole(tmp_path / target)
            assert caplog.messages[-1].startswith(f"{tmp_path}/{target}: unfinished work, damaged or of another run")
        assert is_whole(tmp_path / "one/a")

    def test_other_files_are_removed_from_unfinished_work(self, tmp_path: Path) -> None:
        for name in ("a", "b", ".hidden", "c/d"):
            with sealed_path(tmp_path / name) as temporary:
                temporary.touch()
        (tmp_path / CHECKSUMS).touch()
        remove_others(tmp_path, ["a"])
        assert sorted(os.listdir(tmp_path)) == [".a.xxh3", "a", CHECKSUMS]

    def test_a_folder_within_keeps_its_own(self, tmp_path: Path) -> None:
        with sealed_path(tmp_path / "targets") as temporary:
            with sealed_path(temporary / "cached") as cached:
                cached.mkdir(parents=True)
                (cached / "vectors").touch()
            (temporary / "live").touch()
        assert (tmp_path / "targets" / CHECKSUMS).read_text().endswith("  live\n")
        (tmp_path / "targets/cached/vectors").write_text("1")
        with pytest.raises(PipelineError, match="vectors: damaged"):
            verify(tmp_path / "targets/cached")


class TestFingerprint:
    def test_it_depends_on_values_and_on_names_and_bytes_of_inputs(self, tmp_path: Path) -> None:
        first, second = tmp_path / "in/a", tmp_path / "in/b"
        first.parent.mkdir()
        first.write_text("1")
        keys = [fingerprint({"rate": 1.0}, [first.parent]), fingerprint({"rate": 2.0}, [first.parent])]
        first.write_text("2")
        keys.append(fingerprint({"rate": 1.0}, [first.parent]))
        first.rename(second)
        keys.append(fingerprint({"rate": 1.0}, [first.parent]))
        assert len(set(keys)) == len(keys)
        assert all(len(key) == 16 for key in keys)

    def test_it_does_not_depend_on_the_folder_of_the_inputs(self, tmp_path: Path) -> None:
        for place in ("here", "there"):
            (tmp_path / place / "in/deep").mkdir(parents=True)
            (tmp_path / place / "in/deep/a").write_text("1")
        assert fingerprint([], [tmp_path / "here/in"]) == fingerprint([], [tmp_path / "there/in"])

    def test_it_depends_on_dataclasses_and_refuses_other_objects(self) -> None:
        assert fingerprint(Options(1.0, Path("a"))) != fingerprint(Options(1.0, Path("b")))
        with pytest.raises(TypeError, match="object"):
            fingerprint([object()])

    def test_a_missing_input_is_refused_by_name(self, tmp_path: Path) -> None:
        with pytest.raises(PipelineError, match=r"gone: no such file.*dvc repro"):
            fingerprint([], [tmp_path / "gone"])


def test_list_files_is_sorted_and_omits_hidden_files_and_folders(tmp_path: Path) -> None:
    for name in ("b/2", "b/1", "a", ".hidden", ".cache/huggingface/lock"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [str(file.relative_to(tmp_path)) for file in list_files(tmp_path)] == ["a", "b/1", "b/2"]


def test_list_files_follows_linked_folders_but_not_in_a_circle(tmp_path: Path) -> None:
    for name in ("in/b/1", "out/deep/2", "out/.hidden/3", "out/checksums.xxh3"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    folder = tmp_path / "in"
    links = {"a": "../out", "b/up": "..", "c": "nowhere", "../out/back": "../in", "self": "self", ".d": "../out"}
    for name, target in links.items():
        (folder / name).symlink_to(target)
    assert [str(file.relative_to(folder)) for file in list_files(folder)] == ["a/deep/2", "b/1"]
    listed = list_files(folder, broken_links=True)
    assert [str(file.relative_to(folder)) for file in listed] == ["a/deep/2", "b/1", "c", "self"]
    assert list_files(tmp_path / "none") == []


class TestJson:
    @given(st.floats(allow_nan=False, allow_infinity=False))
    def test_floats_keep_six_digits(self, value: float) -> None:
        assert files._rounded(value, "") == pytest.approx(value, rel=1e-5)

    def test_order_and_accents_are_kept_and_the_file_ends_with_a_newline(self, tmp_path: Path) -> None:
        path = tmp_path / "metrics.json"
        write_json(path, {"z": 1, "ação": [0.12345678, True, None], 3: ("a", "b")})
        assert path.read_text().endswith("}\n")
        assert "ação" in path.read_text()
        assert list(read_json(path).items()) == [("z", 1), ("ação", [0.123457, True, None]), ("3", ["a", "b"])]

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
    def test_a_number_that_is_not_finite_is_refused_and_the_old_file_kept(self, tmp_path: Path, value: float) -> None:
        path = tmp_path / "metrics.json"
        write_json(path, {})
        with pytest.raises(PipelineError, match=r"metrics.json: task: frozen is (nan|inf|-inf)"):
            write_json(path, {"task": {"frozen": [value]}})
        assert json.loads(path.read_text()) == {}

    def test_a_missing_or_broken_file_is_refused_by_name(self, tmp_path: Path) -> None:
        with pytest.raises(PipelineError, match=r"gone.json: no such file"):
            read_json(tmp_path / "gone.json")
        for content in (b"{", b"\xff\xfe"):
            (tmp_path / "broken.json").write_bytes(content)
            with pytest.raises(PipelineError, match=r"broken.json: not valid JSON"):
                read_json(tmp_path / "broken.json")
