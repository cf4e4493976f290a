"""A real `freshet serve` for tests: started on free ports, asked over HTTP, ended or killed.

    with Server("--model", "m=scale | linear") as server:
        reply = server.train("m", [[1, 2]], [3])
        assert reply.status == 200 and reply.json["lsn"] == 1

Every wait has an end. A test file takes the program as its first argument; `python3 FILE PROGRAM [unittest's own]`.
"""
import dataclasses
import http.client
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

PROGRAM = os.environ.get("FRESHET_PROGRAM", "")
WAIT_S = 60  # for anything that should take milliseconds; test machines are busy


def main():
    """unittest.main, with the program as the first argument."""
    global PROGRAM  # pylint: disable=global-statement
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        PROGRAM = str(pathlib.Path(sys.argv.pop(1)).resolve())
    if not os.access(PROGRAM, os.X_OK):
        sys.exit(f"usage: python3 {sys.argv[0]} PROGRAM; \"{PROGRAM}\" is no program")
    unittest.main(verbosity=2)


@dataclasses.dataclass
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """The text of a refusal, whose body has that one member."""
        said = self.json
        assert self.status >= 400 and list(said) == ["error"], (self.status, said)
        assert self.headers["Content-Type"] == "application/json", self.headers
        return said["error"]

    @property
    def outputs(self):
        """Of an infer reply: name -> its tensor."""
        assert self.status == 200, (self.status, self.body)
        return {tensor["name"]: tensor for tensor in self.json["outputs"]}


def tensor(name, data, datatype="FP32", shape=None, **parameters):
    """A tensor of the protocol; its shape is that of the nested data."""
    if shape is None:
        shape, inner = [], data
        while isinstance(inner, list):
            shape.append(len(inner))
            inner = inner[0] if inner else None
    made = {"name": name, "shape": shape, "datatype": datatype, "data": data}
    return {**made, "parameters": parameters} if parameters else made


class Server:
    """One process; its data folder is its own and goes with it unless one is given."""

    def __init__(self, *arguments, data_dir=None, http_at="127.0.0.1:0", metrics="127.0.0.1:0", preexec=None):
        self.own_dir = None if data_dir else tempfile.mkdtemp(prefix="freshet-serve-")
        self.data_dir = str(data_dir or self.own_dir)
        self.arguments = [*arguments, "--data-dir", self.data_dir, "--http", http_at, "--metrics", metrics, "--json"]
        self.preexec = preexec
        self.process = None
        self.start()

    def start(self, settled=True):
        """Starts it (again) and waits until its doors are open; settled: and until it has learned all that its log holds."""
        if self.process is not None:
            self.errors.close()
        self.errors = tempfile.TemporaryFile()  # pylint: disable=consider-using-with
        self.process = subprocess.Popen([PROGRAM, "serve", *self.arguments], stdout=subprocess.PIPE,
                                        stderr=self.errors, stdin=subprocess.DEVNULL, preexec_fn=self.preexec)
        line = self._first_line()
        if not line:
            raise AssertionError(f"serve ended with {self.process.wait(WAIT_S)} before it was ready: {self.said()}")
        self.greeting = json.loads(line)
        url = urllib.parse.urlsplit(self.greeting["http"])
        self.host, self.port = url.hostname, url.port
        if self.host == "0.0.0.0":
            self.host = "127.0.0.1"
        metrics = self.greeting.get("metrics")
        self.metrics_port = urllib.parse.urlsplit(metrics).port if metrics else None
        if settled and self.metrics_port:
            self.wait_until(self._is_settled, "what the log holds is learned")
        return self

    def _is_settled(self):
        lines = self.get("/metrics", port=self.metrics_port).body.decode().splitlines()
        return all(line.endswith(" 0") for line in lines if line.startswith("freshet_train_queue_length{"))

    def _first_line(self):
        line, until = b"", time.monotonic() + WAIT_S
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                self.kill()
                raise AssertionError(f"serve was not ready after {WAIT_S} s: {self.said()}")
            byte = os.read(self.process.stdout.fileno(), 1)
            if not byte:
                return b""
            line += byte
        return line

    def said(self):
        """All of its standard error so far."""
        self.errors.seek(0)
        return self.errors.read().decode()

    def end(self, with_signal=signal.SIGTERM):
        """Ends it as a user would; returns the exit status."""
        self.process.send_signal(with_signal)
        try:
            return self.process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(WAIT_S)
            raise
        finally:
            self.process.stdout.close()

    def kill(self):
        """kill -9."""
        self.process.kill()
        self.process.wait(WAIT_S)
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            if self.process.poll() is None:
                self.kill()
        finally:
            self.errors.close()
            if self.own_dir:
                shutil.rmtree(self.own_dir, ignore_errors=True)

    # ---- calls

    def connect(self, port=None, timeout=WAIT_S):
        return http.client.HTTPConnection(self.host, port or self.port, timeout=timeout)

    def call(self, method, path, body=None, headers=None, port=None, connection=None):
        """One request; `body`: bytes or text as they are, anything else as JSON, said to be a form as curl -d does."""
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        sent = {} if body is None else {"Content-Type": "application/x-www-form-urlencoded"}
        to = connection or self.connect(port)
        try:
            to.request(method, path, body, {**sent, **(headers or {})})
            answer = to.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            if connection is None:
                to.close()

    def get(self, path, **how):
        return self.call("GET", path, **how)

    def post(self, path, body, **how):
        return self.call("POST", path, body, **how)

    def train(self, model, rows, targets=None, target_type="FP32", connection=None, **parameters):
        """Rows of numbers as `x`."""
        body = {"inputs": [tensor("x", rows)]}
        if targets is not None:
            body["targets"] = [tensor("y", targets, target_type)]
        if parameters:
            body["parameters"] = parameters
        return self.post(f"/v2/models/{model}/train", body, connection=connection)

    def infer(self, model, rows, request_id=None, connection=None, **parameters):
        body = {"inputs": [tensor("x", rows)]}
        if request_id is not None:
            body["id"] = request_id
        if parameters:
            body["parameters"] = parameters
        return self.post(f"/v2/models/{model}/infer", body, connection=connection)

    def feedback(self, model, *labels, **parameters):
        """labels: (id, target)."""
        body = {"labels": [{"id": name, "target": target} for name, target in labels]}
        if parameters:
            body["parameters"] = parameters
        return self.post(f"/v2/models/{model}/feedback", body)

    def statuses(self, model, *labels, **parameters):
        """What became of each label."""
        reply = self.feedback(model, *labels, **parameters)
        assert reply.status == 200, (reply.status, reply.body)
        return [result["status"] for result in reply.json["results"]]

    def metrics(self, model):
        return self.get(f"/v2/models/{model}/metrics").json

    def wait_until(self, true, what, within_s=WAIT_S):
        until = time.monotonic() + within_s
        while True:
            found = true()
            if found:
                return found
            if time.monotonic() > until:
                raise AssertionError(f"not within {within_s} s: {what}; {self.said()}")
            time.sleep(0.02)


def run_serve(*arguments, timeout=WAIT_S):
    """A start that is expected to fail: (exit status, standard error)."""
    done = subprocess.run([PROGRAM, "serve", *arguments], capture_output=True, timeout=timeout, check=False)
    return done.returncode, done.stderr.decode()
