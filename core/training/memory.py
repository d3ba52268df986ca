"""What a torch optimiser remembers between two steps, as JSON values and back, to the last bit.

Adam remembers two moments and a count, L-BFGS its last steps and gradients; without them a continued training would
begin to learn the curvature again.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import torch

_DTYPES = {"float64": torch.float64, "float32": torch.float32}


def remember(optimiser: torch.optim.Optimizer) -> Any:
    """The memory of an optimiser of one tensor, without its settings; None before its first step."""
    state = optimiser.state_dict()["state"]
    return {name: _to_json(value) for name, value in state[0].items()} if state else None


def remind(optimiser: torch.optim.Optimizer, memory: Any) -> None:
    """Give the memory to a fresh optimiser with the same settings; ValueError if it is none."""
    if memory is None:
        return
    try:
        state = {name: _from_json(value) for name, value in memory.items()}
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("this is no memory of an optimiser") from error
    optimiser.load_state_dict({**optimiser.state_dict(), "state": {0: state}})


def _to_json(value: object) -> Any:
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, float):
        return {"float": value.hex()}
    if isinstance(value, list):
        return [_to_json(member) for member in value]
    if isinstance(value, torch.Tensor):
        array = value.detach().numpy()
        return {
            "dtype": array.dtype.name,
            "shape": list(array.shape),
            "data": base64.b64encode(array.astype(array.dtype.newbyteorder("<")).tobytes()).decode("ascii"),
        }
    raise TypeError(f"an optimiser remembers a {type(value).__name__}")


def _from_json(value: Any) -> Any:
    if isinstance(value, list):
        return [_from_json(member) for member in value]
    if not isinstance(value, dict):
        return value
    if "float" in value:
        return float.fromhex(value["float"])
    data = np.frombuffer(base64.b64decode(value["data"]), dtype=np.dtype(value["dtype"]).newbyteorder("<"))
    return torch.tensor(data.reshape(value["shape"]), dtype=_DTYPES[value["dtype"]])
