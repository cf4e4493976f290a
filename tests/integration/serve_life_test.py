#!/usr/bin/env python3
"""The life of a server process: starts, refusals to start, restarts, ends, several models, metrics, events, a full disk."""
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import server as support  # noqa: E402
from server import WAIT_S, Server, main, run_serve, tensor  # noqa: E402


class Starts(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="freshet-serve-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def refused(self, arguments, status, *words):
        code, said = run_serve(*arguments, "--data-dir", self.folder)
        self.assertEqual(code, status, said)
        for word in words:
            self.assertIn(word, said)

    def test_a_busy_port_names_the_port_and_the_option(self):
        with socket.socket() as busy:
            busy.bind(("127.0.0.1", 0))
            busy.listen()
            port = busy.getsockname()[1]
            self.refused(["--model", "m=linear", "--http", f"127.0.0.1:{port}", "--metrics", "off"], 1, str(port),
                         "--http")
            self.refused(["--model", "m=linear", "--http", "127.0.0.1:0", "--metrics", f"127.0.0.1:{port}"], 1,
                         str(port), "--metrics")

    def test_a_second_process_on_the_same_folder_is_told_that_its_server_runs(self):
        with Server("--model", "m=linear", data_dir=self.folder) as server:
            self.refused(["--model", "m=linear", "--http", "127.0.0.1:0", "--metrics", "off"], 1, self.folder,
                         str(server.process.pid))
            self.assertEqual(server.train("m", [[1]], [1]).status, 200)

    def test_a_model_file_is_where_a_served_model_begins(self):
        path = pathlib.Path(self.folder) / "old.frsh"
        rows = "".join(f"{k % 7},{k % 5},{2 * (k % 7) - (k % 5)}\n" for k in range(500))
        trained = subprocess.run([support.PROGRAM, "train", "scale | linear(optimizer=sgd)", "-d", "-", "-f", path,
                                  "-q", "--format", "csv"], input=("a,b,y\n" + rows).encode(), capture_output=True,
                                 timeout=WAIT_S, check=False)
        self.assertEqual(trained.returncode, 0, trained.stderr)
        data = self.folder + "/served"
        predicted = lambda server: server.infer("m", [[3.0, 1.0]]).outputs["prediction"]["data"][0]  # noqa: E731
        with Server("--model", f"m={path}", data_dir=data) as server:
            first = predicted(server)
            self.assertAlmostEqual(first, 5, delta=.5)
            server.train("m", [[3.0, 1.0]] * 50, [20.0] * 50, ack="durable")
            second = predicted(server)
            self.assertGreater(second, first + 1)
            server.kill()
            path.unlink()  # its bytes are kept beside the log
            server.arguments[:2] = []
            server.start()
            self.assertEqual(predicted(server), second)
            self.assertEqual(server.end(), 0)
        done = subprocess.run([support.PROGRAM, "replay", data + "/m", "--verify", "--json"], capture_output=True,
                              timeout=WAIT_S, check=True)
        self.assertGreaterEqual(json.loads(done.stdout)["verified"], 1)
        self.refused(["--model", "n=missing.frsh", "--http", "127.0.0.1:0", "--metrics", "off"], 2, "missing.frsh")
        self.refused(["--model", "n=" + __file__, "--http", "127.0.0.1:0", "--metrics", "off"], 2, "n", __file__)

    def test_limits_are_options(self):
        with Server("--model", "m=linear", "--max-body", "2000", "--max-streams", "0", data_dir=self.folder) as server:
            self.assertEqual(server.train("m", [[1.5] * 10] * 2, [1, 2]).status, 200)
            refused = server.train("m", [[1.5] * 10] * 200, [1] * 200)
            self.assertEqual(refused.status, 413)
            self.assertIn("2000", refused.error)
            self.assertEqual(server.get("/v2/events").status, 429)

    def test_a_wrong_start_is_the_users_mistake_and_leaves_nothing(self):
        ports = ["--http", "127.0.0.1:0", "--metrics", "off"]
        self.refused(["--model", "m=logistc", *ports], 2, "logistic")
        self.refused(["--model", "m=linear(rate=1)", *ports], 2, "rate")
        self.refused(["--model", "linear", *ports], 2, "NAME=SPEC")
        self.refused(["--model", "a/b=linear", *ports], 2, "a/b")
        self.refused(["--model", "m=linear", "--model", "m=linear", *ports], 2, "twice")
        self.refused(["--model", "m=linear", "--feed", "n=x.csv", *ports], 2, "n")
        self.refused(["--model", "m=linear", "--feed", "m=missing.csv", *ports], 2, "missing.csv")
        self.refused(["--modell", "m=linear", *ports], 2, "--model")
        self.refused(["--model", "m=linear", "--http", "nowhere", "--metrics", "off"], 2, "nowhere")
        with Server("--model", "other=linear", data_dir=self.folder) as server:
            self.assertEqual([m["name"] for m in server.post("/v2/repository/index", "").json if m["name"] != "m"],
                             ["other"])

    def test_a_bad_spec_leaves_no_folder_behind(self):
        self.refused(["--model", "m=logistc", "--http", "127.0.0.1:0", "--metrics", "off"], 2, "logistic")
        self.assertEqual(os.listdir(self.folder), [])
        with Server("--model", "m=logistic", data_dir=self.folder) as server:
            self.assertEqual(server.get("/v2/models/m").status, 200)

    def test_a_model_made_by_another_spec_is_refused(self):
        with Server("--model", "m=linear", data_dir=self.folder) as server:
            server.train("m", [[1]], [1])
            self.assertEqual(server.end(), 0)
        self.refused(["--model", "m=logistic", "--http", "127.0.0.1:0", "--metrics", "off"], 1, "linear", "m")
        with Server("--model", "m=linear", data_dir=self.folder) as server:
            self.assertEqual(server.metrics("m")["events"], 1)

    def test_a_config_file(self):
        config = pathlib.Path(self.folder, "serve.json")
        config.write_text('{"models":{"ads":{"spec":"logistic","ack":"durable","target":"clicked"}}}', encoding="utf-8")
        with Server("--config", str(config)) as server:
            row = {"inputs": [tensor("json", ['{"a": 1, "clicked": true}'], "BYTES")]}
            self.assertEqual(server.post("/v2/models/ads/train", row).json["ack"], "durable")
        config.write_text('{"models":{"ads":{"spek":"logistic"}}}', encoding="utf-8")
        self.refused(["--config", str(config), "--http", "127.0.0.1:0"], 2, "spek", "spec")

    def test_damage_in_the_log_is_refused_and_repaired_on_request(self):
        with Server("--model", "m=linear", data_dir=self.folder) as server:
            for k in range(20):
                server.train("m", [[k, 1]], [k], ack="durable")
            time.sleep(2.5)  # a tick carries how far the log is synced
            server.kill()
        segment = sorted(pathlib.Path(self.folder, "m", "log").glob("*.log"))[0]
        data = bytearray(segment.read_bytes())
        data[64 + 300] ^= 1
        segment.write_bytes(data)
        self.refused(["--model", "m=linear", "--http", "127.0.0.1:0", "--metrics", "off"], 2, "--repair", "record")
        with Server("--model", "m=linear", "--repair", data_dir=self.folder) as server:
            self.assertIn("m: ", server.said())
            self.assertLess(server.metrics("m")["events"], 20)
            self.assertEqual(server.train("m", [[1, 1]], [1]).status, 200)


class Lives(unittest.TestCase):
    def predict(self, server, model="m"):
        return server.infer(model, [[1, 2], [0.5, -3], [1e-3, 1e3]]).outputs["prediction"]

    def test_a_restart_keeps_the_state_to_the_bit(self):
        with Server("--model", "m=scale | linear", "--model", "other=mean") as server:
            for k in range(50):
                last = server.train("m", [[k, k * 0.3], [1, k]], [k, -k]).json["lsn"]
            time.sleep(0.6)  # scores are copied a few times a second
            before, scores = self.predict(server), server.metrics("m")
            server.kill()
            server.start()
            self.assertEqual(self.predict(server), before)
            self.assertEqual(server.end(), 0)
            server.start()
            self.assertEqual(self.predict(server), before)
            after = server.metrics("m")
            for member in ("events", "metrics", "baselines", "features", "spec"):
                self.assertEqual(after[member], scores[member], member)
            self.assertGreater(server.train("m", [[1, 2]], [3]).json["lsn"], last)
            self.assertEqual(server.metrics("other")["events"], 0)

    def test_models_of_an_earlier_start_are_served_again_without_being_named(self):
        with Server("--model", "a=linear", "--model", "b=linear") as server:
            server.train("b", [[1]], [1])
            server.end()
            server.arguments = server.arguments[2:]  # only b is named
            server.start()
            self.assertEqual(sorted(m["name"] for m in server.post("/v2/repository/index", "").json), ["a", "b"])
            self.assertEqual(server.metrics("b")["events"], 1)

    def test_several_models_do_not_touch_each_other(self):
        with Server("--model", "a=linear", "--model", "b=linear") as server:
            server.train("a", [[1]], [5])
            self.assertEqual(server.infer("b", [[1]]).outputs["prediction"]["data"], [0])
            self.assertEqual(server.post("/inference", "[1]").json,
                             server.infer("a", [[1]]).outputs["prediction"]["data"][0])

    def test_ctrl_c_is_130_and_sigterm_0_and_nothing_is_lost(self):
        with Server("--model", "m=linear") as server:
            for with_signal, status in ((signal.SIGINT, 130), (signal.SIGTERM, 0)):
                learned = server.metrics("m")["events"]
                stop, acknowledged = threading.Event(), [0] * 3

                def send(at, stop=stop, acknowledged=acknowledged):
                    connection = server.connect()
                    while not stop.is_set():
                        try:
                            reply = server.train("m", [[1]], [at], connection=connection)
                        except OSError:
                            return
                        except Exception:  # the connection ended in the middle: not acknowledged
                            return
                        if reply.status != 200:
                            return
                        acknowledged[at] += 1

                senders = [threading.Thread(target=send, args=(at,)) for at in range(3)]
                for sender in senders:
                    sender.start()
                time.sleep(0.5)
                self.assertEqual(server.end(with_signal), status, server.said())
                stop.set()
                for sender in senders:
                    sender.join(WAIT_S)
                self.assertGreater(sum(acknowledged), 10)
                server.start()
                self.assertEqual(server.metrics("m")["events"], learned + sum(acknowledged))

    def test_an_end_is_quick_when_nothing_is_left_to_learn(self):
        with Server("--model", "m=linear") as server:
            idle = server.connect()
            idle.request("GET", "/v2")
            idle.getresponse().read()
            begin = time.monotonic()
            self.assertEqual(server.end(), 0)
            self.assertLess(time.monotonic() - begin, 10)
            idle.close()

    def test_what_could_not_be_learned_in_time_is_learned_at_the_next_start(self):
        with Server("--model", "m=oml_dummy(train_delay_s=1)", "--exit-timeout", "1") as server:
            for _ in range(5):
                self.assertEqual(server.train("m", [[2]], ack="queued").status, 202)
            server.wait_until(lambda: "m\",stage=\"appended\"} 5" in
                              server.get("/metrics", port=server.metrics_port).body.decode(), "all are appended")
            self.assertEqual(server.end(), 0)
            self.assertIn("next start", server.said())
            server.start(settled=False)
            reply = server.infer("m", [[1]], min_lsn=5)
            self.assertEqual(reply.outputs["prediction"]["data"], [3 * 2**5])

    def test_a_listener_that_is_not_loopback_does_not_teach(self):
        with Server("--model", "m=linear", http_at="0.0.0.0:0") as server:
            self.assertIn("403", server.said())
            for reply in (server.train("m", [[1]], [1]), server.feedback("m", ("a", 1)),
                          server.post("/training", "1"), server.infer("m", [[1]], remember=True),
                          server.get("/v2/events"), server.post("/v2/models/m/checkpoint", "")):
                self.assertEqual(reply.status, 403)
                self.assertIn("this machine", reply.error)
            self.assertEqual(server.infer("m", [[1]]).status, 200)
            self.assertEqual(server.get("/v2/health/ready").status, 200)
            self.assertEqual(server.metrics("m")["lsn"], 0)

    def test_calls_that_came_through_a_proxy_or_from_another_site_do_not_teach(self):
        body = {"inputs": [tensor("x", [[1]])], "targets": [tensor("y", [1])]}
        with Server("--model", "m=linear") as server:
            for headers in ({"X-Forwarded-For": "10.0.0.1"}, {"Via": "1.1 proxy"}, {"Forwarded": "for=10.0.0.1"},
                            {"Origin": "http://evil.example"}, {"Host": "evil.example"}):
                reply = server.post("/v2/models/m/train", body, headers=headers)
                self.assertEqual(reply.status, 403, headers)
                self.assertTrue(reply.error)
            self.assertEqual(server.post("/v2/models/m/train", body).status, 200)


class Watches(unittest.TestCase):
    def test_metrics_are_prometheus_text_and_count(self):
        with Server("--model", "m=linear") as server:
            for k in range(3):
                server.train("m", [[1, 2], [3, 4]], [k, k])
            for _ in range(5):
                server.infer("m", [[1, 2]])
            server.infer("nobody", [[1]])
            def scrape():
                reply = server.get("/metrics", port=server.metrics_port)
                self.assertEqual(reply.status, 200)
                self.assertTrue(reply.headers["Content-Type"].startswith("text/plain; charset=utf-8"))
                return self.parse(reply.body.decode())
            # A request is counted when its answer has been written.
            server.wait_until(lambda: ('freshet_requests_total', 'code="404",method="infer",model="-",protocol="http"')
                              in scrape(), "the last request is counted")
            found = scrape()
            def value(name, labels):
                return found[name, labels]
            self.assertEqual(value("freshet_requests_total", 'code="200",method="train",model="m",protocol="http"'), 3)
            self.assertEqual(value("freshet_requests_total", 'code="200",method="infer",model="m",protocol="http"'), 5)
            self.assertEqual(value("freshet_train_examples_total", 'model="m",result="learned"'), 6)
            self.assertEqual(value("freshet_train_examples_total", 'model="m",result="skipped"'), 0)
            self.assertEqual(value("freshet_model_lsn", 'model="m",stage="applied"'), 3)
            self.assertEqual(value("freshet_predict_duration_seconds_count", 'model="m"'), 5)
            names = {name for name, _ in found}
            for name in ("freshet_build_info", "freshet_request_duration_seconds_count", "freshet_train_queue_length",
                         "freshet_model_staleness_seconds", "freshet_wal_bytes_total", "freshet_connections",
                         "freshet_feedback_pending", "freshet_nonfinite_total", "freshet_publish_duration_seconds"):
                self.assertIn(name, names)
            self.assertEqual(server.get("/v2/models/m", port=server.metrics_port).status, 404)
            self.assertEqual(server.get("/metrics").status, 404)

    def parse(self, text):
        """Every line is a comment, or name{labels} value; (name, sorted labels) -> value."""
        found, typed = {}, set()
        for line in text.splitlines():
            if line.startswith("#"):
                kind, name, *_ = line[2:].split(" ", 2)
                self.assertIn(kind, ("HELP", "TYPE"))
                if kind == "TYPE":
                    self.assertNotIn(name, typed)
                    typed.add(name)
                continue
            matched = re.fullmatch(r'([a-z_:][a-z0-9_:]*)(?:\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)*)\})? (\S+)', line)
            self.assertIsNotNone(matched, line)
            labels = ",".join(sorted(re.findall(r'[a-z_]+="(?:[^"\\]|\\.)*"', matched[2] or "")))
            self.assertNotIn((matched[1], labels), found)
            found[matched[1], labels] = float(matched[3])
        return found

    def events(self, server, path, seconds, last_id=None):
        """(id, event, data) read for so long."""
        connection = server.connect(timeout=seconds + 10)
        connection.request("GET", path, headers={"Last-Event-ID": str(last_id)} if last_id else {})
        stream = connection.getresponse()
        self.assertEqual((stream.status, stream.headers["Content-Type"]), (200, "text/event-stream"))
        found, now, until = [], {}, time.monotonic() + seconds
        while time.monotonic() < until:
            line = stream.readline().decode().rstrip("\n")
            if line == "":
                if "data" in now:
                    found.append((int(now["id"]), now["event"], json.loads(now["data"])))
                now = {}
            elif not line.startswith(":"):
                name, value = line.split(": ", 1)
                now[name] = value
        connection.close()
        return found

    def test_server_sent_events_go_on_where_a_client_stopped(self):
        with Server("--model", "m=linear", "--model", "n=linear") as server:
            server.train("m", [[1, 2]], [3])
            first = self.events(server, "/v2/models/m/events", 1.5)
            self.assertEqual({event for _, event, _ in first}, {"status", "metrics"})
            for _, event, data in first:
                self.assertEqual(data["model"], "m")
                self.assertIn("lsn", data)
            self.assertEqual(server.infer("m", [[1]]).status, 400)
            time.sleep(1)
            again = self.events(server, "/v2/models/m/events", 1, last_id=first[-1][0])
            ids = [number for number, _, _ in first + again]
            self.assertEqual(ids, sorted(set(ids)))
            errors = [data for _, event, data in again if event == "error"]
            self.assertEqual([(data["code"], data["call"]) for data in errors], [(400, "infer")])
            self.assertIn("2 columns", errors[0]["reason"])
            both = self.events(server, "/v2/events", 1)
            self.assertEqual({data["model"] for _, _, data in both}, {"m", "n"})
            self.assertEqual(server.get("/v2/models/x/events").status, 404)

    def test_history(self):
        with Server("--model", "m=linear") as server:
            # Nothing was measured yet, most often: the page puts what comes next into buckets of this width.
            self.assertEqual(server.get("/v2/models/m/history?span=300").json["bucket_us"], 500_000)
            for k in range(40):
                server.train("m", [[k], [1], [2]], [k, 1, 2])
            server.infer("m", [[1]])
            def learned():
                said = server.get("/v2/models/m/history?span=300").json
                return said if "mae" in said["series"] else None
            said = server.wait_until(learned, "the metric has a series")
            self.assertEqual((said["model"], said["span_s"], said["surprises"]), ("m", 300, []))
            for name in ("learn_per_s", "predict_per_s", "staleness_us", "mae", "mae.baseline"):
                series = said["series"][name]
                self.assertEqual(len({len(series[member]) for member in ("t", "min", "max", "last")}), 1)
                self.assertEqual(series["t"], sorted(set(series["t"])))
                for low, high in zip(series["min"], series["max"], strict=True):
                    self.assertLessEqual(low, high)
            self.assertIsNone(server.get("/v2/models/m/history?span=all").json["span_s"])
            self.assertEqual(server.post("/v2/models/m/checkpoint", "").json["lsn"], 40)
            self.assertEqual(len(server.get("/v2/models/m/history?span=300").json["checkpoints"]), 1)

    def test_metrics_of_a_model_member_by_member(self):
        with Server("--model", "m=logistic") as server:
            for k in range(60):
                server.train("m", [[k % 2, 1]], [k % 2])
            said = server.wait_until(lambda: (m := server.metrics("m"))["events"] == 60 and
                                     m["metrics"]["accuracy"]["all"] is not None and m, "scores are there")
            self.assertEqual((said["task"], said["main"], said["baseline"], said["mode"], said["drift"]),
                             ("classification", "accuracy", "prior", "snapshot", []))
            self.assertEqual(said["classes"], [{"id": "0", "name": "0"}, {"id": "1", "name": "1"}])
            self.assertEqual(said["features"], ["0", "1"])
            for name in ("accuracy", "log_loss"):
                self.assertEqual(sorted(said["metrics"][name]), ["all", "faded", "window"])
                for baseline in ("prior", "last_class"):
                    self.assertIn(name, said["baselines"][baseline])

    def test_the_page_is_there_and_strict(self):
        with Server("--model", "m=linear") as server:
            page = server.get("/")
            self.assertEqual(page.status, 200)
            self.assertIn("text/html", page.headers["Content-Type"])
            self.assertIn("default-src", page.headers["Content-Security-Policy"])


class FullDisk(unittest.TestCase):
    def fill_and_free(self, server, make_room):
        """Training until the disk is full, predictions all the while; then room, and training again."""
        row = [[float(k) for k in range(256)]]
        self.assertEqual(server.train("m", row * 50, [1] * 50).status, 200)
        learned = 50

        def refused():
            nonlocal learned
            reply = server.train("m", row * 50, [1] * 50)
            if reply.status == 200:
                learned += 50
            return None if reply.status == 200 else reply
        reply = server.wait_until(refused, "the disk is full")
        self.assertEqual(reply.status, 503, reply.body)
        self.assertIsNotNone(reply.headers["Retry-After"])
        self.assertTrue(reply.error)
        for _ in range(5):
            self.assertEqual(server.infer("m", row).status, 200)
        self.assertEqual(server.get("/v2/health/ready").status, 200)
        self.assertEqual(server.get("/v2/health/ready?for=train").status, 503)
        self.assertEqual(server.infer("m", row, remember=True).status, 503)
        make_room()
        server.wait_until(lambda: server.train("m", row, [1]).status == 200, "training goes on by itself")
        self.assertGreaterEqual(server.metrics("m")["events"], learned + 1)
        server.kill()
        server.start()
        self.assertGreaterEqual(server.metrics("m")["events"], learned + 1)

    def test_a_full_disk_refuses_training_only_and_recovers_by_itself(self):
        folder = tempfile.mkdtemp(prefix="freshet-serve-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], capture_output=True,
                                 check=False)
        if mounted.returncode != 0:
            self.skipTest("no mount here: " + mounted.stderr.decode().strip())
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=False)
        with Server("--model", "m=linear", data_dir=folder) as server:
            self.fill_and_free(server, lambda: subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True))

    def test_a_file_limit_refuses_training_only_and_recovers_by_itself(self):
        limit = 3 << 20
        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # else the limit ends the process
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        with Server("--model", "m=linear", preexec=small_files) as server:
            def make_room():
                resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE,
                                 (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            server.preexec = None
            self.fill_and_free(server, make_room)


if __name__ == "__main__":
    main()
