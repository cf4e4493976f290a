#!/usr/bin/env python3
"""kill -9 of the real server under load over HTTP: server_kill.py PROGRAM [--rounds N] [--seed 1] [--clients 4].
N is a fifth of FRESHET_KILLS, 10 where that isn't given.

Clients send rows with unique ids to the learner `counting`, with mixed acks, and send again (the same `dedup_id`) what
was not acknowledged when the server died. Whatever was acknowledged as applied or durable must be known as a duplicate
by every later server; in the end each client's rows are counted exactly once each, no LSN is missing, and a replay from
the start reproduces every checkpoint. What happens inside one process is kill_test.cc's.
"""
import http.client
import json
import random

from kill_loop import kill_under_load, options_of, replay

from server import Server, tensor  # noqa: I001 (on the path since kill_loop)

ACKS = ("queued", "applied", "durable")
CUT = (OSError, http.client.HTTPException)


class Client:
    """One key of the model; ids 0, 1, 2 ... each in one row."""

    def __init__(self, server, number, seed):
        self.server, self.key = server, f"client{number}"
        self.draw = random.Random(seed * 100 + number)
        self.sent = 0
        self.promised = []       # ids acknowledged as applied or durable
        self.open = []           # ids sent, nothing promised
        self.last_lsn = 0

    def send(self, number, ack, connection=None):
        """The reply's members, or nothing when the connection was cut."""
        body = {"inputs": [tensor("json", [json.dumps({self.key: f"id{number}"})], "BYTES")],
                "parameters": {"ack": ack, "dedup_id": f"{self.key}-{number}"}}
        try:
            reply = self.server.post("/v2/models/m/train", body, connection=connection)
        except CUT:
            return None
        assert reply.status in (200, 202), (reply.status, reply.body)
        return reply.json

    def run(self):
        """Sends until the server is killed."""
        connection = self.server.connect()
        while True:
            number, ack = self.sent, self.draw.choice(ACKS)
            self.sent += 1
            said = self.send(number, ack, connection)
            if said is None or ack == "queued":
                self.open.append(number)
            else:
                assert not said["duplicate"] and said["accepted"] == 1, said
                assert said["lsn"] > self.last_lsn, (said, self.last_lsn)
                self.last_lsn = said["lsn"]
                self.promised.append(number)
            if said is None:
                return

    def check_promises(self):
        """The newest promises, and some old ones, are known to this server."""
        some = self.promised[-10:] + self.draw.sample(self.promised, min(10, len(self.promised)))
        for number in some:
            said = self.send(number, "applied")
            assert said["duplicate"], f"{self.key}: id {number} was acknowledged and is lost"

    def settle(self):
        """What was not acknowledged is sent again; now all ids are promised."""
        for number in self.open:
            said = self.send(number, self.draw.choice(ACKS[1:]))
            assert said is not None
        self.promised += self.open
        self.open = []
        body = {"inputs": [tensor("json", [json.dumps({self.key: "id0"})], "BYTES")]}
        counted = self.server.post("/v2/models/m/infer", body).outputs["prediction"]["data"][0]
        assert counted == self.sent, f"{self.key}: {self.sent} rows were sent, {counted} are counted"


def kill_round(server, clients, draw):
    kill_under_load(server, clients, draw.uniform(0.02, 0.6))
    for client in clients:
        client.check_promises()
        client.settle()


def main():
    options = options_of(__doc__, kills_a_round=5, clients=4)
    draw = random.Random(options.seed)
    with Server("--model", "m=counting", "--keep-log") as server:
        clients = [Client(server, number, options.seed) for number in range(options.clients)]
        for done in range(options.rounds):
            kill_round(server, clients, draw)
            print(f"kill {done + 1}: {sum(client.sent for client in clients)} rows", flush=True)
        rows = sum(client.sent for client in clients)
        learned = server.metrics("m")["events"]
        assert learned == rows, f"{rows} rows were sent, {learned} learned"
        assert server.end() == 0, server.said()
        print(f"{options.rounds} kills, {rows} rows each learned once; replay: {replay(server.data_dir + '/m')}")


if __name__ == "__main__":
    main()
