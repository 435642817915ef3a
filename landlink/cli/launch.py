"""Starting the app from the command line, with everything served from this machine."""

import os
import subprocess
import sys
from pathlib import Path

from landlink.city.shipped import city_folder
from landlink.texts import Lang

MAIN = Path(__file__).parents[1] / "ui" / "main.py"
# Streamlit's own look-ups on the internet are switched off: usage statistics, and the machine's outside address; and
# what it tells of itself, in the terminal and over the page.
SETTINGS = (
    "--browser.gatherUsageStats=false",
    "--browser.serverAddress=localhost",
    "--client.toolbarMode=minimal",
    "--logger.hideWelcomeMessage=true",
    "--server.fileWatcherType=none",
    "--server.showEmailPrompt=false",
)


def run(port: int, lang: Lang, *, city: str | None = None, host: str = "localhost", headless: bool = False) -> int:
    """Serve the app until it is stopped.

    Parameters
    ----------
    port
        Port on this machine.
    host
        Address to listen on; ``0.0.0.0`` opens the app to the network.
    city
        City folder, or the name of a city that comes with landlink; Guangzhou where it is not given.
    headless
        Do not open a browser.

    Returns
    -------
    Exit code of Streamlit.
    """
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(MAIN),
        f"--server.port={port}",
        f"--server.address={host}",
        f"--server.headless={str(headless).lower()}",
        *SETTINGS,
    ]
    environment = {**os.environ, "LANDLINK_LANG": lang}
    if city is not None:
        environment["LANDLINK_CITY"] = str(city_folder(city).resolve())
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - own arguments only
