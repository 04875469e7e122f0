"""Checks the functions that `sam build` has built. Each executable is for the right processor, works with the C library
of Amazon Linux 2023, and is within its budget. Each function starts, up to its first request for an event.

    binaries.py BUILD ARCHITECTURE [FUNCTION …]    checks these functions, by logical id, or all
"""

import contextlib
import hashlib
import http.server
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import zlib

from expand import binary, built, expanded, of_type, source

# "Amazon Linux 2023 … glibc 2.34" (AL2023 User Guide, "Comparing AL2 and AL2023").
NEWEST_GLIBC = (2, 34)
# Bytes of an executable's archive, which Lambda fetches at a cold start.
BUDGET = 4_000_000
# `events` has the S3 SDK and the decoders of pictures, and no user waits for its cold start. `rest` has the
# code of all calls over HTTP.
LARGER_BUDGETS = {"events": 4_500_000, "rest": 5_000_000}
MACHINE = {"arm64": "AArch64", "x86_64": "Advanced Micro Devices X86-64"}
# Long enough for an emulated processor, and for a busy machine.
START_SECONDS = 60


def readelf(*arguments):
    return subprocess.run(["readelf", "--wide", *arguments], check=True, capture_output=True, text=True).stdout


def check(name, executable, architecture):
    """Returns the newest glibc that the executable needs, and its packed size in bytes. Exits if a rule is broken."""
    machine = re.search(r"Machine:\s+(.+)", readelf("--file-header", executable))[1]
    if machine != MACHINE[architecture]:
        sys.exit(f"{name} is built for {machine}, not for {MACHINE[architecture]}")
    needed = re.findall(r"Name: GLIBC_(\d+)\.(\d+)", readelf("--version-info", executable))
    newest = max((int(major), int(minor)) for major, minor in needed)
    if newest > NEWEST_GLIBC:
        sys.exit(f"{name} needs glibc {newest[0]}.{newest[1]}, but Lambda has {NEWEST_GLIBC[0]}.{NEWEST_GLIBC[1]}")
    size = len(zlib.compress(executable.read_bytes(), level=6))
    budget = LARGER_BUDGETS.get(name, BUDGET)
    if size > budget:
        sys.exit(f"{name} has {size} bytes packed, more than its budget of {budget}")
    return newest, size


class RuntimeApi(http.server.BaseHTTPRequestHandler):
    """Lambda's Runtime API up to the first event, which never comes. All other services respond with 400."""

    def do_GET(self):
        if self.path.endswith("/runtime/invocation/next"):
            self.server.asked.set()
            # The function waits for an event, until the check ends it.
            self.server.ended.wait()

    def do_POST(self):
        if "/runtime/" in self.path:
            self.server.failure = self.rfile.read(int(self.headers["content-length"])).decode()
        self.send_response(400)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def runtime_api():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), RuntimeApi)
    server.asked, server.ended, server.failure = threading.Event(), threading.Event(), None
    threading.Thread(target=server.serve_forever).start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()


def value(variable, parameters):
    """Returns the default of the parameter that a variable has, or some text."""
    parameter = parameters.get(variable.get("Ref"), {}) if isinstance(variable, dict) else {}
    return str(parameter.get("Default", "set"))


def starts(function, executable, handler, variables, emulator):
    with runtime_api() as server:
        address = f"127.0.0.1:{server.server_port}"
        environment = variables | {
            "_HANDLER": handler,
            "AWS_ACCESS_KEY_ID": "set",
            "AWS_SECRET_ACCESS_KEY": "set",
            "AWS_REGION": "us-east-1",
            "AWS_LAMBDA_FUNCTION_NAME": function,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_LOG_GROUP_NAME": function,
            "AWS_LAMBDA_LOG_STREAM_NAME": function,
            "AWS_LAMBDA_RUNTIME_API": address,
            "AWS_ENDPOINT_URL_DYNAMODB": f"http://{address}",
            "AWS_ENDPOINT_URL_S3": f"http://{address}",
            "CONNECTIONS_ENDPOINT": f"http://{address}",
            "PUBLIC_ENDPOINT_URL_SOCKETS": f"http://{address}",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": f"http://{address}",
            "SIGNING_SECRET": "set",
        }
        process = subprocess.Popen([*emulator, executable], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            if not server.asked.wait(START_SECONDS):
                process.kill()
                output = server.failure or process.communicate()[0].decode()
                sys.exit(f"{function} does not start within {START_SECONDS} s: {output}")
        finally:
            process.kill()
            process.wait()


def emulator(architecture):
    """Returns the command that runs a binary for this processor; empty for the processor of this machine."""
    if os.uname().machine == {"arm64": "aarch64"}.get(architecture, architecture):
        return []
    qemu = shutil.which("qemu-aarch64-static") or sys.exit("qemu-aarch64-static is missing; install qemu-user-static")
    return [qemu, "-L", "/usr/aarch64-linux-gnu"]


def main():
    build, architecture, *chosen = sys.argv[1:]
    directories = built(pathlib.Path(build))
    template = source()
    executables = {name: binary(function) for name, function in of_type(template, "AWS::Serverless::Function").items()}
    chosen = set(chosen) or set(executables)
    for missing in sorted(chosen - set(executables)):
        sys.exit(f"{missing} is not a function of the template")
    for missing in sorted(chosen - set(directories)):
        sys.exit(f"{missing} is not in {build}; build it with `sam build`")
    functions = of_type(expanded(template), "AWS::Lambda::Function")
    # SAM may copy an executable into the directory of each function.
    checked = {}
    for name in sorted(chosen):
        executable = directories[name] / "bootstrap"
        content = hashlib.sha256(executable.read_bytes()).digest()
        if (executables[name], content) not in checked:
            checked[executables[name], content] = check(executables[name], executable, architecture)
        properties = functions[name]["Properties"]
        variables = properties["Environment"]["Variables"].items()
        variables = {variable: value(set_to, template["Parameters"]) for variable, set_to in variables}
        starts(name, executable, properties["Handler"], variables, emulator(architecture))
    newest = max(glibc for glibc, _ in checked.values())
    sizes = [size for _, size in checked.values()]
    print(
        f"{len(chosen)} functions in {len(checked)} executables for {architecture} start; glibc {newest[0]}.{newest[1]} at most; "
        f"{min(sizes):,} to {max(sizes):,} bytes packed"
    )


if __name__ == "__main__":
    main()
