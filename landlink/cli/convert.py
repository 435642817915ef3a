"""``landlink convert``: write a layer in another format, coordinate system or encoding."""

import argparse
from pathlib import Path

from landlink.cli.arguments import Say, add_shared
from landlink.crs import declare
from landlink.errors import DataError, Fault
from landlink.files import read_layer, save_layer
from landlink.texts import Lang, text


def arguments(parser: argparse.ArgumentParser, say: Say) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="FILE", help=say("convert.file"))
    parser.add_argument("--to", required=True, metavar="FILE", help=say("convert.to"))
    add_shared(parser, say, "--layer", "--crs")
    parser.add_argument("--to-crs", help=say("convert.to_crs"))
    parser.add_argument("--encoding", default="UTF-8", help=say("convert.encoding"))


def run(options: argparse.Namespace, lang: Lang) -> None:
    """Run the command."""
    path = Path(options.file)
    layer = read_layer(path, options.layer, crs_needed=False)
    if options.crs:
        layer = declare(layer, options.crs, path.name)
    if options.to_crs:
        if layer.crs is None:
            raise DataError(Fault("layer.crs_missing", file=path.name))
        layer = layer.to_crs(declare(layer.iloc[:0], options.to_crs).crs)
    paths = save_layer(layer, Path(options.to), encoding=options.encoding)
    print(text("cli.written", lang, files="  ".join(map(str, paths))))
