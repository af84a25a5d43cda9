"""Definitions of all that a field can be, for what is written about them."""

from __future__ import annotations

from typing import Any

from lowcode_async.definitions.model import FieldDefinition, ModelDefinition


def definition(model: str, *fields: dict[str, Any]) -> ModelDefinition:
    """Return a definition from the stored form of its fields."""
    return ModelDefinition(
        name=model, fields=tuple(FieldDefinition.from_json(each) for each in fields)
    )


def field(name: str, type_: str, /, **options: Any) -> dict[str, Any]:
    """Return the stored form of a field."""
    return {"name": name, "type": type_, **options}


SHOP = definition(
    "Shop",
    field("code", "SlugField", primary_key=True, max_length=20),
    field("title", "CharField", max_length=100, verbose_name="店名", help_text='叫"什么"，it\'s'),
    field("best", "ForeignKey", to="Product", on_delete="SET_NULL", null=True, related_name="+"),
)
NUMBERED = definition("Numbered", field("number", "AutoField", primary_key=True))
SMALL = definition("Small", field("id", "SmallAutoField", primary_key=True))
BIG = definition("Big", field("id", "BigAutoField", primary_key=True, verbose_name="编号"))
LABEL = definition(
    "Label",
    field("shop", "OneToOneField", to="Shop", on_delete="CASCADE", primary_key=True),
    field("text", "CharField", max_length=20),
)
PRODUCT = definition(
    "Product",
    field("name", "CharField", max_length=100, unique=True, column="title"),
    field("state", "CharField", max_length=9, default="new", choices=[["new", "新建"], ["sold", "已售"]]),
    field("text", "TextField", null=True, blank=True, db_comment="说明 'x'"),
    field("slug", "SlugField", db_index=False, allow_unicode=True),
    field("mail", "EmailField", default="a@b.cn"),
    field("url", "URLField", max_length=300, blank=True),
    field("size", "IntegerField", default=-3, choices=[[-3, "小"], [3, "大"]]),
    field("small", "SmallIntegerField", null=True),
    field("large", "BigIntegerField", db_index=True, default=2**62),
    field("rank", "PositiveSmallIntegerField", default=1),
    field("count", "PositiveIntegerField", default=0),
    field("total", "PositiveBigIntegerField", default=0),
    field("weight", "FloatField", default=1e22),
    field("price", "DecimalField", max_digits=8, decimal_places=2, default="9.90"),
    field("live", "BooleanField", default=True),
    field("day", "DateField", default="today"),
    field("other_day", "DateField", default="2024-01-05"),
    field("moment", "DateTimeField", default="now", db_index=True),
    field("fixed", "DateTimeField", default="2024-01-05T08:30:00Z"),
    field("create_time", "DateTimeField", auto_now_add=True),
    field("update_time", "DateTimeField", auto_now=True),
    field("hour", "TimeField", default="now"),
    field("noon", "TimeField", default="12:00:00"),
    field("length", "DurationField", default="P1DT2H"),
    field("uuid", "UUIDField", default="uuid4", unique=True),
    field("fixed_uuid", "UUIDField", default="6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
    field("address", "GenericIPAddressField", protocol="IPv4", null=True),
    field("data", "JSONField", default={}),
    field("tags", "JSONField", default=[]),
    field("extra", "JSONField", default={"键": [1, None, True], "b": {"c": "d" * 60}}),
    field("bytes", "BinaryField", default="AP8nIg==", editable=True),
    field("file", "FileField", upload_to="files/%Y", max_length=200, blank=True),
    field("image", "ImageField", upload_to="images", blank=True),
    field("path", "FilePathField", path="photos", match=r"\.jpe?g$", recursive=True, blank=True),
    field("shop", "ForeignKey", to="Shop", on_delete="PROTECT", related_name="products", null=True),
    field("parent", "ForeignKey", to="self", on_delete="CASCADE", null=True, column="mother_id"),
    field("create_user", "ForeignKey", to="auth.User", on_delete="SET_NULL", null=True),
    field("group", "ForeignKey", to="auth.Group", on_delete="DO_NOTHING", null=True, db_constraint=False),
    field("big", "OneToOneField", to="Big", on_delete="RESTRICT", null=True),
    field("numbered", "ForeignKey", to="Numbered", on_delete="SET_DEFAULT", default=1, null=True),
    field("sold", "ManyToManyField", to="Shop", related_name="sold", blank=True),
    field("like", "ManyToManyField", to="self", column="dynamic_product_similar"),
    field("above", "ManyToManyField", to="self", symmetrical=False, related_name="below"),
    field("users", "ManyToManyField", to="auth.User"),
)  # fmt: skip
MODELS = {each.name: each for each in (SHOP, NUMBERED, SMALL, BIG, LABEL, PRODUCT)}
"""Every field type and every kind of relation, two of them in a circle, and a field called ``uuid``."""
