"""Lists that are asked for again with other values answer what they would if nothing were kept."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.db.models import CharField
from django.db.models.lookups import Exact
from django.test import override_settings
from django.test.utils import register_lookup
from rest_framework.test import APIClient

from lowcode_async import get_model
from lowcode_async.data_api.shapes import shape_of
from tests.databases import beside
from tests.integration.data_api.conftest import DATA, codes
from tests.integration.runtime.dynamic import definition, publish, text

pytestmark = pytest.mark.usefixtures("shop")

TEXTS = [
    "a",
    "",
    " ",
    "A b",
    "%",
    "_",
    "\\",
    "'",
    '"',
    "b%",
    "%b",
    "ß",
    "İ",
    "\0",
    "\ud83d",
    "a" * 300,
]
NUMBERS = ["1", "0", "-1", "x", "", "2147483648", "99999999999999", "1.5", "1e3", "NaN", "²"]
MOMENTS = [
    "2024-05-06T07:00:00Z",
    "2024-05-06T09:00:00%2B02:00",
    "2024-05-06",
    "0001-01-01T00:00:00Z",
    "x",
]
KEPT: list[tuple[str, Sequence[str]]] = [
    ("pages={}", NUMBERS),
    ("pages__gte={}&ordering=-pages", NUMBERS),
    ("pages__lt={}&fields=title,price", NUMBERS),
    ("price__lte={}", NUMBERS),
    ("price__gt={}&price__lt=1000", NUMBERS),
    ("weight={}", NUMBERS),
    ("title={}", TEXTS),
    ("title__icontains={}", TEXTS),
    ("title__contains={}&page_size=1", TEXTS),
    ("title__istartswith={}", [each for each in TEXTS if each]),
    ("title__endswith={}", TEXTS),
    ("title__icontains={}&title__contains=b", TEXTS),
    ("title={}&title__icontains=b", ["b%", "b%B", "%b"]),  # the first is sought by an index
    ("published__gt={}", MOMENTS),
    ("length__gte={}", ["P1D", "PT0S", "1", "x", "-P1D"]),
    ("isbn={}", ["1b4e28ba-2fa1-11d2-883f-0016d3cca427", "1B4E28BA2FA111D2883F0016D3CCA427", "x"]),
    ("opens__lte={}", ["08:30", "23:59:59.999999", "24:00"]),
    ("id={}", NUMBERS),
    ("author={}", NUMBERS),
    ("page_size={}", ["1", "2", "0", "99999", "x"]),
    ("page_size=2&page={}", ["1", "2", "3", "0", "x", "9999999999"]),
]
NOT_KEPT = [
    "search=a",
    "expand=author",
    "cursor=",
    "author__name=Ann",
    "tags__name=red",
    "printed=true",
    "pages__in=1,2",
    "pages__range=1,2",
    "pages__isnull=true",
    "published__year=2024",
    "pages__gt=1&pages__gt=2",
    "notes__isnull=true",
]


@pytest.fixture
def books() -> Any:
    """Five books."""
    book = get_model("Book")
    book._default_manager.bulk_create(
        book(title=title, pages=pages, price=price, weight=weight, published=published)
        for title, pages, price, weight, published in (
            ("A b", 100, "9.99", 0.5, "2023-01-01T00:00Z"),
            ("b%B", 1, "1", 1.5, "2024-05-06T07:00Z"),
            ("a_\\", -1, "0", None, "2024-05-06T07:00:00.000001Z"),
            ("ß ' \"", 0, "1.5", 1.0, None),
            ("İ", 2147483647, None, -1.0, "0001-01-02T00:00Z"),
        )
    )
    return book


def test_a_list_asked_for_again_answers_as_for_the_first_time(staff: APIClient, books: Any) -> None:
    repeated = shape_of(books).repeated
    for query, values, value in ((*each, value) for each in KEPT for value in each[1]):
        address = f"{DATA}/Book/?{query.format(quote(value, safe='%', errors='surrogatepass'))}"
        repeated.clear()
        whole, first = _asked(staff, address)
        repeated.clear()
        staff.get(f"{DATA}/Book/?{query.format(values[0])}")  # the first value is a good one
        assert len(repeated) == 1
        again, later = _asked(staff, address)
        assert (again.status_code, again.content) == (whole.status_code, whole.content), address
        assert later == first, address


def _asked(staff: APIClient, address: str) -> tuple[Any, list[Any]]:
    """Return the answer, and all that the database was asked for it."""
    asked: list[Any] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        return staff.get(address), asked


def test_pages_beyond_the_last_tell_how_many_there_are(staff: APIClient, books: Any) -> None:
    for _ in range(2):
        for least, page, count in ((0, 1, 4), (0, 9, 4), (200, 1, 1), (200, 2, 1), (5**9, 2, 1)):
            found = staff.get(f"{DATA}/Book/?pages__gte={least}&page={page}&page_size=9").json()
            assert (found["count"], len(found["results"])) == (count, count if page == 1 else 0)
            assert (found["next"], found["previous"] is None) == (None, page == 1)
    assert len(shape_of(books).repeated) == 1


def test_other_lists_go_the_whole_way(staff: APIClient, books: Any) -> None:
    for query in NOT_KEPT * 2:
        assert staff.get(f"{DATA}/Book/?{query}").status_code == 200
        assert shape_of(books).repeated == {}, query


class Whispered(Exact):  # type: ignore[type-arg]
    """A comparison of the site's own, which does not compare what it is given."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        sql, values = super().as_sql(compiler, connection)
        return sql, [value.lower() for value in values]


def test_comparisons_of_the_site_make_of_values_what_they_like(
    staff: APIClient, books: Any
) -> None:
    books._default_manager.create(title="b")
    with register_lookup(CharField, Whispered):
        for value in ("b", "B"):
            assert staff.get(f"{DATA}/Book/?title={value}").json()["count"] == 1


def test_values_that_would_ask_for_the_same_twice_go_into_the_statement_of_others(
    staff: APIClient, books: Any
) -> None:
    for value, count in ((2, 0), (1, 1)):
        found = staff.get(f"{DATA}/Book/?pages=1&pages__exact={value}").json()
        assert found["count"] == count


def test_a_project_is_a_value_that_confines_every_time(staff: APIClient) -> None:
    task = get_model("Task")
    for project in (1, 2):
        for name in ("a", "b"):
            task.objects.create(name=f"{name}{project}", project=project)
    task.objects.create(name="gone", project=1, is_deleted=True)

    def names(query: str, **headers: str) -> Any:
        answer = staff.get(f"{DATA}/Task/?{query}", **headers)  # type: ignore[arg-type]
        if answer.status_code != 200:
            return codes(answer)
        return [each["name"] for each in answer.json()["results"]]

    for _ in range(2):
        for project in ("1", "2"):
            both = [f"a{project}", f"b{project}"]
            assert names(f"project={project}") == both
            assert names("", HTTP_X_PROJECT=project) == both
            assert names(f"name__startswith=b&project={project}") == both[1:]
            assert names("name__startswith=b", HTTP_X_PROJECT=project) == both[1:]
            assert names(f"project={project}&name={both[0]}") == both[:1]
            assert names(f"project={project}", HTTP_X_PROJECT=project) == both
            assert names(f"project={project}", HTTP_X_PROJECT="3") == [("project_twice", "")]
        assert names("project=1&deleted=only") == ["gone"]
        assert names("project=2&deleted=only") == []
        assert names("project=1&deleted=with") == ["a1", "b1", "gone"]
        assert names("project=1&deleted=x") == [("parameter_not_one_of", "")]
        assert names("") == names("name=a1") == [("project_missing", "")]
        assert names("project=") == names("", HTTP_X_PROJECT="x") == [("field_unreadable", "")]
    assert len(shape_of(task).repeated) == 7


def test_where_no_model_belongs_to_projects_their_header_is_nothing(staff: APIClient) -> None:
    publish(definition("Project", project={"type": "CharField", "max_length": 9}, name=text()))
    model = get_model("Project")
    for _ in range(2):
        assert staff.get(f"{DATA}/Author/", HTTP_X_PROJECT="x").status_code == 200
        assert staff.get(f"{DATA}/Project/?name=a", HTTP_X_PROJECT="x").status_code == 200
    assert model.objects.count() == 0


def test_forms_beyond_the_first_hundreds_push_the_others_out(staff: APIClient, books: Any) -> None:
    repeated = shape_of(books).repeated
    for number in range(201):
        fields = ",".join(["title", *["id"] * number])
        assert staff.get(f"{DATA}/Book/?fields={fields}").status_code == 200
    assert 0 < len(repeated) <= 200
    repeated.clear()
    assert staff.get(f"{DATA}/Book/?fields={'title,' * 999}id").status_code == 200
    assert repeated == {}


def test_fields_may_be_called_what_a_list_asks_for_beside_its_rows(staff: APIClient) -> None:
    names = ["lowcode_number", "lowcode_signed", "lowcode_count"]
    publish(definition("Odd", **{name: text() for name in names}))
    get_model("Odd")._default_manager.create(**{name: name[8:] for name in names})
    for query in ("", "?lowcode_number=number", "?search=sig", "?cursor="):
        (row,) = staff.get(f"{DATA}/Odd/{query}").json()["results"]
        assert [row[name] for name in names] == ["number", "signed", "count"]


class Replicas:
    """Reads tags here and there by turns."""

    def __init__(self) -> None:
        self.turns = itertools.cycle(["default", "replica"])

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return next(self.turns) if model.__name__ == "Tag" else None


def test_a_page_is_read_from_one_database_whatever_routers_say_next(
    staff: APIClient, shop: None, tmp_path: Path
) -> None:
    tag = get_model("Tag")
    with beside("replica", f"sqlite:///{tmp_path / 'replica.sqlite3'}") as replica:
        with replica.schema_editor() as editor:
            editor.create_model(tag)
        for alias in ("default", "replica"):
            tag._default_manager.using(alias).create(name="red")
        with override_settings(DATABASE_ROUTERS=[Replicas()]):
            for query in ("name=red", "name=red", "name=red", "cursor=", "cursor=", "page=2"):
                answer = staff.get(f"{DATA}/Tag/?{query}")
                assert answer.status_code == 200, query
                assert len(answer.json()["results"]) == (query != "page=2")
