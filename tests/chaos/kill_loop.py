"""What the kill loops over HTTP share: their command line, one kill under load, and the replay at the end."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import server as support  # noqa: E402


def options_of(doc, kills_a_round, clients):
    """Of the command line: program, rounds, seed, clients. Rounds: FRESHET_KILLS, else 50, by `kills_a_round`."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("FRESHET_KILLS", "50")) // kills_a_round)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clients", type=int, default=clients)
    options = parser.parse_args()
    support.PROGRAM = str(pathlib.Path(options.program).resolve())
    print(f"seed {options.seed}", flush=True)
    return options


def kill_under_load(server, clients, seconds, before=lambda: None):
    """The clients run; `seconds` later comes before(), and the kill; the server is started again."""
    threads = [threading.Thread(target=client.run) for client in clients]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    before()
    server.kill()
    for thread in threads:
        thread.join(support.WAIT_S)
        assert not thread.is_alive(), "a client hangs"
    server.start()


def replay(folder):
    """Every checkpoint is reproduced from the log alone."""
    done = subprocess.run([support.PROGRAM, "replay", folder, "--verify", "--json"], capture_output=True,
                          timeout=600, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)
