#!/usr/bin/env python3
"""What `-d` is given, good and bad, through the real program: inputs_test.py PROGRAM. Runs in the project's root.

Hostile inputs of every format: the stated error or result, in bounded memory. Files that grow. Caches."""
import gzip
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from program import PROGRAM, InFolder  # noqa: E402

MEBIBYTE = 1 << 20
# A good row of each format, with the learner that reads it; {} is where a name or value may be damaged.
ROWS = {
    "sparse": ("linear", b"1 | 0:1 1:2\n"),
    "svmlight": ("linear", b"1 1:1 2:2\n"),
    "vw": ("vw", b"1 |f a:1 b:2\n"),
    "csv": ("linear", b"1,2,1\n"),
    "jsonl": ("linear", b'{"a":1,"b":2,"y":1}\n'),
}
HEADER = {"csv": b"a,b,y\n"}


class Done:
    def __init__(self, status, out, err, peak):
        self.status, self.out, self.err, self.peak = status, out, err, peak


def run(*args, stdin=b""):
    """Exit status, output, error and the most memory it had, in bytes."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        if callable(stdin):
            child = subprocess.Popen([PROGRAM, *map(str, args)], stdin=subprocess.PIPE, stdout=out, stderr=err)
            try:
                stdin(child.stdin)
                child.stdin.close()
            except BrokenPipeError:
                pass
        else:
            given.write(stdin)
            given.seek(0)
            child = subprocess.Popen([PROGRAM, *map(str, args)], stdin=given, stdout=out, stderr=err)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return Done(child.returncode, out.read().decode("utf-8", "replace"), err.read().decode("utf-8", "replace"),
                    used.ru_maxrss * 1024)


def lacks(what, *args):
    """A program built without a library says so: the reason, else nothing."""
    done = run(*args)
    return "built without" in done.err and what


def zstd_frame(text):
    """A frame whose blocks are not compressed."""
    return b"\x28\xb5\x2f\xfd\0\x38" + (len(text) << 3 | 1).to_bytes(3, "little") + text


def lz4_frame(text):
    return b"\x04\x22\x4d\x18\x60\x40\x82" + (len(text) | 1 << 31).to_bytes(4, "little") + text + bytes(4)


class Inputs(InFolder):
    def formats(self):
        for name, (learner, row) in ROWS.items():
            if name == "jsonl" and lacks("simdjson", "eval", "linear", "-d", self.file("probe.jsonl", row)):
                continue
            yield name, learner, HEADER.get(name, b""), row

    def evaluate(self, format_, learner, data, *options):
        done = run("eval", learner, "-d", self.file("x", data), "--format", format_, "--json", "-q", *options)
        return done, json.loads(done.out) if done.status == 0 else None

    # ---- hostile bytes

    def test_a_line_of_17_mebibytes_is_an_error_or_is_thrown_away(self):
        for name, learner, header, row in self.formats():
            long = row[:-1] + b" " * (17 * MEBIBYTE) + b"\n"
            data = header + row + long + row
            line = 3 if header else 2
            done, _ = self.evaluate(name, learner, data)
            self.assertEqual(done.status, 2, done.err)
            self.assertIn(f"/x:{line}:", done.err)
            self.assertIn("longer than --max-line", done.err)
            done, result = self.evaluate(name, learner, data, "--on-bad-line", "skip")
            self.assertEqual(done.status, 0, done.err)
            self.assertEqual((result["examples"], result["bad"]), (2, {"long": 1}))
            self.assertLess(done.peak, 160 * MEBIBYTE)

    def test_a_nul_or_another_control_byte_is_an_error(self):
        for name, learner, header, row in self.formats():
            for byte in b"\0\x01\x1b":
                data = header + row + row[:5] + bytes([byte]) + row[5:] + row
                done, _ = self.evaluate(name, learner, data)
                self.assertEqual(done.status, 2)
                self.assertRegex(done.err, r"/x:\d+:6: a control byte")
                _, result = self.evaluate(name, learner, data, "--on-bad-line", "skip")
                self.assertEqual((result["examples"], result["bad"]), (2, {"control": 1}))

    def test_crlf_a_byte_order_mark_and_a_last_line_without_its_end_change_nothing(self):
        for name, learner, header, row in self.formats():
            data = header + 20 * row
            _, plain = self.evaluate(name, learner, data)
            _, other = self.evaluate(name, learner, b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n")[:-2])
            self.assertEqual(plain["examples"], 20)
            for result in (plain, other):
                del result["seconds"]
            self.assertEqual(plain, other)

    def test_invalid_utf8_is_legal_in_names_and_an_error_in_json(self):
        rows = {"vw": b"1 |f a\xff:1\n", "csv": b"1,2,1\n", "jsonl": b'{"a\xff":1,"y":1}\n'}
        for name, learner, header, _ in self.formats():
            if name not in rows:
                continue
            done, result = self.evaluate(name, learner, header.replace(b"a", b"a\xff") + rows[name])
            if name == "jsonl":
                self.assertEqual(done.status, 2)
                self.assertIn("/x:1:4: bytes that are no UTF-8", done.err)
            else:
                self.assertEqual((done.status, result["examples"]), (0, 1), done.err)

    def test_random_bytes_are_an_error_never_a_crash(self):
        draws = random.Random(7)
        for name, learner, header, row in self.formats():
            for _ in range(20):
                data = bytearray(header + 50 * row)
                for _ in range(draws.randrange(1, 40)):
                    data[draws.randrange(len(data))] = draws.randrange(256)
                done, _ = self.evaluate(name, learner, bytes(data), "--on-bad-line", "skip")
                self.assertIn(done.status, (0, 2), done.err)

    def test_a_file_read_as_what_its_name_does_not_say_is_told(self):
        done = run("eval", "vw", "-d", self.file("x.csv", b"1 | a:1\n"), "--format", "vw")
        self.assertIn("x.csv: its name says csv, it is read as vw", done.err)
        done = run("eval", "vw", "-d", self.file("x.vw", b"1 | a:1\n"), "--format", "vw")
        self.assertNotIn("its name says", done.err)

    def test_a_huge_index_is_an_error_of_a_vector_and_takes_no_memory(self):
        for name, row in (("sparse", b"1 | 1:1 4294967295:1\n"), ("svmlight", b"1 1:1 4294967295:1\n")):
            for learner in ("linear", "scale | logistic", "rls", "naive_bayes"):
                done, result = self.evaluate(name, learner, row)
                self.assertEqual((done.status, result["examples"]), (0, 1), done.err)
                self.assertLess(done.peak, 160 * MEBIBYTE)
            done, _ = self.evaluate(name, "scale | naive_bayes", row, "--features", "65536")
            self.assertEqual(done.status, 2)
            self.assertRegex(done.err, r"/x:1:\d: an index beyond the last of --features, found \"4294967295:1\" \(make ")
            _, result = self.evaluate(name, "naive_bayes", row, "--features", "9", "--on-bad-line", "skip")
            self.assertEqual(result["bad"], {"index": 1})
        done, _ = self.evaluate("vw", "vw", b"1 | a\n", "--features", "9")
        self.assertIn("--features: is for features that are numbers", done.err)

    def test_a_model_keeps_the_width_of_its_vectors(self):
        model, cache = self.path / "m", self.path / "c.frb"
        text = self.file("x.svm", b"1 1:1 3:2\n0 2:1\n1 1:2\n0 3:-1\n")
        done = run("train", "scale | logistic", "-d", text, "--features", "3", "-f", model, "--cache", cache)
        self.assertEqual(done.status, 0, done.err)
        lines = run("predict", model, "-d", text, "--probabilities")
        self.assertEqual((lines.status, lines.out.count("\n")), (0, 4), lines.err)
        self.assertEqual(run("predict", model, "-d", text, "--probabilities", "--features", "3").out, lines.out)
        self.assertEqual(run("predict", model, "-d", cache, "--probabilities").out, lines.out)
        self.assertIn("--features 4: the model has learned from --features 3",
                      run("predict", model, "-d", text, "--features", "4").err)
        csv = self.file("x.csv", b"a,b,c,y\n1,0,2,1\n0,1,0,0\n2,0,0,1\n0,0,-1,0\n")
        run("train", "scale | logistic", "-d", csv, "-f", self.path / "same")
        self.assertEqual(run("predict", self.path / "same", "-d", csv, "--probabilities").out, lines.out)

    # ---- compressed

    def test_half_a_compressed_file_is_an_error_with_its_offset(self):
        text = HEADER["csv"] + 4000 * ROWS["csv"][1]
        for ending, data in (("gz", gzip.compress(text)), ("zst", zstd_frame(text)), ("lz4", lz4_frame(text))):
            with self.subTest(compression=ending):
                path = self.file("x.csv." + ending, data)
                if lacks(ending, "eval", "linear", "-d", path):
                    continue
                self.assertEqual(json.loads(run("eval", "linear", "-d", path, "--json", "-q").out)["examples"], 4000)
                half = len(data) // 2
                done = run("eval", "linear", "-d", self.file("half", data[:half]), "--format", "csv")
                self.assertEqual(done.status, 2)
                self.assertIn(f"the data is cut off at byte {half} of the compressed file; the last whole line is ", done.err)

    def test_a_bomb_takes_no_memory(self):
        blanks = (131072 << 3 | 2).to_bytes(3, "little") + b" "  # 128 KiB of blanks in 4 bytes
        bomb = b"\x28\xb5\x2f\xfd\0\x38" + 8000 * blanks + b"\x01\0\0"  # a gigabyte
        path = self.file("bomb.zst", bomb)
        done = run("eval", "linear", "-d", path, "--format", "sparse")
        if "built without" in done.err:
            self.skipTest("skipped: built without zstd")
        self.assertEqual(done.status, 2)
        self.assertIn(":1:16777217: a line longer than --max-line", done.err)
        done = run("eval", "linear", "-d", path, "--format", "sparse", "--on-bad-line", "skip", "--json", "-q")
        self.assertEqual(json.loads(done.out)["bad"], {"long": 1})
        self.assertLess(done.peak, 160 * MEBIBYTE)

    # ---- streams

    def test_a_stream_on_standard_input_takes_no_more_memory_the_longer_it_is(self):
        gigabytes = float(os.environ.get("FRESHET_STREAM_GB", "0.1"))
        piece = b"".join(b"%d | %d:1 %d:0.5\n" % (k % 2, k % 97, 100 + k % 89) for k in range(50_000))

        def write(size):
            def to(pipe):
                for _ in range(max(1, int(size // len(piece)))):
                    pipe.write(piece)
            return to
        small = run("eval", "logistic(bits=10)", "-d", "-", "-q", "--json", stdin=write(10 * MEBIBYTE))
        large = run("eval", "logistic(bits=10)", "-d", "-", "-q", "--json", stdin=write(gigabytes * 1e9))
        self.assertEqual((small.status, large.status), (0, 0), large.err)
        self.assertLess(large.peak, small.peak + 4 * MEBIBYTE)

    def test_no_metric_leaves_the_loss_that_a_learner_keeps_itself(self):
        path = self.file("x.vw", 20 * b"1 | a:1\n")
        result = json.loads(run("eval", "vw", "-d", path, "--metrics", "none", "--json", "-q").out)
        scored = json.loads(run("eval", "vw", "-d", path, "--json", "-q").out)
        self.assertEqual((result["metrics"], result["baselines"]), ({}, {}))
        self.assertEqual(result["loss"], scored["loss"])

    # ---- growing files

    def follow(self, *args):
        return subprocess.Popen([PROGRAM, *map(str, args), "--follow"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, bufsize=1)

    def end(self, child):
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
        return child.returncode, out, err

    def test_a_growing_file_is_learned_until_ctrl_c_and_the_model_is_written(self):
        path, model = self.file("grow.csv", b"a,y\n1,1\n2,"), self.path / "m.frsh"
        child = self.follow("train", "linear", "-d", path, "-f", model, "--json", "-q")
        time.sleep(0.5)
        for k in range(5):
            with open(path, "a") as file:
                file.write(f"{k}\n2,")
            time.sleep(0.05)
        os.rename(path, path + ".1")
        self.file("grow.csv", b"a,y\n7,7\n")
        time.sleep(1.5)
        status, out, err = self.end(child)
        self.assertEqual(status, 130, err)
        self.assertEqual(json.loads(out)["examples"], 7)
        self.assertEqual(run("inspect", model).status, 0)

    def test_predictions_of_a_growing_file_come_as_its_lines_do(self):
        model = self.path / "m.frsh"
        run("train", "linear", "-d", self.file("x.csv", b"a,y\n1,1\n2,2\n"), "-f", model)
        path = self.file("grow.csv", b"a\n1\n")
        child = self.follow("predict", model, "-d", path)
        first = child.stdout.readline()
        before = time.monotonic()
        with open(path, "a") as file:
            file.write("1\n")
        self.assertEqual(child.stdout.readline(), first)
        self.assertLess(time.monotonic() - before, 5)
        status, out, err = self.end(child)
        self.assertEqual((status, out), (130, ""), err)

    # ---- caches

    def test_the_model_from_a_cache_has_the_bytes_of_that_from_text(self):
        rows = b"".join(b"%d,c%d,%d\n" % (k % 13, k % 5, k % 2) for k in range(3000))
        text = self.file("x.csv", b"a,colour,y\n" + rows)
        cache = self.path / "x.frb"
        for name in ("one", "two"):
            done = run("train", "scale | logistic", "-d", text, "--cache", cache, "-f", self.path / name)
            self.assertEqual(done.status, 0, done.err)
            self.assertEqual("read instead of" in done.err, name == "two")
        run("train", "scale | logistic", "-d", text, "-f", self.path / "three")
        run("train", "scale | logistic", "-d", cache, "-f", self.path / "four")
        models = [(self.path / name).read_bytes() for name in ("one", "two", "three", "four")]
        self.assertTrue(all(model == models[0] for model in models))
        passes = ("train", "scale | logistic", "-d", text, "--passes", "3")
        run(*passes, "--cache", cache, "-f", self.path / "five")
        run(*passes, "-f", self.path / "six")
        self.assertEqual((self.path / "five").read_bytes(), (self.path / "six").read_bytes())
        shown = json.loads(run("inspect", cache, "--json").out)
        self.assertEqual((shown["examples"], shown["names"], shown["classes"]), (3000, 2, 2))
        self.assertEqual(shown["keys"]["input.format"], "csv")
        run("predict", self.path / "one", "-d", text, "-p", self.path / "p")
        run("predict", self.path / "one", "-d", cache, "-p", self.path / "q")
        self.assertEqual((self.path / "p").read_bytes(), (self.path / "q").read_bytes())

    def test_hashed_features_and_decisions_come_from_a_cache_too(self):
        numbers = b"".join(b"%d |f a:%d w%d\n" % (k % 3, k % 7 + 1, k % 5) for k in range(2000))
        pairs = b"".join(b"%d |f a:%d w%d\n" % (k % 2, k % 7 + 1, k % 5) for k in range(2000))
        choices = b"".join(b"shared |U u%d\n0:%d:0.5 |A a\n|A b\n\n" % (k % 5, k % 2) for k in range(1000))
        for spec, rows in (("vw", numbers), ("vw(loss=logistic)", pairs), ("ftrl", pairs), ("cb", choices)):
            with self.subTest(spec):
                text, cache = self.file("x.vw", rows), self.path / "x.frb"
                for name in ("one", "two"):
                    done = run("train", spec, "-d", text, "--cache", cache, "-f", self.path / name)
                    self.assertEqual(done.status, 0, done.err)
                    self.assertEqual("read instead of" in done.err, name == "two")
                self.assertEqual((self.path / "one").read_bytes(), (self.path / "two").read_bytes())
                cache.unlink()

    def test_a_cache_that_a_prediction_wrote_is_not_learned_from(self):
        model, cache = self.path / "m", self.path / "x.frb"
        done = run("train", "linear", "-d", self.file("x.jsonl", b'{"a":1,"y":1}\n'), "-f", model)
        if "built without" in done.err:
            self.skipTest("skipped: built without simdjson")
        text = self.file("z.jsonl", b'{"a":1,"new":2,"y":1}\n')
        run("predict", model, "-d", text, "--cache", cache)
        self.assertIn("read instead of", run("predict", model, "-d", text, "--cache", cache).err)
        self.assertNotIn("read instead of", run("train", "linear", "-d", text, "--cache", cache, "-f", model).err)
        self.assertIn("read instead of", run("predict", model, "-d", text, "--cache", cache).err)


class SameRows(InFolder):
    """The same rows in another dress give the same model."""

    def setUp(self):
        super().setUp()
        draws = random.Random(3)
        self.rows = [([round(draws.gauss(0, 1), 4) or 1 for _ in range(6)], draws.randrange(2)) for _ in range(3000)]

    def model(self, name, data, *options, spec="logistic(bits=12)", stdin=False):
        path = self.path / name
        path.write_bytes(data)
        os.utime(path, (0, 1))  # a cache knows its text by that
        out = self.path / "model.frsh"
        done = run("train", spec, "-d", "-" if stdin else path, "-f", out, "-q", "--json", *options,
                   stdin=data if stdin else b"")
        return done, out.read_bytes() if done.status == 0 else b""

    def predictions(self, name, data, *options, **given):
        done, _ = self.model(name, data, *options, **given)
        self.assertEqual(done.status, 0, done.err)
        return run("predict", self.path / "model.frsh", "-d", self.path / name, "--probabilities").out

    def text(self, row):
        return "".join(row(x, y) for x, y in self.rows).encode()

    def test_compression_standard_input_and_threads_change_no_byte(self):
        text = self.text(lambda x, y: f"{y} |f " + " ".join(f"n{k}:{v}" for k, v in enumerate(x)) + "\n")
        spec = "vw(loss=logistic, bits=12)"
        done, expected = self.model("x.vw", text, spec=spec)
        self.assertEqual(done.status, 0, done.err)
        dresses = {"x.vw.gz": gzip.compress(text), "two.gz": gzip.compress(text[:999]) + gzip.compress(text[999:]),
                   "x.zst": b"".join(zstd_frame(text[at:at + 100_000]) for at in range(0, len(text), 100_000)),
                   "x.lz4": b"".join(lz4_frame(text[at:at + 60_000]) for at in range(0, len(text), 60_000))}
        for name, data in dresses.items():
            done, model = self.model(name, data, "--format", "vw", spec=spec)
            self.assertTrue(model == expected or "built without" in done.err, f"{name}: {done.err}")
        self.assertEqual(self.model("x", text, "--format", "vw", spec=spec, stdin=True)[1], expected)

    def test_any_number_of_threads_gives_the_same_model_cache_report_and_predictions(self):
        def rows(start, gap=""):
            return 8 * self.text(lambda x, y: start(x, y) + gap + " ".join(f"{k}:{v}" for k, v in enumerate(x)) + "\n")
        vw = rows(lambda x, y: f"{int(x[0] * 40) % 50} 1 |f n{abs(x[1])} |g ")
        bad = vw[:900_000] + b"1 |f x:1y\n\n1 2 3 4 |f x\n" + vw[900_000:]
        decisions = b"".join(b"shared |U u%d\n0:%d:0.5 |A a\n|A b\n\n" % (k % 5, k % 2) for k in range(30_000))
        cases = (("x.vw", "vw(loss=squared, bits=12)", vw, ("--keep-names",)),
                 ("classes.vw", "one_vs_rest(model=vw(loss=logistic, bits=12))", vw, ()),
                 ("bad.vw", "vw(bits=12)", bad, ("--on-bad-line", "skip")),
                 ("x.txt", "logistic(bits=12)", rows(lambda x, y: f"{y} | "), ("--format", "sparse")),
                 ("x.svm", "linear", rows(lambda x, y: f"{y} "), ("--zero-based",)),
                 ("some.vw", "vw(bits=12)", vw, ("--limit", "12345")),
                 ("choices.vw", "cb", decisions, ()))
        for name, spec, text, options in cases:
            with self.subTest(name):
                results = []
                for threads in (1, 2, 4):
                    cache, threaded = self.path / f"{name}.{threads}.frb", ("--threads", threads)
                    done, model = self.model(name, text, *options, *threaded, "--cache", cache, spec=spec)
                    self.assertEqual(done.status, 0, done.err)
                    report = json.loads(done.out)
                    del report["seconds"]
                    shown = run("predict", self.path / "model.frsh", "-d", self.path / name, "--on-bad-line", "skip",
                                *threaded).out
                    kept = cache.read_bytes() if cache.exists() else b""  # with --limit: not read to the end
                    results.append((model, report, kept, shown))
                for one, two, four in zip(*results):
                    self.assertTrue(one == two, "2 threads")
                    self.assertTrue(one == four, "4 threads")

    def test_a_bad_line_stops_every_number_of_threads_at_the_same_place(self):
        text = 9000 * b"1 |f a:1 some:2 words:3 of:4 a:5 row:6\n"
        path = self.file("x.vw", text + b"1 |f a:1y\n" + text)
        errors = {run("eval", "vw", "-d", path, "-q", "--threads", threads).err for threads in (1, 2, 3, 8)}
        self.assertEqual(len(errors), 1)
        self.assertIn("/x.vw:9001:8: expected a number after", errors.pop())

    def test_numbered_features_weigh_the_same_in_every_format(self):
        sparse = self.text(lambda x, y: f"{y} | " + " ".join(f"{k}:{v}" for k, v in enumerate(x)) + "\n")
        svmlight = self.text(lambda x, y: f"{y} " + " ".join(f"{k}:{v}" for k, v in enumerate(x)) + "\n")
        spec = "vw(loss=logistic, bits=12)"
        expected = self.predictions("x.vw", sparse, "--format", "vw", spec=spec)
        self.assertEqual(self.predictions("x.txt", sparse, "--format", "sparse", spec=spec), expected)
        self.assertEqual(self.predictions("x.svm", svmlight, "--zero-based", spec=spec), expected)

    def test_named_features_weigh_the_same_in_csv_and_json(self):
        csv = ("a,b,c,d,e,f,y\n" + "".join(",".join(map(str, x)) + f",{y}\n" for x, y in self.rows)).encode()
        jsonl = self.text(lambda x, y: json.dumps(dict(zip("abcdef", x), y=y)) + "\n")
        spec = "scale | logistic"
        expected = self.predictions("x.csv", csv, spec=spec)
        done, _ = self.model("x.jsonl", jsonl, spec=spec)
        if "built without" in done.err:
            self.skipTest("skipped: built without simdjson")
        self.assertEqual(self.predictions("x.jsonl", jsonl, spec=spec), expected)


if __name__ == "__main__":
    unittest.main(verbosity=1)
