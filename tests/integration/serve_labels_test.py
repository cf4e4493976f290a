#!/usr/bin/env python3
"""Late labels and acknowledgements of a real server: remember, feedback, acks, duplicates, sources, min_lsn."""
import pathlib
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from server import Server, main, tensor  # noqa: E402


class LateLabels(unittest.TestCase):
    def test_remember_then_feedback(self):
        with Server("--model", "m=linear") as server:
            self.assertEqual(server.train("m", [[1, 1]], [2]).json["lsn"], 1)
            asked = server.infer("m", [[1, 1]], request_id="order-1", remember=True)
            self.assertEqual(asked.status, 200, asked.body)
            self.assertEqual(asked.json["parameters"],
                             {"model_lsn": 2, "prediction_id": "order-1", "duplicate": False})
            self.assertEqual(asked.json["id"], "order-1")
            reply = server.feedback("m", ("order-1", 2))
            self.assertEqual(reply.json, {"lsn": 3, "results": [{"id": "order-1", "status": "applied"}]})
            self.assertEqual(server.metrics("m")["events"], 2)
            self.assertNotEqual(server.infer("m", [[1, 1]], min_lsn=3).outputs["prediction"],
                                asked.outputs["prediction"])

    def test_the_first_label_wins(self):
        with Server("--model", "m=linear") as server:
            server.infer("m", [[1]], request_id="a", remember=True)
            self.assertEqual(server.statuses("m", ("a", 1), ("a", 2), ("b", 1)),
                             ["applied", "duplicate", "unknown_id"])
            after = server.infer("m", [[1]]).outputs
            self.assertEqual(server.statuses("m", ("a", 100)), ["duplicate"])
            self.assertEqual(server.infer("m", [[1]]).outputs, after)
            self.assertEqual(server.metrics("m")["events"], 1)
            refused = server.feedback("m", ("a", 3), overwrite=True)
            self.assertEqual(refused.status, 501)
            self.assertIn("first label", refused.error)

    def test_without_an_id_the_server_gives_one(self):
        with Server("--model", "m=linear") as server:
            ids = [server.infer("m", [[1]], remember=True).json["parameters"]["prediction_id"] for _ in range(2)]
            self.assertNotEqual(ids[0], ids[1])
            for one in ids:
                self.assertRegex(one, "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
            self.assertEqual(server.statuses("m", *((one, 1) for one in ids)), ["applied", "applied"])

    def test_the_same_id_again_is_the_remembered_prediction_for_the_same_row_and_refused_for_another(self):
        with Server("--model", "m=linear") as server:
            first = server.infer("m", [[1]], request_id="a", remember=True)
            server.train("m", [[1]], [5])
            again = server.infer("m", [[1]], request_id="a", remember=True)
            self.assertEqual(again.outputs, first.outputs)
            self.assertTrue(again.json["parameters"]["duplicate"])
            other = server.infer("m", [[2]], request_id="a", remember=True)
            self.assertEqual(other.status, 409)
            self.assertIn("id", other.error)
            self.assertEqual(server.statuses("m", ("a", 1)), ["applied"])
            self.assertEqual(server.infer("m", [[1]], request_id="a", remember=True).status, 409)

    def test_labels_of_classes(self):
        with Server("--model", "m=logistic") as server:
            server.train("m", [[1], [2]], ["no", "yes"], "BYTES")
            for name in ("a", "b"):
                server.infer("m", [[1]], request_id=name, remember=True)
            lsn = server.metrics("m")["lsn"]
            third = server.feedback("m", ("a", "perhaps"))
            self.assertEqual(third.status, 400, third.body)
            self.assertIn("perhaps", third.error)
            self.assertEqual(server.metrics("m")["lsn"], lsn)
            self.assertEqual(server.statuses("m", ("a", "yes"), ("b", "no")), ["applied", "applied"])
            self.assertEqual(server.metrics("m")["events"], 4)

    def test_labels_that_are_no_labels(self):
        with Server("--model", "m=linear") as server:
            server.infer("m", [[1]], request_id="a", remember=True)
            lsn = server.metrics("m")["lsn"]
            for body in ('{"labels":[]}', '{}', '{"labels":[{"id":"a"}]}', '{"labels":[{"target":1}]}',
                         '{"labels":[{"id":"a","target":"text"}]}', '{"labels":[{"id":"a","target":1e39}]}',
                         '{"labels":[{"id":"a","target":NaN}]}', '{"labels":[{"id":"","target":1}]}',
                         '{"labels":[{"id":"%s","target":1}]}' % ("x" * 65),
                         '{"labels":[{"id":"a","target":1,"weight":-1}]}', '{"labels":{"id":"a","target":1}}'):
                reply = server.post("/v2/models/m/feedback", body)
                self.assertEqual(reply.status, 400, (body, reply.body))
                self.assertTrue(reply.error)
            self.assertEqual(server.metrics("m")["lsn"], lsn)
            self.assertEqual(server.statuses("m", ("a", 1)), ["applied"])

    def test_only_one_row_can_be_remembered_at_a_time(self):
        with Server("--model", "m=linear") as server:
            reply = server.infer("m", [[1], [2]], remember=True)
            self.assertEqual(reply.status, 400)
            self.assertIn("one row", reply.error)

    def test_remembered_predictions_survive_kill_9(self):
        with Server("--model", "m=linear") as server:
            told = server.infer("m", [[1, 2]], request_id="a", remember=True).outputs
            server.infer("m", [[3, 4]], request_id="b", remember=True)
            server.statuses("m", ("b", 1))
            server.kill()
            server.start()
            again = server.infer("m", [[1, 2]], request_id="a", remember=True)
            self.assertEqual((again.outputs, again.json["parameters"]["duplicate"]), (told, True))
            self.assertEqual(server.statuses("m", ("a", 5), ("b", 1), ("c", 1)),
                             ["applied", "duplicate", "unknown_id"])
            self.assertEqual(server.metrics("m")["events"], 2)

    def test_a_remembered_prediction_ends_after_its_time(self):
        with Server("--model", "m=linear", "--ttl-s", "1") as server:
            server.infer("m", [[1]], request_id="a", remember=True)
            def expired():
                text = server.get("/metrics", port=server.metrics_port).body.decode()
                return 'freshet_feedback_expired_total{model="m"} 1' in text
            server.wait_until(expired, "the remembered prediction expires by itself")
            self.assertIn(server.statuses("m", ("a", 1))[0], ("expired", "unknown_id"))
            self.assertEqual(server.metrics("m")["events"], 0)


class Acknowledgements(unittest.TestCase):
    def test_queued_applied_durable(self):
        with Server("--model", "m=linear") as server:
            reply = server.train("m", [[1]], [1], ack="queued")
            self.assertEqual(reply.status, 202)
            self.assertEqual((reply.json["ack"], "loss" in reply.json), ("queued", False))
            for ack in ("applied", "durable"):
                reply = server.train("m", [[1]], [1], ack=ack)
                self.assertEqual((reply.status, reply.json["ack"], len(reply.json["loss"])), (200, ack, 1))
            lines = server.get("/metrics", port=server.metrics_port).body.decode().splitlines()
            durable = [line for line in lines if 'freshet_model_lsn{model="m",stage="durable"}' in line]
            self.assertGreaterEqual(float(durable[0].split()[1]), reply.json["lsn"])
            self.assertEqual(server.metrics("m")["events"], 3)

    def test_the_server_and_the_model_may_say_another_default(self):
        with Server("--model", "m=linear", "--ack", "durable") as server:
            self.assertEqual(server.train("m", [[1]], [1]).json["ack"], "durable")
            self.assertEqual(server.train("m", [[1]], [1], ack="applied").json["ack"], "applied")

    def test_queued_feedback_is_pending(self):
        with Server("--model", "m=linear") as server:
            server.infer("m", [[1]], request_id="a", remember=True)
            self.assertEqual(server.statuses("m", ("a", 1), ack="queued"), ["pending"])
            server.wait_until(lambda: server.metrics("m")["events"] == 1, "the queued label is learned")

    def test_a_duplicate_is_answered_with_the_first_lsn_and_learned_once(self):
        with Server("--model", "m=linear") as server:
            first = server.train("m", [[1]], [5], dedup_id="one").json
            self.assertEqual((first["lsn"], first["duplicate"]), (1, False))
            server.train("m", [[2]], [5])
            for ack in ("applied", "durable"):
                again = server.train("m", [[1]], [5], dedup_id="one", ack=ack)
                self.assertEqual((again.status, again.json["lsn"], again.json["duplicate"]), (200, 1, True))
            self.assertEqual(server.metrics("m")["events"], 2)
            server.kill()
            server.start()
            self.assertTrue(server.train("m", [[1]], [5], dedup_id="one").json["duplicate"])
            self.assertFalse(server.train("m", [[1]], [5], dedup_id="two").json["duplicate"])
            self.assertEqual(server.metrics("m")["events"], 3)

    def test_sources_go_on_where_they_were(self):
        def send(first, last, **more):
            rows = [[1]] * (last - first + 1)
            return server.train("m", rows, [1] * len(rows), source="s", first_offset=first, last_offset=last, **more)
        with Server("--model", "m=linear") as server:
            self.assertEqual(send(0, 9).json["accepted"], 10)
            again = send(0, 9).json
            self.assertTrue(again["duplicate"])
            for first, last in ((11, 12), (5, 12)):
                gap = send(first, last)
                self.assertEqual(gap.status, 409, gap.body)
                self.assertIn("10", gap.error)
            self.assertEqual(send(10, 10).json["accepted"], 1)
            self.assertEqual(send(0, 0, partition=1).json["accepted"], 1)
            server.kill()
            server.start()
            self.assertTrue(send(10, 10).json["duplicate"])
            self.assertEqual(send(12, 12).status, 409)
            self.assertEqual(send(11, 11).json["accepted"], 1)
            self.assertEqual(server.metrics("m")["events"], 13)

    def test_read_your_own_write(self):
        with Server("--model", "m=linear") as server:
            for k in range(1, 20):
                lsn = server.train("m", [[1]], [k], ack="queued") and k
                reply = server.infer("m", [[1]], min_lsn=lsn)
                self.assertEqual(reply.status, 200, reply.body)
                self.assertGreaterEqual(reply.json["parameters"]["model_lsn"], lsn)

    def test_a_position_that_never_comes_is_504_at_the_deadline(self):
        with Server("--model", "m=linear") as server:
            begin = time.monotonic()
            reply = server.infer("m", [[1]], min_lsn=10**6, timeout=200_000)
            self.assertEqual(reply.status, 504, reply.body)
            self.assertTrue(reply.error)
            self.assertGreaterEqual(time.monotonic() - begin, 0.15)
            self.assertEqual(server.infer("m", [[1]]).status, 200)

    def test_training_that_takes_longer_than_it_may_is_504_and_learned_all_the_same(self):
        with Server("--model", "m=oml_dummy(train_delay_s=1)") as server:
            reply = server.train("m", [[10]], timeout=200_000, dedup_id="a")
            self.assertEqual(reply.status, 504, reply.body)
            self.assertIn("timeout", reply.error)
            again = server.train("m", [[10]], dedup_id="a").json
            self.assertEqual((again["lsn"], again["duplicate"]), (1, True))
            self.assertEqual(server.infer("m", [[3.5]], min_lsn=1).outputs["prediction"]["data"], [105])

    def test_a_wait_does_not_hold_up_an_orderly_end(self):
        with Server("--model", "m=linear", "--exit-timeout", "2") as server:
            waiting = threading.Thread(target=self.quietly, args=(server,))
            waiting.start()
            time.sleep(0.3)
            begin = time.monotonic()
            self.assertEqual(server.end(), 0)
            self.assertLess(time.monotonic() - begin, 20)
            waiting.join(30)
            self.assertFalse(waiting.is_alive())

    @staticmethod
    def quietly(server):
        try:
            server.infer("m", [[1]], min_lsn=10**6)
        except OSError:
            pass


class NearestForm(unittest.TestCase):
    """Late labels of rows with names."""

    def test_a_row_with_names_is_remembered_with_its_names(self):
        with Server("--model", "m=one_hot | linear") as server:
            body = {"id": "a", "inputs": [tensor("json", ['{"town": "Bern", "age": 3}'], "BYTES")],
                    "parameters": {"remember": True}}
            self.assertEqual(server.post("/v2/models/m/infer", body).status, 200)
            server.kill()
            server.start()
            self.assertEqual(server.statuses("m", ("a", 4)), ["applied"])
            self.assertEqual(server.metrics("m")["features"], ["town", "age"])


if __name__ == "__main__":
    main()
