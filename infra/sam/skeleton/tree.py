"""The new texts of the files, and edits of their lists. An edit whose anchor has changed is refused."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


class Refused(Exception):
    """The input is not valid, and the script has written no file."""


class Tree:
    """The new texts of the files. The script writes them after all of them are known."""

    def __init__(self):
        self.texts = {}

    def read(self, path):
        if path not in self.texts and not (ROOT / path).is_file():
            raise Refused(f"{path} is missing, and the endpoint needs a place in it")
        return self.texts.get(path) or (ROOT / path).read_text()

    def create(self, path, text):
        if (ROOT / path).exists():
            raise Refused(f"{path} is there already")
        self.texts[path] = text

    def find(self, path, pattern):
        """Returns all matches of a pattern, at least one. `^` and `$` match at each line."""
        matches = list(re.finditer(pattern, self.read(path), re.MULTILINE))
        if not matches:
            raise Refused(f"{path} does not look as the script expects: it has nothing like {pattern}")
        return matches

    def find_only(self, path, pattern, shown):
        matches = list(re.finditer(pattern, self.read(path), re.MULTILINE))
        if len(matches) != 1:
            raise Refused(f"{path} does not look as the script expects: it should have this once: {shown}")
        return matches[0]

    def put(self, path, at, text):
        old = self.read(path)
        self.texts[path] = old[:at] + text + old[at:]

    def insert(self, path, anchor, text, after=False):
        """Inserts a text before, or after, the only occurrence of another text."""
        match = self.find_only(path, re.escape(anchor), anchor.strip())
        self.put(path, match.end() if after else match.start(), text)

    def insert_first(self, path, pattern, text):
        """Inserts a text before the first match."""
        self.put(path, self.find(path, pattern)[0].start(), text)

    def insert_sorted(self, path, pattern, name, text):
        """Inserts a text before the first match whose group `name` is greater, otherwise after the last match."""
        matches = self.find(path, pattern)
        self.put(path, next((match.start() for match in matches if match["name"] > name), matches[-1].end()), text)

    def replace(self, path, pattern, replacement):
        """Replaces the only match of a pattern by the text that the function `replacement` makes of it."""
        match, old = self.find_only(path, pattern, pattern), self.read(path)
        self.texts[path] = old[: match.start()] + replacement(match) + old[match.end() :]

    def format(self):
        for path, text in self.texts.items():
            if path.endswith(".rs"):
                command = ["rustfmt", "--edition", "2024", "--emit", "stdout", "--quiet"]
                ran = subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True)
                if ran.returncode != 0:
                    raise Refused(f"rustfmt does not accept {path}: {ran.stderr.strip()}")
                self.texts[path] = ran.stdout

    def refuse_uncommitted(self):
        command = ["git", "status", "--porcelain", "--", *self.texts]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if ran.returncode != 0:
            raise Refused(f"git status failed: {ran.stderr.strip()}")
        if ran.stdout:
            files = ", ".join(line[3:] for line in ran.stdout.splitlines())
            raise Refused(f"commit or stash these files first, so that `git diff` shows what the script wrote: {files}")

    def write(self):
        for path, text in self.texts.items():
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(text)
