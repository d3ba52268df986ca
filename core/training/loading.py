"""Loading of torch what training needs, and no more.

The base class of torch's optimisers wraps a few methods so that its compiler, torch._dynamo, leaves them alone, and
loads that compiler, some eight hundred modules, when the first of them is called. Nothing here is ever compiled: a
method that says of itself that it is ready is called as it is. Where torch should not look for that any more, the
compiler is loaded as before.
"""

from __future__ import annotations

import torch

_READY = "__dynamo_disable"


def leave_the_compiler_out() -> None:
    """Tell torch that no method of its optimisers has to be kept from its compiler."""
    for name in vars(torch.optim.Optimizer):
        method = getattr(getattr(torch.optim.Optimizer, name), "__wrapped__", None)
        if method is not None and not hasattr(method, _READY):
            setattr(method, _READY, method)
