"""Vowpal Wabbit's command line inside this process: {"args": [...], "onethread": true}."""
import re

import vowpal_wabbit_next as vw
from peer import serve, timed


def job(request):
    wall, cpu, (output, _) = timed(
        lambda: vw.run_cli_driver(request["args"] + ["--no_stdin"], onethread=request.get("onethread", True)))
    loss = re.search(r"average loss = (\S+)", output)
    features = re.search(r"total feature number = (\d+)", output)
    examples = re.search(r"number of examples(?: per pass)? = (\d+)", output)
    if not loss:
        return {"error": "no loss in: " + output[-300:]}
    return {"wall": wall, "cpu": cpu, "loss": float(loss[1]), "features": int(features[1]), "examples": int(examples[1])}


serve(f"Vowpal Wabbit {vw.VW_VERSION} (vowpal-wabbit-next {vw.__version__})", job)
