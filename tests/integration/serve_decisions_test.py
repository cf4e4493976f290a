#!/usr/bin/env python3
"""Decisions of a real server: an action drawn and remembered, its cost by feedback, logged ones by train; kills between."""
import json
import pathlib
import random
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import server as support  # noqa: E402
from server import Server, main, tensor  # noqa: E402

ACTIONS = ("news", "sport", "music")
SPEC = "m=hash(bits=12) | cb(model=vw(interactions=UA, bits=12), epsilon=0.2)"
LIKES = {"ann": "news", "bob": "music"}


def scene(user, chosen=None, cost=0, probability=1 / 3):
    lines = [f"shared |U {user}"]
    lines += [(f"0:{cost}:{probability} " if a == chosen else "") + f"|A {a}" for a in ACTIONS]
    return "\n".join(lines)


def ask(server, *scenes, request_id=None, **parameters):
    body = {"inputs": [tensor("text", list(scenes), "BYTES")], "parameters": parameters}
    if request_id is not None:
        body["id"] = request_id
    return server.post("/v2/models/m/infer", body)


def teach(server, *scenes, **parameters):
    return server.post("/v2/models/m/train", {"inputs": [tensor("text", list(scenes), "BYTES")], "parameters": parameters})


def reward(server, name, number):
    reply = server.post("/v2/models/m/feedback", {"labels": [{"id": name, "reward": number}]})
    assert reply.status == 200, reply.body
    return reply.json["results"][0]["status"]


def activate(server, *names):
    reply = server.post("/v2/models/m/activate", {"ids": list(names)})
    assert reply.status == 200, reply.body
    assert [one["id"] for one in reply.json["results"]] == list(names)
    return [one["status"] for one in reply.json["results"]]


def data(reply, name):
    return reply.outputs[name]["data"]


def settled(server):
    """The scores, of which a copy is shown ten times a second: when they no longer change."""
    def same_twice():
        scores = server.metrics("m")["metrics"]
        time.sleep(.5)
        return server.metrics("m")["metrics"] == scores and scores
    return server.wait_until(same_twice, "the scores settle")


class Decisions(unittest.TestCase):
    def test_the_action_drawn_is_learned_from_its_reward(self):
        draws = random.Random(1)
        with Server("--model", SPEC) as server:
            hits = []
            for k in range(400):
                user = draws.choice(sorted(LIKES))
                reply = ask(server, scene(user), request_id=f"d{k}", remember=True)
                self.assertEqual(reply.status, 200, reply.body)
                [action], [probability] = data(reply, "action"), data(reply, "probability")
                probabilities = data(reply, "probabilities")
                self.assertEqual(probabilities[action], probability)
                self.assertAlmostEqual(sum(probabilities), 1, places=5)
                self.assertEqual(reply.json["parameters"]["prediction_id"], f"d{k}")
                hits.append(ACTIONS[action] == LIKES[user])
                self.assertEqual(reward(server, f"d{k}", int(hits[-1])), "applied")
            self.assertGreater(sum(hits[-200:]), 130)  # at random: 67
            self.assertEqual(reward(server, "d7", 1), "duplicate")
            self.assertEqual(reward(server, "nobody", 1), "unknown_id")
            metrics = server.metrics("m")
            self.assertEqual(metrics["events"], 400)
            self.assertEqual((metrics["task"], metrics["main"], metrics["baseline"]), ("decision", "ips", None))
            self.assertLess(metrics["metrics"]["ips"]["window"], -.5)

    def test_the_same_id_draws_the_same_and_ids_draw_by_the_probabilities(self):
        with Server("--model", SPEC) as server:
            first = data(ask(server, scene("ann"), request_id="x"), "action")
            for _ in range(3):
                self.assertEqual(data(ask(server, scene("ann"), request_id="x"), "action"), first)
            counts = [0, 0, 0]
            for k in range(10):
                for action in data(ask(server, *[scene("ann")] * 60, request_id=f"y{k}"), "action"):
                    counts[action] += 1
            self.assertGreater(min(counts), 150)  # a third of 600 each
            kept = ask(server, scene("bob"), request_id="z", remember=True)
            self.assertEqual(teach(server, scene("bob", "music", -1)).status, 200)
            again = ask(server, scene("bob"), request_id="z", remember=True)
            self.assertEqual(again.outputs, kept.outputs)
            self.assertTrue(again.json["parameters"]["duplicate"])
            self.assertEqual(ask(server, scene("ann"), request_id="z", remember=True).status, 409)

    def test_decisions_of_another_log_are_taught(self):
        with Server("--model", SPEC) as server:
            scenes = [scene(user, a, -int(LIKES[user] == a)) for user in LIKES for a in ACTIONS] * 30
            reply = teach(server, *scenes)
            self.assertEqual((reply.status, reply.json["accepted"], len(reply.json["loss"])), (200, 180, 180))
            two = ask(server, scene("ann"), "shared |U bob\n|A music\n|A news", min_lsn=1)
            rows = data(two, "probabilities")
            self.assertEqual(two.outputs["probabilities"]["shape"], [2, 3])
            self.assertGreater(rows[0], .8)
            self.assertEqual([rows[3] > .8, rows[5]], [True, 0])  # bob's two actions, and none behind them
            self.assertEqual(server.get("/v2/models/m").json["inputs"][0]["name"], "text")

    def test_a_deferred_decision_counts_once_it_is_activated_also_across_kills(self):
        with Server("--model", SPEC, "--model", "row=linear", "--keep-log") as server:
            for k in range(4):
                self.assertEqual(ask(server, scene("ann"), request_id=f"d{k}", remember=True, defer=True).status, 200)
            self.assertEqual(reward(server, "d0", 1), "pending")
            self.assertEqual(reward(server, "d1", 1), "pending")
            self.assertEqual(server.metrics("m")["events"], 0)
            self.assertEqual(activate(server, "d0", "d2", "d2", "nobody"), ["applied", "applied", "duplicate", "unknown_id"])
            server.kill()
            server.start()
            self.assertEqual(server.metrics("m")["events"], 1)
            self.assertEqual(reward(server, "d2", 1), "applied")
            server.post("/v2/models/m/checkpoint", "")
            server.kill()
            server.start()
            self.assertEqual(activate(server, "d0", "d1"), ["duplicate", "applied"])
            self.assertEqual(reward(server, "d1", 1), "duplicate")
            server.wait_until(lambda: server.metrics("m")["events"] == 3, "three count")
            for wrong in ({"ids": []}, {"ids": [""]}, {"ids": "d3"}, {"ids": [3]}, {}, {"ids": ["x" * 65]}):
                self.assertEqual(server.post("/v2/models/m/activate", wrong).status, 400, wrong)
            self.assertEqual(server.post("/v2/models/row/activate", {"ids": ["d3"]}).status, 400)
            self.assertEqual(ask(server, scene("ann"), defer=True).status, 400)
            self.assertEqual(server.get("/v2/models/m/activate").status, 405)
            server.post("/v2/models/m/checkpoint", "")
            server.end()
            done = subprocess.run([support.PROGRAM, "replay", f"{server.data_dir}/m", "--verify", "--json"],
                                  capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertGreaterEqual(json.loads(done.stdout)["verified"], 2)

    def test_what_is_no_decision_is_refused_with_the_place(self):
        with Server("--model", SPEC) as server:
            for scenes, said in ((["shared |U a"], "row 0: line 1"), (["|A a\n\n|A b"], "one decision"), ([""], "one decision"),
                                 (["|A a", "|A b:1b"], "row 1"), (["|A a:1e99"], "column"), (["0:1:2 |A a"], "probability")):
                reply = ask(server, *scenes)
                self.assertEqual(reply.status, 400, (scenes, reply.body))
                self.assertIn(said, reply.error)
            self.assertEqual(server.infer("m", [[1, 2]]).status, 400)
            self.assertEqual(ask(server, scene("a"), scene("b"), remember=True).status, 400)
            self.assertEqual(ask(server, scene("a"), contributions=True).status, 501)
            self.assertIn("0:cost:probability", teach(server, scene("a", "news"), scene("b")).error)
            self.assertEqual(server.train("m", [[1]], [1]).status, 400)
            ask(server, scene("a"), request_id="r", remember=True)
            for label in ({"id": "r", "target": "text"}, {"id": "r", "reward": 1, "weight": 2}):
                self.assertEqual(server.post("/v2/models/m/feedback", {"labels": [label]}).status, 400)
            self.assertEqual(server.metrics("m")["events"], 0)
            self.assertEqual(reward(server, "r", 1), "applied")

    def test_kill_9_loses_no_decision_and_replay_reproduces_every_checkpoint(self):
        draws = random.Random(2)
        with Server("--model", SPEC, "--keep-log") as server:
            told, waiting = {}, []
            for life in range(4):
                for k in range(60):
                    name = f"{life}/{k}"
                    reply = ask(server, scene(draws.choice(sorted(LIKES))), request_id=name, remember=True)
                    told[name] = reply.outputs
                    waiting.append(name)
                    if len(waiting) > 25:
                        self.assertEqual(reward(server, waiting.pop(0), draws.random()), "applied")
                    if k % 20 == 13:
                        server.post("/v2/models/m/checkpoint", "")
                server.kill()
                server.start()
            for name in waiting:
                self.assertEqual(reward(server, name, 1), "applied")
            self.assertEqual({reward(server, name, 1) for name in told}, {"duplicate"})
            before = settled(server)
            probabilities = ask(server, scene("ann"), min_lsn=server.metrics("m")["lsn"]).outputs["probabilities"]
            server.post("/v2/models/m/checkpoint", "")
            server.kill()
            server.start()
            self.assertEqual(ask(server, scene("ann")).outputs["probabilities"], probabilities)
            self.assertEqual(server.metrics("m")["metrics"], before)
            server.end()
            done = subprocess.run([support.PROGRAM, "replay", f"{server.data_dir}/m", "--verify", "--json"],
                                  capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertGreaterEqual(json.loads(done.stdout)["verified"], 8)

    def test_silence_has_its_reward_and_the_limits_of_the_first_start_hold(self):
        limits = ("--ttl-s", "100", "--reward-wait-s", "1", "--default-reward", "-2", "--keep-log")
        with Server("--model", SPEC, *limits) as server:
            for k in range(4):
                ask(server, scene("ann"), request_id=f"d{k}", remember=True)
            self.assertEqual(reward(server, "d0", 1), "applied")
            server.wait_until(lambda: server.metrics("m")["events"] == 4, "silence is learned by itself")
            self.assertEqual(reward(server, "d1", 1), "expired")
            self.assertEqual(reward(server, "d0", 1), "duplicate")
            server.end()
            folder = f"{server.data_dir}/m"
            done = subprocess.run([support.PROGRAM, "replay", folder, "--verify"], capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            server.arguments = [{"100": "50", "1": "7"}.get(a, a) for a in server.arguments]
            server.start()
            self.assertIn("keeps the limits of its first start: ttl_s 100", server.said())
            ask(server, scene("ann"), request_id="e", remember=True)
            server.wait_until(lambda: server.metrics("m")["events"] == 5, "silence is learned as ever")
            server.end()
            done = subprocess.run([support.PROGRAM, "replay", folder, "--verify"], capture_output=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
        for wrong in (("--reward-wait-s", "100", "--ttl-s", "10"), ("--default-reward", "much")):
            status, said = support.run_serve("--model", SPEC, *wrong, "--http", "127.0.0.1:0")
            self.assertEqual(status, 2, said)

    def test_a_model_file_is_served_unless_its_text_was_hashed_otherwise(self):
        with Server("--model", SPEC) as server:
            folder = pathlib.Path(server.data_dir)
            text = folder / "d.vw"
            text.write_text("\n\n".join(scene("ann", a, -int(a == "news")) for a in ACTIONS * 20) + "\n")
            for name, options in (("plain", ()), ("all", ("--hash", "all"))):
                subprocess.run([support.PROGRAM, "train", "cb", "-d", text, "-f", folder / f"{name}.frsh", "-q", *options],
                               check=True, capture_output=True)
            with Server("--model", f"m={folder}/plain.frsh") as other:
                self.assertGreater(data(ask(other, scene("ann")), "probabilities")[0], .9)
            status, said = support.run_serve("--model", f"m={folder}/all.frsh", "--http", "127.0.0.1:0", "--metrics",
                                             "127.0.0.1:0", "--data-dir", str(folder / "other"))
            self.assertEqual(status, 2, said)
            self.assertIn("--hash", said)


if __name__ == "__main__":
    main()
