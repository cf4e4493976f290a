"""scikit-learn's SGDClassifier on Elec2, one pass of rows in memory, scaled before: {"data": PATH}. It predicts and
learns a thousand rows at a time, for which it is made; row by row it would be slower by far."""
import csv

import numpy
import sklearn
from peer import serve, timed
from sklearn.linear_model import SGDClassifier
from sklearn.preprocessing import StandardScaler

ROWS = {}


def rows(path):
    if path not in ROWS:
        with open(path) as file:
            table = list(csv.DictReader(file))
        y = numpy.array([row.pop("up") in ("1", "true", "True") for row in table])
        ROWS[path] = numpy.array([[float(value) for value in row.values()] for row in table]), y
    return ROWS[path]


def job(request):
    x, y = rows(request["data"])
    scale, model = StandardScaler(), SGDClassifier(loss="log_loss", learning_rate="constant", eta0=0.005, alpha=0)

    def learn():
        right = 0
        for at in range(0, len(y), 1000):
            part, label = x[at:at + 1000], y[at:at + 1000]
            scale.partial_fit(part)
            part = scale.transform(part)
            if at:
                right += int((model.predict(part) == label).sum())
            model.partial_fit(part, label, classes=[False, True])
        return right
    wall, cpu, right = timed(learn)
    return {"wall": wall, "cpu": cpu, "accuracy": right / len(y), "examples": len(y)}


serve(f"scikit-learn {sklearn.__version__}", job)
