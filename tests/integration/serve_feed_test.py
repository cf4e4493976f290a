#!/usr/bin/env python3
"""A server that feeds itself, killed again and again: every row of the bundled stream is learned once, in order."""
import gzip
import pathlib
import random
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from server import Server, main  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ROWS = 6000
WITHIN_S = 300


class Feeds(unittest.TestCase):
    def finished(self, server, model="shuttle", rows=ROWS):
        def is_there():
            said = server.metrics(model)
            return said if said["source"] and said["source"]["ended"] and said["events"] >= rows else None
        server.wait_until(is_there, "the feed has ended and all is learned", WITHIN_S)
        time.sleep(0.6)  # scores are copied a few times a second
        return server.metrics(model)

    def part_of_shuttle(self, folder, rows=ROWS):
        with gzip.open(ROOT / "data" / "shuttle.csv.gz", "rt", encoding="utf-8") as file:
            lines = [next(file) for _ in range(rows + 1)]
        path = pathlib.Path(folder, "part.csv")
        path.write_text("".join(lines), encoding="utf-8")
        names = lines[0].strip().split(",")
        return path, names, lines[1:]

    def feed_arguments(self, server_dir, rate):
        path, names, lines = self.part_of_shuttle(server_dir)
        config = pathlib.Path(server_dir, "serve.json")
        target = names[-1]
        config.write_text('{"models":{"shuttle":{"spec":"scale | logistic","target":"%s"}}}' % target, encoding="utf-8")
        return ["--config", str(config), "--feed", f"shuttle={path}", "--rate", str(rate)], lines

    def test_killed_at_any_moment_no_row_is_repeated_or_skipped(self):
        draw = random.Random(7)
        with tempfile.TemporaryDirectory() as folder:
            arguments, lines = self.feed_arguments(folder, 2000)
            row = [[float(x) for x in line.strip().split(",")[:-1]] for line in lines[:5]]
            with Server(*arguments) as whole:
                wanted = self.finished(whole)
                answers = whole.infer("shuttle", row).outputs
            with Server(*arguments) as server:
                kills = 0
                while kills < 6:
                    time.sleep(draw.uniform(0.05, 0.6))
                    server.kill()
                    kills += 1
                    server.start(settled=False)
                found = self.finished(server)
                self.assertEqual(found["events"], ROWS)
                self.assertEqual(found["source"]["rows_sent"], ROWS)
                for member in ("events", "metrics", "baselines", "features"):
                    self.assertEqual(found[member], wanted[member], member)
                self.assertEqual(server.infer("shuttle", row).outputs, answers)
                # Ended, it stays ended: another start sends nothing.
                server.end()
                server.start()
                self.assertEqual(self.finished(server)["events"], ROWS)
                self.assertEqual(server.infer("shuttle", row).outputs, answers)

    def test_the_demonstration_goes_on_where_it_was(self):
        with Server("--rate", "2000") as server:
            learned = 0
            for _ in range(3):
                server.wait_until(lambda least=learned: server.metrics("shuttle")["events"] > least + 500,
                                  "rows are learned")
                server.kill()
                server.start()
                said = server.metrics("shuttle")
                self.assertGreaterEqual(said["events"], learned + 500)
                learned = said["events"]
            self.assertEqual(said["source"]["rows_total"], 49097)
            self.assertEqual(sorted(m["name"] for m in server.post("/v2/repository/index", "").json),
                             ["host", "shuttle", "try"])
            self.assertEqual(server.end(), 0)
            server.start()
            def agree():
                now = server.metrics("shuttle")
                return abs(now["events"] - now["source"]["rows_sent"]) < 3000
            server.wait_until(agree, "rows sent are rows learned")

    def test_the_telemetry_learns_a_second_later(self):
        with Server("--telemetry", "host") as server:
            said = server.wait_until(lambda: (m := server.metrics("host"))["events"] >= 5 and m, "labels came")
            self.assertEqual((said["target"], said["baseline"], said["task"]), ("busy", "last_value", "regression"))


if __name__ == "__main__":
    main()
