#!/usr/bin/env python3
"""The pair of the online machine learning seed: nobody sees half an update, two trainings never interleave."""
import pathlib
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from server import WAIT_S, Server, main  # noqa: E402


class Pair(unittest.TestCase):
    def test_while_10_is_trained_every_inference_is_before_or_after(self):
        with Server("--model", "oml=oml_dummy(train_delay_s=2)") as server:
            self.assertEqual(server.post("/inference", "3.5").json, 10.5)
            answers, slowest, done = [], 0.0, []

            def teach():
                reply = server.post("/training", "10")
                done.append((reply.status, reply.body))

            training = threading.Thread(target=teach)
            training.start()
            connection = server.connect()
            for _ in range(50):
                begin = time.monotonic()
                reply = server.post("/inference", "3.5", connection=connection)
                slowest = max(slowest, time.monotonic() - begin)
                self.assertEqual(reply.status, 200)
                self.assertTrue(reply.headers["Freshet-Lsn"].isdigit())
                answers.append(reply.json)
                time.sleep(0.05)
            training.join(WAIT_S)
            connection.close()
            self.assertEqual(done, [(200, b"")])
            self.assertEqual(set(answers) - {10.5, 105}, set())
            self.assertEqual(answers, sorted(answers))
            self.assertIn(10.5, answers)
            self.assertLess(slowest, 1.9, "an inference waited for the training")
            self.assertEqual(server.post("/inference", "3.5").json, 105)

    def test_an_event_that_ends_three_starts_is_left_out(self):
        with Server("--model", "oml=oml_dummy(train_delay_s=1)") as server:
            body = {"inputs": [{"name": "x", "shape": [1, 1], "datatype": "FP32", "data": [10]}],
                    "parameters": {"ack": "queued"}}
            self.assertEqual(server.post("/v2/models/oml/train", body).status, 202)
            for _ in range(4):  # in the first life, then in three starts
                time.sleep(0.3)
                server.kill()
                server.start(settled=False)
            index = lambda: server.post("/v2/repository/index", {}).json[0]  # noqa: E731
            self.assertIn("3 starts running", server.wait_until(lambda: index()["reason"], "it is left out"))
            self.assertEqual(server.post("/inference", "3.5").json, 10.5)
            refused = server.post("/training", "10")
            self.assertEqual(refused.status, 503)
            self.assertIn("event 1 ended the process", refused.error)

    def test_two_trainings_never_interleave(self):
        with Server("--model", "oml=oml_dummy(train_delay_s=0.2)") as server:
            begin, replies = time.monotonic(), []
            callers = [threading.Thread(target=lambda x=x: replies.append(server.post("/training", str(x)).status))
                       for x in (2, 3, 5, 7)]
            for caller in callers:
                caller.start()
            seen = set()
            while any(caller.is_alive() for caller in callers):
                seen.add(server.post("/inference", "1").json)
            for caller in callers:
                caller.join(WAIT_S)
            self.assertEqual(replies, [200] * 4)
            self.assertGreaterEqual(time.monotonic() - begin, 0.8)
            self.assertEqual(server.post("/inference", "1").json, 3 * 2 * 3 * 5 * 7)
            for value in seen:  # each is 3 times a product of the numbers learned so far, never half of one
                product = value / 3
                self.assertEqual(product, int(product))
                self.assertEqual(210 % int(product), 0)
            self.assertEqual(server.get("/v2/models/oml").json["platform"], "freshet_oml_dummy")

    def test_what_is_no_number_changes_nothing(self):
        with Server("--model", "oml=oml_dummy") as server:
            for body in ("", "nonsense", '"text"', "null", "true", "NaN", "1e999", "[1,", "{}x", "[[1]]"):
                for path in ("/training", "/inference"):
                    reply = server.post(path, body)
                    self.assertEqual(reply.status, 400, (path, body, reply.body))
                    self.assertTrue(reply.error)
            self.assertEqual(server.get("/training").status, 405)
            self.assertEqual(server.post("/inference", "1").json, 3)

    def test_a_model_with_labels_takes_x_y_and_weight(self):
        with Server("--model", "m=linear") as server:
            self.assertEqual(server.post("/inference", "[1, 2]").json, 0)
            for _ in range(100):
                reply = server.post("/training", {"x": [1, 2], "y": 5})
                self.assertEqual((reply.status, reply.body), (200, b""))
            self.assertAlmostEqual(server.post("/inference", "[1, 2]").json, 5, 0)
            told = server.post("/inference", "[1, 2]").json
            self.assertEqual(server.post("/training", {"x": [1, 2], "y": 500, "weight": 0}).status, 200)
            self.assertEqual(server.post("/inference", "[1, 2]").json, told)
            for body in ('{"x":[1,2]}', '{"x":[1,2],"y":"text"}', '{"x":[1,2],"y":1,"weight":-1}', "7"):
                self.assertEqual(server.post("/training", body).status, 400, body)

    def test_classes_come_back_by_name(self):
        with Server("--model", "m=logistic") as server:
            for _ in range(50):
                self.assertEqual(server.post("/training", {"x": [1], "y": "up"}).status, 200)
                self.assertEqual(server.post("/training", {"x": [-1], "y": "down"}).status, 200)
            self.assertEqual(server.post("/inference", "[1]").json, "up")
            self.assertEqual(server.post("/inference", "[-1]").json, "down")


if __name__ == "__main__":
    main()
