"""Lists of rows: which, in which order, and how they look."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from lowcode_async import get_model
from lowcode_async.data_api.parameters import read_list
from lowcode_async.data_api.shapes import shape_of
from lowcode_async.runtime import get_published, narrowing
from lowcode_async.runtime.narrowing import narrowed
from lowcode_async.runtime.statements import condition
from tests.databases import Database
from tests.integration.data_api.conftest import DATA, codes
from tests.integration.runtime.dynamic import definition, publish

BOOKS = f"{DATA}/Book/"

FOUND = [
    ("pages=300", "C"),
    ("pages__gte=200&pages__lt=300", "B"),
    ("pages__in=100,300", "AC"),
    ("pages__range=150,300", "BC"),
    ("title__icontains=a%20b", "A"),
    ('title__in="a,b",c%20C', "C"),
    ("title__startswith=b", "B"),
    ("price__gt=9.99", "BC"),
    ("weight__lte=1.5", "AB"),
    ("printed=true", "B"),
    ("printed__isnull=true", ""),
    ("published__year=2023", "A"),
    ("published__year__gte=2024", "BC"),
    ("published__date=2024-05-06", "B"),
    ("published__gte=2024-05-06T00:00:00%2B02:00", "BC"),
    ("length__gte=P1D", "C"),
    ("isbn=1b4e28ba-2fa1-11d2-883f-0016d3cca427", "A"),
    ("notes__isnull=false", "C"),
    ("opens__hour=8", "A"),
    ("author__isnull=true", "C"),
    ("author__range=1,999999", "AB"),
    ("author__name=Ann", "A"),
    ("author__name__in=Ann,Ben&pages__gt=100", "B"),
    ("author__born__year=1950", "B"),
    ("editor__username=staff", "B"),
    ("tags__name=red", "AB"),
    ("tags__name__in=red,blue", "AB"),
    ("tags__isnull=true", "C"),
    ("tags__range=1,999999", "AB"),
    ("readers__username=staff", "A"),
    ("search=B%20A", "A"),
    ("search=zzz", ""),
    ("ordering=-pages", "CBA"),
    ("ordering=author__name,-id", None),
    ("page_size=2&page=2", "C"),
    ("pages__gt=1&pages__gt=150", "BC"),
]
REFUSED = [
    ("pagse=1", "field_unknown_similar"),
    ("pages=x", "field_unreadable"),
    ("pages=99999999999999", "field_out_of_range"),
    ("pages__icontains=1", "lookup_unknown"),
    ("pages__range=1", "range_not_two"),
    ("title__regex=a", "lookup_unknown"),
    ("title__year=2023", "lookup_unknown"),
    ("published__year=0", "field_out_of_range"),
    ("published__iso_year__lt=9999", "field_out_of_range"),
    ("published=yesterday", "field_unreadable"),
    ("printed=yes", "field_unreadable"),
    ("title=%00", "field_unstorable"),
    ("author__nme=x", "lookup_unknown"),
    ("author__name__born=x", "lookup_unknown"),
    ("editor__password__startswith=md5", "lookup_unknown"),
    ("readers__password__startswith=md5", "lookup_unknown"),
    ("ordering=editor__password", "ordering_impossible"),
    ("ordering=notes", "ordering_impossible"),
    ("ordering=tags", "ordering_impossible"),
    ("fields=title,password", "field_unknown"),
    ("expand=title", "expand_no_relation"),
    ("page=0", "parameter_out_of_range"),
    ("page_size=5000", "parameter_out_of_range"),
    ("page=1&cursor=", "page_and_cursor"),
    ("cursor=nonsense", "cursor_invalid"),
    ("search=a&search=b", "parameter_twice"),
    (f"search={'+'.join(f'w{number}' for number in range(1200))}", "conditions_too_many"),
    ("project=1", "field_unknown"),
    ("deleted=with", "field_unknown"),
]


@pytest.fixture
def books(shop: None, staff_user: User) -> dict[str, Any]:
    """Three books, from the thinnest to the thickest."""
    author, book, tag = get_model("Author"), get_model("Book"), get_model("Tag")
    ann = author.objects.create(name="Ann", born="1940-01-01")
    ben = author.objects.create(name="Ben", born="1950-01-01")
    red, blue = tag.objects.create(name="red"), tag.objects.create(name="blue")
    first = book.objects.create(
        title="A b",
        pages=100,
        price="9.99",
        weight=0.5,
        author=ann,
        published="2023-01-01T00:00Z",
        isbn="1b4e28ba-2fa1-11d2-883f-0016d3cca427",
        opens="08:30",
    )
    second = book.objects.create(
        title="b B",
        pages=200,
        price="10",
        weight=1.5,
        author=ben,
        printed=True,
        published="2024-05-06T07:00Z",
        editor=staff_user,
    )
    third = book.objects.create(
        title="c C",
        pages=300,
        price="11",
        published="2025-01-01T00:00Z",
        notes={"a": 1},
        length=timedelta(days=2),
    )
    first.tags.set([red, blue])
    second.tags.set([red])
    first.readers.set([staff_user])
    return {"A": first, "B": second, "C": third, "Ann": ann, "red": red, "blue": blue}


def test_filters_compare_typed_values(staff: APIClient, books: dict[str, Any]) -> None:
    titles = {"A b": "A", "b B": "B", "c C": "C"}
    for query, expected in FOUND * 2:  # compiled, and as it was compiled
        response = staff.get(f"{BOOKS}?{query}")
        assert response.status_code == 200, (query, response.content)
        found = "".join(titles[each["title"]] for each in response.json()["results"])
        assert expected in (None, found), query


def test_a_page_for_other_values_takes_the_statement_of_the_first(
    staff: APIClient, books: dict[str, Any]
) -> None:
    statements = shape_of(get_model("Book")).statements
    for price, expected in (("9.5", 3), ("10", 2), ("10.5", 1), ("12", 0), ("9.99", 3)):
        query = f"price__gte={price}&pages__lt={900 - expected}&ordering=-price"
        page = staff.get(f"{BOOKS}?{query}").json()
        assert (page["count"], len(page["results"])) == (expected, expected)
    assert len(statements) == 1
    assert staff.get(f"{BOOKS}?price__gte=9.5&pages__lt=9&ordering=price").json()["count"] == 0
    assert len(statements) == 2


@pytest.mark.parametrize(
    "ordering", ["", "-pages", "author__name,-title", "-weight", "pages,pages"]
)
def test_text_that_is_sought_anywhere_is_counted_and_put_in_order(
    staff: APIClient, books: dict[str, Any], database: Database, ordering: str
) -> None:
    book, query = get_model("Book"), "title__icontains=B&author__name__icontains=n&search=b"
    more = [
        book(title="x"),
        *(book(title=f"b{n}", pages=n % 3, author=books["Ann"]) for n in range(5)),
    ]
    book._default_manager.bulk_create(more)
    sought = book._default_manager.filter(title__icontains="b", author__name__icontains="n")
    expected = list(sought.order_by(*filter(None, ordering.split(",")), "id"))
    assert len(expected) == 7
    asked = f"{BOOKS}?{query}&page_size=3{f'&ordering={ordering}' if ordering else ''}"
    for page, first in ((1, 0), (2, 3), (3, 6), (1, 0)):
        told = staff.get(f"{asked}&page={page}").json()
        assert [each["id"] for each in told["results"]] == [
            each.pk for each in expected[first : first + 3]
        ]
        assert (told["count"], told["next"] is None) == (7, page == 3)
    beyond = staff.get(f"{asked}&page=9").json()
    assert (beyond["count"], beyond["results"], beyond["next"]) == (7, [], None)
    (statement,) = shape_of(book).statements.values()
    assert statement.sql.startswith("WITH") is (database.vendor == "postgresql")


def test_a_beginning_is_sought_by_the_text_itself(
    staff: APIClient, books: dict[str, Any], database: Database
) -> None:
    """An index of the site's own finds it; the same statement for text anywhere would not."""
    for lookup in ("icontains", "istartswith", "icontains", "iendswith", "iexact"):
        found = staff.get(f"{BOOKS}?title__{lookup}=b b").json()
        assert [each["title"] for each in found["results"]] == ["b B"], lookup
    kept = [each.sql for each in shape_of(get_model("Book")).statements.values()]
    if database.vendor == "postgresql":
        assert sorted(each.startswith("WITH") for each in kept) == [False, True, True]


def test_the_short_way_to_a_filter_leads_to_the_same_statement(books: dict[str, Any]) -> None:
    published, short = get_published("Book"), 0
    more = ["opens=08:30", "title__iexact=a", "weight__in=1,2.5", "price__range=1,2", "id__lte=9"]
    for query in (*(query for query, _ in FOUND), *more):
        asked = read_list(RequestFactory().get(f"{BOOKS}?{query}"), published)
        rows = asked.reach.rows()
        expected, found = rows.filter(asked.condition), narrowed(rows, asked.condition)
        assert condition(found) == condition(expected), query
        assert set(found) == set(expected), query
        short += narrowing._lookups(rows.all(), asked.condition) not in (None, [])
    assert short > 15
    assert condition(rows) == condition(get_model("Book")._default_manager.all())


def test_decimal_numbers_look_the_same_in_a_list_and_by_themselves(
    staff: APIClient, shop: None, database: Database
) -> None:
    book = get_model("Book")
    numbers = ["0.00", "-0.50", "7.00", "1000.10", "999999.99", None]
    keys = [book._default_manager.create(title="t", price=each).pk for each in numbers]
    if database.vendor == "postgresql":  # the one that has them in such columns
        with connection.cursor() as cursor:
            cursor.execute("UPDATE dynamic_book SET price = 'NaN' WHERE id = %s", [keys[0]])
        numbers[0] = None
    for shown in ("", "?fields=id,price", "?fields=id,price&expand=author"):
        found = staff.get(f"{BOOKS}{shown}").json()["results"]
        assert [each["price"] for each in found] == numbers
    alone = [staff.get(f"{BOOKS}{key}/").json()["price"] for key in keys]
    assert alone == numbers


def test_what_is_not_understood_is_refused(staff: APIClient, books: dict[str, Any]) -> None:
    for query, code in REFUSED:
        response = staff.get(f"{BOOKS}?{query}")
        assert (response.status_code, codes(response)) == (400, [(code, "")]), query
    all_at_once = staff.get(f"{BOOKS}?pagse=1&pages=x&page=0&fields=nothing")
    assert len(codes(all_at_once)) == 4


def test_pages_tell_how_many_there_are_and_where_the_next_is(
    staff: APIClient, books: dict[str, Any]
) -> None:
    first = staff.get(f"{BOOKS}?page_size=2&ordering=pages").json()
    assert (first["count"], len(first["results"]), first["previous"]) == (3, 2, None)
    second = staff.get(first["next"]).json()
    assert (second["count"], len(second["results"]), second["next"]) == (3, 1, None)
    assert staff.get(second["previous"]).json() == first
    unchanged = staff.get(f"{BOOKS}?page_size=2")
    again = staff.get(f"{BOOKS}?page_size=2", HTTP_IF_NONE_MATCH=unchanged["ETag"])
    assert again.status_code == 304


@pytest.mark.parametrize("ordering", ["", "-weight", "weight,-title", "author__name", "-published"])
def test_cursors_show_every_row_once_forth_and_back(
    staff: APIClient, books: dict[str, Any], ordering: str
) -> None:
    order = f"&ordering={ordering}" if ordering else ""
    expected = [each["id"] for each in staff.get(f"{BOOKS}?{order}").json()["results"]]
    page = staff.get(f"{BOOKS}?cursor=&page_size=1{order}").json()
    assert page["previous"] is None
    forth, pages = [], [page]
    while True:
        forth += [each["id"] for each in page["results"]]
        if page["next"] is None:
            break
        page = staff.get(page["next"]).json()
        pages.append(page)
    assert forth == expected
    back = [page]
    while back[-1]["previous"]:
        back.append(staff.get(back[-1]["previous"]).json())
    assert [each["results"] for each in reversed(back)] == [each["results"] for each in pages]


def test_rows_look_as_they_are_asked_to(
    staff: APIClient, books: dict[str, Any], staff_user: User
) -> None:
    (row,) = staff.get(f"{BOOKS}?fields=title,tags&pages=100").json()["results"]
    assert row == {"title": "A b", "tags": [books["red"].pk, books["blue"].pk]}
    rows = staff.get(f"{BOOKS}?expand=author,tags,editor&fields=author,tags,editor").json()
    assert rows["results"][0] == {
        "author": {"id": books["Ann"].pk, "name": "Ann", "born": "1940-01-01"},
        "tags": [
            {"id": books["red"].pk, "name": "red"},
            {"id": books["blue"].pk, "name": "blue"},
        ],
        "editor": None,
    }
    assert rows["results"][1]["editor"] == {"id": staff_user.pk, "username": "staff"}


def test_the_number_of_queries_does_not_grow_with_the_rows(
    staff: APIClient, books: dict[str, Any]
) -> None:
    address = f"{BOOKS}?expand=author,tags,editor,readers&page_size=1000"

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert staff.get(address).status_code == 200
        return len(captured)

    before = queries()
    book = get_model("Book")
    for each in range(50):
        book.objects.create(title=str(each), author=books["Ann"]).tags.set([books["red"]])
    assert queries() == before


def test_relations_to_the_same_model_are_not_mixed_up(staff: APIClient, database: Any) -> None:
    pair = definition(
        "Pair",
        first={"type": "ForeignKey", "to": "auth.User", "null": True},
        second={"type": "ForeignKey", "to": "auth.User", "null": True},
    )
    publish(pair)
    one, two = (User.objects.create_user(name) for name in ("one", "two"))
    get_model("Pair").objects.create(first=one, second=two)
    found = [
        staff.get(f"{DATA}/Pair/?{query}").json()["count"]
        for query in (
            "first__username=one",
            "second__username=one",
            "second__username=two",
            "first__username__isnull=true",
            "second__username__isnull=true",
        )
    ]
    assert found == [1, 0, 1, 0, 0]
