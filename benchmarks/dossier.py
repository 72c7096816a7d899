"""What a signed dossier of 16 pages takes: typesetting, signatures, data.

Run: python -m benchmarks.dossier [--times N]
"""

import argparse
import io
import os
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pypdf

from core.reports.data import to_json
from core.reports.signing import open_keys, sign_manifest, sign_pdf
from core.reports.typeset.rendering import render_pdf
from core.reports.values.report import Report
from tests.reports.dossiers import AT, a_dossier, a_report, fairness_table, history

PAGES = 16


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    times = parser.parse_args().times
    report = sixteen_pages()
    with tempfile.TemporaryDirectory() as folder:
        keys = open_keys(Path(folder), origin="countersign.test", at=AT)
        unsigned = render_pdf(report)
        steps: dict[str, Callable[[], object]] = {
            "typeset, in a process of its own": lambda: render_pdf(report),
            "sign the PDF (PAdES, RSA 3072)": lambda: sign_pdf(unsigned, keys, at=AT),
            "data as JSON": lambda: to_json(report),
            "sign a manifest (CMS)": lambda: sign_manifest(b"x" * 10_000, keys, at=AT),
        }
        measured = {name: [_timed(step) for _ in range(times)] for name, step in steps.items()}
    pages = len(pypdf.PdfReader(io.BytesIO(unsigned)).pages)
    print(f"{pages} pages, {len(unsigned):,} bytes, {times} runs, {platform.machine()}, {os.cpu_count()} cores, ")
    print(f"Python {platform.python_version()}; most memory of a typesetting process: {_child_memory():,} MB.\n")
    print("| step | median | slowest |\n|---|---:|---:|")
    for name, seconds in measured.items():
        print(f"| {name} | {statistics.median(seconds) * 1000:,.0f} ms | {max(seconds) * 1000:,.0f} ms |")


def sixteen_pages() -> Report:
    """The dossier of the tests, with more attributes and a longer history until it fills 16 pages."""
    attributes = ("race", "sex", "age", "race × sex")
    tables = tuple(replace(fairness_table(), attribute=attribute) for attribute in attributes)
    lines = 14
    while True:
        report = a_report(a_dossier(fairness=tables, history=history(lines)))
        if len(pypdf.PdfReader(io.BytesIO(render_pdf(report))).pages) >= PAGES:
            return report
        lines += 20


def _timed(step: Callable[[], object]) -> float:
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def _child_memory() -> int:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


if __name__ == "__main__":
    main()
