"""The rows of the counters: created once, so that no two transactions race to create them."""

from django.db import migrations


def create_counters(apps, schema_editor):
    counters = apps.get_model("lowcode_async", "Counter").objects.using(schema_editor.connection.alias)
    for name in ("generation", "event"):
        counters.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("lowcode_async", "0001_initial")]
    operations = [migrations.RunPython(create_counters, migrations.RunPython.noop)]
