"""Stepping: how long a page takes for one step, how large it is, and `explain` with very many paths."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from pathlib import Path

from autograd import Stepper, Value, explain
from autograd.graph import topological
from benchmarks.drawing import batch, small

CLICKS = """() => {
    const root = document.querySelector("div").shadowRoot
    const next = [...root.querySelectorAll("button")].find(button => button.textContent === "Next")
    return Array.from({ length: 200 }, () => {
        const start = performance.now()
        next.click()
        root.querySelector(".scene").getBBox() // wait for the layout of the picture
        root.querySelector(".panel").clientHeight // and of the text
        return performance.now() - start
    })
}"""


def one_step(root: Value, folder: str) -> tuple[float, float]:
    """Milliseconds of one Next in Chromium, the median and the longest of 200."""
    from playwright.sync_api import sync_playwright

    path = Stepper(root).save(Path(folder) / "page.html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(path.as_uri())
        times = page.evaluate(CLICKS)
        browser.close()
    return statistics.median(times), max(times)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = small()
        size = Stepper(root).save(Path(folder) / "small.html").stat().st_size
        print(f"page of {len(topological(root))} nodes: {size / 1000:.0f} KB")
        root = batch([5, 4, 1], 3)  # as large as graphs are shown with a box for each node
        median, longest = one_step(root, folder)
        print(f"one Next with {len(topological(root))} nodes: median {median:.1f} ms, longest {longest:.1f} ms")
    x = Value(1.0, label="x")
    doubled = x
    for _ in range(40):
        doubled = doubled + doubled
    start = time.perf_counter()
    paths = explain(doubled, x).paths
    print(f"explain through {paths:,} paths: {(time.perf_counter() - start) * 1000:.0f} ms")
