"""Tests that infra/docs/costs.md has the dollars of misuse, as they follow from the prices, the counted costs of each
operation, the parameters' defaults, and the quotas of an account.

`ACCEPT=1` writes the two tables.
"""

import os
import re
import unittest

from expand import ROOT, source

DOCUMENT = ROOT / "infra/docs/costs.md"
PRICES = {
    name: float(value)
    for name, value in re.findall(r"pub const (\w+): f64 = ([\d.]+);", (ROOT / "infra/load/src/price.rs").read_text())
}
PARAMETERS = {name: parameter["Default"] for name, parameter in source()["Parameters"].items()}
# Dollars for a gigabyte that leaves AWS (<https://aws.amazon.com/ec2/pricing/on-demand/>, "Data Transfer").
OUT = 0.09
# Requests and pushes per second of an account (API Gateway Developer Guide, "Quotas").
QUOTA = 10_000
# `POST` requests per second for one prefix (Amazon S3 User Guide, "Optimizing Amazon S3 performance").
POSTS = 3_500
HOUR = 3_600

SOCKETS = 16
# An event with a text of 4,096 characters of four bytes, in bytes, and the units of its message.
LONG_EVENT, LONG_UNITS = 16_800, 18
# The largest list of rooms, and the largest list of messages: bytes and read units.
ROOMS_LIST, MESSAGES_LIST = (3_400_000, 1_760), (1_660_000, 207)
# A search that reads 4 MB and finds twenty of the longest texts, which are read again: the same.
SEARCH = (20 * LONG_EVENT, 615)
# The largest answer of `/sync/`, and the units of sixteen rooms: each with 51 messages of 16 KB, 100 records, and 100
# changed messages.
NEWS = (4_000_000, 16 * (206 + 5 + 500 + 5))
# The largest file of the documentation, in bytes, without compression.
LARGEST_FILE = 1_526_593
# A request of API Gateway is paid for each 512 KB, either way.
METERED = 512 * 1024
# Seconds for the picture that takes longest, and for a file that was checked before, with the memory of the function.
HEAVIEST, POSTED, VCPU = 2.5, 0.01, 1_769 / 1_024
LARGEST_NEW_ROOM, COUNTED_PER_CHANGE = 50, 10


def default(name):
    return int(PARAMETERS[name])


def counted(document):
    """Returns the dollars per million of each operation, from the table that infra/load/tests/costs/main.rs writes."""
    table = document.partition("<!-- costs: ")[2].partition("<!-- /costs -->")[0]
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines() if row.startswith("| ")]
    return {row[0]: float(row[-1]) for row in rows[1:]}


def listed(size, units):
    """Returns the dollars per million of a list of this size."""
    requests = -(-size // METERED) * PRICES["REQUEST"] + PRICES["INVOCATION"]
    return requests + units * PRICES["READ_UNIT"] + size / 1e9 * OUT * 1e6


def stored(seconds):
    """Returns the dollars per million of a posted file whose check takes so long and writes one unit."""
    check = seconds * VCPU * PRICES["GIGABYTE_SECOND"] + PRICES["WRITE_UNIT"]
    return PRICES["PUT"] + PRICES["EVENT"] + PRICES["INVOCATION"] + check


def one_user(document):
    """Yields rows: the misuse, its dollars per million, its rate without the limit, the limit, its rate with it."""
    price = counted(document)
    calls = default("CallsPerSecond")
    user = f"{calls} calls and frames of a user per second"
    yield "sends to rooms of ten members, over REST", price["send a message over REST"], QUOTA / 11, user, calls

    # The table by the size of the room has the sizes 10, 100 and 1,024.
    large = float(re.search(r"… dollars per million \|.*\| ([\d.,]+) \|", document)[1].replace(",", ""))
    pushes = default("PushesPerSecond")
    limit = f"{pushes:,} pushes of a room per second"
    yield "sends to a room of 1,024 members who are online", large, QUOTA / 1_025, limit, pushes / 1_024

    own = price["send a message over a socket"] + (SOCKETS - 10) * PRICES["MESSAGE"]
    long = own + (LONG_UNITS - 3) * PRICES["WRITE_UNIT"] + SOCKETS * LONG_EVENT / 1e9 * OUT * 1e6
    yield "sends texts of 16 KB to own rooms, with 16 sockets", long, QUOTA / (SOCKETS + 1), user, calls

    typed = price["type"] + (SOCKETS - 1 - 9) * PRICES["MESSAGE"]
    limit = f"{user}, and one in two seconds of a room"
    yield "types in own rooms, with 16 sockets", typed, QUOTA / SOCKETS, limit, calls

    yield "pings", price["ping"], QUOTA / 2, user, calls

    reads = default("TableReadUnits")
    yield "lists rooms, 3.4 MB", listed(*ROOMS_LIST), reads / ROOMS_LIST[1], user, calls
    yield "lists messages, 1.7 MB", listed(*MESSAGES_LIST), reads / MESSAGES_LIST[1], user, calls

    searches = default("SearchesPerMinute")
    limit = f"{searches} searches per minute"
    yield "searches 4 MB", listed(*SEARCH) + 2 * PRICES["WRITE_UNIT"], reads / SEARCH[1], limit, searches / 60
    limit = f"{user}, of which it takes two"
    yield "catches up with rooms full of long texts", listed(*NEWS), reads / NEWS[1], limit, calls / 2

    heard = LARGEST_NEW_ROOM * SOCKETS
    made = price["make a room of nine"] * LARGEST_NEW_ROOM / 9 + heard * PRICES["MESSAGE"]
    rooms = default("RoomChangesPerHour") // (LARGEST_NEW_ROOM // COUNTED_PER_CHANGE)
    limit = f"{rooms} such rooms per hour"
    yield "makes rooms of 50 people with 16 sockets each", made, QUOTA / (heard + 1), limit, rooms / HOUR

    checked = price["announce a picture"] + stored(HEAVIEST)
    executions, uploads = default("AccountConcurrency"), default("UploadsPerHour")
    limit = f"{uploads} uploads per hour"
    yield "uploads the pictures that take longest to check", checked, executions / HEAVIEST, limit, uploads / HOUR

    logins = 2 * default("LoginsPerSecond")
    limit = f"{logins // 2} of all users per second, for each of two paths"
    yield "logs in, or tries to", price["log in"], QUOTA, limit, logins

    http = source()["Resources"]["HttpApi"]["Properties"]["RouteSettings"]
    files = http["GET /docs/{proxy+}"]["ThrottlingRateLimit"]
    limit = f"{files} of all readers per second"
    free = default("RequestsPerSecond")
    yield "reads the largest file of the documentation, 1.5 MB", listed(LARGEST_FILE, 0), free, limit, files

    limit = "none of ours: S3's rate for a prefix; a form lasts ten minutes"
    yield "posts one form again and again", stored(POSTED), POSTS, limit, POSTS
    yield "downloads a file again and again, at 1 Gbit/s", OUT * 1e6, 0.125, "none: a link lasts fifteen minutes", 0.125


def everybody():
    """Yields rows of the bounds that a thousand accounts share: the thing, its bound, its dollars per second."""
    reads, shared, executions = default("TableReadUnits"), default("RequestsPerSecond"), default("AccountConcurrency")
    pushes = QUOTA * PRICES["MESSAGE"] / 1e6
    yield "requests, frames and pushes", f"{QUOTA:,} per second, the quota of the account", pushes
    yield "data out of pushes of 16 KB", "the same", QUOTA * LONG_EVENT / 1e9 * OUT
    lists = reads / MESSAGES_LIST[1]
    bound = f"{reads:,} read units of a table per second: {lists:.0f} lists"
    yield "data out of lists of messages", bound, lists * MESSAGES_LIST[0] / 1e9 * OUT
    yield "reads of four tables", f"{reads:,} units per second each", 4 * reads * PRICES["READ_UNIT"] / 1e6
    units = 2 * shared * LONG_UNITS
    yield "messages of 16 KB", f"{shared:,} per second of each of two routes", units * PRICES["WRITE_UNIT"] / 1e6
    running = executions / 4 * PRICES["GIGABYTE_SECOND"] / 1e6
    yield "executions with 256 MB that never end", f"{executions:,} at once, the quota", running
    yield "posts of forms", f"{POSTS:,} per second, S3's rate for a prefix", POSTS * stored(POSTED) / 1e6


def dollars(amount):
    return f"${amount:,.0f}" if amount >= 10 else f"${amount:.2f}"


def tables(document):
    one = ["| one user, for an hour | without the limit | limit | with it |", "|---|--:|---|--:|"]
    for misuse, price, without, limit, allowed in one_user(document):
        free, bound = (dollars(price * rate * HOUR / 1e6) for rate in (without, min(without, allowed)))
        one.append(f"| {misuse} | {free} | {limit} | {bound} |")
    rows = list(everybody())
    all_ = ["| a thousand accounts, for an hour | bound by | dollars |", "|---|---|--:|"]
    all_ += [f"| {what} | {bound} | {dollars(rate * HOUR)} |" for what, bound, rate in rows]
    all_.append(f"| **together, without downloads** | | **{dollars(sum(rate for *_, rate in rows) * HOUR)}** |")
    return {"misuse": "\n".join(one), "collusion": "\n".join(all_)}


class MisuseCost(unittest.TestCase):
    def test_the_document_has_the_dollars_of_misuse(self):
        document = DOCUMENT.read_text()
        written = document
        for mark, table in tables(document).items():
            part = re.compile(rf"(<!-- {mark}: .*? -->\n\n).*?(\n\n<!-- /{mark} -->)", re.DOTALL)
            self.assertRegex(written, part)
            written = part.sub(lambda found, table=table: found[1] + table + found[2], written)
        if os.environ.get("ACCEPT"):
            DOCUMENT.write_text(written)
        self.assertEqual(DOCUMENT.read_text(), written, "ACCEPT=1 writes the tables")


if __name__ == "__main__":
    unittest.main()
