"""Tests that the event files agree with their source, the story of invoke.py and the functions of the template."""

import json
import re
import unittest

from events import EVENTS, described, files
from expand import named, operations, source
from invoke import STORY


class Events(unittest.TestCase):
    def test_the_files_are_those_of_their_source(self):
        found = {file: file.read_text() for file in EVENTS.glob("*.json")}
        stale = {file.name for file in found.keys() | files().keys() if found.get(file) != files().get(file)}
        self.assertEqual(stale, set(), "run infra/scripts/events")

    def test_every_function_has_an_event_and_a_place_in_the_story(self):
        functions = set(named(source()))
        self.assertEqual({file.stem for file in files()}, functions)
        self.assertEqual({name for name, _ in STORY}, functions)

    def test_every_route_is_one_of_the_function(self):
        template = source()
        functions = {logical_id: name for name, logical_id in named(template).items()}
        routes = {
            (functions[re.search(r"\$\{(\w+)\.Arn\}", json.dumps(operation))[1]], f"{method.upper()} {path}")
            for path, method, operation in operations(template["Resources"]["HttpApi"]["Properties"]["DefinitionBody"])
        }
        events = {(name, entry["route"]) for name, entry in described()["rest"].items()}
        self.assertEqual(events - routes, set())


if __name__ == "__main__":
    unittest.main()
