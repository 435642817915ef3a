"""``landlink app``: serve the Streamlit pages, everything from this machine."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from landlink.city.shipped import city_folder
from landlink.cli.arguments import Say
from landlink.texts import Lang, text

MAIN = Path(__file__).parents[1] / "ui" / "main.py"
SETTINGS = (
    # Streamlit contacts no other machine: no usage statistics, no look-up of the outside address.
    "--browser.gatherUsageStats=false",
    "--browser.serverAddress=localhost",
    # Streamlit's own menu, greeting and question for an e-mail address are hidden.
    "--client.toolbarMode=minimal",
    "--logger.hideWelcomeMessage=true",
    "--server.showEmailPrompt=false",
    # The installed files do not change while the app runs.
    "--server.fileWatcherType=none",
)


def arguments(parser: argparse.ArgumentParser, say: Say) -> None:
    """Declare the arguments."""
    parser.add_argument("--city", help=say("app.city"))
    parser.add_argument("--host", default="localhost", help=say("app.host"))
    parser.add_argument("--port", type=int, default=8501, help=say("port"))
    parser.add_argument("--headless", action="store_true", help=say("app.headless"))


def run(options: argparse.Namespace, lang: Lang) -> int:
    """Serve the app until it is stopped; return Streamlit's exit code."""
    print(text("cli.app.opening", lang, port=options.port), flush=True)
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(MAIN),
        f"--server.port={options.port}",
        f"--server.address={options.host}",
        f"--server.headless={str(options.headless).lower()}",
        *SETTINGS,
    ]
    environment = {**os.environ, "LANDLINK_LANG": lang}
    if options.city is not None:
        environment["LANDLINK_CITY"] = str(city_folder(options.city).resolve())
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - own arguments only
