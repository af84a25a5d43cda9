"""Sentences of `runtime`."""

from lowcode_async.sentences.base import Sentence

SENTENCES: dict[str, Sentence] = {
    "model_renamed": Sentence(
        zh="模型 {model} 已改名为 {now}",
        en="The model {model} has been renamed to {now}",
    ),
    "model_not_found_near": Sentence(
        zh="没有名为 {model} 的模型；您要找的是否是：{near}",
        en="There is no model named {model}; did you mean: {near}?",
    ),
}
