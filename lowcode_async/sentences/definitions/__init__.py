"""Sentences of `definitions`."""

from lowcode_async.sentences.base import Sentence
from lowcode_async.sentences.definitions import beside, names, options, relations, to_dict

SENTENCES: dict[str, Sentence] = {
    **names.SENTENCES,
    **options.SENTENCES,
    **relations.SENTENCES,
    **to_dict.SENTENCES,
    **beside.SENTENCES,
}
