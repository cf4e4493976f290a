"""What every peer is: a process that answers requests, one JSON object a line each way, so that neither the
interpreter's start nor its imports are measured. {"quit": true} ends it.

A job answers {"wall", "cpu": seconds of the work alone, "loss" or "accuracy", ...}; what goes wrong: {"error"}.
"""
import json
import os
import resource
import sys
import time


def timed(work):
    """Seconds (wall, CPU of all threads) of work(), and what it answers."""
    def cpu():
        used = resource.getrusage(resource.RUSAGE_SELF)
        return used.ru_utime + used.ru_stime
    cpu_before, wall_before = cpu(), time.perf_counter()
    answer = work()
    return time.perf_counter() - wall_before, cpu() - cpu_before, answer


def serve(version, job):
    """Says who it is, then answers job(request) until it is told to end."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    print(json.dumps({"version": version}), file=out, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if request.get("quit"):
            return
        if request.get("core", -1) >= 0:
            os.sched_setaffinity(0, {request["core"]})
        else:
            os.sched_setaffinity(0, range(os.cpu_count()))
        try:
            answer = job(request)
        except Exception as error:  # a peer that fails must not hang the benchmark
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=out, flush=True)
