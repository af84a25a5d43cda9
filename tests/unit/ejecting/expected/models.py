import datetime
import os
import uuid as uuid_
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils import timezone


def today():
    """Return the date of this moment in the active time zone."""
    moment = timezone.now()
    return (timezone.localtime(moment) if settings.USE_TZ else moment).date()


def time_now():
    """Return the time of day of this moment in the active time zone."""
    moment = timezone.now()
    return (timezone.localtime(moment) if settings.USE_TZ else moment).time()


def product_extra_default():
    """Return what extra of a new Product holds."""
    return {
        "键": [1, None, True],
        "b": {"c": "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"},
    }


def product_path_folder():
    """Return the folder whose files path of a Product can name."""
    return os.path.join(settings.MEDIA_ROOT, "photos")


class Shop(models.Model):
    code = models.SlugField(primary_key=True, max_length=20)
    title = models.CharField(
        verbose_name="店名", max_length=100, help_text='叫"什么"，it\'s'
    )
    best = models.ForeignKey(
        "Product", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        db_table = "dynamic_shop"


class Numbered(models.Model):
    number = models.AutoField(primary_key=True)

    class Meta:
        db_table = "dynamic_numbered"


class Small(models.Model):
    id = models.SmallAutoField(primary_key=True)

    class Meta:
        db_table = "dynamic_small"


class Big(models.Model):
    id = models.BigAutoField(verbose_name="编号", primary_key=True)

    class Meta:
        db_table = "dynamic_big"


class Label(models.Model):
    shop = models.OneToOneField("Shop", on_delete=models.CASCADE, primary_key=True)
    text = models.CharField(max_length=20)

    class Meta:
        db_table = "dynamic_label"


class Product(models.Model):
    name = models.CharField(max_length=100, unique=True, db_column="title")
    state = models.CharField(
        max_length=9, default="new", choices=[("new", "新建"), ("sold", "已售")]
    )
    text = models.TextField(blank=True, null=True, db_comment="说明 'x'")
    slug = models.SlugField(db_index=False, allow_unicode=True)
    mail = models.EmailField(max_length=254, default="a@b.cn")
    url = models.URLField(max_length=300, blank=True)
    size = models.IntegerField(default=-3, choices=[(-3, "小"), (3, "大")])
    small = models.SmallIntegerField(null=True)
    large = models.BigIntegerField(db_index=True, default=4611686018427387904)
    rank = models.PositiveSmallIntegerField(default=1)
    count = models.PositiveIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    weight = models.FloatField(default=1e22)
    price = models.DecimalField(default=Decimal("9.90"), max_digits=8, decimal_places=2)
    live = models.BooleanField(default=True)
    day = models.DateField(default=today)
    other_day = models.DateField(default=datetime.date(2024, 1, 5))
    moment = models.DateTimeField(db_index=True, default=timezone.now)
    fixed = models.DateTimeField(
        default=datetime.datetime(2024, 1, 5, 8, 30, tzinfo=datetime.timezone.utc)
    )
    create_time = models.DateTimeField(auto_now_add=True)
    update_time = models.DateTimeField(auto_now=True)
    hour = models.TimeField(default=time_now)
    noon = models.TimeField(default=datetime.time(12, 0))
    length = models.DurationField(default=datetime.timedelta(days=1, seconds=7200))
    uuid = models.UUIDField(unique=True, default=uuid_.uuid4)
    fixed_uuid = models.UUIDField(
        default=uuid_.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
    )
    address = models.GenericIPAddressField(null=True, protocol="IPv4")
    data = models.JSONField(default=dict)
    tags = models.JSONField(default=list)
    extra = models.JSONField(default=product_extra_default)
    bytes = models.BinaryField(default=b"\x00\xff'\"", editable=True)
    file = models.FileField(max_length=200, blank=True, upload_to="files/%Y")
    image = models.ImageField(blank=True, upload_to="images")
    path = models.FilePathField(
        blank=True, path=product_path_folder, match="\\.jpe?g$", recursive=True
    )
    shop = models.ForeignKey(
        "Shop", on_delete=models.PROTECT, null=True, related_name="products"
    )
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, db_column="mother_id"
    )
    create_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    group = models.ForeignKey(
        "auth.Group",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
    )
    big = models.OneToOneField("Big", on_delete=models.RESTRICT, null=True)
    numbered = models.ForeignKey(
        "Numbered", on_delete=models.SET_DEFAULT, null=True, default=1
    )
    sold = models.ManyToManyField(
        "Shop", blank=True, related_name="sold", db_table="dynamic_product_sold"
    )
    like = models.ManyToManyField("self", db_table="dynamic_product_similar")
    above = models.ManyToManyField(
        "self",
        related_name="below",
        db_table="dynamic_product_above",
        symmetrical=False,
    )
    users = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", db_table="dynamic_product_users"
    )

    class Meta:
        db_table = "dynamic_product"
