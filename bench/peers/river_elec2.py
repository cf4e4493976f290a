"""River's StandardScaler | LogisticRegression on Elec2, fed from dicts already in memory: {"data": PATH}."""
import csv
import gc

import river
from peer import serve, timed
from river import linear_model, optim, preprocessing

ROWS = {}


def rows(path):
    if path not in ROWS:
        with open(path) as file:
            ROWS[path] = []
            for row in csv.DictReader(file):
                y = row.pop("up")
                ROWS[path].append(({name: float(value) for name, value in row.items()}, y == "1" or y.lower() == "true"))
    return ROWS[path]


def job(request):
    data = rows(request["data"])
    model = preprocessing.StandardScaler() | linear_model.LogisticRegression(optim.SGD(0.005))

    def learn():
        right = 0
        for x, y in data:
            right += model.predict_one(x) == y  # predict, then learn, as ours
            model.learn_one(x, y)
        return right
    gc.collect()
    wall, cpu, right = timed(learn)
    return {"wall": wall, "cpu": cpu, "accuracy": right / len(data), "examples": len(data)}


serve(f"River {river.__version__}", job)
