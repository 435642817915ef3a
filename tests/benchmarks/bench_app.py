"""Times `landlink plan` from a cold start, and the app's server time from a changed input to table and map.

Run: ``python tests/benchmarks/bench_app.py``. The app's time is that of one whole run of the quota page after the city
cap has changed, in Streamlit's own test runner: everything the server does before the browser draws.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

from streamlit.testing.v1 import AppTest

from tests.paths import ROOT

ROUNDS = 7


def cold_start() -> list[float]:
    """Seconds of `landlink plan` as a process of its own."""
    found = []
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "landlink.cli", "plan", "geodata/guangzhou"]
        command += ["--policy", "guangzhou-2018", "--year", "2020", "--out", out]
        for _ in range(ROUNDS):
            start = time.perf_counter()
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
            found.append(time.perf_counter() - start)
    return found


def changed_input() -> list[float]:
    """Seconds of a run of the quota page after the city cap has changed, each cap a new one."""
    os.chdir(ROOT)
    app = AppTest.from_file(ROOT / "landlink/ui/main.py", default_timeout=60).run()
    app.switch_page("views/quota.py").run()
    if app.exception or not app.metric:
        raise RuntimeError(f"the quota page did not draw: {app.exception}")
    found = []
    for cap in range(300, 300 + 50 * ROUNDS, 50):
        start = time.perf_counter()
        app.number_input(key="cap_ha").set_value(float(cap)).run()
        found.append(time.perf_counter() - start)
        shown = [metric.value for metric in app.metric]
        if f"{cap}.00" not in shown:
            raise RuntimeError(f"the page did not take the cap over: {shown}")
    return found


def main() -> None:
    """Print medians and ranges beside what is asked for."""
    for name, seconds, limit in (
        ("landlink plan, cold start", cold_start(), 3.0),
        ("app, changed input (server)", changed_input(), 0.5),
    ):
        low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
        print(f"{name:30s} median {middle:.3f} s  (min {low:.3f}, max {high:.3f}; asked: under {limit} s)")


if __name__ == "__main__":
    main()
