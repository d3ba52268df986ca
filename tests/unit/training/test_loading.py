"""Training with L-BFGS gives the same numbers without torch's compiler, and does not load it."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.architecture.source import ROOT

FIT = """
import json, sys
import numpy as np
import torch
from core.monitor import SilentMonitor
from core.relations.plan import TrainingPlan
from core.training import loading, trainer

if sys.argv[1] == "as torch comes":
    for method in vars(torch.optim.Optimizer).values():
        vars(getattr(method, "__wrapped__", object)).get(loading._READY) and delattr(method.__wrapped__, loading._READY)
random = np.random.default_rng(1)
rows = random.integers(0, 1 << 16, (200, 6), dtype=np.uint16)
outcomes = (rows[:, 0] > random.integers(0, 1 << 16, 200)).astype(np.int64)
model = trainer.fit(rows, outcomes, plan=TrainingPlan(), monitor=SilentMonitor())
print(json.dumps([model.weights.tolist(), model.losses, "torch._dynamo" in sys.modules]))
"""


def fit(how: str) -> list[object]:
    done = subprocess.run([sys.executable, "-c", FIT, how], cwd=ROOT, capture_output=True, text=True, check=True)
    found: list[object] = json.loads(done.stdout)
    return found


def test_training_is_the_same_without_the_compiler() -> None:
    *ours, loaded = fit("as we load it")
    *torchs, loaded_by_torch = fit("as torch comes")
    assert ours == torchs
    assert (loaded, loaded_by_torch) == (False, True)
