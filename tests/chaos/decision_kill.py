#!/usr/bin/env python3
"""kill -9 of a server that decides, under load: decision_kill.py PROGRAM [--rounds N] [--seed 1] [--clients 3].
N is a tenth of FRESHET_KILLS, 5 where that isn't given.

Clients ask for actions under ids of their own and tell rewards some decisions later. A decision that was answered is
remembered by every later server, with the same action and probabilities, until its reward is told; a reward that was
acknowledged is never learned again; in the end every decision was learned exactly once, and a replay from the start
reproduces every checkpoint. Every third decision is deferred: its reward waits, across kills too, until it is activated.
"""
import http.client
import random

from kill_loop import kill_under_load, options_of, replay

from server import Server, tensor  # noqa: I001 (on the path since kill_loop)

CUT = (OSError, http.client.HTTPException)
SPEC = "m=hash(bits=10) | cb(model=vw(interactions=UA, bits=10), explore=squarecb)"
LATE = 4  # decisions between an answer and its reward


def is_deferred(name):
    return int(name.split("/")[1]) % 3 == 0


class Client:
    """Decisions number/0, number/1 ... of one user."""

    def __init__(self, server, number, seed):
        self.server, self.number = server, number
        self.draw = random.Random(seed * 100 + number)
        self.asked = 0
        self.told = {}        # id -> outputs: answered, no reward sent yet
        self.unanswered = []  # ids asked, the connection was cut
        self.unsure = []      # ids whose reward was sent, the connection was cut
        self.learned = []     # ids whose reward was acknowledged

    def ask(self, name, connection=None):
        """The outputs and whether they were told before; nothing when the connection was cut; 409 as False."""
        text = "\n".join([f"shared |U user{self.number}"] + [f"|A action{a}" for a in range(3)])
        body = {"id": name, "inputs": [tensor("text", [text], "BYTES")],
                "parameters": {"remember": True, "defer": is_deferred(name)}}
        try:
            reply = self.server.post("/v2/models/m/infer", body, connection=connection)
        except CUT:
            return None
        if reply.status == 409:
            return False
        assert reply.status == 200, (reply.status, reply.body)
        return reply.outputs, reply.json["parameters"]["duplicate"]

    def tell(self, call, body, connection):
        """The status of the one id; nothing when the connection was cut."""
        try:
            reply = self.server.post(f"/v2/models/m/{call}", body, connection=connection)
        except CUT:
            return None
        assert reply.status == 200, (reply.status, reply.body)
        return reply.json["results"][0]["status"]

    def reward(self, name, connection=None):
        """Tells the reward, and that the action was taken where that is to be told."""
        status = self.tell("feedback", {"labels": [{"id": name, "reward": len(name) % 2}]}, connection)
        if status is None or not is_deferred(name):
            return status
        assert status in ("pending", "duplicate"), (name, status)
        return self.tell("activate", {"ids": [name]}, connection)

    def run(self):
        """Decides until the server is killed."""
        connection = self.server.connect()
        while True:
            name = f"{self.number}/{self.asked}"
            self.asked += 1
            said = self.ask(name, connection)
            if said is None:
                self.unanswered.append(name)
                return
            self.told[name] = said[0]
            if len(self.told) <= LATE:
                continue
            oldest = next(iter(self.told))
            status = self.reward(oldest, connection)
            del self.told[oldest]
            if status is None:
                self.unsure.append(oldest)
                return
            assert status == "applied", (oldest, status)
            self.learned.append(oldest)

    def settle(self):
        """Nothing promised is lost; then all that was cut is brought to its end."""
        for name, outputs in self.told.items():
            again = self.ask(name)
            assert again and again == (outputs, True), f"{name} was answered {outputs}, now {again}"
        for name in self.unanswered:
            said = self.ask(name)
            assert said, f"{name}: its reward was never sent, {said}"
            self.told[name] = said[0]
        self.unanswered = []
        for name in self.unsure:
            assert self.reward(name) in ("applied", "duplicate"), name
            assert self.ask(name) is False, f"{name} was learned, and is taken again"
            self.learned.append(name)
        self.unsure = []
        for name in self.learned[-10:] + self.draw.sample(self.learned, min(10, len(self.learned))):
            assert self.reward(name) == "duplicate", f"{name}: its reward was acknowledged and is lost"

    def end(self):
        for name in self.told:
            assert self.reward(name) == "applied", name


def kill_round(server, clients, draw):
    def sometimes_checkpoint():
        if draw.random() < 0.5:
            server.post("/v2/models/m/checkpoint", "")

    kill_under_load(server, clients, draw.uniform(0.05, 0.6), sometimes_checkpoint)
    for client in clients:
        client.settle()


def main():
    options = options_of(__doc__, kills_a_round=10, clients=3)
    draw = random.Random(options.seed)
    with Server("--model", SPEC, "--keep-log") as server:
        clients = [Client(server, number, options.seed) for number in range(options.clients)]
        for done in range(options.rounds):
            kill_round(server, clients, draw)
            print(f"kill {done + 1}: {sum(client.asked for client in clients)} decisions", flush=True)
        for client in clients:
            client.end()
        asked, learned = sum(client.asked for client in clients), server.metrics("m")["events"]
        assert learned == asked, f"{asked} decisions were made, {learned} learned"
        assert server.end() == 0, server.said()
        print(f"{options.rounds} kills, {asked} decisions each learned once; replay: {replay(server.data_dir + '/m')}")


if __name__ == "__main__":
    main()
