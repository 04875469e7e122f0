"""Compares the findings of checkov on the templates with the accepted ones.

    independent.py print EXPANSION       writes the expanded template, because checkov does not know SAM
    independent.py compare REPORT        fails for a finding without a reason, and for a reason without a finding
"""

import json
import pathlib
import sys

from expand import expanded, source

# The accepted findings: the check of checkov, and the reason.
ACCEPTED = {
    "CKV_AWS_18": "access logs of the buckets would cost a write for each picture; links are signed, and CloudTrail can be enabled",
    "CKV_AWS_26": "the topic has names of alarms only, and CloudWatch cannot write to a topic with the key of AWS",
    "CKV_AWS_27": "the queue is encrypted with a key of SQS; it has keys of objects only",
    "CKV_AWS_28": "a restore empties or keeps these tables, so nobody would restore their backups",
    "CKV_AWS_86": "access logs of the edge would have tokens, because browsers and mobile apps may send them in the query of a handshake",
    "CKV_AWS_95": "access logs would have tokens, because browsers and mobile apps may send them in the query of a handshake",
    "CKV_AWS_115": "a reserved concurrency is refused by new accounts, which have ten executions; four functions have a parameter",
    "CKV_AWS_116": "API Gateway calls the functions and waits; the two that EventBridge calls have a destination for failures",
    "CKV_AWS_117": "the functions call public endpoints of AWS only; a VPC would add its cost, its limits and its cold starts",
    "CKV_AWS_119": "a key of the account costs per call; the keys of AWS encrypt as well",
    "CKV_AWS_149": "a key of the account costs per month and call; only one role may read the secret",
    "CKV_AWS_158": "a key of the account costs per month and call; the log has no tokens and no messages",
    "CKV_AWS_192": "the functions are Rust, and have no Log4j; a rule group costs a dollar a month",
    "CKV_AWS_173": "the variables have no secrets of data: findings.py refuses them; that of the edge only proves the way of a request",
}


def compare(report):
    reports = json.loads(pathlib.Path(report).read_text())
    failed = {}
    for results in reports if isinstance(reports, list) else [reports]:
        for check in results["results"]["failed_checks"]:
            failed.setdefault(check["check_id"], (check["check_name"], []))[1].append(check["resource"])
    for check in sorted(failed.keys() - ACCEPTED.keys()):
        name, resources = failed[check]
        print(f"{check} ({name}): {', '.join(resources)}")
    for check in sorted(ACCEPTED.keys() - failed.keys()):
        print(f"{check} is accepted, but checkov does not report it")
    if failed.keys() != ACCEPTED.keys():
        sys.exit(1)
    print(f"{len(failed)} kinds of findings, each accepted with a reason")


def main():
    command, file = sys.argv[1:]
    if command == "print":
        pathlib.Path(file).write_text(json.dumps(expanded(source()), indent=1))
    else:
        compare(file)


if __name__ == "__main__":
    main()
