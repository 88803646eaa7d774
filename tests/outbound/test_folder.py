"""Files in a receiver's folder: complete, once, and inside."""

from pathlib import Path

import pytest

from portal.outbound import folder
from portal.outbound.export import Export
from portal.outbound.undelivered import Undelivered
from tests.outbound.house import House

FILE = Export(content=b"{}", media_type="application/json", name="O-2026-0001-machines.json")


@pytest.mark.anyio
async def test_each_group_finds_its_work_order_in_the_folder(house: House) -> None:
    house.receives("operations", "folder", "warehouse/in")
    house.receives("accounting", "folder", "bills", format="csv")
    house.places_an_order()
    await house.worker.deliver_due()
    files = {path.name: path for path in (house.files / "handoffs").rglob("*.*")}
    deliveries = house.rows(transport="folder")
    assert [row.state for row in deliveries] == ["sent"] * 3
    ids = {row.id for row in deliveries}
    assert {name.partition(".")[0][-22:] for name in files} == ids
    by_stem = {name[: -22 - len(path.suffix) - 1]: path for name, path in files.items()}
    year = house.clock.now.year
    assert set(by_stem) == {f"O-{year}-0001-{part}" for part in ("machines", "service", "bill")}
    assert by_stem[f"O-{year}-0001-machines"].read_bytes() == house.part("operations", "machines")
    assert by_stem[f"O-{year}-0001-bill"].read_bytes().startswith(b"type_code,")


def test_another_attempt_replaces_the_same_file(tmp_path: Path) -> None:
    first = folder.deliver(FILE, "in", delivery="abc", files_dir=tmp_path)
    second = folder.deliver(FILE, "in", delivery="abc", files_dir=tmp_path)
    assert first == second == tmp_path / "handoffs/in/O-2026-0001-machines-abc.json"
    assert list(first.parent.iterdir()) == [first]
    other = folder.deliver(FILE, "in", delivery="xyz", files_dir=tmp_path)
    assert set(first.parent.iterdir()) == {first, other}


def test_a_share_that_is_not_mounted_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(Undelivered, match="No such file or directory") as failure:
        folder.deliver(FILE, str(tmp_path / "share"), delivery="abc", files_dir=tmp_path)
    assert not failure.value.for_good
    assert not (tmp_path / "share").exists()
    (tmp_path / "share").mkdir()
    assert folder.deliver(FILE, str(tmp_path / "share"), delivery="abc", files_dir=tmp_path).is_file()


def test_a_folder_that_is_a_file_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "handoffs").write_text("in the way")
    with pytest.raises(Undelivered, match="could not be written"):
        folder.deliver(FILE, "in", delivery="abc", files_dir=tmp_path)
