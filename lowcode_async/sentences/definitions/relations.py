"""Sentences about relations."""

from lowcode_async.sentences.base import Sentence

SENTENCES: dict[str, Sentence] = {
    "relation_unknown": Sentence(
        zh="字段 '{field}' 指向的模型 '{target}' 不存在",
        en="Field '{field}': there is no model '{target}'",
    ),
    "relation_unknown_similar": Sentence(
        zh="字段 '{field}' 指向的模型 '{target}' 不存在，是否想写 {suggestion}？",
        en="Field '{field}': there is no model '{target}'; is {suggestion} meant?",
    ),
    "related_name_to_site": Sentence(
        zh="字段 '{field}' 指向站点自带的模型，不能有反向名称",
        en="Field '{field}': the site's own models get no reverse name",
    ),
    "related_name_symmetrical": Sentence(
        zh="字段 '{field}' 是对称关联，没有反向名称；请去掉 related_name，或写明 symmetrical: false",
        en="Field '{field}': a symmetrical relation has no reverse name; drop related_name, or "
        "set symmetrical: false",
    ),
    "symmetrical_not_self": Sentence(
        zh="字段 '{field}'：只有指向自身的多对多关联才能使用 symmetrical",
        en="Field '{field}': symmetrical is only for a relation of a model to itself",
    ),
    "many_to_many_reserved": Sentence(
        zh="字段 '{field}'：模型 '{model}' 不能参与多对多关联，关联表中会出现不可用的名称 '{name}'",
        en="Field '{field}': the model '{model}' cannot take part in a many-to-many relation, "
        "whose table would need the impossible name '{name}'",
    ),
    "accessor_reserved": Sentence(
        zh="字段 '{field}' 的反向名称 '{accessor}' 已被模型 {target} 自身占用；请给出其他 related_name",
        en="Field '{field}': its reverse name '{accessor}' is taken by the model {target} itself; "
        "give another related_name",
    ),
    "accessor_is_field": Sentence(
        zh="字段 '{field}' 的反向名称 '{accessor}' 与模型 {target} 的字段冲突；请给出其他 related_name",
        en="Field '{field}': its reverse name '{accessor}' clashes with a field of {target}; give "
        "another related_name",
    ),
    "accessor_taken": Sentence(
        zh="字段 '{field}' 在模型 {target} 上的反向名称 '{accessor}' 已被 {other_model}.{other_field} "
        "使用；请给出其他 related_name",
        en="Field '{field}': its reverse name '{accessor}' on {target} is that of "
        "{other_model}.{other_field} already; give another related_name",
    ),
}
