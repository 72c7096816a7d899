"""What is loaded while the server runs is not walked by the garbage collector again; what is not new stays with it."""

import asyncio
import gc
import sys
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import pytest

from app import garbage
from app.garbage import Loaded


def test_what_was_loaded_since_is_set_apart_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = Loaded()
    assert loaded.settle()
    before = gc.get_freeze_count()
    kept = [[one] for one in range(1000)]  # lives, and belongs to no module

    assert not loaded.settle()
    assert gc.get_freeze_count() <= before

    monkeypatch.setitem(sys.modules, "countersign_tested", ModuleType("countersign_tested"))
    assert loaded.settle()
    assert gc.get_freeze_count() >= before + len(kept)


def test_it_goes_on_looking_until_it_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = asyncio.Semaphore(0)

    def settle(_loaded: Loaded) -> bool:
        looked.release()
        return False

    monkeypatch.setattr(garbage, "EVERY", 0.0)
    monkeypatch.setattr(Loaded, "settle", settle)

    async def for_a_moment() -> None:
        following = asyncio.create_task(Loaded().follow())
        for _ in range(3):
            await asyncio.wait_for(looked.acquire(), 10)
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following

    with ThreadPoolExecutor(1) as apart:  # another test may have left a loop running in this thread
        apart.submit(asyncio.run, for_a_moment()).result()
