"""The app in a real browser that can reach this machine and nothing else."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Frame, Page, Request, Route, expect, sync_playwright

from landlink.cli.app import SETTINGS as APP_SETTINGS
from tests.paths import ROOT

SHOTS = Path(__file__).parent / "shots"
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
)
SETTINGS = ("--server.headless=true", "--server.address=127.0.0.1", *APP_SETTINGS)
START_S = 60
LATE_S = 20
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run a test that drives a browser again when it fails, at most twice: a busy machine answers late."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=2))


@dataclass
class App:
    """The app open in a page, with every address that the page asked for outside this machine."""

    page: Page
    outside: list[str] = field(default_factory=list)

    @property
    def map(self) -> Frame:
        """Frame of the map, once its districts are drawn."""
        self.page.wait_for_selector("iframe[title*='st_folium']")
        frame = next(frame for frame in self.page.frames if "st_folium" in frame.url)
        frame.wait_for_selector("path.leaflet-interactive")
        return frame

    def settle(self) -> None:
        """Wait until the page has finished its run."""
        self.page.wait_for_timeout(400)
        expect(self.page.get_by_test_id("stStatusWidget")).to_have_count(0)
        self.page.wait_for_timeout(400)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing; .ci/run installs it")
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield opened
        opened.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in ("http", "https", "ws", "wss") or parts.hostname in ("localhost", "127.0.0.1")


@contextmanager
def serving(command: Sequence[str], url: str, log: Path) -> Iterator[None]:
    """Run a server until the block is left, which is entered once it answers."""
    with log.open("w") as sink:
        process = subprocess.Popen(command, cwd=ROOT, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and process.poll() is None:
            try:
                with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):  # noqa: S310 - own address
                    break
            except OSError:
                time.sleep(0.2)
        else:
            pytest.fail(f"the app did not start:\n{log.read_text()}")
        yield
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 15)
        process.wait(10)


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    url = f"http://localhost:{port}"
    command = [sys.executable, "-m", "landlink.cli", "app", "--headless", "--port", str(port)]
    with serving(command, url, tmp_path_factory.mktemp("app") / "app.log"):
        yield url


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Serve a Streamlit script of one's own, below a base path where one is given; its address is returned."""
    with ExitStack() as servers:

        def start(script: Path, *, base_path: str = "") -> str:
            port = free_port()
            url = "/".join(filter(None, (f"http://127.0.0.1:{port}", base_path)))
            command = [sys.executable, "-m", "streamlit", "run", str(script), *SETTINGS]
            command += [f"--server.port={port}", f"--server.baseUrlPath={base_path}"]
            servers.enter_context(serving(command, url, tmp_path / f"{port}.log"))
            return url

        yield start


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., tuple[Page, list[str], list[str]]]]:
    """Open an address in a window of its own.

    The page is returned with the requests to this machine, and those to anywhere else, which are cut off.
    """
    with ExitStack() as windows:

        def start(url: str, *, width: int = 1366, height: int = 768) -> tuple[Page, list[str], list[str]]:
            context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
            windows.callback(context.close)
            local: list[str] = []
            outside: list[str] = []

            def sort(route: Route) -> None:
                if is_local(route.request.url):
                    local.append(route.request.url)
                    route.continue_()
                else:
                    outside.append(route.request.url)
                    route.abort()

            context.route("**/*", sort)
            page = context.new_page()
            page.goto(url)
            return page, local, outside

        yield start


@pytest.fixture(params=["1366x768"])
def app(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[App]:
    width, height = (int(part) for part in request.param.split("x"))
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
    opened = App(context.new_page())

    def record(asked: Request) -> None:
        if not is_local(asked.url):
            opened.outside.append(asked.url)

    context.on("request", record)
    opened.page.goto(address)
    expect(opened.page.get_by_role("heading", name="人地挂钩 · 概览")).to_be_visible()
    opened.settle()
    yield opened
    context.close()


def eventually(page: Page, read: Callable[[], object], wanted: object) -> None:
    """Wait until something reads as wanted; a busy machine draws late."""
    deadline = time.monotonic() + LATE_S
    while (found := read()) != wanted and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert found == wanted


def keep_shot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")
