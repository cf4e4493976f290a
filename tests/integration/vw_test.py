#!/usr/bin/env python3
"""Learning from Vowpal Wabbit text, as people do it: vw_test.py PROGRAM."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from program import SHARED, InFolder, run  # noqa: E402

TEXT = "".join(f"{k % 2} |f a:{k % 3} b:{k % 5} c{k % 7}\n" for k in range(64))


class Vw(InFolder):
    def setUp(self):
        super().setUp()
        self.file("x.vw", TEXT)

    def shared(self, name):
        path = SHARED / "vw" / name
        if not path.exists():
            self.skipTest(f"skipped: no shared data ({path})")
        return path

    def test_the_loss_of_vowpal_wabbit(self):
        out, _ = run("eval", "vw(loss=logistic)", "-d", self.shared("rcv1_small.dat"), "--json")
        result = json.loads(out)
        self.assertAlmostEqual(result["loss"], 0.429393, delta=4e-5)
        self.assertEqual(result["features"], 78739)
        self.assertEqual(result["examples"], 1000)
        self.assertAlmostEqual(result["best_constant"], -0.164369, delta=1e-6)
        self.assertAlmostEqual(result["best_constant_loss"], 0.689781, delta=1e-6)

    def test_the_report_on_the_way(self):
        out, err = run("eval", "vw", "-d", self.shared("0001.dat"))
        lines = err.splitlines()
        header = next(k for k, line in enumerate(lines) if "current    current   current" in line)
        self.assertEqual(lines[header + 2].split()[1:], ["1.000000", "1.000000", "1", "1.0", "1.0000", "0.0000", "51"])
        counters = [line.split()[3] for line in lines[header + 2:header + 10]]
        self.assertEqual(counters, ["1", "2", "4", "8", "16", "32", "64", "128"])
        self.assertIn("best constant 0.455000 with loss 0.247975", out)

    def test_going_on_from_a_model_starts_the_report_at_0(self):
        data, model = self.shared("0001.dat"), self.path / "m.frsh"
        run("train", "vw", "-d", data, "-f", model)
        out, _ = run("train", "-i", model, "-d", data, "-f", self.path / "n.frsh", "--json")
        self.assertAlmostEqual(json.loads(out)["loss"], 0.012333, delta=2e-6)

    def test_weights_count_and_nothing_has_no_loss(self):
        out, _ = run("eval", "vw", "-d", "-", "--format", "vw", "--json", stdin="1 2 |f a\n0 |f b\n|f c\n")
        result = json.loads(out)
        self.assertEqual((result["examples"], result["unlabelled"], result["weight"]), (3, 1, 3))
        self.assertEqual((result["label_sum"], result["features"]), (2, 4))
        out, _ = run("eval", "vw", "-d", "-", "--format", "vw", "--json", stdin="")
        self.assertIsNone(json.loads(out)["loss"])

    def test_quiet_prints_no_lines(self):
        _, err = run("eval", "vw", "-d", self.path / "x.vw", "-q")
        self.assertEqual(err, "")

    def test_the_rate_decays_after_each_pass(self):
        def loss(spec):
            out, _ = run("eval", spec, "-d", self.path / "x.vw", "--passes", "3", "--json")
            return json.loads(out)["loss"]
        self.assertNotEqual(loss("vw(decay=0.5)"), loss("vw"))
        self.assertEqual(loss("vw(decay=1)"), loss("vw"))

    def test_the_short_form_learns_goes_on_and_predicts(self):
        model, data, out = self.path / "m.frsh", self.path / "x.vw", self.path / "p.txt"
        run("vw", "-d", data, "-f", model)
        first = model.read_bytes()
        run("vw", "-d", data, "-f", model)
        self.assertNotEqual(model.read_bytes(), first)
        run("vw", "-d", data, "-i", model, "-p", out)
        self.assertEqual(len(out.read_text().splitlines()), 64)

    def test_names_are_kept_and_inspect_says_which_feature_is_which(self):
        model = self.path / "m.frsh"
        text = "".join(f"{k % 2} |price a:{k % 2} 12:1 |  b size:xl :{1 + k % 3}\n" for k in range(50))
        (self.path / "n.vw").write_text(text)
        run("train", "vw", "-d", self.path / "n.vw", "-f", model, "--keep-names")
        weights = {w["feature"] for w in json.loads(run("inspect", model, "--json")[0])["weights"]}
        self.assertTrue({"price^a", "price^12", "b", "size^xl", "Constant"} <= weights, weights)
        (self.path / "o.vw").write_text("1 |price c\n" * 9)
        run("train", "-i", model, "-d", self.path / "o.vw", "-f", model)
        weights = {w["feature"] for w in json.loads(run("inspect", model, "--json", "--weights", 99)[0])["weights"]}
        self.assertIn("price^c", weights)
        plain = self.path / "plain.frsh"
        run("train", "vw", "-d", self.path / "n.vw", "-f", plain)
        self.assertNotIn("NAME", run("inspect", plain)[0])

    def test_predictions_from_a_mapped_file_are_those_of_the_model(self):
        for bits in (4, 18):
            model, data, out = self.path / "m.frsh", self.path / "x.vw", self.path / "p.txt"
            run("train", f"vw(bits={bits}, loss=logistic)", "-d", data, "-f", model)
            run("predict", model, "-d", data, "-p", out, "--probabilities")
            values = [float(line.split()[1]) for line in out.read_text().splitlines()]
            self.assertEqual(len(values), 64)
            self.assertTrue(all(0 < p < 1 for p in values))
        model.write_bytes(model.read_bytes()[:-100])
        _, err = run("predict", model, "-d", data, "-p", out, status=2)
        self.assertIn("m.frsh", err)


if __name__ == "__main__":
    unittest.main(verbosity=0)
