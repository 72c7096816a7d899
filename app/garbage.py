"""Keeps what was loaded out of the garbage collector, which Streamlit runs over everything after every rerun.

Pages, readers of files and the mathematics are loaded when somebody first needs them. Walked at each rerun, what they
made costs more than the rerun itself; so it is set apart whenever modules have come since the last time. Whatever lives
at that moment is no longer looked at for cycles; once all is loaded, nothing more is set apart.
"""

import asyncio
import gc
import sys

EVERY = 5.0  # seconds between two looks


class Loaded:
    """What of this process is set apart."""

    def __init__(self) -> None:
        self._modules = 0

    def settle(self) -> bool:
        """Set apart what was loaded since; whether there was anything."""
        if len(sys.modules) == self._modules:
            return False
        gc.collect()
        gc.freeze()
        self._modules = len(sys.modules)
        return True

    async def follow(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            self.settle()
