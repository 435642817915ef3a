"""Folders that tests read: the checkout, and the example city in it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUANGZHOU = ROOT / "geodata" / "guangzhou"
