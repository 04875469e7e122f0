"""Writes one event file per function from infra/events/events.yaml."""

import pathlib

from samcli.yamlhelper import yaml_parse

import forms
from expand import ROOT

EVENTS = ROOT / "infra" / "events"


def described():
    """Returns the sections of events.yaml."""
    return yaml_parse((EVENTS / "events.yaml").read_text())


def files():
    """Returns the text of each event file, by its path."""
    return {
        EVENTS / f"{name}.json": forms.text(section, entry)
        for section, entries in described().items()
        for name, entry in entries.items()
    }


def main():
    written = files()
    for stale in set(EVENTS.glob("*.json")) - set(written):
        stale.unlink()
    for file, text in written.items():
        pathlib.Path(file).write_text(text)
    print(f"{len(written)} event files written")


if __name__ == "__main__":
    main()
