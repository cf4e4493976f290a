#!/usr/bin/env python3
"""The command line, as people use it: command_line_test.py PROGRAM. Runs in the project's root."""
import gzip
import json
import os
import pathlib
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from program import PROGRAM, ROOT, SHARED, InFolder, run  # noqa: E402

SPEC = "scale | logistic(optimizer=sgd, learning_rate=0.005)"


def phishing():
    """The bundled file; its plain text for a program that was built without gzip, which must say so."""
    path = ROOT / "data/phishing.csv.gz"
    tried = subprocess.run([PROGRAM, "eval", "prior", "-d", path, "-q"], capture_output=True, timeout=120)
    if b"built without zlib" not in tried.stderr:
        return str(path)
    PLAIN.write(gzip.decompress(path.read_bytes()))
    PLAIN.flush()
    return PLAIN.name


PLAIN = tempfile.NamedTemporaryFile(suffix=".csv")
PHISHING = phishing()


class CommandLine(InFolder):
    # ---- eval

    def test_the_published_figure(self):
        out, err = run("eval", SPEC, "-d", PHISHING)
        self.assertRegex(out, r"(?m)^model +0\.887200")
        self.assertIn('target: column "is_phishing", the last one', err)

    def test_json_has_the_stated_shape(self):
        out, err = run("eval", SPEC, "-d", PHISHING, "--metrics", "accuracy,f1", "--json", "-q")
        self.assertEqual(err, "")
        result = json.loads(out)
        self.assertEqual(list(result)[:6], ["examples", "scored", "metrics", "baselines", "bad", "seconds"])
        self.assertAlmostEqual(result["metrics"]["accuracy"], 0.8872, 12)
        self.assertAlmostEqual(result["metrics"]["f1"], 0.871233, 6)
        self.assertEqual(list(result["baselines"]), ["last_class", "prior"])
        self.assertEqual(result["bad"], {})

    def test_the_figures_of_elec2(self):
        elec2 = SHARED / "streams/elec2.csv"
        if not elec2.exists():
            self.skipTest("skipped: no shared data (streams/elec2.csv; set FRESHET_SHARED_DATA)")
        out, _ = run("eval", "scale | logistic(learning_rate=0.005)", "-d", elec2, "--metrics", "accuracy,f1", "--json", "-q")
        result = json.loads(out)
        self.assertAlmostEqual(result["metrics"]["accuracy"], 0.822144, 5)
        self.assertAlmostEqual(result["metrics"]["f1"], 0.777086, 5)
        self.assertAlmostEqual(result["baselines"]["last_class"]["accuracy"], 0.853303, 5)

    def test_delay_zero_is_none_and_a_delay_counts(self):
        plain = json.loads(run("eval", SPEC, "-d", PHISHING, "--json", "-q")[0])
        zero = json.loads(run("eval", SPEC, "-d", PHISHING, "--delay", 0, "--json", "-q")[0])
        late = json.loads(run("eval", SPEC, "-d", PHISHING, "--delay", 100, "--json", "-q")[0])
        self.assertEqual(plain["metrics"], zero["metrics"])
        self.assertNotEqual(plain["metrics"], late["metrics"])
        self.assertEqual(late["scored"], 1250)

    def test_every_vs_and_curve(self):
        csv, svg = self.path / "c.csv", self.path / "c.svg"
        out, _ = run("eval", SPEC, "-d", PHISHING, "--every", 500, "--vs", "scale | logistic(optimizer=adam)",
                     "--curve", csv, "-q")
        self.assertRegex(out, r"(?m)^ +500  model 0\.\d+ \(window")
        self.assertIn("faded McNemar against scale | logistic(optimizer=adam)", out)
        lines = csv.read_text().splitlines()
        self.assertEqual(len(lines), 4)  # a header, 500, 1000, 1250
        self.assertTrue(lines[3].startswith("1250,0.8872,"))
        run("eval", SPEC, "-d", PHISHING, "--curve", svg, "-q")
        self.assertTrue(svg.read_text().startswith("<svg "))

    def test_no_rows_is_no_error(self):
        out, _ = run("eval", "linear", "-d", "-", "--format", "csv", "--json", "-q", stdin="a,y\n")
        self.assertEqual(json.loads(out)["examples"], 0)
        self.assertIsNone(json.loads(out)["metrics"]["mae"])

    def test_progress_goes_to_stderr_at_powers_of_two(self):
        _, err = run("eval", SPEC, "-d", PHISHING)
        self.assertIn("freshet: 1024 examples, ", err)
        self.assertNotIn("\x1b", err)
        self.assertIn("\x1b[", run("eval", SPEC, "-d", PHISHING, "--color", "always")[1])

    # ---- errors

    def test_a_bad_number_is_named_with_its_place(self):
        _, err = run("eval", "linear", "-d", "-", "--format", "sparse", stdin="1 | 0:1 1:2x\n", status=2)
        self.assertIn("<stdin>:1:11: expected a number", err)
        path = self.file("elec.csv", "a,nswdemand,y\n1,2,0\n3,n/a,1\n")
        _, err = run("eval", "linear", "-d", path, status=2)
        self.assertIn(f'freshet: {path}:3:3: expected a number for "nswdemand", found "n/a" '
                      "(use --missing n/a, or --on-bad-line skip)", err)
        out, err = run("eval", "linear", "-d", path, "--missing", "n/a", "--json")
        self.assertEqual(json.loads(out)["examples"], 2)

    def test_bad_lines_are_skipped_and_counted(self):
        text = "1 | 0:1\nx | 0:1\n2 | 0:1 1:z\n3 | 0:2\n"
        out, err = run("eval", "linear", "-d", "-", "--format", "sparse", "--on-bad-line", "skip", "--json", stdin=text)
        result = json.loads(out)
        self.assertEqual((result["examples"], result["bad"]), (2, {"number": 1, "label": 1}))
        self.assertIn("2 bad lines skipped: 1 number, 1 label", err)

    def test_near_names_are_suggested(self):
        for args, hint in ((("eval", "logistc", "-d", PHISHING), "logistic"),
                           (("eval", "scale | logistic(learning_rat=1)", "-d", PHISHING), "learning_rate"),
                           (("evl",), "eval"), (("logstic", "-d", PHISHING), "logistic"),
                           (("eval", "linear", "--metrcs", "mae"), "--metrics"),
                           (("help", "sclae"), "scale"), (("list", "learner"), "learners"),
                           (("data", "generate", "see"), "sea"), (("completion", "bsh"), "bash"),
                           (("eval", "logistic", "-d", PHISHING, "--metrics", "acuracy"), "accuracy"),
                           (("eval", "logistic", "-d", PHISHING, "--target", "is_fishing"), "is_phishing"),
                           (("eval", "logistic", "-d", PHISHING, "--format", "cvs"), "csv")):
            _, err = run(*args, status=2)
            self.assertIn(hint, err, args)

    def test_flags_of_models_and_of_other_programs_say_where_they_belong(self):
        for args, hint in ((("vw", "--loss_function", "logistic", "-d", PHISHING), "is here: vw(loss=...)"),
                           (("ftrl", "-d", PHISHING, "--beta", "1"), "'ftrl(beta=...)'"),
                           (("train", "vw", "x.vw", "-f", "m"), '"x.vw" without an option (a file to read is named by -d)'),
                           (("-d", "x.vw", "--oaa", "3"), "the first word is a command or a model"),
                           (("eval", PHISHING, "-d", PHISHING), "is a file, not a spec")):
            _, err = run(*args, status=2)
            self.assertIn(hint, err, args)

    def test_what_can_not_be_written_is_told_before_the_work(self):
        for args in (("train", SPEC, "-f"), ("eval", SPEC, "--every", "100", "--curve")):
            _, err = run(*args, self.path / "no" / "m.csv", "-d", PHISHING, status=2)
            self.assertIn("can't be written: ", err)
            self.assertNotIn("examples", err)
        _, err = run("train", SPEC, "-d", PHISHING, "-f", "/dev/null", status=2)
        self.assertIn("/dev/null: can't be written: it is no ordinary file", err)
        model = self.path / "m.frsh"
        run("train", SPEC, "-d", PHISHING, "-f", model, "-q")
        here, _ = run("predict", model, "-d", PHISHING)
        for out in ("/dev/stdout", "-"):
            self.assertEqual(run("predict", model, "-d", PHISHING, "-p", out)[0], here)
        self.assertEqual(run("predict", model, "-d", PHISHING, "-p", "/dev/null")[0], "")
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def test_what_is_not_built_is_unknown(self):
        for name in ("merge", "import", "export", "worker", "shard", "keygen", "token"):
            _, err = run(name, status=2)
            self.assertIn("there is no command or learner", err)
        for flag in ("--device=cuda", "--archive=x"):
            _, err = run("eval", "linear", "-d", PHISHING, flag, status=2)
            self.assertIn("has no option", err)

    def test_wrong_values_state_the_bounds(self):
        _, err = run("eval", "logistic(learning_rate=5000)", "-d", PHISHING, status=2)
        self.assertIn("1000", err)
        _, err = run("eval", "logistic", "-d", PHISHING, "--window", "x", status=2)
        self.assertIn("--window", err)
        run("eval", "linear", status=2)
        run("eval", status=2)
        run("train", "linear", "-d", PHISHING, status=2)
        run("eval", "linear", "-d", "no_such_file.csv", status=2)
        run(status=2)

    # ---- train, predict, inspect

    def test_a_model_is_written_and_predicts(self):
        model, out_path = self.path / "m.frsh", self.path / "p.txt"
        run("train", SPEC, "-d", PHISHING, "-f", model, "-q")
        run("predict", model, "-d", PHISHING, "-p", out_path, "-q")
        lines = out_path.read_text().splitlines()
        self.assertEqual(len(lines), 1250)
        self.assertEqual(set(lines), {"0", "1"})
        out, _ = run("predict", model, "-d", PHISHING, "--probabilities", "--json", "--limit", 2, "-q")
        first = json.loads(out.splitlines()[0])
        self.assertAlmostEqual(sum(first["probabilities"].values()), 1, 6)
        inspected = json.loads(run("inspect", model, "--json")[0])
        self.assertEqual(inspected["keys"]["input.target"], "is_phishing")
        self.assertEqual(inspected["keys"]["model.examples"], "1250")
        self.assertIn("long_url", {w["feature"] for w in inspected["weights"]})
        self.assertIn("crc32c", run("inspect", model)[0])

    def test_going_on_equals_never_having_stopped(self):
        rows = ["a,b,y"] + [f"{k % 7},{k % 5},{(k % 7) * 2 - (k % 5)}" for k in range(400)]
        half, rest, both = (self.file("h.csv", "\n".join(rows[:201])), self.file("r.csv", "\n".join([rows[0]] + rows[201:])),
                            self.file("b.csv", "\n".join(rows)))
        run("train", "scale | linear", "-d", both, "-f", self.path / "once", "-q")
        run("train", "scale | linear", "-d", half, "-f", self.path / "twice", "-q")
        run("train", "-i", self.path / "twice", "-d", rest, "-f", self.path / "twice", "-q")
        self.assertEqual((self.path / "once").read_bytes(), (self.path / "twice").read_bytes())
        run("train", "scale | linear", "-d", both, "-f", self.path / "threads", "--threads", 8, "-q")
        self.assertEqual((self.path / "once").read_bytes(), (self.path / "threads").read_bytes())
        _, err = run("train", "logistic", "-i", self.path / "once", "-d", both, "-f", self.path / "x", status=2)
        self.assertIn("scale | linear", err)

    def test_the_short_form(self):
        model = self.path / "s.frsh"
        run("logistic", "-d", PHISHING, "-f", model, "-q")
        first = model.read_bytes()
        run("logistic", "-d", PHISHING, "-f", model, "-q")
        self.assertNotEqual(first, model.read_bytes())  # it went on
        self.assertEqual(json.loads(run("inspect", model, "--json")[0])["keys"]["model.examples"], "2500")
        run("logistic", "-d", PHISHING, "-i", model, "-p", self.path / "out.txt", "-q")
        self.assertEqual(len((self.path / "out.txt").read_text().splitlines()), 1250)

    def test_decisions_are_learned_scored_and_predicted(self):
        lines = []
        for k in range(60):
            cost = -1 if k % 3 == k // 3 % 2 else 0
            lines.append(f"shared |U user{k // 3 % 2}")
            lines += [(f"0:{cost}:0.25 " if a == k % 3 else "") + f"|A action{a}" for a in range(3)] + [""]
        data, model, out = self.file("d.vw", "\n".join(lines)), self.path / "m.frsh", self.path / "out.txt"
        report = json.loads(run("train", "cb", "-d", data, "-f", model, "-q", "--json")[0])
        self.assertEqual(report["examples"], 60)
        self.assertEqual(list(report["metrics"]), ["ips", "snips"])
        self.assertLess(report["metrics"]["snips"], -0.5)
        run("cb", "-d", data, "-i", model, "-p", out, "-q")
        answers = [[float(word) for word in line.split()] for line in out.read_text().splitlines()]
        self.assertEqual(len(answers), 60)
        self.assertEqual({len(answer) for answer in answers}, {3})
        self.assertTrue(all(abs(sum(answer) - 1) < 1e-6 for answer in answers))
        said = json.loads(run("predict", model, "-d", data, "-q", "--json", "--limit", 1)[0])
        self.assertEqual(len(said["prediction"]), 3)
        run("eval", "cb", "-d", data, "--metrics", "accuracy", "-q", status=2)
        _, err = run("eval", "linear", "-d", PHISHING, "--metrics", "dr", "-q", status=2)
        self.assertIn("decisions", err)

    def test_decisions_late_beside_rivals_and_behind_transforms(self):
        lines = []
        for k in range(300):
            user, chosen = k // 3 % 2, k % 3
            cost = -1 if chosen == 2 * user else 0
            lines.append(f"shared |U user{user}")
            lines += [(f"0:{cost}:0.3333 " if a == chosen else "") + f"|A action{a}" for a in range(3)] + [""]
        data = self.file("d.vw", "\n".join(lines))

        def metrics(spec, *args):
            return json.loads(run("eval", spec, "-d", data, "-q", "--json", *args)[0])

        plain = metrics("cb", "--metrics", "ips,snips,dr")
        self.assertLess(abs(plain["metrics"]["dr"] - plain["metrics"]["ips"]), .1)
        for spec in ("hash | cb", "cross(lists=UA) | cb(model=vw)"):
            self.assertAlmostEqual(metrics(spec)["metrics"]["ips"], plain["metrics"]["ips"], places=6)
        at_once, late = metrics("scale | cb", "--delay", 0), metrics("scale | cb", "--delay", 100)
        self.assertEqual(at_once["metrics"], metrics("scale | cb")["metrics"])
        self.assertEqual(late["scored"], 300)
        self.assertGreater(metrics("cb", "--delay", 100)["metrics"]["ips"], plain["metrics"]["ips"])
        rivals = metrics("cb", "--vs", "cb(epsilon=1)", "--delay", 2)["rivals"]
        self.assertGreater(rivals[0]["mcnemar"], 3.84)
        run("eval", "cb", "-d", data, "--vs", "linear", "-q", status=2)
        _, err = run("eval", "cb", "-d", data, "--delay", 3, "--time", "t", "-q", status=2)
        self.assertIn("--time t", err)
        model = self.path / "m.frsh"
        run("train", "hash(bits=20) | cb", "-d", data, "-f", model, "-q")
        run("train", "hash(bits=20) | cb", "-d", data, "-i", model, "-f", model, "-q")
        self.assertEqual(len(run("predict", model, "-d", data, "-q")[0].splitlines()), 300)
        run("train", "cb", "-d", data, "-f", model, "-q", "--keep-names")
        self.assertIn("action", run("inspect", model, "--weights", 40)[0])

    @unittest.skipUnless((SHARED / "vw/cb_load.dat").exists(), "skipped: no shared data")
    def test_the_figures_of_vowpal_wabbits_decisions(self):
        for spec, ips in (("cb", -.323757), ("cb(epsilon=0)", -.334255), ("cb(explore=softmax)", -.140542),
                          ("cb(explore=squarecb)", -.360756)):
            report = json.loads(run("eval", spec, "-d", SHARED / "vw/cb_load.dat", "-q", "--json")[0])
            self.assertAlmostEqual(report["metrics"]["ips"], ips, delta=abs(ips) * 1e-4)

    @unittest.skipUnless((SHARED / "streams/diabetes.json").exists(), "skipped: no shared data")
    def test_nelder_mead_comes_near_least_squares_and_says_what_it_took(self):
        table = json.loads((SHARED / "streams/diabetes.json").read_text())
        rows = [" ".join(f"{k}:{value!r}" for k, value in enumerate(row)) for row in table["Features"]]
        data = self.file("diabetes.txt", "".join(f"{y} | {row}\n" for y, row in zip(table["Label"], rows)))
        model, out = self.path / "m.tmk", self.path / "out.txt"
        text, _ = run("nelder_mead", "-d", data, "-f", model)
        self.assertRegex(text, r"objective evaluated \d+ times")
        run("nelder_mead", "-d", data, "-i", model, "-p", out, "-q")
        squares = sum((float(said) - y) ** 2 for said, y in zip(out.read_text().split(), table["Label"]))
        self.assertLessEqual(squares, 1.001 * 1263985.79)
        inspected = json.loads(run("inspect", model, "--json")[0])
        self.assertIn(f"objective evaluated {inspected['numbers']['evaluations']} times", text)

    def test_the_short_form_of_every_learner(self):
        numbers = self.file("n.csv", "a,b,y\n" + "".join(f"{k % 7},{k % 3},{k % 7 + 2 * (k % 3)}\n" for k in range(60)))
        classes = self.file("c.csv", "a,b,y\n" + "".join(f"{k % 7},{k % 3},{int(k % 7 > 3)}\n" for k in range(60)))
        words = self.file("w.csv", "a,y\n" + "".join(f"w{k % 5},{k % 2}\n" for k in range(60)))
        decisions = self.file("d.vw", "|A a\n0:1:0.5 |A b\n\n" * 20)
        for learner in json.loads(run("describe", "--json")[0])["learners"]:
            name = learner["name"]
            with self.subTest(name):
                model, out = self.path / f"{name}.tmk", self.path / f"{name}.txt"
                tried = []
                for data in (decisions, numbers, classes, words):
                    args = [name, "-d", data, "-f", model, "-q"]
                    done = subprocess.run([PROGRAM, *map(str, args)], capture_output=True, timeout=120)
                    tried.append(done.stderr.decode("utf-8", "replace"))
                    if done.returncode == 0:
                        break
                self.assertTrue(model.exists(), f"{name}: " + " ".join(tried))
                run(name, "-d", data, "-f", model, "-q")  # goes on
                run(name, "-d", data, "-i", model, "-p", out, "-q")
                self.assertTrue(out.read_text())

    def test_a_damaged_model_is_refused(self):
        model = self.path / "m.frsh"
        run("train", SPEC, "-d", PHISHING, "-f", model, "-q")
        whole = model.read_bytes()
        for k in range(0, len(whole), 97):
            model.write_bytes(whole[:k] + bytes([whole[k] ^ 16]) + whole[k + 1:])
            run("predict", model, "-d", PHISHING, "-q", status=2)
        model.write_bytes(whole[:1000])
        _, err = run("inspect", model, status=2)
        self.assertIn("m.frsh", err)

    def test_columns_are_read_by_name(self):
        model = self.path / "m.frsh"
        run("train", "linear", "-d", self.file("a.csv", "a,b,y\n1,2,3\n2,1,4\n"), "-f", model, "-q")
        out, err = run("predict", model, "-d", self.file("b.csv", "b,new,a\n2,9,1\n"))
        self.assertIn('column "new" is ignored', err)
        same, _ = run("predict", model, "-d", self.file("c.csv", "a,b\n1,2\n"), "-q")
        self.assertEqual(out, same)
        run("predict", model, "-d", self.file("b.csv", "b,new,a\n2,9,1\n"), "--strict-columns", status=2)

    # ---- interrupts

    def slow_input(self, *args):
        """A call that waits for more on standard input, after 100 rows."""
        process = subprocess.Popen([PROGRAM, *map(str, args)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        process.stdin.write(("a,y\n" + "".join(f"{k % 3},{k % 2}\n" for k in range(300))).encode() * 1)
        process.stdin.write(b"".join(b"%d,%d\n" % (k % 3, k % 2) for k in range(200_000)))
        process.stdin.flush()
        return process

    def test_ctrl_c_writes_the_model_and_exits_130(self):
        model = self.path / "m.frsh"
        process = self.slow_input("train", "linear", "-d", "-", "--format", "csv", "-f", model)
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(json.loads(run("inspect", model, "--json")[0])["spec"], "linear")
        process.communicate()

    def test_kill_leaves_the_old_file_whole(self):
        model = self.path / "m.frsh"
        run("train", SPEC, "-d", PHISHING, "-f", model, "-q")
        before = model.read_bytes()
        process = self.slow_input("train", "linear", "-d", "-", "--format", "csv", "-f", model)
        time.sleep(0.5)
        process.kill()
        process.communicate()
        self.assertEqual(model.read_bytes(), before)
        self.assertEqual([p.name for p in self.path.iterdir()], ["m.frsh"])

    def test_a_closed_stdout_ends_it(self):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([PROGRAM, "data", "generate", "sea"], stdout=writer, stderr=subprocess.PIPE, timeout=60)
        os.close(writer)
        self.assertIn(done.returncode, (1, -signal.SIGPIPE))

    # ---- the rest

    def test_specs_inline_in_a_file_and_as_json(self):
        results = [json.loads(run("eval", spec, "-d", PHISHING, "--json", "-q")[0])["metrics"] for spec in (
            SPEC, "@" + self.file("s.txt", SPEC + "\n"),
            '{"pipeline":[{"scale":{}},{"logistic":{"optimizer":"sgd","learning_rate":0.005}}]}',
            "@" + self.file("s.json", '{"pipeline":["scale",{"logistic":{"learning_rate":5e-3}}]}'))]
        for other in results[1:]:
            self.assertEqual(results[0], other)
        for spec in ('{"pipeline":[]', '{"pipeline":{}}', '{"a":1}', '{"logistic":{"learning_rate":null}}', "@nowhere"):
            run("eval", spec, "-d", PHISHING, status=2)

    def test_generators_repeat_themselves(self):
        one, _ = run("data", "generate", "friedman", "--examples", 100, "--seed", 3)
        again = self.path / "f.csv"
        run("data", "generate", "friedman", "--examples", 100, "--seed", 3, "-o", again)
        self.assertEqual(one, again.read_text())
        self.assertEqual(len(one.splitlines()), 101)
        result = json.loads(run("eval", "scale | linear", "-d", again, "--json", "-q")[0])
        self.assertEqual(result["examples"], 100)

    def test_json_parses_for_every_command(self):
        model = self.path / "m.frsh"
        calls = {"train": ("train", "linear", "-d", PHISHING, "-f", model), "eval": ("eval", "linear", "-d", PHISHING),
                 "predict": ("predict", model, "-d", PHISHING, "--limit", "1"), "inspect": ("inspect", model),
                 "data": ("data", "list"), "bench": ("bench",), "list": ("list",), "help": ("help",),
                 "describe": ("describe",), "completion": ("completion", "bash")}
        own_tests = {"replay", "serve"}
        names = {command["name"] for command in json.loads(run("describe", "--json")[0])["commands"]}
        self.assertEqual(names - own_tests, set(calls))
        for name, args in calls.items():
            out, _ = run(*args, "--json", "-q")
            for line in out.splitlines():
                json.loads(line)
            self.assertTrue(out, name)

    def test_the_same_call_gives_the_same_bytes(self):
        one, two = self.path / "1", self.path / "2"
        run("train", SPEC, "-d", PHISHING, "-f", one, "-q")
        run("train", SPEC, "-d", PHISHING, "-f", two, "-q", "--threads", "8")
        self.assertEqual(one.read_bytes(), two.read_bytes())

    def test_version_and_help(self):
        self.assertRegex(run("--version")[0], r"^freshet \d+\.\d+\.\d+\n$")
        self.assertIn("freshet eval", run("help")[0])
        for entry in json.loads(run("list", "--json")[0]):
            self.assertTrue(run("help", entry["name"])[0])
        self.assertIn("learning_rate", run("help", "logistic")[0])
        self.assertIn("RFC 4180", run("help", "formats")[0])
        self.assertEqual(run("train", "--help")[0], run("help", "train")[0])

    def test_completion_is_a_script(self):
        script = self.file("c.bash", run("completion", "bash")[0])
        subprocess.run(["bash", "-n", script], check=True)
        done = subprocess.run(
            ["bash", "-c", f"source {script}; COMP_WORDS=(freshet eval --met); COMP_CWORD=2; _freshet; echo ${{COMPREPLY[@]}}"],
            capture_output=True, check=True, text=True)
        self.assertEqual(done.stdout.strip(), "--metrics")


if __name__ == "__main__":
    unittest.main(verbosity=1)
