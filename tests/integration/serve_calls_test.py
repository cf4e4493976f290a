#!/usr/bin/env python3
"""Calls of a real server, member by member: health, metadata, infer, train, their input forms and their refusals."""
import json
import pathlib
import struct
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from server import Server, main, tensor  # noqa: E402


class Calls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--model", "price=scale | linear", "--model", "risk=scale | logistic",
                            "--model", "kind=softmax", "--model", "words=hash(bits=10) | logistic(bits=10)",
                            "--model", "empty=linear", "--model", "plain=linear")
        cls.server.train("price", [[1, 2], [2, 3]], [3, 5])
        cls.server.train("risk", [[1, 0], [0, 1]], ["good", "bad"], "BYTES")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def refused(self, reply, status, *words):
        self.assertEqual(reply.status, status, reply.body)
        for word in words:
            self.assertIn(word, reply.error)

    # ---- health and metadata

    def test_health(self):
        for path in ("/v2/health/live", "/v2/health/ready", "/v2/health/ready?for=train"):
            reply = self.server.get(path)
            self.assertEqual((reply.status, reply.json), (200, {"live": True, "ready": True}))
            self.assertEqual(reply.headers["Content-Type"], "application/json")

    def test_server_metadata(self):
        said = self.server.get("/v2").json
        self.assertEqual(said["name"], "freshet")
        self.assertEqual(said["extensions"], ["binary_tensor_data", "parameters", "freshet_train"])
        self.assertRegex(said["version"], r"^\d+\.\d+\.\d+")

    def test_model_metadata_of_a_regression(self):
        said = self.server.get("/v2/models/price").json
        self.assertEqual(said["name"], "price")
        self.assertEqual(said["platform"], "freshet_linear")
        self.assertEqual(len(said["versions"]), 1)
        self.assertIn({"name": "x", "datatype": "FP32", "shape": [-1, 2]}, said["inputs"])
        self.assertIn({"name": "json", "datatype": "BYTES", "shape": [-1]}, said["inputs"])
        self.assertEqual(said["outputs"], [{"name": "prediction", "datatype": "FP32", "shape": [-1]}])

    def test_model_metadata_of_classes(self):
        self.assertEqual(self.server.get("/v2/models/risk").json["outputs"],
                         [{"name": "label", "datatype": "BYTES", "shape": [-1]},
                          {"name": "probability", "datatype": "FP32", "shape": [-1, 2]}])

    def test_model_config(self):
        said = self.server.get("/v2/models/price/config").json
        self.assertEqual((said["name"], said["platform"], said["backend"], said["max_batch_size"]),
                         ("price", "freshet_linear", "freshet", 0))
        self.assertIn({"name": "x", "data_type": "TYPE_FP32", "dims": [-1, 2]}, said["input"])
        self.assertEqual(said["output"], [{"name": "prediction", "data_type": "TYPE_FP32", "dims": [-1]}])

    def test_model_ready(self):
        reply = self.server.get("/v2/models/price/ready")
        self.assertEqual((reply.status, reply.json), (200, {"name": "price", "ready": True}))

    def test_index_lists_every_model_as_it_was_named(self):
        for body in ("", "{}", {"ready": True}):
            said = self.server.post("/v2/repository/index", body).json
            self.assertEqual(sorted(entry["name"] for entry in said),
                             ["empty", "kind", "plain", "price", "risk", "words"])
            for entry in said:
                self.assertEqual(sorted(entry), ["name", "reason", "state", "version"])
                self.assertEqual((entry["state"], entry["reason"]), ("READY", ""))
                self.assertTrue(entry["version"].isdigit())

    # ---- infer, train, infer changed

    def test_a_prediction_a_training_call_and_a_prediction_that_changed(self):
        with Server("--model", "try=scale | linear") as server:
            before = server.infer("try", [[1, 2]])
            self.assertEqual(before.json, {
                "model_name": "try", "model_version": "0", "parameters": {"model_lsn": 0, "staleness_us": 0},
                "outputs": [{"name": "prediction", "datatype": "FP32", "shape": [1], "data": [0]}]})
            trained = server.train("try", [[1, 2]], [3])
            self.assertEqual(trained.status, 200)
            self.assertEqual(trained.json, {"model_name": "try", "model_version": "1", "accepted": 1, "skipped": 0,
                                            "lsn": 1, "ack": "applied", "duplicate": False, "loss": [9]})
            after = server.infer("try", [[1, 2]], request_id="a", min_lsn=1)
            self.assertEqual((after.json["id"], after.json["model_version"], after.json["parameters"]["model_lsn"]),
                             ("a", "1", 1))
            self.assertNotEqual(after.outputs["prediction"]["data"], [0])

    def test_a_binary_classifier_answers_label_and_two_columns(self):
        out = self.server.infer("risk", [[1, 0], [0, 1], [0.5, 0.5]]).outputs
        self.assertEqual((out["label"]["datatype"], out["label"]["shape"]), ("BYTES", [3]))
        self.assertEqual(out["probability"]["shape"], [3, 2])
        p = out["probability"]["data"]
        self.assertEqual(len(p), 6)
        for row in range(3):
            self.assertAlmostEqual(p[2 * row] + p[2 * row + 1], 1, 6)
            best = ["good", "bad"][p[2 * row + 1] > 0.5]
            self.assertEqual(out["label"]["data"][row], best)

    def test_classes_that_are_numbers_come_back_as_numbers(self):
        with Server("--model", "m=logistic") as server:
            self.assertEqual(server.train("m", [[1], [-1]], [1, 0], "INT64").status, 200)
            self.assertEqual(server.train("m", [[1], [-1]], [True, False], "BOOL").status, 200)
            out = server.infer("m", [[2]]).outputs
            self.assertEqual((out["label"]["datatype"], out["label"]["data"]), ("INT64", [1]))
            self.assertEqual(server.get("/v2/models/m").json["outputs"][0]["datatype"], "INT64")

    def test_many_classes(self):
        for _ in range(20):
            self.server.train("kind", [[1, 0, 0], [0, 1, 0], [0, 0, 1]], ["a", "b", "c"], "BYTES")
        out = self.server.infer("kind", [[1, 0, 0], [0, 1, 0], [0, 0, 1]]).outputs
        self.assertEqual(out["label"]["data"], ["a", "b", "c"])
        self.assertEqual(out["probability"]["shape"], [3, 3])
        self.assertAlmostEqual(sum(out["probability"]["data"]), 3, 5)

    def test_only_the_outputs_asked_for(self):
        body = {"inputs": [tensor("x", [[1, 0]])], "outputs": [{"name": "probability"}]}
        reply = self.server.post("/v2/models/risk/infer", body)
        self.assertEqual(list(reply.outputs), ["probability"])
        body["outputs"] = [{"name": "score"}]
        self.refused(self.server.post("/v2/models/risk/infer", body), 400, "score", "label, probability")

    def test_contributions_add_up_to_the_prediction(self):
        out = self.server.infer("price", [[4, 5], [1, 1]], contributions=True).outputs
        parts, bias = out["contribution"], out["bias"]
        self.assertEqual((parts["shape"], bias["shape"]), ([2, 2], [2]))
        for row in range(2):
            whole = sum(parts["data"][2 * row:2 * row + 2]) + bias["data"][row]
            self.assertAlmostEqual(whole, out["prediction"]["data"][row], 4)

    def test_a_learner_without_contributions_says_501(self):
        with Server("--model", "m=naive_bayes") as server:
            server.train("m", [[1], [2]], ["a", "b"], "BYTES")
            self.refused(server.infer("m", [[1]], contributions=True), 501)

    def test_predict_train_answers_with_the_prediction_made_first(self):
        said = self.server.infer("price", [[7, 8]]).outputs["prediction"]["data"]
        body = {"inputs": [tensor("x", [[7, 8]])], "targets": [tensor("y", [9])]}
        reply = self.server.post("/v2/models/price/predict_train", body)
        self.assertEqual(reply.outputs["prediction"]["data"], said)
        self.assertAlmostEqual(reply.json["loss"][0], (9 - said[0]) ** 2, 3)

    def test_weights(self):
        body = {"inputs": [tensor("x", [[1, 1]])], "targets": [tensor("y", [100])], "weights": tensor("w", [0])}
        with Server("--model", "m=linear") as server:
            self.assertEqual(server.post("/v2/models/m/train", body).status, 200)
            self.assertEqual(server.infer("m", [[1, 1]]).outputs["prediction"]["data"], [0])
            body["weights"] = tensor("w", [1, 2])
            self.refused(server.post("/v2/models/m/train", body), 400, "weights")
            body["weights"] = tensor("w", [-1])
            self.refused(server.post("/v2/models/m/train", body), 400, "weight")

    # ---- input forms

    def test_x_of_every_number_type(self):
        wanted = self.server.infer("price", [[1, 0]]).outputs["prediction"]["data"]
        for datatype in ("UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP32", "FP64",
                         "BOOL"):
            values = [[True, False]] if datatype == "BOOL" else [[1, 0]]
            reply = self.server.post("/v2/models/price/infer", {"inputs": [tensor("x", values, datatype)]})
            self.assertEqual(reply.outputs["prediction"]["data"], wanted, datatype)

    def test_flat_data_is_the_same_as_nested(self):
        nested = self.server.infer("price", [[1, 2], [3, 4]]).outputs
        flat = self.server.post("/v2/models/price/infer",
                                {"inputs": [tensor("x", [1, 2, 3, 4], shape=[2, 2])]}).outputs
        self.assertEqual(flat, nested)

    def test_rows_with_names(self):
        with Server("--model", "m=scale | linear") as server:
            for _ in range(30):
                rows = [json.dumps({"age": 30, "rooms": 2, "y": 10}), json.dumps({"age": 10, "rooms": 4, "y": 50})]
                reply = server.post("/v2/models/m/train", {"inputs": [tensor("json", rows, "BYTES")]})
                self.assertEqual((reply.status, reply.json["accepted"]), (200, 2), reply.body)
            ask = {"inputs": [tensor("json", ['{"rooms": 4, "age": 10, "unheard": 1}'], "BYTES")]}
            old = server.post("/v2/models/m/infer", ask).outputs["prediction"]["data"][0]
            ask = {"inputs": [tensor("json", ['{"rooms": 2, "age": 30}'], "BYTES")]}
            self.assertGreater(old, server.post("/v2/models/m/infer", ask).outputs["prediction"]["data"][0])
            self.assertEqual(server.metrics("m")["features"], ["age", "rooms"])
            # By place too: its columns are those of the names, as they came.
            self.assertEqual(server.infer("m", [[10, 4]]).outputs["prediction"]["data"], [old])

    def test_text_values_are_nominal(self):
        with Server("--model", "m=one_hot | linear") as server:
            for _ in range(50):
                rows = ['{"town": "Bern", "y": 1}', '{"town": "Rome", "y": 5}']
                reply = server.post("/v2/models/m/train", {"inputs": [tensor("json", rows, "BYTES")]})
                self.assertEqual(reply.json["skipped"], 0, reply.body)
            ask = [server.post("/v2/models/m/infer", {"inputs": [tensor("json", [json.dumps({"town": t})], "BYTES")]})
                   .outputs["prediction"]["data"][0] for t in ("Bern", "Rome")]
            self.assertLess(ask[0], ask[1])

    def test_sparse_lines(self):
        body = {"inputs": [tensor("text", ["1 | 0:1 7:2", "-1 | 3:1"], "BYTES")]}
        reply = self.server.post("/v2/models/words/train", body)
        self.assertEqual((reply.status, reply.json["accepted"]), (200, 2), reply.body)
        out = self.server.post("/v2/models/words/infer", {"inputs": [tensor("text", ["| 0:1 7:2"], "BYTES")]}).outputs
        self.assertEqual(len(out["probability"]["data"]), 2)
        self.refused(self.server.post("/v2/models/words/train", {"inputs": [tensor("text", ["1 | 0:1x"], "BYTES")]}),
                     400, "text: row 0", "number")

    def test_compressed_rows_are_the_same_as_lines(self):
        lines = {"inputs": [tensor("text", ["| 0:1 7:2", "| 3:1"], "BYTES")]}
        rows = {"inputs": [tensor("indices", [0, 7, 3], "UINT64"), tensor("values", [1, 2, 1]),
                           tensor("offsets", [0, 2, 3], "INT64")]}
        self.assertEqual(self.server.post("/v2/models/words/infer", rows).outputs,
                         self.server.post("/v2/models/words/infer", lines).outputs)
        trained = self.server.post("/v2/models/words/train", {**rows, "targets": [tensor("y", [1, -1])]})
        self.assertEqual((trained.status, trained.json["accepted"]), (200, 2), trained.body)
        rows["inputs"][2] = tensor("offsets", [0, 2, 4], "INT64")
        self.refused(self.server.post("/v2/models/words/infer", rows), 400, "offsets")
        rows["inputs"].pop()
        self.refused(self.server.post("/v2/models/words/infer", rows), 400, "offsets")

    def test_binary_tensors_in_and_out(self):
        wanted = self.server.infer("price", [[1, 2], [3, 4]]).outputs["prediction"]["data"]
        head = json.dumps({"inputs": [{"name": "x", "shape": [2, 2], "datatype": "FP32",
                                       "parameters": {"binary_data_size": 16}}],
                           "parameters": {"binary_data_output": True}}).encode()
        reply = self.server.post("/v2/models/price/infer", head + struct.pack("<4f", 1, 2, 3, 4),
                                 headers={"Inference-Header-Content-Length": str(len(head))})
        self.assertEqual((reply.status, reply.headers["Content-Type"]), (200, "application/octet-stream"), reply.body)
        size = int(reply.headers["Inference-Header-Content-Length"])
        said = json.loads(reply.body[:size])
        self.assertEqual(said["outputs"], [{"name": "prediction", "datatype": "FP32", "shape": [2],
                                            "parameters": {"binary_data_size": 8}}])
        for value, same in zip(struct.unpack("<2f", reply.body[size:]), wanted, strict=True):
            self.assertAlmostEqual(value, same, 5)

    # ---- refusals: each names the place, changes nothing

    def test_an_empty_model_takes_its_columns_from_the_first_accepted_call(self):
        self.refused(self.server.train("empty", [[1, 2, 3]], ["text"], "BYTES"), 400, "number")
        self.assertEqual(self.server.train("empty", [[1, 2]], [3]).json["accepted"], 1)
        self.refused(self.server.train("empty", [[1, 2, 3]], [3]), 400, "x:", "2 columns", "3")
        self.refused(self.server.infer("empty", [[1]]), 400, "x:", "2 columns", "1")
        self.assertEqual(self.server.metrics("empty")["features"], ["0", "1"])
        self.assertEqual(self.server.metrics("empty")["events"], 1)

    def test_a_third_class_for_a_binary_learner(self):
        events = self.server.metrics("risk")["lsn"]
        self.refused(self.server.train("risk", [[1, 0]], ["ugly"], "BYTES"), 400, "ugly", "good", "bad")
        self.assertEqual(self.server.metrics("risk")["lsn"], events)
        with Server("--model", "m=logistic") as server:
            self.refused(server.train("m", [[1], [2], [3]], ["a", "b", "c"], "BYTES"), 400, "row 2", "\"c\"")
            self.assertEqual(server.metrics("m")["lsn"], 0)
            self.assertEqual(server.train("m", [[1], [2]], ["a", "b"], "BYTES").json["accepted"], 2)

    def test_a_column_that_was_a_number_and_is_text(self):
        with Server("--model", "m=one_hot | linear") as server:
            first = {"inputs": [tensor("json", ['{"age": 3, "y": 1}'], "BYTES")]}
            self.assertEqual(server.post("/v2/models/m/train", first).json["accepted"], 1)
            wrong = {"inputs": [tensor("json", ['{"age": "old", "y": 1}'], "BYTES")]}
            self.refused(server.post("/v2/models/m/train", wrong), 400, "age")
            self.assertEqual(server.metrics("m")["lsn"], 1)

    def test_an_unknown_model_names_the_nearest(self):
        for path in ("/v2/models/prise", "/v2/models/prise/ready", "/v2/models/prise/metrics"):
            self.refused(self.server.get(path), 404, "prise", "price")
        self.refused(self.server.infer("prise", [[1, 2]]), 404, "price")
        self.refused(self.server.train("prise", [[1, 2]], [1]), 404, "price")

    def test_unknown_paths_verbs_versions(self):
        for path in ("/v3", "/v2/models", "/v2/models/price/explain", "/v2/models/price/infer/now"):
            self.refused(self.server.get(path), 404)
        self.refused(self.server.get("/v2/models/price/infer"), 405)
        self.refused(self.server.call("PUT", "/v2/models/price/infer", "{}"), 405)
        self.refused(self.server.post("/v2/health/live", "{}"), 405)
        self.refused(self.server.get("/v2/models/price/versions/999999"), 404, "999999")
        self.refused(self.server.get("/v2/models/..%2fprice"), 400)

    def test_bodies_that_are_no_request(self):
        for body, words in (("", ()), ("{", ()), ("[]", ()), ("nonsense", ()), ("{}", ("inputs",)),
                            ('{"inputs":{}}', ()), ('{"inputs":[]}', ("inputs",)), ('{"inputs":[{}]}', ("name",)),
                            ('{"inputs":[{"name":"x"}]}', ("datatype",)),
                            ('{"inputs":[{"name":"x","datatype":"FP32"}]}', ("shape",)),
                            ('{"inputs":[{"name":"x","datatype":"FP99","shape":[1],"data":[1]}]}', ("FP99",)),
                            ('{"inputs":[{"name":"z","datatype":"FP32","shape":[1,2],"data":[1,2]}]}', ("z",)),
                            ("\xff\xfe", ())):
            for leaf in ("infer", "train"):
                self.refused(self.server.post(f"/v2/models/price/{leaf}", body), 400, *words)

    def test_shapes_that_do_not_fit(self):
        for shape, data in (([1, 2], [1]), ([1, 2], [1, 2, 3]), ([2], [1, 2]), ([1, 1, 2], [1, 2]), ([-1, 2], [1, 2]),
                            ([1 << 40, 1 << 40], [1]), ([3, 0], []), ([1, 2], [[1], [2]])):
            body = {"inputs": [{"name": "x", "shape": shape, "datatype": "FP32", "data": data}]}
            self.refused(self.server.post("/v2/models/price/infer", body), 400)

    def test_values_that_are_no_numbers(self):
        events = self.server.metrics("price")["lsn"]
        for value in ("NaN", "Infinity", "-Infinity", "1e999", "1e39", '"1"', "null", "true", "[]", "{}"):
            body = '{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,%s]}],' \
                   '"targets":[{"name":"y","shape":[1],"datatype":"FP32","data":[1]}]}' % value
            for leaf in ("infer", "train"):
                self.refused(self.server.post(f"/v2/models/price/{leaf}", body), 400)
        self.assertEqual(self.server.metrics("price")["lsn"], events)

    def test_targets_that_do_not_fit(self):
        self.refused(self.server.train("price", [[1, 2]]), 400, "label")
        self.refused(self.server.train("price", [[1, 2]], [1, 2]), 400, "targets")
        self.refused(self.server.train("price", [[1, 2]], ["a"], "BYTES"), 400, "number")
        self.refused(self.server.train("risk", [[1, 0]], [""], "BYTES"), 400, "class")
        self.refused(self.server.train("price", [[1, 2]], [1e39], "FP64"), 400, "targets")

    def test_rows_with_names_that_are_no_rows(self):
        for row, words in (("{", ()), ("[1]", ("object",)), ('{"a": [1]}', ("a",)), ('{"a": 1e300, "y": 1}', ("a",)),
                           ('{"a": 1}', ("label",)), ('{"a": 1, "y": "text"}', ("number",))):
            reply = self.server.post("/v2/models/plain/train", {"inputs": [tensor("json", [row], "BYTES")]})
            self.refused(reply, 400, "row 0", *words)
        self.assertEqual(self.server.metrics("plain")["lsn"], 0)

    def test_parameters_that_do_not_fit(self):
        for parameters, word in (({"ack": "sometimes"}, "ack"), ({"timeout": 0}, "timeout"),
                                 ({"min_lsn": -1}, "min_lsn"), ({"remember": 1}, "remember"),
                                 ({"source": "s", "first_offset": 3, "last_offset": 1}, "last_offset")):
            self.refused(self.server.infer("price", [[1, 2]], **parameters), 400, word)

    def test_a_good_call_after_bad_ones_on_the_same_connection(self):
        connection = self.server.connect()
        for _ in range(50):
            self.assertEqual(self.server.post("/v2/models/price/infer", "{", connection=connection).status, 400)
            self.assertEqual(self.server.infer("price", [[1, 2]], connection=connection).status, 200)
        connection.close()


if __name__ == "__main__":
    main()
