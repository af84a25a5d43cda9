"""Live models: the generation that a process serves, and the processes that serve."""

from lowcode_async.runtime.generation import (
    Generation,
    aget_model,
    aget_models,
    apinned,
    get_model,
    get_models,
    pinned,
)
from lowcode_async.runtime.published import Published, get_all_published, get_published
from lowcode_async.runtime.registered import register
from lowcode_async.runtime.signals import generation_swapped

__all__ = [
    "Generation",
    "Published",
    "aget_model",
    "aget_models",
    "apinned",
    "generation_swapped",
    "get_all_published",
    "get_model",
    "get_models",
    "get_published",
    "pinned",
    "register",
]
