from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lowcode_async', '0006_planned_reverts'),
    ]

    operations = [
        migrations.AddField(
            model_name='backup',
            name='database',
            field=models.CharField(default='default', max_length=100),
        ),
        migrations.AddField(
            model_name='upgrade',
            name='database',
            field=models.CharField(default='default', max_length=100),
        ),
    ]
