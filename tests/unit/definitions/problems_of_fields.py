"""Fields that have problems: what is sent, and where which problem is found."""

from __future__ import annotations

from typing import Any

from tests.unit.definitions.parsing import char, field, link

LONG = "a" * 64
FIELDS: list[tuple[list[Any], list[tuple[str, str]]]] = [
    # The shape of a field
    ([5, None], [("/fields/0", "field_no_object"), ("/fields/1", "field_no_object")]),
    ([{"type": "TextField"}], [("/fields/0", "field_name_missing")]),
    ([{"name": "a"}], [("/fields/0", "field_type_missing")]),
    ([field("Textfield")], [("/fields/0/type", "type_unknown_similar")]),
    ([field("")], [("/fields/0/type", "type_unknown")]),
    ([{"name": "a", "type": 5}], [("/fields/0/type", "type_no_string")]),
    # Names
    ([char(None)], [("/fields/0/name", "name_not_string")]),
    ([char(True)], [("/fields/0/name", "name_not_string")]),
    ([char("class")], [("/fields/0/name", "name_keyword")]),
    ([char("a_")], [("/fields/0/name", "name_trailing_underscore")]),
    ([char("a__b")], [("/fields/0/name", "name_double_underscore")]),
    ([char("1a")], [("/fields/0/name", "name_not_identifier")]),
    ([char("\uff41")], [("/fields/0/name", "name_not_ascii")]),
    ([char("pk")], [("/fields/0/name", "name_reserved")]),
    ([char("objects")], [("/fields/0/name", "name_reserved")]),
    ([char("save")], [("/fields/0/name", "name_reserved")]),
    ([char("Meta")], [("/fields/0/name", "name_reserved")]),
    ([char("DoesNotExist")], [("/fields/0/name", "name_reserved")]),
    ([char("id")], [("/fields/0/name", "name_id")]),
    ([char("ID")], [("/fields/0/name", "name_case")]),
    ([char("xmin")], [("/fields/0/name", "name_system_column")]),
    ([char("DB_ROW_ID")], [("/fields/0/name", "name_system_column")]),
    ([char(LONG)], [("/fields/0/name", "name_too_long")]),
    ([link("a" * 61, "Product")], [("/fields/0/name", "name_too_long")]),
    ([char("a"), char("a")], [("/fields/1/name", "name_duplicate")]),
    ([char("a"), char("A")], [("/fields/1/name", "name_case")]),
    ([link("a", "auth.User"), char("A_id")], [("/fields/1/name", "name_column_clash")]),
    ([char("a_id"), link("a", "auth.User")], [("/fields/1/name", "name_column_clash")]),
    (
        [char("a", choices=[["x", "X"]]), char("get_a_display")],
        [("/fields/1/name", "name_derived_clash")],
    ),
    (
        [field("DateField", "day"), char("get_next_by_day")],
        [("/fields/1/name", "name_derived_clash")],
    ),
    # Reserved names
    ([char("is_deleted")], [("/fields/0/type", "reserved_type")]),
    ([field("DateField", "create_time")], [("/fields/0/type", "reserved_type")]),
    ([link("create_user", "Product")], [("/fields/0/to", "reserved_to_user")]),
    ([field("FloatField", "project")], [("/fields/0/type", "reserved_type")]),
    # Options
    ([char(maxlength=3)], [("/fields/0/maxlength", "option_unknown_similar")]),
    ([char(**{"a/b~c": 3})], [("/fields/0/a~1b~0c", "option_unknown")]),
    ([{**char(), 7: 3}], [("/fields/0/7", "option_unknown")]),
    ([char(**{LONG * 2: 3})], [("/fields/0", "option_unknown")]),
    ([char(column="x")], [("/fields/0/column", "option_unknown")]),
    ([field("JSONField", choices=[])], [("/fields/0/choices", "option_unknown")]),
    ([field("CharField")], [("/fields/0", "option_missing")]),
    ([char(max_length=True)], [("/fields/0/max_length", "option_wrong_type")]),
    ([char(max_length=None)], [("/fields/0/max_length", "option_wrong_type")]),
    ([char(max_length=1.0)], [("/fields/0/max_length", "option_wrong_type")]),
    ([char(null=1)], [("/fields/0/null", "option_wrong_type")]),
    ([char(null=None)], [("/fields/0/null", "option_wrong_type")]),
    ([char(max_length=0)], [("/fields/0/max_length", "option_too_small")]),
    ([char(max_length=10**5000)], [("/fields/0/max_length", "option_too_large")]),
    ([char(verbose_name="x" * 256)], [("/fields/0/verbose_name", "option_too_long")]),
    ([char(verbose_name="a\x00")], [("/fields/0/verbose_name", "option_unstorable")]),
    ([char(help_text="\udfff")], [("/fields/0/help_text", "option_unstorable")]),
    (
        [field("GenericIPAddressField", protocol="ipv5")],
        [("/fields/0/protocol", "option_not_allowed")],
    ),
    ([field("AutoField", primary_key=False)], [("/fields/0/primary_key", "option_not_allowed")]),
    ([field("AutoField")], [("/fields/0", "option_missing")]),
    *(
        ([field("FileField", upload_to=path)], [("/fields/0/upload_to", "option_unsafe_path")])
        for path in ("/etc", "a/../../b", "..", "a\\b", "%Q/x", "a%", "a\nb")
    ),
    ([field("FilePathField", path="/etc")], [("/fields/0/path", "option_unsafe_path")]),
    ([field("FilePathField", match="(")], [("/fields/0/match", "option_no_pattern")]),
    # Constants
    ([field("IntegerField", default=True)], [("/fields/0/default", "value_wrong_type")]),
    ([field("IntegerField", default="1")], [("/fields/0/default", "value_wrong_type")]),
    ([field("IntegerField", default=1.0)], [("/fields/0/default", "value_wrong_type")]),
    ([field("IntegerField", default=2**31)], [("/fields/0/default", "value_out_of_range")]),
    ([field("IntegerField", default=10**5000)], [("/fields/0/default", "value_out_of_range")]),
    ([field("PositiveIntegerField", default=-1)], [("/fields/0/default", "value_out_of_range")]),
    ([field("BooleanField", default=1)], [("/fields/0/default", "value_wrong_type")]),
    ([field("FloatField", default=float("nan"))], [("/fields/0/default", "value_not_finite")]),
    ([field("FloatField", default=10**400)], [("/fields/0/default", "value_not_finite")]),
    ([field("JSONField", default=[float("inf")])], [("/fields/0/default", "value_not_finite")]),
    ([field("JSONField", default={"a": "\x00"})], [("/fields/0/default", "value_unstorable")]),
    ([field("TextField", default="\x00")], [("/fields/0/default", "value_unstorable")]),
    ([char(max_length=2, default="abc")], [("/fields/0/default", "value_too_long")]),
    ([field("EmailField", default="abc")], [("/fields/0/default", "value_unreadable")]),
    ([field("SlugField", default="a b")], [("/fields/0/default", "value_unreadable")]),
    ([field("URLField", default="javascript:x")], [("/fields/0/default", "value_unreadable")]),
    ([field("UUIDField", default="uuid5")], [("/fields/0/default", "value_unreadable")]),
    ([field("DateField", default="now")], [("/fields/0/default", "value_unreadable")]),
    ([field("DateField", default="2024-02-30")], [("/fields/0/default", "value_unreadable")]),
    ([field("DateTimeField", default="today")], [("/fields/0/default", "value_unreadable")]),
    (
        [field("DateTimeField", default="0001-01-01T00:00:00+10:00")],
        [("/fields/0/default", "value_out_of_range")],
    ),
    (
        [field("DurationField", default="P999999999D")],
        [("/fields/0/default", "value_out_of_range")],
    ),
    ([field("DurationField", default="1 year")], [("/fields/0/default", "value_unreadable")]),
    (
        [field("DurationField", default="00:00:01.0000001")],
        [("/fields/0/default", "value_unreadable")],
    ),
    ([field("BinaryField", default="***")], [("/fields/0/default", "value_unreadable")]),
    (
        [field("GenericIPAddressField", default="1.2.3.4", protocol="IPv6")],
        [("/fields/0/default", "value_unreadable")],
    ),
    (
        [field("DecimalField", max_digits=3, decimal_places=2, default="12.34")],
        [("/fields/0/default", "value_too_many_digits")],
    ),
    (
        [field("DecimalField", max_digits=3, decimal_places=2, default="1.234")],
        [("/fields/0/default", "value_too_many_digits")],
    ),
    (
        [field("DecimalField", max_digits=3, decimal_places=2, default="1e999")],
        [("/fields/0/default", "value_too_many_digits")],
    ),
    (
        [field("DecimalField", max_digits=3, decimal_places=2, default="NaN")],
        [("/fields/0/default", "value_unreadable")],
    ),
    ([char(default=None)], [("/fields/0/default", "default_null")]),
    (
        [char(choices=[["a", "A"]], default="b")],
        [("/fields/0/default", "default_not_in_choices")],
    ),
    ([char(choices={"a": "A"})], [("/fields/0/choices", "option_wrong_type")]),
    (
        [char(choices=["ab", ["a"], [1, "A"], ["a", 2], ["b", "\x00"]])],
        [
            ("/fields/0/choices/0", "choice_no_pair"),
            ("/fields/0/choices/1", "choice_no_pair"),
            ("/fields/0/choices/2/0", "value_wrong_type"),
            ("/fields/0/choices/3/1", "choice_label"),
            ("/fields/0/choices/4/1", "choice_label"),
        ],
    ),
    (
        [char(choices=[["a", "A"], ["a", "B"]])],
        [("/fields/0/choices/1/0", "choice_duplicate")],
    ),
    # Options together
    ([char(primary_key=True, null=True)], [("/fields/0/null", "primary_key_null")]),
    ([char(primary_key=True, default="x")], [("/fields/0/default", "primary_key_constant")]),
    (
        [char("a", primary_key=True), char("b", primary_key=True)],
        [("/fields/1/primary_key", "primary_key_twice")],
    ),
    (
        [link("a", "auth.User", on_delete="SET_NULL")],
        [("/fields/0/on_delete", "set_null_needs_null")],
    ),
    (
        [link("a", "auth.User", on_delete="SET_DEFAULT")],
        [("/fields/0/on_delete", "set_default_needs_default")],
    ),
    (
        [field("DateField", auto_now=True, auto_now_add=True)],
        [("/fields/0/auto_now_add", "auto_now_twice")],
    ),
    (
        [field("DateTimeField", auto_now=True, default="now")],
        [("/fields/0/default", "auto_now_with_default")],
    ),
    ([field("GenericIPAddressField", blank=True)], [("/fields/0/blank", "blank_needs_null")]),
    (
        [field("GenericIPAddressField", protocol="IPv4", unpack_ipv4=True)],
        [("/fields/0/unpack_ipv4", "unpack_ipv4_needs_both")],
    ),
    (
        [field("DecimalField", max_digits=2, decimal_places=3)],
        [("/fields/0/decimal_places", "decimal_places_exceed")],
    ),
    (
        [field("FilePathField", allow_files=False)],
        [("/fields/0/allow_files", "nothing_to_choose")],
    ),
    # Relations
    ([link("a", "Prodct")], [("/fields/0/to", "relation_unknown_similar")]),
    ([link("a", "xyz.Abc")], [("/fields/0/to", "relation_unknown")]),
    ([link("a", 5)], [("/fields/0/to", "option_wrong_type")]),
    ([field("ForeignKey")], [("/fields/0", "option_missing"), ("/fields/0", "option_missing")]),
    (
        [link("a", "auth.User", related_name="things")],
        [("/fields/0/related_name", "related_name_to_site")],
    ),
    (
        [link("a", "Product", related_name="a__b")],
        [("/fields/0/related_name", "name_double_underscore")],
    ),
    ([link("a", "Product", related_name="save")], [("/fields/0/related_name", "name_reserved")]),
    (
        [link("a", "Product", related_name="%(class)s")],
        [("/fields/0/related_name", "name_not_identifier")],
    ),
    (
        [link("a", "Product", related_name="name")],
        [("/fields/0/related_name", "accessor_is_field")],
    ),
    (
        [link("a", "Product", related_name="owner_id")],
        [("/fields/0/related_name", "accessor_is_field")],
    ),
    ([link("a", "Product", related_name="labels")], [("/fields/0/related_name", "accessor_taken")]),
    ([link("a", "Product"), link("b", "Product")], [("/fields/1", "accessor_taken")]),
    ([link("thing", "self")], [("/fields/0", "accessor_is_field")]),
    ([link("a", "self"), char("thing_set")], [("/fields/0", "accessor_is_field")]),
    (
        [field("ManyToManyField", "a", to="self", related_name="b")],
        [("/fields/0/related_name", "related_name_symmetrical")],
    ),
    (
        [field("ManyToManyField", "a", to="Product", symmetrical=True)],
        [("/fields/0/symmetrical", "symmetrical_not_self")],
    ),
    ([link("a", "self", primary_key=True)], [("/fields/0/to", "primary_key_circle")]),
    ([link("a", "Product", default="x")], [("/fields/0/default", "value_wrong_type")]),
    # Renames, of a model that is new
    ([char("a", renamed_from="b")], [("/fields/0/renamed_from", "rename_in_new_model")]),
    ([char("a", renamed_from=5)], [("/fields/0/renamed_from", "option_wrong_type")]),
    # What becomes of values that do not fit
    ([char("a", on_invalid=5)], [("/fields/0/on_invalid", "option_wrong_type")]),
    ([char("a", on_invalid="skip")], [("/fields/0/on_invalid", "option_not_allowed")]),
    ([char("a", on_invalid="null")], [("/fields/0/on_invalid", "on_invalid_needs_null")]),
    (
        [char("a", null=True, default=None, on_invalid="default")],
        [("/fields/0/on_invalid", "on_invalid_needs_default")],
    ),
    (
        [field("ManyToManyField", "a", to="Product", on_invalid="null")],
        [("/fields/0/on_invalid", "on_invalid_needs_null")],
    ),
]
