"""The test camera itself: it compiles or says why not, and a plain consumer can use it."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.support.gentl import build
from tests.support.gentl.description import ADDRESSES, header, xml
from tests.support.gentl.table import MODERN, classic

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the test camera is written for POSIX")


def test_without_a_compiler_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(RuntimeError, match="needs gcc: install it"):
        build.producer_file.__wrapped__()


def test_both_descriptions_and_the_c_side_share_their_registers():
    assert len(set(ADDRESSES.values())) == len(ADDRESSES)
    for row in (*MODERN, *classic()):
        assert f"#define REG_{row.register} " in header()
    assert 'Name="ExposureTimeAbs"' in xml(classic())
    assert 'Name="ExposureTime"' not in xml(classic())


def test_each_installed_copy_has_a_world_of_its_own(tmp_path):
    one, other = build.Producer.install(tmp_path / "a"), build.Producer.install(tmp_path / "b")
    one.world("gone TC-1")
    found = {producer: scan(producer) for producer in (one, other)}
    assert found[one] == ["TC-2", "TC-OLD"]
    assert found[other] == ["TC-1", "TC-2", "TC-OLD"]


def test_harvesters_reads_and_takes_pictures_without_our_help(tmp_path):
    script = """
        import sys
        from harvesters.core import Harvester
        harvester = Harvester()
        harvester.add_file(sys.argv[1])
        harvester.update()
        acquirer = harvester.create({"serial_number": "TC-1"})
        acquirer.remote_device.node_map.ExposureTime.value = 5000.0
        acquirer.start()
        with acquirer.fetch(timeout=5) as buffer:
            component = buffer.payload.components[0]
            print(component.width, component.height, component.data_format, *component.data[:3])
        acquirer.stop()
        acquirer.destroy()
        harvester.reset()
    """
    producer = build.Producer.install(tmp_path)
    assert run(script, producer).split() == ["640", "480", "Mono8", "0", "1", "2"]


def scan(producer: build.Producer) -> list[str]:
    script = """
        import sys
        from harvesters.core import Harvester
        harvester = Harvester()
        harvester.add_file(sys.argv[1])
        harvester.update()
        print(*(info.serial_number for info in harvester.device_info_list))
        harvester.reset()
    """
    return run(script, producer).split()


def run(script: str, producer: build.Producer) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(producer.file)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
